using System.Data.Common;
using System.Diagnostics;
using Dapper;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Findings;

/// <summary>Keeps the numbers of project versions, the copies that projects are sorted by, and the days they are remembered by.</summary>
internal sealed class NumbersStore(IDatabase database, UnitStore units, QueueStore queue, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const long Day = 86_400_000;

    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(10);

    /// <summary>What the portfolio's numbers may cost and still be made with every change.</summary>
    public TimeSpan Costly { get; set; } = TimeSpan.FromMilliseconds(5);

    private TimeSpan _portfolioCost;
    private DateTimeOffset _portfolioAt;

    /// <summary>Makes the numbers of project versions from what is in them, and today's row of each.</summary>
    public async Task VersionsAsync(DbTransaction transaction, IReadOnlyCollection<long> versions)
    {
        if (versions.Count == 0) return;
        var now = time.GetUtcNow();
        var parameters = new { Org, now, day = now.ToUnixTimeMilliseconds() / Day };
        var list = string.Join(',', versions);
        await transaction.Connection!.ExecuteAsync(Versions.Replace("@versions", list, StringComparison.Ordinal), parameters, transaction, 600);
        await DecisionStore.CorrectAsync(transaction, versions);
        await transaction.Connection!.ExecuteAsync(Days.Replace("@versions", list, StringComparison.Ordinal), parameters, transaction, 600);
    }

    /// <summary>Takes over the numbers of the latest versions into the projects.</summary>
    public static async Task ProjectsAsync(DbTransaction transaction, IReadOnlyCollection<long> projects)
    {
        if (projects.Count == 0) return;
        var ids = string.Join(',', projects);
        await transaction.Connection!.ExecuteAsync($"""
            {UsageStore.TakeOver} AND project.id IN ({ids});
            UPDATE project SET max_risk = 0, findings = 0, components = 0 WHERE latest_id IS NULL AND id IN ({ids});
            """, transaction: transaction);
    }

    /// <summary>
    /// Remembers today's numbers of the portfolio. In a large one that reads tens of thousands of sums, so it is done at most a fiftieth of the time; what is
    /// passed over is made up for soon after, by a job that stands for all that came meanwhile.
    /// </summary>
    public async Task PortfolioAsync(DbTransaction transaction, bool always)
    {
        var now = time.GetUtcNow();
        if (!always && _portfolioCost > Costly && now - _portfolioAt < _portfolioCost * 50)
        {
            await queue.EnqueueUnlessQueuedAsync(transaction, NumbersJob.Request with { After = _portfolioCost * 50 < LongestLag ? _portfolioCost * 50 : LongestLag });
            return;
        }

        var start = Stopwatch.GetTimestamp();
        var (s, kev) = await SettledStore.EverywhereAsync(transaction.Connection!, transaction, Viewer.Everything);
        await transaction.Connection!.ExecuteAsync("""
            INSERT INTO metrics_day (org_id, pv_id, day, counted_at, components, covered, not_covered, no_version, unidentified, pending, vulnerable, critical, high, medium, low, unassigned, kev)
            SELECT @Org, 0, @day, @now, COALESCE(SUM(versions), 0), COALESCE(SUM(covered), 0), COALESCE(SUM(not_covered), 0), COALESCE(SUM(no_version), 0), COALESCE(SUM(unidentified), 0), COALESCE(SUM(pending), 0),
                COALESCE(SUM(vulnerable), 0), COALESCE(SUM(critical), 0) - @Critical, COALESCE(SUM(high), 0) - @High, COALESCE(SUM(medium), 0) - @Medium, COALESCE(SUM(low), 0) - @Low, COALESCE(SUM(unassigned), 0) - @Unassigned, COALESCE(SUM(kev), 0) - @kev
            FROM component_usage WHERE org_id = @Org
            ON CONFLICT (org_id, pv_id, day) DO UPDATE SET counted_at = excluded.counted_at, components = excluded.components, covered = excluded.covered, not_covered = excluded.not_covered, no_version = excluded.no_version,
                unidentified = excluded.unidentified, pending = excluded.pending, vulnerable = excluded.vulnerable, critical = excluded.critical, high = excluded.high, medium = excluded.medium, low = excluded.low,
                unassigned = excluded.unassigned, kev = excluded.kev
            """, new { Org, now, day = now.ToUnixTimeMilliseconds() / Day, s.Critical, s.High, s.Medium, s.Low, s.Unassigned, kev }, transaction);
        (_portfolioCost, _portfolioAt) = (Stopwatch.GetElapsedTime(start), now);
    }

    /// <summary>Makes the numbers that new findings have made old, a part at a time, so that nobody waits long to write.</summary>
    /// <returns>How many were made; less than <paramref name="count"/> when none are left.</returns>
    public Task<int> CatchUpAsync(int count, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        await database.LockAsync(transaction, UsageStore.Lock);
        var versions = (await transaction.Connection!.QueryAsync<long>("SELECT pv_id FROM number_work WHERE org_id = @Org ORDER BY pv_id LIMIT @count", new { Org, count }, transaction)).AsList();
        await DecisionStore.ApplyAsync(transaction, versions);
        await UsageStore.DecisionsChangedAsync(transaction, versions);
        await VersionsAsync(transaction, versions);
        await units.ProjectsAsync(transaction, (await transaction.Connection!.QueryAsync<long>($"SELECT id FROM project WHERE org_id = @Org AND latest_id IN ({string.Join(',', versions.DefaultIfEmpty())})", new { Org }, transaction)).AsList());
        if (versions.Count < count) await PortfolioAsync(transaction, true);
        return versions.Count;
    }, true, cancellationToken);

    public Task<int> CountWorkAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.QuerySingleAsync<int>("SELECT COUNT(*) FROM number_work WHERE org_id = @Org", new { Org }), cancellationToken);

    private const string Versions = $"""
        UPDATE project_version SET metrics_at = @now, first_metrics_at = COALESCE(first_metrics_at, @now), components = 0, direct = 0, covered = 0, not_covered = 0, no_version = 0, unidentified = 0,
            pending = 0, vulnerable = 0, critical = 0, high = 0, medium = 0, low = 0, unassigned = 0, kev = 0, max_risk = 0
        WHERE org_id = @Org AND id IN (@versions) AND last_upload_id IS NOT NULL;

        UPDATE project_version SET components = m.components, direct = m.direct, covered = m.covered, not_covered = m.not_covered, no_version = m.no_version,
            unidentified = m.unidentified, pending = m.pending, vulnerable = m.vulnerable, critical = m.critical, high = m.high, medium = m.medium, low = m.low,
            unassigned = m.unassigned, kev = m.kev, max_risk = m.max_risk
        FROM (SELECT o.pv_id, COUNT(*) AS components, SUM(CASE WHEN o.flags >= 4 THEN 1 ELSE 0 END) AS direct,
                SUM(CASE WHEN c.coverage = 1 THEN 1 ELSE 0 END) AS covered, SUM(CASE WHEN c.coverage = 2 THEN 1 ELSE 0 END) AS not_covered,
                SUM(CASE WHEN c.coverage = 3 THEN 1 ELSE 0 END) AS no_version, SUM(CASE WHEN c.coverage = 4 THEN 1 ELSE 0 END) AS unidentified,
                SUM(CASE WHEN c.coverage = 0 THEN 1 ELSE 0 END) AS pending,
                SUM(CASE WHEN c.critical + c.high + c.medium + c.low + c.unassigned > 0 THEN 1 ELSE 0 END) AS vulnerable,
                SUM(c.critical) AS critical, SUM(c.high) AS high, SUM(c.medium) AS medium, SUM(c.low) AS low, SUM(c.unassigned) AS unassigned, SUM(c.kev) AS kev, MAX(c.max_risk) AS max_risk
            FROM occurrence o JOIN component_version c ON c.id = o.cv_id
            WHERE o.org_id = @Org AND o.pv_id IN (@versions) GROUP BY o.pv_id) m
        WHERE project_version.id = m.pv_id;
        """;

    /// <summary>Writes today's row of each version <c>project_version</c> that a condition, which follows <c>AND</c>, holds for; it ends before what may follow.</summary>
    internal static string DaysOf(string which) => $"""
        INSERT INTO metrics_day (org_id, pv_id, day, counted_at, {DayColumns})
        SELECT @Org, id, @day, metrics_at, {DayColumns} FROM project_version WHERE org_id = @Org AND {which}
        ON CONFLICT (org_id, pv_id, day) DO UPDATE SET counted_at = excluded.counted_at, {string.Join(", ", DayColumns.Split(", ").Select(c => $"{c} = excluded.{c}"))};
        """;

    private const string DayColumns = "components, covered, not_covered, no_version, unidentified, pending, vulnerable, critical, high, medium, low, unassigned, kev, suppressed, settled, audited";

    private static readonly string Days = $"""
        {DaysOf("id IN (@versions) AND metrics_at IS NOT NULL")}

        DELETE FROM number_work WHERE org_id = @Org AND pv_id IN (@versions);

        {UsageStore.TakeOver} AND v.id IN (@versions);
        """;
}
