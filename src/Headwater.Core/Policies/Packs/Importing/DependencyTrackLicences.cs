using System.Text.Json;
using Headwater.Core.Licences;
using Headwater.Core.Policies.Facts;

namespace Headwater.Core.Policies.Packs.Importing;

/// <summary>Licences and groups of licences, by the identifiers with which policies name them.</summary>
internal sealed class DependencyTrackLicences(LicenceLibrary library)
{
    private const int Most = 100_000;

    private readonly Dictionary<string, (string Name, List<string> Licences)> _groups = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _licences = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _lists = new(StringComparer.OrdinalIgnoreCase);
    private readonly ImportNames _names = new('_');

    /// <summary>The lists of the pack: those groups that a policy names.</summary>
    public List<(string Name, string Comment, IReadOnlyList<string> Entries)> Lists { get; } = [];

    /// <summary>Licences that a list of a pack cannot hold.</summary>
    public List<ImportRemark> Omitted { get; } = [];

    /// <summary>Takes up an answer of the licences or of the groups: which of the two is seen from what each item has.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public void Add(JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Array || answer.GetArrayLength() > Most) throw new FormatException("A file of licences is an array, as GET /api/v1/licenseGroup and GET /api/v1/license answer.");
        foreach (var item in answer.EnumerateArray())
        {
            if (DependencyTrackPolicies.Text(item, "uuid") is not { } uuid) continue;
            if (item.TryGetProperty("licenses", out var licences) && licences.ValueKind == JsonValueKind.Array)
            {
                _groups[uuid] = (DependencyTrackPolicies.Text(item, "name") ?? uuid, [.. licences.EnumerateArray().Select(l => DependencyTrackPolicies.Text(l, "licenseId")).OfType<string>()]);
                foreach (var licence in licences.EnumerateArray()) Licence(licence);
            }
            else
            {
                Licence(item);
            }
        }
    }

    /// <summary>The list with the licences of a group, and what the group is called; null when nobody has told of it.</summary>
    public (string List, string Group)? List(string uuid)
    {
        if (!_groups.TryGetValue(uuid, out var group)) return null;
        if (_lists.TryGetValue(uuid, out var known)) return (known, group.Name);
        var entries = new List<string>();
        foreach (var id in group.Licences.Distinct(StringComparer.Ordinal))
        {
            if (Entry(id) is { } entry) entries.Add(entry);
            else Omitted.Add(new ImportRemark($"Licence group '{DependencyTrackPolicies.Short(group.Name)}'", $"'{DependencyTrackPolicies.Short(id)}' is no licence of the list of SPDX, and a list of a pack cannot hold it. One of your own begins with LicenseRef-."));
        }

        var name = _names.Take(group.Name, "group");
        Lists.Add((name, $"The licence group '{group.Name}'.", entries));
        _lists[uuid] = name;
        return (name, group.Name);
    }

    /// <summary>The licence that an identifier names, as a list may hold it; null when nobody has told of it or a list cannot.</summary>
    public string? Licence(string uuid) => _licences.TryGetValue(uuid, out var id) ? Entry(id) : null;

    private void Licence(JsonElement item)
    {
        if (DependencyTrackPolicies.Text(item, "uuid") is { } uuid && DependencyTrackPolicies.Text(item, "licenseId") is { } id) _licences[uuid] = id;
    }

    private string? Entry(string id) => LicenceEntries.IsEntry(id, library) ? id : null;
}

