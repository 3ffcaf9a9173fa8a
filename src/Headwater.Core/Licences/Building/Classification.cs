using Headwater.Core.Licences.Facts;
using YamlDotNet.RepresentationModel;

namespace Headwater.Core.Licences.Building;

/// <summary>What Double Open's lawyers say of licences, and of licences with exceptions: one category each, and properties.</summary>
internal static class Classification
{
    private static readonly Dictionary<string, LicenceCategory> s_categories = new(StringComparer.Ordinal)
    {
        ["copyleft-strong"] = LicenceCategory.CopyleftStrong, ["copyleft-LGPL"] = LicenceCategory.CopyleftLibrary, ["copyleft-module-level"] = LicenceCategory.CopyleftModule, ["copyleft-file-level"] = LicenceCategory.CopyleftFile,
        ["permissive"] = LicenceCategory.Permissive, ["free-restricted"] = LicenceCategory.FreeRestricted, ["proprietary-free"] = LicenceCategory.ProprietaryFree, ["commercial"] = LicenceCategory.Commercial,
        ["public-domain"] = LicenceCategory.PublicDomain, ["source-available"] = LicenceCategory.SourceAvailable, ["unstated"] = LicenceCategory.Unstated,
    };

    private static readonly Dictionary<string, LicenceFlag> s_flags = new(StringComparer.Ordinal)
    {
        ["property:network-clause"] = LicenceFlag.NetworkClause, ["property:advertising-clause"] = LicenceFlag.AdvertisingClause, ["property:non-commercial"] = LicenceFlag.NonCommercial,
        ["property:include-in-notice-file"] = LicenceFlag.NoticeFile, ["property:mark-modifications"] = LicenceFlag.MarkModifications, ["property:antitivo-clause"] = LicenceFlag.AntiLockDown,
        ["property:nuclear-restriction"] = LicenceFlag.NuclearRestriction, ["property:patent-clause"] = LicenceFlag.PatentClause, ["property:distribute-source-code"] = LicenceFlag.DistributeSource,
        ["property:modification-related-obligations"] = LicenceFlag.ModificationDuties, ["property:AutoConf-or-other-exception"] = LicenceFlag.Exception, ["property:specification-license"] = LicenceFlag.SpecificationLicence,
        ["property:creativecommons"] = LicenceFlag.CreativeCommons, ["property:no-modifications"] = LicenceFlag.NoModifications,
    };

    /// <summary>Names that say nothing of a licence: a work-around for reports, findings of scanners that a person must look at, properties that nobody has checked.</summary>
    private static readonly HashSet<string> s_other = new(StringComparer.Ordinal) { "include-in-notice-file", "irrelevant", "property:unclear-scanner-finding", "property:unchecked" };

    /// <exception cref="InvalidDataException">The file has a category that is not known here.</exception>
    public static Dictionary<string, Classified> Read(LicenceData data)
    {
        var all = new Dictionary<string, Classified>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in Yaml.List(data.Document("ort/doubleopen.license-classifications.yml"), "categorizations"))
        {
            var names = Yaml.Texts(entry, "categories").ToList();
            if (names.Find(n => !s_categories.ContainsKey(n) && !s_flags.ContainsKey(n) && !s_other.Contains(n)) is { } strange) throw new InvalidDataException($"The category {strange} of {Yaml.Text(entry, "id")} is not known.");
            if (names.Contains("irrelevant") || names.Contains("property:unclear-scanner-finding")) continue;
            all[Yaml.Text(entry, "id")!] = new Classified(names.Select(n => s_categories.GetValueOrDefault(n)).FirstOrDefault(c => c != 0), [.. names.Where(s_flags.ContainsKey).Select(n => s_flags[n]).Distinct().Order()], !names.Contains("property:unchecked"));
        }

        return all;
    }

    internal static YamlMappingNode Document(this LicenceData data, string file)
    {
        var yaml = new YamlStream();
        using var reader = new StreamReader(data.Open(file));
        yaml.Load(reader);
        return yaml.Documents[0].RootNode is YamlSequenceNode { Children: [YamlMappingNode only] } ? only : (YamlMappingNode)yaml.Documents[0].RootNode;
    }
}

/// <param name="Category">Unclassified where only properties are said.</param>
/// <param name="Flags">In order.</param>
/// <param name="IsChecked">Whether the flags are all.</param>
internal sealed record Classified(LicenceCategory Category, IReadOnlyList<LicenceFlag> Flags, bool IsChecked);
