using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms;

/// <summary>The whole model of a document as text, so that two can be compared and a difference can be read.</summary>
internal static class ModelText
{
    public static string Of(SbomDocument document)
    {
        var node = (JsonObject)JsonSerializer.SerializeToNode(document)!;
        node.Remove("Kind");
        node.Remove("Root");
        // An edge that is said twice is one edge, and edges have no order.
        node["Relationships"] = new JsonArray([.. document.Relationships.Distinct().OrderBy(r => r.ToString(), StringComparer.Ordinal).Select(r => (JsonNode)r.ToString())]);
        return Sorted(node)!.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    /// <summary>The first lines that differ.</summary>
    public static string Difference(string a, string b)
    {
        var (x, y) = (a.Split('\n'), b.Split('\n'));
        for (var i = 0; i < Math.Max(x.Length, y.Length); i++)
        {
            if (i < x.Length && i < y.Length && x[i] == y[i]) continue;
            return $"line {i}:\n  {string.Join("\n  ", x.Skip(Math.Max(0, i - 6)).Take(12).Select(Short))}\n -----\n  {string.Join("\n  ", y.Skip(Math.Max(0, i - 6)).Take(12).Select(Short))}";
        }

        return string.Empty;
    }

    private static string Short(string line) => line.Length < 200 ? line : line[..200];

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Where(p => p.Value is not (null or JsonArray { Count: 0 })).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, p.Key switch
        {
            "Extras" => ByName((JsonArray)p.Value!),
            // One identity may stand alone or as a list of one.
            "identity" when p.Value is JsonObject => new JsonArray(Sorted(p.Value)),
            // The transforms of IKEv2 were references up to 1.6 and are objects with a reference since.
            "encr" or "prf" or "integ" or "ke" or "auth" when p.Value is JsonArray => new JsonArray([.. ((JsonArray)p.Value!).Select(e => e is JsonObject { Count: 1 } o && o["algorithm"] is { } only ? only.DeepClone() : Sorted(e))]),
            _ => Sorted(p.Value),
        }))),
        JsonArray a => new JsonArray([.. a.Select(Sorted)]),
        JsonValue v when v.GetValueKind() == JsonValueKind.Number && decimal.TryParse(v.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var d) => JsonValue.Create(d / 1.0000000000000000000000000m),
        null => null,
        _ => node.DeepClone(),
    };

    /// <summary>Properties have no order, and an empty list says what no list says.</summary>
    private static JsonArray ByName(JsonArray extras) => new([.. extras.Where(e => e!["Json"] is not JsonArray { Count: 0 }).OrderBy(e => (string?)e!["Name"], StringComparer.Ordinal).Select(Sorted)]);
}
