using System.Data.Common;
using Dapper;
using Headwater.Core.Versions;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Components;

/// <summary>
/// "Which projects use log4j-core below 2.17.1?" The range is held against each distinct version once, however many projects have it; what is left is a walk
/// along the index from component versions to project versions.
/// </summary>
internal sealed class UsageQueryStore(IDatabase database, FindingsModule findings, LongOrders orders)
{
    private const long Org = Organisation.Home;
    private const int MostComponents = 50, MostVersions = 5000;

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal)
    {
        ["project"] = new("LOWER(p.name)"),
        ["risk"] = new("p.max_risk", true),
        ["uploaded"] = new("p.uploaded_at", true),
    };

    /// <summary>Sorts: <c>project</c> (default), <c>risk</c>, <c>uploaded</c>.</summary>
    public async Task<UsageAnswer> AskAsync(Viewer viewer, string text, PageRequest request, CancellationToken cancellationToken = default)
    {
        if (!UsageQuery.TryParse(text, out var query, out var error)) return UsageAnswer.Refused(text, error);
        var keyset = Keyset.For(request, Sorts, "project", "p.id"); // Refused whether anybody uses it or not.
        var mine = $"p.org_id = @Org AND p.retired_at IS NULL AND {viewer.Sees("p.owner_id")}";
        var (components, versions, truncated, visible, projects, count) = await database.ReadAsync(async connection =>
        {
            var (components, versions, truncated) = await ComponentsAsync(connection, viewer, query);
            var visible = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM project p WHERE {mine}", new { Org });
            var uses = new ProjectsUsing(mine, null, versions.Keys);
            return (components, versions, truncated, visible, uses, versions.Count == 0 ? default : await uses.CountAsync(connection));
        }, cancellationToken);
        if (versions.Count == 0) return new UsageAnswer(text, null, components, Page<ProjectUse>.Empty, visible, 0, truncated);
        var (which, more) = await projects.PageAsync(database, orders, findings.PlacesAsync, viewer, keyset, count.Total, visible, cancellationToken);
        var page = await database.ReadAsync(connection => PageAsync(connection, keyset, count.Total, which, more, versions), cancellationToken);
        return new UsageAnswer(text, null, components, page, visible, count.Total - count.Owned, truncated);
    }

    private static async Task<(List<AskedComponent> Components, Dictionary<long, string> Versions, bool Truncated)> ComponentsAsync(DbConnection connection, Viewer viewer, UsageQuery query)
    {
        var (group, name) = query.Parts();
        // A component out of sight is not there: neither its name nor its place among the first few may tell of it.
        var inSight = $"EXISTS (SELECT 1 FROM component_version c WHERE c.component_id = component.id AND {InUse(viewer)})";
        var components = (await connection.QueryAsync<ComponentLine>(
            query.Name.StartsWith("pkg:", StringComparison.OrdinalIgnoreCase) ? $"SELECT id, type, group_name, name FROM component WHERE identity = @Name AND {inSight} LIMIT {MostComponents + 1}"
            : $"SELECT id, type, group_name, name FROM component WHERE LOWER(name) = @name AND (@group IS NULL OR LOWER(COALESCE(group_name, '')) = @group) AND {inSight} ORDER BY id LIMIT {MostComponents + 1}",
            new { Org, query.Name, name, group })).AsList();
        var truncated = components.Count > MostComponents;
        var (asked, versions) = (new List<AskedComponent>(), new Dictionary<long, string>());
        foreach (var component in components.Take(MostComponents))
        {
            var range = query.RangeFor(component.Type);
            var (within, unclear) = (new List<string>(), 0);
            var inUse = (await connection.QueryAsync<(long, string?)>(
                $"SELECT c.id, c.version FROM component_version c WHERE c.component_id = @Id AND {InUse(viewer)} ORDER BY c.id DESC LIMIT {MostVersions + 1}", new { Org, component.Id })).AsList();
            truncated |= inUse.Count > MostVersions;
            foreach (var (id, version) in inUse.Take(MostVersions))
            {
                switch (Holds(range, query, version))
                {
                    case true:
                        versions[id] = version ?? "";
                        if (version is not null) within.Add(version);
                        break;
                    case null:
                        unclear++;
                        break;
                }
            }

            asked.Add(new AskedComponent(component.Id, component.Type, component.GroupName, component.Name, within, unclear));
        }

        return ([.. asked.OrderByDescending(a => a.Versions.Count)], versions, truncated);
    }

    /// <summary>In use means in the latest version of a project in sight. For the whole organisation the counted table knows; a part looks at its own projects.</summary>
    private static string InUse(Viewer viewer) =>
        viewer.All ? FindingsModule.InUse("c.id") : $"""
        EXISTS (SELECT 1 FROM occurrence so JOIN project_version sv ON sv.id = so.pv_id JOIN project sp ON sp.id = sv.project_id AND sp.latest_id = sv.id
            WHERE so.cv_id = c.id AND {viewer.Sees("sp.owner_id")})
        """;

    private static bool? Holds(VersRange? range, UsageQuery query, string? version) =>
        query.Range is null ? true : range is null || string.IsNullOrEmpty(version) ? null : range.Contains(version);

    private static async Task<Page<ProjectUse>> PageAsync(DbConnection connection, Keyset keyset, long total, string which, bool? more, Dictionary<long, string> versions)
    {
        var rows = await connection.QueryAsync<Row>($"""
            SELECT p.id, p.uuid AS project_uuid, p.name, p.latest_id, v.uuid AS version_uuid, v.version, v.last_upload_at, p.max_risk, {OwnersModule.Select}, s.sort_key
            FROM ({which}) s
            JOIN project p ON p.id = s.id JOIN project_version v ON v.id = p.latest_id LEFT JOIN owner w ON w.id = p.owner_id ORDER BY {keyset.OrderBy}
            """, new { Org, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip });
        var page = keyset.Page(rows.AsList(), total, r => (r.SortKey!, r.Id), more);
        if (page.Items.Count == 0) return new Page<ProjectUse>([], total, page.Next, page.Previous);
        var uses = (await connection.QueryAsync<(long Pv, long Cv, long Flags, long Depth)>(
            $"SELECT pv_id, cv_id, flags, depth FROM occurrence WHERE org_id = @Org AND pv_id IN ({string.Join(',', page.Items.Select(r => r.LatestId))}) AND cv_id IN ({string.Join(',', versions.Keys)})", new { Org })).ToLookup(u => u.Pv);
        var licences = await CurationsModule.OfVersionsAsync(connection, uses.SelectMany(u => u).Select(u => u.Cv));
        return new Page<ProjectUse>([.. page.Items.Select(r => new ProjectUse(r.ProjectUuid, r.Name, r.VersionUuid, r.Version.Length == 0 ? null : r.Version, r.Owner,
            [.. uses[r.LatestId].Select(u => versions[u.Cv]).Where(v => v.Length > 0)], uses[r.LatestId].Any(u => u.Flags >= 4) ? true : uses[r.LatestId].All(u => u.Depth < 0) ? null : false, r.MaxRisk, r.LastUploadAt)
            { Licences = CurationsModule.Together(uses[r.LatestId].Select(u => u.Cv), licences) })], total, page.Next, page.Previous);
    }

    private sealed class ComponentLine
    {
        public long Id { get; set; }
        public string? Type { get; set; }
        public string? GroupName { get; set; }
        public string Name { get; set; } = "";
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
