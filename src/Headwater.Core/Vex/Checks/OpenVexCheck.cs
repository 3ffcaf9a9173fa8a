using System.Text.Json;
using Headwater.Core.Packages;
using Headwater.Core.Sboms;

namespace Headwater.Core.Vex.Checks;

/// <summary>OpenVEX: the schema of 0.2.0, and the rules of the specification. A document of 0.0.1, for which there is no schema, is held against the rules alone.</summary>
internal static class OpenVexCheck
{
    public static void Run(JsonElement root, VexReport report)
    {
        var context = root.Text("@context") ?? string.Empty;
        var old = !context.Contains("/v", StringComparison.Ordinal);
        if (!old)
        {
            var errors = new List<SbomError>();
            var odd = new List<SbomError>();
            VexReport.Schema("openvex-0.2.0.schema.json").Validate(root, string.Empty, errors, 100, odd);
            foreach (var error in errors) report.Error("schema", error.At, error.Message);
            foreach (var warning in odd) report.Warn("schema", warning.At, warning.Message);
            if (context != "https://openvex.dev/ns/v0.2.0") report.Warn("openvex.context", "/@context", $"\"{context}\" is not the context of OpenVEX 0.2.0 (https://openvex.dev/ns/v0.2.0)");
        }
        else
        {
            report.Warn("openvex.version", "/@context", "the context names no version, so this is OpenVEX 0.0.1, which has been replaced by 0.2.0");
            foreach (var name in new[] { "@id", "author", "timestamp", "statements" }) if (!root.Has(name)) report.Error("openvex.required", string.Empty, $"the required property \"{name}\" is missing");
        }

        var issued = Time(root, "timestamp");
        if (Time(root, "last_updated") is { } updated && updated < issued) report.Error("openvex.times", "/last_updated", "is earlier than the document's timestamp");
        foreach (var (s, at) in root.Each("statements", string.Empty)) Statement(s, at, root, old, report);
    }

    private static DateTimeOffset? Time(JsonElement e, string name) => e.Text(name) is { } text && VexTime.TryParse(text, out var time) ? time : null;

    private static void Statement(JsonElement s, string at, JsonElement root, bool old, VexReport report)
    {
        var status = s.Text("status");
        var justified = s.Has("justification");
        var impact = !string.IsNullOrWhiteSpace(s.Text("impact_statement"));
        var action = !string.IsNullOrWhiteSpace(s.Text("action_statement"));
        if (old && status is null) report.Error("openvex.status", at, "a statement must have a status");
        if (old && status is not null && status is not ("not_affected" or "affected" or "fixed" or "under_investigation")) report.Error("openvex.status", at + "/status", $"\"{status}\" is not a status");
        if (old && !s.Has("vulnerability")) report.Error("openvex.vulnerability", at, "a statement must name a vulnerability");
        // The schema of 0.2.0 says the same of what is absent; it lets empty texts pass.
        if (status == "not_affected" && !justified && !impact) report.Error("openvex.justification", at, "not_affected needs a justification or an impact_statement");
        if (status == "not_affected" && !justified && impact) report.Warn("openvex.justification", at, "not_affected with an impact_statement alone: a machine cannot read why; a justification is recommended");
        if (old && status == "not_affected" && s.Text("justification") is { } word && (VexWords.JustificationOf(word) is not { } five || VexWords.Of(five) != word))
        {
            report.Error("openvex.justification", at + "/justification", $"\"{word}\" is not a justification");
        }

        if (status == "affected" && !action) report.Error("openvex.action", at, "affected needs an action_statement");
        if (status is not (null or "not_affected") && justified) report.Error("openvex.justification", at + "/justification", $"a justification stands with not_affected only, not with {status}");
        if (status is not (null or "not_affected") && impact) report.Warn("openvex.impact", at + "/impact_statement", $"an impact_statement stands with not_affected, not with {status}");
        if (status is not (null or "affected") && action) report.Warn("openvex.action", at + "/action_statement", $"an action_statement stands with affected, not with {status}");
        if (s.Has("action_statement_timestamp") && !action) report.Error("openvex.action", at + "/action_statement_timestamp", "there is no action_statement for this time");
        if (s.Get("products") is not { ValueKind: JsonValueKind.Array } products || products.GetArrayLength() == 0) report.Warn("openvex.products", at, "the statement names no product, so it holds only for what the document is attached to");
        if (Time(s, "timestamp") is null && Time(root, "timestamp") is null) report.Error("openvex.times", at, "neither the statement nor the document has a timestamp");
        if (Time(s, "last_updated") is { } updated && updated < (Time(s, "timestamp") ?? Time(root, "timestamp"))) report.Error("openvex.times", at + "/last_updated", "is earlier than the statement's timestamp");
        foreach (var (p, place) in s.Each("products", at)) Product(p, place, report);
        foreach (var (p, place) in s.Each("subcomponents", at)) Product(p, place, report);
    }

    private static void Product(JsonElement p, string at, VexReport report)
    {
        var id = p.ValueKind == JsonValueKind.String ? p.GetString() : p.Text("@id");
        Purl(id?.StartsWith("pkg:", StringComparison.OrdinalIgnoreCase) == true ? id : null, p.ValueKind == JsonValueKind.String ? at : at + "/@id", report);
        var identifiers = p.Get("identifiers");
        Purl(identifiers.Text("purl"), at + "/identifiers/purl", report);
        foreach (var name in new[] { "cpe22", "cpe23" })
        {
            if (identifiers.Text(name) is { } cpe && !Cpe.TryParse(cpe, out _, out var error)) report.Error("openvex.cpe", $"{at}/identifiers/{name}", error);
        }

        foreach (var (sub, place) in p.Each("subcomponents", at)) Product(sub, place, report);
    }

    private static void Purl(string? text, string at, VexReport report)
    {
        if (text is not null && !PackageUrl.TryParse(text, out _, out var error)) report.Error("openvex.purl", at, error);
    }
}
