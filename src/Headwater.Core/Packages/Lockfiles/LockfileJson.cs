using System.Text.Json;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary>Reads what is expected of JSON; what is not there, or of another kind, is null or empty.</summary>
internal static class LockfileJson
{
    public static JsonDocument Parse(string text) => JsonDocument.Parse(text.TrimStart('\uFEFF'), new JsonDocumentOptions { MaxDepth = LockfileReader.Deepest });

    public static JsonElement? Member(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    public static string? Text(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } value ? String(value) : null;

    public static bool IsTrue(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.True };

    public static IEnumerable<JsonProperty> Members(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.Object } value ? value.EnumerateObject() : Enumerable.Empty<JsonProperty>();

    public static IEnumerable<JsonElement> Items(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : Enumerable.Empty<JsonElement>();

    /// <summary>A text or a list of texts, joined.</summary>
    public static string? Joined(JsonElement element, string name, string between) =>
        Text(element, name) ?? (string.Join(between, Items(element, name).Where(i => i.ValueKind == JsonValueKind.String).Select(String)) is { Length: > 0 } joined ? joined : null);

    private static string? String(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException e)
        {
            // Half a surrogate pair, written as an escape.
            throw new FormatException("A text is no valid Unicode.", e);
        }
    }
}
