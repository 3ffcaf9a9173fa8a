using System.Data.Common;
using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Findings;

/// <summary>A component version to be matched.</summary>
internal sealed class Unmatched
{
    public long Id { get; set; }
    public string? Purl { get; set; }
    public string? Version { get; set; }

    /// <summary>It has been matched before, so that what is new now is news.</summary>
    public bool Known { get; set; }
}

/// <summary>What came of matching one component version.</summary>
/// <param name="Known">It had been matched before.</param>
/// <param name="Names">The names under which changes of advisories lead to it.</param>
internal readonly record struct Matched(long ComponentVersion, bool Known, CoverageState Coverage, IReadOnlyList<Finding> Findings, IReadOnlyList<string> Names);

/// <summary>Keeps findings with the component version they belong to, and counts them where they are looked at.</summary>
internal sealed class MatchStore(IDatabase database, NumbersStore numbers, UnitStore units, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>Component versions not matched against the data of this key, by id; of one project version, or of all.</summary>
    public Task<List<Unmatched>> PendingAsync(long? version, string key, long after, int count, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<Unmatched>(version is null
            ? "SELECT id, purl, version, CASE WHEN match_key IS NULL THEN 0 ELSE 1 END AS known FROM component_version WHERE id > @after AND (match_key IS NULL OR match_key <> @key) ORDER BY id LIMIT @count"
            : """
              SELECT c.id, c.purl, c.version, CASE WHEN c.match_key IS NULL THEN 0 ELSE 1 END AS known FROM occurrence o JOIN component_version c ON c.id = o.cv_id
              WHERE o.org_id = @Org AND o.pv_id = @version AND o.cv_id > @after AND (c.match_key IS NULL OR c.match_key <> @key) ORDER BY o.cv_id LIMIT @count
              """, new { Org, version, key, after, count })).AsList(), cancellationToken);

    public Task<int> CountPendingAsync(long? version, string key, CancellationToken cancellationToken) => database.ReadAsync(connection => connection.QuerySingleAsync<int>(version is null
        ? "SELECT COUNT(*) FROM component_version WHERE match_key IS NULL OR match_key <> @key"
        : "SELECT COUNT(*) FROM occurrence o JOIN component_version c ON c.id = o.cv_id WHERE o.org_id = @Org AND o.pv_id = @version AND (c.match_key IS NULL OR c.match_key <> @key)",
        new { Org, version, key }), cancellationToken);

    /// <summary>Component versions that are looked up under one of the names of records that have changed.</summary>
    public Task<List<Unmatched>> TouchedAsync(long from, long to, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var lists = await connection.QueryAsync<string>("SELECT names FROM feed_change WHERE id BETWEEN @from AND @to", new { from, to });
        var touched = new Dictionary<long, Unmatched>();
        foreach (var names in lists.SelectMany(TypeMaps.FromJson).Distinct(StringComparer.Ordinal).Chunk(200))
        {
            foreach (var one in await connection.QueryAsync<Unmatched>("""
                SELECT c.id, c.purl, c.version, CASE WHEN c.match_key IS NULL THEN 0 ELSE 1 END AS known FROM component_name n JOIN component_version c ON c.id = n.cv_id WHERE n.name IN @names
                """, new { names })) touched[one.Id] = one;
        }

        return touched.Values.OrderBy(u => u.Id).ToList();
    }, cancellationToken);

    /// <summary>Component versions with a finding whose EPSS or KEV is not what it now would be.</summary>
    public Task<List<Unmatched>> WithOtherSignalsAsync(ExploitSignals signals, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        // Thousands of component versions share one vulnerability: each group of identifiers is asked once.
        var now = new Dictionary<string, (double? Epss, double? Percentile, bool Kev, bool Ransomware)>(StringComparer.Ordinal);
        var other = new HashSet<long>();
        foreach (var f in await connection.QueryAsync<SignalLine>("SELECT cv_id, ids, epss, epss_percentile, kev, ransomware FROM finding"))
        {
            if (!now.TryGetValue(f.Ids, out var it))
            {
                var ids = TypeMaps.FromJson(f.Ids);
                var (epss, kev) = (signals.Epss(ids), signals.Kev(ids));
                now[f.Ids] = it = (epss?.Score, epss?.Percentile, kev is not null, kev is { Ransomware: true });
            }

            if (it != (f.Epss, f.EpssPercentile, f.Kev, f.Ransomware)) other.Add(f.CvId);
        }

        var found = new List<Unmatched>(other.Count);
        foreach (var ids in other.Order().Chunk(500))
            found.AddRange(await connection.QueryAsync<Unmatched>($"SELECT id, purl, version, CASE WHEN match_key IS NULL THEN 0 ELSE 1 END AS known FROM component_version WHERE id IN ({string.Join(',', ids)})"));
        return found;
    }, cancellationToken);

    /// <summary>
    /// Keeps what came of matching, notes what became of findings of those that had been matched before, and in the same transaction counts what that changes. Nothing is
    /// kept when the data has been replaced meanwhile: the job that looks at that change may be done already, and would not have seen this.
    /// </summary>
    /// <param name="within">Done in the same transaction.</param>
    /// <returns>False when the data has been replaced meanwhile.</returns>
    public Task<bool> SaveAsync(IReadOnlyList<Matched> batch, AdvisoryData data, Func<DbTransaction, Task>? within, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        await database.LockAsync(transaction, FeedsModule.LockName);
        if (await FeedsModule.GenerationAsync(transaction) != data.Generation) return false;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var (versions, changes, retold) = (new List<long>(), new List<FindingChange>(), new HashSet<string>(StringComparer.Ordinal));
        using var update = new PreparedCommand(transaction, """
            UPDATE component_version SET coverage = @p1, critical = @p2, high = @p3, medium = @p4, low = @p5, unassigned = @p6, cannot_tell = @p7, kev = @p8, max_severity = @p9, max_risk = @p10
            WHERE id = @p0 AND (coverage <> @p1 OR critical <> @p2 OR high <> @p3 OR medium <> @p4 OR low <> @p5 OR unassigned <> @p6 OR cannot_tell <> @p7 OR kev <> @p8 OR max_severity <> @p9 OR max_risk <> @p10)
            """, 11);
        using var matched = new PreparedCommand(transaction, "UPDATE component_version SET matched_at = @p1, match_key = @p2 WHERE id = @p0", 3);
        var found = new HashSet<long>();
        foreach (var chunk in batch.Chunk(500))
            found.UnionWith(await transaction.Connection!.QueryAsync<long>($"SELECT DISTINCT cv_id FROM finding WHERE cv_id IN ({string.Join(',', chunk.Select(m => m.ComponentVersion))})", transaction: transaction));
        using var insert = new PreparedCommand(transaction, """
            INSERT INTO finding (cv_id, id, ids, affected, summary, severity, score, vector, epss, epss_percentile, kev, ransomware, malicious, risk, fixed, published, found_at)
            VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16)
            ON CONFLICT (cv_id, id) DO NOTHING
            """, 17);
        using var name = new PreparedCommand(transaction, "INSERT INTO component_name (name, cv_id) VALUES (@p0, @p1) ON CONFLICT DO NOTHING", 2);
        var events = new List<FindingEvent>();
        foreach (var (id, seen, coverage, findings, names) in batch)
        {
            foreach (var one in names) name.Add(one, id);
            // When a finding was first seen outlives every later match that still sees it.
            var before = found.Contains(id) ? await ForgetAsync(transaction, id) : [];
            var counts = new int[6];
            var (kev, cannotTell, severity, risk) = (0, 0, Severity.Unknown, 0.0);
            foreach (var finding in findings)
            {
                var affected = finding.Verdict == MatchVerdict.Affected;
                var known = before.Remove(finding.Id, out var old);
                // The same vulnerability may go by another name when its aliases change: that is no news, and it was first seen when it was.
                var renamed = !known && before.Count > 0 ? before.Values.FirstOrDefault(b => TypeMaps.FromJson(b.Ids).Intersect(finding.Ids, StringComparer.OrdinalIgnoreCase).Any()) : null;
                if (renamed is not null)
                {
                    before.Remove(renamed.Id);
                    if (renamed.Affected) changes.Add(new FindingChange(id, renamed.Id, false));
                }

                var was = old ?? renamed;
                if (seen && (was is null || (affected && !was.Affected))) events.Add(FindingEvent.Of(id, finding, TypeMaps.ToJson(finding.Ids), FindingEventKind.Appeared, data.Index!));
                else if (seen && affected && finding.Kev && !was!.Kev) events.Add(FindingEvent.Of(id, finding, TypeMaps.ToJson(finding.Ids), FindingEventKind.Exploited, data.Index!));
                insert.Add(id, finding.Id, TypeMaps.ToJson(finding.Ids), affected ? 1L : 0L, finding.Summary, (long)finding.Severity, finding.Score, finding.Vector, finding.Epss, finding.EpssPercentile,
                    finding.Kev ? 1L : 0L, finding.KevRansomware ? 1L : 0L, finding.Malicious ? 1L : 0L, finding.Risk, TypeMaps.ToJson(finding.FixedVersions),
                    finding.Published?.ToUnixTimeMilliseconds(), was?.At ?? now);
                if (affected != (known && old!.Affected)) changes.Add(new FindingChange(id, finding.Id, affected));
                else if (affected && !old!.Says(finding)) retold.Add(finding.Id);
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

            foreach (var (gone, old) in before)
            {
                if (old.Affected) changes.Add(new FindingChange(id, gone, false));
                var (reason, advisory, modified) = FindingEvent.WhyGone(TypeMaps.FromJson(old.Ids), data.Index);
                events.Add(new FindingEvent(id, gone, old.Ids, old.Summary, (Severity)old.Severity, old.Affected, FindingEventKind.Retracted, reason, advisory, modified));
            }

            matched.Add(id, now, data.Key);
            object?[] numbers =
            [
                id, (long)coverage, (long)counts[(int)Severity.Critical], (long)counts[(int)Severity.High], (long)counts[(int)Severity.Medium], (long)counts[(int)Severity.Low],
                (long)(counts[(int)Severity.Unknown] + counts[(int)Severity.None]), (long)cannotTell, (long)kev, (long)severity, risk,
            ];
            // The first match always changes something: that it was not matched.
            if (!seen) update.Add(numbers);
            if (!seen || update.Execute(numbers) > 0 || (changes.Count > 0 && changes[^1].ComponentVersion == id)) versions.Add(id);
        }

        foreach (var command in (PreparedCommand[])[name, insert, matched, update]) command.Flush();
        await database.LockAsync(transaction, UsageStore.Lock);
        await UsageStore.FindingsChangedAsync(transaction, versions, changes, retold);
        await EventStore.AddAsync(transaction, events, time.GetUtcNow());
        if (within is not null) await within(transaction);
        return true;
    }, true, cancellationToken);

    /// <summary>Does something in a transaction of its own.</summary>
    public Task InTransactionAsync(Func<DbTransaction, Task> work, CancellationToken cancellationToken) => database.WriteAsync(work, true, cancellationToken);

    /// <summary>Counts what a change of a project version's content, or of its standing in its project, changes: usage, its numbers, the portfolio's.</summary>
    public async Task CountAsync(DbTransaction transaction, long version)
    {
        await database.LockAsync(transaction, UsageStore.Lock);
        var projects = await UsageStore.ProjectsOfAsync(transaction, version);
        await DecisionStore.ApplyAsync(transaction, [version]);
        foreach (var project in projects) await UsageStore.ContentChangedAsync(transaction, project);
        await numbers.VersionsAsync(transaction, [version]);
        await NumbersStore.ProjectsAsync(transaction, projects);
        await units.ProjectsAsync(transaction, projects);
        await numbers.PortfolioAsync(transaction, false);
    }

    private static async Task<Dictionary<string, Known>> ForgetAsync(DbTransaction transaction, long id)
    {
        var before = (await transaction.Connection!.QueryAsync<Known>("SELECT id, ids, found_at AS at, affected, summary, severity, score, epss, kev, risk FROM finding WHERE cv_id = @id", new { id }, transaction))
            .ToDictionary(f => f.Id, StringComparer.Ordinal);
        await transaction.Connection!.ExecuteAsync("DELETE FROM finding WHERE cv_id = @id", new { id }, transaction);
        return before;
    }

    public static async Task<List<FindingColumns>> SeenAsync(DbConnection connection, Viewer viewer, IEnumerable<FindingColumns> findings)
    {
        var list = findings.AsList();
        if (viewer.All || list.Count == 0) return list;
        var since = new Dictionary<long, long>();
        foreach (var chunk in list.Select(f => f.CvId).Distinct().Chunk(500))
        {
            foreach (var (version, at) in await connection.QueryAsync<(long Version, long At)>($"""
                SELECT o.cv_id, MIN(v.created_at) FROM occurrence o JOIN project_version v ON v.id = o.pv_id JOIN project p ON p.id = v.project_id
                WHERE o.cv_id IN ({string.Join(',', chunk)}) AND {viewer.Sees("p.owner_id")} GROUP BY o.cv_id
                """, new { Org })) since[version] = at;
        }

        foreach (var finding in list)
            if (since.TryGetValue(finding.CvId, out var at) && DateTimeOffset.FromUnixTimeMilliseconds(at) is var first && first > finding.FoundAt) finding.FoundAt = first;
        return list;
    }

    private sealed class SignalLine
    {
        public long CvId { get; set; }
        public string Ids { get; set; } = "";
        public double? Epss { get; set; }
        public double? EpssPercentile { get; set; }
        public bool Kev { get; set; }
        public bool Ransomware { get; set; }
    }

    /// <summary>What was known of a finding before.</summary>
    private sealed class Known
    {
        public string Id { get; set; } = "";
        public string Ids { get; set; } = "";
        public long At { get; set; }
        public bool Affected { get; set; }
        public string? Summary { get; set; }
        public int Severity { get; set; }
        public double? Score { get; set; }
        public double? Epss { get; set; }
        public bool Kev { get; set; }
        public double Risk { get; set; }

        /// <summary>True when lists would show the same of it.</summary>
        public bool Says(Finding finding) => Summary == finding.Summary && Severity == (int)finding.Severity && Score == finding.Score && Epss == finding.Epss && Kev == finding.Kev && Risk.Equals(finding.Risk);
    }
}
