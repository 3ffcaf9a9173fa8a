namespace Headwater.Core.Licences.Identification;

/// <summary>The rules, as they lie in the file: in the order of their words, so that those with the same beginning are found as a range.</summary>
internal sealed unsafe class RuleIndex
{
    private readonly ushort* _tokens;
    private readonly RuleRecord* _rules;
    private readonly int* _first;
    private readonly int _firstSlots;
    private readonly int* _wordRules;
    private readonly uint* _seeds;
    private readonly int* _places;
    private readonly int _seedCount;
    private readonly int[] _buckets;
    private readonly byte* _wordNames;
    private readonly float[] _weights;
    private readonly int _rare;
    private readonly Dictionary<int, (int Start, int Length)[]> _required;
    private readonly TextTable _names, _expressions;

    public RuleIndex(SectionFile file)
    {
        _tokens = file.Section<ushort>(Sections.Tokens, out _);
        _rules = file.Section<RuleRecord>(Sections.Rules, out var count);
        Count = count;
        _first = file.Section<int>(Sections.FirstWords, out var first);
        _firstSlots = first / 4;
        _wordRules = file.Section<int>(Sections.WordRules, out _);
        _rare = count / 50;
        _weights = new float[count];
        for (var i = 0; i < count; i++) _weights[i] = MathF.Log(1 + _rules[i].Length) / _rules[i].Length;
        _wordNames = file.Section<byte>(Sections.WordNames, out _);
        _names = new TextTable(file, Sections.RuleNameStarts, Sections.RuleNameCharacters);
        _expressions = new TextTable(file, Sections.ExpressionStarts, Sections.ExpressionCharacters);
        _seeds = file.Section<uint>(Sections.SeedHashes, out _seedCount);
        _places = file.Section<int>(Sections.SeedPlaces, out _);
        var required = file.Section<int>(Sections.Required, out var entries);
        _required = Enumerable.Range(0, entries / 3).Select(i => (Rule: required[3 * i], Span: (required[(3 * i) + 1], required[(3 * i) + 2]))).GroupBy(r => r.Rule, r => r.Span).ToDictionary(g => g.Key, g => g.ToArray());
        // Where the hashes with the same first sixteen bits begin.
        _buckets = new int[65537];
        for (var i = 0; i < _seedCount; i++) _buckets[(_seeds[i] >> 16) + 1]++;
        for (var i = 1; i < _buckets.Length; i++) _buckets[i] += _buckets[i - 1];
    }

    public int Count { get; }

    public ref readonly RuleRecord this[int rule] => ref _rules[rule];

    public ReadOnlySpan<ushort> Words(int rule) => new(_tokens + _rules[rule].Start, _rules[rule].Length);

    public string Name(int rule) => _names[_rules[rule].Name].ToString();

    public string Expression(int rule) => _expressions[_rules[rule].Expression].ToString();

    /// <summary>How much a shared run counts for this rule: less where it has many.</summary>
    public float Weight(int rule) => _weights[rule];

    /// <summary>Whether its licences are all in the SPDX list.</summary>
    public bool IsListed(int rule) => !_expressions[_rules[rule].Expression].Contains("LicenseRef-", StringComparison.Ordinal);

    /// <summary>What must be there of a rule, as spans of its words.</summary>
    public ReadOnlySpan<(int Start, int Length)> Required(int rule) => _required.TryGetValue(rule, out var spans) ? spans : default;

    /// <summary>Whether a word tells one licence from another.</summary>
    public bool IsName(ushort word) => word != TextTokens.Unknown && _wordNames[word] != 0;

    /// <summary>Whether few rules have this word.</summary>
    public bool IsTelling(ushort word) => word != TextTokens.Unknown && _wordRules[word] <= _rare;

    /// <summary>The rules whose words stand in a text from a place on, the longest last.</summary>
    public void Exact(ReadOnlySpan<ushort> text, int at, List<RuleMatch> into)
    {
        var word = text[at];
        if (word == TextTokens.Unknown) return;
        if (Range(Pair(word, Sections.NoWord)) is (var single, _) and not (0, 0)) into.Add(new RuleMatch(single, at, at + 1));
        if (at + 1 >= text.Length || text[at + 1] == TextTokens.Unknown) return;
        var (low, high) = Range(Pair(word, text[at + 1]));
        for (var depth = 2; low < high; depth++)
        {
            if (_rules[low].Length == depth)
            {
                into.Add(new RuleMatch(low, at, at + depth));
                low++;
            }

            if (low == high || at + depth >= text.Length) return;
            if (high - low == 1)
            {
                // One is left: it is all there or not.
                var rest = Words(low)[depth..];
                if (text.Length - at - depth >= rest.Length && text.Slice(at + depth, rest.Length).SequenceEqual(rest)) into.Add(new RuleMatch(low, at, at + depth + rest.Length));
                return;
            }

            word = text[at + depth];
            if (word == TextTokens.Unknown) return;
            low = Bound(low, high, depth, word);
            high = word == ushort.MaxValue - 1 ? high : Bound(low, high, depth, word + 1);
        }
    }

    /// <summary>Two words as one number.</summary>
    public static uint Pair(ushort first, ushort second) => ((uint)first << 16) | second;

    public static int Slot(uint pair, int slots) => (int)((pair * 2654435761u) >> 8) & (slots - 1);

    private (int First, int End) Range(uint pair)
    {
        for (var slot = Slot(pair, _firstSlots); ; slot = (slot + 1) & (_firstSlots - 1))
        {
            var entry = _first + (4 * slot);
            if (entry[2] == 0) return (0, 0);
            if ((uint)entry[0] == pair) return (entry[1], entry[2]);
        }
    }

    /// <summary>The first rule between these whose word at this depth is this one or a later one.</summary>
    private int Bound(int low, int high, int depth, int word)
    {
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_tokens[_rules[middle].Start + depth] < word) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>The places in rules where a run of words with this hash stands: rule and place, one behind the other.</summary>
    public ReadOnlySpan<int> Seeds(uint hash)
    {
        var (low, high) = (_buckets[hash >> 16], _buckets[(hash >> 16) + 1]);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_seeds[middle] < hash) low = middle + 1;
            else high = middle;
        }

        var end = low;
        while (end < _seedCount && _seeds[end] == hash) end++;
        return new ReadOnlySpan<int>(_places + (2 * low), 2 * (end - low));
    }
}

/// <summary>A rule and the words of a text that it stands for.</summary>
/// <param name="Rule">Its number.</param>
/// <param name="Start">The first word.</param>
/// <param name="End">Behind the last.</param>
/// <param name="Matched">How many words of the rule are there; 0 for all, <see cref="Conforms"/> where its template says so.</param>
internal readonly record struct RuleMatch(int Rule, int Start, int End, int Matched = 0)
{
    public const int Conforms = -1;

    public int Length => End - Start;

    /// <summary>Words within it that the rule does not have and that may take back what it gives; none where both are the same.</summary>
    public (int Start, int End) Added { get; init; }
}
