namespace Headwater.Core.Versions;

/// <summary>Walks a native range: operators, versions, separators.</summary>
internal ref struct RangeTokens(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public readonly ReadOnlySpan<char> Rest => _rest;

    public void SkipSpace() => _rest = _rest.TrimStart();

    /// <summary>Skips white space and commas, which some grammars take for the same.</summary>
    public void SkipSeparators()
    {
        while (!_rest.IsEmpty && (char.IsWhiteSpace(_rest[0]) || _rest[0] == ',')) _rest = _rest[1..];
    }

    public void Skip(int count) => _rest = _rest[count..];

    /// <summary>Takes the longest of the operators that starts here; they are given longest first.</summary>
    public string TakeOperator(params ReadOnlySpan<string> operators)
    {
        foreach (var candidate in operators)
        {
            if (!_rest.StartsWith(candidate, StringComparison.Ordinal)) continue;
            _rest = _rest[candidate.Length..];
            return candidate;
        }

        return "";
    }

    /// <summary>Takes what stands before the next white space or one of <paramref name="stops"/>.</summary>
    public string TakeVersion(ReadOnlySpan<char> stops)
    {
        var end = 0;
        while (end < _rest.Length && !char.IsWhiteSpace(_rest[end]) && !stops.Contains(_rest[end])) end++;
        var version = _rest[..end].ToString();
        _rest = _rest[end..];
        return version;
    }
}
