using Headwater.Core.Sboms;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Uploads;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>VEX documents: in, as decisions about findings; out, as what was decided.</summary>
internal static class VexApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapMethods("/v1/vex", ["POST", "PUT"], UploadAsync).Require(Permissions.VulnerabilityAnalysis).WithRequestTimeout(HttpModule.SlowPolicy)
            .DisableAntiforgery().WithSummary("Applies the statements of a CycloneDX VEX document to a project version (multipart/form-data, or JSON with the document in Base64)");
        api.MapGet("/v1/vex/cyclonedx/project/{uuid}", ExportAsync).Require(Permissions.VulnerabilityAnalysis).WithRequestTimeout(HttpModule.SlowPolicy).WithSummary("What was decided, as CycloneDX VEX");
    }

    private static async Task<IResult> UploadAsync(HttpContext http, UploadsModule uploads, DependencyTrackStore store, VexImport import, AnalysesModule analyses, HttpLimits limits, IdSource ids, CancellationToken cancellationToken)
    {
        try
        {
            using var body = await DtDocument.ReadAsync(http.Request, uploads, limits, "vex", cancellationToken);
            if (body.Refusal is { } unreadable) return unreadable;
            if (body.Document is not { Length: > 0 } received) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "No VEX file provided.");
            var (project, refusal) = await FindAsync(http, store, body.Field, cancellationToken);
            if (project is null) return refusal!;
            if (received.Length > limits.MaxJsonUploadBytes) return Problems.TooLarge(limits.MaxJsonUploadBytes); // Statements are held in memory, components of an SBOM are not.

            var document = new SbomDocument();
            await using (var stream = received.Open())
            {
                var read = await Task.Run(() => SbomReader.Read(stream, document, null, cancellationToken), cancellationToken);
                if (read.Kind?.Format != SbomFormat.CycloneDx) return DtRequest.Invalid("A VEX document has to be CycloneDX, as JSON or XML.", read.Errors);
                if (!read.Valid) return DtRequest.Invalid("Schema validation failed", read.Errors);
            }

            if (await import.ReadAsync(http.User.Viewer(), document, project, body.Field("scope") == "project", http.User.Actor(), cancellationToken) is not var (decisions, unused)) return DtRequest.TooManyFindings();
            if (decisions.Count > 0) await analyses.DecideAsync(decisions, cancellationToken);
            // Everything is done by now: whoever asks for the token hears that nothing is being processed.
            return TypedResults.Ok(new { token = ids.NewUuid(), applied = decisions.Count, statements = document.Vulnerabilities.Count, withoutFinding = unused });
        }
        catch (DocumentTooLargeException)
        {
            return Problems.TooLarge(limits.MaxUploadBytes);
        }
        catch (InvalidDataException e)
        {
            return DtRequest.Invalid("The upload cannot be unpacked or taken apart.", [new SbomError("", e.Message)]);
        }
    }

    private static async Task<(DtProject? Project, IResult? Refusal)> FindAsync(HttpContext http, DependencyTrackStore store, Func<string, string?> field, CancellationToken cancellationToken)
    {
        DtProject? project;
        if (field("project") is { Length: > 0 } text)
        {
            if (!DtRequest.TryUuid(text, out var uuid)) return (null, DtRequest.BadUuid());
            project = await store.GetAsync(http.User.Viewer(), uuid, cancellationToken);
        }
        else
        {
            project = field("projectName") is { Length: > 0 } name ? await store.LookupAsync(http.User.Viewer(), name, field("projectVersion"), cancellationToken) : null;
        }

        if (project is null) return (null, DtRequest.ProjectMissing());
        return await store.GetAsync(http.User.Viewer(Permissions.VulnerabilityAnalysis), project.Uuid, cancellationToken) is null ? (null, DtRequest.ProjectForbidden()) : (project, null);
    }

    private static async Task<IResult> ExportAsync(HttpContext http, DependencyTrackStore store, CycloneDxExport export, string uuid, string? version, bool? download, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        if (CycloneDxExport.Version(version) is not { } written) return DtRequest.Sentence(StatusCodes.Status400BadRequest, CycloneDxExport.BadVersion);
        if (await store.GetAsync(http.User.Viewer(Permissions.VulnerabilityAnalysis), id, cancellationToken) is not { } project) return DtRequest.ProjectMissing();
        if (await store.FindingsAsync(http.User.Viewer(), project.Id, true, cancellationToken) is not { } decided) return DtRequest.TooManyFindings();
        var document = export.Vex(project, decided);
        return CycloneDxExport.Answer(document, written, false, download == true ? $"{project.Uuid}-vex.cdx.json" : null);
    }
}
