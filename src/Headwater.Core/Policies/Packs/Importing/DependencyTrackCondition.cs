using System.Globalization;
using System.Text.Json;
using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Policies.Packs.Importing;

/// <summary>One condition, as an expression. Its words are those of the evaluators of Dependency-Track 4; where they and their documentation differ, what they do is what counts.</summary>
/// <param name="Text">The condition as it is read there: <c>SEVERITY IS CRITICAL</c>.</param>
/// <param name="When">The expression over a component.</param>
/// <param name="Category">The category of the rule.</param>
internal sealed record DependencyTrackCondition(string Text, string When, string Category)
{
    /// <summary>The expression over one finding; null when it is about none.</summary>
    public string? OfFinding { get; init; }

    /// <summary>A fact whose being unknown violates it, unlike that of all others; null for none.</summary>
    public string? ViolatedWithout { get; init; }

    public static DependencyTrackCondition? Read(JsonElement condition, DependencyTrackLicences licences, out string? why)
    {
        var (subject, comparison, value) = (DependencyTrackPolicies.Text(condition, "subject") ?? "", DependencyTrackPolicies.Text(condition, "operator") ?? "", (DependencyTrackPolicies.Text(condition, "value") ?? "").Trim());
        var read = new Reading(subject, comparison, value, licences);
        var translated = value.Length > 4000 ? null : read.Translate();
        why = translated is not null ? null : value.Length > 4000 ? $"The value of '{DependencyTrackPolicies.Short(subject)}' is longer than 4,000 characters." : $"{DependencyTrackPolicies.Short($"{subject} {comparison} {value}")} cannot be said here: {read.Why}";
        if (translated is null) return null;
        // What looks right may still be refused: a pattern with look-around, a version that is none.
        var compiled = PolicyLanguage.Environment.With(b =>
        {
            foreach (var (list, _, _) in licences.Lists) b.Variable<Policies.Facts.PolicyFacts>($"lists.{list}", CelType.List(CelType.String), _ => CelValue.Of(CelList.Empty));
        }).Compile(translated.When, CelType.Bool);
        if (compiled.IsOk) return translated;
        why = $"{DependencyTrackPolicies.Short($"{subject} {comparison} {value}")} cannot be said here: {compiled.Errors[0].Message}";
        return null;
    }

    private sealed class Reading(string subject, string comparison, string value, DependencyTrackLicences licences)
    {
        public string Why { get; private set; } = "this comparison is not known for it.";

        public DependencyTrackCondition? Translate() => subject switch
        {
            "SEVERITY" => Severity(),
            "VULNERABILITY_ID" => Is() is { } same ? Finding(same ? "A.ids.exists(id, id == V)" : "!A.ids.exists(id, id == V)") : null,
            "EPSS" => Numeric() is { } sign && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var epss) && double.IsFinite(epss) ? Finding($"A.epss {sign} {epss.ToString("0.0###############", CultureInfo.InvariantCulture)}") : null,
            "LICENSE" => Licence(),
            "LICENSE_GROUP" => Group(),
            "PACKAGE_URL" => Matching(m => $"component.purl != \"\" && {m("component.purl")}"),
            "CPE" => Matching(m => $"component.cpes.exists(c, {m("c")})"),
            "COORDINATES" => Coordinates(),
            "VERSION" => Numeric() is { } sign && value.Length > 0 ? Operational(Version(sign, value)) : null,
            "AGE" => Age(),
            "VERSION_DISTANCE" => Distance(),
            "COMPONENT_HASH" => Hash(),
            "CWE" => No("advisories here are kept without the weaknesses behind them."),
            "SWID_TAGID" => No("SWID tags are no facts here; name the package by its package URL."),
            "EXPRESSION" => No("it is an expression over the facts of Dependency-Track; write it anew with those of docs/policy.md."),
            _ => No("there is no such subject."),
        };

        private DependencyTrackCondition? No(string why)
        {
            Why = why;
            return null;
        }

        private bool? Is() => comparison switch { "IS" => true, "IS_NOT" => false, _ => null };

        private string? Numeric() => comparison switch
        {
            "NUMERIC_GREATER_THAN" => ">", "NUMERIC_GREATER_THAN_OR_EQUAL" => ">=", "NUMERIC_LESS_THAN" => "<", "NUMERIC_LESSER_THAN_OR_EQUAL" => "<=", "NUMERIC_EQUAL" => "==", "NUMERIC_NOT_EQUAL" => "!=", _ => null,
        };

        private string Said => DependencyTrackPolicies.Short($"{subject} {comparison} {value}");

        private DependencyTrackCondition Operational(string when) => new(Said, when, "operational");

        /// <summary>Of an expression in which A stands for the advisory and V for the value. What was suppressed there, and settled here, violates nothing.</summary>
        private DependencyTrackCondition Finding(string expression)
        {
            var literal = CelText.Of(value);
            string With(string advisory) => $"!{advisory}.settled && " + expression.Replace("A.", advisory + ".", StringComparison.Ordinal).Replace(" V)", $" {literal})", StringComparison.Ordinal);
            return new DependencyTrackCondition(Said, $"advisories.exists(a, {With("a")})", "security") { OfFinding = With("advisory") };
        }

        private DependencyTrackCondition? Severity()
        {
            if (Is() is not { } same) return null;
            if (value.Equals("UNASSIGNED", StringComparison.OrdinalIgnoreCase))
                return same ? No("a severity that nobody has stated is unknown here; 'unknown' of a rule speaks of it.") : Finding("A.severity != \"\"");
            var word = value.ToUpperInvariant() switch { "CRITICAL" => "critical", "HIGH" => "high", "MEDIUM" => "medium", "LOW" => "low", "INFO" => "none", _ => null };
            if (word is null) return No("there is no such severity.");
            return same ? Finding($"A.severity == \"{word}\"") : Finding($"A.severity != \"{word}\"") with { ViolatedWithout = "advisory.severity" };
        }

        private DependencyTrackCondition? Licence()
        {
            if (Is() is not { } same) return null;
            if (value == "unresolved") return Unresolved(same);
            if (licences.Licence(value) is not { } id) return No($"nobody has told which licence {value} is, or a pack cannot name it: give the answers of GET /api/v1/license and GET /api/v1/licenseGroup along.");
            // Of several licences to choose from, the one that suits is taken: a forbidden one violates when there is no way around it.
            var said = $"{subject} {comparison} {id}";
            return same ? new DependencyTrackCondition(said, $"licence.choices.all(way, {CelText.Of(id)} in way) && licence.state != \"none\"", "licence") : new DependencyTrackCondition(said, $"licence.state != \"none\" && !licence.satisfies([{CelText.Of(id)}])", "licence");
        }

        private DependencyTrackCondition? Group()
        {
            if (Is() is not { } same) return null;
            if (value == "unresolved") return Unresolved(same);
            if (licences.List(value) is not var (list, group)) return No($"nobody has told which licences are in the group {value}: give the answer of GET /api/v1/licenseGroup along.");
            var said = $"{subject} {comparison} {DependencyTrackPolicies.Short(group)}";
            return same ? new DependencyTrackCondition(said, $"licence.choices.all(way, way.exists(l, l in lists.{list})) && licence.state != \"none\"", "licence")
                : new DependencyTrackCondition(said, $"licence.state in [\"none\", \"unknown\"] || !licence.satisfies(lists.{list})", "licence");
        }

        private DependencyTrackCondition Unresolved(bool same) => new(Said, same ? "licence.state in [\"none\", \"unknown\"]" : "!(licence.state in [\"none\", \"unknown\"])", "licence");

        private DependencyTrackCondition? Matching(Func<Func<string, string>, string> build)
        {
            if (comparison is not ("MATCHES" or "NO_MATCH")) return null;
            var pattern = Pattern(value);
            return Operational(build(fact => comparison == "MATCHES" ? $"{fact}.matches({CelText.Of(pattern)})" : $"!{fact}.matches({CelText.Of(pattern)})"));
        }

        /// <summary>
        /// The pattern as a regular expression that is found anywhere. There a star is any text, also without a dot before it, and what is bound to no end of the text may have anything before or behind it.
        /// </summary>
        private static string Pattern(string text)
        {
            var pattern = text.Replace("*", ".*", StringComparison.Ordinal).Replace("..*", ".*", StringComparison.Ordinal);
            while (pattern.StartsWith(".*", StringComparison.Ordinal)) pattern = pattern[2..];
            while (pattern.EndsWith(".*", StringComparison.Ordinal) && !pattern.EndsWith("\\.*", StringComparison.Ordinal)) pattern = pattern[..^2];
            return pattern;
        }

        private DependencyTrackCondition? Coordinates()
        {
            if (comparison is not ("MATCHES" or "NO_MATCH")) return null;
            var matches = comparison == "MATCHES";
            using var document = Object();
            if (document is null) return No("its value is no object of group, name and version.");
            var parts = new List<string>();
            foreach (var member in (string[])["group", "name"])
            {
                var wanted = DependencyTrackPolicies.Text(document.RootElement, member);
                // Without a value, a component without one matches, and one with one does not.
                if (wanted is null) parts.AddRange(matches ? [$"component.{member} == \"\""] : []);
                else if (Pattern(wanted) is { Length: > 0 } pattern) parts.Add($"component.{member} != \"\" && {(matches ? "" : "!")}component.{member}.matches({CelText.Of(pattern)})");
                else parts.Add(matches ? $"component.{member} != \"\"" : "false");
            }

            if (DependencyTrackPolicies.Text(document.RootElement, "version")?.Trim() is { Length: > 0 } version) parts.Add(Versions(version, matches));
            if (parts.Contains("false")) return No("it matches everything, and not to match that is never the case.");
            return parts.Count == 0 ? No("it says nothing that a component could fail.") : Operational(string.Join(" && ", parts));
        }

        private static string Versions(string version, bool matches)
        {
            foreach (var sign in (string[])["<=", ">=", "==", "!=", "<", ">"])
            {
                if (version.StartsWith(sign, StringComparison.Ordinal)) return matches ? Version(sign, version[sign.Length..].Trim()) : $"!({Version(sign, version[sign.Length..].Trim())})";
            }

            var pattern = Pattern(version);
            return pattern.Length == 0 ? matches ? "component.has_version" : "false" : $"{(matches ? "" : "!")}component.version.matches({CelText.Of(pattern)})";
        }

        private static string Version(string sign, string version)
        {
            var range = CelText.Of($"vers:generic/{(sign is "==" or "!=" ? "" : sign)}{Uri.EscapeDataString(version)}");
            return sign == "!=" ? $"!version_in({range})" : $"version_in({range})";
        }

        private DependencyTrackCondition? Age()
        {
            if (Numeric() is not { } sign) return null;
            if (sign is "==" or "!=") return No("an age is greater or less here; that it is equal holds for a moment only.");
            return Days(value) is > 0 and < 36_500 and var days ? Operational($"age(component.published) {sign} duration(\"{days * 24}h\")") : No("its value is no period such as P30D, P6M or P1Y.");
        }

        /// <summary>The days of a period of ISO 8601; a month is taken for 30 days and a year for 365.</summary>
        private static int? Days(string period)
        {
            if (period.Length < 3 || period[0] is not ('P' or 'p')) return null;
            var (days, at) = (0L, 1);
            while (at < period.Length)
            {
                var from = at;
                while (at < period.Length && char.IsAsciiDigit(period[at])) at++;
                if (at == from || at - from > 6 || at == period.Length) return null;
                if (char.ToUpperInvariant(period[at]) switch { 'Y' => 365, 'M' => 30, 'W' => 7, 'D' => 1, _ => 0 } is not (> 0 and var unit)) return null;
                days += long.Parse(period.AsSpan(from, at - from), CultureInfo.InvariantCulture) * unit;
                at++;
            }

            return days is > 0 and < int.MaxValue ? (int)days : null;
        }

        private DependencyTrackCondition? Distance()
        {
            if (Numeric() is not { } sign) return null;
            using var document = Object();
            if (document is null) return No("its value is no object of major, minor and patch.");
            var numbers = ((string[])["epoch", "major", "minor", "patch"]).Select(m => DependencyTrackPolicies.Text(document.RootElement, m)).ToList();
            if (numbers[0] is not (null or "" or "0" or "?")) return No("epochs are not compared here.");
            var parts = new List<string>();
            for (var place = 0; place < 3; place++)
            {
                if (numbers[place + 1] is null or "" or "?" or "0") continue;
                if (!int.TryParse(numbers[place + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return No("its value is no object of major, minor and patch.");
                parts.Add(Apart(place, sign, number));
            }

            if (parts.Count == 0) parts.Add(Apart(2, sign, 0));
            return Operational(parts.Count == 1 ? $"is_direct && {parts[0]}" : $"is_direct && ({string.Join(" || ", parts)})");
        }

        /// <summary>That the distance compares so with a number at a place: a difference further to the left outweighs it.</summary>
        private static string Apart(int place, string sign, int number)
        {
            string[] facts = ["component.majors_behind", "component.minors_behind", "component.patches_behind"];
            var before = facts[..place];
            var here = $"{facts[place]} {(sign == "!=" ? "==" : sign)} {number}";
            return sign switch
            {
                ">" or ">=" => place == 0 ? here : $"({string.Join(" || ", before.Select(f => $"{f} > 0").Append(here))})",
                _ when place == 0 => sign == "!=" ? $"!({here})" : here,
                _ => $"{(sign == "!=" ? "!" : "")}({string.Join(" && ", before.Select(f => $"{f} == 0").Append(here))})",
            };
        }

        private DependencyTrackCondition? Hash()
        {
            if (Is() is not { } same) return null;
            using var document = Object();
            if (document is null || DependencyTrackPolicies.Text(document.RootElement, "algorithm") is not { Length: > 0 } algorithm || DependencyTrackPolicies.Text(document.RootElement, "value")?.Trim() is not { Length: > 0 } hash) return No("its value is no object of algorithm and value.");
            var text = CelText.Of($"{algorithm}:{hash}".ToLowerInvariant());
            return Operational(same ? $"{text} in component.hashes" : $"!({text} in component.hashes)");
        }

        private JsonDocument? Object()
        {
            try
            {
                var document = JsonDocument.Parse(value, new JsonDocumentOptions { MaxDepth = 8 });
                if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
                document.Dispose();
            }
            catch (JsonException)
            {
                // Said by whoever asked.
            }

            return null;
        }
    }
}
