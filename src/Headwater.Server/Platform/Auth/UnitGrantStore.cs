using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Auth;

/// <summary>What is given for a unit or team, and ends with it: roles of people (<c>role_grant</c>) and of groups (<c>group_role</c>).</summary>
internal static class UnitGrantStore
{
    /// <summary>The roles of a person, for the audit log.</summary>
    public const string OfPerson = "SELECT role, unit_id, source FROM role_grant WHERE org_id = @Org AND person_id = @PersonId ORDER BY role, unit_id, source";

    /// <summary>The roles of a group, for the audit log.</summary>
    public const string OfGroup = "SELECT role, unit_id FROM group_role WHERE org_id = @Org AND group_name = @group ORDER BY role, unit_id";

    private const long Org = Organisation.Home;

    /// <summary>Takes all of them, and records each.</summary>
    public static async Task EndAsync(DbTransaction transaction, AuditStore audit, long unit, string by)
    {
        var connection = transaction.Connection!;
        await audit.HoldAsync(transaction);
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
}
