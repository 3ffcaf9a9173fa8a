using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>How properties of SPDX 3 JSON-LD are looked at: a reference is a text or an object with an identifier; a list may be one value.</summary>
internal static class Spdx3Json
{
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static string? Type(JsonElement element) => Text(element, "type") ?? Text(element, "@type");

    public static string? Id(JsonElement element) => Text(element, "spdxId") ?? Text(element, "@id");

    /// <summary>The values of a property, of its only value, or none.</summary>
    public static IEnumerable<JsonElement> Values(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value)) yield break;
        if (value.ValueKind != JsonValueKind.Array)
        {
            if (value.ValueKind != JsonValueKind.Null) yield return value;
            yield break;
        }
        foreach (var item in value.EnumerateArray()) yield return item;
    }

    /// <summary>Texts among the values.</summary>
    public static IEnumerable<string> Texts(JsonElement element, string name)
    {
        foreach (var value in Values(element, name))
        {
            if (value.ValueKind == JsonValueKind.String) yield return value.GetString()!;
        }
    }

    /// <summary>What a value refers to: the text itself, or the identifier of the object that stands in its place.</summary>
    public static string? Reference(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Object => Id(value),
        _ => null,
    };

    /// <summary>What stands behind the last <c>#</c>, or the last <c>/</c>.</summary>
    public static string Local(string iri) => RdfGraph.Local(iri);
}
