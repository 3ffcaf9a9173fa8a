using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Headwater.Cli.Lines;
using Headwater.Core.Advisories;

namespace Headwater.Cli.Scanning;

/// <summary>The findings as SARIF 2.1.0 (OASIS): a rule for each vulnerability, a result for each component it is found in.</summary>
internal static class SarifOutput
{
    public static void Write(ScanReport report, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, LineOutput.JsonOptions with { Indented = true });
        json.WriteStartObject();
        json.WriteString("$schema"u8, "https://json.schemastore.org/sarif-2.1.0.json");
        json.WriteString("version"u8, "2.1.0");
        json.WriteStartArray("runs"u8);
        json.WriteStartObject();
        json.WriteStartObject("tool"u8);
        json.WriteStartObject("driver"u8);
        json.WriteString("name"u8, "Headwater");
        json.WriteString("version"u8, ToolVersion.Text);
        json.WriteString("semanticVersion"u8, ToolVersion.Text);
        json.WriteStartArray("rules"u8);
        var rules = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var group in report.Findings.GroupBy(row => row.Finding.Id, StringComparer.Ordinal))
        {
            rules.Add(group.Key, rules.Count);
            Rule(json, group.MaxBy(row => row.Finding.Risk)!.Finding);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("invocations"u8);
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful"u8, true);
        json.WriteString("endTimeUtc"u8, report.Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("results"u8);
        foreach (var document in report.Documents)
        {
            var seen = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var row in document.Findings)
            {
                var identity = Identity(document, row);
                seen[identity] = seen.GetValueOrDefault(identity) + 1;
                Result(json, document, row, rules[row.Finding.Id], $"{identity}\n{seen[identity].ToString(CultureInfo.InvariantCulture)}");
            }

            json.Flush();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.Write("\n"u8);
    }

    private static void Rule(Utf8JsonWriter json, Finding finding)
    {
        var summary = finding.Summary is { Length: > 0 } text ? text : finding.Malicious ? "Malicious package" : "Known vulnerability";
        json.WriteStartObject();
        json.WriteString("id"u8, finding.Id);
        Message(json, "shortDescription"u8, $"{finding.Id}: {summary}");
        Message(json, "fullDescription"u8, summary);
        json.WriteString("helpUri"u8, Address(finding.Id));
        var help = Help(finding, summary);
        json.WriteStartObject("help"u8);
        json.WriteString("text"u8, help);
        json.WriteString("markdown"u8, help.Replace("\n", "  \n", StringComparison.Ordinal));
        json.WriteEndObject();
        json.WriteStartObject("defaultConfiguration"u8);
        json.WriteString("level"u8, Level(finding));
        json.WriteEndObject();
        json.WriteStartObject("properties"u8);
        json.WriteString("security-severity"u8, SecuritySeverity(finding).ToString("0.0", CultureInfo.InvariantCulture));
        json.WriteString("precision"u8, "very-high");
        json.WriteStartArray("tags"u8);
        json.WriteStringValue("security");
        json.WriteStringValue("vulnerability");
        if (finding.Kev) json.WriteStringValue("known-exploited");
        if (finding.Malicious) json.WriteStringValue("malicious-package");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Result(Utf8JsonWriter json, DocumentReport document, ScanFinding row, int rule, string identity)
    {
        var finding = row.Finding;
        json.WriteStartObject();
        json.WriteString("ruleId"u8, finding.Id);
        json.WriteNumber("ruleIndex"u8, rule);
        if (row.Affected)
        {
            json.WriteString("level"u8, Level(finding));
        }
        else
        {
            // SARIF 3.27.9: what somebody has to look at; the level of anything but a failure is none (3.27.10).
            json.WriteString("kind"u8, "review");
            json.WriteString("level"u8, "none");
        }

        Message(json, "message"u8, Sentence(row));
        json.WriteStartArray("locations"u8);
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation"u8);
        json.WriteStartObject("artifactLocation"u8);
        json.WriteString("uri"u8, FileUri(document.Document.File));
        json.WriteEndObject();
        json.WriteStartObject("region"u8);
        json.WriteNumber("startLine"u8, 1);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("logicalLocations"u8);
        json.WriteStartObject();
        json.WriteString("name"u8, row.Component.Label);
        if (row.Component.PurlText is { } purl) json.WriteString("fullyQualifiedName"u8, purl);
        json.WriteString("kind"u8, "module");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints"u8);
        json.WriteString("headwaterFinding/v1"u8, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity))));
        json.WriteEndObject();
        json.WriteStartObject("properties"u8);
        json.WriteStartArray("ids"u8);
        foreach (var id in finding.Ids) json.WriteStringValue(id);
        json.WriteEndArray();
        json.WriteNumber("risk"u8, finding.Risk);
        json.WriteBoolean("kev"u8, finding.Kev);
        if (finding.Epss is { } epss) json.WriteNumber("epss"u8, epss);
        json.WriteStartArray("fixedVersions"u8);
        foreach (var version in finding.FixedVersions) json.WriteStringValue(version);
        json.WriteEndArray();
        json.WriteStartArray("path"u8);
        foreach (var step in row.Path) json.WriteStringValue(step);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Sentence(ScanFinding row)
    {
        var finding = row.Finding;
        var text = new StringBuilder();
        text.Append(row.Component.Label).Append(row.Affected ? finding.Malicious ? " is a malicious package: " : " is affected by " : " may be affected (its version has no place in the order) by ").Append(finding.Id);
        if (finding.Summary is { Length: > 0 } summary) text.Append(": ").Append(summary.TrimEnd('.'));
        text.Append('.');
        if (finding.FixedVersions.Count > 0) text.Append(" Fixed in ").AppendJoin(", ", finding.FixedVersions).Append('.');
        if (row.Path.Count > 1) text.Append(" It is here because of ").AppendJoin(" > ", row.Path).Append('.');
        // SARIF 3.11.5: braces would be taken for a place to be filled.
        return text.Replace("{", "{{").Replace("}", "}}").ToString();
    }

    private static string Help(Finding finding, string summary)
    {
        var text = new StringBuilder(summary.TrimEnd('.')).Append(".\n");
        if (finding.Ids.Count > 1) text.Append("Also known as ").AppendJoin(", ", finding.Ids.Where(id => id != finding.Id)).Append(".\n");
        if (finding.Vector is { } vector) text.Append("Severity vector ").Append(vector).Append(".\n");
        if (finding.Kev) text.Append(finding.KevRansomware ? "Known to be exploited, by ransomware too (CISA KEV).\n" : "Known to be exploited (CISA KEV).\n");
        if (finding.Epss is { } epss) text.Append("Probability of exploitation within 30 days (EPSS, FIRST): ").Append(epss.ToString("0.0%", CultureInfo.InvariantCulture)).Append(".\n");
        text.Append(finding.FixedVersions.Count > 0 ? $"Upgrade to {string.Join(" or ", finding.FixedVersions)}." : "No fixed version is named.");
        return text.ToString();
    }

    private static string Level(Finding finding) => finding.Malicious ? "error" : finding.Severity switch
    {
        Severity.Critical or Severity.High => "error",
        Severity.Low or Severity.None => "note",
        _ => "warning",
    };

    private static double SecuritySeverity(Finding finding) => finding.Malicious ? 10 : finding.Score ?? finding.Severity switch
    {
        Severity.Critical => 9.0,
        Severity.High => 7.0,
        Severity.Low => 2.0,
        Severity.None => 0,
        _ => 5.0,
    };

    /// <summary>Stays the same while the same finding is in the same component of the same document, whatever the component's version becomes.</summary>
    private static string Identity(DocumentReport document, ScanFinding row)
    {
        var component = row.Component.Purl is { } purl ? $"{purl.Type}/{purl.Namespace}/{purl.Name}" : $"{row.Component.Group}/{row.Component.Name}";
        return $"{document.Document.Root?.Name ?? document.Document.File}\n{component}\n{row.Finding.Id}";
    }

    private static void Message(Utf8JsonWriter json, ReadOnlySpan<byte> name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    internal static string Address(string id) => id.StartsWith("CVE-", StringComparison.Ordinal)
        ? "https://www.cve.org/CVERecord?id=" + Uri.EscapeDataString(id)
        : id.StartsWith("GHSA-", StringComparison.Ordinal) ? "https://github.com/advisories/" + Uri.EscapeDataString(id)
        : "https://osv.dev/vulnerability/" + Uri.EscapeDataString(id);

    internal static string FileUri(string path) => path == "-"
        ? "stdin"
        : Path.IsPathRooted(path) ? new Uri(path).AbsoluteUri : string.Join('/', path.Split('/', '\\').Where(part => part != ".").Select(Uri.EscapeDataString));
}
