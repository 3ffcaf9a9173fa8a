namespace Headwater.Core.Versions;

/// <summary>
/// Python's version specifiers (PEP 440): commas are "and"; <c>==1.*</c> and <c>!=1.*</c> match prefixes, <c>~=</c> is a compatible
/// release, <c>===</c> an exact text. <c>||</c> between sets of specifiers is "or", as advisories write it.
/// </summary>
internal sealed class PypiRanges(RangeBuilder range)
{
    public void Read(string text)
    {
        foreach (var alternative in text.Split("||"))
        {
            ReadAlternative(alternative.Trim().TrimStart('(').TrimEnd(')'));
            range.EndAlternative();
        }
    }

    private void ReadAlternative(string text)
    {
        var tokens = new RangeTokens(text);
        for (;;)
        {
            tokens.SkipSeparators();
            if (tokens.IsEmpty || range.Error is not null) return;
            var op = tokens.TakeOperator("===", "==", "~=", "!=", "<=", ">=", "<", ">", "=");
            tokens.SkipSpace();
            Apply(op, tokens.TakeVersion(","));
        }
    }

    private void Apply(string op, string version)
    {
        if (version == "*" && op is "" or "==" or ">=") return;
        if (version.EndsWith(".*", StringComparison.Ordinal) && op is "==" or "!=" or "=" or "")
        {
            var stem = version[..^2];
            if (!TryNext(stem, drop: 0, out var next)) return;
            if (op == "!=") range.AndNotBetween(stem + ".dev0", next);
            else range.AndBetween(stem + ".dev0", next);
            return;
        }

        switch (op)
        {
            case "~=":
                if (TryNext(version, drop: 1, out var upper)) range.AndBetween(version, upper);
                break;
            default:
                range.And(op, version);
                break;
        }
    }

    // The least version that no longer has the release prefix: 1.4.5 with the last number dropped gives 1.5.dev0.
    private bool TryNext(string version, int drop, out string next)
    {
        next = "";
        var text = VersionText.WithoutV(version);
        var epochEnd = text.IndexOf('!') + 1;
        var numbers = new List<string>();
        var rest = text[epochEnd..];
        while (VersionText.CountDigits(rest, 0) is > 0 and var digits)
        {
            numbers.Add(rest[..digits].ToString());
            rest = rest[digits..];
            if (rest.Length < 2 || rest[0] != '.' || !char.IsAsciiDigit(rest[1])) break;
            rest = rest[1..];
        }

        if (numbers.Count <= drop || (drop == 0 && !rest.IsEmpty))
        {
            range.Error ??= drop > 0
                ? $"\"~={version}\" needs a release of at least two numbers."
                : $"\"{version}.*\" is no prefix of a release.";
            return false;
        }

        numbers.RemoveRange(numbers.Count - drop, drop);
        numbers[^1] = PartialVersion.Increment(numbers[^1]);
        next = string.Concat(text[..epochEnd], string.Join('.', numbers), ".dev0");
        return true;
    }
}
