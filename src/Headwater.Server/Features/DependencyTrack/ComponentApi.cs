using System.Text.Json.Nodes;
using Headwater.Core.Packages;
using Headwater.Core.Versions;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Registries;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>Components: of a project, and wherever they are ("where is log4j").</summary>
internal static class ComponentApi
{
    private static readonly Dictionary<string, string> HashNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["MD5"] = "md5", ["SHA-1"] = "sha1", ["SHA-256"] = "sha256", ["SHA-384"] = "sha384", ["SHA-512"] = "sha512", ["SHA3-256"] = "sha3_256", ["SHA3-384"] = "sha3_384", ["SHA3-512"] = "sha3_512",
        ["BLAKE2b-256"] = "blake2b_256", ["BLAKE2b-384"] = "blake2b_384", ["BLAKE2b-512"] = "blake2b_512", ["BLAKE3"] = "blake3",
    };

    public static void Map(RouteGroupBuilder api)
    {
        var components = api.MapGroup("/v1/component");
        components.MapGet("/project/{uuid}", OfProjectAsync).Require(Permissions.ViewPortfolio);
        components.MapGet("/identity", ByIdentityAsync).Require(Permissions.ViewPortfolio);
        components.MapGet("/hash/{hash}", ByHashAsync).Require(Permissions.ViewPortfolio);
        components.MapGet("/{uuid}", GetAsync).Require(Permissions.ViewPortfolio);
    }

    private static async Task<IResult> OfProjectAsync(HttpContext http, DependencyTrackStore store, string uuid, bool? onlyDirect, bool? onlyOutdated, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        var reader = DtReader.Of(http);
        if (await store.GetAsync(reader.Sees, id, cancellationToken) is not { } project) return DtRequest.ProjectMissing();
        var page = DtRequest.Paging(http.Request);
        if (onlyOutdated != true) return List(http, await store.ComponentsAsync(reader, project.Id, page, onlyDirect == true, cancellationToken));
        var outdated = await OutdatedAsync(reader.Sees, store, await store.DatedAsync(reader, project.Id, onlyDirect == true, page, cancellationToken), cancellationToken);
        var shown = outdated.Skip(page.Offset ?? 0).Take(page.Size).ToList();
        var rows = (await store.ComponentsAsync(reader, project.Id, shown.ConvertAll(s => s.Version), cancellationToken)).ToDictionary(r => r.CvId);
        foreach (var (version, newer) in shown)
            if (rows.TryGetValue(version, out var row)) row.Newer = newer;
        return List(http, (outdated.Count, [.. shown.Where(s => rows.ContainsKey(s.Version)).Select(s => rows[s.Version])]));
    }

    /// <summary>Those of which a newer version is known: from a registry, or where none was asked, because another of the caller's own projects has it.</summary>
    private static async Task<List<(long Version, string Newer)>> OutdatedAsync(Viewer viewer, DependencyTrackStore store, IReadOnlyList<DtDated> all, CancellationToken cancellationToken)
    {
        var known = await store.VersionsAsync(viewer, all.Where(c => c.Gap is null).Select(c => c.ComponentId), cancellationToken);
        var outdated = new List<(long, string)>();
        foreach (var it in all)
        {
            string? newer = null;
            if (it.Gap is { } gap) newer = gap > (long)VersionGap.None ? it.Latest : null;
            else if (it.Type is not null && it.Version is not null && VersionSchemes.ForVers(it.Type) is { } scheme)
            {
                foreach (var version in known[it.ComponentId])
                    if (scheme.Compare(version, newer ?? it.Version) > 0) newer = version;
            }

            if (newer is not null) outdated.Add((it.CvId, newer));
        }

        return outdated;
    }

    private static async Task<IResult> ByIdentityAsync(HttpContext http, DependencyTrackStore store, string? group, string? name, string? version, string? purl, string? cpe, string? project, CancellationToken cancellationToken)
    {
        Guid? within = null;
        if (!string.IsNullOrEmpty(project))
        {
            if (!DtRequest.TryUuid(project, out var uuid)) return DtRequest.BadUuid();
            within = uuid;
        }

        return List(http, await store.ByIdentityAsync(DtReader.Of(http), Some(group), Some(name), Some(version), Some(purl), Some(cpe), within, DtRequest.Paging(http.Request), cancellationToken));

        static string? Some(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }

    private static async Task<IResult> ByHashAsync(HttpContext http, DependencyTrackStore store, string hash, CancellationToken cancellationToken) =>
        List(http, await store.ByHashAsync(DtReader.Of(http), hash, DtRequest.Paging(http.Request), cancellationToken));

    private static async Task<IResult> GetAsync(HttpContext http, DependencyTrackStore store, string uuid, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        return await store.ComponentAsync(DtReader.Of(http), id, cancellationToken) is { } component ? TypedResults.Json(ToJson(component)) : DtRequest.Sentence(StatusCodes.Status404NotFound, "The component could not be found.");
    }

    private static IResult List(HttpContext http, (long Total, IReadOnlyList<DtComponent> Rows) list) => DtRequest.List(http, list.Total, list.Rows.Select(ToJson));

    private static JsonObject ToJson(DtComponent it)
    {
        var facts = ComponentFacts.Parse(it.Detail);
        var json = new JsonObject { ["uuid"] = it.Uuid, ["name"] = it.Name };
        Add("group", it.GroupName);
        Add("version", it.Version);
        Add("purl", it.Purl);
        Add("purlCoordinates", it.Purl is null ? null : it.Purl.AsSpan().IndexOfAny('?', '#') is >= 0 and var end ? it.Purl[..end] : it.Purl);
        Add("cpe", facts.Cpes?.FirstOrDefault());
        Add("description", facts.Description);
        Add("copyright", facts.Copyright);
        Add("publisher", facts.Publisher);
        foreach (var (algorithm, value) in facts.Hashes ?? [])
            if (HashNames.TryGetValue(algorithm, out var name)) json[name] = value;
        var licences = TypeMaps.FromJson(it.Licences);
        // One licence goes into its own field, anything composed into the expression.
        if (licences.Count == 1) json[licences[0].Contains(' ', StringComparison.Ordinal) ? "licenseExpression" : "license"] = licences[0];
        else if (licences.Count > 1) json["license"] = string.Join(", ", licences);
        json["classifier"] = it.Kind.ToUpperInvariant().Replace('-', '_');
        Add("scope", (it.Flags & 3) switch { 1 => "REQUIRED", 2 => "OPTIONAL", 3 => "EXCLUDED", _ => null });
        if (it.Purl is not null && PackageUrl.TryParse(it.Purl, out var purl, out _) && it.Release?.Component is { Latest: not null } known) json["repositoryMeta"] = RepositoryApi.ToJson(purl, known);
        else if (it.Newer is not null) json["repositoryMeta"] = new JsonObject { ["latestVersion"] = it.Newer };
        json["isInternal"] = false;
        if (it.MaxRisk is { } risk) json["lastInheritedRiskScore"] = risk;
        json["project"] = new JsonObject { ["uuid"] = it.ProjectUuid, ["name"] = it.ProjectName, ["version"] = it.ProjectVersion, ["active"] = it.ProjectActive };
        return json;

        void Add(string name, string? value)
        {
            if (value is not null) json[name] = value;
        }
    }
}
