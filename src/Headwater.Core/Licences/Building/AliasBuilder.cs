using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences.Building;

/// <summary>
/// Collects what people write for a licence. Sources are asked in order: what an earlier one says, no later one changes; what one source says of two licences is left out, for that name is none of one licence.
/// </summary>
internal sealed class AliasBuilder
{
    private readonly Dictionary<string, string?> _names = new(StringComparer.Ordinal), _addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> _exceptions = new(StringComparer.Ordinal);

    /// <summary>Reads everything that the data folder knows.</summary>
    public static LicenceAliases Build(LicenceData data)
    {
        var builder = new AliasBuilder();
        var licences = data.Lines("spdx/licence-details.jsonl.gz").Select(l => (Id: l.Text("licenseId")!, Name: l.Text("name")!, Deprecated: l.Flag("isDeprecatedLicenseId"), See: l.Texts("seeAlso").ToList())).ToList();
        var current = licences.Where(l => !l.Deprecated).ToList();
        var upgrades = data.Mapping("ort/deprecated-license-mapping.yml").ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal);
        Add(builder._names, current.SelectMany(l => Forms(l.Id).Select(form => (AliasKey.Of(form), l.Id))));
        Add(builder._names, current.Select(l => (AliasKey.Of(l.Name), l.Id)));
        Add(builder._names, data.Lines("aliases/foss-licenses-aliases.jsonl").SelectMany(l => l.Texts("aliases").Select(a => (AliasKey.Of(a), l.Text("spdxid")!))));
        Add(builder._names, data.Json("aliases/compounds.json").GetProperty("compounds").EnumerateArray().SelectMany(c => c.Texts("aliases").Select(a => (AliasKey.Of(a), c.Text("spdxid")!))));
        foreach (var file in (string[])["ort/declared-license-mapping.yml", "ort/simple-license-mapping.yml"])
            Add(builder._names, data.Mapping(file).Where(m => !m.Section.StartsWith("Ambiguous", StringComparison.Ordinal) && m.Value != "NONE").Select(m => (AliasKey.Of(m.Key), upgrades.GetValueOrDefault(m.Value, m.Value))));
        Add(builder._names, licences.Where(l => l.Deprecated && upgrades.ContainsKey(l.Id)).Select(l => (AliasKey.Of(l.Id), upgrades[l.Id])));
        Add(builder._names, [("proprietary", "LicenseRef-scancode-proprietary-license"), ("other proprietary", "LicenseRef-scancode-proprietary-license"), ("commercial", "LicenseRef-scancode-commercial-license"), ("all rights reserved", "LicenseRef-scancode-proprietary-license")]);
        // A word that the data says could be several is none. What the same data writes out for one licence stays that, as it is written: "MIT-license" may be of a style, "The MIT License" is none.
        var ambiguous = Ambiguous(data).ToList();
        foreach (var word in ambiguous) builder._names[AliasKey.Of(word)] = null;
        var (keys, several) = (ambiguous.Select(a => AliasKey.Of(a)).ToHashSet(StringComparer.Ordinal), ambiguous.Select(a => AliasKey.Exactly(a)).ToHashSet(StringComparer.Ordinal));
        Add(builder._names, current.Select(l => (Alias: l.Name, l.Id)).Concat(data.Lines("aliases/foss-licenses-aliases.jsonl").SelectMany(l => l.Texts("aliases"), (l, a) => (Alias: a, Id: l.Text("spdxid")!)))
            .Where(a => keys.Contains(AliasKey.Of(a.Alias)) && !several.Contains(AliasKey.Exactly(a.Alias))).GroupBy(a => AliasKey.Of(a.Alias), StringComparer.Ordinal)
            .Where(g => g.Select(a => a.Id).Distinct(StringComparer.Ordinal).Count() == 1).SelectMany(g => g).Select(a => (AliasKey.Exactly(a.Alias), a.Id)));

        Add(builder._addresses, current.SelectMany(l => (IEnumerable<string>)[$"spdx.org/licenses/{l.Id}", $"opensource.org/licenses/{l.Id}", $"opensource.org/license/{l.Id}", $"choosealicense.com/licenses/{l.Id}", $"licenses.nuget.org/{l.Id}"], (l, a) => (LicenceAliases.AddressKey(a), l.Id)));
        Add(builder._addresses, current.SelectMany(l => l.See, (l, a) => (LicenceAliases.AddressKey(a), l.Id)));
        Add(builder._addresses, data.Lines("aliases/foss-licenses-aliases.jsonl").SelectMany(l => l.Texts("aliases").Where(a => LicenceAliases.IsAddress(a)).Select(a => (LicenceAliases.AddressKey(a), l.Text("spdxid")!))));
        Add(builder._addresses, data.Mapping("ort/declared-license-mapping.yml").Where(m => LicenceAliases.IsAddress(m.Key)).Select(m => (LicenceAliases.AddressKey(m.Key), upgrades.GetValueOrDefault(m.Value, m.Value))));

        foreach (var exception in data.Lines("spdx/exception-details.jsonl.gz").Where(e => !e.Flag("isDeprecatedLicenseId")))
        {
            var id = exception.Text("licenseExceptionId")!;
            builder.AddException(exception.Text("name"), id);
            builder.AddException(id, id);
            builder.AddException(id.Split("-exception")[0], id);
        }

        return new LicenceAliases(Known(builder._names), Known(builder._addresses), builder._exceptions.ToDictionary(e => e.Key, IReadOnlyList<string> (e) => [.. e.Value]));
    }

    /// <summary>For each exception, the licences it is made for.</summary>
    public static Dictionary<string, IReadOnlyList<string>> Associations(LicenceData data) =>
        data.Mapping("ort/exception-association.yml").GroupBy(m => m.Key, m => m.Value, StringComparer.Ordinal).ToDictionary(g => g.Key, IReadOnlyList<string> (g) => [.. g], StringComparer.Ordinal);

    /// <summary>An identifier, and what it is without saying which later versions: in field data GPL-2 is version 2 only.</summary>
    private static IEnumerable<string> Forms(string id)
    {
        yield return id;
        if (id.EndsWith("-only", StringComparison.Ordinal)) yield return id[..^"-only".Length];
    }

    private static IEnumerable<string> Ambiguous(LicenceData data) =>
        data.Json("aliases/ambiguities.json").GetProperty("ambiguities").EnumerateObject().Concat(data.Json("aliases/no_version.json").GetProperty("no_versions").EnumerateObject())
            .SelectMany(a => a.Value.Texts("aliases").Append(a.Name));

    private static Dictionary<string, string> Known(Dictionary<string, string?> all) => all.Where(a => a.Value is not null && a.Key.Length > 0).ToDictionary(a => a.Key, a => a.Value!, StringComparer.Ordinal);

    private static void Add(Dictionary<string, string?> to, IEnumerable<(string Key, string Id)> source)
    {
        foreach (var group in source.Where(s => s.Key.Length > 0).GroupBy(s => s.Key, s => s.Id, StringComparer.Ordinal))
        {
            var ids = group.Distinct(StringComparer.Ordinal).ToList();
            to.TryAdd(group.Key, ids.Count == 1 ? ids[0] : null);
        }
    }

    private void AddException(string? name, string id)
    {
        if (name is null || LicenceAliases.ExceptionKey(name) is not { Length: > 0 } key) return;
        if (!_exceptions.TryGetValue(key, out var ids)) _exceptions[key] = ids = new SortedSet<string>(StringComparer.Ordinal);
        ids.Add(id);
    }
}
