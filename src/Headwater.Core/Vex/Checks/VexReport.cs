using System.Collections.Concurrent;
using System.Text.Json;
using Headwater.Core.Sboms;
using Headwater.Core.Sboms.Schema;

namespace Headwater.Core.Vex.Checks;

/// <summary>Collects what a check finds, within bounds.</summary>
internal sealed class VexReport
{
    private static readonly ConcurrentDictionary<string, JsonSchema> s_schemas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _each = new(StringComparer.Ordinal);

    public List<VexFinding> Findings { get; } = [];

    public void Add(string test, VexFindingLevel level, string at, string message)
    {
        // One test that fails everywhere must not hide the others.
        var count = _each[test] = _each.GetValueOrDefault(test) + 1;
        if (Findings.Count < VexCheck.MaxFindings && count <= 100) Findings.Add(new VexFinding(test, level, at, message));
    }

    public void Error(string test, string at, string message) => Add(test, VexFindingLevel.Error, at, message);

    public void Warn(string test, string at, string message) => Add(test, VexFindingLevel.Warning, at, message);

    /// <summary>What the reader found odd, unless a rule has found it already.</summary>
    public void Odd(SbomError warning)
    {
        if (!Findings.Exists(f => f.At == warning.At)) Warn("read", warning.At, warning.Message);
    }

    /// <summary>An embedded schema by file name; it may refer to others by their addresses.</summary>
    public static JsonSchema Schema(string file) => s_schemas.GetOrAdd(file, static name => JsonSchema.Load(Open(name)!, reference => Open(reference[(reference.LastIndexOf('/') + 1)..])));

    /// <summary>Opens an embedded file; null when there is none.</summary>
    public static Stream? Open(string file) => typeof(VexReport).Assembly.GetManifestResourceStream("vex/" + file);
}

/// <summary>Reading JSON whose shape is not sure.</summary>
internal static class Loose
{
    public static JsonElement? Get(this JsonElement e, string name) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var value) ? value : null;

    public static JsonElement? Get(this JsonElement? e, string name) => e?.Get(name);

    public static bool Has(this JsonElement e, string name) => e.Get(name) is not null;

    public static string? Text(this JsonElement e, string name) => e.Get(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static string? Text(this JsonElement? e, string name) => e?.Text(name);

    public static double? Number(this JsonElement e, string name) => e.Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) ? number : null;

    /// <summary>The elements of a list with their pointers; none when it is no list.</summary>
    public static IEnumerable<(JsonElement Element, string At)> Each(this JsonElement e, string name, string at)
    {
        if (e.Get(name) is not { ValueKind: JsonValueKind.Array } list) yield break;
        var index = 0;
        foreach (var element in list.EnumerateArray()) yield return (element, $"{at}/{name}/{index++}");
    }

    public static IEnumerable<(JsonElement Element, string At)> Each(this JsonElement? e, string name, string at) => e is { } value ? value.Each(name, at) : [];

    /// <summary>The strings of a list with their pointers.</summary>
    public static IEnumerable<(string Text, string At)> Texts(this JsonElement e, string name, string at)
    {
        foreach (var (element, place) in e.Each(name, at)) if (element.ValueKind == JsonValueKind.String) yield return (element.GetString()!, place);
    }
}
