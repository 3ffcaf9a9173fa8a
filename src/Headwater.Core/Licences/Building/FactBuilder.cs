using System.Text.Json;
using Headwater.Core.Licences.Facts;

namespace Headwater.Core.Licences.Building;

/// <summary>
/// Gathers what the sources say of each licence. What Double Open says of categories and flags stands; where it says nothing, choosealicense does, then LicenseDB, then the ratings of permissive licences.
/// </summary>
internal sealed class FactBuilder
{
    private readonly LicenceData _data;
    private readonly Dictionary<string, Classified> _classified;
    private readonly Dictionary<string, JsonElement> _licenseDb = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal), _ratings = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Chosen> _chosen = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _upgrades;
    private readonly SortedDictionary<string, (LicenceFacts Facts, string?[] Texts)> _all = new(StringComparer.OrdinalIgnoreCase);

    private FactBuilder(LicenceData data)
    {
        _data = data;
        _classified = Classification.Read(data);
        var metas = data.Lines("scancode/licences-meta.jsonl.gz").ToList();
        foreach (var meta in metas)
        {
            _keys[meta.Text("key")!] = Id(meta);
            if (!meta.Flag("is_deprecated")) _licenseDb[Id(meta)] = meta;
        }

        foreach (var meta in metas.Where(m => !m.Flag("is_deprecated")))
            foreach (var other in meta.Texts("other_spdx_license_keys")) _licenseDb.TryAdd(other, meta);
        foreach (var meta in metas.Where(m => m.Flag("is_deprecated"))) _licenseDb.TryAdd(Id(meta), meta);
        foreach (var rating in data.Json("blueoak/index.json").EnumerateArray())
            foreach (var licence in rating.GetProperty("licenses").EnumerateArray()) _ratings[licence.Text("id")!] = rating.Text("name")!;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(data.Folder, "choosealicense", "_licenses")).Order(StringComparer.Ordinal))
        {
            var yaml = data.Document(Path.GetRelativePath(data.Folder, file));
            _chosen[Yaml.Text(yaml, "spdx-id")!] = new Chosen([.. Yaml.Texts(yaml, "permissions")], [.. Yaml.Texts(yaml, "conditions")], [.. Yaml.Texts(yaml, "limitations")]);
        }

        _upgrades = data.Mapping("ort/deprecated-license-mapping.yml").ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal);
    }

    public static void Write(LicenceData data, SectionWriter writer)
    {
        var builder = new FactBuilder(data);
        builder.Gather();
        var (records, texts) = (new PackedTextWriter(), new PackedTextWriter());
        foreach (var (facts, parts) in builder._all.Values)
        {
            records.Add(JsonSerializer.Serialize(facts, FactsJson.Default.LicenceFacts));
            foreach (var part in parts) texts.Add(part);
        }

        writer.AddTexts(Sections.FactIds, Sections.FactIds + 1, builder._all.Keys);
        records.Write(writer, Sections.FactRecords);
        texts.Write(writer, Sections.FactTexts);
        writer.AddTexts(Sections.Upgrades, Sections.Upgrades + 1, builder._upgrades.OrderBy(u => u.Key, StringComparer.Ordinal).SelectMany(u => (string[])[u.Key, u.Value]));
        writer.AddTexts(Sections.ClassifiedPairs, Sections.ClassifiedPairs + 1, builder._classified.Where(c => c.Key.Contains(" WITH ", StringComparison.Ordinal)).OrderBy(c => c.Key, StringComparer.Ordinal).SelectMany(c => (string[])[c.Key, Pair(c.Value)]));
    }

    private static string Pair(Classified said) => string.Join(' ', said.Flags.Select(f => (int)f).Prepend((int)said.Category));

    /// <summary>As expressions write it: the SPDX identifier where there is one.</summary>
    private static string Id(JsonElement meta) => meta.Text("spdx_license_key") ?? "LicenseRef-scancode-" + meta.Text("key");

    private static string? Unix(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Replace("\r\n", "\n", StringComparison.Ordinal);

    private void Gather()
    {
        foreach (var licence in _data.Lines("spdx/licence-details.jsonl.gz"))
            Add(Listed(licence, licence.Text("licenseId")!, LicenceKind.Licence), Unix(licence.Text("licenseText")), Unix(licence.Text("standardLicenseHeader")), Unix(licence.Text("standardLicenseTemplate")), Unix(licence.Text("standardLicenseHeaderTemplate")));
        foreach (var exception in _data.Lines("spdx/exception-details.jsonl.gz"))
            Add(Listed(exception, exception.Text("licenseExceptionId")!, LicenceKind.Exception), Unix(exception.Text("licenseExceptionText")), null, Unix(exception.Text("licenseExceptionTemplate")), null);
        var texts = _data.Lines("scancode/licenceref-texts.jsonl.gz").ToDictionary(l => l.Text("key")!, l => Unix(l.Text("text")), StringComparer.Ordinal);
        foreach (var meta in _data.Lines("scancode/licences-meta.jsonl.gz").OrderBy(m => m.Flag("is_deprecated")).Where(m => !_all.ContainsKey(Id(m))))
        {
            var deprecated = meta.Flag("is_deprecated");
            var instead = deprecated ? meta.Texts("replaced_by").Select(k => _keys.GetValueOrDefault(k)).Distinct().ToList() : [];
            Add(new LicenceFacts
            {
                Id = Id(meta), Name = meta.Text("name")!, Kind = meta.Flag("is_exception") ? LicenceKind.Exception : LicenceKind.Licence, ListedBy = LicenceSource.LicenseDb, IsDeprecated = deprecated, ReplacedBy = instead.Count == 1 ? instead[0] : null,
                SeeAlso = meta.Text("homepage_url") is { } home ? [home] : [],
            }, texts.GetValueOrDefault(meta.Text("key")!), null, null, null);
        }

        foreach (var id in _classified.Keys.Where(id => !id.Contains(' ') && id.StartsWith("LicenseRef-", StringComparison.Ordinal) && !_all.ContainsKey(id)))
            Add(new LicenceFacts { Id = id, Name = id["LicenseRef-".Length..].Replace('-', ' '), ListedBy = LicenceSource.DoubleOpen }, null, null, null, null);
    }

    private LicenceFacts Listed(JsonElement entry, string id, LicenceKind kind) => new()
    {
        Id = id, Name = entry.Text("name")!, Kind = kind, ListedBy = LicenceSource.Spdx, IsDeprecated = entry.Flag("isDeprecatedLicenseId"), ReplacedBy = entry.Flag("isDeprecatedLicenseId") ? _upgrades.GetValueOrDefault(id) : null,
        IsOsiApproved = entry.Flag("isOsiApproved"), IsFsfLibre = entry.Flag("isFsfLibre"), SeeAlso = [.. entry.Texts("seeAlso").Distinct(StringComparer.Ordinal)], Comment = entry.Text("licenseComments") ?? entry.Text("comment"),
    };

    private void Add(LicenceFacts facts, string? text, string? header, string? template, string? headerTemplate)
    {
        var meta = _licenseDb.TryGetValue(facts.Id, out var found) || (facts.ReplacedBy is not null && _licenseDb.TryGetValue(facts.ReplacedBy, out found)) ? found : (JsonElement?)null;
        var said = _classified.GetValueOrDefault(facts.Id) ?? (facts.ReplacedBy is { } now ? _classified.GetValueOrDefault(now) : null);
        var chosen = Chosen.For(facts.Id, _chosen);
        var rating = _ratings.GetValueOrDefault(facts.Id) ?? (facts.ReplacedBy is { } rated ? _ratings.GetValueOrDefault(rated) : null);
        var (category, source) = Category(said, chosen, meta, rating);
        _all.Add(facts.Id, (facts with
        {
            Category = category, CategorySource = source, Flags = [.. Flags(facts.Kind, said, chosen)], AreFlagsComplete = said is { IsChecked: true }, BlueOak = rating, Owner = meta?.Text("owner"), LicenseDbKey = meta?.Text("key"),
            Permissions = chosen?.Permissions ?? [], Conditions = chosen?.Conditions ?? [], Limitations = chosen?.Limitations ?? [],
        }, [text, header, template, headerTemplate]));
    }

    private static (LicenceCategory Category, LicenceSource Source) Category(Classified? said, Chosen? chosen, JsonElement? meta, string? rating)
    {
        if (said is { Category: not LicenceCategory.Unclassified }) return (said.Category, LicenceSource.DoubleOpen);
        if (chosen is not null)
        {
            if (chosen.Conditions.Contains("same-license")) return (LicenceCategory.CopyleftStrong, LicenceSource.ChooseALicense);
            if (chosen.Conditions.Contains("same-license--library")) return (LicenceCategory.CopyleftLibrary, LicenceSource.ChooseALicense);
            if (chosen.Conditions.Contains("same-license--file")) return (LicenceCategory.CopyleftFile, LicenceSource.ChooseALicense);
        }

        LicenceCategory? category = meta?.Text("category") switch
        {
            null => null,
            "Copyleft" => LicenceCategory.CopyleftStrong, "Copyleft Limited" => LicenceCategory.CopyleftLimited, "Permissive" => LicenceCategory.Permissive, "Public Domain" => LicenceCategory.PublicDomain,
            "Source-available" => LicenceCategory.SourceAvailable, "Free Restricted" => LicenceCategory.FreeRestricted, "Proprietary Free" => LicenceCategory.ProprietaryFree, "Commercial" => LicenceCategory.Commercial,
            "Patent License" => LicenceCategory.PatentLicence, "CLA" => LicenceCategory.ContributorAgreement, "Unstated License" => LicenceCategory.Unstated,
            var strange => throw new InvalidDataException($"LicenseDB's category {strange} is not known."),
        };
        return category is { } known ? (known, LicenceSource.LicenseDb) : rating is not null ? (LicenceCategory.Permissive, LicenceSource.BlueOak) : (LicenceCategory.Unclassified, LicenceSource.None);
    }

    private static IEnumerable<LicenceFlagFact> Flags(LicenceKind kind, Classified? said, Chosen? chosen)
    {
        var flags = (said?.Flags ?? []).Select(f => new LicenceFlagFact(f, LicenceSource.DoubleOpen)).ToList();
        if (chosen is not null)
        {
            // A condition or permission of choosealicense says that a clause is there; that one is missing, it does not say.
            foreach (var (tag, flag) in (ReadOnlySpan<(string, LicenceFlag)>)[("include-copyright", LicenceFlag.NoticeFile), ("disclose-source", LicenceFlag.DistributeSource), ("document-changes", LicenceFlag.MarkModifications), ("network-use-disclose", LicenceFlag.NetworkClause)])
                if (chosen.Conditions.Contains(tag) && !flags.Exists(f => f.Flag == flag)) flags.Add(new LicenceFlagFact(flag, LicenceSource.ChooseALicense));
        }

        if (kind == LicenceKind.Exception && !flags.Exists(f => f.Flag == LicenceFlag.Exception)) flags.Add(new LicenceFlagFact(LicenceFlag.Exception, LicenceSource.Spdx));
        return flags.OrderBy(f => f.Flag);
    }

    /// <summary>What choosealicense.com says of a licence, whose later versions it does not tell apart.</summary>
    private sealed record Chosen(IReadOnlyList<string> Permissions, IReadOnlyList<string> Conditions, IReadOnlyList<string> Limitations)
    {
        public static Chosen? For(string id, Dictionary<string, Chosen> all)
        {
            foreach (var ending in (string[])["", "-only", "-or-later", "+"])
                if (id.EndsWith(ending, StringComparison.Ordinal) && all.TryGetValue(id[..^ending.Length], out var chosen)) return chosen;
            return null;
        }
    }
}
