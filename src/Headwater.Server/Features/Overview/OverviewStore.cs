using Dapper;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Overview;

/// <summary>The portfolio in numbers.</summary>
internal sealed class OverviewStore(IDatabase database, OwnersModule owners, FindingsModule findings, FeedsModule feeds, Platform.Remembered remembered, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const int Stale = 90, Top = 10, Recent = 8;

    public async Task<PortfolioOverview> GetAsync(Viewer viewer, CancellationToken cancellationToken = default)
    {
        var (overview, at) = await remembered.GetAsync($"overview {viewer.Key} {await findings.PlacesAsync(cancellationToken)}", token => CountAsync(viewer, token), cancellationToken);
        return overview with { CountedAt = at, Feeds = await feeds.StatusAsync(cancellationToken) }; // How old the data is, is never remembered.
    }

    private async Task<PortfolioOverview> CountAsync(Viewer viewer, CancellationToken cancellationToken)
    {
        var top = await owners.TopRisksAsync(viewer, Top, null, cancellationToken);
        var part = viewer.All ? null : await findings.PartAsync(viewer, cancellationToken);
        return await database.ReadAsync(async connection =>
        {
            var stale = time.GetUtcNow() - TimeSpan.FromDays(Stale);
            var p = await connection.QuerySingleAsync<ProjectNumbers>($"""
                SELECT COUNT(*) AS projects, COALESCE(SUM(CASE WHEN p.findings > 0 THEN 1 ELSE 0 END), 0) AS vulnerable_projects, COALESCE(SUM(CASE WHEN p.owner_id IS NULL THEN 1 ELSE 0 END), 0) AS without_owner,
                    COALESCE(SUM(CASE WHEN p.uploaded_at > 0 AND p.uploaded_at < @stale THEN 1 ELSE 0 END), 0) AS stale, NULLIF(MAX(p.uploaded_at), 0) AS newest
                FROM project p WHERE p.org_id = @Org AND p.retired_at IS NULL AND {viewer.Sees("p.owner_id")}
                """, new { Org, stale });
            var c = part is not null ? Sum(part) : await connection.QuerySingleAsync<UsageNumbers>("""
                SELECT COUNT(*) AS distinct_components, COALESCE(SUM(versions), 0) AS components, COALESCE(SUM(vulnerable), 0) AS vulnerable, COALESCE(SUM(covered), 0) AS covered,
                    COALESCE(SUM(not_covered), 0) AS not_covered, COALESCE(SUM(no_version), 0) AS no_version, COALESCE(SUM(unidentified), 0) AS unidentified, COALESCE(SUM(pending), 0) AS pending,
                    COALESCE(SUM(critical), 0) AS critical, COALESCE(SUM(high), 0) AS high, COALESCE(SUM(medium), 0) AS medium, COALESCE(SUM(low), 0) AS low, COALESCE(SUM(unassigned), 0) AS unassigned,
                    COALESCE(SUM(kev), 0) AS kev
                FROM component_usage u WHERE org_id = @Org
                """, new { Org });
            var (settled, settledKev) = await FindingsModule.SettledAsync(connection, viewer);
            var jobs = (await connection.QueryAsync<(string State, long Count)>($"""
                SELECT state, COUNT(*) FROM job j WHERE j.org_id = @Org AND j.state <> 'done'
                    {(viewer.All ? "" : $"AND EXISTS (SELECT 1 FROM upload u JOIN project_version v ON v.id = u.pv_id JOIN project p ON p.id = v.project_id WHERE u.org_id = @Org AND u.token = j.key AND {viewer.Sees("p.owner_id")})")}
                GROUP BY state
                """, new { Org })).ToDictionary(j => j.State, j => (int)j.Count);
            return new PortfolioOverview(p.Projects, p.VulnerableProjects, p.WithoutOwner, p.Stale, c.DistinctComponents, c.Components, c.Vulnerable, c.Severities.Without(settled), c.Kev - settledKev, c.Coverage, p.Newest, feeds.Status(),
                jobs.GetValueOrDefault("queued") + jobs.GetValueOrDefault("running"), jobs.GetValueOrDefault("dead"), top, await ProjectsModule.TrendAsync(connection, viewer, time.GetUtcNow()),
                await ProjectsModule.RecentUploadsAsync(connection, viewer, Recent), time.GetUtcNow());
        }, cancellationToken);
    }

    private static UsageNumbers Sum(PartUsage part)
    {
        var sum = new UsageNumbers { DistinctComponents = part.Components.Count };
        foreach (var c in part.Components.Values)
        {
            sum.Components += c.Versions;
            sum.Vulnerable += c.Vulnerable;
            (sum.Covered, sum.NotCovered, sum.NoVersion, sum.Unidentified, sum.Pending) = (sum.Covered + c.Covered, sum.NotCovered + c.NotCovered, sum.NoVersion + c.NoVersion, sum.Unidentified + c.Unidentified, sum.Pending + c.Pending);
            (sum.Critical, sum.High, sum.Medium, sum.Low, sum.Unassigned, sum.Kev) = (sum.Critical + c.Critical, sum.High + c.High, sum.Medium + c.Medium, sum.Low + c.Low, sum.Unassigned + c.Unassigned, sum.Kev + c.Kev);
        }

        return sum;
    }

    private sealed class ProjectNumbers
    {
        public int Projects { get; set; }
        public int VulnerableProjects { get; set; }
        public int WithoutOwner { get; set; }
        public int Stale { get; set; }
        public DateTimeOffset? Newest { get; set; }
    }

    private sealed record UsageNumbers : Numbers
    {
        public int DistinctComponents { get; set; }
    }
}
