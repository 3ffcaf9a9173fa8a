using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Projects;

/// <summary>The projects <c>p</c> whose latest version has one of some component versions, as SQL for a list of them.</summary>
/// <param name="Mine">The condition on <c>p</c> that the list has besides; it names the organisation as <c>@Org</c>, and what the name must contain as <c>@Like</c>.</param>
/// <param name="Like">That pattern, if there is one.</param>
/// <param name="ComponentVersions">Literals in the statement: an engine that sees them knows how many uses to expect.</param>
internal sealed record ProjectsUsing(string Mine, string? Like, IReadOnlyCollection<long> ComponentVersions)
{
    private const long Org = Organisation.Home;

    /// <summary>How many looks into an index cost as much as reading a found project and sorting it.</summary>
    private const long LooksForOneRow = 4;

    /// <summary>Up to so many are sorted without asking whether walking would be quicker.</summary>
    private const long Few = 500;

    private readonly string _ids = string.Join(',', ComponentVersions.DefaultIfEmpty());

    /// <summary>That the latest version has one of them.</summary>
    private string Has => $"EXISTS (SELECT 1 FROM occurrence x WHERE x.org_id = @Org AND x.pv_id = p.latest_id AND x.cv_id IN ({_ids}))";

    private string Found => $"FROM (SELECT DISTINCT o.pv_id FROM occurrence o WHERE o.cv_id IN ({_ids})) h JOIN project p ON p.latest_id = h.pv_id WHERE {Mine}";

    /// <summary>Whether it is quicker to walk all rows in order and to look into each, than to read those that are found and to sort them.</summary>
    /// <param name="passed">How many found rows lie before the end of the page.</param>
    /// <param name="all">How many rows are walked at most.</param>
    /// <param name="total">How many are found.</param>
    /// <param name="looks">How many looks into an index each walked row takes.</param>
    public static bool WalksSooner(long passed, long all, long total, int looks = 1) => (double)passed * all * looks / total < LooksForOneRow * total;

    /// <summary>How many there are, and how many of them have an owner.</summary>
    public Task<(long Total, long Owned)> CountAsync(DbConnection connection) =>
        connection.QuerySingleAsync<(long, long)>($"SELECT COUNT(*), COUNT(p.owner_id) {Found}", new { Org, Like });

    /// <summary>
    /// A page of them as a statement that gives <c>id</c> and <c>sort_key</c>; it may name what <paramref name="keyset"/> says to bind. Walking all projects in order and looking into each is quicker while the page is near and
    /// many are found; else what was found is sorted, where it is long once for all its pages.
    /// </summary>
    /// <param name="total">How many there are.</param>
    /// <param name="among">How many projects there are that use any component, where that is known.</param>
    /// <param name="places">As in <see cref="LongOrders.PageAsync"/>.</param>
    /// <returns>The statement, and whether more follow where the number of its rows does not tell: what is in a kept order and uses none of them any more is left out.</returns>
    public async Task<(string Statement, bool? More)> PageAsync(IDatabase database, LongOrders orders, Func<CancellationToken, Task<long>> places, Viewer viewer, Keyset keyset, long total, long? among, CancellationToken cancellationToken)
    {
        var all = total <= Few ? 0 : among ?? await database.ReadAsync(connection => connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM project p WHERE {Mine}", new { Org, Like }), cancellationToken);
        var walks = total > Few && WalksSooner((long)keyset.Skip + keyset.Size, all, total, ComponentVersions.Count);
        if (keyset.Skip > 0 && !walks && orders.Keeps(total))
        {
            var page = await orders.PageAsync(await places(cancellationToken), viewer, $"projects using {_ids} {keyset.OrderBy} {Mine} {Like}", keyset.Skip, keyset.Take,
                token => database.ReadAsync(async connection => (await connection.QueryAsync<long>($"SELECT p.id {Found} ORDER BY {keyset.OrderBy}", new { Org, Like })).ToArray(), token), cancellationToken);
            return ($"SELECT p.id, {keyset.Expression} AS sort_key FROM project p WHERE {Mine} AND {Has} AND p.id IN ({string.Join(',', page.Take(keyset.Size).DefaultIfEmpty())})", page.Length > keyset.Size);
        }

        return ($"SELECT p.id, {keyset.Expression} AS sort_key {(walks ? $"FROM project p WHERE {Mine} AND {Has}" : Found)} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", null);
    }
}
