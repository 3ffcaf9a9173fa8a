namespace Headwater.Core.Versions;

/// <summary>The few scanning steps that several schemes share.</summary>
internal static class VersionText
{
    /// <summary>The text without one leading <c>v</c> or <c>V</c>.</summary>
    public static ReadOnlySpan<char> WithoutV(ReadOnlySpan<char> text) => text.Length > 0 && (text[0] | 0x20) == 'v' ? text[1..] : text;

    /// <summary>How many ASCII digits start at <paramref name="from"/>.</summary>
    public static int CountDigits(ReadOnlySpan<char> text, int from)
    {
        var end = from;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return end - from;
    }

    /// <summary>How many ASCII letters start at <paramref name="from"/>.</summary>
    public static int CountLetters(ReadOnlySpan<char> text, int from)
    {
        var end = from;
        while (end < text.Length && char.IsAsciiLetter(text[end])) end++;
        return end - from;
    }

    /// <summary>True when a space or a control character is in the text.</summary>
    public static bool HasSpace(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (c is <= ' ' or '\x7F') return true;
        }

        return false;
    }

    /// <summary>True for one or more ASCII digits and nothing else.</summary>
    public static bool IsNumber(ReadOnlySpan<char> text) => text.Length > 0 && CountDigits(text, 0) == text.Length;

    /// <summary>Appends text and a closing zero byte, so that a prefix sorts first. Each UTF-16 unit takes one to three bytes, in the units' order.</summary>
    public static void AppendText(ref this VersionKeyBuilder key, scoped ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (c < 0x80)
            {
                key.Append((byte)c);
            }
            else if (c < 0x800)
            {
                key.Append((byte)(0xC0 | (c >> 6)));
                key.Append((byte)(0x80 | (c & 0x3F)));
            }
            else
            {
                key.Append((byte)(0xE0 | (c >> 12)));
                key.Append((byte)(0x80 | ((c >> 6) & 0x3F)));
                key.Append((byte)(0x80 | (c & 0x3F)));
            }
        }

        key.Append(0);
    }
}
