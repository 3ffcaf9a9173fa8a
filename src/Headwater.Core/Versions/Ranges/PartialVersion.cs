namespace Headwater.Core.Versions;

/// <summary>A SemVer version of which the end may be open: <c>1</c>, <c>1.2.x</c>, <c>*</c>.</summary>
/// <param name="Numbers">The numbers before the first open place, at most three; digits only, without leading zeros.</param>
/// <param name="Suffix">The pre-release with its hyphen, or empty.</param>
/// <param name="HasWildcard">True when an open place is written as <c>x</c> or <c>*</c>, not left out.</param>
internal readonly record struct PartialVersion(string[] Numbers, string Suffix, bool HasWildcard)
{
    public bool IsAny => Numbers.Length == 0;

    public bool IsFull => Numbers.Length == 3;

    /// <summary>The least version that it stands for.</summary>
    public string Floor => Fill(Numbers) + Suffix;

    public static bool TryParse(string text, out PartialVersion version)
    {
        version = default;
        if (text.StartsWith('v') || text.StartsWith('=')) text = text[1..];
        if (text.IndexOf('+') is >= 0 and var plus) text = text[..plus];
        var dash = text.IndexOf('-');
        var suffix = dash < 0 ? "" : text[dash..];
        var parts = (dash < 0 ? text : text[..dash]).Split('.');
        if (parts.Length > 3) return false;
        var numbers = new List<string>(3);
        var open = false;
        foreach (var part in parts)
        {
            if (part is "x" or "X" or "*")
            {
                open = true;
                continue;
            }

            if (!VersionText.IsNumber(part)) return false;
            if (!open) numbers.Add(part.TrimStart('0') is { Length: > 0 } digits ? digits : "0");
        }

        // A pre-release says something only behind three numbers; node-semver ignores it elsewhere.
        version = new PartialVersion([.. numbers], numbers.Count == 3 ? suffix : "", open);
        return true;
    }

    /// <summary>The version with the number at <paramref name="place"/> one greater and zeros after it.</summary>
    public string Next(int place)
    {
        var numbers = new[] { "0", "0", "0" };
        for (var i = 0; i < place; i++) numbers[i] = i < Numbers.Length ? Numbers[i] : "0";
        numbers[place] = Increment(place < Numbers.Length ? Numbers[place] : "0");
        return string.Join('.', numbers);
    }

    /// <summary>A decimal number plus one, whatever its length.</summary>
    public static string Increment(string number)
    {
        var digits = number.ToCharArray();
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            if (digits[i] != '9')
            {
                digits[i]++;
                return new string(digits);
            }

            digits[i] = '0';
        }

        return "1" + new string(digits);
    }

    private static string Fill(string[] numbers) =>
        string.Join('.', numbers.Concat(Enumerable.Repeat("0", 3 - numbers.Length)));
}
