using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Auth;

/// <summary>What belonging to groups of the directory gives: roles (<c>group_role</c>) and membership of teams (<c>person_group.team_id</c>).</summary>
internal static class GroupGrantStore
{
    /// <summary>The groups somebody belongs to, the roles and the teams they have, from wherever they come; in one order.</summary>
    public static async Task<IReadOnlyList<Held>> HeldAsync(DbTransaction transaction, long person) => (await transaction.Connection!.QueryAsync<Held>("""
        SELECT 'group' AS what, g.name AS name, g.source AS source, CAST(0 AS BIGINT) AS place FROM person_group_member m JOIN person_group g ON g.id = m.group_id WHERE g.org_id = @org AND m.person_id = @person
        UNION ALL SELECT 'role', role, source, unit_id FROM role_grant WHERE org_id = @org AND person_id = @person
        UNION ALL SELECT 'team', o.name, t.source, t.owner_id FROM team_member t JOIN owner o ON o.id = t.owner_id WHERE o.org_id = @org AND t.person_id = @person
        ORDER BY 1, 2, 3, 4
        """, new { org = Organisation.Home, person }, transaction)).AsList();

    /// <summary>The roles and teams of some people, by their ids and names.</summary>
    private static async Task<Dictionary<(long Id, string Name), List<Held>>> HeldAsync(DbTransaction transaction, IReadOnlyCollection<long> people) => (await transaction.Connection!.QueryAsync<(long Id, string Person, string What, string? Name, string? Source, long? Place)>($"""
        SELECT q.* FROM (
            SELECT u.id, u.name AS person, 'role' AS what, r.role AS name, r.source, r.unit_id AS place FROM user_account u LEFT JOIN role_grant r ON r.org_id = u.org_id AND r.person_id = u.id WHERE u.id IN ({string.Join(',', people)})
            UNION ALL SELECT u.id, u.name, 'team', o.name, t.source, t.owner_id FROM user_account u JOIN team_member t ON t.person_id = u.id JOIN owner o ON o.id = t.owner_id WHERE u.id IN ({string.Join(',', people)})) q
        ORDER BY 1, 3, 4, 5, 6
        """, transaction: transaction)).GroupBy(h => (h.Id, h.Person)).ToDictionary(g => g.Key, g => g.Where(h => h.Name is not null).Select(h => new Held { What = h.What, Name = h.Name!, Source = h.Source ?? "", Place = h.Place ?? 0 }).ToList());

    /// <summary>
    /// Brings roles and teams of some people in line with their groups, and records of each person what that gives and takes. Which groups they belong to is in the record of the act on the group.
    /// </summary>
    /// <param name="source">The way it came: <c>scim</c>, or <c>groups</c> for what somebody gave a group here.</param>
    public static async Task RefreshAsync(DbTransaction transaction, AuditStore audit, IReadOnlyCollection<long> people, DateTimeOffset now, string actor, string source)
    {
        foreach (var chunk in people.Distinct().Order().Chunk(500))
        {
            await audit.HoldAsync(transaction);
            var before = await HeldAsync(transaction, chunk);
            await RefreshAsync(transaction, chunk, now);
            var after = await HeldAsync(transaction, chunk);
            await audit.AppendAsync(transaction, [.. before.OrderBy(b => b.Key.Id).Select(b => Change(b.Key.Name, b.Value, after.GetValueOrDefault(b.Key) ?? [], source, actor)).OfType<AuditEntry>()]);
        }
    }

    /// <summary>The record of what the directory changed of somebody; null when nothing did.</summary>
    /// <param name="by">The way it came: <c>oidc</c>, <c>scim</c>, <c>groups</c>.</param>
    public static AuditEntry? Change(string person, IReadOnlyList<Held> before, IReadOnlyList<Held> after, string by, string actor = "system")
    {
        var (gone, come) = (before.Except(after).ToList(), after.Except(before).ToList());
        if (gone.Count + come.Count == 0) return null;
        return AuditEntry.Change(actor, "user.groups-changed", "user:" + person, before.Count == 0 ? null : before, after.Count == 0 ? null : after, new
        {
            source = by, groupsJoined = Names(come, "group"), groupsLeft = Names(gone, "group"), rolesGiven = Granted(come), rolesTaken = Granted(gone), teamsJoined = Names(come, "team"), teamsLeft = Names(gone, "team"),
        });

        static string[]? Names(List<Held> held, string what) => held.Where(h => h.What == what).Select(h => h.Name).ToArray() is { Length: > 0 } names ? names : null;
        static object[]? Granted(List<Held> held) => held.Where(h => h.What == "role").Select(h => (object)new { role = h.Name, unit = h.Place }).ToArray() is { Length: > 0 } roles ? roles : null;
    }

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

/// <summary>One thing that somebody has or belongs to.</summary>
internal sealed record Held
{
    /// <summary><c>group</c>, <c>role</c> or <c>team</c>.</summary>
    public string What { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>By hand, or the group that gives it.</summary>
    public string Source { get; init; } = "";

    /// <summary>The unit of a role (0 for everywhere), or the team.</summary>
    public long Place { get; init; }
}
