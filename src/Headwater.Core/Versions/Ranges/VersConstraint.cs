using System.Text;

namespace Headwater.Core.Versions;

/// <summary>One segment of a <c>vers:</c> range: a comparator and a version, the version decoded.</summary>
public readonly record struct VersConstraint(VersComparator Comparator, string Version)
{
    /// <summary>True for <c>&lt;</c> and <c>&lt;=</c>.</summary>
    internal bool IsUpper => Comparator is VersComparator.Less or VersComparator.LessOrEqual;

    /// <summary>True for <c>&gt;</c> and <c>&gt;=</c>.</summary>
    internal bool IsLower => Comparator is VersComparator.Greater or VersComparator.GreaterOrEqual;

    /// <summary>The canonical spelling: what clause 5.3.3.2 asks to be percent-encoded is, and nothing else.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Version.Length + 2);
        text.Append(Comparator switch
        {
            VersComparator.NotEqual => "!=",
            VersComparator.Less => "<",
            VersComparator.LessOrEqual => "<=",
            VersComparator.Greater => ">",
            VersComparator.GreaterOrEqual => ">=",
            _ => "",
        });
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in Version.EnumerateRunes())
        {
            if (rune.Value is > 0x20 and < 0x7F && !"<>=!*|%".Contains((char)rune.Value))
            {
                text.Append((char)rune.Value);
                continue;
            }

            foreach (var b in utf8[..rune.EncodeToUtf8(utf8)]) text.Append('%').Append(b.ToString("X2"));
        }

        return text.ToString();
    }
}
