namespace Headwater.Core.Licences.Identification;

/// <summary>
/// Reads what notices of the GNU licences say of versions, in whatever words: "under the terms of [version 2 of] the GNU Lesser General Public License … version 2.1 … [or any later version | only]". The words between vary without end;
/// what decides stands in few of them. German and French sentences say the same ("Version 3 oder (nach Ihrer Wahl) jede spätere Version"), with the English name or their own.
/// </summary>
internal sealed class GnuNotices
{
    /// <summary>So far from the name the version is sought, in words.</summary>
    private const int Far = 24;

    /// <summary>Of a text with more notices than this the rest is left to the rules.</summary>
    private const int Most = 200;

    private static readonly HashSet<string> s_versions = new(StringComparer.Ordinal) { "GPL-1.0", "GPL-2.0", "GPL-3.0", "LGPL-2.0", "LGPL-2.1", "LGPL-3.0", "AGPL-1.0", "AGPL-3.0" };

    private readonly ushort _public, _license, _gnu, _version, _v, _one, _zero;
    private readonly ushort[] _kinds, _laters, _between, _short, _ors, _onlys, _unders;
    private readonly ushort[][] _names;
    private readonly Dictionary<ushort, string> _versions = [];

    public GnuNotices(WordNumbers numbers)
    {
        ushort[] All(string words) => [.. words.Split(' ').Select(w => numbers.Find(w)).Where(w => w != TextTokens.Unknown)];
        (_public, _license, _gnu, _version, _v, _one, _zero) = (numbers.Find("public"), numbers.Find("license"), numbers.Find("gnu"), numbers.Find("version"), numbers.Find("v"), numbers.Find("1"), numbers.Find("0"));
        _names = [All("general public license"), All("license publique générale"), All("allgemeine öffentliche"), All("allgemeinen öffentlichen")];
        // The third and the fourth are those of French.
        _kinds = All("lesser library affero limitée amoindrie");
        _short = All("gpl lgpl agpl");
        _ors = All("or oder ou");
        _onlys = All("only nur uniquement seulement");
        _unders = All("under unter sous selon suivant gemäß");
        _laters = All("later newer higher above greater subsequent spätere späteren späterer später neuere neueren neuerer neuer höhere höheren höher ultérieure ultérieures ultérieur postérieure postérieures suivante suivantes");
        _between = All("""
            as published by the free software foundation inc fsf either of gnu general public license lesser library affero in or at your terms and conditions dated june february july november 1989 1991 1999 2007 19 29 its a any gpl lgpl agpl that is
            wie von der den die des dem veröffentlicht herausgegeben publiziert weitergeben weiterverbreiten weiterverteilen verbreiten modifizieren verändern ändern und oder entweder gemäß unter bedingungen lizenz nach ihrer ihrem wahl option ermessen jeder jede in fassung
            einer wahlweise sie es weitergegeben modifiziert verwendet werden kann darf können frei programm nur
            telle que publiée par la le les des du de l soit licence ou à votre choix gré option au toute tout une version et termes modifier redistribuer le distribuer
            """.ReplaceLineEndings(" "));
        foreach (var digit in (ReadOnlySpan<string>)["1", "2", "3"])
        {
            _versions[numbers.Find(digit)] = digit;
            _versions[numbers.Find("v" + digit)] = digit;
        }

        _versions.Remove(TextTokens.Unknown);
    }

    /// <summary>The notices from the left: their words, and what they say.</summary>
    public void Find(TextTokens tokens, List<(int Start, int End, string Expression)> into)
    {
        into.Clear();
        var text = tokens.Span;
        for (var i = 0; i + 2 < text.Length && into.Count < Most; i++)
        {
            if (Array.IndexOf(_short, text[i]) is var which and >= 0)
            {
                if (Short(tokens, i, which) is { } abbreviated && (into.Count == 0 || into[^1].End <= abbreviated.Start)) into.Add(abbreviated);
                continue;
            }

            foreach (var name in _names)
            {
                if (text[i] != name[0] || !text[i..].StartsWith(name)) continue;
                if (Read(tokens, i, i + name.Length) is { } notice && (into.Count == 0 || into[^1].End <= notice.Start)) into.Add(notice);
                i += name.Length - 1;
                break;
            }
        }
    }

    /// <summary>"GNU GPL v2 or any later version": by its short name only what speaks of later versions, which cannot be meant otherwise.</summary>
    private (int Start, int End, string Expression)? Short(TextTokens tokens, int at, int which)
    {
        var text = tokens.Span;
        var start = at > 0 && text[at - 1] == _gnu ? at - 1 : at;
        at++;
        if (at < text.Length && (text[at] == _license || text[at] == _public)) at++;
        if (at < text.Length && (text[at] == _version || text[at] == _v)) at++;
        if (Number(tokens, at, out var end) is not { } version || end >= text.Length || Array.IndexOf(_ors, text[end]) < 0) return null;
        for (var i = end + 1; i < text.Length && i <= end + 6; i++)
        {
            if (Array.IndexOf(_laters, text[i]) >= 0) return Say(which switch { 0 => "GPL", 1 => "LGPL", _ => "AGPL" }, version, true, start, i + 1);
            if (text[i] != _version && Array.IndexOf(_between, text[i]) < 0) return null;
        }

        return null;
    }

    private (int Start, int End, string Expression)? Read(TextTokens tokens, int name, int end)
    {
        var text = tokens.Span;
        var start = name;
        var kind = "GPL";
        if (start > 0 && Array.IndexOf(_kinds, text[start - 1]) is var which and >= 0)
        {
            kind = Kind(which);
            start--;
        }

        if (start > 0 && text[start - 1] == _gnu) start--;
        // "Licence publique générale limitée GNU", "licence publique générale GNU Affero"; "Allgemeine Öffentliche GNU-Lizenz".
        for (var i = 0; i < 2 && end < text.Length; i++, end++)
        {
            if (Array.IndexOf(_kinds, text[end]) is var behindName and >= 0) kind = Kind(behindName);
            else if (text[end] != _gnu) break;
        }

        // A grant says "under" it; a list of names does not.
        var under = text[Math.Max(0, start - 14)..start].LastIndexOfAny(_unders);
        if (under < 0) return null;
        var from = Math.Max(0, start - 14) + under;
        var version = (string?)null;
        // "Version 2 of the GNU …", "version 2 or later of …".
        var ahead = text[from..start];
        if (ahead.IndexOf(_version) is var before and >= 0 && Number(tokens, from + before + 1, out var behind) is { } stated)
        {
            if (behind > start) return null;
            if (text[behind..start].IndexOfAny(_ors) >= 0 && text[behind..start].IndexOfAny(_laters) >= 0) return Say(kind, stated, true, from, end);
            if (text[behind..start].LastIndexOfAny(_ors) is var choice and >= 0) from = behind + choice + 1;
            else version = stated;
        }

        if (version is null)
        {
            var at = end;
            while (at < text.Length && at < end + Far && text[at] != _version && text[at] != _v && !_versions.ContainsKey(text[at]))
            {
                if (Array.IndexOf(_between, text[at]) < 0) return null;
                at++;
            }

            if (at >= text.Length || at >= end + Far) return null;
            // "Under the Apache License or the GNU …": the other is for others to read.
            if (text[from..start].LastIndexOfAny(_ors) is var other and >= 0) from += other + 1;
            if (text[at] == _version || text[at] == _v) at++;
            version = Number(tokens, at, out end);
            if (version is null) return null;
        }

        // Behind the version: which others may be used.
        for (var at = end; at < text.Length && at < end + Far; at++)
        {
            if (Array.IndexOf(_onlys, text[at]) >= 0) return Say(kind, version, false, from, at + 1);
            if (Array.IndexOf(_ors, text[at]) >= 0 && text[(at + 1)..Math.Min(text.Length, at + 10)] is var rest && rest.IndexOfAny(_laters) is var later and >= 0)
            {
                // "Or version 3", "or the Artistic License": another choice, which is not for this reader.
                if (rest[..later].IndexOf(_version) is var again and >= 0 && again + 1 < later && Number(tokens, at + again + 2, out _) is not null) return null;
                return Say(kind, version, true, from, at + 2 + later);
            }

            if (Array.IndexOf(_ors, text[at]) >= 0 || Array.IndexOf(_between, text[at]) < 0) break;
        }

        // "Either version 2 or the Artistic License": what follows "or" is for others to read.
        if (end < text.Length && text[end..Math.Min(text.Length, end + 4)].IndexOfAny(_ors) >= 0) return null;
        return Say(kind, version, false, from, end);
    }

    private static string Kind(int kind) => kind == 2 ? "AGPL" : "LGPL";

    /// <summary>"2", "v2", "2.1", "2.0": what is joined by a point is one number.</summary>
    private string? Number(TextTokens tokens, int at, out int end)
    {
        end = at;
        if (at >= tokens.Count || !_versions.TryGetValue(tokens.Ids[at], out var major)) return null;
        end = at + 1;
        if (end < tokens.Count && tokens.Starts[end] == tokens.Ends[at] + 1 && (tokens.Ids[end] == _one || tokens.Ids[end] == _zero)) return $"{major}.{(tokens.Ids[end++] == _one ? 1 : 0)}";
        return $"{major}.0";
    }

    private static (int Start, int End, string Expression)? Say(string kind, string version, bool later, int start, int end) => s_versions.Contains($"{kind}-{version}") ? (start, end, $"{kind}-{version}{(later ? "-or-later" : "-only")}") : null;
}
