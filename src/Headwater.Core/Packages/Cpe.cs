using System.Diagnostics.CodeAnalysis;

namespace Headwater.Core.Packages;

/// <summary>
/// A name of the Common Platform Enumeration (NISTIR 7695), read from a 2.3 formatted string or a 2.2 URI and kept in the form of the
/// former, in lower case (names are matched without regard to case).
/// </summary>
public sealed class Cpe : IEquatable<Cpe>
{
    /// <summary>The longest text that is read, in characters.</summary>
    public const int MaxLength = 2048;

    private readonly CpeAttribute[] _attributes;

    internal Cpe(CpeAttribute[] attributes) => _attributes = attributes;

    /// <summary>Application (<c>a</c>), operating system (<c>o</c>) or hardware (<c>h</c>).</summary>
    public CpeAttribute Part => _attributes[0];

    /// <summary>Vendor.</summary>
    public CpeAttribute Vendor => _attributes[1];

    /// <summary>Product.</summary>
    public CpeAttribute Product => _attributes[2];

    /// <summary>Version.</summary>
    public CpeAttribute Version => _attributes[3];

    /// <summary>Update, service pack or point release.</summary>
    public CpeAttribute Update => _attributes[4];

    /// <summary>Edition (deprecated by the standard, kept for old names).</summary>
    public CpeAttribute Edition => _attributes[5];

    /// <summary>Language tag.</summary>
    public CpeAttribute Language => _attributes[6];

    /// <summary>Software edition: the market or class of users it is made for.</summary>
    public CpeAttribute SoftwareEdition => _attributes[7];

    /// <summary>The software environment it runs in.</summary>
    public CpeAttribute TargetSoftware => _attributes[8];

    /// <summary>The instruction set it runs on.</summary>
    public CpeAttribute TargetHardware => _attributes[9];

    /// <summary>Anything else.</summary>
    public CpeAttribute Other => _attributes[10];

    /// <summary>Reads a name in either form.</summary>
    /// <param name="text">For example <c>cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*</c> or <c>cpe:/a:apache:log4j:2.14.1</c>.</param>
    /// <param name="cpe">The result, or null.</param>
    /// <param name="error">A sentence that says what is wrong, or null.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Cpe? cpe, [NotNullWhen(false)] out string? error)
    {
        cpe = null;
        error = null;
        if (string.IsNullOrEmpty(text)) error = "The CPE name is empty.";
        else if (text.Length > MaxLength) error = $"The CPE name is longer than {MaxLength} characters.";
        else if (text.StartsWith("cpe:2.3:", StringComparison.OrdinalIgnoreCase)) cpe = CpeText.ReadFormatted(text[8..], out error);
        else if (text.StartsWith("cpe:/", StringComparison.OrdinalIgnoreCase)) cpe = CpeText.ReadUri(text[5..], out error);
        else error = "A CPE name starts with 'cpe:2.3:' or 'cpe:/'.";
        return cpe is not null;
    }

    /// <summary>The 2.3 formatted string (NISTIR 7695, 6.2).</summary>
    public override string ToString() => "cpe:2.3:" + string.Join(':', _attributes.Select(a => a.Bound));

    /// <summary>The 2.2 URI (NISTIR 7695, 6.1), what it cannot hold as such packed into the edition.</summary>
    public string ToUri() => CpeText.WriteUri(_attributes);

    /// <inheritdoc/>
    public bool Equals(Cpe? other) => other is not null && _attributes.AsSpan().SequenceEqual(other._attributes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Cpe);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Vendor, Product, Version);
}

/// <summary>One attribute of a CPE name.</summary>
/// <param name="Bound">As in a formatted string: <c>*</c> for any, <c>-</c> for not applicable, else a value in which punctuation other than <c>-</c>, <c>.</c> and <c>_</c> has a backslash before it.</param>
public readonly record struct CpeAttribute(string Bound)
{
    /// <summary>Any value.</summary>
    public static CpeAttribute Any { get; } = new("*");

    /// <summary>True for the logical value ANY.</summary>
    public bool IsAny => Bound == "*";

    /// <summary>True for the logical value NA.</summary>
    public bool IsNotApplicable => Bound == "-";

    /// <summary>The value without backslashes; null for ANY and NA.</summary>
    public string? Text => IsAny || IsNotApplicable ? null : CpeText.Unquote(Bound);

    /// <inheritdoc/>
    public override string ToString() => Bound;
}
