using System.Text.Json;
using Headwater.Cli.Lines;
using Headwater.Cli.Policies;
using Headwater.Cli.Scanning;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Facts;

namespace Headwater.Cli.Checking;

/// <summary>The report as JSON, for programs; a later check takes it as a baseline.</summary>
internal static class CheckJson
{
    public static void Write(CheckReport report, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, LineOutput.JsonOptions with { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("headwaterCheck"u8, 1);
        json.WriteString("toolVersion"u8, ToolVersion.Text);
        json.WriteStartObject("pack"u8);
        json.WriteString("name"u8, report.Pack.Name);
        json.WriteString("version"u8, report.Pack.Version);
        json.WriteString("digest"u8, report.Pack.Digest);
        json.WriteEndObject();
        json.WriteString("context"u8, report.Context.Use);
        json.WriteString("data"u8, report.Data);
        json.WriteString("moment"u8, report.Now);
        json.WriteString("failOn"u8, report.FailOn is { } limit ? PolicyWords.Of(limit) : "none");
        json.WriteNumber("failing"u8, report.Failing);
        json.WriteStartArray("documents"u8);
        foreach (var document in report.Documents)
        {
            Document(json, document, report);
            json.Flush();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.Write("\n"u8);
    }

    private static void Document(Utf8JsonWriter json, DocumentCheck document, CheckReport report)
    {
        json.WriteStartObject();
        json.WriteString("file"u8, document.Document.File);
        json.WriteString("name"u8, document.Document.Title);
        json.WriteNumber("components"u8, document.Components);
        json.WriteStartObject("verdicts"u8);
        for (var verdict = Verdict.Allow; verdict <= Verdict.Deny; verdict++) json.WriteNumber(PolicyWords.Of(verdict), document.ByVerdict.GetValueOrDefault(verdict));
        json.WriteEndObject();
        json.WriteStartArray("violations"u8);
        foreach (var violation in document.Violations)
        {
            json.WriteStartObject();
            json.WriteString("fingerprint"u8, violation.Fingerprint);
            json.WriteString("component"u8, violation.Component.Label);
            json.WriteString("purl"u8, violation.Component.Purl?.ToString());
            if (report.HasBaseline) json.WriteBoolean("new"u8, violation.IsNew);
            json.WriteBoolean("fails"u8, violation.Fails(report.FailOn));
            json.WritePropertyName("reason"u8);
            JudgementJson.Reason(json, violation.Outcome);
            json.WriteStartArray("path"u8);
            foreach (var step in violation.Path) json.WriteStringValue(step);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
