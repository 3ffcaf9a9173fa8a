using System.Text.Json.Nodes;
using Headwater.Core.Advisories;
using Headwater.Server.Features.Findings;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>Findings as SARIF 2.1.0.</summary>
internal static class Sarif
{
    public static JsonObject Of(IReadOnlyList<FindingColumns> columns)
    {
        var findings = columns.Select(c => c.ToRow()).ToList();
        var rules = findings.DistinctBy(f => f.Id).ToList();
        var at = rules.Select((f, i) => (f.Id, i)).ToDictionary(r => r.Id, r => r.i, StringComparer.Ordinal);
        return new JsonObject
        {
            ["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json",
            ["version"] = "2.1.0",
            ["runs"] = new JsonArray(new JsonObject
            {
                ["tool"] = new JsonObject
                {
                    ["driver"] = new JsonObject { ["name"] = "Headwater", ["rules"] = new JsonArray([.. rules.Select(Rule)]) },
                },
                ["results"] = new JsonArray([.. columns.Zip(findings, (c, f) => Result(f, c, at[f.Id]))]),
            }),
        };
    }

    /// <summary>A score that nobody states is left out: 0.0 would read as harmless.</summary>
    private static JsonNode Rule(FindingRow f)
    {
        var properties = new JsonObject { ["tags"] = new JsonArray("vulnerability") };
        if (f.Score is { } score) properties["security-severity"] = score.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture);
        return new JsonObject { ["id"] = f.Id, ["shortDescription"] = new JsonObject { ["text"] = f.Summary ?? f.Id }, ["properties"] = properties };
    }

    /// <summary>What was decided not to matter stays in the list, marked as suppressed with the reason.</summary>
    private static JsonNode Result(FindingRow f, FindingColumns decided, int rule)
    {
        var result = new JsonObject
        {
            ["ruleId"] = f.Id, ["ruleIndex"] = rule,
            ["level"] = f.Severity switch { Severity.Critical or Severity.High => "error", Severity.Low or Severity.None => "note", _ => "warning" },
            ["message"] = new JsonObject { ["text"] = $"{f.ComponentName} {f.ComponentVersion}: {f.Summary ?? f.Id}{(f.FixedVersions.Count > 0 ? $" Fixed in {string.Join(", ", f.FixedVersions)}." : "")}" },
            ["locations"] = new JsonArray(new JsonObject { ["logicalLocations"] = new JsonArray(new JsonObject { ["fullyQualifiedName"] = f.Purl ?? f.ComponentName, ["kind"] = "module" }) }),
            ["partialFingerprints"] = new JsonObject { ["finding/v1"] = $"{f.Id}:{f.Purl ?? f.ComponentName}" },
        };
        if (decided.Settled) result["suppressions"] = new JsonArray(new JsonObject { ["kind"] = "external", ["status"] = "accepted", ["justification"] = Reason(decided) });
        return result;
    }

    private static string Reason(FindingColumns decided) =>
        string.Join(": ", new[] { decided.State == Decision.NotSet ? "suppressed" : decided.State, decided.Justification, decided.Details }.OfType<string>());
}
