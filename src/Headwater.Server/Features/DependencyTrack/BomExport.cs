using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Core.Sboms;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Uploads;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>A project version as CycloneDX: the newest document that was uploaded for it, in the form asked for, with our findings when wanted.</summary>
internal static class BomExport
{
    public static async Task<IResult> ExportAsync(HttpContext http, DependencyTrackStore store, DependencyTrackFindings findings, BlobFolder blobs, string uuid, string? format, string? variant, string? version, bool? download, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        var xml = "xml".Equals(format, StringComparison.OrdinalIgnoreCase);
        if (format is not null && !xml && !"json".Equals(format, StringComparison.OrdinalIgnoreCase)) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "Invalid BOM format specified.");
        var named = variant?.ToLowerInvariant() ?? "inventory";
        if (named is not ("inventory" or "withvulnerabilities" or "vdr")) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "Invalid BOM variant specified.");
        if (await store.GetAsync(http.User.Viewer(), id, cancellationToken) is not { } project) return DtRequest.ProjectMissing();

        var document = new SbomDocument();
        if (await store.DocumentAsync(project.Id, cancellationToken) is { } sha256)
        {
            await using var blob = await blobs.OpenAsync(sha256, cancellationToken);
            SbomReader.Read(blob, document, new SbomReadOptions { Validate = false }, cancellationToken);
        }

        document.Vulnerabilities.Clear();
        if (named != "inventory") AddFindings(document, project, await store.FindingsAsync(http.User.Viewer(), project.Id, cancellationToken), findings);
        // 1.6 is the oldest that is written; whoever asks for an older one gets it, as its readers ignore what they do not know.
        var target = $"cyclonedx-{(version == "1.7" ? "1.7" : "1.6")}-{(xml ? "xml" : "json")}";
        var output = new MemoryStream();
        SbomWriter.Write(document, target, output);
        output.Position = 0;
        return TypedResults.Stream(output, xml ? "application/vnd.cyclonedx+xml" : "application/vnd.cyclonedx+json", download == true ? $"{project.Uuid}-{named}.cdx.{(xml ? "xml" : "json")}" : null);
    }

    private static void AddFindings(SbomDocument document, DtProject project, IReadOnlyList<FindingColumns> rows, DependencyTrackFindings findings)
    {
        var references = document.Components.Where(c => !c.IsRoot).Select(c => (InternedComponent.From(c).Identity, c.Ref)).ToLookup(c => c.Identity, c => c.Ref, StringComparer.Ordinal);
        foreach (var group in rows.GroupBy(r => r.Id, StringComparer.Ordinal))
        {
            var row = group.First().ToRow();
            var affects = group.SelectMany(g => references[g.Purl ?? ""]).Distinct(StringComparer.Ordinal).ToList();
            var text = findings.Text(row.Id);
            var json = new JsonObject { ["bom-ref"] = DtUuid.OfVulnerability(row.Id).ToString(), ["id"] = row.Id, ["source"] = new JsonObject { ["name"] = DependencyTrackFindings.SourceOf(row.Id) } };
            var rating = new JsonObject { ["severity"] = row.Severity == Core.Advisories.Severity.Unknown ? "unknown" : row.Severity.ToString().ToLowerInvariant() };
            if (row.Score is { } score) rating["score"] = score;
            if (row.Vector is not null)
            {
                rating["method"] = row.Vector switch { _ when row.Vector.StartsWith("CVSS:4", StringComparison.Ordinal) => "CVSSv4", _ when row.Vector.StartsWith("CVSS:3.1", StringComparison.Ordinal) => "CVSSv31", _ when row.Vector.StartsWith("CVSS:3", StringComparison.Ordinal) => "CVSSv3", _ => "CVSSv2" };
                rating["vector"] = row.Vector;
            }

            json["ratings"] = new JsonArray(rating);
            if (text.Cwes.Count > 0) json["cwes"] = new JsonArray([.. text.Cwes.Select(c => (JsonNode)c)]);
            if ((text.Details ?? row.Summary) is { } description) json["description"] = description;
            if (row.FixedVersions.Count > 0) json["recommendation"] = $"Upgrade to {string.Join(" or ", row.FixedVersions)}.";
            if (row.Published is { } published) json["published"] = published.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
            if (affects.Count > 0) json["affects"] = new JsonArray([.. affects.Select(a => (JsonNode)new JsonObject { ["ref"] = a })]);
            var vulnerability = new SbomVulnerability { Ref = DtUuid.OfVulnerability(row.Id).ToString(), Id = row.Id, Json = JsonSerializer.SerializeToElement(json) };
            vulnerability.Affects.AddRange(affects);
            document.Vulnerabilities.Add(vulnerability);
        }
    }
}
