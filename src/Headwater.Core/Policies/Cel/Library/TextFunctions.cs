using System.Text;

namespace Headwater.Core.Policies.Cel.Library;

/// <summary>The extension for strings. Places are counted in code points, from 0.</summary>
internal static class TextFunctions
{
    public static CelValue CharAt(string text, long index)
    {
        var at = CodePoints.Offset(text, index);
        return at < 0 ? OutOfRange(index) : CelValue.Of(at == text.Length ? "" : text.Substring(at, CodePoints.Width(text, at)));
    }

    public static CelValue IndexOf(string text, string sought, long from)
    {
        var at = CodePoints.Offset(text, from);
        if (at < 0) return OutOfRange(from);
        var found = text.IndexOf(sought, at, StringComparison.Ordinal);
        return CelValue.Of(found < 0 ? -1L : CodePoints.Count(text.AsSpan(0, found)));
    }

    public static CelValue LastIndexOf(string text, string sought, long last)
    {
        var at = CodePoints.Offset(text, last);
        if (at < 0) return OutOfRange(last);
        // The match may begin at that place at the latest, and end behind it.
        var end = (int)Math.Min((long)at + sought.Length, text.Length);
        var found = text.AsSpan(0, end).LastIndexOf(sought, StringComparison.Ordinal);
        return CelValue.Of(found < 0 ? -1L : CodePoints.Count(text.AsSpan(0, found)));
    }

    public static CelValue Substring(string text, long from, long to)
    {
        var start = CodePoints.Offset(text, from);
        if (start < 0) return OutOfRange(from);
        var end = CodePoints.Offset(text, to);
        if (end < 0) return OutOfRange(to);
        return end < start ? CelValue.Failed($"The range {from} to {to} runs backwards.") : CelValue.Of(text[start..end]);
    }

    public static CelValue Replace(string text, string old, string by, long limit, CelActivation activation)
    {
        if (limit == 0) return CelValue.Of(text);
        var left = limit < 0 ? long.MaxValue : limit;
        var result = new StringBuilder();
        var at = 0;
        while (left > 0)
        {
            // Nothing stands before each character and at the end.
            var found = old.Length > 0 ? text.IndexOf(old, at, StringComparison.Ordinal) : at;
            if (found < 0 || found > text.Length) break;
            result.Append(text, at, found - at).Append(by);
            at = found + old.Length;
            if (old.Length == 0)
            {
                if (at == text.Length)
                {
                    at++;
                    break;
                }

                var width = CodePoints.Width(text, at);
                result.Append(text, at, width);
                at += width;
            }

            left--;
            if (result.Length > activation.Limits.TextLength || !activation.Charge(1 + (by.Length / 16))) return TooLong(activation);
        }

        if (at < text.Length) result.Append(text, at, text.Length - at);
        return Bounded(result, activation);
    }

    public static CelValue Split(string text, string separator, long limit, CelActivation activation)
    {
        if (limit == 0) return CelValue.Of(CelList.Empty);
        var left = limit < 0 ? long.MaxValue : limit;
        var parts = new List<CelValue>();
        var at = 0;
        while (left > 1)
        {
            int end, next;
            if (separator.Length == 0)
            {
                if (at >= text.Length) break;
                end = next = at + CodePoints.Width(text, at);
                if (end == text.Length) break;
            }
            else
            {
                end = text.IndexOf(separator, at, StringComparison.Ordinal);
                next = end + separator.Length;
                if (end < 0) break;
            }

            parts.Add(CelValue.Of(text[at..end]));
            at = next;
            left--;
            if (parts.Count >= activation.Limits.ListLength || !activation.Charge(1)) return TooLong(activation);
        }

        if (separator.Length > 0 || at < text.Length) parts.Add(CelValue.Of(text[at..]));
        return CelValue.Of(CelList.Of([.. parts]));
    }

    public static CelValue Join(CelList list, string separator, CelActivation activation)
    {
        if (!activation.Charge(list.Count)) return TooLong(activation);
        var result = new StringBuilder();
        for (var i = 0; i < list.Count; i++)
        {
            var part = list[i];
            if (part.Kind != CelKind.String) return part.IsErrorOrUnknown ? part : CelValue.Failed($"join() takes a list of strings, and there is a {part.TypeOf()} in it.");
            if (i > 0) result.Append(separator);
            result.Append(part.String);
            if (result.Length > activation.Limits.TextLength) return TooLong(activation);
        }

        return CelValue.Of(result.ToString());
    }

    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var pair = char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            var escape = c switch { '\a' => 'a', '\b' => 'b', '\f' => 'f', '\n' => 'n', '\r' => 'r', '\t' => 't', '\v' => 'v', '\\' => '\\', '"' => '"', _ => '\0' };
            if (escape != '\0') quoted.Append('\\').Append(escape);
            else if (pair) quoted.Append(c).Append(text[++i]);
            else quoted.Append(char.IsSurrogate(c) ? '\uFFFD' : c);
        }

        return quoted.Append('"').ToString();
    }

    public static string Lower(string text) => string.Create(text.Length, text, static (to, from) =>
    {
        for (var i = 0; i < to.Length; i++) to[i] = char.IsAsciiLetterUpper(from[i]) ? (char)(from[i] | 0x20) : from[i];
    });

    public static string Upper(string text) => string.Create(text.Length, text, static (to, from) =>
    {
        for (var i = 0; i < to.Length; i++) to[i] = char.IsAsciiLetterLower(from[i]) ? (char)(from[i] & ~0x20) : from[i];
    });

    public static CelValue Bounded(StringBuilder text, CelActivation activation) => text.Length > activation.Limits.TextLength ? TooLong(activation) : CelValue.Of(text.ToString());

    public static CelValue TooLong(CelActivation activation) => CelValue.Of(new CelError($"The result is longer than {activation.Limits.TextLength:N0} characters or {activation.Limits.ListLength:N0} elements, or takes too many steps.") { IsLimit = true });

    private static CelValue OutOfRange(long index) => CelValue.Failed($"The index {index} is out of range.");
}
