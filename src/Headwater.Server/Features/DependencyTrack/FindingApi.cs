using System.Text.Json.Nodes;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>What was found in a project, its numbers, and (there being no policies yet) no violations.</summary>
internal static class FindingApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/v1/finding/project/{uuid}", FindingsAsync).Require(Permissions.ViewVulnerability).WithRequestTimeout(HttpModule.SlowPolicy);
        api.MapGet("/v1/finding/project/{uuid}/export", ExportAsync).Require(Permissions.ViewVulnerability).WithRequestTimeout(HttpModule.SlowPolicy);
        api.MapPost("/v1/finding/project/{uuid}/analyze", AnalyseAsync).Require(Permissions.ViewVulnerability);
        api.MapGet("/v1/violation/project/{uuid}", ViolationsAsync).Require(Permissions.ViewPolicyViolation);
        api.MapGet("/v1/vulnerability/source/{source}/vuln/{vuln}/projects", AffectedAsync).Require(Permissions.ViewVulnerability);
    }

    private static async Task<IResult> FindingsAsync(HttpContext http, DependencyTrackStore store, DependencyTrackFindings findings, string uuid, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        if (DtFindingFilter.Read(http.Request.Query) is not { } filter) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "A filter has a value that cannot be read: true or false, or a number from 0 to 1, is expected.");
        if (await store.GetAsync(http.User.Viewer(Permissions.ViewVulnerability), id, cancellationToken) is not { } project) return DtRequest.ProjectMissing();
        if (http.Request.Headers.Accept.ToString().Contains("application/sarif+json", StringComparison.OrdinalIgnoreCase))
        {
            var (count, all) = await store.FindingsAsync(http.User.Viewer(), project.Id, filter, new PageRequest { Size = DependencyTrackStore.MostFindings }, cancellationToken);
            if (count > all.Count) return TooMany(count);
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"findings-{project.Uuid}.sarif\"";
            return TypedResults.Text(Sarif.Of(all).ToJsonString(), "application/sarif+json");
        }

        // Without paging parameters all, as far as a document would hold them, the gravest first: one of the build plugins never asks for a second page.
        var (total, shown) = await store.FindingsAsync(http.User.Viewer(), project.Id, filter, DtRequest.Paging(http.Request, DependencyTrackStore.MostFindings), cancellationToken);
        var latest = await store.LatestAsync(shown.Select(f => f.CvId), cancellationToken);
        var cpes = await store.CpesAsync(shown.Select(f => f.CvId), cancellationToken);
        return DtRequest.List(http, total, shown.Select(f => findings.ToJson(project, f, latest.GetValueOrDefault(f.CvId), cpes.GetValueOrDefault(f.CvId))));
    }

    private static IResult TooMany(long count) => DtRequest.Sentence(StatusCodes.Status413PayloadTooLarge, $"The project has {count} findings, and a file holds at most {DependencyTrackStore.MostFindings}. Read them page by page.");

    private static async Task<IResult> ExportAsync(HttpContext http, DependencyTrackStore store, DependencyTrackFindings findings, TimeProvider time, string uuid, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        if (await store.GetAsync(http.User.Viewer(Permissions.ViewVulnerability), id, cancellationToken) is not { } project) return DtRequest.ProjectMissing();
        var (count, all) = await store.FindingsAsync(http.User.Viewer(), project.Id, DtFindingFilter.All, new PageRequest { Size = DependencyTrackStore.MostFindings }, cancellationToken);
        if (count > all.Count) return TooMany(count);
        var latest = await store.LatestAsync(all.Select(f => f.CvId), cancellationToken);
        var cpes = await store.CpesAsync(all.Select(f => f.CvId), cancellationToken);
        var about = project.ToJson(withMetrics: false);
        http.Response.Headers.ContentDisposition = $"inline; filename=\"findings-{project.Uuid}.fpf\"";
        return TypedResults.Json(new Package(
            "1.3",
            new JsonObject
            {
                ["application"] = "Dependency-Track", ["version"] = DependencyTrackModule.CompatibleVersion, ["timestamp"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
                ["baseUrl"] = $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}",
            },
            about,
            all.Select(f => findings.ToJson(project, f, latest.GetValueOrDefault(f.CvId), cpes.GetValueOrDefault(f.CvId)))));
    }

    /// <summary>Findings as a file; each is written as it is made.</summary>
    private sealed record Package(string Version, JsonObject Meta, JsonObject Project, IEnumerable<JsonObject> Findings);

    /// <summary>Everything is matched when it arrives and when the data changes, so there is never anything left to analyse.</summary>
    private static async Task<IResult> AnalyseAsync(HttpContext http, DependencyTrackStore store, IdSource ids, string uuid, CancellationToken cancellationToken) =>
        !DtRequest.TryUuid(uuid, out var id) ? DtRequest.BadUuid() : await store.GetAsync(http.User.Viewer(Permissions.ViewVulnerability), id, cancellationToken) is null ? DtRequest.ProjectMissing() : TypedResults.Ok(new { token = ids.NewUuid() });

    private static async Task<IResult> ViolationsAsync(HttpContext http, DependencyTrackStore store, string uuid, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        return await store.GetAsync(http.User.Viewer(), id, cancellationToken) is null ? DtRequest.ProjectMissing() : DtRequest.List<JsonObject>(http, 0, []);
    }

    private static async Task<IResult> AffectedAsync(HttpContext http, DependencyTrackStore store, string source, string vuln, CancellationToken cancellationToken)
    {
        var (total, rows) = await store.AffectedAsync(http.User.Viewer().And(http.User.Viewer(Permissions.ViewVulnerability)), vuln, DtRequest.Paging(http.Request), cancellationToken);
        return DtRequest.List(http, total, rows.Select(r => r.ToJson()));
    }
}
