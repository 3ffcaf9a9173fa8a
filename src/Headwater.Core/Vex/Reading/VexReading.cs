using System.Globalization;
using System.Text.Json;
using Headwater.Core.Sboms;

namespace Headwater.Core.Vex.Reading;

/// <summary>One reading: what is wrong, odd and not kept, and how much there may be.</summary>
internal sealed class VexReading(VexReadOptions options)
{
    private const int MaxWarnings = 100;
    private readonly List<SbomError> _errors = [];
    private readonly List<SbomError> _warnings = [];
    private readonly SortedDictionary<string, int> _notKept = new(StringComparer.Ordinal);
    private int _statements;
    private int _products;

    public VexReadOptions Options => options;

    public VexReadResult Result(VexDocument document) => new(_errors.Count == 0 ? document : null, _errors, _warnings,
        [.. _notKept.Select(n => new SbomError(n.Key, n.Value == 1 ? "no part of a statement" : $"no part of a statement, {n.Value.ToString(CultureInfo.InvariantCulture)} times"))]);

    public void Fault(string at, string message)
    {
        _errors.Add(new SbomError(at, message));
        if (_errors.Count >= options.MaxErrors) throw new SbomFormatException(at, $"{message}; reading stopped after {options.MaxErrors} errors");
    }

    public void Warn(string at, string message)
    {
        if (_warnings.Count < MaxWarnings) _warnings.Add(new SbomError(at, message));
        else if (_warnings.Count == MaxWarnings) _warnings.Add(new SbomError(at, "there is more that is odd; only the first hundred are listed"));
    }

    /// <summary>Notes a part that the model does not hold, by the pattern of its place.</summary>
    public void Skip(string pattern) => _notKept[pattern] = _notKept.GetValueOrDefault(pattern) + 1;

    public void CountStatement(string at)
    {
        if (++_statements > options.MaxStatements) throw new SbomFormatException(at, $"there are more than {options.MaxStatements} statements");
    }

    public void CountProduct(string at)
    {
        if (++_products > options.MaxProducts) throw new SbomFormatException(at, $"products are named more than {options.MaxProducts} times");
    }

    /// <summary>The text of a property; null when it is absent or empty. Another type is an error.</summary>
    public string? Text(JsonElement e, string name, string at)
    {
        if (!e.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind == JsonValueKind.String) return value.GetString() is { Length: > 0 } text ? text : null;
        Fault($"{at}/{name}", "must be a string");
        return null;
    }

    /// <summary>A text that is also written as a number.</summary>
    public string? Number(JsonElement e, string name, string at) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetRawText() : Text(e, name, at);

    /// <summary>A time of RFC 3339; one that is none is a warning and null.</summary>
    public DateTimeOffset? Time(JsonElement e, string name, string at) => Text(e, name, at) is { } text ? Time(text, $"{at}/{name}") : null;

    public DateTimeOffset? Time(string? text, string at)
    {
        if (text is null) return null;
        if (VexTime.TryParse(text, out var time)) return time;
        Warn(at, $"\"{text}\" is not a date and time of RFC 3339; it is taken as not given");
        return null;
    }

    /// <summary>The elements of a list with their pointers; another type is an error.</summary>
    public IEnumerable<(JsonElement Element, string At)> List(JsonElement e, string name, string at)
    {
        if (!e.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) yield break;
        if (value.ValueKind != JsonValueKind.Array)
        {
            Fault($"{at}/{name}", "must be a list");
            yield break;
        }

        var index = 0;
        foreach (var element in value.EnumerateArray()) yield return (element, $"{at}/{name}/{index++}");
    }

    /// <summary>The objects of a list.</summary>
    public IEnumerable<(JsonElement Element, string At)> Objects(JsonElement e, string name, string at)
    {
        foreach (var (element, place) in List(e, name, at))
        {
            if (element.ValueKind == JsonValueKind.Object) yield return (element, place);
            else Fault(place, "must be an object");
        }
    }

    /// <summary>The strings of a list.</summary>
    public IEnumerable<string> Texts(JsonElement e, string name, string at)
    {
        foreach (var (element, place) in List(e, name, at))
        {
            if (element.ValueKind == JsonValueKind.String) yield return element.GetString()!;
            else Fault(place, "must be a string");
        }
    }

    /// <summary>An object, or null; another type is an error.</summary>
    public JsonElement? Object(JsonElement e, string name, string at)
    {
        if (!e.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind == JsonValueKind.Object) return value;
        Fault($"{at}/{name}", "must be an object");
        return null;
    }

    /// <summary>Warns of properties that the format does not have.</summary>
    public void Known(JsonElement e, string at, ReadOnlySpan<string> names)
    {
        foreach (var p in e.EnumerateObject()) if (!names.Contains(p.Name)) Warn($"{at}/{Escape(p.Name)}", "is not a property of this format; it is left out");
    }

    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
