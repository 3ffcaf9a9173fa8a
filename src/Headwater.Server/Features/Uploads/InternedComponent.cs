using System.Text.Json;
using Headwater.Core.Packages;
using Headwater.Core.Sboms;
using Headwater.Server.Features.Findings;

namespace Headwater.Server.Features.Uploads;

/// <summary>What is true of a component version wherever it is used, and the text by which it is told from every other.</summary>
internal sealed record InternedComponent(
    string Identity, string ComponentIdentity, string? Purl, string? Type, string? Group, string Name, string? Version, string Kind,
    string Licences, string? Detail, IReadOnlyList<SbomHash> Hashes, IReadOnlyList<string> Concluded)
{
    private const int LongestText = 1000, LongestName = 512, MostHashes = 16, MostCpes = 16;

    /// <summary>The identity is the canonical package URL, or without one group, name, version and kind.</summary>
    public static InternedComponent From(SbomComponent component)
    {
        var purl = component.ToPackageUrl();
        var kind = KindOf(component.Kind);
        var licences = LicencesOf(component.Licences);
        var concluded = ConcludedOf(component.Licences);
        var detail = DetailOf(component, concluded);
        var hashes = component.Hashes.Count > MostHashes ? component.Hashes.GetRange(0, MostHashes) : component.Hashes;
        if (purl is not null)
        {
            var text = purl.ToString();
            return new InternedComponent(text, WithoutVersion(text), text, purl.Type, purl.Namespace, purl.Name, purl.Version, kind, licences, detail, hashes, concluded);
        }

        var (group, name, version) = (Cut(component.Group, LongestName), Cut(component.Name, LongestName)!, Cut(component.Version, LongestName));
        var identity = $"id:{kind}/{Uri.EscapeDataString(group ?? "")}/{Uri.EscapeDataString(name)}";
        return new InternedComponent($"{identity}@{Uri.EscapeDataString(version ?? "")}", identity, null, null, group, name, version, kind, licences, detail, hashes, concluded);
    }

    public static string KindOf(SbomComponentKind kind) => kind switch
    {
        SbomComponentKind.Unspecified => "library",
        SbomComponentKind.OperatingSystem => "operating-system",
        SbomComponentKind.DeviceDriver => "device-driver",
        SbomComponentKind.MachineLearningModel => "machine-learning-model",
        SbomComponentKind.CryptographicAsset => "cryptographic-asset",
        _ => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>In canonical text the first @ begins the version, ? the qualifiers and # the subpath: all of them are escaped elsewhere.</summary>
    private static string WithoutVersion(string purl)
    {
        var end = purl.AsSpan().IndexOfAny('@', '?', '#');
        return end < 0 ? purl : purl[..end];
    }

    private static string LicencesOf(List<SbomLicence> licences)
    {
        if (licences.Count == 0) return "[]";
        var names = licences.Where(l => l.Display is { Length: > 0 } and not ("NOASSERTION" or "NONE")).OrderBy(l => l.Acknowledgement == LicenceAcknowledgement.Concluded)
            .Select(l => Cut(l.Display, LongestText)!).Distinct(StringComparer.Ordinal).Take(32).ToList();
        return names.Count == 0 ? "[]" : JsonSerializer.Serialize(names);
    }

    /// <summary>What is only concluded, and declared by nobody.</summary>
    private static IReadOnlyList<string> ConcludedOf(List<SbomLicence> licences)
    {
        if (!licences.Exists(l => l.Acknowledgement == LicenceAcknowledgement.Concluded)) return [];
        var declared = licences.Where(l => l.Acknowledgement != LicenceAcknowledgement.Concluded).Select(l => Cut(l.Display, LongestText)).ToHashSet(StringComparer.Ordinal);
        return [.. licences.Where(l => l.Acknowledgement == LicenceAcknowledgement.Concluded && l.Display is { Length: > 0 } and not ("NOASSERTION" or "NONE")).Select(l => Cut(l.Display, LongestText)!).Where(l => !declared.Contains(l)).Distinct(StringComparer.Ordinal).Take(32)];
    }

    private static string? DetailOf(SbomComponent component, IReadOnlyList<string> concluded)
    {
        var detail = new ComponentFacts(Cut(component.Description, LongestText), Cut(component.Publisher ?? component.Supplier?.Name, LongestText), Cut(component.Copyright, LongestText),
            component.Cpes.Count == 0 ? null : [.. component.Cpes.Take(MostCpes).Select(c => Cut(c, LongestText)!)],
            component.Hashes.Count == 0 ? null : component.Hashes.Take(MostHashes).GroupBy(h => h.Algorithm, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Value, StringComparer.Ordinal),
            concluded.Count == 0 ? null : [.. concluded]);
        return detail == ComponentFacts.None ? null : detail.ToJson();
    }

    private static string? Cut(string? text, int length) => string.IsNullOrEmpty(text) ? null : text.Length > length ? text[..length] : text;
}
