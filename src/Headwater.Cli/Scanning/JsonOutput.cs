using System.Text.Json;
using Headwater.Cli.Lines;
using Headwater.Core.Advisories;

namespace Headwater.Cli.Scanning;

/// <summary>The report as JSON, for programs.</summary>
internal static class JsonOutput
{
    public static void Write(ScanReport report, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, LineOutput.JsonOptions with { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("tool"u8);
        json.WriteString("name"u8, "headwater");
        json.WriteString("version"u8, ToolVersion.Text);
        json.WriteEndObject();
        json.WriteStartObject("data"u8);
        json.WriteString("index"u8, report.IndexFile);
        json.WriteNumber("records"u8, report.Index.RecordCount);
        json.WriteString("builtAt"u8, report.Index.BuiltAt);
        if (report.NewestRecord is { } newest) json.WriteString("newestRecord"u8, newest);
        else json.WriteNull("newestRecord"u8);
        json.WriteString("epss"u8, report.Signals.EpssDate);
        json.WriteString("kev"u8, report.Signals.KevVersion);
        json.WriteEndObject();
        json.WriteStartArray("documents"u8);
        foreach (var document in report.Documents)
        {
            Document(json, document);
            json.Flush();
        }

        json.WriteEndArray();
        Totals(json, report);
        json.WriteEndObject();
        json.Flush();
        stream.Write("\n"u8);
    }

    private static void Document(Utf8JsonWriter json, DocumentReport report)
    {
        var document = report.Document;
        json.WriteStartObject();
        json.WriteString("file"u8, document.File);
        json.WriteString("format"u8, document.Kind.FormatName);
        json.WriteString("version"u8, document.Kind.SpecVersion);
        json.WriteString("serialization"u8, document.Kind.SerializationName);
        json.WriteString("name"u8, document.Root?.Name ?? document.DocumentName);
        json.WriteString("projectVersion"u8, document.Root?.Version);
        json.WriteNumber("entries"u8, document.Entries);
        json.WriteNumber("components"u8, document.Distinct.Count);
        json.WriteNumber("files"u8, document.Files);
        json.WriteStartObject("coverage"u8);
        json.WriteNumber("covered"u8, report.Coverage.Covered);
        json.WriteStartObject("notCovered"u8);
        foreach (var (type, count) in report.Coverage.NotCovered) json.WriteNumber(type, count);
        json.WriteEndObject();
        json.WriteNumber("withoutPurl"u8, report.Coverage.Unidentified);
        json.WriteNumber("withoutVersion"u8, report.Coverage.Unversioned);
        json.WriteEndObject();
        json.WriteStartArray("licences"u8);
        foreach (var (licence, count) in report.Licences)
        {
            json.WriteStartObject();
            json.WriteString("licence"u8, licence.Length == 0 ? null : licence);
            json.WriteNumber("components"u8, count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("findings"u8);
        foreach (var finding in report.Findings) Finding(json, finding);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Finding(Utf8JsonWriter json, ScanFinding row)
    {
        var finding = row.Finding;
        json.WriteStartObject();
        json.WriteString("id"u8, finding.Id);
        Strings(json, "ids"u8, finding.Ids);
        json.WriteString("verdict"u8, row.Affected ? "affected" : "unknown");
        json.WriteStartObject("component"u8);
        json.WriteString("name"u8, row.Component.Group is null ? row.Component.Name : $"{row.Component.Group}/{row.Component.Name}");
        json.WriteString("version"u8, row.Component.Version);
        json.WriteString("purl"u8, row.Component.PurlText);
        Strings(json, "refs"u8, row.Occurrences.Select(component => component.Ref));
        json.WriteEndObject();
        json.WriteString("summary"u8, finding.Summary);
        json.WriteString("severity"u8, finding.Severity.ToString().ToLowerInvariant());
        Number(json, "score"u8, finding.Score);
        json.WriteString("vector"u8, finding.Vector);
        Number(json, "epss"u8, finding.Epss);
        Number(json, "epssPercentile"u8, finding.EpssPercentile);
        json.WriteBoolean("kev"u8, finding.Kev);
        json.WriteBoolean("ransomware"u8, finding.KevRansomware);
        json.WriteBoolean("malicious"u8, finding.Malicious);
        Number(json, "risk"u8, finding.Risk);
        Strings(json, "fixedVersions"u8, finding.FixedVersions);
        if (finding.Published is { } published) json.WriteString("published"u8, published);
        else json.WriteNull("published"u8);
        Strings(json, "path"u8, row.Path);
        json.WriteNumber("paths"u8, row.Paths);
        json.WriteEndObject();
    }

    private static void Totals(Utf8JsonWriter json, ScanReport report)
    {
        json.WriteStartObject("totals"u8);
        json.WriteNumber("documents"u8, report.Documents.Count);
        json.WriteNumber("components"u8, report.Documents.Sum(document => document.Document.Distinct.Count));
        json.WriteNumber("covered"u8, report.Documents.Sum(document => document.Coverage.Covered));
        json.WriteNumber("findings"u8, report.Findings.Count(finding => finding.Affected));
        for (var severity = Severity.Critical; severity >= Severity.Unknown; severity--)
        {
            json.WriteNumber(severity.ToString().ToLowerInvariant(), report.Findings.Count(finding => finding.Affected && finding.Finding.Severity == severity));
        }

        json.WriteNumber("kev"u8, report.Findings.Count(finding => finding.Affected && finding.Finding.Kev));
        json.WriteNumber("cannotTell"u8, report.Findings.Count(finding => !finding.Affected));
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    private static void Strings(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
