using System.Data.Common;
using System.Text;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Owners;

/// <summary>What is said of a unit or team by hand.</summary>
/// <param name="Level">Of a unit: an index into the names of the levels; 0, the topmost, is that of units at the top, and elsewhere leaves the level to how deep the unit lies.</param>
internal sealed record UnitEdit(string Title, string? Email, long? ParentId, int Level);

/// <summary>What came of changing the tree.</summary>
internal enum UnitOutcome
{
    Done,
    Missing,

    /// <summary>The caller may not change it there.</summary>
    Refused,
    BadTitle,
    BadEmail,

    /// <summary>A unit cannot lie below itself.</summary>
    Circle,

    /// <summary>A unit cannot lie below a team.</summary>
    TeamAbove,

    /// <summary>Something lies in it, and there is nothing above that could take it.</summary>
    NotEmpty,
}

/// <summary>Changes to the tree of units and teams. Whoever changes it must be allowed to where it is, and where it is to go.</summary>
internal sealed class OrganisationStore(IDatabase database, AuditStore audit, AccessStore access, SettingStore settings, FindingsModule findings, IdSource ids)
{
    public const int MostLevels = 8, LongestTitle = 200;
    private const string Setting = "organisation.levels";
    private const long Org = Organisation.Home;

    private static readonly string[] DefaultLevels = ["Group", "Company", "Division"];

    /// <summary>What the levels of units are called, the topmost first.</summary>
    public async Task<IReadOnlyList<string>> LevelsAsync(CancellationToken cancellationToken = default) => Levels(await settings.GetAsync(Setting, cancellationToken));

    private static string[] Levels(string? json) => json is not null && JsonSerializer.Deserialize<string[]>(json) is { Length: > 0 } levels ? levels : DefaultLevels;

    public async Task SetLevelsAsync(IReadOnlyList<string> levels, string by, CancellationToken cancellationToken = default)
    {
        await database.WriteAsync(async transaction =>
        {
            await audit.HoldAsync(transaction);
            var act = AuditEntry.Change(by, "organisation.levels-changed", "organisation", Levels(await SettingStore.GetAsync(transaction, Setting)), levels, new { levels });
            if (act.IsSame) return;
            await SettingStore.SetAsync(transaction, Setting, JsonSerializer.Serialize(levels));
            await audit.AppendAsync(transaction, act);
        }, cancellationToken: cancellationToken);
    }

    /// <summary>The level of a unit.</summary>
    public Task<int> LevelAsync(long id, CancellationToken cancellationToken = default) => database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<int>("SELECT level FROM owner WHERE org_id = @Org AND id = @id", new { Org, id }), cancellationToken);

    /// <param name="kind"><c>unit</c> or <c>team</c>.</param>
    /// <param name="manages">Where the caller may change the tree.</param>
    public async Task<(UnitOutcome Outcome, long Id)> CreateAsync(Viewer manages, string kind, UnitEdit edit, string by, CancellationToken cancellationToken = default)
    {
        if (Check(ref edit) is var outcome and not UnitOutcome.Done) return (outcome, 0);
        if (!manages.Sees(edit.ParentId)) return (UnitOutcome.Refused, 0);
        var result = await database.WriteAsync(async transaction =>
        {
            if (await ParentAsync(transaction, kind, edit.ParentId) is var above and not UnitOutcome.Done) return (above, 0L);
            var id = await IdSource.NextAsync(transaction, "owner");
            var name = await FreeNameAsync(transaction, kind, edit.Title);
            await InsertAsync(transaction, id, ids.NewUuid(), kind, name, edit);
            await access.TreeChangedAsync(transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, kind + ".created", "owner:" + name, null, await AuditStore.StateAsync(transaction, OwnerStore.State, new { id }), new { title = edit.Title, parent = edit.ParentId }));
            return (UnitOutcome.Done, id);
        }, cancellationToken: cancellationToken);
        access.TreeChanged();
        return result;
    }

    /// <summary>Renames and moves.</summary>
    public async Task<UnitOutcome> ChangeAsync(Viewer manages, long id, UnitEdit edit, string by, CancellationToken cancellationToken = default)
    {
        if (Check(ref edit) is var outcome and not UnitOutcome.Done) return outcome;
        if (!manages.Sees(id)) return UnitOutcome.Refused;
        var result = await database.WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            if (await LineAsync(transaction, id) is not { } before) return UnitOutcome.Missing;
            if (before.ParentId != edit.ParentId)
            {
                // Whoever may only in this part may not take it out of the part, nor put it somewhere else.
                if (!manages.Sees(before.ParentId) || !manages.Sees(edit.ParentId)) return UnitOutcome.Refused;
                if (await ParentAsync(transaction, before.Kind, edit.ParentId) is var above and not UnitOutcome.Done) return above;
                if (await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM owner WHERE id = @ParentId AND id IN {OwnerStore.Below}", new { edit.ParentId, ownerId = id }, transaction) > 0) return UnitOutcome.Circle;
            }

            var was = await AuditStore.StateAsync(transaction, OwnerStore.State, new { id });
            await connection.ExecuteAsync("UPDATE owner SET title = @Title, email = @Email, parent_id = @ParentId, level = @Level WHERE id = @id", new { edit.Title, edit.Email, edit.ParentId, edit.Level, id }, transaction);
            await access.TreeChangedAsync(transaction);
            if (before.ParentId != edit.ParentId) await findings.TreeChangedAsync(transaction);
            await database.IndexTextAsync(transaction, "owner", id, $"{edit.Title} {before.Name} {edit.Email}");
            await audit.AppendAsync(transaction, AuditEntry.Change(by, before.Kind + (before.ParentId == edit.ParentId ? ".changed" : ".moved"), "owner:" + before.Name, was, await AuditStore.StateAsync(transaction, OwnerStore.State, new { id }),
                Differences(before, edit)));
            return UnitOutcome.Done;
        }, cancellationToken: cancellationToken);
        access.TreeChanged();
        return result;
    }

    /// <summary>What of a unit or team is another than before, and how it is now.</summary>
    private static Dictionary<string, object?> Differences(Line before, UnitEdit edit)
    {
        var changed = new Dictionary<string, object?>();
        if (before.Title != edit.Title) changed["title"] = edit.Title;
        if (before.Email != edit.Email) changed["email"] = edit.Email;
        if (before.Level != edit.Level) changed["level"] = edit.Level;
        if (before.ParentId != edit.ParentId) (changed["from"], changed["to"]) = (before.ParentId, edit.ParentId);
        return changed;
    }

    /// <summary>Takes a unit or team away. What lies in it goes to what lies above; roles given for it end.</summary>
    public async Task<UnitOutcome> DeleteAsync(Viewer manages, long id, string by, CancellationToken cancellationToken = default)
    {
        if (!manages.Sees(id)) return UnitOutcome.Refused;
        var result = await database.WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            if (await LineAsync(transaction, id) is not { } before) return UnitOutcome.Missing;
            if (!manages.Sees(before.ParentId)) return UnitOutcome.Refused;
            var inside = await connection.QuerySingleAsync<long>("SELECT (SELECT COUNT(*) FROM project WHERE org_id = @Org AND owner_id = @id) + (SELECT COUNT(*) FROM owner WHERE parent_id = @id)", new { Org, id }, transaction);
            if (inside > 0 && before.ParentId is null) return UnitOutcome.NotEmpty;
            var was = await AuditStore.StateAsync(transaction, OwnerStore.State, new { id });
            await MoveUpAsync(transaction, before, by);
            await UnitGrantStore.EndAsync(transaction, audit, id, by);
            await connection.ExecuteAsync("DELETE FROM owner WHERE id = @id", new { id }, transaction);
            await database.UnindexTextAsync(transaction, "owner", id);
            await access.TreeChangedAsync(transaction);
            await findings.TreeChangedAsync(transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, before.Kind + ".deleted", "owner:" + before.Name, was, null, new { before.Title, inside, to = before.ParentId }));
            return UnitOutcome.Done;
        }, cancellationToken: cancellationToken);
        access.TreeChanged();
        return result;
    }

    /// <summary>What lies in a unit or team goes to what lies above it. Units do not lie below teams, and what is taken away has only what may lie below what is above.</summary>
    private async Task MoveUpAsync(DbTransaction transaction, Line from, string by)
    {
        var connection = transaction.Connection!;
        var facts = new { from = from.Id, to = from.ParentId, takenAway = from.Title };
        var projects = await connection.QueryAsync<string>("UPDATE project SET owner_id = @ParentId WHERE org_id = @Org AND owner_id = @Id RETURNING uuid", new { Org, from.ParentId, from.Id }, transaction);
        await audit.AppendAsync(transaction, [.. projects.Order(StringComparer.Ordinal).Select(p => AuditEntry.Change(by, "project.owner-changed", "project:" + p, new { owner = (long?)from.Id }, new { owner = from.ParentId }, facts))]);
        foreach (var below in (await connection.QueryAsync<Line>("SELECT id, kind, name FROM owner WHERE org_id = @Org AND parent_id = @Id ORDER BY id", new { Org, from.Id }, transaction)).AsList())
        {
            var was = await AuditStore.StateAsync(transaction, OwnerStore.State, new { id = below.Id });
            await connection.ExecuteAsync("UPDATE owner SET parent_id = @ParentId WHERE id = @Id", new { from.ParentId, below.Id }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, below.Kind + ".moved", "owner:" + below.Name, was, await AuditStore.StateAsync(transaction, OwnerStore.State, new { id = below.Id }), facts));
        }
    }

    private async Task InsertAsync(DbTransaction transaction, long id, Guid uuid, string kind, string name, UnitEdit edit)
    {
        await transaction.Connection!.ExecuteAsync("INSERT INTO owner (id, org_id, uuid, kind, name, title, email, parent_id, level) VALUES (@id, @Org, @uuid, @kind, @name, @Title, @Email, @ParentId, @Level)",
            new { id, Org, uuid, kind, name, edit.Title, edit.Email, edit.ParentId, edit.Level }, transaction);
        await database.IndexTextAsync(transaction, "owner", id, $"{edit.Title} {name} {edit.Email}");
    }

    private static async Task<UnitOutcome> ParentAsync(DbTransaction transaction, string kind, long? parent)
    {
        if (parent is not { } id) return UnitOutcome.Done;
        return await LineAsync(transaction, id) switch { null => UnitOutcome.Missing, { Kind: "team" } when kind != "team" => UnitOutcome.TeamAbove, _ => UnitOutcome.Done };
    }

    private static Task<Line?> LineAsync(DbTransaction transaction, long id) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<Line>("SELECT id, kind, name, title, email, level, parent_id FROM owner WHERE org_id = @Org AND id = @id", new { Org, id }, transaction);

    /// <summary>A name for programs, from the title: what catalogue files and imports call it.</summary>
    private static async Task<string> FreeNameAsync(DbTransaction transaction, string kind, string title)
    {
        var stem = Slug(title);
        for (var i = 1; ; i++)
        {
            var name = i == 1 ? stem : $"{stem}-{i}";
            if (await transaction.Connection!.QuerySingleAsync<long>("SELECT COUNT(*) FROM owner WHERE org_id = @Org AND kind = @kind AND name = @name", new { Org, kind, name }, transaction) == 0) return name;
        }
    }

    internal static string Slug(string title)
    {
        var slug = new StringBuilder();
        foreach (var c in title)
        {
            if (char.IsLetterOrDigit(c)) slug.Append(char.ToLowerInvariant(c));
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }

        var text = slug.ToString().Trim('-');
        return text.Length == 0 ? "unit" : text.Length > 60 ? text[..60] : text;
    }

    private static UnitOutcome Check(ref UnitEdit edit)
    {
        edit = edit with { Title = edit.Title.Trim(), Email = string.IsNullOrWhiteSpace(edit.Email) ? null : edit.Email.Trim(), Level = Math.Clamp(edit.Level, 0, MostLevels - 1) };
        if (edit.Title.Length is 0 or > LongestTitle || edit.Title.Any(char.IsControl)) return UnitOutcome.BadTitle;
        return edit.Email is null || (edit.Email.Length <= 254 && edit.Email.Count(c => c == '@') == 1 && edit.Email[0] != '@' && edit.Email[^1] != '@' && !edit.Email.Any(char.IsWhiteSpace)) ? UnitOutcome.Done : UnitOutcome.BadEmail;
    }

    private sealed class Line
    {
        public long Id { get; set; }
        public string Kind { get; set; } = "";
        public string Name { get; set; } = "";
        public string Title { get; set; } = "";
        public string? Email { get; set; }
        public int Level { get; set; }
        public long? ParentId { get; set; }
    }
}
