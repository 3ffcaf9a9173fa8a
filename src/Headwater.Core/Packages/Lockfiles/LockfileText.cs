namespace Headwater.Core.Packages.Lockfiles;

/// <summary>What several kinds of lockfile need of texts.</summary>
internal static class LockfileText
{
    /// <summary>The host of an address in lower case; null when it names none. Understands <c>git+ssh://git@host/…</c> and <c>git@host:path</c>.</summary>
    public static string? Host(string? address)
    {
        if (address is null) return null;
        var text = address.AsSpan();
        var scheme = text.IndexOf("://");
        if (scheme >= 0) text = text[(scheme + 3)..];
        else if (text.IndexOf('@') is var at and > 0 && text[at..].Contains(':')) text = text[..(at + text[at..].IndexOf(':'))];
        else return null;
        if (text.IndexOfAny('/', '?', '#') is var end and >= 0) text = text[..end];
        text = text[(text.LastIndexOf('@') + 1)..];
        if (text.StartsWith("[")) text = text.IndexOf(']') is var close and > 0 ? text[..(close + 1)] : text;
        else if (text.IndexOf(':') is var port and >= 0) text = text[..port];
        return text.IsEmpty || text.ContainsAny(" \t\\") ? null : text.ToString().TrimEnd('.').ToLowerInvariant();
    }

    /// <summary>The address without user and password, which are nobody's business here.</summary>
    public static string? WithoutCredentials(string? address)
    {
        if (string.IsNullOrWhiteSpace(address)) return null;
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return address;
        var start = scheme + 3;
        var end = address.AsSpan(start).IndexOfAny('/', '?', '#') is var found and >= 0 ? start + found : address.Length;
        var at = address.AsSpan(start, end - start).LastIndexOf('@');
        return at < 0 ? address : string.Concat(address.AsSpan(0, start), address.AsSpan(start + at + 1));
    }

    /// <summary>A name of PyPI as PEP 503 folds it: lower case, every run of <c>-</c>, <c>_</c> and <c>.</c> one dash.</summary>
    public static string Python(string name)
    {
        var folded = new System.Text.StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (c is not ('-' or '_' or '.')) folded.Append(char.ToLowerInvariant(c));
            else if (folded.Length == 0 || folded[^1] != '-') folded.Append('-');
        }

        return folded.ToString();
    }

    /// <summary>A text for a sentence: short, and without control characters.</summary>
    public static string Shown(ReadOnlySpan<char> text)
    {
        Span<char> shown = stackalloc char[Math.Min(text.Length, 80)];
        for (var i = 0; i < shown.Length; i++) shown[i] = char.IsControl(text[i]) || char.IsSurrogate(text[i]) ? '?' : text[i];
        return text.Length > shown.Length ? string.Concat(shown, "…") : shown.ToString();
    }

    /// <summary>Name and what stands behind it in <c>name@range</c>, where the name may begin with a scope's <c>@</c>; null without one.</summary>
    public static (string Name, string Source)? AtSign(string text)
    {
        var at = text.Length > 1 ? text.IndexOf('@', 1) : -1;
        return at < 0 ? null : (text[..at], text[(at + 1)..]);
    }
}
