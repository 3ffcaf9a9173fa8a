using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Headwater.Core.Packages;

/// <summary>
/// Reads a package URL from right to left, as purl-spec's "How to parse" lays down:
/// <code>
/// pkg:type/namespace/name@version?qualifiers#subpath
///    5    7         6    4       3          2   1      (the order in which the separators are looked for)
/// </code>
/// Only the parts that go into the result are allocated.
/// </summary>
internal static class PurlParser
{
    private const int StackChars = 512;

    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out PackageUrl? purl, [NotNullWhen(false)] out string? error)
    {
        purl = null;
        if (text.Length > PackageUrl.MaxLength) return Fail(out error, PurlBuilder.TooLong);
        if (text.IsEmpty) return Fail(out error, "The package URL is empty.");
        if (!PurlText.IsClean(text)) return Fail(out error, "The package URL contains a control character or half a surrogate pair.");

        // Decoding never lengthens, so one buffer of the text's length serves every part.
        var rented = text.Length > StackChars ? ArrayPool<char>.Shared.Rent(text.Length) : null;
        try
        {
            if (!TryParse(text, rented is null ? stackalloc char[StackChars] : rented, out purl, out error)) return false;
            // Encoding what was written plainly takes up to nine characters for one; the canonical text has to stay readable, too.
            if (text.Length <= PackageUrl.MaxLength / 9 || PurlText.Measure(purl) <= PackageUrl.MaxLength) return true;
            purl = null;
            return Fail(out error, PurlBuilder.TooLong);
        }
        finally
        {
            if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        }
    }

    private static bool TryParse(ReadOnlySpan<char> rest, Span<char> buffer, [NotNullWhen(true)] out PackageUrl? purl, [NotNullWhen(false)] out string? error)
    {
        purl = null;
        string? subpath = null, @namespace = null, version = null;
        KeyValuePair<string, string>[] qualifiers = [];

        var at = rest.LastIndexOf('#');
        if (at >= 0)
        {
            if (!TrySegments(rest[(at + 1)..], buffer, "subpath", dropDots: true, out subpath, out error)) return false;
            rest = rest[..at];
        }

        at = rest.LastIndexOf('?');
        if (at >= 0)
        {
            if (!TryQualifiers(rest[(at + 1)..], buffer, out qualifiers, out error)) return false;
            rest = rest[..at];
        }

        at = rest.IndexOf(':');
        if (at < 0 || !rest[..at].Equals("pkg", StringComparison.OrdinalIgnoreCase)) return Fail(out error, "A package URL starts with 'pkg:'.");
        rest = rest[(at + 1)..].TrimStart('/');

        at = rest.IndexOf('/');
        if (!PurlBuilder.TryType(at < 0 ? rest : rest[..at], out var type, out var rules, out error)) return false;
        rest = at < 0 ? [] : rest[(at + 1)..];

        at = VersionSeparator(rest);
        if (at >= 0)
        {
            if (at == 0 || rest[at - 1] == '/') return Fail(out error, "A package URL needs a name before the '@' of the version.");
            if (!PurlText.TryDecode(rest[(at + 1)..], buffer, out var length)) return Fail(out error, BadEncoding("version"));
            version = length == 0 ? null : new string(buffer[..length]);
            rest = rest[..at];
        }

        rest = rest.Trim('/');
        at = rest.LastIndexOf('/');
        if (!PurlText.TryDecode(rest[(at + 1)..], buffer, out var nameLength)) return Fail(out error, BadEncoding("name"));
        var name = new string(buffer[..nameLength].Trim('/'));
        if (at >= 0 && !TrySegments(rest[..at], buffer, "namespace", dropDots: false, out @namespace, out error)) return false;

        return PurlBuilder.TryFinish(type, rules, @namespace, name, version, qualifiers, subpath, out purl, out error);
    }

    // The last '@', unless it opens a segment that is followed by another: an npm scope that was not percent-encoded (pkg:npm/@babel/core).
    private static int VersionSeparator(ReadOnlySpan<char> path)
    {
        var at = path.LastIndexOf('@');
        if (at < 0) return -1;
        var opensSegment = at == 0 || path[at - 1] == '/';
        var next = path[at..].TrimEnd('/').IndexOf('/');
        return opensSegment && next > 1 ? -1 : at;
    }

    private static bool TrySegments(ReadOnlySpan<char> text, Span<char> buffer, string part, bool dropDots, out string? joined, [NotNullWhen(false)] out string? error)
    {
        joined = null;
        var length = 0;
        foreach (var range in text.Split('/'))
        {
            var start = length == 0 ? 0 : length + 1;
            if (text[range].IsEmpty) continue;
            if (!PurlText.TryDecode(text[range], buffer[start..], out var decoded)) return Fail(out error, BadEncoding(part));
            var segment = buffer.Slice(start, decoded);
            if (segment.Contains('/')) return Fail(out error, $"A segment of the {part} contains an encoded slash (%2F).");
            if (dropDots && segment is "." or "..") continue;
            if (start > 0) buffer[length] = '/';
            length = start + decoded;
        }
        if (length > 0) joined = new string(buffer[..length]);
        error = null;
        return true;
    }

    private static bool TryQualifiers(ReadOnlySpan<char> text, Span<char> buffer, out KeyValuePair<string, string>[] qualifiers, [NotNullWhen(false)] out string? error)
    {
        qualifiers = [];
        var count = 0;
        foreach (var range in text.Split('&'))
        {
            var pair = text[range];
            if (pair.IsEmpty) continue;
            var equals = pair.IndexOf('=');
            var keyText = equals < 0 ? pair : pair[..equals];
            if (!PurlBuilder.TryKey(keyText, out var key)) return Fail(out error, PurlBuilder.BadKey(keyText));
            if (equals < 0 || equals == pair.Length - 1) continue;
            if (!PurlText.TryDecode(pair[(equals + 1)..], buffer, out var length)) return Fail(out error, BadEncoding($"qualifier {key}"));
            if (count == qualifiers.Length) Array.Resize(ref qualifiers, count == 0 ? 1 + text.Count('&') : count * 2);
            qualifiers[count++] = new(key, new string(buffer[..length]));
        }
        if (count < qualifiers.Length) Array.Resize(ref qualifiers, count);
        error = null;
        return true;
    }

    private static string BadEncoding(string part) =>
        $"The {part} is not percent-encoded UTF-8 without control characters (a percent sign is followed by two hexadecimal digits).";

    private static bool Fail([NotNull] out string? error, string message)
    {
        error = message;
        return false;
    }
}
