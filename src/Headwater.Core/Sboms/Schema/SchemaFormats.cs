using System.Globalization;
using System.Text.Json.Serialization;

namespace Headwater.Core.Sboms.Schema;

/// <summary>The formats that the SBOM schemas name.</summary>
internal static class SchemaFormats
{
    /// <summary>Checks a string.</summary>
    /// <returns>
    /// Whether it fits; and whether a breach is tolerated: addresses such as <c>git@host:path</c> are everywhere in real documents,
    /// and JSON Schema leaves the weight of <c>format</c> to the application.
    /// </returns>
    public static (bool Valid, bool Tolerated, string Name) Check(string format, string text) => format switch
    {
        "date-time" => (IsDateTime(text), false, "a date and time of RFC 3339 (2024-01-31T12:00:00Z)"),
        "date" => (text.Length == 10 && IsDate(text), false, "a date (2024-01-31)"),
        "uuid" => (text.Length == 36 && Guid.TryParseExact(text, "D", out _), false, "a UUID"),
        "idn-email" or "email" => (IsEmail(text), true, "an e-mail address"),
        "iri-reference" or "uri-reference" => (IsReference(text), true, "a valid address (RFC 3987)"),
        "iri" or "uri" => (IsReference(text) && text.IndexOfAny([':', '/', '?', '#']) is > 0 and var at && text[at] == ':', false, "a full address with a scheme (RFC 3986)"),
        _ => (true, true, format),
    };

    private static bool IsDate(ReadOnlySpan<char> text) => DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool IsDateTime(ReadOnlySpan<char> text)
    {
        // full-date "T" partial-time (fraction of any length) ("Z" / offset), letters in either case.
        if (text.Length < 20 || !IsDate(text) || text[10] is not ('T' or 't' or ' ')) return false;
        if (!Two(text, 11, 23) || text[13] != ':' || !Two(text, 14, 59) || text[16] != ':' || !Two(text, 17, 60)) return false;
        var at = 19;
        if (text[at] == '.')
        {
            var digits = text[(at + 1)..].IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0) return false;
            at += 1 + digits;
        }

        var zone = text[at..];
        if (zone is "Z" or "z") return true;
        return zone.Length == 6 && zone[0] is '+' or '-' && zone.Length == 6 && Two(zone, 1, 23) && zone[3] == ':' && Two(zone, 4, 59);
    }

    private static bool Two(ReadOnlySpan<char> text, int at, int max) =>
        char.IsAsciiDigit(text[at]) && char.IsAsciiDigit(text[at + 1]) && ((text[at] - '0') * 10) + text[at + 1] - '0' <= max;

    private static bool IsEmail(string text)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && at < text.Length - 1 && !text.AsSpan().ContainsAny(" \t\r\n<>");
    }

    private static bool IsReference(string text)
    {
        foreach (var c in text) if (c <= ' ' || c is '<' or '>' or '"' or '{' or '}' or '|' or '\\' or '^' or '`' or '\u007f') return false;
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])) return false;
        }

        // A colon in the first segment makes what stands before it a scheme.
        var colon = text.AsSpan().IndexOfAny(":/?#");
        if (colon < 0 || text[colon] != ':') return true;
        return colon > 0 && char.IsAsciiLetter(text[0]) && !text.AsSpan(0, colon).ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    }
}

[JsonSerializable(typeof(string))]
internal sealed partial class SchemaJson : JsonSerializerContext;
