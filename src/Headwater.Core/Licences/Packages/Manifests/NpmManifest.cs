using System.Text.Json;

namespace Headwater.Core.Licences.Packages.Manifests;

/// <summary><c>package.json</c> and <c>composer.json</c>.</summary>
internal static class NpmManifest
{
    public const int Deepest = 64;

    private const string SeeFile = "SEE LICENSE IN ";

    private static readonly JsonDocumentOptions s_options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = Deepest };

    public static Manifest? Read(string path, string text)
    {
        using var json = JsonDocument.Parse(text.TrimStart('\uFEFF'), s_options);
        var root = json.RootElement;
        // A folder says its module system in a file of this name, too.
        if (root.ValueKind != JsonValueKind.Object || Text(root, "name") is not { Length: > 0 } name) return null;
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var purl = Manifest.Package("npm", slash > 0 ? name[..slash] : null, slash > 0 ? name[(slash + 1)..] : name, Text(root, "version"));
        var licences = Licences(root, "license").Concat(Licences(root, "licenses")).Distinct(StringComparer.Ordinal).ToList();
        var seen = licences is [var one] && one.StartsWith(SeeFile, StringComparison.OrdinalIgnoreCase) ? one[SeeFile.Length..].Trim('<', '>', ' ') : null;
        return new Manifest(path, "npm") { Purl = purl, Licences = licences, IsChoice = true, LicenceFile = seen };
    }

    public static Manifest? ReadComposer(string path, string text)
    {
        using var json = JsonDocument.Parse(text.TrimStart('\uFEFF'), s_options);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object || Text(root, "name") is not { } name || name.IndexOf('/', StringComparison.Ordinal) is not (var slash and > 0)) return null;
        return new Manifest(path, "composer") { Purl = Manifest.Package("composer", name[..slash], name[(slash + 1)..], Text(root, "version")), Licences = [.. Licences(root, "license")], IsChoice = true };
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A name, an object with a type (or a name, or an address), or a list of such.</summary>
    private static IEnumerable<string> Licences(JsonElement root, string field)
    {
        if (!root.TryGetProperty(field, out var value)) return [];
        return (value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().AsEnumerable() : [value]).Select(Named).OfType<string>().Select(t => t.Trim()).Where(t => t.Length > 0).ToList();
    }

    private static string? Named(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Object => Text(element, "type") ?? Text(element, "name") ?? Text(element, "url"),
        _ => null,
    };
}
