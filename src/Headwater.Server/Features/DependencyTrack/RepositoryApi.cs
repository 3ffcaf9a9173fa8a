using System.Text.Json.Nodes;
using Headwater.Core.Packages;
using Headwater.Server.Features.Registries;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>The latest version of a package. Nobody is asked for the answer: it is what the registries said last, of packages that the caller's projects use.</summary>
internal static class RepositoryApi
{
    public static void Map(RouteGroupBuilder api) => api.MapGet("/v1/repository/latest", LatestAsync).Require(Permissions.ViewPortfolio);

    public static JsonObject ToJson(PackageUrl purl, ComponentRelease release)
    {
        var json = new JsonObject { ["repositoryType"] = RegistriesModule.CompatibleKind(purl) ?? "UNSUPPORTED" };
        if (purl.Namespace is not null) json["namespace"] = purl.Namespace;
        json["name"] = purl.Name;
        json["latestVersion"] = release.Latest;
        if (release.LatestAt is { } published) json["published"] = published.ToUnixTimeMilliseconds();
        if (release.CheckedAt is { } at) json["lastCheck"] = at.ToUnixTimeMilliseconds();
        return json;
    }

    private static async Task<IResult> LatestAsync(HttpContext http, DependencyTrackStore store, string? purl, CancellationToken cancellationToken)
    {
        if (!PackageUrl.TryParse(purl, out var package, out var wrong)) return DtRequest.Sentence(StatusCodes.Status400BadRequest, $"The package URL cannot be read: {wrong}");
        if (RegistriesModule.CompatibleKind(package) is null || !PackageUrl.TryBuild(package.Type, package.Namespace, package.Name, null, null, null, out var bare, out _)) return TypedResults.NoContent();
        return await store.ReleaseAsync(http.User.Viewer(), bare.ToString(), cancellationToken) is { Latest: not null } release ? TypedResults.Json(ToJson(package, release)) : TypedResults.NoContent();
    }
}
