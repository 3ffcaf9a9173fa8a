using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Headwater.Core.Licences;

namespace Headwater.Core.Policies.Packs.Importing;

/// <summary>
/// Reads the policies of Dependency-Track, as <c>GET /api/v1/policy</c> answers, into a pack. A condition that can be violated by itself becomes a rule; a policy of which all conditions have to hold becomes
/// one rule, or none when one of its conditions cannot be said. What Dependency-Track does not know violates nothing, so that is what unknown means in these rules.
/// </summary>
public static class DependencyTrackPolicies
{
    private const int MostPolicies = 500;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 64 };

    /// <summary>Reads an export.</summary>
    /// <param name="json">The answer of <c>GET /api/v1/policy</c>: an array of policies.</param>
    /// <param name="names">Answers of <c>GET /api/v1/licenseGroup</c> and <c>GET /api/v1/license</c>, in any order: policies name licences and groups by identifiers that only these resolve.</param>
    /// <param name="name">The name of the pack.</param>
    /// <param name="library">What is known of licences.</param>
    /// <returns>The pack, with what could not be said in it.</returns>
    /// <exception cref="FormatException">The text is no such export; the message says why.</exception>
    public static PackImport Read(string json, IEnumerable<string> names, string name, LicenceLibrary library)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(library);
        var (remarks, licences) = (new List<ImportRemark>(), new DependencyTrackLicences(library));
        foreach (var text in names)
        {
            using var document = Parse(text, "The file of licences");
            licences.Add(document.RootElement);
        }

        using var export = Parse(json, "The export");
        if (export.RootElement.ValueKind != JsonValueKind.Array) throw new FormatException("An array of policies is expected, as GET /api/v1/policy answers.");
        if (export.RootElement.GetArrayLength() > MostPolicies) throw new FormatException($"There are more than {MostPolicies} policies.");
        var (rules, identifiers, number, all) = (new List<ImportedRule>(), new ImportNames('-'), 0, 0);
        foreach (var policy in export.RootElement.EnumerateArray()) Policy(policy, ++number);
        foreach (var omitted in licences.Omitted) remarks.Add(omitted);
        if (rules.Count == 0) throw new FormatException($"Nothing of it can be said in a pack.{(remarks.Count > 0 ? $" {remarks[0]}" : "")}");
        return ImportedRule.Pack(name, "Dependency-Track", "The policies of Dependency-Track. What it does not know violates nothing there, and so it does here; look through what unknown means before relying on it.", licences.Lists, rules, remarks, library);

        void Policy(JsonElement policy, int place)
        {
            if (policy.ValueKind != JsonValueKind.Object)
            {
                remarks.Add(new ImportRemark($"Policy {place}", "It is no object."));
                return;
            }

            var title = Text(policy, "name") ?? $"Policy {place}";
            var where = $"Policy '{Short(title)}'";
            var verdict = Text(policy, "violationState") switch { "FAIL" => "deny", "WARN" => "warn", "INFO" => "info", _ => null };
            if (verdict is null)
            {
                remarks.Add(new ImportRemark(where, "Its violation state is none of INFO, WARN and FAIL."));
                return;
            }

            var conditions = policy.TryGetProperty("policyConditions", out var listed) && listed.ValueKind == JsonValueKind.Array ? listed.EnumerateArray().ToList() : [];
            if (conditions.Count == 0)
            {
                remarks.Add(new ImportRemark(where, "It has no conditions, so nothing violates it."));
                return;
            }

            if ((all += conditions.Count) > PackReader.MostRules) throw new FormatException($"There are more than {PackReader.MostRules} conditions, which is more than a pack holds.");

            var scope = DependencyTrackScope.Read(policy, message => remarks.Add(new ImportRemark(where, message)));
            var translated = conditions.Select((c, i) => (Condition: DependencyTrackCondition.Read(c, licences, out var why), Why: why, Place: i + 1)).ToList();
            if (Text(policy, "operator") == "ALL")
            {
                if (translated.FirstOrDefault(t => t.Condition is null) is { Why: { } reason } missing)
                {
                    remarks.Add(new ImportRemark($"{where}, condition {missing.Place}", $"{reason} Without it the policy would be violated by more than it is meant for, so it is left out whole."));
                    return;
                }

                rules.Add(ImportedRule.Of(identifiers.Take(title, $"policy-{place}"), title, verdict, scope, [.. translated.Select(t => t.Condition!)]));
                return;
            }

            foreach (var (condition, why, at) in translated)
            {
                if (condition is null) remarks.Add(new ImportRemark($"{where}, condition {at}", why!));
                else rules.Add(ImportedRule.Of(identifiers.Take(translated.Count == 1 ? title : $"{title} {at}", $"policy-{place}-{at}"), title, verdict, scope, [condition]));
            }
        }
    }

    /// <summary>A text member of an object.</summary>
    internal static string? Text(JsonElement element, string member)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(member, out var value)) return null;
        try
        {
            return value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Number => value.GetRawText(), _ => null };
        }
        catch (InvalidOperationException)
        {
            throw new FormatException($"'{member}' holds half of a surrogate pair, which is no character.");
        }
    }

    internal static string Short(string text) => text.Length > 80 ? text[..80] + "…" : text;

    /// <exception cref="FormatException">It is no JSON.</exception>
    internal static JsonDocument Parse(string json, string what)
    {
        try
        {
            return JsonDocument.Parse(json, s_options);
        }
        catch (JsonException exception)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{what} is not JSON, at line {(exception.LineNumber ?? 0) + 1}, byte {exception.BytePositionInLine ?? 0}: {exception.Message.Split(". ")[0].TrimEnd('.')}."));
        }
    }
}
