using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Headwater.Cli.Lines;
using Headwater.Cli.Scanning;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Packs;

namespace Headwater.Cli.Checking;

/// <summary>The violations as SARIF 2.1.0 (OASIS): a rule for each rule of the pack that holds somewhere, a result for each component it holds for. Waivers are suppressions (3.35), baselines baseline states (3.27.24).</summary>
internal static class CheckSarif
{
    public static void Write(CheckReport report, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, LineOutput.JsonOptions with { Indented = true });
        var rules = new Dictionary<string, int>(StringComparer.Ordinal);
        json.WriteStartObject();
        json.WriteString("$schema"u8, "https://json.schemastore.org/sarif-2.1.0.json");
        json.WriteString("version"u8, "2.1.0");
        json.WriteStartArray("runs"u8);
        json.WriteStartObject();
        json.WriteStartObject("tool"u8);
        json.WriteStartObject("driver"u8);
        json.WriteString("name"u8, "Headwater policy");
        json.WriteString("version"u8, ToolVersion.Text);
        json.WriteString("semanticVersion"u8, ToolVersion.Text);
        json.WriteStartArray("rules"u8);
        foreach (var rule in report.Violations.Select(v => v.Outcome.Rule).DistinctBy(r => r.Id))
        {
            rules.Add(rule.Id, rules.Count);
            Rule(json, rule, report.Pack);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("invocations"u8);
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful"u8, true);
        json.WriteString("endTimeUtc"u8, report.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("properties"u8);
        json.WriteString("pack"u8, $"{report.Pack.Name} {report.Pack.Version}");
        json.WriteString("packDigest"u8, report.Pack.Digest);
        json.WriteEndObject();
        json.WriteStartArray("results"u8);
        foreach (var document in report.Documents)
        {
            var seen = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var violation in document.Violations)
            {
                seen[violation.Fingerprint] = seen.GetValueOrDefault(violation.Fingerprint) + 1;
                Result(json, document, violation, rules[violation.Outcome.Rule.Id], string.Create(CultureInfo.InvariantCulture, $"{document.Document.Title}\n{violation.Fingerprint}\n{seen[violation.Fingerprint]}"), report.HasBaseline);
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

    private static void Rule(Utf8JsonWriter json, PolicyRule rule, PolicyPack pack)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, rule.Id);
        Message(json, "shortDescription"u8, rule.Title);
        var clause = rule.Clause is { } id && pack.Clauses.TryGetValue(id, out var known) ? known : null;
        Message(json, "fullDescription"u8, clause is null ? rule.Title : $"{rule.Title}. {clause.Id}: {clause.Title}.");
        if (clause?.Link is { } link) json.WriteString("helpUri"u8, link);
        if (rule.Fix is { } fix) Message(json, "help"u8, fix.Source);
        json.WriteStartObject("defaultConfiguration"u8);
        json.WriteString("level"u8, Level(rule.Verdict));
        json.WriteEndObject();
        json.WriteStartObject("properties"u8);
        if (rule.Category is RuleCategory.Security or RuleCategory.SupplyChain) json.WriteString("security-severity"u8, rule.Severity switch { RuleSeverity.Critical => "9.5", RuleSeverity.High => "8.0", RuleSeverity.Medium => "5.5", RuleSeverity.Low => "2.0", _ => "0.0" });
        json.WriteStartArray("tags"u8);
        json.WriteStringValue(rule.Category.ToString().ToLowerInvariant());
        foreach (var control in rule.Controls) json.WriteStringValue(control);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Result(Utf8JsonWriter json, DocumentCheck document, Violation violation, int rule, string identity, bool hasBaseline)
    {
        var outcome = violation.Outcome;
        json.WriteStartObject();
        json.WriteString("ruleId"u8, outcome.Rule.Id);
        json.WriteNumber("ruleIndex"u8, rule);
        if (outcome.Verdict == Verdict.Review || !outcome.Unknown.IsEmpty)
        {
            // What somebody has to look at; the level of anything but a failure is none (3.27.9, 3.27.10).
            json.WriteString("kind"u8, "review");
            json.WriteString("level"u8, "none");
        }
        else
        {
            json.WriteString("level"u8, Level(outcome.Verdict));
        }

        Message(json, "message"u8, $"{violation.Component.Label}: {outcome.Message}{(outcome.Fix is { } fix ? $" Way out: {fix}" : "")}{(violation.Path.Count > 2 ? $" Path: {string.Join(" › ", violation.Path)}." : "")}");
        json.WriteStartArray("locations"u8);
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation"u8);
        json.WriteStartObject("artifactLocation"u8);
        json.WriteString("uri"u8, SarifOutput.FileUri(document.Document.File));
        json.WriteEndObject();
        json.WriteStartObject("region"u8);
        json.WriteNumber("startLine"u8, 1);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("logicalLocations"u8);
        json.WriteStartObject();
        json.WriteString("name"u8, violation.Component.Label);
        json.WriteString("fullyQualifiedName"u8, violation.Component.Purl?.ToString() ?? violation.Component.Label);
        json.WriteString("kind"u8, "module");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints"u8);
        json.WriteString("headwaterPolicy/v1"u8, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity))));
        json.WriteEndObject();
        if (hasBaseline) json.WriteString("baselineState"u8, violation.IsNew ? "new" : "unchanged");
        if (!outcome.Counts)
        {
            json.WriteStartArray("suppressions"u8);
            json.WriteStartObject();
            json.WriteString("kind"u8, "external");
            json.WriteString("status"u8, "accepted");
            json.WriteString("justification"u8, outcome.WaivedBy is { } waiver ? $"Waiver {waiver.Id} until {waiver.Until.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}: {waiver.Reason}" : $"Cleared by {outcome.ClearedBy!.Id}.");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static string Level(Verdict verdict) => verdict switch { Verdict.Deny => "error", Verdict.Warn => "warning", _ => "note" };

    private static void Message(Utf8JsonWriter json, ReadOnlySpan<byte> name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }
}
