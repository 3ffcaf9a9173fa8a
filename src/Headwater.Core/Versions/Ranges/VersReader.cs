using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Headwater.Core.Versions;

/// <summary>Reads and checks <c>vers:</c> texts, clause 5 of the VERS specification.</summary>
internal static class VersReader
{
    private const int MaxLength = 256 * 1024, MaxConstraints = 20_000, MaxRepaired = 1_000;

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    public static bool TryRead(string? text, bool strict, [NotNullWhen(true)] out VersRange? range, [NotNullWhen(false)] out string? error)
    {
        range = null;
        error = Read(text ?? "", strict, ref range);
        if (error is null && range is not null) return true;
        range = null;
        error ??= "The text is no vers range.";
        return false;
    }

    private static string? Read(string text, bool strict, ref VersRange? range)
    {
        if (text.Length > MaxLength) return $"The vers range is longer than {MaxLength} characters; split it.";
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is ' ' or '\t' or '\r' or '\n' or '\v' or '\f')
                return $"Whitespace at character {i + 1} is not permitted; write a space inside a version as %20.";
            if (text[i] is < '!' or > '~') return $"Character {i + 1} is not printable ASCII; percent-encode it.";
        }

        if (!text.StartsWith("vers:", StringComparison.Ordinal)) return "A vers range starts with \"vers:\" in lower case.";
        var slash = text.IndexOf('/');
        if (slash < 0) return "There is no '/' between the type and the constraints.";
        var type = text[5..slash];
        if (CheckType(type) is { } typeError) return typeError;
        var rest = text[(slash + 1)..];
        if (rest.Length == 0) return "There is no constraint after the '/'.";
        if (rest == "*")
        {
            range = new VersRange(type, []);
            return null;
        }

        if (type is "all" or "none") return $"The type \"{type}\" admits only vers:{type}/*.";
        if (rest[0] == '|') return "A leading '|' is not permitted.";
        if (rest[^1] == '|') return "A trailing '|' is not permitted.";
        if (rest.AsSpan().Count('|') >= MaxConstraints) return $"There are more than {MaxConstraints} constraints; split the range.";

        var parts = rest.Split('|');
        var constraints = new VersConstraint[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (ReadConstraint(parts[i], type, out constraints[i]) is { } fault) return $"Constraint {i + 1} (\"{Shorten(parts[i])}\"): {fault}";
        }

        return Order(type, constraints, strict, ref range);
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static string? CheckType(string type)
    {
        if (type.Length == 0) return "The type between \"vers:\" and '/' is missing.";
        if (type.Length > 128) return "The type is longer than 128 characters.";
        if (!char.IsAsciiLetter(type[0])) return $"The type \"{type}\" does not start with a letter.";
        foreach (var c in type)
        {
            if (char.IsAsciiLetterUpper(c)) return $"The type \"{type}\" is not in lower case.";
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-')) return $"The type \"{type}\" holds '{c}'; only letters, digits, '.' and '-' may stand there.";
        }

        return type == "invalid" ? "The type \"invalid\" is reserved for ranges that are never valid." : null;
    }

    private static string? ReadConstraint(string text, string type, out VersConstraint constraint)
    {
        constraint = default;
        if (text.Length == 0) return "consecutive '|' are not permitted.";
        var (comparator, length) = text switch
        {
            ['>', '=', ..] => (VersComparator.GreaterOrEqual, 2),
            ['<', '=', ..] => (VersComparator.LessOrEqual, 2),
            ['!', '=', ..] => (VersComparator.NotEqual, 2),
            ['<', ..] => (VersComparator.Less, 1),
            ['>', ..] => (VersComparator.Greater, 1),
            _ => (VersComparator.Equal, 0),
        };
        if (text[0] == '=') return "equality is written without '='.";
        if (text == "*") return "'*' stands alone.";
        var encoded = text[length..];
        if (encoded.Length == 0) return "the version is missing.";
        if (encoded.AsSpan().IndexOfAny("<>=!*") is >= 0 and var at) return $"'{encoded[at]}' inside a version must be percent-encoded.";
        if (Decode(encoded, type, out var version) is { } fault) return fault;
        if (version.Length > VersionScheme.MaxTextLength) return $"the version is longer than {VersionScheme.MaxTextLength} characters.";
        if (type == "datetime" && CheckDateTime(version) is { } dateFault) return dateFault;
        constraint = new VersConstraint(comparator, version);
        return null;
    }

    private static string? CheckDateTime(string version)
    {
        if (version.AsSpan().ContainsAny('t', 'z')) return "a date-time is written with upper-case T and Z.";
        return VersionSchemes.ForVers("datetime")!.TryParse(version, out _) ? null : "this is no RFC 3339 date-time.";
    }

    private static string? Decode(string text, string type, out string version)
    {
        version = text;
        if (!text.Contains('%')) return null;
        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                bytes[length++] = (byte)text[i];
                continue;
            }

            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])) return "a '%' is not followed by two hexadecimal digits.";
            if (char.IsAsciiLetterLower(text[i + 1]) || char.IsAsciiLetterLower(text[i + 2])) return "percent-encoding is written with upper-case digits.";
            var value = Convert.ToByte(text.Substring(i + 1, 2), 16);
            if (type == "datetime" && value == ':') return "the colons of a date-time are not encoded.";
            if (value < 0x20 || value == 0x7F) return "control characters may not stand in a version, not even encoded.";
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
                return $"'{(char)value}' need not be percent-encoded, and so must not.";
            bytes[length++] = value;
            i += 2;
        }

        try
        {
            version = s_utf8.GetString(bytes, 0, length);
            return null;
        }
        catch (DecoderFallbackException)
        {
            return "the percent-encoded bytes are no UTF-8.";
        }
    }

    private static string? Order(string type, VersConstraint[] constraints, bool strict, ref VersRange? range)
    {
        var scheme = VersionSchemes.ForVers(type);
        if (scheme is not null && constraints.Length > 1)
        {
            var versions = new PackageVersion[constraints.Length];
            for (var i = 0; i < constraints.Length; i++)
            {
                if (!scheme.TryParse(constraints[i].Version, out versions[i]))
                    return $"\"{Shorten(constraints[i].Version)}\" has no place in the order of \"{type}\" versions, so the constraints cannot be sorted.";
            }

            if (!strict && versions.Length > MaxRepaired) return $"More than {MaxRepaired} constraints are not put in order; sort them.";
            if (!strict) return Repair(type, scheme, constraints, versions, ref range);
            for (var i = 1; i < versions.Length; i++)
            {
                var order = versions[i - 1].CompareTo(versions[i]);
                if (order > 0) return $"The constraints are not sorted by version: \"{constraints[i - 1]}\" comes before \"{constraints[i]}\".";
                if (order == 0) return $"The version of \"{constraints[i]}\" occurs twice.";
            }
        }
        else
        {
            // No order is known, but one text twice is one version twice.
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var constraint in constraints)
            {
                if (!seen.Add(constraint.Version)) return $"The version of \"{constraint}\" occurs twice.";
            }
        }

        if ((scheme is not null || constraints.Length == 1) && CheckSequence(constraints) is { } fault) return fault;
        range = new VersRange(type, constraints);
        return null;
    }

    private static string? CheckSequence(VersConstraint[] constraints)
    {
        VersConstraint? previous = null, previousBound = null;
        foreach (var constraint in constraints)
        {
            if (constraint.Comparator == VersComparator.NotEqual) continue;
            if (previous is { Comparator: VersComparator.Equal } && constraint.IsUpper) return $"\"{constraint}\" covers \"{previous}\" before it; leave the latter out.";
            previous = constraint;
            if (constraint.Comparator == VersComparator.Equal) continue;
            if (previousBound is { } bound && bound.IsLower == constraint.IsLower) return $"\"{bound}\" and \"{constraint}\" say the same direction twice; one is redundant.";
            previousBound = constraint;
        }

        return null;
    }

    private static string? Repair(string type, VersionScheme scheme, VersConstraint[] constraints, PackageVersion[] versions, ref VersRange? range)
    {
        var order = Enumerable.Range(0, constraints.Length).ToArray();
        StableSort.Sort(order, (a, b) => versions[a].CompareTo(versions[b]));
        var sorted = order.Select(i => constraints[i]).ToArray();
        var unique = true;
        for (var i = 1; i < order.Length; i++) unique &= versions[order[i - 1]] != versions[order[i]];
        range = unique && CheckSequence(sorted) is null ? new VersRange(type, sorted) : Simplify(type, scheme, sorted);
        return null;
    }

    // The set that the specification's simplification keeps: of two bounds in one direction the wider one, of a bound and an equality
    // inside it the bound.
    private static VersRange Simplify(string type, VersionScheme scheme, VersConstraint[] sorted)
    {
        var builder = new RangeBuilder(type, scheme);
        VersConstraint? open = null;
        VersConstraint? lastUpper = null;
        var bounds = new List<(VersConstraint? Lower, VersConstraint? Upper)>();
        foreach (var constraint in sorted)
        {
            if (constraint.IsLower)
            {
                if (open is null && lastUpper is not null) bounds.Add((null, lastUpper));
                if (open is null) lastUpper = null;
                open ??= constraint;
            }
            else if (constraint.IsUpper)
            {
                if (open is not null) bounds.Add((open, constraint));
                else if (bounds.Count > 0 && lastUpper is null) bounds[^1] = (bounds[^1].Lower, constraint);
                else lastUpper = constraint;
                open = null;
            }
        }

        if (lastUpper is not null) bounds.Add((null, lastUpper));
        if (open is not null) bounds.Add((open, null));
        if (bounds.Count == 0 && !sorted.Any(c => c.Comparator == VersComparator.Equal)) builder.Or(null, null);
        foreach (var (lower, upper) in bounds) builder.Or(lower, upper);
        foreach (var constraint in sorted)
        {
            if (constraint.Comparator == VersComparator.Equal) builder.Or(constraint with { Comparator = VersComparator.GreaterOrEqual }, constraint with { Comparator = VersComparator.LessOrEqual });
        }

        foreach (var constraint in sorted)
        {
            if (constraint.Comparator == VersComparator.NotEqual) builder.Except(constraint.Version);
        }

        return builder.Build();
    }
}
