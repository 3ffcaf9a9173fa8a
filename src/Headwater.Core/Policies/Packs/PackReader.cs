using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Headwater.Core.Licences;
using Headwater.Core.Policies.Cel;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Trees;

namespace Headwater.Core.Policies.Packs;

/// <summary>What became of the files of a pack.</summary>
/// <param name="Pack">The pack; null when something is wrong.</param>
/// <param name="Problems">What is wrong or odd, in the order of files and lines; at most 200.</param>
public sealed record PackReading(PolicyPack? Pack, ImmutableArray<PackProblem> Problems)
{
    /// <summary>Whether there is a pack.</summary>
    [MemberNotNullWhen(true, nameof(Pack))]
    public bool IsOk => Pack is not null;
}

/// <summary>
/// Reads a pack: <c>pack.yaml</c>, rules from <c>rules.yaml</c> and the folder <c>rules</c>, tests from <c>tests.yaml</c> and the folder <c>tests</c>. All of it is checked: names, types, words,
/// rules that can never hold or say nothing new. Nothing is used unless all is well.
/// </summary>
public static partial class PackReader
{
    /// <summary>A pack has at most so many files, rules and tests.</summary>
    public const int MostFiles = 500, MostRules = 2_000, MostTests = 10_000;

    /// <summary>A file has at most so many characters.</summary>
    public const int LongestFile = 1_000_000;

    private static readonly string[] s_verdicts = ["allow", "warn", "review", "deny"];

    /// <summary>Whether a file is part of a pack; others that lie in its folder are left alone.</summary>
    /// <param name="path">Its path within the folder, with <c>/</c>.</param>
    /// <returns>Whether it is read.</returns>
    public static bool IsPart(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path is "pack.yaml" or "pack.yml" || ((path.EndsWith(".yaml", StringComparison.Ordinal) || path.EndsWith(".yml", StringComparison.Ordinal)) && (IsOf(path, "rules") || IsOf(path, "tests")));
    }

    /// <summary>The digest of files: SHA-256 over their paths and contents, in the order of their paths.</summary>
    /// <param name="files">The files.</param>
    /// <returns>Hexadecimal.</returns>
    public static string Digest(IEnumerable<PackFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            var (path, text) = (Encoding.UTF8.GetBytes(file.Path), Encoding.UTF8.GetBytes(file.Text));
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{path.Length} {text.Length} ")));
            hash.AppendData(path);
            hash.AppendData(text);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Reads and checks a pack. Its tests are not run: <see cref="PackTesting"/> does.</summary>
    /// <param name="files">Its files; what is no part of a pack is left alone.</param>
    /// <param name="library">What is known of licences.</param>
    /// <returns>The pack, or what is wrong.</returns>
    public static PackReading Read(IEnumerable<PackFile> files, LicenceLibrary library)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(library);
        var parts = files.Where(f => IsPart(f.Path)).OrderBy(f => f.Path, StringComparer.Ordinal).ToList();
        var problems = new List<PackProblem>();
        var pack = new Reading(parts, library, problems).Read();
        var order = problems.OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line).ThenBy(p => p.Column).ToImmutableArray();
        return new PackReading(order.Any(p => !p.IsWarning) ? null : pack, order);
    }

    /// <summary>Reads facts from a file.</summary>
    /// <param name="file">The file: YAML or JSON.</param>
    /// <param name="library">What is known of licences.</param>
    /// <param name="problems">What is wrong; empty when all is well.</param>
    /// <returns>The facts; null when something is wrong.</returns>
    public static PolicyFacts? ReadFacts(PackFile file, LicenceLibrary library, out ImmutableArray<PackProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(file);
        var wrong = new List<PackProblem>();
        PolicyFacts? facts = null;
        if (Tree(file, wrong) is { } tree) facts = new FactsReader(library).Read(tree, Node(file, wrong));
        problems = [.. wrong];
        return wrong.Count == 0 ? facts : null;
    }

    private static bool IsOf(string path, string what) => path == what + ".yaml" || path == what + ".yml" || path.StartsWith(what + "/", StringComparison.Ordinal);

    private static PackNode Node(PackFile file, List<PackProblem> problems) => new(file.Path, file.Text.Split('\n'), problems);

    internal static YamlValue? Tree(PackFile file, List<PackProblem> problems)
    {
        if (file.Text.Length > LongestFile)
        {
            problems.Add(new PackProblem(file.Path, 0, 0, $"It is longer than {LongestFile:N0} characters."));
            return null;
        }

        try
        {
            var documents = YamlTree.Read(file.Text, (line, column, message) => new PackException(line, column, char.ToUpperInvariant(message[0]) + message[1..]));
            if (documents is [var one]) return one;
            problems.Add(new PackProblem(file.Path, 0, 0, documents.Count == 0 ? "It is empty." : "It is more than one document."));
        }
        catch (PackException wrong)
        {
            problems.Add(new PackProblem(file.Path, wrong.Line, wrong.Column, wrong.Message));
        }

        return null;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]*([.][a-z0-9][a-z0-9_-]*)*$", RegexOptions.None, 1000)]
    private static partial Regex Identifier();

    private sealed class PackException(int line, int column, string message) : Exception(message)
    {
        public int Line => line;

        public int Column => column;
    }

    /// <summary>One reading.</summary>
    private sealed class Reading(List<PackFile> files, LicenceLibrary library, List<PackProblem> problems)
    {
        private readonly Dictionary<string, ImmutableArray<string>> _lists = new(StringComparer.Ordinal);
        private readonly Dictionary<string, ImmutableArray<string>> _allowed = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> _reviewers = new(StringComparer.Ordinal);
        private readonly Dictionary<string, PolicyClause> _clauses = new(StringComparer.Ordinal);
        private HashSet<string>? _tags, _units;
        private CelEnvironment _environment = PolicyLanguage.Environment;

        public PolicyPack? Read()
        {
            if (files.Count > MostFiles) problems.Add(new PackProblem("pack.yaml", 0, 0, $"There are more than {MostFiles} files."));
            var main = files.Where(f => f.Path is "pack.yaml" or "pack.yml").ToList();
            if (main.Count != 1) problems.Add(new PackProblem("pack.yaml", 0, 0, main.Count == 0 ? "A pack has a file pack.yaml; there is none." : "There are both pack.yaml and pack.yml."));
            if (problems.Count > 0 || Tree(main[0], problems) is not { } tree) return null;
            var node = Node(main[0], problems);
            if (!node.IsMapping(tree, "A pack", "format", "name", "version", "title", "description", "vocabulary", "reviewers", "clauses", "lists", "allowed", "defaults", "stale_after", "due", "waivers", "rules", "tests")) return null;
            if (node.Text(tree, "format") is { } format && format != "1") node.Wrong(tree["format"]!, $"Packs of format {format} are not known here; there is 1.");
            var name = node.Text(tree, "name", isRequired: true);
            if (name is not null && !Identifier().IsMatch(name)) node.Wrong(tree["name"]!, "A name is small letters, digits, dashes and dots.");
            Vocabulary(tree, node);
            Lists(tree, node);
            _environment = PolicyLanguage.Environment.With(Declare);
            var rules = Rules(tree, node);
            var tests = Tests(tree, node, rules);
            var defaults = tree["defaults"];
            if (defaults is not null) node.IsMapping(defaults, "Defaults", "error");
            return new PolicyPack(_environment)
            {
                Name = name ?? "", Title = node.Text(tree, "title", isRequired: true) ?? "", Version = node.Text(tree, "version", isRequired: true, longest: 100) ?? "", Description = node.Text(tree, "description") ?? "",
                Digest = Digest(files), Rules = rules, Tests = tests, Reviewers = _reviewers.ToFrozenDictionary(StringComparer.Ordinal), Clauses = _clauses.ToFrozenDictionary(StringComparer.Ordinal),
                Lists = _lists.ToFrozenDictionary(StringComparer.Ordinal), Allowed = _allowed.ToFrozenDictionary(StringComparer.Ordinal),
                OnError = (defaults is null ? null : Verdict(defaults, "error", node)) ?? Policies.Verdict.Review, Due = Due(tree, node), Waivers = Waivers(tree, node), Stale = Stale(tree, node),
            };
        }

        private void Declare(CelEnvironmentBuilder builder)
        {
            foreach (var (name, entries) in _lists)
            {
                var value = CelValue.Of(new LicenceList(entries));
                builder.Variable<PolicyFacts>($"lists.{name}", CelType.List(CelType.String), _ => value);
            }

            var unknown = CelValue.Unknown(new CelUnknowns("context.use"));
            var allowed = _allowed.ToFrozenDictionary(a => a.Key, a => CelValue.Of(new LicenceList(a.Value)), StringComparer.Ordinal);
            var empty = CelValue.Of(CelList.Empty);
            builder.Variable<PolicyFacts>("allowed", CelType.List(CelType.String), f => f.Context.Use is { } use ? allowed.GetValueOrDefault(use, empty) : unknown);
        }

        private void Vocabulary(YamlValue tree, PackNode node)
        {
            if (tree["vocabulary"] is { } words && node.IsMapping(words, "A vocabulary", "tags", "units"))
            {
                _tags = words["tags"] is null ? null : [.. node.Texts(words, "tags")];
                _units = words["units"] is null ? null : new(node.Texts(words, "units"), StringComparer.OrdinalIgnoreCase);
            }

            foreach (var (key, value) in Members(tree, "reviewers", node))
            {
                if (!Identifier().IsMatch(key)) node.Wrong(value, $"'{key}': a key is small letters, digits, dashes and dots.");
                else if (value.Text is { Length: > 0 } title) _reviewers[key] = title;
                else node.Wrong(value, $"'{key}' has a title, such as Legal and intellectual property.");
            }

            foreach (var (key, value) in Members(tree, "clauses", node))
            {
                if (value.Text is { Length: > 0 } title) _clauses[key] = new PolicyClause(key, title, null);
                else if (node.IsMapping(value, "A clause", "title", "link")) _clauses[key] = new PolicyClause(key, node.Text(value, "title", isRequired: true) ?? "", Link(value, node));
            }
        }

        private static string? Link(YamlValue clause, PackNode node)
        {
            if (node.Text(clause, "link") is not { } link) return null;
            if (Uri.TryCreate(link, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http") return link;
            node.Wrong(clause["link"]!, "A link begins with https:// or http://.");
            return null;
        }

        private void Lists(YamlValue tree, PackNode node)
        {
            foreach (var (key, value) in Members(tree, "lists", node))
            {
                if (!Identifier().IsMatch(key) || key.Contains('-', StringComparison.Ordinal) || key.Contains('.', StringComparison.Ordinal)) node.Wrong(value, $"'{key}': the name of a list is small letters, digits and underscores, as conditions write lists.{key.Replace('-', '_')}.");
                else _lists[key] = Entries(value, key, node);
            }

            foreach (var (key, value) in Members(tree, "allowed", node))
            {
                if (ContextFact.Uses.Contains(key)) _allowed[key] = Entries(value, key, node);
                else node.Wrong(value, $"'{key}' is no use context; there are {string.Join(", ", ContextFact.Uses)}.");
            }
        }

        /// <summary>A list of entries; one that begins with <c>list:</c> stands for those of another list above it.</summary>
        private ImmutableArray<string> Entries(YamlValue value, string key, PackNode node)
        {
            var entries = ImmutableArray.CreateBuilder<string>();
            if (value.Items is null) node.Wrong(value, $"'{key}' is a list of licences; this is {value.Kind}.");
            foreach (var item in value.Items ?? [])
            {
                if (item.Text is not { Length: > 0 } entry) node.Wrong(item, $"A list holds texts; this is {item.Kind}.");
                else if (entry.StartsWith("list:", StringComparison.Ordinal))
                {
                    if (_lists.TryGetValue(entry["list:".Length..], out var others) || _allowed.TryGetValue(entry["list:".Length..], out others)) entries.AddRange(others);
                    else node.Wrong(item, $"There is no list '{entry["list:".Length..]}' above this one.");
                }
                else
                {
                    AllowList.Read([entry], out var error);
                    if (error is not null) node.Wrong(item, error);
                    else if (!entry.StartsWith("category:", StringComparison.Ordinal) && !entry.Contains("LicenseRef-", StringComparison.Ordinal) && library.Find(entry.Split(" WITH ")[0].TrimEnd('+')) is null) node.Wrong(item, $"'{entry}' is no licence of the list of SPDX; one of your own begins with LicenseRef-.");
                    entries.Add(entry);
                }
            }

            return [.. entries.Distinct(StringComparer.Ordinal)];
        }

        private ImmutableArray<PolicyRule> Rules(YamlValue tree, PackNode main)
        {
            var rules = ImmutableArray.CreateBuilder<PolicyRule>();
            foreach (var (value, node) in Listed(tree, main, "rules"))
            {
                if (rules.Count >= MostRules)
                {
                    node.Wrong(value, $"There are more than {MostRules} rules.");
                    break;
                }

                if (Rule(value, node) is not { } rule) continue;
                if (rules.FirstOrDefault(r => r.Id == rule.Id) is { } same) node.Wrong(value, $"There is a rule '{rule.Id}' already, in {same.Place.File}:{same.Place.Line}.");
                else rules.Add(rule);
            }

            if (rules.Count == 0 && problems.Count == 0) main.Wrong(tree, "A pack has rules; there are none.");
            foreach (var rule in rules)
            {
                foreach (var cleared in rule.Clears.Where(c => !rules.Any(r => r.Id == c))) problems.Add(rule.Place with { Message = $"'{rule.Id}' clears '{cleared}', and there is no such rule." });
            }

            problems.AddRange(UnreachableRules.Find(rules));
            return rules.ToImmutable();
        }

        private PolicyRule? Rule(YamlValue map, PackNode node)
        {
            var before = problems.Count;
            if (!node.IsMapping(map, "A rule", "id", "title", "applies_to", "scope", "when", "unknown", "verdict", "reviewers", "category", "severity", "message", "fix", "clause", "controls", "clears")) return null;
            var id = node.Text(map, "id", isRequired: true, longest: 100);
            if (id is not null && !Identifier().IsMatch(id)) node.Wrong(map["id"]!, "An identifier is small letters, digits, dashes and dots, such as licence.copyleft-distributed.");
            var title = node.Text(map, "title", isRequired: true, longest: 300);
            var verdict = Verdict(map, "verdict", node, isRequired: true);
            var subject = node.Word<RuleSubject>(map, "applies_to", t => Enum.GetValues<RuleSubject>().Where(s => Small(s) == t).Select(s => (RuleSubject?)s).FirstOrDefault(), Words<RuleSubject>()) ?? RuleSubject.Component;
            var category = node.Word<RuleCategory>(map, "category", t => Enum.GetValues<RuleCategory>().Where(s => Small(s) == t).Select(s => (RuleCategory?)s).FirstOrDefault(), Words<RuleCategory>(), isRequired: true);
            var severity = node.Word<RuleSeverity>(map, "severity", t => Enum.GetValues<RuleSeverity>().Where(s => Small(s) == t).Select(s => (RuleSeverity?)s).FirstOrDefault(), Words<RuleSeverity>(), isRequired: verdict > Policies.Verdict.Allow);
            var reviewers = Known(map, "reviewers", _reviewers.ContainsKey, "the reviewers of pack.yaml", node);
            if (verdict == Policies.Verdict.Review && reviewers.IsEmpty && map["reviewers"] is null) node.Wrong(map["verdict"]!, "A rule that asks for a review says who reviews: 'reviewers' is missing.");
            var clause = node.Text(map, "clause");
            if (clause is not null && !_clauses.ContainsKey(clause)) node.Wrong(map["clause"]!, $"'{clause}' is not among the clauses of pack.yaml.");
            var message = Template(map, "message", node, isRequired: true);
            var fix = Template(map, "fix", node, isRequired: verdict > Policies.Verdict.Allow);
            var clears = node.Texts(map, "clears");
            if (!clears.IsEmpty && verdict is not null and not Policies.Verdict.Allow) node.Wrong(map["clears"]!, "Only a rule with the verdict 'allow' clears others.");
            var scope = Scope(map, node);
            var when = Condition(map, "when", node, CelType.Bool);
            if (when is not null && subject != RuleSubject.Finding && when.Reads.Any(r => r == "advisory" || r.StartsWith("advisory.", StringComparison.Ordinal)))
                node.Wrong(map["when"]!, "'advisory' is only there in rules that apply to findings: applies_to: finding.");
            var unknown = Unknown(map, node, when, scope);
            if (problems.Skip(before).Any(p => !p.IsWarning) || id is null || title is null || verdict is null || category is null || when is null || message is null) return null;
            return new PolicyRule
            {
                Id = id, Title = title, AppliesTo = subject, Scope = scope, When = when, Verdict = verdict.Value, Unknown = unknown, Reviewers = reviewers, Category = category.Value, Severity = severity ?? RuleSeverity.Info,
                Message = message, Fix = fix, Clause = clause, Controls = node.Texts(map, "controls"), Clears = clears, Place = node.At(map), IsOfComponentAlone = scope.IsEverywhere && IsOfComponent(when),
            };
        }

        /// <summary>What unknown facts mean, which a rule must say where there may be any.</summary>
        private static UnknownVerdicts? Unknown(YamlValue map, PackNode node, CelProgram? when, RuleScope scope)
        {
            if (map["unknown"] is not { } value)
            {
                if (when is null) return null;
                List<string> open = [.. PolicyLanguage.MaybeUnknown(when).Concat(ScopeFacts(scope)).Distinct(StringComparer.Ordinal)];
                if (open.Count > 0) node.Wrong(map, $"The rule must say what it means when {string.Join(", ", open.Take(3))} is not known: 'unknown' is missing (allow, warn, review or deny).");
                return null;
            }

            if (value.Text is { } word)
            {
                if (PolicyWords.Named(word) is { } verdict) return new UnknownVerdicts([], verdict);
                node.Wrong(value, $"'{word}' is no verdict; there are {string.Join(", ", s_verdicts)}.");
                return null;
            }

            if (value.Members is not { } members)
            {
                node.Wrong(value, $"'unknown' is a verdict, or verdicts by fact; this is {value.Kind}.");
                return null;
            }

            var byFact = ImmutableArray.CreateBuilder<(string, Verdict)>();
            Verdict? otherwise = null;
            foreach (var (path, says) in members)
            {
                if (PolicyWords.Named(says.Text) is not { } one) node.Wrong(says, $"This is no verdict; there are {string.Join(", ", s_verdicts)}.");
                else if (path == "otherwise") otherwise = one;
                else if (PolicyLanguage.Facts.Any(f => f.Path == path || f.Path.StartsWith(path + ".", StringComparison.Ordinal)) || path == "project.components") byFact.Add((path, one));
                else node.Wrong(says, $"There is no fact '{path}'.");
            }

            if (otherwise is null) node.Wrong(value, "'otherwise' is missing: what all other facts mean that are not known.");
            return new UnknownVerdicts(byFact.ToImmutable(), otherwise ?? Policies.Verdict.Review);
        }

        private static IEnumerable<string> ScopeFacts(RuleScope scope)
        {
            if (!scope.Units.IsEmpty) yield return "project.units";
            if (!scope.Tags.IsEmpty) yield return "project.tags";
            if (!scope.Contexts.IsEmpty) yield return "context.use";
            if (!scope.Stages.IsEmpty) yield return "occurrence.stage";
        }

        private RuleScope Scope(YamlValue map, PackNode node)
        {
            if (map["scope"] is not { } value || !node.IsMapping(value, "A scope", "units", "tags", "contexts", "stages")) return RuleScope.Everywhere;
            foreach (var (key, list) in value.Members!)
            {
                if (list.Items is { Count: 0 }) node.Wrong(list, $"'{key}' is empty: the rule would hold nowhere.");
            }

            return new RuleScope(
                Known(value, "units", u => _units is null || _units.Contains(u), "the units of the vocabulary", node), Known(value, "tags", t => _tags is null || _tags.Contains(t), "the tags of the vocabulary", node),
                Known(value, "contexts", c => ContextFact.Uses.Contains(c), $"the use contexts: {string.Join(", ", ContextFact.Uses)}", node),
                Known(value, "stages", s => s is "source" or "build" or "artifact" or "test" or "production", "the stages: source, build, artifact, test, production", node));
        }

        private static ImmutableArray<string> Known(YamlValue map, string key, Func<string, bool> isKnown, string where, PackNode node)
        {
            var texts = node.Texts(map, key);
            foreach (var text in texts.Where(t => !isKnown(t))) node.Wrong(map[key]!, $"'{text}' is not among {where}.");
            return texts;
        }

        private CelProgram? Condition(YamlValue map, string key, PackNode node, CelType type)
        {
            if (node.Text(map, key, isRequired: true, longest: 100_000) is null) return null;
            var value = map[key]!;
            var compiled = _environment.Compile(value.Text!, type);
            foreach (var error in compiled.Errors)
            {
                var (line, column) = node.Place(value, error.Line, error.Column);
                node.Wrong(line, column, error.Message);
            }

            return compiled.Program;
        }

        private MessageTemplate? Template(YamlValue map, string key, PackNode node, bool isRequired)
        {
            if (node.Text(map, key, isRequired) is not { } text) return null;
            var template = MessageTemplate.Read(text, _environment, out var problem);
            if (problem is var (at, message))
            {
                var line = text.AsSpan(0, Math.Min(at, text.Length)).Count('\n') + 1;
                var (fileLine, column) = node.Place(map[key]!, line, at - (text.LastIndexOf('\n', Math.Max(0, Math.Min(at, text.Length) - 1)) + 1) + 1);
                node.Wrong(fileLine, column, message);
            }

            return template;
        }

        private ImmutableArray<PackTest> Tests(YamlValue tree, PackNode main, ImmutableArray<PolicyRule> rules)
        {
            var tests = ImmutableArray.CreateBuilder<PackTest>();
            var reader = new FactsReader(library);
            foreach (var (map, node) in Listed(tree, main, "tests"))
            {
                if (tests.Count >= MostTests)
                {
                    node.Wrong(map, $"There are more than {MostTests} tests.");
                    break;
                }

                if (!node.IsMapping(map, "A test", "name", "facts", "expect")) continue;
                var name = node.Text(map, "name", isRequired: true, longest: 300);
                if (map["expect"] is not { } expect) node.Wrong(map, "'expect' is missing.");
                else if (node.IsMapping(expect, "What is expected", "verdict", "rules") && Verdict(expect, "verdict", node, isRequired: true) is { } verdict)
                {
                    IReadOnlyList<string>? expected = expect["rules"] is null ? null : node.Texts(expect, "rules");
                    foreach (var id in expected?.Where(e => !rules.Any(r => r.Id == e)) ?? []) node.Wrong(expect["rules"]!, $"There is no rule '{id}'.");
                    if (map["facts"] is not { } facts) node.Wrong(map, "'facts' is missing.");
                    else if (reader.Read(facts, node) is { } read && name is not null) tests.Add(new PackTest(name, read, verdict, expected, node.At(map)));
                }
            }

            return tests.ToImmutable();
        }

        /// <summary>What is listed in <c>pack.yaml</c> itself and in the files of its kind.</summary>
        private IEnumerable<(YamlValue Value, PackNode Node)> Listed(YamlValue tree, PackNode main, string what)
        {
            if (tree[what] is { } inline)
            {
                if (inline.Items is null) main.Wrong(inline, $"'{what}' is a list; this is {inline.Kind}.");
                foreach (var item in inline.Items ?? []) yield return (item, main);
            }

            foreach (var file in files.Where(f => IsOf(f.Path, what)))
            {
                if (Tree(file, problems) is not { } list) continue;
                var node = Node(file, problems);
                var items = list.Items ?? (list.Members is [(var key, { Items: { } under })] && key == what ? under : null);
                if (items is null) node.Wrong(list, $"The file is a list of {what}, or a mapping with '{what}'.");
                foreach (var item in items ?? []) yield return (item, node);
            }
        }

        private static ImmutableArray<DueLine> Due(YamlValue tree, PackNode node)
        {
            var lines = ImmutableArray.CreateBuilder<DueLine>();
            foreach (var item in Items(tree, "due", node))
            {
                if (!node.IsMapping(item, "A line of the table", "severity", "category", "exposure", "known_exploited", "within") || node.Duration(item, "within", isRequired: true) is not { } within) continue;
                lines.Add(new DueLine(
                    node.Word<RuleSeverity>(item, "severity", t => Enum.GetValues<RuleSeverity>().Where(s => Small(s) == t).Select(s => (RuleSeverity?)s).FirstOrDefault(), Words<RuleSeverity>()),
                    node.Word<RuleCategory>(item, "category", t => Enum.GetValues<RuleCategory>().Where(s => Small(s) == t).Select(s => (RuleCategory?)s).FirstOrDefault(), Words<RuleCategory>()),
                    Known(item, "exposure", e => e is "internet" or "partner" or "intranet" or "isolated", "internet, partner, intranet and isolated", node), node.Flag(item, "known_exploited"), within));
            }

            return lines.ToImmutable();
        }

        private WaiverTerms Waivers(YamlValue tree, PackNode node)
        {
            if (tree["waivers"] is not { } map || !node.IsMapping(map, "Terms of waivers", "longest", "remind", "authority")) return WaiverTerms.Default;
            var authority = ImmutableDictionary.CreateBuilder<RuleSeverity, ImmutableArray<string>>();
            foreach (var (key, value) in Members(map, "authority", node))
            {
                if (Enum.GetValues<RuleSeverity>().Where(s => Small(s) == key).Select(s => (RuleSeverity?)s).FirstOrDefault() is not { } severity) node.Wrong(value, $"'{key}' is no severity; there are {Words<RuleSeverity>()}.");
                else authority[severity] = Known(map["authority"]!, key, _reviewers.ContainsKey, "the reviewers of pack.yaml", node);
            }

            return new WaiverTerms(node.Duration(map, "longest") ?? WaiverTerms.Default.Longest, node.Duration(map, "remind") ?? WaiverTerms.Default.Remind, authority.ToImmutable());
        }

        private static StaleTerms Stale(YamlValue tree, PackNode node) =>
            tree["stale_after"] is { } map && node.IsMapping(map, "Ages", "advisories", "registries") ? new StaleTerms(node.Duration(map, "advisories"), node.Duration(map, "registries")) : new StaleTerms(null, null);

        private static Verdict? Verdict(YamlValue map, string key, PackNode node, bool isRequired = false) => node.Word(map, key, PolicyWords.Named, string.Join(", ", s_verdicts), isRequired);

        private static List<(string Key, YamlValue Value)> Members(YamlValue map, string key, PackNode node)
        {
            if (map[key] is not { } value) return [];
            if (value.Members is null) node.Wrong(value, $"'{key}' is a mapping; this is {value.Kind}.");
            return value.Members ?? [];
        }

        private static List<YamlValue> Items(YamlValue map, string key, PackNode node)
        {
            if (map[key] is not { } value) return [];
            if (value.Items is null) node.Wrong(value, $"'{key}' is a list; this is {value.Kind}.");
            return value.Items ?? [];
        }

        private static bool IsOfComponent(CelProgram when) => !when.Calls.Any(c => c is "depends_on" or "age")
            && when.Reads.All(r => r is "component" or "licence" || r.StartsWith("component.", StringComparison.Ordinal) || r.StartsWith("licence.", StringComparison.Ordinal) || r.StartsWith("lists.", StringComparison.Ordinal) || r.StartsWith("signals.", StringComparison.Ordinal) || r.StartsWith("health.", StringComparison.Ordinal));

        private static string Words<T>() where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(Small));

        private static string Small<T>(T value) where T : struct, Enum => string.Concat(value.ToString().Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));
    }
}
