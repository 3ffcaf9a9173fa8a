using System.Text.Json;
using Headwater.Core.Sboms;

namespace Headwater.Server.Features.Uploads;

/// <summary>
/// Where a document says a component was found: CycloneDX <c>evidence.occurrences</c>, the location properties of syft and trivy, and
/// SPDX source information, in the document's words.
/// </summary>
internal static class FoundAt
{
    private const int Most = 3, Longest = 300;

    /// <summary>At most three places; empty when the document does not say.</summary>
    public static IReadOnlyList<string> Of(SbomComponent component)
    {
        List<string>? places = null;
        foreach (var extra in component.Extras)
        {
            if (extra.Name != "evidence" || extra.Json.ValueKind != JsonValueKind.Object || !extra.Json.TryGetProperty("occurrences", out var occurrences) || occurrences.ValueKind != JsonValueKind.Array) continue;
            foreach (var occurrence in occurrences.EnumerateArray())
                if (occurrence.ValueKind == JsonValueKind.Object && occurrence.TryGetProperty("location", out var location) && location.ValueKind == JsonValueKind.String) Add(ref places, location.GetString());
        }

        foreach (var property in component.Properties)
        {
            if ((property.Name.StartsWith("syft:location:", StringComparison.Ordinal) && property.Name.EndsWith(":path", StringComparison.Ordinal)) || property.Name == "aquasecurity:trivy:FilePath") Add(ref places, property.Value);
        }

        Add(ref places, component.Spdx?.SourceInfo);
        return places ?? (IReadOnlyList<string>)[];
    }

    private static void Add(ref List<string>? places, string? place)
    {
        if (string.IsNullOrWhiteSpace(place) || places?.Count >= Most) return;
        place = place.Trim();
        if (place.Length > Longest) place = place[..Longest];
        places ??= [];
        if (!places.Contains(place, StringComparer.Ordinal)) places.Add(place);
    }
}
