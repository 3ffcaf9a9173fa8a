using System.Data.Common;
using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Findings;

/// <summary>A component version to be matched.</summary>
internal sealed class Unmatched
{
    public long Id { get; set; }
    public string? Purl { get; set; }
    public string? Version { get; set; }
}

/// <summary>What came of matching one component version.</summary>
internal readonly record struct Matched(long ComponentVersion, CoverageState Coverage, IReadOnlyList<Finding> Findings);

/// <summary>Keeps findings with the component version they belong to, and counts them where they are looked at.</summary>
internal sealed class MatchStore(IDatabase database, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>Component versions not matched against the data of this key, by id; of one project version, or of all.</summary>
    public Task<List<Unmatched>> PendingAsync(long? version, string key, long after, int count, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<Unmatched>(version is null
            ? "SELECT id, purl, version FROM component_version WHERE id > @after AND (match_key IS NULL OR match_key <> @key) ORDER BY id LIMIT @count"
            : """
              SELECT c.id, c.purl, c.version FROM occurrence o JOIN component_version c ON c.id = o.cv_id
              WHERE o.org_id = @Org AND o.pv_id = @version AND o.cv_id > @after AND (c.match_key IS NULL OR c.match_key <> @key) ORDER BY o.cv_id LIMIT @count
              """, new { Org, version, key, after, count })).AsList(), cancellationToken);

    public Task<int> CountPendingAsync(long? version, string key, CancellationToken cancellationToken) => database.ReadAsync(connection => connection.QuerySingleAsync<int>(version is null
        ? "SELECT COUNT(*) FROM component_version WHERE match_key IS NULL OR match_key <> @key"
        : "SELECT COUNT(*) FROM occurrence o JOIN component_version c ON c.id = o.cv_id WHERE o.org_id = @Org AND o.pv_id = @version AND (c.match_key IS NULL OR c.match_key <> @key)",
        new { Org, version, key }), cancellationToken);

    public Task SaveAsync(IReadOnlyList<Matched> batch, string key, long job, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        using var update = new PreparedCommand(transaction, """
            UPDATE component_version SET coverage = @p1, matched_at = @p2, match_key = @p3, critical = @p4, high = @p5, medium = @p6, low = @p7, unassigned = @p8,
                cannot_tell = @p9, kev = @p10, max_severity = @p11, max_risk = @p12 WHERE id = @p0
            """, 13);
        using var found = new PreparedCommand(transaction, "SELECT COUNT(*) FROM finding WHERE cv_id = @p0", 1);
        using var insert = new PreparedCommand(transaction, """
            INSERT INTO finding (cv_id, id, ids, affected, summary, severity, score, vector, epss, epss_percentile, kev, ransomware, malicious, risk, fixed, published, found_at)
            VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16)
            ON CONFLICT (cv_id, id) DO NOTHING
            """, 17);
        using var note = new PreparedCommand(transaction, "INSERT INTO usage_work (job_id, cv_id) VALUES (@p0, @p1) ON CONFLICT DO NOTHING", 2);
        foreach (var (id, coverage, findings) in batch)
        {
            // When a finding was first seen outlives every later match that still sees it.
            var since = found.Scalar(id) is > 0L ? await FirstSeenAsync(transaction, id) : [];
            var counts = new int[6];
            var (kev, cannotTell, severity, risk) = (0, 0, Severity.Unknown, 0.0);
            foreach (var finding in findings)
            {
                var affected = finding.Verdict == MatchVerdict.Affected;
                insert.Execute(id, finding.Id, TypeMaps.ToJson(finding.Ids), affected ? 1L : 0L, finding.Summary, (long)finding.Severity, finding.Score, finding.Vector, finding.Epss, finding.EpssPercentile,
                    finding.Kev ? 1L : 0L, finding.KevRansomware ? 1L : 0L, finding.Malicious ? 1L : 0L, finding.Risk, TypeMaps.ToJson(finding.FixedVersions),
                    finding.Published?.ToUnixTimeMilliseconds(), since.GetValueOrDefault(finding.Id, now));
                if (!affected)
                {
                    cannotTell++;
                    continue;
                }

                counts[(int)finding.Severity]++;
                if (finding.Kev) kev++;
                if (finding.Severity > severity) severity = finding.Severity;
                if (finding.Risk > risk) risk = finding.Risk;
            }

            update.Execute(id, (long)coverage, now, key, (long)counts[(int)Severity.Critical], (long)counts[(int)Severity.High], (long)counts[(int)Severity.Medium], (long)counts[(int)Severity.Low],
                (long)(counts[(int)Severity.Unknown] + counts[(int)Severity.None]), (long)cannotTell, (long)kev, (long)severity, risk);
            note.Execute(job, id);
        }
    }, true, cancellationToken);

    /// <summary>Counts again whatever the job has touched: who uses which component and which advisory hits what, then the numbers of the version and of the portfolio.</summary>
    /// <param name="version">The project version whose numbers are to be made; null for all of them.</param>
    public async Task CountAsync(DbTransaction transaction, long job, long? version)
    {
        await database.LockAsync(transaction, "usage");
        var connection = transaction.Connection!;
        var day = time.GetUtcNow().ToUnixTimeMilliseconds() / 86_400_000;
        await DecisionStore.ApplyAsync(transaction, version);
        await connection.ExecuteAsync(version is null ? AllUsage : TouchedUsage, new { Org, job }, transaction, 3600);
        await connection.ExecuteAsync(Metrics, new { Org, job, version, now = time.GetUtcNow() }, transaction, 3600);
        await DecisionStore.CorrectAsync(transaction, version);
        await connection.ExecuteAsync(Days, new { Org, version, day }, transaction, 3600);
    }

    private static async Task<Dictionary<string, long>> FirstSeenAsync(DbTransaction transaction, long id)
    {
        var since = (await transaction.Connection!.QueryAsync<(string Id, long At)>("SELECT id, found_at FROM finding WHERE cv_id = @id", new { id }, transaction)).ToDictionary(f => f.Id, f => f.At, StringComparer.Ordinal);
        await transaction.Connection!.ExecuteAsync("DELETE FROM finding WHERE cv_id = @id", new { id }, transaction);
        return since;
    }

    public static async Task<List<FindingColumns>> SeenAsync(DbConnection connection, Viewer viewer, IEnumerable<FindingColumns> findings)
    {
        var list = findings.AsList();
        if (viewer.All || list.Count == 0) return list;
        var since = new Dictionary<long, long>();
        foreach (var chunk in list.Select(f => f.CvId).Distinct().Chunk(500))
        {
            foreach (var (version, at) in await connection.QueryAsync<(long Version, long At)>($"""
                SELECT o.cv_id, MIN(v.created_at) FROM occurrence_by_component o JOIN project_version v ON v.id = o.pv_id JOIN project p ON p.id = v.project_id
                WHERE o.org_id = @Org AND o.cv_id IN ({string.Join(',', chunk)}) AND {viewer.Sees("p.owner_id")} GROUP BY o.cv_id
                """, new { Org })) since[version] = at;
        }

        foreach (var finding in list)
            if (since.TryGetValue(finding.CvId, out var at) && DateTimeOffset.FromUnixTimeMilliseconds(at) is var first && first > finding.FoundAt) finding.FoundAt = first;
        return list;
    }

    public static string ComponentUsage(Viewer viewer) => viewer.All ? "component_usage" : $"""
        (SELECT q.org_id, q.component_id, q.projects, COUNT(*) AS versions, SUM(CASE WHEN c.critical + c.high + c.medium + c.low + c.unassigned > 0 THEN 1 ELSE 0 END) AS vulnerable,
            SUM(CASE WHEN c.coverage = 1 THEN 1 ELSE 0 END) AS covered, SUM(CASE WHEN c.coverage = 2 THEN 1 ELSE 0 END) AS not_covered, SUM(CASE WHEN c.coverage = 3 THEN 1 ELSE 0 END) AS no_version,
            SUM(CASE WHEN c.coverage = 4 THEN 1 ELSE 0 END) AS unidentified, SUM(CASE WHEN c.coverage = 0 THEN 1 ELSE 0 END) AS pending,
            SUM(c.critical) AS critical, SUM(c.high) AS high, SUM(c.medium) AS medium, SUM(c.low) AS low, SUM(c.unassigned) AS unassigned, SUM(c.kev) AS kev, MAX(c.max_risk) AS max_risk
        FROM (SELECT o.org_id, c.component_id, COUNT(DISTINCT o.pv_id) AS projects FROM project p JOIN occurrence o ON o.org_id = @Org AND o.pv_id = p.latest_id JOIN component_version c ON c.id = o.cv_id
                WHERE p.org_id = @Org AND {viewer.Sees("p.owner_id")} GROUP BY o.org_id, c.component_id) q
        JOIN component_version c ON c.component_id = q.component_id
        WHERE c.id IN (SELECT o.cv_id FROM project p JOIN occurrence o ON o.org_id = @Org AND o.pv_id = p.latest_id WHERE p.org_id = @Org AND {viewer.Sees("p.owner_id")})
        GROUP BY q.org_id, q.component_id, q.projects)
        """;

    public static string AdvisoryUsage(Viewer viewer) => viewer.All ? "advisory_usage" : $"""
        (SELECT o.org_id, f.id, MAX(f.ids) AS ids, MAX(f.summary) AS summary, MAX(f.severity) AS severity, MAX(f.score) AS score, MAX(f.epss) AS epss, MAX(f.epss_percentile) AS epss_percentile,
            MAX(f.kev) AS kev, MAX(f.malicious) AS malicious, MAX(f.risk) AS risk, MIN(f.published) AS published, COUNT(DISTINCT f.cv_id) AS components, COUNT(DISTINCT o.pv_id) AS projects
        FROM project p JOIN occurrence o ON o.org_id = @Org AND o.pv_id = p.latest_id JOIN finding f ON f.cv_id = o.cv_id AND f.affected = 1
        WHERE p.org_id = @Org AND {viewer.Sees("p.owner_id")}
            AND NOT EXISTS (SELECT 1 FROM finding_decision d WHERE d.org_id = @Org AND d.pv_id = o.pv_id AND d.cv_id = f.cv_id AND d.finding_id = f.id AND d.settled = 1) GROUP BY o.org_id, f.id)
        """;

    private const string TouchedUsage = """
        DELETE FROM component_usage WHERE org_id = @Org AND component_id IN (SELECT c.component_id FROM usage_work w JOIN component_version c ON c.id = w.cv_id WHERE w.job_id = @job);
        DELETE FROM advisory_usage WHERE org_id = @Org AND id IN (SELECT f.id FROM usage_work w JOIN finding f ON f.cv_id = w.cv_id WHERE w.job_id = @job);
        """ + "WITH touched AS (SELECT DISTINCT c.component_id AS id FROM usage_work w JOIN component_version c ON c.id = w.cv_id WHERE w.job_id = @job)" + InsertComponentUsage + ";"
        + "WITH touched AS (SELECT DISTINCT f.id FROM usage_work w JOIN finding f ON f.cv_id = w.cv_id WHERE w.job_id = @job AND f.affected = 1)" + InsertAdvisoryUsage + ";"
        + "DELETE FROM usage_work WHERE job_id = @job;";

    private const string AllUsage = """
        DELETE FROM component_usage WHERE org_id = @Org;
        DELETE FROM advisory_usage WHERE org_id = @Org;
        """ + "WITH touched AS (SELECT DISTINCT c.component_id AS id FROM component_version c)" + InsertComponentUsage + ";"
        + "WITH touched AS (SELECT DISTINCT f.id FROM finding f WHERE f.affected = 1)" + InsertAdvisoryUsage + ";"
        + "DELETE FROM usage_work WHERE job_id = @job;";

    private const string InsertComponentUsage = """
        , used AS (
            SELECT c.component_id, c.id, COUNT(*) AS n FROM touched t
            JOIN component_version c ON c.component_id = t.id
            JOIN occurrence_by_component o ON o.org_id = @Org AND o.cv_id = c.id
            JOIN project p ON p.org_id = @Org AND p.latest_id = o.pv_id
            GROUP BY c.component_id, c.id),
        projects AS (
            SELECT u.component_id, COUNT(DISTINCT o.pv_id) AS n FROM used u
            JOIN occurrence_by_component o ON o.org_id = @Org AND o.cv_id = u.id
            JOIN project p ON p.org_id = @Org AND p.latest_id = o.pv_id
            GROUP BY u.component_id)
        INSERT INTO component_usage (org_id, component_id, projects, versions, vulnerable, covered, not_covered, no_version, unidentified, pending, critical, high, medium, low, unassigned, kev, max_risk)
        SELECT @Org, u.component_id, MAX(q.n), COUNT(*),
            SUM(CASE WHEN c.critical + c.high + c.medium + c.low + c.unassigned > 0 THEN 1 ELSE 0 END),
            SUM(CASE WHEN c.coverage = 1 THEN 1 ELSE 0 END), SUM(CASE WHEN c.coverage = 2 THEN 1 ELSE 0 END), SUM(CASE WHEN c.coverage = 3 THEN 1 ELSE 0 END),
            SUM(CASE WHEN c.coverage = 4 THEN 1 ELSE 0 END), SUM(CASE WHEN c.coverage = 0 THEN 1 ELSE 0 END),
            SUM(c.critical), SUM(c.high), SUM(c.medium), SUM(c.low), SUM(c.unassigned), SUM(c.kev), MAX(c.max_risk)
        FROM used u JOIN projects q ON q.component_id = u.component_id JOIN component_version c ON c.id = u.id
        GROUP BY u.component_id
        """;

    private const string InsertAdvisoryUsage = """
        , hit AS (
            SELECT f.id, f.cv_id, o.pv_id FROM touched t
            JOIN finding f ON f.id = t.id AND f.affected = 1
            JOIN occurrence_by_component o ON o.org_id = @Org AND o.cv_id = f.cv_id
            JOIN project p ON p.org_id = @Org AND p.latest_id = o.pv_id
            WHERE NOT EXISTS (SELECT 1 FROM finding_decision d WHERE d.org_id = @Org AND d.pv_id = o.pv_id AND d.cv_id = f.cv_id AND d.finding_id = f.id AND d.settled = 1)),
        counted AS (SELECT id, COUNT(DISTINCT cv_id) AS components, COUNT(DISTINCT pv_id) AS projects FROM hit GROUP BY id)
        INSERT INTO advisory_usage (org_id, id, ids, summary, severity, score, epss, epss_percentile, kev, malicious, risk, published, components, projects)
        SELECT @Org, n.id, MAX(f.ids), MAX(f.summary), MAX(f.severity), MAX(f.score), MAX(f.epss), MAX(f.epss_percentile), MAX(f.kev), MAX(f.malicious), MAX(f.risk), MIN(f.published),
            MAX(n.components), MAX(n.projects)
        FROM counted n JOIN finding f ON f.id = n.id AND f.affected = 1
        GROUP BY n.id
        """;

    private const string Metrics = """
        UPDATE project_version SET metrics_at = @now, first_metrics_at = COALESCE(first_metrics_at, @now), components = 0, direct = 0, covered = 0, not_covered = 0, no_version = 0, unidentified = 0,
            pending = 0, vulnerable = 0, critical = 0, high = 0, medium = 0, low = 0, unassigned = 0, kev = 0, max_risk = 0
        WHERE org_id = @Org AND (@version IS NULL OR id = @version) AND last_upload_id IS NOT NULL;

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
            WHERE o.org_id = @Org AND (@version IS NULL OR o.pv_id = @version) GROUP BY o.pv_id) m
        WHERE project_version.id = m.pv_id;
        """;

    private const string Days = """
        INSERT INTO metrics_day (org_id, pv_id, day, components, vulnerable, critical, high, medium, low, unassigned, kev, suppressed, settled, audited)
        SELECT @Org, id, @day, components, vulnerable, critical, high, medium, low, unassigned, kev, suppressed, settled, audited FROM project_version
        WHERE org_id = @Org AND (@version IS NULL OR id = @version) AND metrics_at IS NOT NULL
        ON CONFLICT (org_id, pv_id, day) DO UPDATE SET components = excluded.components, vulnerable = excluded.vulnerable, critical = excluded.critical, high = excluded.high,
            medium = excluded.medium, low = excluded.low, unassigned = excluded.unassigned, kev = excluded.kev, suppressed = excluded.suppressed, settled = excluded.settled, audited = excluded.audited;

        INSERT INTO metrics_day (org_id, pv_id, day, components, vulnerable, critical, high, medium, low, unassigned, kev)
        SELECT @Org, 0, @day, COALESCE(SUM(versions), 0), COALESCE(SUM(vulnerable), 0), COALESCE(SUM(critical), 0), COALESCE(SUM(high), 0), COALESCE(SUM(medium), 0), COALESCE(SUM(low), 0),
            COALESCE(SUM(unassigned), 0), COALESCE(SUM(kev), 0) FROM component_usage WHERE org_id = @Org
        ON CONFLICT (org_id, pv_id, day) DO UPDATE SET components = excluded.components, vulnerable = excluded.vulnerable, critical = excluded.critical, high = excluded.high,
            medium = excluded.medium, low = excluded.low, unassigned = excluded.unassigned, kev = excluded.kev;
        """;
}
