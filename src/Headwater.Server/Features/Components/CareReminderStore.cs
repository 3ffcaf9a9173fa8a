using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Inbox;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Components;

/// <summary>Reminds of support plans before they end, and when they have: each time once, whoever runs the job however often.</summary>
internal sealed class CareReminderStore(IDatabase database, InboxModule inbox, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>Days before the end at which somebody is told, furthest first; 0 is when the last day has passed.</summary>
    private static readonly int[] Stages = [30, 7, 0];

    /// <returns>How many plans somebody was reminded of.</returns>
    public Task<int> RemindAsync(CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var now = time.GetUtcNow();
        var plans = (await connection.QueryAsync<Plan>("""
            SELECT ca.component_id, k.identity, k.group_name, k.name, ca.plan, ca.provider, ca.ends_at, ca.owner_id, CASE WHEN a.active = 1 THEN a.id END AS person_id,
                (SELECT MIN(r.stage) FROM care_reminder r WHERE r.org_id = ca.org_id AND r.component_id = ca.component_id AND r.ends_at = ca.ends_at) AS told
            FROM component_care ca JOIN component k ON k.id = ca.component_id LEFT JOIN user_account a ON a.id = ca.person_id
            WHERE ca.org_id = @Org AND ca.plan IS NOT NULL AND ca.ends_at <= @until ORDER BY ca.ends_at, ca.component_id
            """, new { Org, until = now.AddDays(Stages[0]) }, transaction)).Where(p => p.Told != 0).ToList();
        var notes = new List<InboxNote>();
        var reminded = 0;
        foreach (var plan in plans)
        {
            // The whole last day counts. What was missed is not said late: only what holds now.
            var stage = now >= plan.EndsAt.AddDays(1) ? 0 : Stages.Where(s => s > 0 && now >= plan.EndsAt.AddDays(-s)).Min();
            if (plan.Told is { } told && told <= stage) continue;
            await connection.ExecuteAsync("INSERT INTO care_reminder (org_id, component_id, ends_at, stage, told_at) VALUES (@Org, @ComponentId, @EndsAt, @stage, @now) ON CONFLICT DO NOTHING",
                new { Org, plan.ComponentId, plan.EndsAt, stage = (long)stage, now }, transaction);
            notes.AddRange((await ToWhomAsync(connection, transaction, plan)).Select(w => new InboxNote(InboxModule.SupportEnding, w.Owner, w.Person, plan.Identity, plan.ShownName, plan.Provider, w.Projects, plan.EndsAt, stage, Component: plan.ComponentId)));
            reminded++;
        }

        await inbox.TellAsync(transaction, notes);
        return reminded;
    }, true, cancellationToken);

    /// <summary>The person whose plan it is; else the unit or team; else whoever owns the projects that use the component now.</summary>
    private static async Task<IEnumerable<(long? Owner, long? Person, int Projects)>> ToWhomAsync(DbConnection connection, DbTransaction transaction, Plan plan)
    {
        // How many projects use it is said of one's own only: a number would tell of those out of sight.
        if (plan.PersonId is not null) return [(null, plan.PersonId, 0)];
        if (plan.OwnerId is not null) return [(plan.OwnerId, null, 0)];
        var users = (await connection.QueryAsync<(long? Owner, long Projects)>("""
            SELECT p.owner_id, COUNT(DISTINCT p.id) FROM component_version c JOIN occurrence o ON o.org_id = @Org AND o.cv_id = c.id JOIN project p ON p.org_id = @Org AND p.latest_id = o.pv_id
            WHERE c.component_id = @ComponentId GROUP BY p.owner_id
            """, new { Org, plan.ComponentId }, transaction)).AsList();
        return users.Count == 0 ? [(null, null, 0)] : users.Select(u => (u.Owner, (long?)null, (int)u.Projects));
    }

    private sealed class Plan
    {
        public long ComponentId { get; set; }
        public string Identity { get; set; } = "";
        public string? GroupName { get; set; }
        public string Name { get; set; } = "";
        public string? Provider { get; set; }
        public DateTimeOffset EndsAt { get; set; }
        public long? OwnerId { get; set; }
        public long? PersonId { get; set; }
        public int? Told { get; set; }

        public string ShownName => string.IsNullOrEmpty(GroupName) ? Name : $"{GroupName}/{Name}";
    }
}
