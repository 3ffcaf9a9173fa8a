using Headwater.Core.Sboms;
using Headwater.Server.Features.Uploads;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>A project version as CycloneDX: the newest document that was uploaded for it, in the form asked for, with our findings when wanted.</summary>
internal static class BomExport
{
    public static async Task<IResult> ExportAsync(HttpContext http, DependencyTrackStore store, CycloneDxExport export, BlobFolder blobs, string uuid, string? format, string? variant, string? version, bool? download, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        var xml = "xml".Equals(format, StringComparison.OrdinalIgnoreCase);
        if (!string.IsNullOrEmpty(format) && !xml && !"json".Equals(format, StringComparison.OrdinalIgnoreCase)) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "Invalid BOM format specified.");
        var named = string.IsNullOrEmpty(variant) ? "inventory" : variant.ToLowerInvariant();
        if (named is not ("inventory" or "withvulnerabilities" or "vdr")) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "Invalid BOM variant specified.");
        if (CycloneDxExport.Version(version) is not { } written) return DtRequest.Sentence(StatusCodes.Status400BadRequest, CycloneDxExport.BadVersion);
        var viewer = named == "inventory" ? http.User.Viewer() : http.User.Viewer().And(http.User.Viewer(Permissions.ViewVulnerability));
        if (await store.GetAsync(viewer, id, cancellationToken) is not { } project) return named == "inventory" || await store.GetAsync(http.User.Viewer(), id, cancellationToken) is null ? DtRequest.ProjectMissing() : DtRequest.ProjectForbidden();

        var document = new SbomDocument();
        if (await store.DocumentAsync(project.Id, cancellationToken) is { } sha256)
        {
            await using var blob = await blobs.OpenAsync(sha256, cancellationToken);
            SbomReader.Read(blob, document, new SbomReadOptions { Validate = false }, cancellationToken);
        }
        else
        {
            document.OnHeader(new SbomKind(SbomFormat.CycloneDx, written, SbomSerialization.Json));
            document.Components.Add(new SbomComponent { Ref = project.Uuid.ToString(), IsRoot = true, Kind = SbomComponentKind.Application, Name = project.Name, Version = project.Version.Length == 0 ? null : project.Version });
        }

        document.Vulnerabilities.Clear();
        if (named != "inventory")
        {
            var references = document.Components.Where(c => !c.IsRoot).Select(c => (InternedComponent.From(c).Identity, c.Ref)).ToLookup(c => c.Identity, c => c.Ref, StringComparer.Ordinal);
            if (await store.FindingsAsync(http.User.Viewer(), project.Id, false, cancellationToken) is not { } rows) return DtRequest.TooManyFindings();
            // With vulnerabilities: what is open or being looked at. A VDR reports on everything, with what was decided.
            export.Add(document, named == "vdr" ? rows : [.. rows.Where(r => !r.Suppressed)], r => references[r.Purl ?? ""], named == "vdr");
        }

        return CycloneDxExport.Answer(document, written, xml, download == true ? $"{project.Uuid}-{named}.cdx.{(xml ? "xml" : "json")}" : null);
    }
}
