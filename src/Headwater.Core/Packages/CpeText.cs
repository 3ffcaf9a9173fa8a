using System.Globalization;
using System.Text;

namespace Headwater.Core.Packages;

/// <summary>The bindings of CPE names (NISTIR 7695, clause 6): formatted string and URI.</summary>
internal static class CpeText
{
    private const int Count = 11, Edition = 5, Language = 6;

    public static Cpe? ReadFormatted(string text, out string? error)
    {
        var attributes = new CpeAttribute[Count];
        var count = 0;
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '\\') i++;
            else if (i == text.Length || text[i] == ':')
            {
                if (count == Count) return Fail(out error, $"The CPE name has more than {Count} attributes; a colon within a value is written as '\\:'.");
                if ((error = Quote(text.AsSpan(start, i - start), out attributes[count++])) is not null) return null;
                start = i + 1;
            }
        }
        if (count < Count) return Fail(out error, $"The CPE name has {count} attributes and needs {Count}; '*' stands for any value.");
        return Checked(attributes, out error);
    }

    public static Cpe? ReadUri(string text, out string? error)
    {
        var attributes = new CpeAttribute[Count];
        Array.Fill(attributes, CpeAttribute.Any);
        var parts = text.Split(':');
        if (parts.Length > Language + 1) return Fail(out error, "The CPE URI has more than seven components.");
        for (var i = 0; i < parts.Length; i++)
        {
            if (i == Edition && parts[i].StartsWith('~'))
            {
                // Edition, software edition, target software, target hardware, other (6.1.3.2).
                var packed = parts[i].Split('~');
                if (packed.Length != 6) return Fail(out error, "The packed edition of the CPE URI needs five parts, each after a '~'.");
                for (var p = 1; p < packed.Length; p++)
                    if ((error = Decode(packed[p], out attributes[p == 1 ? Edition : Language + p - 1])) is not null) return null;
            }
            else if ((error = Decode(parts[i], out attributes[i])) is not null) return null;
        }
        return Checked(attributes, out error);
    }

    public static string WriteUri(CpeAttribute[] attributes)
    {
        var parts = new string[Language + 1];
        for (var i = 0; i < parts.Length; i++) parts[i] = Encode(attributes[i]);
        if (attributes[(Language + 1)..].Any(a => !a.IsAny))
            parts[Edition] = "~" + string.Join('~', attributes[(Language + 1)..].Prepend(attributes[Edition]).Select(Encode));
        return "cpe:/" + string.Join(':', parts).TrimEnd(':');
    }

    public static string Unquote(string bound)
    {
        if (!bound.Contains('\\')) return bound;
        var text = new StringBuilder(bound.Length);
        for (var i = 0; i < bound.Length; i++) text.Append(bound[i] == '\\' ? bound[++i] : bound[i]);
        return text.ToString();
    }

    // Brings a value of a formatted string into the one way of writing it: only what needs a backslash has one.
    private static string? Quote(ReadOnlySpan<char> text, out CpeAttribute attribute)
    {
        attribute = CpeAttribute.Any;
        if (text is "*") return null;
        if (text is "-")
        {
            attribute = new("-");
            return null;
        }
        if (text.IsEmpty) return "An attribute of the CPE name is empty; '*' stands for any value.";
        var bound = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\')
            {
                if (++i == text.Length || text[i] is <= ' ' or > '~' || char.IsAsciiLetterOrDigit(text[i])) return "A backslash in the CPE name is not followed by punctuation.";
                AppendQuoted(bound, text[i]);
            }
            else if (c is '*' or '?')
            {
                if (!IsAtEdge(text, i)) return "The CPE name has '*' or '?' inside a value; wildcards stand at its beginning or end, and others need a backslash.";
                bound.Append(c);
            }
            else if (c is <= ' ' or > '~') return "The CPE name contains white space, a control character or a character that is not ASCII.";
            else AppendQuoted(bound, char.ToLowerInvariant(c));
        }
        // A single quoted hyphen is a value, not the logical value NA.
        attribute = new(bound.ToString() is "-" ? "\\-" : bound.ToString());
        return null;
    }

    private static string? Decode(string part, out CpeAttribute attribute)
    {
        attribute = part == "-" ? new("-") : CpeAttribute.Any;
        if (part is "" or "-") return null;
        var quoted = new StringBuilder(part.Length + 8);
        for (var i = 0; i < part.Length; i++)
        {
            var c = part[i];
            if (c == '%')
            {
                if (i + 2 >= part.Length || !byte.TryParse(part.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
                    return "A percent sign in the CPE URI is not followed by two hexadecimal digits.";
                i += 2;
                if (octet is 1 or 2)
                {
                    quoted.Append(octet == 1 ? '?' : '*');
                    continue;
                }
                if (octet is <= (byte)' ' or > (byte)'~') return "The CPE URI encodes a character that is not printable ASCII.";
                c = (char)octet;
            }
            if (!char.IsAsciiLetterOrDigit(c) && c != '_') quoted.Append('\\');
            quoted.Append(c);
        }
        return Quote(quoted.ToString(), out attribute);
    }

    private static string Encode(CpeAttribute attribute)
    {
        if (attribute.IsAny) return string.Empty;
        if (attribute.IsNotApplicable) return "-";
        var text = new StringBuilder();
        for (var i = 0; i < attribute.Bound.Length; i++)
        {
            var c = attribute.Bound[i];
            if (c == '?') text.Append("%01");
            else if (c == '*') text.Append("%02");
            else if (c != '\\') text.Append(c);
            else if (attribute.Bound[++i] is '-') text.Append("%2d");
            else text.Append(CultureInfo.InvariantCulture, $"%{(int)attribute.Bound[i]:x2}");
        }
        return text.ToString();
    }

    private static void AppendQuoted(StringBuilder bound, char c)
    {
        if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-')) bound.Append('\\');
        bound.Append(c);
    }

    // One asterisk, or any number of question marks, at the beginning or the end (5.3.2).
    private static bool IsAtEdge(ReadOnlySpan<char> text, int at) => text[at] == '*'
        ? at == 0 || at == text.Length - 1
        : !text[..at].ContainsAnyExcept('?') || !text[at..].ContainsAnyExcept('?');

    private static Cpe? Checked(CpeAttribute[] attributes, out string? error)
    {
        if (attributes[0].Bound is not ("a" or "o" or "h" or "*" or "-"))
            return Fail(out error, "The part of a CPE name is a (application), o (operating system) or h (hardware).");
        error = null;
        return new Cpe(attributes);
    }

    private static Cpe? Fail(out string? error, string message)
    {
        error = message;
        return null;
    }
}
