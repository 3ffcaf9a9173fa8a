using System.Text.Json;

namespace Headwater.Core.Sboms.CycloneDx;

/// <summary>Small steps from CycloneDX JSON to the model.</summary>
internal static class CycloneDxJson
{
    public static string? Text(JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.String ? v.GetString() : null;

    public static bool? Flag(JsonElement e, string name) => e.TryGetProperty(name, out var v) ? v.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null } : null;

    public static IEnumerable<JsonElement> List(JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Array ? v.EnumerateArray() : [];

    public static IEnumerable<string> Texts(JsonElement e) =>
        e.ValueKind == JsonValueKind.Array ? e.EnumerateArray().Where(x => x.ValueKind == JsonValueKind.String).Select(x => x.GetString()!) : [];

    public static SbomExtra Keep(JsonProperty property) => new(property.Name, property.Value.Clone());

    public static SbomComponentKind Kind(string? type) => type switch
    {
        "application" => SbomComponentKind.Application,
        "framework" => SbomComponentKind.Framework,
        "library" => SbomComponentKind.Library,
        "container" => SbomComponentKind.Container,
        "platform" => SbomComponentKind.Platform,
        "operating-system" => SbomComponentKind.OperatingSystem,
        "device" => SbomComponentKind.Device,
        "device-driver" => SbomComponentKind.DeviceDriver,
        "firmware" => SbomComponentKind.Firmware,
        "file" => SbomComponentKind.File,
        "machine-learning-model" => SbomComponentKind.MachineLearningModel,
        "data" => SbomComponentKind.Data,
        "cryptographic-asset" => SbomComponentKind.CryptographicAsset,
        _ => SbomComponentKind.Unspecified,
    };

    public static SbomScope Scope(string? scope) => scope switch
    {
        "required" => SbomScope.Required,
        "optional" => SbomScope.Optional,
        "excluded" => SbomScope.Excluded,
        _ => SbomScope.Unspecified,
    };

    public static SbomProperty Property(JsonElement e) => new(Text(e, "name") ?? string.Empty, Text(e, "value"));

    public static SbomHash Hash(JsonElement e) => new(Text(e, "alg") ?? string.Empty, (Text(e, "content") ?? string.Empty).ToLowerInvariant());

    public static SbomContact Contact(JsonElement e) => new(Text(e, "name"), Text(e, "email"), Text(e, "phone"));

    public static SbomOrganisation Organisation(JsonElement e) =>
        new(Text(e, "name"), [.. List(e, "url").Select(u => u.GetString()!)], [.. List(e, "contact").Select(Contact)]);

    public static SbomExternalReference Reference(JsonElement e)
    {
        SbomHash[] hashes = [.. List(e, "hashes").Select(Hash)];
        return new SbomExternalReference(Text(e, "type") ?? "other", Text(e, "url") ?? string.Empty, Text(e, "comment"), hashes.Length == 0 ? null : hashes);
    }

    /// <summary>True when a value holds a property beyond those named: it is then kept as JSON beside its typed form.</summary>
    public static bool SaysMore(JsonElement e, params ReadOnlySpan<string> known)
    {
        if (e.ValueKind != JsonValueKind.Object) return true;
        foreach (var p in e.EnumerateObject()) if (!known.Contains(p.Name)) return true;
        return false;
    }

    public static bool ContactSaysMore(JsonElement e) => SaysMore(e, "name", "email", "phone");

    public static bool OrganisationSaysMore(JsonElement e) => SaysMore(e, "name", "url", "contact") || List(e, "contact").Any(ContactSaysMore);

    public static bool ReferenceSaysMore(JsonElement e) => SaysMore(e, "type", "url", "comment", "hashes");

    /// <summary>The elements of <c>licenses</c>: <c>{license: {…}}</c> or <c>{expression: …}</c>.</summary>
    public static IEnumerable<SbomLicence> Licences(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array) yield break;
        foreach (var choice in list.EnumerateArray())
        {
            if (choice.ValueKind != JsonValueKind.Object) continue;
            var e = choice.TryGetProperty("license"u8, out var licence) && licence.ValueKind == JsonValueKind.Object ? licence : choice;
            var plain = !e.TryGetProperty("text"u8, out var text) || !SaysMore(text, "content");
            var extras = e.EnumerateObject()
                .Where(p => p.Name is not ("id" or "name" or "expression" or "url" or "acknowledgement") && !(p.Name == "text" && plain))
                .Select(Keep).ToArray();
            // A text in base64 says nothing to a reader; the original stays among the extras.
            var readable = text.ValueKind == JsonValueKind.Object && Text(text, "encoding") != "base64" ? Text(text, "content") : null;
            yield return new SbomLicence(Text(e, "id"), Text(e, "name"), Text(e, "expression"), readable, Text(e, "url"), Text(e, "acknowledgement") switch
            {
                "declared" => LicenceAcknowledgement.Declared,
                "concluded" => LicenceAcknowledgement.Concluded,
                _ => LicenceAcknowledgement.Unspecified,
            })
            { Extras = extras };
        }
    }
}
