using System.Diagnostics.CodeAnalysis;
using Headwater.Core.Versions;

namespace Headwater.Server.Features.Components;

/// <summary>A question as people type it: <c>log4j-core &lt;2.17.1</c>, <c>org.slf4j:slf4j-api &gt;=1.7 &lt;2</c>, <c>@babel/core ^7</c>, <c>lodash@4.17.20</c>, or a name alone.</summary>
/// <param name="Name">A package's name, with its group before a slash or colon when that was said, or a package URL without a version.</param>
/// <param name="Range">What was said of the versions; null for any.</param>
internal sealed record UsageQuery(string Name, string? Range)
{
    private const int Longest = 300;
    private const string Operators = "<>=!^~[(*";

    /// <returns>False when the text names no package; <paramref name="error"/> says what to type then.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out UsageQuery? query, [NotNullWhen(false)] out string? error)
    {
        query = null;
        error = null;
        text = text?.Trim() ?? "";
        if (text.Length > Longest) error = $"That is longer than {Longest} characters.";
        var end = 0;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && !Operators.Contains(text[end], StringComparison.Ordinal) && !(text[end] == '@' && end > 0 && text[end - 1] != '/')) end++;
        var (name, range) = (text[..end], text[end..].TrimStart('@', ' ', '\t').Trim());
        if (name.Length == 0) error ??= "Type a package and, if you like, a range of versions: log4j-core <2.17.1";
        if (error is null && !IsUnderstood(range, text.AsSpan(end).TrimStart().StartsWith("@"))) error = $"The range \"{range}\" is not understood. Write it as in log4j-core <2.17.1, slf4j-api >=1.7 <2, lodash ^4 or lodash@4.17.20.";
        if (error is not null) return false;
        query = new UsageQuery(name, range.Length == 0 || range == "*" ? null : range);
        return true;
    }

    /// <summary>True when versions are bounded by a sign (<c>&lt;</c>, <c>^</c>, <c>[1,2)</c> …), which no name is written with.</summary>
    public bool IsRange => Range is not null && Range.AsSpan().IndexOfAny("<>=^~[(") >= 0 && Range.AsSpan().IndexOfAnyInRange('0', '9') >= 0;

    /// <summary>The group and the name, in lower case; the group is null when none was said.</summary>
    public (string? Group, string Name) Parts()
    {
        var at = Name.LastIndexOfAny([':', '/']);
        var (group, name) = at < 0 ? (null, Name) : (Name[..at], Name[(at + 1)..]);
        return (string.IsNullOrEmpty(group) ? null : group.ToLowerInvariant(), name.ToLowerInvariant());
    }

    /// <summary>The range in the order of versions of a package type; null when the type has none, or the range cannot be read in it.</summary>
    public VersRange? RangeFor(string? type)
    {
        if (type is null || VersionSchemes.ForVers(type) is null) return null;
        if (Range is null) return VersRange.TryNormalize($"vers:{type}/*", out var any, out _) ? any : null;
        if (Range.StartsWith("vers:", StringComparison.OrdinalIgnoreCase)) return VersRange.TryNormalize(Range, out var said, out _) && said.Type == type ? said : null;
        if (Range.AsSpan().IndexOfAny("^~[(*") < 0)
        {
            var constraints = Spaced(Range).Split([' ', ',', '|'], StringSplitOptions.RemoveEmptyEntries).Select(Constraint);
            return VersRange.TryNormalize($"vers:{type}/{string.Join('|', constraints)}", out var range, out _) ? range : null;
        }

        return VersRange.TryFromNative(type, Range, out var native, out _) ? native : null;
    }

    /// <summary>"Nobody" must never be the answer to a range that was only written wrongly: each part is a sign and a version, and a version has a digit unless it stands alone behind an @.</summary>
    private static bool IsUnderstood(string range, bool exact)
    {
        if (range.Length == 0 || range == "*" || exact || range.StartsWith("vers:", StringComparison.OrdinalIgnoreCase)) return true;
        if (range.AsSpan().IndexOfAny("^~[(*") >= 0) return range.Any(char.IsAsciiDigit);
        return Spaced(range).Split([' ', ',', '|'], StringSplitOptions.RemoveEmptyEntries).All(part =>
        {
            var version = part.TrimStart('<', '>', '=', '!');
            return (part[..^version.Length] is "" or "<" or "<=" or ">" or ">=" or "=" or "==" or "!=") && version.Any(char.IsAsciiDigit);
        });
    }

    /// <summary>An operator belongs to the version behind it, however many spaces lie between.</summary>
    private static string Spaced(string range)
    {
        var text = new System.Text.StringBuilder(range.Length);
        foreach (var c in range)
            if (!char.IsWhiteSpace(c)) text.Append(c);
            else if (text.Length > 0 && text[^1] is not ('<' or '>' or '=' or '!')) text.Append(' ');
        return text.ToString();
    }

    private static string Constraint(string text)
    {
        var version = text.TrimStart('<', '>', '=', '!');
        var sign = text[..(text.Length - version.Length)];
        return (sign is "=" or "==" ? "" : sign) + Uri.EscapeDataString(version);
    }
}
