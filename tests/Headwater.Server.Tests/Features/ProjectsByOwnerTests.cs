using Dapper;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Features;

/// <summary>Projects in the order of their owners' titles, of which a page reads only those owners that it is of.</summary>
public sealed class ProjectsByOwnerTests(TestHost host) : IClassFixture<TestHost>
{
    // Several projects each, two owners of one title, and an owner without any.
    private static readonly (string? Owner, int Projects)[] Owned = [(null, 4), ("Marine", 3), ("anchor", 9), ("Marine", 2), ("Zenith", 1), ("Idle", 0)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_OfEverySize_ForwardsBackwardsAndFromAPlace_AreThoseOfTheWholeList(bool descending)
    {
        await MakeAsync();
        var store = host.Get<ProjectStore>();
        Task<Page<ProjectRow>> Ask(PageRequest page) => store.ListAsync(Viewer.Everything, page with { Sort = "owner", Descending = descending, Filter = "in-order-" }, new ProjectFilter());
        var all = (await Ask(new PageRequest { Size = 1000 })).Items;
        all.Count.ShouldBe(Owned.Sum(o => o.Projects));
        var keys = all.Select(p => ((p.Owner?.Title ?? "").ToLowerInvariant(), p.Id)).ToList();
        keys.ShouldBe(descending ? keys.OrderDescending() : keys.Order());

        foreach (var size in new[] { 1, 3, 4, 7, 30 })
        {
            var (seen, cursor, last) = (new List<long>(), (string?)null, (Page<ProjectRow>?)null);
            do
            {
                last = await Ask(new PageRequest { Size = size, After = cursor });
                last.Total.ShouldBe(all.Count);
                seen.AddRange(last.Items.Select(p => p.Id));
                cursor = last.Next;
            }
            while (cursor is not null);
            seen.ShouldBe(all.Select(p => p.Id), $"pages of {size}");

            for (var at = all.Count - last.Items.Count; last.Previous is not null;)
            {
                last = await Ask(new PageRequest { Size = size, Before = last.Previous });
                at -= last.Items.Count;
                last.Items.Select(p => p.Id).ShouldBe(all.Skip(at).Take(size).Select(p => p.Id));
            }

            for (var offset = 0; offset <= all.Count + 1; offset++)
                (await Ask(new PageRequest { Size = size, Offset = offset })).Items.Select(p => p.Id).ShouldBe(all.Skip(offset).Take(size).Select(p => p.Id), $"{size} from {offset}");
        }
    }

    [Fact]
    public async Task Cursor_WhoseOwnerGoesByAnotherTitle_StillGoesOn()
    {
        await MakeAsync();
        var store = host.Get<ProjectStore>();
        Task<Page<ProjectRow>> Ask(string? after) => store.ListAsync(Viewer.Everything, new PageRequest { Sort = "owner", Size = 5, After = after, Filter = "in-order-" }, new ProjectFilter());
        var first = await Ask(null);
        first.Items[^1].Owner!.Title.ShouldBe("anchor");
        await SetTitleAsync("anchor", "Tackle");
        try
        {
            var rest = await Ask(first.Next);
            rest.Items.Select(p => p.Owner!.Title).ShouldBe(["Marine", "Marine", "Marine", "Marine", "Marine"]);
        }
        finally
        {
            await SetTitleAsync("Tackle", "anchor");
        }
    }

    private Task<int> SetTitleAsync(string from, string to) => host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE owner SET title = @to WHERE title = @from", new { from, to }, t));

    /// <summary>Once for the class.</summary>
    private Task MakeAsync() => host.Get<IDatabase>().WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM project WHERE name LIKE 'in-order-%'", transaction: transaction) > 0) return 0;
        var made = 0;
        foreach (var (owner, projects) in Owned)
        {
            long? id = null;
            if (owner is not null)
            {
                id = await IdSource.NextAsync(transaction, "owner");
                await connection.ExecuteAsync("INSERT INTO owner (id, org_id, kind, name, title) VALUES (@id, 1, 'team', @name, @owner)", new { id, name = $"in-order-{id}", owner }, transaction);
            }

            for (var i = 0; i < projects; i++)
                await connection.ExecuteAsync("INSERT INTO project (id, org_id, uuid, name, owner_id, created_at) VALUES (@project, 1, @uuid, @name, @id, 0)",
                    new { project = await IdSource.NextAsync(transaction, "project"), uuid = Guid.CreateVersion7().ToString(), name = $"in-order-{made++}", id }, transaction);
        }

        return made;
    });
}
