namespace Headwater.Core.Licences.Reuse;

/// <summary>Paths with asterisks, by the rules of <c>REUSE.toml</c> or those of Debian's copyright files. Time grows with pattern and path, whatever they are.</summary>
internal sealed class ReuseGlob
{
    private readonly List<Part> _parts = [];
    private readonly string? _literal;

    private ReuseGlob(List<Part> parts)
    {
        _parts = parts;
        if (parts.TrueForAll(p => p.Kind == PartKind.Character)) _literal = string.Concat(parts.Select(p => p.Character));
    }

    private enum PartKind
    {
        Character,
        AnyCharacter,
        AnyInFolder,
        Anything,
    }

    /// <summary><c>*</c> stays in its folder, <c>**</c> and <c>**/</c> do not; a backslash takes the next character as it is.</summary>
    public static ReuseGlob OfToml(string pattern)
    {
        var parts = new List<Part>();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\')
            {
                if (++i < pattern.Length) parts.Add(new Part(PartKind.Character, pattern[i]));
            }
            else if (pattern[i] != '*')
            {
                parts.Add(new Part(PartKind.Character, pattern[i]));
            }
            else if (i + 1 < pattern.Length && pattern[i + 1] == '*')
            {
                while (i + 1 < pattern.Length && pattern[i + 1] == '*') i++;
                if (i + 1 < pattern.Length && pattern[i + 1] == '/') i++;
                parts.Add(new Part(PartKind.Anything, '\0'));
            }
            else
            {
                parts.Add(new Part(PartKind.AnyInFolder, '\0'));
            }
        }

        return new ReuseGlob(parts);
    }

    /// <summary><c>*</c> and <c>?</c> match slashes, too.</summary>
    public static ReuseGlob OfDep5(string pattern)
    {
        var parts = new List<Part>();
        if (pattern.StartsWith("./", StringComparison.Ordinal)) pattern = pattern[2..];
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length) parts.Add(new Part(PartKind.Character, pattern[++i]));
            else parts.Add(new Part(pattern[i] switch { '*' => PartKind.Anything, '?' => PartKind.AnyCharacter, _ => PartKind.Character }, pattern[i]));
        }

        return new ReuseGlob(parts);
    }

    public bool Matches(ReadOnlySpan<char> path)
    {
        if (_literal is not null) return path.SequenceEqual(_literal);
        // Which parts may come next; all of them are followed at once.
        var count = _parts.Count;
        Span<bool> now = count < 256 ? stackalloc bool[count + 1] : new bool[count + 1];
        Span<bool> next = count < 256 ? stackalloc bool[count + 1] : new bool[count + 1];
        now[0] = true;
        Skip(now);
        foreach (var c in path)
        {
            next.Clear();
            var any = false;
            for (var i = 0; i < count; i++)
            {
                if (!now[i]) continue;
                var part = _parts[i];
                switch (part.Kind)
                {
                    case PartKind.Character when part.Character == c:
                    case PartKind.AnyCharacter:
                        next[i + 1] = any = true;
                        break;
                    case PartKind.Anything:
                    case PartKind.AnyInFolder when c != '/':
                        next[i] = any = true;
                        break;
                }
            }

            if (!any) return false;
            Skip(next);
            var spare = now;
            now = next;
            next = spare;
        }

        return now[count];
    }

    private void Skip(Span<bool> states)
    {
        for (var i = 0; i < _parts.Count; i++)
            if (states[i] && _parts[i].Kind is PartKind.Anything or PartKind.AnyInFolder) states[i + 1] |= states[i];
    }

    private readonly record struct Part(PartKind Kind, char Character);
}
