using System.Data.Common;
using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Advisories;

/// <summary>Advisories: those that affect us from the database, any other from the index.</summary>
internal sealed class AdvisoryStore(IDatabase database, FeedsModule feeds, AdvisoryUsageStore uses, FindingsModule findings, ComponentsModule catalogue, LongOrders orders)
{
    private const long Org = Organisation.Home;
    private const int MostUsages = 200, MostRecords = 20, ComponentHits = 200, MostFindings = 1000;

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal)
    {
        ["risk"] = new("risk", true),
        ["severity"] = new("severity", true),
        ["projects"] = new("projects", true),
        ["epss"] = new("COALESCE(epss, -1)", true),
        ["published"] = new("COALESCE(published, 0)", true),
        ["id"] = new("id"),
    };

    /// <summary>Those that affect something in a latest active version. Sorts: <c>risk</c> (default), <c>severity</c>, <c>projects</c>, <c>epss</c>, <c>published</c>, <c>id</c>.</summary>
    public Task<Page<AdvisoryRow>> AffectingUsAsync(Viewer viewer, PageRequest request, CancellationToken cancellationToken = default)
    {
        if (!viewer.All) return AffectingPartAsync(viewer, request, cancellationToken);
        var keyset = Keyset.For(request, Sorts, "risk", "id");
        var like = Like.Containing(request.Filter);
        var where = "org_id = @Org" + (like is null ? "" : $" AND ({Told} OR id IN (SELECT f.id FROM {Named}))");
        return database.ReadAsync(async connection =>
        {
            var parameters = new { Org, like, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM advisory_usage u WHERE {where}", parameters);
            var rows = (await connection.QueryAsync<Row>($"SELECT *, {keyset.Expression} AS sort_key FROM advisory_usage u WHERE {where} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters)).AsList();
            var page = keyset.Page(rows, total, r => (r.SortKey!, r.Id));
            return new Page<AdvisoryRow>(await RowsAsync(connection, page.Items, _ => true), total, page.Next, page.Previous);
        }, cancellationToken);
    }

    /// <summary>The same for who sees a part only: what is counted for him is in memory, so it is put in order there.</summary>
    private async Task<Page<AdvisoryRow>> AffectingPartAsync(Viewer viewer, PageRequest request, CancellationToken cancellationToken)
    {
        var part = await findings.PartAsync(viewer, cancellationToken);
        var like = Like.Containing(request.Filter);
        return await database.ReadAsync(async connection =>
        {
            HashSet<string>? known = null;
            if (like is not null)
            {
                known = [.. await connection.QueryAsync<string>($"SELECT id FROM advisory_usage WHERE org_id = @Org AND ({Told})", new { Org, like })];
                known.UnionWith((await connection.QueryAsync<(string Id, long Version)>($"SELECT f.id, f.cv_id FROM {Named}", new { Org, like })).Where(h => part.Uses(h.Version)).Select(h => h.Id));
            }

            var page = Page<PartAdvisory>.Of(MemoryOrder.Of(part.Advisories.Values.Where(a => known is null || known.Contains(a.Id)), PartSorts, request, "risk", a => a.Id, StringComparer.Ordinal), request);
            var words = (await connection.QueryAsync<Row>("SELECT id, ids, summary FROM advisory_usage WHERE org_id = @Org AND id IN @ids", new { Org, ids = page.Items.Select(a => a.Id) })).ToDictionary(r => r.Id, StringComparer.Ordinal);
            var rows = page.Items.Where(a => words.ContainsKey(a.Id)).Select(a => words[a.Id] with
            {
                Severity = a.Severity, Score = a.Score, Epss = a.Epss, EpssPercentile = a.EpssPercentile, Kev = a.Kev, Malicious = a.Malicious, Risk = a.Risk,
                Published = a.Published is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, Components = a.Components, Projects = a.Projects,
            });
            return new Page<AdvisoryRow>(await RowsAsync(connection, [.. rows], part.Uses), page.Total, page.Next, page.Previous);
        }, cancellationToken);
    }

    private static readonly Dictionary<string, MemorySort<PartAdvisory>> PartSorts = new(StringComparer.Ordinal)
    {
        ["risk"] = new(a => a.Risk, true),
        ["severity"] = new(a => a.Severity, true),
        ["projects"] = new(a => a.Projects, true),
        ["epss"] = new(a => a.Epss ?? -1, true),
        ["published"] = new(a => a.Published ?? 0, true),
        ["id"] = new(_ => 0),
    };

    /// <summary>What an advisory says of itself holds the text.</summary>
    private const string Told = "LOWER(ids) LIKE @like ESCAPE '\\' OR LOWER(COALESCE(summary, '')) LIKE @like ESCAPE '\\'";

    /// <summary>The version <c>c</c> is in some project's latest version; without that nothing it is hit by hits us.</summary>
    private static readonly string InUse = FindingsModule.InUse("c.id");

    /// <summary>What hits a component that is named so. The names are where the search begins, and only versions that something hits are looked at.</summary>
    private static readonly string Named = $"""
        component k CROSS JOIN component_version c CROSS JOIN finding f
            WHERE c.component_id = k.id AND c.critical + c.high + c.medium + c.low + c.unassigned > 0 AND f.cv_id = c.id AND f.affected = 1 AND (LOWER(k.name) LIKE @like ESCAPE '\' OR LOWER(COALESCE(k.group_name, '')) LIKE @like ESCAPE '\') AND {InUse}
        """;

    /// <summary>With what they hit and where it is mended.</summary>
    /// <param name="uses">Whether a component version is in sight.</param>
    private static async Task<IReadOnlyList<AdvisoryRow>> RowsAsync(DbConnection connection, IReadOnlyList<Row> rows, Func<long, bool> uses)
    {
        var hits = (await connection.QueryAsync<(string Id, long Version, string Name, string Fixed)>("""
            SELECT f.id, f.cv_id, k.name, f.fixed FROM finding f JOIN version_usage u ON u.org_id = @Org AND u.cv_id = f.cv_id JOIN component_version c ON c.id = f.cv_id JOIN component k ON k.id = c.component_id
            WHERE f.affected = 1 AND f.id IN @ids ORDER BY k.name
            """, new { Org, ids = rows.Select(r => r.Id) })).Where(h => uses(h.Version)).ToLookup(h => h.Id);
        return [.. rows.Select(r => new AdvisoryRow(r.Id, TypeMaps.FromJson(r.Ids), r.Summary, (Severity)r.Severity, r.Score, r.Epss, r.EpssPercentile, r.Kev, r.Malicious, r.Risk,
            r.Published, r.Components, r.Projects, [.. hits[r.Id].Select(h => h.Name).Distinct()], [.. hits[r.Id].Select(h => h.Fixed).Distinct().SelectMany(TypeMaps.FromJson).Distinct()]))];
    }

    /// <summary>By identifier or alias, in any case. Null when no loaded source knows it.</summary>
    /// <param name="used">Which of the uses are told, from where on and in which order.</param>
    public async Task<AdvisoryDetail?> GetAsync(Viewer viewer, string id, PageRequest? used = null, CancellationToken cancellationToken = default)
    {
        var (index, signals, _) = feeds.Current;
        if (index is null || id.Length > 200) return null;
        var group = index.AliasGroup(id);
        if (group.Records.Count == 0) return null;

        var records = group.Records.Take(MostRecords).Select(index.Summary).ToList();
        // The record that was asked for, else the most telling one, speaks for the group.
        var main = records.Find(r => r.Id.Equals(id, StringComparison.OrdinalIgnoreCase)) ?? records.OrderBy(r => r.Withdrawn is null ? 0 : 1).ThenByDescending(r => r.Severity).First();
        var osv = OsvRecord.Parse(index.Json(main.Record));
        var references = group.Records.Take(MostRecords).Where(r => r != main.Record).SelectMany(r => OsvRecord.Parse(index.Json(r)).References);
        var worst = records.Where(r => r.Withdrawn is null).DefaultIfEmpty(main).MaxBy(r => ((int)r.Severity, r.Score ?? 0))!;
        var (findings, allFindings, hit, settled, withoutOwner) = await AffectedAsync(viewer, group.Ids, cancellationToken);
        var usages = await uses.ListAsync(viewer, group.Ids, (used ?? new PageRequest()) with { Size = MostUsages }, hit, cancellationToken);
        var kev = signals.Kev(group.Ids);
        var epss = signals.Epss(group.Ids);
        var shown = group.Ids.FirstOrDefault(i => i.StartsWith("CVE-", StringComparison.Ordinal)) ?? group.Ids.FirstOrDefault(i => i.StartsWith("GHSA-", StringComparison.Ordinal)) ?? main.Id;
        var total = await database.ReadAsync(connection => connection.QuerySingleAsync<int>($"SELECT COUNT(*) FROM project WHERE org_id = @Org AND retired_at IS NULL AND {viewer.Sees("owner_id")}", new { Org }), cancellationToken);
        return new AdvisoryDetail(shown, group.Ids, main.Summary ?? worst.Summary, osv.Details, worst.Severity, worst.Score, worst.Vector, epss?.Score, epss?.Percentile, kev is not null, kev?.Ransomware ?? false,
            records.Min(r => r.Published), records.Max(r => r.Modified), records.TrueForAll(r => r.Withdrawn is not null) ? records.Max(r => r.Withdrawn) : null,
            [.. records.Select(r => new AdvisoryRecord(r.Id, r.Source, r.Published, r.Modified, r.Withdrawn))],
            [.. group.Records.Take(MostRecords).SelectMany(index.PackagesOf).Select(p => new AdvisoryPackageRow(p.Ecosystem, p.Name, p.Ranges, p.FixedVersions)).DistinctBy(p => (p.Ecosystem, p.Name, string.Join(',', p.Ranges)))],
            [.. osv.References.Concat(references).DistinctBy(r => r.Url)], findings, usages.Items, (int)hit, total, (int)withoutOwner, (int)settled, usages.Total, group.Records.Count, allFindings);
    }

    /// <summary>Over all advisories, by identifier or words.</summary>
    public async Task<IReadOnlyList<AdvisoryHit>> SearchAsync(Viewer viewer, string query, int limit, CancellationToken cancellationToken = default)
    {
        if (feeds.Current.Index is not { } index || string.IsNullOrWhiteSpace(query) || query.Length > 200) return [];
        if (NearIdentifiers.Dashed(query) is var dashed && index.Find(dashed).Count > 0) query = dashed;
        var found = index.Search(query.Trim(), limit).Select(index.Summary).Select(s => (Summary: s, Shown: s.Id.StartsWith("CVE-", StringComparison.Ordinal) ? s.Id : s.Aliases.FirstOrDefault(a => a.StartsWith("CVE-", StringComparison.Ordinal)) ?? s.Id))
            .DistinctBy(h => h.Shown).ToList();
        // What affects us by the name of a package comes first: "log4j" means more than the titles that have the word in them. The text index finds
        // the packages; nothing is counted that is not shown.
        var ours = await NamedSoAsync(viewer, await catalogue.FindAsync(viewer, query, ComponentHits, cancellationToken), limit, cancellationToken);
        var projects = await ProjectsOfAsync(viewer, [.. ours.Select(o => o.Id).Union(found.Select(f => f.Shown))], cancellationToken);
        var exact = found.Where(f => f.Shown.Equals(query.Trim(), StringComparison.OrdinalIgnoreCase)).Select(f => f.Shown).ToHashSet(StringComparer.Ordinal);
        return [.. ours.Where(o => projects.ContainsKey(o.Id)).Select(o => new AdvisoryHit(o.Id, o.Summary, (Severity)o.Severity, false, projects[o.Id])).Concat(found.Select(f => new AdvisoryHit(f.Shown, f.Summary.Summary, f.Summary.Severity, f.Summary.Withdrawn is not null, projects.GetValueOrDefault(f.Shown))))
            .DistinctBy(h => h.Id).OrderBy(h => exact.Contains(h.Id) ? 0 : 1).Take(limit)];
    }

    public async Task<IReadOnlyList<string>> NearAsync(Viewer viewer, string identifier, int limit, CancellationToken cancellationToken)
    {
        identifier = NearIdentifiers.Dashed(identifier);
        if (feeds.Current.Index is not { } index || !NearIdentifiers.IsOne(identifier) || index.Find(identifier).Count > 0) return [];
        var near = new Dictionary<string, Severity>(StringComparer.Ordinal);
        foreach (var other in NearIdentifiers.Of(identifier))
        {
            if (index.Find(other) is not [var record, ..]) continue;
            var summary = index.Summary(record);
            near.TryAdd(summary.Aliases.Prepend(summary.Id).First(id => id.Equals(other, StringComparison.OrdinalIgnoreCase)), summary.Severity);
        }

        if (near.Count == 0) return [];
        var projects = await ProjectsOfAsync(viewer, [.. near.Keys], cancellationToken);
        return [.. near.OrderByDescending(n => projects.GetValueOrDefault(n.Key)).ThenByDescending(n => n.Value).ThenBy(n => n.Key, StringComparer.Ordinal).Take(limit).Select(n => n.Key)];
    }

    /// <summary>What hits these components, the riskiest first; for who sees a part only, what hits the versions that it uses.</summary>
    private async Task<List<Row>> NamedSoAsync(Viewer viewer, IReadOnlyList<long> components, int limit, CancellationToken cancellationToken)
    {
        if (components.Count == 0) return [];
        var from = $"FROM component_version c JOIN finding f ON f.cv_id = c.id AND f.affected = 1 WHERE c.component_id IN ({string.Join(',', components)})";
        if (viewer.All)
            return await database.ReadAsync(async connection => (await connection.QueryAsync<Row>($"SELECT f.id, MAX(f.summary) AS summary, MAX(f.severity) AS severity, MAX(f.risk) AS risk {from} AND {InUse} AND EXISTS (SELECT 1 FROM advisory_usage a WHERE a.org_id = @Org AND a.id = f.id) GROUP BY f.id ORDER BY 4 DESC, f.id LIMIT @limit", new { Org, limit })).AsList(), cancellationToken);
        var part = await findings.PartAsync(viewer, cancellationToken);
        var hits = await database.ReadAsync(connection => connection.QueryAsync<(long Version, string Id, string? Summary, long Severity, double Risk)>($"SELECT f.cv_id, f.id, f.summary, f.severity, f.risk {from}"), cancellationToken);
        return [.. hits.Where(h => part.Uses(h.Version) && part.Advisories.ContainsKey(h.Id)).GroupBy(h => h.Id, StringComparer.Ordinal)
            .Select(g => new Row { Id = g.Key, Summary = g.Max(h => h.Summary), Severity = (int)g.Max(h => h.Severity), Risk = g.Max(h => h.Risk) })
            .OrderByDescending(r => r.Risk).ThenBy(r => r.Id, StringComparer.Ordinal).Take(limit)];
    }

    private async Task<Dictionary<string, int>> ProjectsOfAsync(Viewer viewer, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        if (viewer.All)
            return await database.ReadAsync(async connection => (await connection.QueryAsync<(string Id, long Projects)>("SELECT id, projects FROM advisory_usage WHERE org_id = @Org AND id IN @ids", new { Org, ids = ids.ToArray() })).ToDictionary(p => p.Id, p => (int)p.Projects), cancellationToken);
        var part = (await findings.PartAsync(viewer, cancellationToken)).Advisories;
        return ids.Where(part.ContainsKey).Distinct(StringComparer.Ordinal).ToDictionary(id => id, id => part[id].Projects);
    }

    /// <summary>Projects whose latest version is hit, by name.</summary>
    /// <param name="ids">The identifiers of the advisory.</param>
    public async Task<Page<AffectedProject>> ProjectsAsync(Viewer viewer, IReadOnlyList<string> ids, PageRequest request, CancellationToken cancellationToken = default)
    {
        var keyset = Keyset.For(request, ProjectSorts, "project", "p.id");
        var like = Like.Containing(request.Filter);
        var mine = $"p.org_id = @Org AND {viewer.Sees("p.owner_id")}" + (like is null ? "" : @" AND LOWER(p.name) LIKE @Like ESCAPE '\'");
        var (affected, inUse, total) = await database.ReadAsync(async connection =>
        {
            var affected = await AdvisoryUsageStore.AffectedVersionsAsync(connection, ids);
            var inUse = new ProjectsUsing(mine, like, affected);
            return (affected, inUse, (await inUse.CountAsync(connection)).Total);
        }, cancellationToken);
        var (projects, more) = await inUse.PageAsync(database, orders, findings.PlacesAsync, viewer, keyset, total, null, cancellationToken);
        return await database.ReadAsync(async connection =>
        {
            var parameters = new { Org, ids = ids.Take(500), Like = like, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var page = keyset.Page((await connection.QueryAsync<ProjectLine>($"""
                SELECT p.id AS project_id, p.uuid AS project_uuid, v.uuid AS version_uuid, v.id AS pv_id, p.name, v.version AS project_version, v.last_upload_at, s.sort_key, {OwnersModule.Select}
                FROM ({projects}) s
                JOIN project p ON p.id = s.id JOIN project_version v ON v.id = p.latest_id LEFT JOIN owner w ON w.id = p.owner_id ORDER BY s.sort_key {keyset.Direction}, p.id {keyset.Direction}
                """, parameters)).AsList(), total, p => (p.SortKey!, p.ProjectId), more);
            var hits = page.Items.Count == 0 ? [] : await connection.QueryAsync<HitLine>($"""
                {AdvisoryUsageStore.Uses(page.Items.Select(p => p.PvId), AdvisoryUsageStore.Listed(affected))} SELECT x.pv_id, c.id AS cv_id, k.group_name, k.name, c.version, f.fixed, COALESCE(e.settled, 0) AS settled
                FROM finding f JOIN used x ON x.cv_id = f.cv_id JOIN component_version c ON c.id = f.cv_id JOIN component k ON k.id = c.component_id
                LEFT JOIN finding_decision e ON e.org_id = @Org AND e.pv_id = x.pv_id AND e.cv_id = x.cv_id AND e.finding_id = f.id
                WHERE f.id IN @ids AND f.affected = 1 ORDER BY k.name, c.id
                """, parameters);
            var of = hits.ToLookup(h => h.PvId);
            var licences = await CurationsModule.OfVersionsAsync(connection, of.SelectMany(h => h).Select(h => h.CvId));
            return new Page<AffectedProject>([.. page.Items.Select(p => new AffectedProject(p.ProjectUuid, p.VersionUuid, p.Name, p.ProjectVersion.Length == 0 ? null : p.ProjectVersion, p.Owner,
                [.. of[p.PvId].Select(h => $"{(h.GroupName is null ? "" : h.GroupName + "/")}{h.Name} {h.Version}".TrimEnd()).Distinct()], [.. of[p.PvId].SelectMany(h => TypeMaps.FromJson(h.Fixed)).Distinct()], of[p.PvId].Any() && of[p.PvId].All(h => h.Settled), p.LastUploadAt)
                { Licences = CurationsModule.Together(of[p.PvId].Select(h => h.CvId), licences) })],
                total, page.Next, page.Previous);
        }, cancellationToken);
    }

    private static readonly Dictionary<string, SortKey> ProjectSorts = new(StringComparer.Ordinal) { ["project"] = new("LOWER(p.name)") };

    private Task<(List<FindingRow> Findings, int All, long Projects, long Settled, long WithoutOwner)> AffectedAsync(Viewer viewer, IReadOnlyList<string> ids, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var parameters = new { Org, ids = ids.Take(500) };
        var found = (await FindingsModule.SeenAsync(connection, viewer, await connection.QueryAsync<FindingColumns>($"""
            SELECT {FindingColumns.Select} FROM finding f JOIN component_version c ON c.id = f.cv_id JOIN component k ON k.id = c.component_id WHERE f.id IN @ids AND {ProjectsModule.Uses(viewer, "c.id")} ORDER BY f.affected DESC, f.risk DESC, k.name, c.id LIMIT {MostFindings}
            """, parameters))).ConvertAll(f => f.ToRow());
        var all = found.Count < MostFindings ? found.Count : await connection.QuerySingleAsync<int>($"SELECT COUNT(*) FROM finding f WHERE f.id IN @ids AND {ProjectsModule.Uses(viewer, "f.cv_id")}", parameters);
        var mine = $"p.org_id = @Org AND {viewer.Sees("p.owner_id")}";
        var affected = await AdvisoryUsageStore.AffectedVersionsAsync(connection, ids);
        var (hit, owned) = await new ProjectsUsing(mine, null, affected).CountAsync(connection);
        // Decisions are few beside what they are about, so those that settle something are where the search begins.
        var (settled, settledOwned) = await connection.QuerySingleAsync<(long, long)>($"""
            SELECT COUNT(*), COUNT(p.owner_id) FROM project p WHERE {mine}
                AND p.latest_id IN (SELECT d.pv_id FROM analysis a JOIN finding_decision d ON d.analysis_id = a.id JOIN finding f ON f.id = d.finding_id AND f.cv_id = d.cv_id AND f.affected = 1
                    WHERE a.org_id = @Org AND d.finding_id IN @ids AND d.settled = 1)
                AND NOT EXISTS (SELECT 1 FROM finding f JOIN occurrence x ON x.org_id = @Org AND x.pv_id = p.latest_id AND x.cv_id = f.cv_id
                    LEFT JOIN finding_decision e ON e.org_id = @Org AND e.pv_id = x.pv_id AND e.cv_id = x.cv_id AND e.finding_id = f.id WHERE f.id IN @ids AND f.affected = 1 AND COALESCE(e.settled, 0) = 0)
            """, parameters);
        return (found, all, hit, settled, hit - owned - (settled - settledOwned));
    }, cancellationToken);

    private sealed record Row
    {
        public string Id { get; set; } = "";
        public string Ids { get; set; } = "";
        public string? Summary { get; set; }
        public int Severity { get; set; }
        public double? Score { get; set; }
        public double? Epss { get; set; }
        public double? EpssPercentile { get; set; }
        public bool Kev { get; set; }
        public bool Malicious { get; set; }
        public double Risk { get; set; }
        public DateTimeOffset? Published { get; set; }
        public int Components { get; set; }
        public int Projects { get; set; }
        public object? SortKey { get; set; }
    }

    private sealed record ProjectLine : OwnerColumns
    {
        public long ProjectId { get; set; }
        public long PvId { get; set; }
        public Guid ProjectUuid { get; set; }
        public Guid VersionUuid { get; set; }
        public string Name { get; set; } = "";
        public string ProjectVersion { get; set; } = "";
        public DateTimeOffset? LastUploadAt { get; set; }
    }

    private sealed record HitLine
    {
        public long CvId { get; set; }
        public long PvId { get; set; }
        public string? GroupName { get; set; }
        public string Name { get; set; } = "";
        public string? Version { get; set; }
        public string Fixed { get; set; } = "";
        public bool Settled { get; set; }
    }
}
