using System.Globalization;
using Headwater.Core.Licences;

namespace Headwater.Core.Policies.Packs.Importing;

/// <summary>A rule that an import makes, and the files around it.</summary>
internal sealed record ImportedRule(string Id, string Title, string When)
{
    public string AppliesTo { get; init; } = "component";

    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyList<string> Contexts { get; init; } = [];

    public string Unknown { get; init; } = "allow";

    /// <summary>A fact whose being unknown counts as the rule itself; null for none.</summary>
    public string? StrictWithout { get; init; }

    public required string Verdict { get; init; }

    public required string Category { get; init; }

    public required string Severity { get; init; }

    public required string Message { get; init; }

    public required string Fix { get; init; }

    /// <summary>A rule of Dependency-Track: its conditions hold together.</summary>
    public static ImportedRule Of(string id, string title, string state, DependencyTrackScope scope, IReadOnlyList<DependencyTrackCondition> conditions)
    {
        var ofFinding = conditions is [{ OfFinding: not null }];
        var parts = ofFinding ? [conditions[0].OfFinding!] : conditions.Select(c => c.When.Contains(" || ", StringComparison.Ordinal) && conditions.Count + (scope.Condition is null ? 0 : 1) > 1 ? $"({c.When})" : c.When).ToList();
        if (scope.Condition is { } bound) parts.Add(bound);
        var said = CelText.Message(string.Join(" and ", conditions.Select(c => c.Text)));
        return new ImportedRule(id, title, string.Join(" && ", parts))
        {
            AppliesTo = ofFinding ? "finding" : "component", Tags = scope.Tags, Verdict = state == "info" ? "warn" : state, Severity = state switch { "deny" => "high", "warn" => "medium", _ => "info" },
            Category = conditions.Any(c => c.Category == "security") ? "security" : conditions[0].Category, StrictWithout = ofFinding ? conditions[0].ViolatedWithout : null,
            Message = (ofFinding ? "{advisory.id} in {component.name} violates " : "{component.name} violates ") + $"'{CelText.Message(title)}': {said}.",
            Fix = "Change what the policy objects to, or ask for a waiver.",
        };
    }

    /// <summary>The files of a pack; they are read again, so that what is handed out is sound.</summary>
    public static PackImport Pack(string name, string from, string description, IReadOnlyList<(string Name, string Comment, IReadOnlyList<string> Entries)> lists, IReadOnlyList<ImportedRule> rules, IReadOnlyList<ImportRemark> remarks, LicenceLibrary library)
    {
        var head = new PackWriter().Comment($"Imported from {from}. It is yours from here on: change it, and write tests.");
        foreach (var remark in remarks) head.Comment($"NOT IMPORTED. {remark}");
        head.Raw("format: 1").Pair("", "name", name).Pair("", "title", $"Imported from {from}").Pair("", "version", "1.0.0").Pair("", "description", description);
        head.Blank().Raw("reviewers:").Raw("  ospo: Open source programme office");
        if (lists.Count > 0) head.Blank().Raw("lists:");
        foreach (var list in lists)
        {
            if (list.Comment.Length > 0) foreach (var line in Wrapped(list.Comment)) head.Raw("  " + new PackWriter().Comment(line).ToString().TrimEnd('\n'));
            head.List("  ", list.Name, list.Entries);
        }

        var text = new PackWriter();
        foreach (var rule in rules)
        {
            text.Blank().Pair("", "- id", rule.Id).Pair("  ", "title", rule.Title.Trim() is { Length: > 0 } title ? title[..Math.Min(title.Length, 300)] : rule.Id).Pair("  ", "applies_to", rule.AppliesTo);
            if (rule.Tags.Count > 0) text.Raw("  scope:").List("    ", "tags", rule.Tags);
            if (rule.Contexts.Count > 0) text.Raw("  scope:").List("    ", "contexts", rule.Contexts);
            text.Pair("  ", "when", rule.When);
            if (rule.StrictWithout is { } fact) text.Raw($"  unknown: {{ {fact}: {rule.Verdict}, otherwise: {rule.Unknown} }}");
            else text.Pair("  ", "unknown", rule.Unknown);
            text.Pair("  ", "verdict", rule.Verdict);
            if (rule.Verdict == "review") text.List("  ", "reviewers", ["ospo"]);
            text.Pair("  ", "category", rule.Category).Pair("  ", "severity", rule.Severity).Pair("  ", "message", rule.Message).Pair("  ", "fix", rule.Fix);
        }

        PackFile[] files = [new("pack.yaml", head.ToString()), new("rules/imported.yaml", text.ToString())];
        var reading = PackReader.Read(files, library);
        if (reading.IsOk) return new PackImport([.. files], rules.Count, [.. remarks]);

        // Two policies may say the same, and a rule that adds nothing is refused: the weaker goes, and that is said.
        var dropped = rules.Where(r => reading.Problems.Any(p => !p.IsWarning && p.Message.StartsWith($"'{r.Id}' adds nothing", StringComparison.Ordinal) || p.Message.StartsWith($"'{r.Id}' can never hold", StringComparison.Ordinal))).ToList();
        if (dropped.Count == 0 || dropped.Count == rules.Count) throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"What was made of it is no sound pack: {reading.Problems.First(p => !p.IsWarning)}"));
        var more = dropped.Select(r => new ImportRemark($"Rule '{r.Id}'", reading.Problems.First(p => p.Message.StartsWith($"'{r.Id}' ", StringComparison.Ordinal)).Message));
        return Pack(name, from, description, lists, [.. rules.Except(dropped)], [.. remarks, .. more], library);
    }

    private static IEnumerable<string> Wrapped(string text)
    {
        var line = "";
        foreach (var word in text.Split([' ', '\n', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length + word.Length > 140 && line.Length > 0)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        if (line.Length > 0) yield return line;
    }
}
