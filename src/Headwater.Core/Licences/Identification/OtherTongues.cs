using System.Globalization;

namespace Headwater.Core.Licences.Identification;

/// <summary>Reads German and French sentences that name a licence with a well-known name, and its version: "unter der EUPL, Version 1.2", "MIT-Lizenz", "sous licence Apache, version 2.0". The GNU licences have a reader of their own.</summary>
internal sealed class OtherTongues
{
    /// <summary>So far before the name stands what says that it is given, in words.</summary>
    private const int Far = 8;

    /// <summary>Of a text with more names than this the rest is left to the rules.</summary>
    private const int Most = 200;

    /// <summary>The names, each with its licence or its family, the versions that are known of that, and the one that a name alone stands for.</summary>
    private static readonly (string Words, string Licence, string[] Versions, string? Alone)[] s_names =
    [
        ("mit", "MIT", [], null), ("apache", "Apache", ["1.0", "1.1", "2.0"], "2.0"), ("eupl", "EUPL", ["1.0", "1.1", "1.2"], null), ("license publique de l union européenne", "EUPL", ["1.0", "1.1", "1.2"], null),
        ("open source lizenz für die europäische union", "EUPL", ["1.0", "1.1", "1.2"], null), ("mozilla public license", "MPL", ["1.0", "1.1", "2.0"], null), ("eclipse public license", "EPL", ["1.0", "2.0"], null),
    ];

    private readonly ushort[][] _names;
    private readonly ushort[] _unders, _between, _behind;
    private readonly ushort _lizenz, _version, _v;

    public OtherTongues(WordNumbers numbers)
    {
        ushort[] All(string words) => [.. words.Split(' ').Select(w => numbers.Find(w))];
        _names = [.. s_names.Select(n => All(n.Words))];
        _unders = All("unter sous selon suivant gemäß nach");
        _between = All("der den die des dem bedingungen les termes de la le l du d license lizenz software foundation");
        _behind = All("lizenz license public software foundation nur der in");
        (_lizenz, _version, _v) = (numbers.Find("lizenz"), numbers.Find("version"), numbers.Find("v"));
    }

    /// <summary>The names from the left: their words, what they say, and whether with a version.</summary>
    public void Find(ReadOnlySpan<char> text, TextTokens tokens, List<(int Start, int End, string Expression, bool NamesVersion)> into)
    {
        into.Clear();
        var words = tokens.Span;
        for (var i = 0; i < words.Length && into.Count < Most; i++)
        {
            for (var name = 0; name < _names.Length; name++)
            {
                if (words[i] != _names[name][0] || !words[i..].StartsWith(_names[name])) continue;
                // "Mit" is a German word, too.
                if (s_names[name].Licence == "MIT" && !text[tokens.Starts[i]..tokens.Ends[i]].SequenceEqual("MIT")) continue;
                if (Read(text, tokens, i, name) is not { } found) continue;
                into.Add(found);
                i = found.End - 1;
                break;
            }
        }
    }

    private (int Start, int End, string Expression, bool NamesVersion)? Read(ReadOnlySpan<char> text, TextTokens tokens, int at, int name)
    {
        var words = tokens.Span;
        var (end, start) = (at + _names[name].Length, at);
        var isNamed = end < words.Length && words[end] == _lizenz;
        var from = at - 1;
        while (from >= 0 && from > at - Far && Array.IndexOf(_between, words[from]) >= 0) from--;
        if (from >= 0 && Array.IndexOf(_unders, words[from]) >= 0) (isNamed, start) = (true, from);
        if (!isNamed) return null;
        var (_, licence, versions, alone) = s_names[name];
        var told = end;
        while (told < words.Length && told < end + 4 && Array.IndexOf(_behind, words[told]) >= 0) told++;
        if (versions.Length == 0) return (start, words.Length > end && words[end] == _lizenz ? end + 1 : end, licence, true);
        if (told < words.Length && (words[told] == _version || words[told] == _v)) told++;
        foreach (var version in versions)
        {
            // "2.0" is two words, and may be written "2".
            var number = told < words.Length ? text[tokens.Starts[told]..].TrimStart('v') : [];
            if (!number.StartsWith(version) && !(version.EndsWith(".0", StringComparison.Ordinal) && number.StartsWith(version.AsSpan(0, 1)) && !(number.Length > 2 && number[1] == '.' && char.IsAsciiDigit(number[2])))) continue;
            var last = told;
            while (last + 1 < words.Length && tokens.Starts[last + 1] < tokens.Starts[told] + version.Length) last++;
            return (start, last + 1, string.Create(CultureInfo.InvariantCulture, $"{licence}-{version}"), true);
        }

        return alone is null ? null : (start, Math.Min(told, words.Length), $"{licence}-{alone}", false);
    }
}
