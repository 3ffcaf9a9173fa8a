using System.Data.Common;
using System.Text.Json;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Auth;

/// <summary>What hangs on a unit or team, and ends with it: who belongs to it (<c>team_member</c>), groups that make members of it (<c>person_group</c>), roles of people (<c>role_grant</c>) and of groups (<c>group_role</c>).</summary>
internal static class UnitGrantStore
{
    /// <summary>The roles of a person, for the audit log.</summary>
    public const string OfPerson = "SELECT role, unit_id, source FROM role_grant WHERE org_id = @Org AND person_id = @PersonId ORDER BY role, unit_id, source";

    /// <summary>The roles of a group, for the audit log.</summary>
    public const string OfGroup = "SELECT role, unit_id FROM group_role WHERE org_id = @Org AND group_name = @group ORDER BY role, unit_id";

    /// <summary>Who belongs to a unit or team, for the audit log.</summary>
    public const string Members = "SELECT person_id, source FROM team_member WHERE owner_id = @owner ORDER BY person_id";

    /// <summary>A group and the team that it makes members of, for the audit log.</summary>
    public const string Link = "SELECT name, source, team_id FROM person_group WHERE id = @id";

    private const long Org = Organisation.Home;

    /// <summary>Takes all of them, and records each.</summary>
    public static async Task EndAsync(DbTransaction transaction, AuditStore audit, long unit, string by)
    {
        var connection = transaction.Connection!;
        await audit.HoldAsync(transaction);
        await EndMembersAsync(transaction, audit, unit, by);
        var grants = (await connection.QueryAsync<(long PersonId, string Name, string Role, string Source)>("""
            SELECT g.person_id, a.name, g.role, g.source FROM role_grant g JOIN user_account a ON a.id = g.person_id WHERE g.org_id = @Org AND g.unit_id = @unit ORDER BY g.person_id, g.role, g.source
            """, new { Org, unit }, transaction)).AsList();
        foreach (var (person, name, role, source) in grants)
        {
            var before = await AuditStore.StateAsync(transaction, OfPerson, new { Org, PersonId = person });
            await connection.ExecuteAsync("DELETE FROM role_grant WHERE org_id = @Org AND person_id = @person AND role = @role AND unit_id = @unit AND source = @source", new { Org, person, role, unit, source }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "role.revoked", "user:" + name, before, await AuditStore.StateAsync(transaction, OfPerson, new { Org, PersonId = person }), new { role, unit }));
        }

        foreach (var (group, role) in (await connection.QueryAsync<(string, string)>("SELECT group_name, role FROM group_role WHERE org_id = @Org AND unit_id = @unit ORDER BY group_name, role", new { Org, unit }, transaction)).AsList())
        {
            var before = await AuditStore.StateAsync(transaction, OfGroup, new { Org, group });
            await connection.ExecuteAsync("DELETE FROM group_role WHERE org_id = @Org AND group_name = @group AND role = @role AND unit_id = @unit", new { Org, group, role, unit }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "group.role-taken", "group:" + group, before, await AuditStore.StateAsync(transaction, OfGroup, new { Org, group }), new { role, unit }));
        }
    }

    private static async Task EndMembersAsync(DbTransaction transaction, AuditStore audit, long owner, string by)
    {
        var connection = transaction.Connection!;
        var (kind, name) = await connection.QuerySingleAsync<(string, string)>("SELECT kind, name FROM owner WHERE org_id = @Org AND id = @owner", new { Org, owner }, transaction);
        // The link goes first: as long as it is there, a group would make members again.
        foreach (var (id, group) in (await connection.QueryAsync<(long, string)>("SELECT id, name FROM person_group WHERE org_id = @Org AND team_id = @owner ORDER BY id", new { Org, owner }, transaction)).AsList())
        {
            var before = await AuditStore.StateAsync(transaction, Link, new { id });
            await connection.ExecuteAsync("UPDATE person_group SET team_id = NULL WHERE id = @id", new { id }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "group.team-set", "group:" + group, before, await AuditStore.StateAsync(transaction, Link, new { id }), new { team = (string?)null, was = name }));
        }

        // A group of a directory makes thousands of members: they are read once, and leave from the last to the first, so that who is still there is always the beginning of what was read.
        if (await AuditStore.StateAsync(transaction, Members, new { owner }) is not List<Dictionary<string, object?>> members) return;
        var names = (await connection.QueryAsync<(long Id, string Name)>("SELECT u.id, u.name FROM team_member t JOIN user_account u ON u.id = t.person_id WHERE t.owner_id = @owner", new { owner }, transaction)).ToDictionary(u => u.Id, u => u.Name);
        var digests = AuditEntry.DigestsOfFirst(members);
        await connection.ExecuteAsync("DELETE FROM team_member WHERE owner_id = @owner", new { owner }, transaction);
        await audit.AppendAsync(transaction, [.. members.Index().Reverse().Select(m => new AuditEntry(by, kind + ".member-removed", "owner:" + name, JsonSerializer.Serialize(new { person = names[(long)m.Item["person_id"]!] }), digests[m.Index + 1], digests[m.Index]))]);
    }
}
