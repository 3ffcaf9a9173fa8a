using System.Text;

namespace Headwater.Core.Policies.Cel.Library;

/// <summary>Strings are sequences of code points for the language and of UTF-16 units for us. Half of a surrogate pair, which a host may hand us, counts as one.</summary>
internal static class CodePoints
{
    public static int Count(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        if (Ascii.IsValid(text)) return count;
        for (var i = 1; i < text.Length; i++)
        {
            if (!char.IsSurrogatePair(text[i - 1], text[i])) continue;
            count--;
            i++;
        }

        return count;
    }

    /// <summary>Where the n-th code point starts, n at most their number; -1 when there are fewer.</summary>
    public static int Offset(string text, long index)
    {
        if (index < 0) return -1;
        var at = 0;
        for (; index > 0 && at < text.Length; index--) at += Width(text, at);
        return index == 0 ? at : -1;
    }

    /// <summary>How many units the code point takes.</summary>
    public static int Width(ReadOnlySpan<char> text, int at) => char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    /// <summary>The code point; half of a pair as its own number.</summary>
    public static int At(ReadOnlySpan<char> text, int at, out int width)
    {
        width = Width(text, at);
        return width == 2 ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
    }

    /// <summary>The order of code points, which for characters beyond U+FFFF is not that of UTF-16 units.</summary>
    public static int Compare(string a, string b)
    {
        var same = a.AsSpan().CommonPrefixLength(b);
        if (same == a.Length || same == b.Length) return a.Length.CompareTo(b.Length);
        return Rank(a[same]).CompareTo(Rank(b[same]));

        static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
    }

    /// <summary>The code points in the opposite order.</summary>
    public static string Reverse(string text)
    {
        var reversed = new StringBuilder(text.Length);
        for (var at = text.Length; at > 0;)
        {
            var width = at > 1 && char.IsLowSurrogate(text[at - 1]) && char.IsHighSurrogate(text[at - 2]) ? 2 : 1;
            at -= width;
            reversed.Append(text, at, width);
        }

        return reversed.ToString();
    }
}
