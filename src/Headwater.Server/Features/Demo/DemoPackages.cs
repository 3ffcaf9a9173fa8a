using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Headwater.Core.Packages;
using Headwater.Core.Sboms;
using Headwater.Core.Versions;
using Headwater.Server.Features.Uploads;

namespace Headwater.Server.Features.Demo;

/// <summary>A package of the demonstration portfolio and its versions, newest first.</summary>
internal sealed record DemoPackage(PackageUrl Purl, List<string> Versions)
{
    /// <summary>What packages say of their licences, as often as they do, in hundredths; the last of it nobody can read.</summary>
    private static readonly (int Of100, string Said)[] s_said =
    [
        (46, "MIT"), (22, "Apache-2.0"), (7, "BSD-3-Clause"), (6, "ISC"), (3, "BSD-2-Clause"), (2, "EPL-2.0"), (2, "LGPL-2.1-or-later"), (2, "MPL-2.0"), (2, "GPL-2.0-only WITH Classpath-exception-2.0"), (2, "MIT OR Apache-2.0"),
        (1, "GPL-3.0-or-later"), (2, "Apache License, Version 2.0"), (1, "SEE LICENSE IN LICENSE.md"), (1, "Custom terms"),
    ];

    public string Identity { get; } = Purl.ToString();

    /// <summary>What its documents say of its licence, as component versions keep it: a list of texts as JSON, empty for one in a hundred.</summary>
    public string Licences { get; } = Said(Purl.ToString());

    private static string Said(string identity)
    {
        var place = identity.Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619) % 100;
        foreach (var (of, said) in s_said)
        {
            if (place < of) return JsonSerializer.Serialize(new[] { said });
            place -= (uint)of;
        }

        return "[]";
    }
}

/// <summary>
/// The names and versions that a demonstration portfolio is made of: packages that advisories are about, with every version the records name, and what sample
/// documents list. Version lists are continued at their newer end, by counting the last number on, until there are as many versions as were asked for.
/// </summary>
internal static class DemoPackages
{
    /// <summary>In nearly every portfolio; drawn more often than chance would have it.</summary>
    private static readonly string[] Common =
    [
        "pkg:maven/com.fasterxml.jackson.core/jackson-databind", "pkg:maven/org.springframework/spring-core", "pkg:maven/com.google.guava/guava", "pkg:maven/commons-io/commons-io",
        "pkg:maven/org.apache.logging.log4j/log4j-core", "pkg:maven/org.yaml/snakeyaml", "pkg:npm/lodash", "pkg:npm/minimist", "pkg:npm/semver", "pkg:npm/ms", "pkg:npm/debug", "pkg:npm/braces",
        "pkg:golang/golang.org/x/net", "pkg:golang/golang.org/x/crypto", "pkg:golang/google.golang.org/grpc", "pkg:nuget/Newtonsoft.Json", "pkg:composer/symfony/http-kernel",
        "pkg:pypi/requests", "pkg:pypi/urllib3", "pkg:pypi/jinja2",
    ];

    private const int VersionsEach = 16, MostTold = 64;

    /// <param name="advisories">A folder of OSV archives and records.</param>
    /// <param name="documents">A folder of SBOMs; it need not exist.</param>
    /// <param name="count">Component versions in all.</param>
    public static List<DemoPackage> Read(string advisories, string documents, int count, int seed)
    {
        var found = new SortedDictionary<string, (PackageUrl Purl, HashSet<string> Versions)>(StringComparer.Ordinal);
        foreach (var archive in Directory.EnumerateFiles(advisories, "*.zip", SearchOption.AllDirectories).Order(StringComparer.Ordinal)) ReadArchive(archive, found);
        if (Directory.Exists(documents))
            foreach (var file in Directory.EnumerateFiles(documents).Order(StringComparer.Ordinal)) ReadDocument(file, found);
        var random = new Dice(seed);
        var packages = found.Values.Select(p => new DemoPackage(p.Purl, Sort(p.Purl.Type, p.Versions))).ToList();
        Shuffle(packages, random);
        packages = [.. packages.OrderBy(p => Array.IndexOf(Common, p.Identity) is >= 0 and var at ? at : int.MaxValue)];
        if (packages.Count > Math.Max(Common.Length, count / VersionsEach)) packages.RemoveRange(Math.Max(Common.Length, count / VersionsEach), packages.Count - Math.Max(Common.Length, count / VersionsEach));
        // Advisories tell of the versions that had something; most of what is in use never had, so most packages keep only the newest of what is told.
        foreach (var package in packages.Where(p => !Common.Contains(p.Identity, StringComparer.Ordinal)))
        {
            var kept = random.Next(5) == 0 ? MostTold : 1;
            if (package.Versions.Count > kept) package.Versions.RemoveRange(kept, package.Versions.Count - kept);
        }

        Fill(packages, count);
        return packages;
    }

    private static void ReadArchive(string path, SortedDictionary<string, (PackageUrl, HashSet<string>)> found)
    {
        using var archive = ZipFile.OpenRead(path);
        foreach (var entry in archive.Entries.Where(e => e.Name.EndsWith(".json", StringComparison.Ordinal)))
        {
            using var stream = entry.Open();
            using var record = JsonDocument.Parse(stream);
            if (entry.Name.StartsWith("MAL-", StringComparison.Ordinal)) continue; // Nobody's portfolio has thousands of malicious packages in it.
            if (record.RootElement.TryGetProperty("withdrawn", out _) || !record.RootElement.TryGetProperty("affected", out var affected)) continue;
            foreach (var one in affected.EnumerateArray())
                if (one.TryGetProperty("package", out var package) && PurlOf(package) is { } purl) Add(found, purl, VersionsOf(one));
        }
    }

    private static IEnumerable<string> VersionsOf(JsonElement affected)
    {
        if (affected.TryGetProperty("versions", out var versions))
            foreach (var version in versions.EnumerateArray()) yield return version.GetString()!;
        if (!affected.TryGetProperty("ranges", out var ranges)) yield break;
        foreach (var events in ranges.EnumerateArray().Where(r => r.GetProperty("type").GetString() is "SEMVER" or "ECOSYSTEM").Select(r => r.GetProperty("events")))
            foreach (var at in events.EnumerateArray().SelectMany(e => e.EnumerateObject()).Where(e => e.Name is "introduced" or "fixed" or "last_affected").Select(e => e.Value.GetString()!))
                if (at is not "0") yield return at;
    }

    private static PackageUrl? PurlOf(JsonElement package)
    {
        var (ecosystem, name) = (package.GetProperty("ecosystem").GetString()!, package.GetProperty("name").GetString()!);
        var (type, separator) = ecosystem switch
        {
            "npm" => ("npm", '/'), "Maven" => ("maven", ':'), "Go" => ("golang", '/'), "Packagist" => ("composer", '/'), "NuGet" => ("nuget", '\0'), "PyPI" => ("pypi", '\0'), "RubyGems" => ("gem", '\0'),
            "crates.io" => ("cargo", '\0'), _ => ("", '\0'),
        };
        var at = separator == '\0' ? -1 : name.LastIndexOf(separator);
        return type.Length > 0 && PackageUrl.TryBuild(type, at < 0 ? null : name[..at], name[(at + 1)..], null, null, null, out var purl, out _) ? purl : null;
    }

    private static void ReadDocument(string path, SortedDictionary<string, (PackageUrl, HashSet<string>)> found)
    {
        using var stream = File.OpenRead(path);
        SbomReader.Read(stream, new Names(found), new SbomReadOptions { Validate = false });
    }

    private static void Add(SortedDictionary<string, (PackageUrl Purl, HashSet<string> Versions)> found, PackageUrl purl, IEnumerable<string> versions)
    {
        var identity = purl.ToString();
        if (!found.TryGetValue(identity, out var known)) found[identity] = known = (purl, new HashSet<string>(StringComparer.Ordinal));
        known.Versions.UnionWith(versions.Where(v => v.Length is > 0 and <= 60));
    }

    private static List<string> Sort(string type, HashSet<string> versions)
    {
        var scheme = VersionSchemes.ForVers(type);
        return [.. versions.OrderDescending(Comparer<string>.Create((a, b) =>
            scheme is not null && scheme.TryParse(a, out var x) && scheme.TryParse(b, out var y) && x.CompareTo(y) is var order && order != 0 ? order : string.CompareOrdinal(a, b)))];
    }

    /// <summary>Continues version lists, a version each in turn, until there are enough; where the real ones are too many, the last packages and the oldest versions go.</summary>
    private static void Fill(List<DemoPackage> packages, int count)
    {
        var total = packages.Sum(p => p.Versions.Count);
        while (packages.Count > 1 && total - packages[^1].Versions.Count >= count)
        {
            total -= packages[^1].Versions.Count;
            packages.RemoveAt(packages.Count - 1);
        }

        if (packages.Count > 0 && total > count) packages[^1].Versions.RemoveRange(packages[^1].Versions.Count - (total - count), total - count);
        var (each, more) = packages.Count == 0 || total >= count ? (0, 0) : ((count - total) / packages.Count, (count - total) % packages.Count);
        for (var i = 0; i < packages.Count; i++) Continue(packages[i].Versions, each + (i < more ? 1 : 0));
    }

    private static void Continue(List<string> versions, int count)
    {
        var known = versions.ToHashSet(StringComparer.Ordinal);
        var newest = versions.Find(v => v.AsSpan().TrimStart('v').IndexOfAnyExcept("0123456789.") < 0 && char.IsAsciiDigit(v[^1])) ?? "1.0.0";
        var dot = newest.LastIndexOf('.');
        var last = long.TryParse(newest.AsSpan(dot + 1).TrimStart('v'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var fresh = new List<string>(count);
        while (fresh.Count < count)
        {
            var next = newest[..(dot + 1)] + (++last).ToString(CultureInfo.InvariantCulture);
            if (known.Add(next)) fresh.Add(next);
        }

        fresh.Reverse();
        versions.InsertRange(0, fresh);
    }

    private static void Shuffle<T>(List<T> list, Dice random)
    {
        for (var i = list.Count - 1; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (list[i], list[j]) = (list[j], list[i]);
        }
    }

    private sealed class Names(SortedDictionary<string, (PackageUrl, HashSet<string>)> found) : SbomSink
    {
        public override void OnComponent(SbomComponent component)
        {
            var it = InternedComponent.From(component);
            if (component.IsRoot || it.Purl is null || string.IsNullOrEmpty(it.Version) || !PackageUrl.TryParse(it.ComponentIdentity, out var purl, out _)) return;
            Add(found, purl!, [it.Version]);
        }
    }
}
