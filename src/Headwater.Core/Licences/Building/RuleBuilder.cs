using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Headwater.Core.Licences.Identification;

namespace Headwater.Core.Licences.Building;

/// <summary>Collects the rules of all sources and writes them as they are used.</summary>
internal sealed partial class RuleBuilder
{
    /// <summary>Rules that are as good as known already, by other words, are left out.</summary>
    private const int LongestRule = 60_000;

    /// <summary>A notice with so many words says which versions may be used.</summary>
    private const int WholeNotice = 60;

    private readonly GrowingWords _words = new();
    private readonly Tokeniser _tokeniser;
    private readonly TextTokens _tokens = new();
    private readonly HashSet<ushort> _names = [];
    private readonly Dictionary<string, int> _expressions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Rule Rule, int Rank)> _rules = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int[]> _templates = new(StringComparer.Ordinal);

    public RuleBuilder() => _tokeniser = new Tokeniser(_words);

    public void AddAll(LicenceData data)
    {
        AddNames(data);
        AddTemplates(data);
        foreach (var licence in data.Lines("spdx/licence-details.jsonl.gz").Where(l => !l.Flag("isDeprecatedLicenseId")))
        {
            var id = licence.Text("licenseId")!;
            Add(id, id, licence.Text("licenseText")!, RuleKind.Text, RuleFlags.Canonical, 100, 0);
            if (licence.Text("standardLicenseHeader") is { Length: > 0 } header) Add(id + " header", id, header, RuleKind.Notice, RuleFlags.Canonical, 100, 0);
        }

        foreach (var exception in data.Lines("spdx/exception-details.jsonl.gz").Where(e => !e.Flag("isDeprecatedLicenseId")))
            Add(exception.Text("licenseExceptionId")!, exception.Text("licenseExceptionId")!, exception.Text("licenseExceptionText")!, RuleKind.Text, RuleFlags.Canonical, 100, 0);
        foreach (var licence in data.Lines("scancode/licenceref-texts.jsonl.gz"))
            if (licence.Text("text") is { Length: > 0 } text) Add(licence.Text("key")!, licence.Text("spdx_license_key") ?? "LicenseRef-scancode-" + licence.Text("key"), text, RuleKind.Text, RuleFlags.Canonical, 100, 0);
        var keys = data.Json("scancode/key-to-spdx.json").EnumerateObject().ToDictionary(k => k.Name, k => k.Value.GetString()!, StringComparer.Ordinal);
        foreach (var rule in data.Lines("scancode/rules.jsonl.gz").Where(r => !r.Flag("is_deprecated")))
        {
            var kind = rule.Flag("is_false_positive") ? RuleKind.FalsePositive : rule.Flag("is_license_text") ? RuleKind.Text : rule.Flag("is_license_notice") ? RuleKind.Notice : rule.Flag("is_license_tag") ? RuleKind.Tag
                : rule.Flag("is_license_intro") ? RuleKind.Intro : rule.Flag("is_license_clue") ? RuleKind.Clue : RuleKind.Reference;
            var flags = (rule.Flag("is_continuous") ? RuleFlags.Continuous : 0) | (rule.TryGetProperty("referenced_filenames", out _) ? RuleFlags.PointsToFile : 0);
            Add(rule.Text("id")!, Spdx(rule.Text("license_expression") ?? "", keys), rule.Text("text")!, kind, flags, (byte)(rule.Number("relevance") ?? 100), (byte)(rule.Number("minimum_coverage") ?? 0));
        }

        // The words they look for have numbers even where no rule has them.
        _ = (new GnuNotices(_words), new OtherTongues(_words), new Mentions(_words), new AdjoiningTerms(_words));
    }

    public void Write(SectionWriter writer)
    {
        // By their words, so that those with the same beginning lie together.
        var rules = _rules.Values.Select(r => r.Rule).ToList();
        rules.Sort((a, b) => a.Words.AsSpan().SequenceCompareTo(b.Words));
        var (records, tokens, required) = (new RuleRecord[rules.Count], new List<ushort>(), new List<int>());
        var inRules = new int[_words.Count];
        foreach (var word in rules.SelectMany(r => r.Words.Distinct())) inRules[word]++;
        var rare = rules.Count / 50;
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            records[i] = new RuleRecord
            {
                Start = tokens.Count, Length = rule.Words.Length, Expression = rule.Expression, Name = i, Kind = rule.Kind, Flags = rule.Flags, Relevance = rule.Relevance, MinimumCoverage = rule.MinimumCoverage,
                Telling = (ushort)Math.Min(ushort.MaxValue, rule.Words.Count(w => inRules[w] <= rare)),
            };
            tokens.AddRange(rule.Words);
            foreach (var (start, length) in rule.Required) required.AddRange([i, start, length]);
        }

        writer.Add(Sections.WordNames, NameWords(inRules, rules.Count));
        WriteWords(writer, inRules);
        writer.Add<ushort>(Sections.Tokens, CollectionsMarshal.AsSpan(tokens));
        writer.Add(Sections.Rules, records);
        writer.Add(Sections.FirstWords, FirstWords(rules));
        writer.AddTexts(Sections.RuleNameStarts, Sections.RuleNameCharacters, rules.Select(r => r.Name));
        writer.Add<int>(Sections.Required, CollectionsMarshal.AsSpan(required));
        writer.AddTexts(Sections.ExpressionStarts, Sections.ExpressionCharacters, _expressions.OrderBy(e => e.Value).Select(e => e.Key));
        var places = new List<int> { 0 };
        foreach (var code in _templates.Values) places.Add(places[^1] + code.Length);
        writer.Add(Sections.TemplateCode, _templates.Values.SelectMany(c => c).ToArray());
        writer.Add<int>(Sections.TemplatePlaces, CollectionsMarshal.AsSpan(places));
        writer.AddTexts(Sections.TemplateNames, Sections.TemplateNames + 1, _templates.Keys);
        SeedBuilder.Write(writer, records, CollectionsMarshal.AsSpan(tokens));
    }

    /// <summary>Four numbers for each slot: the two words, the first rule, behind the last (0 for an empty slot), nothing.</summary>
    private static int[] FirstWords(List<Rule> rules)
    {
        var ranges = new Dictionary<uint, (int First, int End)>();
        for (var i = 0; i < rules.Count; i++)
        {
            var key = RuleIndex.Pair(rules[i].Words[0], rules[i].Words.Length > 1 ? rules[i].Words[1] : Sections.NoWord);
            ranges[key] = (ranges.TryGetValue(key, out var known) ? known.First : i, i + 1);
        }

        var slots = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)ranges.Count * 2);
        var table = new int[slots * 4];
        foreach (var (key, (begin, end)) in ranges.OrderBy(r => r.Key))
        {
            var slot = RuleIndex.Slot(key, slots);
            while (table[(4 * slot) + 2] != 0) slot = (slot + 1) & (slots - 1);
            (table[4 * slot], table[(4 * slot) + 1], table[(4 * slot) + 2]) = ((int)key, begin, end);
        }

        return table;
    }

    private void AddTemplates(LicenceData data)
    {
        var compiler = new TemplateCompiler(_tokeniser);
        foreach (var (id, template) in data.Lines("spdx/licence-details.jsonl.gz").Select(l => (l.Text("licenseId")!, l.Text("standardLicenseTemplate"))).Concat(data.Lines("spdx/exception-details.jsonl.gz").Select(e => (e.Text("licenseExceptionId")!, e.Text("licenseExceptionTemplate")))))
            if (template is { Length: > 0 } && compiler.Compile(template) is { Length: > 0 } code) _templates[id] = code;
    }

    /// <summary>The words of which names are made.</summary>
    private void AddNames(LicenceData data)
    {
        foreach (var name in data.Lines("spdx/licence-details.jsonl.gz").SelectMany(l => (string[])[l.Text("name")!, l.Text("licenseId")!]).Concat(data.Lines("spdx/exception-details.jsonl.gz").Select(e => e.Text("name") ?? "")))
        {
            _tokeniser.Cut(name, _tokens);
            foreach (var word in _tokens.Span) _names.Add(word);
        }
    }

    private byte[] NameWords(int[] inRules, int rules)
    {
        // What stands in every tenth rule tells nothing, number or not.
        var tells = new byte[_words.Count];
        for (var word = 0; word < tells.Length; word++)
            if (IsNumber(_words.All[word]) || (_names.Contains((ushort)word) && inRules[word] <= rules / 10)) tells[word] = 1;
        return tells;
    }

    private static bool IsNumber(string word) => word.Length <= 4 && char.IsAsciiDigit(word.TrimStart('v')[..Math.Min(1, word.TrimStart('v').Length)].FirstOrDefault());

    /// <summary>One digit, alone or behind letters; longer numbers are of houses, towns and years.</summary>
    private static bool IsVersion(string word) => char.IsAsciiDigit(word.TrimEnd('+').LastOrDefault()) && (word.TrimEnd('+').Length == 1 || char.IsAsciiLetter(word.TrimEnd('+')[^2]));

    private void WriteWords(SectionWriter writer, int[] inRules)
    {
        var slots = new ushort[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_words.Count * 2)];
        var all = _words.All;
        for (var i = 0; i < all.Count; i++)
        {
            var hash = WordNumbers.Seed;
            foreach (var c in all[i]) hash = WordNumbers.Add(hash, c);
            var slot = hash & ((uint)slots.Length - 1);
            while (slots[slot] != 0) slot = (slot + 1) & ((uint)slots.Length - 1);
            slots[slot] = (ushort)(i + 1);
        }

        writer.Add(Sections.WordSlots, slots);
        writer.AddTexts(Sections.WordStarts, Sections.WordCharacters, all);
        writer.Add(Sections.WordRules, inRules);
    }

    private void Add(string name, string expression, string text, RuleKind kind, RuleFlags flags, byte relevance, byte minimum)
    {
        var required = new List<(int, int)>();
        if (text.Contains("{{", StringComparison.Ordinal)) text = Marked(text, required);
        else _tokeniser.Cut(text, _tokens);
        if (_tokens.Count == 0 || _tokens.Count > LongestRule) return;
        var words = _tokens.Span.ToArray();
        if (!Array.Exists(words, w => IsVersion(_words.All[w]))) flags |= RuleFlags.NoVersion;
        // Where Debian keeps texts. A whole notice with such a sentence behind it says more than where the text lies.
        if ((kind != RuleKind.Notice || words.Length < WholeNotice) && Array.Exists(words, w => _words.All[w] == "common") && Array.Exists(words, w => _words.All[w] == "licenses") && Array.Exists(words, w => _words.All[w] == "share")) flags |= RuleFlags.PointsToFile;
        if (Array.Exists(words, w => _words.All[w] == "only")) flags |= RuleFlags.SaysOnly;
        var key = new string(MemoryMarshal.Cast<ushort, char>(words));
        // Of two with the same words, the canonical one holds, then the one that is a false positive, then the first.
        var rank = (flags & RuleFlags.Canonical) != 0 ? 2 : kind == RuleKind.FalsePositive ? 1 : 0;
        if (_rules.TryGetValue(key, out var known) && known.Rank >= rank) return;
        if (!_expressions.TryGetValue(expression, out var number)) _expressions[expression] = number = _expressions.Count;
        _rules[key] = (new Rule(name, number, kind, flags, relevance, minimum, words, required), rank);
    }

    /// <summary>Cuts a text in which double braces mark what must be there.</summary>
    private string Marked(string text, List<(int, int)> required)
    {
        var clean = new System.Text.StringBuilder();
        var spans = new List<(int Start, int End)>();
        var at = 0;
        while (true)
        {
            var open = text.IndexOf("{{", at, StringComparison.Ordinal);
            var close = open < 0 ? -1 : text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                clean.Append(text, at, text.Length - at);
                break;
            }

            clean.Append(text, at, open - at).Append(' ');
            var start = clean.Length;
            clean.Append(text, open + 2, close - open - 2);
            spans.Add((start, clean.Length));
            clean.Append(' ');
            at = close + 2;
        }

        var whole = clean.ToString();
        _tokeniser.Cut(whole, _tokens);
        foreach (var (start, end) in spans)
        {
            var (from, to) = (-1, -1);
            for (var i = 0; i < _tokens.Count; i++)
            {
                if (_tokens.Starts[i] < start || _tokens.Ends[i] > end) continue;
                if (from < 0) from = i;
                to = i + 1;
            }

            if (from >= 0) required.Add((from, to - from));
        }

        return whole;
    }

    private static string Spdx(string expression, Dictionary<string, string> keys) => Word().Replace(expression, m => m.Value.ToUpperInvariant() is "AND" or "OR" or "WITH" ? m.Value.ToUpperInvariant() : keys.GetValueOrDefault(m.Value, "LicenseRef-scancode-" + m.Value));

    [GeneratedRegex(@"[^\s()]+")]
    private static partial Regex Word();

    private sealed record Rule(string Name, int Expression, RuleKind Kind, RuleFlags Flags, byte Relevance, byte MinimumCoverage, ushort[] Words, List<(int Start, int Length)> Required);

    /// <summary>Numbers words as they come.</summary>
    private sealed class GrowingWords : WordNumbers
    {
        private readonly Dictionary<string, ushort> _numbers = new(StringComparer.Ordinal);

        public List<string> All { get; } = [];

        public int Count => All.Count;

        public override ushort Find(ReadOnlySpan<char> word, uint hash)
        {
            var lookup = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
            if (lookup.TryGetValue(word, out var number)) return number;
            if (All.Count == TextTokens.Unknown - 1) throw new InvalidOperationException("There are more words than numbers.");
            number = (ushort)All.Count;
            All.Add(word.ToString());
            lookup[word] = number;
            return number;
        }
    }
}
