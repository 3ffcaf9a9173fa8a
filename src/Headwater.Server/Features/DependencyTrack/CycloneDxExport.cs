using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Core.Sboms;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>Findings, and what was decided about them, in CycloneDX.</summary>
internal sealed class CycloneDxExport(DependencyTrackFindings findings, IdSource ids, TimeProvider time)
{
    public const string BadVersion = "The version of CycloneDX is none of 1.4, 1.5, 1.6, 1.7.";

    /// <summary>The version to write: what was asked for, else 1.5 as the interface has it. Null when it is not written here.</summary>
    public static string? Version(string? asked) => asked switch { null or "" => "1.5", "1.4" or "1.5" or "1.6" or "1.7" => asked, _ => null };

    public static IResult Answer(SbomDocument document, string version, bool xml, string? file)
    {
        var output = new MemoryStream();
        SbomWriter.Write(document, $"cyclonedx-{version}-{(xml ? "xml" : "json")}", output);
        output.Position = 0;
        return TypedResults.Stream(output, xml ? "application/vnd.cyclonedx+xml" : "application/vnd.cyclonedx+json", file);
    }

    /// <summary>
    /// What was decided, without an inventory: the components are those the statements are about. A finding nobody decided about is no statement, so it is not in there.
    /// </summary>
    public SbomDocument Vex(DtProject project, IReadOnlyList<FindingColumns> rows)
    {
        var document = new SbomDocument();
        document.OnHeader(new SbomKind(SbomFormat.CycloneDx, "1.6", SbomSerialization.Json));
        var metadata = new SbomMetadata { SerialNumber = $"urn:uuid:{ids.NewUuid()}", Version = 1, Timestamp = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") };
        metadata.Tools.Add(new SbomTool("Headwater", "Headwater", typeof(CycloneDxExport).Assembly.GetName().Version?.ToString(3)));
        document.OnMetadata(metadata);
        document.Components.Add(new SbomComponent { Ref = project.Uuid.ToString(), IsRoot = true, Kind = SbomComponentKind.Application, Name = project.Name, Version = project.Version.Length == 0 ? null : project.Version });
        var decided = rows.Where(r => r.AnalysisUuid is not null).ToList();
        foreach (var row in decided.DistinctBy(r => r.CvId))
            document.Components.Add(new SbomComponent { Ref = Reference(row), Kind = SbomComponentKind.Library, Group = row.GroupName, Name = row.Name, Version = row.Version, Purl = row.Purl });
        Add(document, decided, r => [Reference(r)], true);
        return document;

        string Reference(FindingColumns row) => row.Purl ?? DtUuid.OfComponent(project.Id, row.CvId).ToString();
    }

    /// <summary>Adds findings to a document; those of one vulnerability stand together as far as the same was decided about them.</summary>
    /// <param name="references">By which a component is called in the document.</param>
    public void Add(SbomDocument document, IReadOnlyList<FindingColumns> rows, Func<FindingColumns, IEnumerable<string>> references, bool withDecisions)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in rows.GroupBy(r => (r.Id, Decision: withDecisions ? r.ToAnalysis()?.Decision : null)))
        {
            var reference = used.Add(group.Key.Id) ? DtUuid.OfVulnerability(group.Key.Id).ToString() : DtUuid.OfVulnerability($"{group.Key.Id} {used.Count} {document.Vulnerabilities.Count}").ToString();
            var affects = group.SelectMany(references).Distinct(StringComparer.Ordinal).ToList();
            var json = Describe(group.First().ToRow(), reference, affects);
            if (group.Key.Decision is { } decision) json["analysis"] = Analysis(decision);
            var vulnerability = new SbomVulnerability { Ref = reference, Id = group.Key.Id, Json = JsonSerializer.SerializeToElement(json) };
            vulnerability.Affects.AddRange(affects);
            document.Vulnerabilities.Add(vulnerability);
        }
    }

    private static JsonObject Analysis(Decision decision)
    {
        var json = new JsonObject();
        if (decision.State != Decision.NotSet) json["state"] = decision.State;
        if (decision.Justification is not null) json["justification"] = decision.Justification;
        if (decision.Response is not null) json["response"] = new JsonArray(decision.Response);
        if ((decision.Details ?? (decision.State == Decision.NotSet ? "Suppressed without a stated reason." : null)) is { } detail) json["detail"] = detail;
        return json;
    }

    private JsonObject Describe(FindingRow row, string reference, List<string> affects)
    {
        var text = findings.Text(row.Id);
        var json = new JsonObject { ["bom-ref"] = reference, ["id"] = row.Id, ["source"] = new JsonObject { ["name"] = DependencyTrackFindings.SourceOf(row.Id) } };
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
        return json;
    }
}
