namespace Headwater.Core.Licences.Expressions;

/// <summary>Reads licence expressions.</summary>
public sealed class ExpressionParser
{
    /// <summary>Longer texts than this are no expression, in characters.</summary>
    public const int Longest = 20_000;

    private readonly LicenceNames _names;
    private readonly LenientParser _lenient;

    /// <param name="names">The identifiers that are known.</param>
    /// <param name="aliases">What people write in their place.</param>
    /// <param name="associations">For each exception, the licences it is made for.</param>
    internal ExpressionParser(LicenceNames names, LicenceAliases aliases, IReadOnlyDictionary<string, IReadOnlyList<string>> associations)
    {
        (_names, Associations) = (names, associations);
        _lenient = new LenientParser(names, aliases, associations);
    }

    /// <summary>The identifiers that are known.</summary>
    public LicenceNames Names => _names;

    /// <summary>For each exception, the licences it is made for.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyList<string>> Associations { get; }

    /// <summary>Reads one by the letter of the standard, or as people write it.</summary>
    public ExpressionResult Parse(string text, ExpressionMode mode)
    {
        if (text.Length > Longest) return ExpressionResult.Failed($"It is longer than {Longest} characters.", Longest);
        return mode switch
        {
            ExpressionMode.Strict23 => StrictParser.Parse(text, _names, false),
            ExpressionMode.Strict30 => StrictParser.Parse(text, _names, true),
            _ => _lenient.Parse(text),
        };
    }
}
