using System.Globalization;
using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>
/// Checks parts of an SPDX 2 document against the specification. What the text forbids and tools never write is an error; what the
/// text forbids and tools in wide use write all the same is a warning.
/// </summary>
internal sealed class Spdx2Check(SpdxReport report)
{
    /// <summary>Checks an object's shape: names, kinds of values, words, and what must be there.</summary>
    public bool Shape(JsonElement element, SpdxShape shape, string at)
    {
        var before = report.Errors.Count;
        if (element.ValueKind != JsonValueKind.Object)
        {
            report.Error(at, $"A {shape.Name} must be an object, not {SpdxWords.Kind(element.ValueKind)}.");
            return false;
        }
        foreach (var property in element.EnumerateObject())
        {
            if (!shape.Fields.TryGetValue(property.Name, out var field))
            {
                report.Warning($"{at}/{Escape(property.Name)}", $"A {shape.Name} of SPDX 2 has no property of this name; it is ignored.");
                continue;
            }
            Field(property.Value, property.Name, field, shape, at);
        }
        foreach (var name in shape.Required)
        {
            if (!element.TryGetProperty(name, out _)) report.Error(at, $"The {shape.Name} lacks the mandatory property '{name}'.");
        }
        return report.Errors.Count == before;
    }

    /// <summary>Checks the value of one property.</summary>
    public void Field(JsonElement value, string name, SpdxField field, SpdxShape owner, string parent)
    {
        switch (field.Kind)
        {
            case SpdxFieldKind.Text:
                if (!Expect(value, JsonValueKind.String, name, owner, parent)) break;
                CheckText(value, $"{parent}/{name}", field, parent, name);
                break;
            case SpdxFieldKind.Flag:
                if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) report.Error($"{parent}/{name}", $"'{name}' must be true or false, not {SpdxWords.Kind(value.ValueKind)}.");
                break;
            case SpdxFieldKind.Integer:
                if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out _)) report.Error($"{parent}/{name}", $"'{name}' must be a whole number, not {SpdxWords.Kind(value.ValueKind)}.");
                break;
            case SpdxFieldKind.Object:
                if (Expect(value, JsonValueKind.Object, name, owner, parent)) Shape(value, field.Shape!, $"{parent}/{name}");
                break;
            case SpdxFieldKind.Texts:
                if (!Expect(value, JsonValueKind.Array, name, owner, parent)) break;
                var t = 0;
                foreach (var item in value.EnumerateArray())
                {
                    if (item.ValueKind != JsonValueKind.String) report.Error($"{parent}/{name}/{t}", $"'{name}' must be a list of texts; here stands {SpdxWords.Kind(item.ValueKind)}.");
                    else CheckText(item, $"{parent}/{name}/{t}", field, parent, name);
                    t++;
                }
                break;
            case SpdxFieldKind.Objects:
                if (!Expect(value, JsonValueKind.Array, name, owner, parent)) break;
                var o = 0;
                foreach (var item in value.EnumerateArray()) Shape(item, field.Shape!, $"{parent}/{name}/{o++}");
                break;
            default: break;
        }
    }

    private bool Expect(JsonElement value, JsonValueKind kind, string name, SpdxShape owner, string parent)
    {
        if (value.ValueKind == kind) return true;
        // Tools written in Go and JavaScript say null for what they do not know.
        if (value.ValueKind == JsonValueKind.Null && !owner.Required.Contains(name)) report.Warning($"{parent}/{name}", $"'{name}' is null; leave it out instead.");
        else report.Error($"{parent}/{name}", $"'{name}' must be {SpdxWords.Kind(kind)}, not {SpdxWords.Kind(value.ValueKind)}.");
        return false;
    }

    private void CheckText(JsonElement value, string at, SpdxField field, string parent, string name)
    {
        var text = value.GetString()!;
        if (text.Contains('\0', StringComparison.Ordinal)) report.Error(at, $"'{name}' contains a NUL character.");
        if (field.Words is null || field.Words.Contains(text)) return;
        if (field.Words.Contains(text.ToUpperInvariant())) report.Warning(at, $"'{text}' must be written '{text.ToUpperInvariant()}'.");
        else report.Error(at, $"'{name}' cannot be '{Shorten(text)}'; it must be one of {string.Join(", ", field.Words.Order(StringComparer.Ordinal))}.");
    }

    /// <summary>An element's identifier: <c>SPDXRef-</c> and letters, digits, full stop and hyphen.</summary>
    public void Id(string id, string at)
    {
        if (id.Length == 0)
        {
            report.Error(at, "The identifier is empty.");
            return;
        }
        // Syft before 0.40 wrote the bare identifiers of files; they are as good to follow as any.
        if (!id.StartsWith("SPDXRef-", StringComparison.Ordinal) || id.Length == 8) report.Warning(at, $"The identifier '{Shorten(id)}' must begin with 'SPDXRef-' and go on with letters, digits, '.' or '-'.");
        foreach (var c in id)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '.' or '-') continue;
            if (char.IsControl(c) || char.IsWhiteSpace(c)) report.Error(at, $"The identifier '{Shorten(id)}' contains a space or a control character.");
            else report.Warning(at, $"The identifier '{Shorten(id)}' contains '{c}'; only letters, digits, '.' and '-' are allowed.");
            return;
        }
    }

    /// <summary>A licence expression, or NONE or NOASSERTION.</summary>
    public void Licence(string? text, string at)
    {
        if (text is null || SpdxExpression.IsAssertion(text)) return;
        if (SpdxExpression.Check(text) is { } wrong) report.Warning(at, $"'{Shorten(text)}' is no licence expression: {wrong}");
    }

    /// <summary>A checksum: a known algorithm and a value of its length. Null when it cannot be used.</summary>
    public SbomHash? Checksum(string? algorithm, string? value, string at)
    {
        if (algorithm is null || value is null) return null;
        if (!SpdxWords.Algorithms.TryGetValue(algorithm, out var known))
        {
            var upper = algorithm.ToUpperInvariant().Replace("SHA-", "SHA", StringComparison.Ordinal);
            if (!SpdxWords.Algorithms.TryGetValue(upper, out known))
            {
                var other = SpdxWords.Algorithms.FirstOrDefault(a => string.Equals(a.Key, algorithm, StringComparison.OrdinalIgnoreCase));
                if (other.Key is null)
                {
                    report.Error(at, $"'{Shorten(algorithm)}' is no checksum algorithm of SPDX.");
                    return null;
                }
                known = other.Value;
            }
            report.Warning(at, $"The checksum algorithm '{algorithm}' is not in the specification's spelling.");
        }
        var trimmed = value.Trim();
        foreach (var c in trimmed)
        {
            if (char.IsAsciiHexDigit(c)) continue;
            report.Error(at, $"The {known.Name} value '{Shorten(value)}' is not hexadecimal.");
            return null;
        }
        if (trimmed.Length == 0 || known.Digits != 0 && trimmed.Length != known.Digits)
        {
            report.Error(at, $"The {known.Name} value has {trimmed.Length} digits instead of {known.Digits}.");
            return null;
        }
        return new SbomHash(known.Name, trimmed.ToLowerInvariant());
    }

    /// <summary>A date and time in UTC, <c>YYYY-MM-DDThh:mm:ssZ</c>. Fractions of a second and offsets are odd but tolerated.</summary>
    public void Date(string? text, string at, string name)
    {
        if (text is null) return;
        if (DateTime.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)) return;
        if (text.Length > 18 && text[10] == 'T' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
        {
            report.Warning(at, $"'{name}' is not of the form YYYY-MM-DDThh:mm:ssZ.");
            return;
        }
        var wrong = $"'{name}' must be a date and time of the form YYYY-MM-DDThh:mm:ssZ, not '{Shorten(text)}'.";
        // Templates and careless tools write something else; nothing here depends on it, but an empty one says that it is missing.
        if (string.IsNullOrWhiteSpace(text)) report.Error(at, wrong);
        else report.Warning(at, wrong);
    }

    public static string Shorten(string text) => SpdxWords.OneLine(text.Length <= 80 ? text : text[..77] + "…");

    private static string Escape(string name) => Shorten(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
