using System.Text.Encodings.Web;
using System.Text.Json;
using Headwater.Cli.Scanning;
using Headwater.Core.Licences.Reuse;

namespace Headwater.Cli.Licences.Reuse;

/// <summary>A report in the shape that <c>reuse lint --json</c> writes, so that whatever reads that reads this.</summary>
internal static class ReuseJson
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(ReuseReport report, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, s_options);
        json.WriteStartObject();
        json.WriteString("lint_version"u8, "1.0");
        json.WriteString("reuse_spec_version"u8, ReuseReport.Specification);
        json.WriteString("reuse_tool_version"u8, "headwater " + ToolVersion.Text);
        json.WriteStartObject("non_compliant"u8);
        ByName(json, "missing_licenses", report.MissingLicences);
        Texts(json, "unused_licenses", report.UnusedLicences);
        Texts(json, "deprecated_licenses", report.DeprecatedLicences);
        ByName(json, "bad_licenses", report.BadLicences);
        json.WriteStartObject("licenses_without_extension"u8);
        foreach (var (id, path) in report.LicencesWithoutExtension) json.WriteString(id, path);
        json.WriteEndObject();
        Texts(json, "missing_copyright_info", report.WithoutCopyright);
        Texts(json, "missing_licensing_info", report.WithoutLicence);
        ByName(json, "invalid_spdx_expressions", report.InvalidExpressions);
        Texts(json, "read_errors", report.ReadErrors.Select(e => e.Path));
        json.WriteEndObject();
        json.WriteStartArray("files"u8);
        foreach (var file in report.Files)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, file.Path);
            Statements(json, "copyrights", file.Copyrights, false);
            Statements(json, "spdx_expressions", file.Licences, true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("summary"u8);
        Texts(json, "used_licenses", report.UsedLicences);
        json.WriteNumber("files_total"u8, report.Files.Count);
        json.WriteNumber("files_with_copyright_info"u8, report.Files.Count - report.WithoutCopyright.Count);
        json.WriteNumber("files_with_licensing_info"u8, report.Files.Count - report.WithoutLicence.Count);
        json.WriteBoolean("compliant"u8, report.IsConformant);
        json.WriteEndObject();
        Texts(json, "recommendations", ReuseText.Advice(report).Concat(report.Remarks.Select(r => $"{r.Path}: {r.Message}")));
        json.WriteEndObject();
        json.Flush();
        stream.Write("\n"u8);
    }

    private static void Statements(Utf8JsonWriter json, string name, IReadOnlyList<ReuseStatement> statements, bool areExpressions)
    {
        json.WriteStartArray(name);
        foreach (var statement in statements)
        {
            json.WriteStartObject();
            json.WriteString("value"u8, statement.Value);
            if (areExpressions) json.WriteBoolean("is_valid"u8, statement.IsValid);
            json.WriteString("source"u8, statement.Source);
            json.WriteString("source_type"u8, statement.Kind switch { ReuseSource.DotLicense => "dot-license", ReuseSource.ReuseToml => "reuse-toml", ReuseSource.Dep5 => "dep5", _ => "file-header" });
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void ByName(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, IReadOnlyList<string>> all)
    {
        json.WriteStartObject(name);
        foreach (var (key, values) in all) Texts(json, key, values);
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
