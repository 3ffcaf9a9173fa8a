using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.People;

/// <summary>A group of the directory, with what belonging to it gives.</summary>
/// <param name="Id">Null for a name that roles are given to, and that nobody has come with yet.</param>
internal sealed record GroupRow(long? Id, string Name, string? Source, int Members, long? TeamId, string? Team, IReadOnlyList<GroupRole> Roles);

/// <param name="UnitId">0 for the whole organisation.</param>
internal sealed record GroupRole(string Role, long UnitId, string? Unit);

/// <summary>Groups come from the directory; what they give is decided here.</summary>
internal sealed class GroupStore(IDatabase database, AuditStore audit, TimeProvider time)
{
    public const int LongestName = 200;
    private const long Org = Organisation.Home;

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal) { ["group"] = new("LOWER(x.name)"), ["members"] = new("x.members", true) };

    /// <summary>Groups of the directory, and names that only have roles so far. Sorts: <c>group</c> (default), <c>members</c>.</summary>
    public Task<Page<GroupRow>> ListAsync(PageRequest request, CancellationToken cancellationToken = default)
    {
        var keyset = Keyset.For(request, Sorts, "group", "(x.name || ' ' || COALESCE(x.source, ''))");
        var like = Like.Containing(request.Filter);
        var from = """
            FROM (SELECT g.id, g.name, g.source, g.team_id, (SELECT COUNT(*) FROM person_group_member m WHERE m.group_id = g.id) AS members FROM person_group g WHERE g.org_id = @Org
                UNION ALL SELECT DISTINCT CAST(NULL AS BIGINT), r.group_name, CAST(NULL AS TEXT), CAST(NULL AS BIGINT), 0 FROM group_role r
                    WHERE r.org_id = @Org AND NOT EXISTS (SELECT 1 FROM person_group g WHERE g.org_id = @Org AND g.name = r.group_name)) x
            """ + (like is null ? " WHERE 1 = 1" : " WHERE LOWER(x.name) LIKE @like ESCAPE '\\'");
        return database.ReadAsync(async connection =>
        {
            var parameters = new { Org, like, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {from}", parameters);
            var rows = (await connection.QueryAsync<Row>($"""
                SELECT x.*, (SELECT w.title FROM owner w WHERE w.id = x.team_id) AS team, {keyset.Expression} AS sort_key {from} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip
                """, parameters)).AsList();
            var page = keyset.Page(rows, total, r => (r.SortKey!, $"{r.Name} {r.Source}"));
            var roles = (await connection.QueryAsync<RoleRow>("SELECT r.group_name, r.role, r.unit_id, w.title AS unit FROM group_role r LEFT JOIN owner w ON w.id = r.unit_id WHERE r.org_id = @Org AND r.group_name IN @names ORDER BY r.group_name, r.role, r.unit_id",
                new { Org, names = page.Items.Select(g => g.Name) })).ToLookup(r => r.GroupName, r => new GroupRole(r.Role, r.UnitId, r.Unit));
            return new Page<GroupRow>([.. page.Items.Select(g => new GroupRow(g.Id, g.Name, g.Source, g.Members, g.TeamId, g.Team, [.. roles[g.Name]]))], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    /// <summary>Gives a role to all who belong to a group, now and later, or takes it from them.</summary>
    /// <returns>False when nothing changed.</returns>
    public Task<bool> SetRoleAsync(string group, string role, long unit, bool give, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        if (give && unit != 0 && await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM owner WHERE org_id = @Org AND id = @unit", new { Org, unit }, transaction) == 0) return false;
        var before = await AuditStore.StateAsync(transaction, UnitGrantStore.OfGroup, new { Org, group });
        var changed = await connection.ExecuteAsync(give
            ? "INSERT INTO group_role (org_id, group_name, role, unit_id) VALUES (@Org, @group, @role, @unit) ON CONFLICT (org_id, group_name, role, unit_id) DO NOTHING"
            : "DELETE FROM group_role WHERE org_id = @Org AND group_name = @group AND role = @role AND unit_id = @unit", new { Org, group, role, unit }, transaction);
        if (changed == 0) return false;
        await RefreshAsync(transaction, group, by);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, give ? "group.role-given" : "group.role-taken", "group:" + group, before, await AuditStore.StateAsync(transaction, UnitGrantStore.OfGroup, new { Org, group }), new { role, unit }));
        return true;
    }, cancellationToken: cancellationToken);

    /// <summary>Makes the members of a group the members of a team, now and later; null ends that.</summary>
    public Task<bool> SetTeamAsync(long id, long? team, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var title = team is null ? null : await connection.QuerySingleOrDefaultAsync<string>("SELECT name FROM owner WHERE org_id = @Org AND id = @team", new { Org, team }, transaction);
        if (team is not null && title is null) return false;
        var before = await AuditStore.StateAsync(transaction, UnitGrantStore.Link, new { id });
        var name = await connection.QuerySingleOrDefaultAsync<string>("UPDATE person_group SET team_id = @team WHERE org_id = @Org AND id = @id RETURNING name", new { Org, id, team }, transaction);
        if (name is null) return false;
        await RefreshAsync(transaction, name, by);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "group.team-set", "group:" + name, before, await AuditStore.StateAsync(transaction, UnitGrantStore.Link, new { id }), new { team = title }));
        return true;
    }, cancellationToken: cancellationToken);

    private async Task RefreshAsync(System.Data.Common.DbTransaction transaction, string group, string by)
    {
        var members = (await transaction.Connection!.QueryAsync<long>("SELECT m.person_id FROM person_group_member m JOIN person_group g ON g.id = m.group_id WHERE g.org_id = @Org AND g.name = @group", new { Org, group }, transaction)).AsList();
        await GroupGrantStore.RefreshAsync(transaction, audit, members, time.GetUtcNow(), by, "groups");
    }

    private sealed class Row
    {
        public long? Id { get; set; }
        public string Name { get; set; } = "";
        public string? Source { get; set; }
        public object? SortKey { get; set; }
        public long? TeamId { get; set; }
        public string? Team { get; set; }
        public int Members { get; set; }
    }

    private sealed class RoleRow
    {
        public string GroupName { get; set; } = "";
        public string Role { get; set; } = "";
        public long UnitId { get; set; }
        public string? Unit { get; set; }
    }
}
