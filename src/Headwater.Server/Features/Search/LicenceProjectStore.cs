using Dapper;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Search;

/// <summary>A component version that is under a licence.</summary>
internal sealed record UnderLicence(long ComponentVersionId, string? Group, string Name, string? Version);

/// <summary>A project whose latest version has something under a licence.</summary>
/// <param name="Components">What it has, by name: some of it, or all where that was asked for.</param>
/// <param name="ComponentVersions">How many that are in all.</param>
/// <param name="Risk">The highest risk of its findings; null when the caller may not see them.</param>
internal sealed record LicenceProject(Guid ProjectUuid, string Project, Guid VersionUuid, string? ProjectVersion, OwnerRef? Owner, IReadOnlyList<UnderLicence> Components, int ComponentVersions, double? Risk, DateTimeOffset? LastUploadAt);

/// <summary>
/// "Who has this licence, and in what?" What few component versions have is found by their uses. What thousands have is found soon in each project, so that the projects are walked in the order of the list; what was found is
/// kept a minute for the pages after it.
/// </summary>
internal sealed class LicenceProjectStore(IDatabase database, LicenceSearchStore licences, FindingsModule findings, LongOrders orders)
{
    /// <summary>How many component versions of a project are named, unless all are asked for.</summary>
    public const int MostNamed = 20;

    private const long Org = Organisation.Home;

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal)
    {
        ["project"] = new("LOWER(p.name)"),
        ["risk"] = new("p.max_risk", true),
        ["uploaded"] = new("p.uploaded_at", true),
    };

    /// <summary>Sorts: <c>project</c> (default), <c>risk</c>, <c>uploaded</c>.</summary>
    /// <param name="findingsSeen">Where the caller may see findings; when that is not all that he sees, nothing is told of them or sorted by them.</param>
    /// <param name="whole">Whether everything that a project has under it is named.</param>
    public async Task<Page<LicenceProject>> ListAsync(Viewer viewer, Viewer findingsSeen, string licence, PageRequest request, bool whole = false, CancellationToken cancellationToken = default)
    {
        var found = findingsSeen.Covers(viewer);
        if (!found) request = request.SortedBy(Sorts.Keys.Except(["risk"]), "project");
        var keyset = Keyset.For(request, Sorts, "project", "p.id");
        if (await licences.InUseAsync(viewer, licence, cancellationToken) is not { Count: > 0 } under) return Page<LicenceProject>.Empty;
        var (like, isUnder) = (CurationsModule.TermPattern(licence), $"l.terms <> '[]' AND LOWER(l.terms) LIKE @under ESCAPE '\\'");
        var name = Like.Containing(request.Filter);
        var mine = $"p.org_id = @Org AND p.retired_at IS NULL AND {viewer.Sees("p.owner_id")}" + (name is null ? "" : @" AND LOWER(p.name) LIKE @Like ESCAPE '\'");
        var has = $"EXISTS (SELECT 1 FROM occurrence o JOIN component_licence l ON l.cv_id = o.cv_id WHERE o.org_id = @Org AND o.pv_id = p.latest_id AND {isUnder})";
        string which;
        bool? more = null;
        long total;
        if (under.Count <= LicenceSearchStore.Few)
        {
            var projects = new ProjectsUsing(mine, name, under);
            total = (await database.ReadAsync(projects.CountAsync, cancellationToken)).Total;
            (which, more) = await projects.PageAsync(database, orders, findings.PlacesAsync, viewer, keyset, total, null, cancellationToken);
        }
        else
        {
            var all = await orders.PageAsync(await findings.PlacesAsync(cancellationToken), viewer, $"projects under {like} {keyset.OrderBy} {name}", 0, int.MaxValue,
                token => database.ReadAsync(async connection => (await connection.QueryAsync<long>($"SELECT p.id FROM project p WHERE {mine} AND {has} ORDER BY {keyset.OrderBy}", new { Org, under = like, Like = name })).ToArray(), token), cancellationToken);
            total = all.Length;
            if (keyset.KeyId is null)
            {
                var part = all.Skip(keyset.Skip).Take(keyset.Take).ToArray();
                (which, more) = ($"SELECT p.id, {keyset.Expression} AS sort_key FROM project p WHERE {mine} AND {has} AND p.id IN ({string.Join(',', part.Take(keyset.Size).DefaultIfEmpty())})", part.Length > keyset.Size);
            }
            else which = $"SELECT p.id, {keyset.Expression} AS sort_key FROM project p WHERE {mine} AND {has} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take";
        }

        return await database.ReadAsync(async connection =>
        {
            var rows = (await connection.QueryAsync<Row>($"""
                SELECT p.id, p.uuid AS project_uuid, p.name, p.latest_id, v.uuid AS version_uuid, v.version, v.last_upload_at, p.max_risk, {OwnersModule.Select}, s.sort_key
                FROM ({which}) s
                JOIN project p ON p.id = s.id JOIN project_version v ON v.id = p.latest_id LEFT JOIN owner w ON w.id = p.owner_id ORDER BY {keyset.OrderBy}
                """, new { Org, under = like, Like = name, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip })).AsList();
            var page = keyset.Page(rows, total, r => (r.SortKey!, r.Id), more);
            if (page.Items.Count == 0) return new Page<LicenceProject>([], total, page.Next, page.Previous);
            var parts = (await connection.QueryAsync<(long Pv, long Cv)>(
                $"SELECT o.pv_id, o.cv_id FROM occurrence o JOIN component_licence l ON l.cv_id = o.cv_id WHERE o.org_id = @Org AND o.pv_id IN ({string.Join(',', page.Items.Select(r => r.LatestId))}) AND {isUnder}", new { Org, under = like })).ToLookup(o => o.Pv, o => o.Cv);
            var names = new Dictionary<long, UnderLicence>();
            foreach (var chunk in parts.SelectMany(p => p).Distinct().Chunk(500))
                foreach (var c in await connection.QueryAsync<(long Id, string? Group, string Name, string? Version)>("SELECT c.id, k.group_name, k.name, c.version FROM component_version c JOIN component k ON k.id = c.component_id WHERE c.id IN @chunk", new { chunk }))
                    names[c.Id] = new UnderLicence(c.Id, c.Group, c.Name, c.Version);
            return new Page<LicenceProject>([.. page.Items.Select(r => new LicenceProject(r.ProjectUuid, r.Name, r.VersionUuid, r.Version.Length == 0 ? null : r.Version, r.Owner,
                [.. parts[r.LatestId].Select(c => names[c]).OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase).ThenBy(c => c.ComponentVersionId).Take(whole ? int.MaxValue : MostNamed)], parts[r.LatestId].Count(), found ? r.MaxRisk : null, r.LastUploadAt))], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    private sealed record Row : OwnerColumns
    {
        public long Id { get; set; }
        public Guid ProjectUuid { get; set; }
        public string Name { get; set; } = "";
        public long LatestId { get; set; }
        public Guid VersionUuid { get; set; }
        public string Version { get; set; } = "";
        public DateTimeOffset? LastUploadAt { get; set; }
    }
}
