using System.Data.Common;
using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Registries;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Projects;

/// <summary>What is in a project version: its components, findings, uploads and changes.</summary>
internal sealed class ContentStore(IDatabase database, RegistriesModule registries)
{
    /// <summary>The most lines of a list that is not asked for by pages.</summary>
    public const int MostLines = 1000;

    private const long Org = Organisation.Home;
    private const string FindingCount = "(c.critical + c.high + c.medium + c.low + c.unassigned)";

    private static readonly Dictionary<string, SortKey> ComponentSorts = new(StringComparer.Ordinal)
    {
        ["name"] = new("LOWER(k.name)"),
        ["risk"] = new("c.max_risk", true),
        ["version"] = new("COALESCE(c.version, '')"),
        ["type"] = new("COALESCE(k.type, '')"),
        ["depth"] = new("CASE WHEN o.depth < 0 THEN 1000000 ELSE o.depth END"),
        ["findings"] = new(FindingCount, true),
        ["published"] = new(RegistriesModule.PublishedKey),
    };

    /// <summary>What only who sees findings sorts by.</summary>
    private static readonly string[] OfFindings = ["risk", "findings"];

    private static readonly Dictionary<string, SortKey> FindingSorts = new(StringComparer.Ordinal)
    {
        ["risk"] = new("f.risk", true),
        ["severity"] = new("f.severity", true),
        ["component"] = new("LOWER(k.name)"),
        ["id"] = new("f.id"),
        ["epss"] = new("COALESCE(f.epss, -1)", true),
        ["published"] = new("COALESCE(f.published, 0)", true),
    };

    /// <summary>Sorts: <c>name</c>, <c>risk</c> (default), <c>version</c>, <c>type</c>, <c>depth</c>, <c>findings</c>, <c>published</c> (oldest first).</summary>
    /// <param name="findingsSeen">Where the caller may see findings; elsewhere nothing is told of them, sorted or narrowed by them.</param>
    public async Task<Page<OccurrenceRow>> ComponentsAsync(Viewer viewer, Viewer findingsSeen, Guid version, PageRequest request, OccurrenceFilter filter = default, CancellationToken cancellationToken = default)
    {
        var found = await SeesFindingsAsync(findingsSeen, version, cancellationToken);
        if (!found) (request, filter) = (request.SortedBy(ComponentSorts.Keys.Except(OfFindings), "name"), filter with { OnlyVulnerable = false });
        var keyset = Keyset.For(request, ComponentSorts, "risk", "o.cv_id");
        var like = Like.Containing(request.Filter);
        var licence = CurationsModule.TermPattern(filter.Licence);
        var from = $"FROM occurrence o JOIN component_version c ON c.id = o.cv_id JOIN component k ON k.id = c.component_id LEFT JOIN component_care ca ON ca.org_id = @Org AND ca.component_id = k.id {RegistriesModule.JoinComponent("k.id")} {RegistriesModule.JoinVersion}{(licence is not null || filter.OnlyUnresolved ? " " + CurationsModule.Join : "")} WHERE o.org_id = @Org AND o.pv_id = @pv"
            + (like is null ? "" : " AND (LOWER(k.name) LIKE @like ESCAPE '\\' OR LOWER(COALESCE(k.group_name, '')) LIKE @like ESCAPE '\\' OR LOWER(COALESCE(c.purl, '')) LIKE @like ESCAPE '\\')")
            + (filter.OnlyDirect ? " AND o.flags >= 4" : "") + (filter.OnlyVulnerable ? $" AND {FindingCount} > 0" : "") + (filter.OnlyUnknown ? " AND c.coverage <> 1" : "")
            + (filter.Type is null ? "" : " AND COALESCE(k.type, '') = @Type") + (licence is null ? "" : $" AND {CurationsModule.Has("@licence")}") + (filter.OnlyUnresolved ? $" AND {CurationsModule.IsOpen}" : "") + (filter.OnlyAvoided ? " AND ca.state IN ('deprecated', 'banned', 'removed')" : "")
            + (filter.OnlyOutdated ? $" AND {RegistriesModule.IsOutdated}" : "") + (filter.OnlyWithdrawn ? $" AND {RegistriesModule.IsWithdrawn}" : "");
        return await database.ReadAsync(async connection =>
        {
            if (await VersionIdAsync(connection, viewer, version) is not { } pv) return Page<OccurrenceRow>.Empty;
            var parameters = new { Org, pv, like, filter.Type, licence, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>("SELECT COUNT(*) " + from, parameters);
            var rows = await connection.QueryAsync<OccurrenceColumns>($"""
                SELECT o.cv_id, o.flags, o.depth, c.component_id, c.purl, c.version, c.licences, c.coverage, c.critical, c.high, c.medium, c.low, c.unassigned, c.kev, c.max_severity, c.max_risk,
                    k.type, k.group_name, k.name, k.kind, ca.state, {keyset.Expression} AS sort_key
                {from} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip
                """, parameters);
            var page = keyset.Page(rows.AsList(), total, r => (r.SortKey!, r.CvId));
            var releases = await RegistriesModule.OfVersionsAsync(connection, page.Items.Select(r => r.CvId));
            var licences = await CurationsModule.OfVersionsAsync(connection, page.Items.Select(r => r.CvId));
            return new Page<OccurrenceRow>([.. page.Items.Select(r => r.ToRow(found) with { Release = releases.GetValueOrDefault(r.CvId), Licence = licences.GetValueOrDefault(r.CvId) })], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    /// <summary>Whether the caller may see what was found in this version: it is told nothing of it otherwise, and not that there is nothing.</summary>
    public Task<bool> SeesFindingsAsync(Viewer findingsSeen, Guid version, CancellationToken cancellationToken = default) => database.ReadAsync(connection => SeesFindingsAsync(connection, findingsSeen, version), cancellationToken);

    /// <summary>How many components of a version have data of a registry; nothing for a version that is not in sight.</summary>
    public async Task<ReleaseCoverage> ReleaseCoverageAsync(Viewer viewer, Guid version, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(connection => VersionIdAsync(connection, viewer, version), cancellationToken) is { } pv ? await registries.CoverageAsync(pv, cancellationToken) : ReleaseCoverage.None;

    /// <summary>Sorts: <c>risk</c> (default), <c>severity</c>, <c>component</c>, <c>id</c>, <c>epss</c>, <c>published</c>.</summary>
    /// <param name="settled">True for those that were suppressed or found not to matter, false for those that are open, null for both.</param>
    public Task<Page<ProjectFindingRow>> FindingsAsync(Viewer viewer, Guid version, PageRequest request, bool? settled, CancellationToken cancellationToken = default)
    {
        var keyset = Keyset.For(request, FindingSorts, "risk", "f.id || ' ' || f.cv_id");
        var like = Like.Containing(request.Filter);
        var from = "FROM occurrence o JOIN finding f ON f.cv_id = o.cv_id JOIN component_version c ON c.id = f.cv_id JOIN component k ON k.id = c.component_id " + FindingColumns.DecisionJoin + " WHERE o.org_id = @Org AND o.pv_id = @pv"
            + (settled is null ? "" : settled.Value ? " AND d.settled = 1" : " AND COALESCE(d.settled, 0) = 0")
            + (like is null ? "" : " AND (LOWER(k.name) LIKE @like ESCAPE '\\' OR LOWER(f.ids) LIKE @like ESCAPE '\\')");
        return database.ReadAsync(async connection =>
        {
            if (await VersionIdAsync(connection, viewer, version) is not { } pv) return Page<ProjectFindingRow>.Empty;
            var parameters = new { Org, pv, like, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>("SELECT COUNT(*) " + from, parameters);
            var rows = await connection.QueryAsync<FindingColumns>(
                $"SELECT {FindingColumns.Select}, o.flags, o.depth, {FindingColumns.DecisionSelect}, {keyset.Expression} AS sort_key {from} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters);
            var page = keyset.Page(await FindingsModule.SeenAsync(connection, viewer, rows), total, r => (r.SortKey!, $"{r.Id} {r.CvId}"));
            var licences = await CurationsModule.OfVersionsAsync(connection, page.Items.Select(r => r.CvId));
            return new Page<ProjectFindingRow>([.. page.Items.Select(r => new ProjectFindingRow(r.ToRow(), r.Flags >= 4, r.Depth, (OccurrenceScope)(r.Flags & 3), r.ToAnalysis()) { Licence = licences.GetValueOrDefault(r.CvId) })], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    public Task<UploadRow?> UploadAsync(Viewer viewer, Guid token, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async connection => (await UploadsAsync(connection, viewer, "u.token = @token", new { Org, token }, 1)).FirstOrDefault(), cancellationToken);

    private static IReadOnlyList<T> Part<T>(IReadOnlyList<T> all, int from, int most = MostLines) => [.. all.Skip(from).Take(most)];

    /// <summary>What changed between two uploads; null when one of them does not exist or is not analysed yet.</summary>
    /// <param name="findingsSeen">Where the caller may see findings; when that is not where both uploads are, they are left out.</param>
    /// <param name="skip">How many of each list are passed over.</param>
    /// <param name="most">How many of each list are told at most.</param>
    public Task<Changes?> ChangesAsync(Viewer viewer, Viewer findingsSeen, Guid fromToken, Guid toToken, int skip = 0, int most = MostLines, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        var from = (await UploadsAsync(connection, viewer, "u.token = @fromToken", new { Org, fromToken }, 1)).FirstOrDefault();
        var to = (await UploadsAsync(connection, viewer, "u.token = @toToken", new { Org, toToken }, 1)).FirstOrDefault();
        if (from is null || to is null || await GraphStore.OfUploadAsync(connection, from.Id) is not { } a || await GraphStore.OfUploadAsync(connection, to.Id) is not { } b) return null;
        var (before, after) = (a.Nodes.Where(n => n > 0).ToHashSet(), b.Nodes.Where(n => n > 0).ToHashSet());
        var facts = await GraphStore.FactsAsync(connection, before.Union(after));
        var changed = ChangeList.Between([.. before.Select(facts.Fact)], [.. after.Select(facts.Fact)]);
        List<(long Version, string Id, long Component, double Risk)>? fresh = null, over = null;
        (int Before, int After, int Both, int EachBefore, int EachAfter)? found = null;
        if (await SeesAsync(fromToken) && await SeesAsync(toToken))
        {
            // A finding moves along with an upgrade that does not fix it: then it is neither new nor gone, but in both.
            var (was, now) = (await FoundAsync(connection, before), await FoundAsync(connection, after));
            var (had, has) = (ByComponent(was), ByComponent(now));
            (fresh, over) = ([.. has.ExceptBy(had.Select(Key), Key)], [.. had.ExceptBy(has.Select(Key), Key)]);
            found = (had.Count, has.Count, has.Count - fresh.Count, was.Count, now.Count);
        }

        var (added, removed, upgraded, renamed) = (Part(changed.Added, skip, most), Part(changed.Removed, skip, most), Part(changed.Upgraded, skip, most), Part(changed.Renamed, skip, most));
        var licences = await CurationsModule.OfVersionsAsync(connection, added.Concat(removed).Concat(upgraded).Concat(renamed).SelectMany(c => new[] { c.FromId, c.ToId }).OfType<long>());
        IReadOnlyList<ChangedComponent> Licensed(IReadOnlyList<ChangedComponent> part) => [.. part.Select(c => c with { FromLicence = c.FromId is { } old ? licences.GetValueOrDefault(old) : null, ToLicence = c.ToId is { } now ? licences.GetValueOrDefault(now) : null })];
        return new Changes(from, to, Licensed(added), Licensed(removed), Licensed(upgraded), fresh is null ? null : await FindingsAsync(connection, viewer, Part(fresh, skip, most)),
            over is null ? null : await FindingsAsync(connection, viewer, Part(over, skip, most)),
            changed.Unchanged, new ChangeTotals(changed.Added.Count, changed.Removed.Count, changed.Upgraded.Count, fresh?.Count, over?.Count)
            { Renamed = changed.Renamed.Count, FindingsBefore = found?.Before, FindingsAfter = found?.After, FindingsInBoth = found?.Both, FindingsBeforeByVersion = found?.EachBefore, FindingsAfterByVersion = found?.EachAfter }) { Renamed = Licensed(renamed) };

        static (string, long) Key((long Version, string Id, long Component, double Risk) f) => (f.Id, f.Component);
        static List<(long Version, string Id, long Component, double Risk)> ByComponent(IEnumerable<(long Version, string Id, long Component, double Risk)> found) => [.. found.DistinctBy(Key)];
        async Task<bool> SeesAsync(Guid token) => (await UploadsAsync(connection, findingsSeen, "u.token = @token", new { Org, token }, 1)).Count > 0;
    }, cancellationToken);

    internal static async Task<IReadOnlyList<UploadRow>> UploadsAsync(DbConnection connection, Viewer viewer, string where, object parameters, int limit) =>
        [.. (await connection.QueryAsync<UploadColumns>($"""
            SELECT {UploadSelect} FROM upload u JOIN project_version v ON v.id = u.pv_id JOIN project p ON p.id = v.project_id WHERE u.org_id = {Org} AND {viewer.Sees("p.owner_id")} AND {where} ORDER BY u.id DESC LIMIT {limit}
            """, parameters)).Select(u => u.ToRow())];

    internal const string UploadSelect = """
        u.id, u.token, u.pv_id, v.uuid AS version_uuid, p.name, v.version, u.received_at, u.stage, u.format, u.spec_version, u.serialization, u.bytes, u.sha256, u.components, u.dependencies,
        u.state, u.error, u.tool, u.uploaded_by, u.job_id, u.quality_ntia, u.quality_bsi
        """;

    /// <summary>The condition, as SQL, under which a component version is in some version of a visible project.</summary>
    public static string Uses(Viewer viewer, string componentVersion) => viewer.All ? "1=1" : $"""
        EXISTS (SELECT 1 FROM occurrence so JOIN project_version sv ON sv.id = so.pv_id JOIN project sp ON sp.id = sv.project_id
            WHERE so.cv_id = {componentVersion} AND {viewer.Sees("sp.owner_id")})
        """;

    private static Task<long?> VersionIdAsync(DbConnection connection, Viewer viewer, Guid version) => ProjectWriteStore.VisibleAsync(connection, null, viewer, version);

    private static async Task<bool> SeesFindingsAsync(DbConnection connection, Viewer findingsSeen, Guid version) => !findingsSeen.IsNothing && await VersionIdAsync(connection, findingsSeen, version) is not null;

    /// <summary>What hits component versions, in short, the gravest first.</summary>
    private static async Task<List<(long Version, string Id, long Component, double Risk)>> FoundAsync(DbConnection connection, IEnumerable<long> componentVersions)
    {
        var found = new List<(long Version, string Id, long Component, double Risk)>();
        foreach (var chunk in componentVersions.Chunk(500))
            found.AddRange(await connection.QueryAsync<(long, string, long, double)>("SELECT f.cv_id, f.id, c.component_id, f.risk FROM finding f JOIN component_version c ON c.id = f.cv_id WHERE f.affected = 1 AND f.cv_id IN @chunk", new { chunk }));
        return [.. found.OrderByDescending(f => f.Risk).ThenBy(f => f.Id, StringComparer.Ordinal).ThenBy(f => f.Version)];
    }

    private static async Task<IReadOnlyList<FindingRow>> FindingsAsync(DbConnection connection, Viewer viewer, IReadOnlyList<(long Version, string Id, long Component, double Risk)> found)
    {
        var findings = new Dictionary<(long, string), FindingRow>();
        foreach (var chunk in found.Select(f => f.Version).Distinct().Chunk(500))
        {
            foreach (var row in await FindingsModule.SeenAsync(connection, viewer, await connection.QueryAsync<FindingColumns>($"""
                SELECT {FindingColumns.Select} FROM finding f JOIN component_version c ON c.id = f.cv_id JOIN component k ON k.id = c.component_id WHERE f.affected = 1 AND f.cv_id IN @chunk
                """, new { chunk }))) findings[(row.CvId, row.Id)] = row.ToRow();
        }

        return [.. found.Select(f => findings[(f.Version, f.Id)])];
    }

    private sealed record OccurrenceColumns : Numbers
    {
        public long CvId { get; set; }
        public int Flags { get; set; }
        public int Depth { get; set; }
        public long ComponentId { get; set; }
        public string? Purl { get; set; }
        public string? Version { get; set; }
        public string Licences { get; set; } = "";
        public new int Coverage { get; set; }
        public int MaxSeverity { get; set; }
        public string? Type { get; set; }
        public string? GroupName { get; set; }
        public string Name { get; set; } = "";
        public string Kind { get; set; } = "";
        public string? State { get; set; }

        public OccurrenceRow ToRow(bool found) => new(ComponentId, CvId, Type, GroupName, Name, Version, Purl, Kind, TypeMaps.FromJson(Licences), Flags >= 4, Depth, (OccurrenceScope)(Flags & 3),
            (CoverageState)Coverage, found ? Severities : null, found ? (Severity)MaxSeverity : null, found ? Kev > 0 : null, found ? MaxRisk : null, State);
    }

    internal sealed class UploadColumns
    {
        public long Id { get; set; }
        public Guid Token { get; set; }
        public long PvId { get; set; }
        public Guid VersionUuid { get; set; }
        public string Name { get; set; } = "";
        public string Version { get; set; } = "";
        public DateTimeOffset ReceivedAt { get; set; }
        public string? Stage { get; set; }
        public string Format { get; set; } = "";
        public string SpecVersion { get; set; } = "";
        public string Serialization { get; set; } = "";
        public long Bytes { get; set; }
        public string Sha256 { get; set; } = "";
        public int Components { get; set; }
        public int Dependencies { get; set; }
        public string State { get; set; } = "";
        public string? Error { get; set; }
        public string? Tool { get; set; }
        public string? UploadedBy { get; set; }
        public long? JobId { get; set; }
        public double? QualityNtia { get; set; }
        public double? QualityBsi { get; set; }
        public Guid? Previous { get; set; }
        public object? SortKey { get; set; }

        public UploadRow ToRow() => new(Id, Token, PvId, VersionUuid, Name, Version.Length == 0 ? null : Version, ReceivedAt, Stage, Format, SpecVersion, Serialization, Bytes, Sha256, Components,
            Dependencies, State, Error, Tool, UploadedBy, JobId, QualityNtia, QualityBsi) { Previous = Previous };
    }
}
