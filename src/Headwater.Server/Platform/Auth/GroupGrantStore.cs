using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Auth;

/// <summary>What belonging to groups of the directory gives: roles (<c>group_role</c>) and membership of teams (<c>person_group.team_id</c>).</summary>
internal static class GroupGrantStore
{
    /// <summary>Brings roles and teams of some people (all, when null) in line with their groups. What was given by hand stays.</summary>
    public static async Task RefreshAsync(DbTransaction transaction, IReadOnlyCollection<long>? people, DateTimeOffset now)
    {
        if (people is { Count: 0 }) return;
        var whom = people is null ? "" : $" AND {{0}}.person_id IN ({string.Join(',', people)})";
        var connection = transaction.Connection!;
        var parameters = new { org = Organisation.Home, now };
        await connection.ExecuteAsync($"DELETE FROM role_grant WHERE org_id = @org AND source LIKE 'group:%'{string.Format(whom, "role_grant")}", parameters, transaction);
        await connection.ExecuteAsync($"""
            INSERT INTO role_grant (org_id, person_id, role, unit_id, source, granted_at, granted_by)
            SELECT DISTINCT g.org_id, m.person_id, r.role, r.unit_id, 'group:' || g.name, @now, 'system'
            FROM person_group_member m JOIN person_group g ON g.id = m.group_id JOIN group_role r ON r.org_id = g.org_id AND r.group_name = g.name WHERE g.org_id = @org{string.Format(whom, "m")}
            """, parameters, transaction);
        await connection.ExecuteAsync($"DELETE FROM team_member WHERE source <> 'manual'{string.Format(whom, "team_member")}", parameters, transaction);
        await connection.ExecuteAsync($"""
            INSERT INTO team_member (owner_id, person_id, source)
            SELECT g.team_id, m.person_id, 'group:' || MIN(g.name) FROM person_group_member m JOIN person_group g ON g.id = m.group_id
            WHERE g.org_id = @org AND g.team_id IS NOT NULL{string.Format(whom, "m")} GROUP BY g.team_id, m.person_id
            ON CONFLICT (owner_id, person_id) DO NOTHING
            """, parameters, transaction);
    }
}
