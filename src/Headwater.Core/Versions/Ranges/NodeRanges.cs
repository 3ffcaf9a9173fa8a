namespace Headwater.Core.Versions;

/// <summary>The registries whose ranges descend from node-semver's.</summary>
internal enum NodeDialect
{
    /// <summary>node-semver: white space is "and", <c>||</c> is "or", hyphen ranges; a bare version is that version.</summary>
    Npm,

    /// <summary>Cargo: commas are "and", a bare version has a caret.</summary>
    Cargo,

    /// <summary>Julia's compat entries: commas are "or", a bare version has a caret.</summary>
    Julia,

    /// <summary>Dart's pub: like npm, but <c>^0.0.3</c> reaches to 0.1.0 and <c>any</c> is everything.</summary>
    Pub,
}

/// <summary>
/// node-semver's range grammar (README, "Ranges" and "Advanced Range Syntax") and its relatives: comparators, x-ranges, <c>~</c>,
/// <c>^</c>, hyphen ranges. The upper bounds that the sugar implies are written without a pre-release, as the vers suite does.
/// </summary>
internal sealed class NodeRanges(NodeDialect dialect, RangeBuilder range)
{
    public void Read(string text)
    {
        var alternatives = dialect == NodeDialect.Julia ? text.Replace("||", ",").Split(',') : text.Split("||");
        foreach (var alternative in alternatives)
        {
            if (range.Error is not null) return;
            if (!TryHyphen(alternative)) ReadComparators(alternative);
            range.EndAlternative();
        }
    }

    private void ReadComparators(string text)
    {
        var tokens = new RangeTokens(text);
        for (;;)
        {
            tokens.SkipSeparators();
            if (tokens.IsEmpty || range.Error is not null) return;
            var op = tokens.TakeOperator(">=", "<=", "≥", "≤", "~>", "~=", "==", "!=", ">", "<", "=", "~", "^");
            tokens.SkipSpace();
            var written = tokens.TakeVersion(",");
            if (dialect == NodeDialect.Pub && op.Length == 0 && written == "any") continue;
            if (!PartialVersion.TryParse(written, out var version))
            {
                range.Error = $"\"{op}{written}\" is no comparator and version.";
                return;
            }

            Apply(op, version);
        }
    }

    private bool TryHyphen(string text)
    {
        var dash = text.IndexOf(" - ", StringComparison.Ordinal);
        if (dash < 0) return false;
        if (!PartialVersion.TryParse(text[..dash].Trim(), out var low) || !PartialVersion.TryParse(text[(dash + 3)..].Trim(), out var high))
        {
            range.Error = $"\"{text.Trim()}\" is no hyphen range of two versions.";
            return true;
        }

        if (!low.IsAny) range.And(VersComparator.GreaterOrEqual, low.Floor);
        Apply("<=", high);
        return true;
    }

    private void Apply(string op, PartialVersion version)
    {
        switch (op)
        {
            case ">":
                if (version.IsAny) range.AndNothing();
                else if (version.IsFull) range.And(VersComparator.Greater, version.Floor);
                else range.And(VersComparator.GreaterOrEqual, version.Next(version.Numbers.Length - 1));
                break;
            case ">=" or "≥":
                if (!version.IsAny) range.And(VersComparator.GreaterOrEqual, version.Floor);
                break;
            case "<":
                if (version.IsAny) range.AndNothing();
                else range.And(VersComparator.Less, version.Floor);
                break;
            case "<=" or "≤":
                if (version.IsFull) range.And(VersComparator.LessOrEqual, version.Floor);
                else if (!version.IsAny) range.And(VersComparator.Less, version.Next(version.Numbers.Length - 1));
                break;
            case "~" or "~>" or "~=":
                if (!version.IsAny) range.AndBetween(version.Floor, version.Next(Math.Min(1, version.Numbers.Length - 1)));
                break;
            case "^":
                Caret(version);
                break;
            case "!=":
                if (version.IsFull) range.And(VersComparator.NotEqual, version.Floor);
                else if (!version.IsAny) range.AndNotBetween(version.Floor, version.Next(version.Numbers.Length - 1));
                break;
            case "" when dialect is NodeDialect.Julia or NodeDialect.Cargo && !version.HasWildcard:
                Caret(version);
                break;
            default:
                if (version.IsFull) range.And(VersComparator.Equal, version.Floor);
                else if (!version.IsAny) range.AndBetween(version.Floor, version.Next(version.Numbers.Length - 1));
                break;
        }
    }

    // Up to the next change of the first number that is not 0; an open place counts as the last chance.
    private void Caret(PartialVersion version)
    {
        if (version.IsAny) return;
        var last = dialect == NodeDialect.Pub ? Math.Min(1, version.Numbers.Length - 1) : version.Numbers.Length - 1;
        var place = 0;
        while (place < last && version.Numbers[place] == "0") place++;
        range.AndBetween(version.Floor, version.Next(place));
    }
}
