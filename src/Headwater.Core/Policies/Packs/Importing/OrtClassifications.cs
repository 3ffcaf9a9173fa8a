using Headwater.Core.Licences;
using Headwater.Core.Trees;

namespace Headwater.Core.Policies.Packs.Importing;

/// <summary>
/// Reads <c>license-classifications.yml</c> of the OSS Review Toolkit into a pack: a list of licences for each category, and a rule for each category that forbids or asks something. The file itself says of no
/// category what it means, so rules are made for the names that ORT's own examples and those built on LicenseDB and Double Open use; all others go to a person.
/// </summary>
public static class OrtClassifications
{
    private static readonly string[] s_passedOn = ["distributed", "embedded"];

    /// <summary>Reads a classification.</summary>
    /// <param name="yaml">The file.</param>
    /// <param name="name">The name of the pack.</param>
    /// <param name="library">What is known of licences.</param>
    /// <returns>The pack, with what could not be said in it.</returns>
    /// <exception cref="FormatException">It is no such file; the message says why, and where.</exception>
    public static PackImport Read(string yaml, string name, LicenceLibrary library)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(library);
        var documents = YamlTree.Read(yaml);
        if (documents is not [{ Members: not null } file] || file["categorizations"]?.Items is not { } entries) throw new FormatException("It has no 'categorizations': a license-classifications.yml has 'categories' and 'categorizations'.");
        var (remarks, categories, names) = (new List<ImportRemark>(), new Dictionary<string, Category>(StringComparer.Ordinal), new ImportNames('_'));
        foreach (var category in file["categories"]?.Items ?? [])
        {
            if (category["name"]?.Text is not { Length: > 0 } own) remarks.Add(new ImportRemark($"Line {category.Line}", "A category has no name."));
            else if (!categories.ContainsKey(own)) categories.Add(own, new Category(own, names.Take(own, "category"), category["description"]?.Text ?? ""));
        }

        var count = 0;
        foreach (var entry in entries)
        {
            if (entry["id"]?.Text is not { Length: > 0 } id)
            {
                remarks.Add(new ImportRemark($"Line {entry.Line}", "An entry has no id."));
                continue;
            }

            var known = LicenceEntries.IsEntry(id, library);
            if (!known) remarks.Add(new ImportRemark($"Licence '{DependencyTrackPolicies.Short(id)}'", "It is no licence of the list of SPDX, and a list of a pack cannot hold it. One of your own begins with LicenseRef-."));
            foreach (var own in entry["categories"]?.Items?.Select(c => c.Text).OfType<string>() ?? [])
            {
                if (!categories.TryGetValue(own, out var category))
                {
                    remarks.Add(new ImportRemark($"Line {entry.Line}", $"'{DependencyTrackPolicies.Short(own)}' is not among the categories."));
                    continue;
                }

                if (!known) continue;
                category.Add(id);
                count++;
            }
        }

        if (count == 0) throw new FormatException("It puts no licence that is known here into a category.");
        return Pack(name, categories.Values, names, remarks, library);
    }

    private static PackImport Pack(string name, IEnumerable<Category> categories, ImportNames names, List<ImportRemark> remarks, LicenceLibrary library)
    {
        var (lists, rules, identifiers, classified) = (new List<(string, string, IReadOnlyList<string>)>(), new List<ImportedRule>(), new ImportNames('-'), new List<string>());
        foreach (var category in categories)
        {
            if (category.Licences.Count == 0)
            {
                remarks.Add(new ImportRemark($"Category '{DependencyTrackPolicies.Short(category.Name)}'", "No licence is in it."));
                continue;
            }

            var judged = Judge(category.Name);
            lists.Add((category.List, $"{category.Name}{(category.Description.Length > 0 ? $": {category.Description}" : "")}", category.Licences));
            if (judged != Meaning.Duty && judged != Meaning.NoMatter) classified.Add(category.List);
            if (judged == Meaning.Duty) remarks.Add(new ImportRemark($"Category '{DependencyTrackPolicies.Short(category.Name)}'", "It speaks of duties, which the notice and the obligations see to; it is a list, and no rule reads it."));
            if (Rule(category, judged, identifiers) is { } rule) rules.Add(rule);
        }

        // As ORT's own example has it: a licence in no category is an error until somebody puts it into one.
        var all = names.Take("classified", "classified");
        lists.Add((all, "All that somebody has put into a category.", [.. classified.Select(c => $"list:{c}")]));
        rules.Add(new ImportedRule(identifiers.Take("licence in no category", ""), "The licence is in no category", $"licence.state in [\"none\", \"unknown\"] || !licence.satisfies(lists.{all})")
        {
            AppliesTo = "licence", Verdict = "review", Category = "licence", Severity = "medium", Unknown = "review",
            Message = "{licence.expression} is in no category: nobody has decided what it means here.", Fix = "Put the licence into a list of pack.yaml, or conclude another licence.",
        });
        return ImportedRule.Pack(name, "ORT", "A classification of licences of the OSS Review Toolkit, with a rule for each category that asks something.", lists, rules, remarks, library);
    }

    private static ImportedRule? Rule(Category category, Meaning meaning, ImportNames identifiers)
    {
        if (meaning is Meaning.Free or Meaning.Duty or Meaning.NoMatter) return null;
        return new ImportedRule(identifiers.Take(category.Name, "category"), $"Licences of the category {category.Name}", $"licence.state != \"none\" && licence.choices.all(way, way.exists(l, l in lists.{category.List}))")
        {
            AppliesTo = "licence", Category = "licence", Unknown = "allow",
            Contexts = meaning is Meaning.Copyleft or Meaning.WeakCopyleft ? s_passedOn : meaning == Meaning.Network ? ["hosted", .. s_passedOn] : [],
            Verdict = meaning == Meaning.WeakCopyleft ? "warn" : "review", Severity = meaning switch { Meaning.WeakCopyleft => "low", Meaning.Copyleft or Meaning.Network or Meaning.Terms => "high", _ => "medium" },
            Message = $"{{licence.expression}} is of the category {CelText.Message(category.Name)}.",
            Fix = meaning switch
            {
                Meaning.Copyleft => "Replace it, keep it a program of its own, or give the whole away under the same licence.",
                Meaning.WeakCopyleft => "Keep its source and your changes to it apart, and offer them.",
                Meaning.Network => "Offer the source to those who use it over a network, or replace it.",
                _ => "Have its terms read, and say in the rule what they mean here.",
            },
        };
    }

    private static Meaning Judge(string category)
    {
        var name = category.ToLowerInvariant().Replace('_', '-').Replace(' ', '-');
        if (name.StartsWith("property:", StringComparison.Ordinal))
            return name["property:".Length..] switch { "network-clause" => Meaning.Network, "non-commercial" or "no-modifications" or "nuclear-restriction" or "unchecked" => Meaning.Terms, _ => Meaning.Duty };
        return name switch
        {
            "permissive" or "public-domain" or "notice" => Meaning.Free,
            "copyleft" or "copyleft-strong" or "strong-copyleft" or "reciprocal" or "restricted" => Meaning.Copyleft,
            "irrelevant" => Meaning.NoMatter,
            "commercial" or "proprietary" or "proprietary-free" or "source-available" or "free-restricted" or "forbidden" => Meaning.Terms,
            _ when name.StartsWith("include-", StringComparison.Ordinal) => Meaning.Duty,
            _ when name.StartsWith("copyleft", StringComparison.Ordinal) || name is "weak-copyleft" or "limited-copyleft" => Meaning.WeakCopyleft,
            _ => Meaning.Other,
        };
    }

    private enum Meaning
    {
        Free, WeakCopyleft, Copyleft, Network, Terms, Duty, NoMatter, Other,
    }

    private sealed class Category(string name, string list, string description)
    {
        public string Name => name;

        public string List => list;

        public string Description => description;

        public List<string> Licences { get; } = [];

        /// <summary>Files have thousands of licences, and name some twice.</summary>
        private readonly HashSet<string> _held = new(StringComparer.Ordinal);

        public void Add(string licence)
        {
            if (_held.Add(licence)) Licences.Add(licence);
        }
    }
}
