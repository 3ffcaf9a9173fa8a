using System.Text;
using Headwater.Core.Packages;
using Headwater.Core.Trees;
using Headwater.Core.Versions;

namespace Headwater.Core.Licences.Curations;

/// <summary>Package curations of the OSS Review Toolkit: <c>- id: "NPM::name:version"</c> with <c>curations</c>. A version may be left out, for all, or be a range in Ivy's notation.</summary>
internal static class OrtCurations
{
    private static readonly (string Ort, string Purl)[] s_types =
    [
        ("Maven", "maven"), ("NPM", "npm"), ("NuGet", "nuget"), ("PyPI", "pypi"), ("Gem", "gem"), ("Crate", "cargo"), ("Go", "golang"), ("Composer", "composer"), ("Packagist", "composer"), ("Pub", "pub"), ("CocoaPods", "cocoapods"), ("Pod", "cocoapods"),
        ("Conan", "conan"), ("Bower", "bower"), ("Hackage", "hackage"), ("Swift", "swift"), ("GoMod", "golang"), ("GoDep", "golang"), ("Yarn", "npm"), ("Gradle", "maven"), ("Conda", "conda"), ("Hex", "hex"), ("Cargo", "cargo"), ("Debian", "deb"),
    ];

    public static CurationFileContent Read(IEnumerable<YamlValue> entries)
    {
        var (taken, omitted) = (new List<PackageCuration>(), new List<CurationOmission>());
        foreach (var entry in entries)
        {
            if (entry["id"]?.Text is not { } id)
            {
                omitted.Add(new CurationOmission(entry.Line, "", "An entry has no id."));
                continue;
            }

            var curations = entry["curations"];
            foreach (var data in curations?.Items ?? (curations is null ? [] : [curations])) Take(id, data, taken, omitted);
            if (curations is null) omitted.Add(new CurationOmission(entry.Line, id, "It has no curations."));
        }

        return new CurationFileContent(CurationFormat.Ort, taken, omitted, null);
    }

    public static string Write(IEnumerable<PackageCuration> curations, out IReadOnlyList<CurationOmission> omitted)
    {
        var (text, left) = (new StringBuilder("---\n"), new List<CurationOmission>());
        foreach (var it in curations)
        {
            if (!PackageUrl.TryParse(it.Package, out var purl, out _) || Array.Find(s_types, t => t.Purl == purl.Type).Ort is not { } type)
            {
                left.Add(new CurationOmission(it.Line, it.Package, "It is a kind of package that this form has no name for."));
                continue;
            }

            if (Versions(it) is not { } versions)
            {
                left.Add(new CurationOmission(it.Line, it.Package, $"The range {it.Range} is not one interval, and this form has no other."));
                continue;
            }

            text.Append("- id: ").Append(CurationFile.Quoted(string.Join(':', new[] { type, Escaped(purl.Namespace ?? ""), Escaped(purl.Name), versions }))).Append("\n  curations:\n");
            if (it.Comment is { Length: > 0 } comment) text.Append("    comment: ").Append(CurationFile.Quoted(comment)).Append('\n');
            text.Append("    concluded_license: ").Append(CurationFile.Quoted(it.Licence)).Append('\n');
        }

        omitted = left;
        return text.Length == 4 ? "--- []\n" : text.ToString();
    }

    private static void Take(string id, YamlValue data, List<PackageCuration> taken, List<CurationOmission> omitted)
    {
        var licence = data["concluded_license"]?.Text;
        foreach (var (key, value) in data.Members ?? [])
            if (key is not ("comment" or "concluded_license")) omitted.Add(new CurationOmission(value.Line, id, $"{key} is about something else than the concluded licence."));
        if (licence is null)
        {
            if (data["concluded_license"] is not null || data.Members is null or { Count: 0 } || data.Members.TrueForAll(m => m.Key == "comment")) omitted.Add(new CurationOmission(data.Line, id, "It concludes no licence."));
            return;
        }

        if (Package(id, out var version, out var range, out var error) is { } package) taken.Add(new PackageCuration(package, version, range, licence, data["comment"]?.Text?.Trim(), data.Line));
        else omitted.Add(new CurationOmission(data.Line, id, error!));
    }

    /// <summary>The package URL of an identifier <c>type:namespace:name:version</c>.</summary>
    private static string? Package(string id, out string? version, out string? range, out string? error)
    {
        (version, range, error) = (null, null, null);
        var parts = id.Split(':', 4);
        if (parts.Length < 3 || parts[2].Length == 0)
        {
            error = "The id is not of the form type:namespace:name:version.";
            return null;
        }

        var type = Array.Find(s_types, t => t.Ort.Equals(parts[0], StringComparison.OrdinalIgnoreCase)).Purl;
        if (type is null)
        {
            error = $"The kind of package \"{parts[0]}\" is not known here.";
            return null;
        }

        if (!PackageUrl.TryBuild(type, parts[1].Length == 0 ? null : Uri.UnescapeDataString(parts[1]), Uri.UnescapeDataString(parts[2]), null, null, null, out var purl, out error)) return null;
        var said = parts.Length < 4 ? "" : Uri.UnescapeDataString(parts[3]);
        if (said.Length == 0) return purl!.ToString();
        if (said.IndexOfAny(['[', ']', '(', ')']) < 0 && !said.EndsWith('+'))
        {
            version = said;
            return purl!.ToString();
        }

        range = Interval(type, said, out error);
        return range is null ? null : purl!.ToString();
    }

    /// <summary>An interval in Ivy's notation: <c>[1.0,2.0[</c>, <c>[1.0,2.0)</c>, <c>]1.0,)</c>, <c>1.+</c>.</summary>
    private static string? Interval(string type, string text, out string? error)
    {
        error = $"The range {text} is not understood.";
        var constraints = new List<string>();
        if (text.EndsWith(".+", StringComparison.Ordinal))
        {
            var start = text[..^2];
            var last = start[(start.LastIndexOf('.') + 1)..];
            if (!long.TryParse(last, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)) return null;
            constraints.AddRange([">=" + start, $"<{start[..^last.Length]}{number + 1}"]);
        }
        else
        {
            var comma = text.IndexOf(',', StringComparison.Ordinal);
            if (text.Length < 3 || comma < 0 || text[0] is not ('[' or ']' or '(') || text[^1] is not (']' or '[' or ')')) return null;
            var (low, high) = (text[1..comma].Trim(), text[(comma + 1)..^1].Trim());
            if (low.Length > 0) constraints.Add((text[0] == '[' ? ">=" : ">") + Uri.EscapeDataString(low));
            if (high.Length > 0) constraints.Add((text[^1] == ']' ? "<=" : "<") + Uri.EscapeDataString(high));
        }

        return VersRange.TryNormalize($"vers:{type}/{(constraints.Count == 0 ? "*" : string.Join('|', constraints))}", out var range, out error) ? range.ToString() : null;
    }

    /// <summary>The version part of an identifier; null for what is not one interval.</summary>
    private static string? Versions(PackageCuration it)
    {
        if (it.Range is null) return Escaped(it.Version ?? "");
        if (!VersRange.TryParse(it.Range, out var range, out _)) return null;
        if (range.IsAsterisk) return "";
        var text = range.Constraints;
        return text.Count switch
        {
            1 => text[0].Comparator switch
            {
                VersComparator.Equal => Escaped(text[0].Version), VersComparator.Less => $"(,{text[0].Version})", VersComparator.LessOrEqual => $"(,{text[0].Version}]", VersComparator.Greater => $"({text[0].Version},)",
                VersComparator.GreaterOrEqual => $"[{text[0].Version},)", _ => null,
            },
            2 when text[0].Comparator is VersComparator.Greater or VersComparator.GreaterOrEqual && text[1].Comparator is VersComparator.Less or VersComparator.LessOrEqual =>
                $"{(text[0].Comparator == VersComparator.Greater ? '(' : '[')}{text[0].Version},{text[1].Version}{(text[1].Comparator == VersComparator.Less ? ')' : ']')}",
            _ => null,
        };
    }

    /// <summary>A colon would end a part of the identifier.</summary>
    private static string Escaped(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace(":", "%3A", StringComparison.Ordinal);
}
