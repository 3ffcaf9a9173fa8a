using System.Globalization;
using System.Text.Json;
using Headwater.Cli.Lines;
using Headwater.Core.Advisories;
using Headwater.Core.Sboms;

namespace Headwater.Cli.Scanning;

/// <summary>The findings as a CycloneDX 1.6 vulnerability disclosure report: the inventory, its graph and its vulnerabilities in one document.</summary>
internal static class VdrOutput
{
    public static void Write(ScanReport report, Stream stream)
    {
        var single = report.Documents.Count == 1;
        using var json = new Utf8JsonWriter(stream, LineOutput.JsonOptions with { Indented = true });
        json.WriteStartObject();
        json.WriteString("$schema"u8, "http://cyclonedx.org/schema/bom-1.6.schema.json");
        json.WriteString("bomFormat"u8, "CycloneDX");
        json.WriteString("specVersion"u8, "1.6");
        json.WriteString("serialNumber"u8, $"urn:uuid:{Guid.CreateVersion7(report.Now)}");
        json.WriteNumber("version"u8, 1);
        json.WriteStartObject("metadata"u8);
        json.WriteString("timestamp"u8, Time(report.Now));
        json.WriteStartObject("tools"u8);
        json.WriteStartArray("components"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "application");
        json.WriteString("name"u8, "headwater");
        json.WriteString("version"u8, ToolVersion.Text);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        var written = new HashSet<string>(StringComparer.Ordinal);
        if (single && report.Documents[0].Document.Root is { } root)
        {
            json.WritePropertyName("component"u8);
            Component(json, root, Ref(report, 0, root.Ref), written);
        }

        json.WriteEndObject();
        json.WriteStartArray("components"u8);
        for (var i = 0; i < report.Documents.Count; i++)
        {
            var document = report.Documents[i].Document;
            if (!single && document.Root is { } inner) Component(json, inner, Ref(report, i, inner.Ref), written);
            foreach (var component in document.Components) Component(json, component, Ref(report, i, component.Ref), written);
            json.Flush();
        }

        json.WriteEndArray();
        Dependencies(json, report);
        Vulnerabilities(json, report);
        json.WriteEndObject();
        json.Flush();
        stream.Write("\n"u8);
    }

    private static string Ref(ScanReport report, int document, string reference) =>
        report.Documents.Count == 1 ? reference : $"{(document + 1).ToString(CultureInfo.InvariantCulture)}#{reference}";

    private static void Component(Utf8JsonWriter json, ScannedComponent component, string reference, HashSet<string> written)
    {
        if (!written.Add(reference)) return;
        json.WriteStartObject();
        json.WriteString("type"u8, Kind(component.Kind));
        json.WriteString("bom-ref"u8, reference);
        if (component.Group is { } group) json.WriteString("group"u8, group);
        json.WriteString("name"u8, component.Name);
        if (component.Version is { } version) json.WriteString("version"u8, version);
        if (component.PurlText is { } purl) json.WriteString("purl"u8, purl);
        json.WriteEndObject();
    }

    private static void Dependencies(Utf8JsonWriter json, ScanReport report)
    {
        json.WriteStartArray("dependencies"u8);
        var written = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < report.Documents.Count; i++)
        {
            var document = report.Documents[i].Document;
            if (document.Graph is not { } graph) continue;
            string? Name(int node) => node == 0 ? document.Root?.Ref : document.Components[node - 1].Ref;
            for (var node = 0; node < graph.Count; node++)
            {
                if (graph.Dependencies(node).Length == 0 || Name(node) is not { } from || !written.Add(Ref(report, i, from))) continue;
                json.WriteStartObject();
                json.WriteString("ref"u8, Ref(report, i, from));
                json.WriteStartArray("dependsOn"u8);
                var once = new HashSet<string>(StringComparer.Ordinal);
                foreach (var to in graph.Dependencies(node))
                {
                    if (Name(to) is { } needed && once.Add(needed)) json.WriteStringValue(Ref(report, i, needed));
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.Flush();
        }

        json.WriteEndArray();
    }

    private static void Vulnerabilities(Utf8JsonWriter json, ScanReport report)
    {
        json.WriteStartArray("vulnerabilities"u8);
        var rows = report.Documents.SelectMany((document, i) => document.Findings.SelectMany(row => row.Occurrences.Select(component => (Row: row, Ref: Ref(report, i, component.Ref)))));
        foreach (var group in rows.GroupBy(item => item.Row.Finding.Id, StringComparer.Ordinal))
        {
            var finding = group.MaxBy(item => item.Row.Finding.Risk).Row.Finding;
            json.WriteStartObject();
            json.WriteString("bom-ref"u8, $"vulnerability/{finding.Id}");
            json.WriteString("id"u8, finding.Id);
            Source(json, "source"u8, finding.Id);
            json.WriteStartArray("references"u8);
            foreach (var id in finding.Ids.Where(id => id != finding.Id))
            {
                json.WriteStartObject();
                json.WriteString("id"u8, id);
                Source(json, "source"u8, id);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            Ratings(json, finding);
            if (finding.Summary is { Length: > 0 } summary) json.WriteString("description"u8, summary);
            if (finding.FixedVersions.Count > 0) json.WriteString("recommendation"u8, $"Upgrade to {string.Join(" or ", finding.FixedVersions)}.");
            if (finding.Published is { } published) json.WriteString("published"u8, Time(published));
            json.WriteStartArray("affects"u8);
            foreach (var component in group.DistinctBy(item => item.Ref, StringComparer.Ordinal))
            {
                json.WriteStartObject();
                json.WriteString("ref"u8, component.Ref);
                if (component.Row.Component.Version is { } version)
                {
                    json.WriteStartArray("versions"u8);
                    json.WriteStartObject();
                    json.WriteString("version"u8, version);
                    json.WriteString("status"u8, component.Row.Affected ? "affected" : "unknown");
                    json.WriteEndObject();
                    json.WriteEndArray();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            Properties(json, finding);
            json.WriteEndObject();
            json.Flush();
        }

        json.WriteEndArray();
    }

    private static void Ratings(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartArray("ratings"u8);
        json.WriteStartObject();
        if (finding.Score is { } score) json.WriteNumber("score"u8, score);
        json.WriteString("severity"u8, finding.Severity.ToString().ToLowerInvariant());
        if (finding.Vector is { } vector)
        {
            json.WriteString("method"u8, Method(vector));
            json.WriteString("vector"u8, vector);
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Properties(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartArray("properties"u8);
        Property(json, "headwater:risk", finding.Risk.ToString("0.0", CultureInfo.InvariantCulture));
        if (finding.Kev) Property(json, "headwater:kev", finding.KevRansomware ? "ransomware" : "true");
        if (finding.Epss is { } epss) Property(json, "headwater:epss", epss.ToString(CultureInfo.InvariantCulture));
        if (finding.Malicious) Property(json, "headwater:malicious", "true");
        json.WriteEndArray();
    }

    private static void Property(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("value"u8, value);
        json.WriteEndObject();
    }

    private static void Source(Utf8JsonWriter json, ReadOnlySpan<byte> name, string id)
    {
        json.WriteStartObject(name);
        json.WriteString("name"u8, id.StartsWith("CVE-", StringComparison.Ordinal) ? "CVE" : id.StartsWith("GHSA-", StringComparison.Ordinal) ? "GitHub" : "OSV");
        json.WriteString("url"u8, SarifOutput.Address(id));
        json.WriteEndObject();
    }

    private static string Method(string vector) => vector switch
    {
        _ when vector.StartsWith("CVSS:4.", StringComparison.Ordinal) => "CVSSv4",
        _ when vector.StartsWith("CVSS:3.1", StringComparison.Ordinal) => "CVSSv31",
        _ when vector.StartsWith("CVSS:3.", StringComparison.Ordinal) => "CVSSv3",
        _ when vector.Contains("AV:", StringComparison.Ordinal) => "CVSSv2",
        _ => "other",
    };

    private static string Kind(SbomComponentKind kind) => kind switch
    {
        SbomComponentKind.Application => "application",
        SbomComponentKind.Framework => "framework",
        SbomComponentKind.Container => "container",
        SbomComponentKind.Platform => "platform",
        SbomComponentKind.OperatingSystem => "operating-system",
        SbomComponentKind.Device => "device",
        SbomComponentKind.DeviceDriver => "device-driver",
        SbomComponentKind.Firmware => "firmware",
        SbomComponentKind.File => "file",
        SbomComponentKind.MachineLearningModel => "machine-learning-model",
        SbomComponentKind.Data => "data",
        SbomComponentKind.CryptographicAsset => "cryptographic-asset",
        _ => "library",
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
