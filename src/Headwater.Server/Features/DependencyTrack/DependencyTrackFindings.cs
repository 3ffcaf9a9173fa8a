using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Core.Advisories;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Findings;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>Findings in the shape of the interface; what our table does not hold (description, weaknesses, references) comes from the published record.</summary>
internal sealed class DependencyTrackFindings(FeedsModule feeds)
{
    private const int Remembered = 20_000, LongestText = 20_000;

    private readonly ConcurrentDictionary<(long Generation, string Id), RecordText> _texts = new();

    /// <param name="latest">The latest version of the component, where a registry names one.</param>
    /// <param name="cpe">What its documents called it.</param>
    public JsonObject ToJson(DtProject project, FindingColumns finding, string? latest = null, string? cpe = null)
    {
        var row = finding.ToRow();
        var component = DtUuid.OfComponent(project.Id, finding.CvId);
        var vulnerability = DtUuid.OfVulnerability(row.Id);
        var json = new JsonObject
        {
            ["component"] = Without(new JsonObject
            {
                ["uuid"] = component, ["name"] = row.ComponentName, ["group"] = row.ComponentGroup, ["version"] = row.ComponentVersion, ["purl"] = row.Purl, ["cpe"] = cpe, ["project"] = project.Uuid,
                ["projectName"] = project.Name, ["projectVersion"] = project.Version.Length == 0 ? null : project.Version,
                ["scope"] = (finding.Flags & 3) switch { 1 => "REQUIRED", 2 => "OPTIONAL", 3 => "EXCLUDED", _ => null },
                ["latestVersion"] = latest,
            }),
            ["vulnerability"] = Vulnerability(row, vulnerability),
            ["analysis"] = Analysis(finding),
            ["attribution"] = new JsonObject
            {
                ["analyzerIdentity"] = "INTERNAL_ANALYZER", ["attributedOn"] = row.FoundAt.ToUnixTimeMilliseconds(), ["alternateIdentifier"] = row.Ids.FirstOrDefault(i => i != row.Id) ?? row.Id,
            },
            ["matrix"] = $"{project.Uuid}:{component}:{vulnerability}",
        };
        return json;
    }

    private static JsonObject Analysis(FindingColumns finding)
    {
        var json = new JsonObject { ["isSuppressed"] = finding.Suppressed };
        if (finding.State is not null && finding.State != Decision.NotSet) json["state"] = finding.State.ToUpperInvariant();
        if (finding.Justification is not null) json["justification"] = finding.Justification.ToUpperInvariant();
        if (finding.Details is not null) json["detail"] = finding.Details;
        return json;
    }

    /// <summary>NVD, GITHUB or OSV: who gave the identifier.</summary>
    public static string SourceOf(string id) => id.StartsWith("CVE-", StringComparison.Ordinal) ? "NVD" : id.StartsWith("GHSA-", StringComparison.Ordinal) ? "GITHUB" : "OSV";

    public static (string Name, int Rank) SeverityOf(Severity severity) => severity switch
    {
        Severity.Critical => ("CRITICAL", 0),
        Severity.High => ("HIGH", 1),
        Severity.Medium => ("MEDIUM", 2),
        Severity.Low => ("LOW", 3),
        Severity.None => ("INFO", 4),
        _ => ("UNASSIGNED", 5),
    };

    public RecordText Text(string id)
    {
        var data = feeds.Current;
        if (_texts.Count > Remembered) _texts.Clear();
        return _texts.GetOrAdd((data.Generation, id), static (at, index) => RecordText.Read(index, at.Id), data.Index);
    }

    private JsonObject Vulnerability(FindingRow row, Guid uuid)
    {
        var (severity, rank) = SeverityOf(row.Severity);
        var text = Text(row.Id);
        var json = new JsonObject
        {
            ["uuid"] = uuid, ["source"] = SourceOf(row.Id), ["vulnId"] = row.Id, ["title"] = row.Summary, ["description"] = text.Details ?? row.Summary,
            ["recommendation"] = row.FixedVersions.Count > 0 ? $"Upgrade to {string.Join(" or ", row.FixedVersions)}." : null, ["severity"] = severity, ["severityRank"] = rank,
            ["epssScore"] = row.Epss, ["epssPercentile"] = row.EpssPercentile, ["published"] = row.Published?.ToUnixTimeMilliseconds(), ["references"] = text.References,
        };
        var (score, vector) = row.Vector switch
        {
            null => (null, null),
            _ when row.Vector.StartsWith("CVSS:4", StringComparison.Ordinal) => ("cvssV4Score", "cvssV4Vector"),
            _ when row.Vector.StartsWith("CVSS:3", StringComparison.Ordinal) => ("cvssV3BaseScore", "cvssV3Vector"),
            _ => ("cvssV2BaseScore", (string?)"cvssV2Vector"),
        };
        if (score is not null && row.Score is { } value)
        {
            json[score] = value;
            json[vector!] = row.Vector;
        }

        if (text.Cwes.Count > 0)
        {
            json["cweId"] = text.Cwes[0];
            json["cweName"] = $"CWE-{text.Cwes[0]}";
            json["cwes"] = new JsonArray([.. text.Cwes.Select(c => (JsonNode)new JsonObject { ["cweId"] = c, ["name"] = $"CWE-{c}" })]);
        }

        json["aliases"] = new JsonArray([Aliases(row)]);
        return Without(json);
    }

    private static JsonNode Aliases(FindingRow row) => Without(new JsonObject
    {
        ["cveId"] = row.Ids.FirstOrDefault(i => i.StartsWith("CVE-", StringComparison.Ordinal)),
        ["ghsaId"] = row.Ids.FirstOrDefault(i => i.StartsWith("GHSA-", StringComparison.Ordinal)),
        ["osvId"] = row.Ids.FirstOrDefault(i => SourceOf(i) == "OSV"),
    });

    /// <summary>Clients expect fields without a value to be absent.</summary>
    private static JsonObject Without(JsonObject json)
    {
        foreach (var name in json.Where(p => p.Value is null).Select(p => p.Key).ToList()) json.Remove(name);
        return json;
    }

    /// <param name="Cwes">Numbers of the weaknesses named.</param>
    /// <param name="References">Markdown list of addresses.</param>
    internal sealed record RecordText(string? Details, IReadOnlyList<int> Cwes, string? References)
    {
        private static readonly RecordText Nothing = new(null, [], null);

        public static RecordText Read(AdvisoryIndex? index, string id)
        {
            if (index is null || index.Find(id) is not { Count: > 0 } records) return Nothing;
            using var document = JsonDocument.Parse(index.Json(records[0]), new JsonDocumentOptions { MaxDepth = 64 });
            var root = document.RootElement;
            var cwes = new List<int>();
            if (root.TryGetProperty("database_specific", out var specific) && specific.ValueKind == JsonValueKind.Object && specific.TryGetProperty("cwe_ids", out var list) && list.ValueKind == JsonValueKind.Array)
            {
                foreach (var cwe in list.EnumerateArray())
                    if (cwe.ValueKind == JsonValueKind.String && cwe.GetString() is { } text && text.StartsWith("CWE-", StringComparison.Ordinal) && int.TryParse(text.AsSpan(4), out var number)) cwes.Add(number);
            }

            var references = root.TryGetProperty("references", out var urls) && urls.ValueKind == JsonValueKind.Array
                ? string.Join("\n", urls.EnumerateArray().Take(50).Select(u => u.ValueKind == JsonValueKind.Object ? u.Text("url") : null).OfType<string>().Select(u => $"* [{u}]({u})"))
                : "";
            var details = root.Text("details");
            return new RecordText(details is { Length: > LongestText } ? details[..LongestText] : details, cwes, references.Length == 0 ? null : references);
        }
    }
}
