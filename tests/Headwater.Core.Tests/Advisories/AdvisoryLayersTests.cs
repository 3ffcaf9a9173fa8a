using Headwater.Core.Advisories;
using Headwater.Core.Packages;
using static Headwater.Core.Tests.Advisories.TestIndex;

namespace Headwater.Core.Tests.Advisories;

/// <summary>Several files read as one say what one file of the same records says.</summary>
public sealed class AdvisoryLayersTests : IDisposable
{
    private static readonly string[] Versions = ["0.9.0", "1.0.0", "1.5.0", "2.0.0", "3.0.0"];

    private static readonly (string Ecosystem, string Name, string Purl)[] Packages =
    [
        ("npm", "left-pad", "pkg:npm/left-pad"), ("npm", "@scope/Thing", "pkg:npm/%40scope/Thing"), ("PyPI", "Some.Package", "pkg:pypi/some-package"), ("NuGet", "Newtonsoft.Json", "pkg:nuget/Newtonsoft.Json"),
        ("Maven", "org.example:lib", "pkg:maven/org.example/lib"), ("Go", "github.com/Foo/bar", "pkg:golang/github.com/Foo/bar"), ("Debian:12", "openssl", "pkg:deb/debian/libssl3"),
        ("SwiftURL", "https://github.com/a/b.git", "pkg:swift/github.com/a/b"), ("Ubuntu:Pro:22.04:LTS", "curl", "pkg:deb/ubuntu/curl"), ("Ubuntu:22.04:LTS", "curl", "pkg:deb/ubuntu/curl"),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-layers").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Layers_OfAnyRecords_SayWhatOneFileSays()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 60; round++)
        {
            // Copies of one record in several files, each newer or older than the next; the newest one speaks.
            var files = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(14)).Distinct().Select(n => AnyRecord(random, n)).ToList()).ToList();
            using var layered = AdvisoryIndex.Open([.. files.Select((records, i) => Build($"{round}-{i}", records))]);
            using var whole = AdvisoryIndex.Open(Build($"{round}-all", [.. files.SelectMany(f => f)]));
            layered.RecordCount.ShouldBe(whole.RecordCount);
            layered.Sources.Select(s => (s.Ecosystem, s.Records)).ShouldBe(whole.Sources.Select(s => (s.Ecosystem, s.Records)));
            foreach (var (_, _, purl) in Packages)
                foreach (var version in Versions) Findings(layered, purl, version).ShouldBe(Findings(whole, purl, version), $"round {round}: {purl}@{version}");
            foreach (var record in whole.Records().Select(whole.Summary))
            {
                layered.AliasGroup(record.Id).Ids.ShouldBe(whole.AliasGroup(record.Id).Ids);
                var own = layered.NumberOf(record.Id);
                var summary = layered.Summary(own);
                summary.ShouldBe(record with { Record = own, Aliases = summary.Aliases });
                layered.Json(own).ShouldBe(whole.Json(record.Record));
                layered.Find(record.Id.ToLowerInvariant())[0].ShouldBe(own);
                layered.Search(record.Id[..4], 50).Select(r => layered.Summary(r).Id).Order().ShouldBe(whole.Search(record.Id[..4], 50).Select(r => whole.Summary(r).Id).Order());
            }
        }
    }

    [Fact]
    public void Changes_NameEveryPackageVersionWhoseFindingsDiffer()
    {
        var random = new Random(20261122);
        for (var round = 0; round < 60; round++)
        {
            using var before = AdvisoryIndex.Open(Build($"b{round}", [.. Enumerable.Range(0, 14).Where(_ => random.Next(3) > 0).Select(n => AnyRecord(random, n)).DefaultIfEmpty(AnyRecord(random, 0))]));
            using var after = AdvisoryIndex.Open(Build($"a{round}", [.. Enumerable.Range(0, 14).Where(_ => random.Next(3) > 0).Select(n => AnyRecord(random, n)).DefaultIfEmpty(AnyRecord(random, 0))]));
            var touched = AdvisoryChanges.Between(before, after).SelectMany(c => c.Packages).Select(p => AdvisoryChanges.LookupName(p.Name)).ToHashSet();
            foreach (var (_, _, text) in Packages)
            {
                foreach (var version in Versions.Where(v => Findings(before, text, v) != Findings(after, text, v)))
                {
                    PackageUrl.TryParse(Purl(text, version), out var purl, out _).ShouldBeTrue();
                    AdvisoryChanges.LookupNames(purl!).Any(touched.Contains).ShouldBeTrue($"{text}@{version} in round {round}");
                }
            }
        }
    }

    [Fact]
    public void Changes_SayWhatBecameOfARecord()
    {
        var package = Ranges(Range("introduced 0 fixed 2.0.0", "SEMVER"));
        using var before = AdvisoryIndex.Open(Build("before", [Record("A-1", "npm", "a", package), Record("A-2", "npm", "b", package), Record("A-3", "npm", "c", package), Record("A-4", "npm", "d", package), Record("A-6", "npm", "f", package, "\"withdrawn\":\"2026-01-02T00:00:00Z\"")]));
        using var after = AdvisoryIndex.Open(Build("after", [Record("A-1", "npm", "a", package), Record("A-2", "npm", "b2", package), Record("A-3", "npm", "c", package, "\"withdrawn\":\"2026-01-02T00:00:00Z\""), Record("A-5", "npm", "e", package), Record("A-6", "npm", "f", package)]));
        AdvisoryChanges.Between(before, after).Select(c => $"{c.Id} {c.Kind} {string.Join(',', c.Packages.Select(p => p.Name))}").ShouldBe(["A-2 Changed b,b2", "A-3 Withdrawn c", "A-4 Removed d", "A-5 Added e", "A-6 Restored f"]);
        AdvisoryChanges.Between(before, after, ["A-5", "A-1", "no such"]).Select(c => c.Id).ShouldBe(["A-5"]);
        AdvisoryChanges.Between(null, after).Count.ShouldBe(5);
        AdvisoryChanges.Between(after, null).ShouldAllBe(c => c.Kind == AdvisoryChangeKind.Removed);
    }

    [Theory]
    [InlineData("person", "W-2,W-4,W-5")]
    [InlineData("PERSON", "W-2,W-4,W-5")]
    [InlineData("pers data", "W-2")]
    [InlineData("impersonation", "W-1")]
    [InlineData("-upload", "W-5")]
    [InlineData("sonation", "")]
    public void Search_ForWords_FindsEachAtTheBeginningOfOne(string text, string found)
    {
        var package = Ranges(Range("introduced 0"));
        string[] summaries = ["User impersonation", "Leak of personal data", "Chairpersons", "A (person) is impersonated", "chair-person_x allows file-upload"];
        using var index = AdvisoryIndex.Open(Build("words", [.. summaries.Select((s, i) => Record($"W-{i + 1}", "npm", "w", package, $"\"summary\":\"{s}\""))]));
        string.Join(',', index.Search(text, 10).Select(r => index.Summary(r).Id).Order(StringComparer.Ordinal)).ShouldBe(found);
    }

    private static string AnyRecord(Random random, int number)
    {
        var (ecosystem, name, _) = Packages[random.Next(Packages.Length)];
        var from = Versions[random.Next(Versions.Length)];
        var range = random.Next(4) switch { 0 => "introduced 0", 1 => $"introduced {from}", 2 => $"introduced 0 fixed {from}", _ => $"introduced 0 last_affected {from}" };
        var rest = $"\"summary\":\"number {random.Next(5)}\",\"aliases\":[\"CVE-2026-{random.Next(6)}\"],\"severity\":[{{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:{(random.Next(2) == 0 ? "L" : "H")}/I:N/A:N\"}}]"
            + (random.Next(6) == 0 ? ",\"withdrawn\":\"2026-01-01T00:00:00Z\"" : "");
        // Never two copies that are equally new and differ: there the order of files decides, and one file has none.
        return Record($"TEST-{number}", ecosystem, name, Ranges(Range(range)), rest).Replace("2026-01-02T03:04:05Z", $"2026-{random.Next(1, 13):00}-{random.Next(1, 29):00}T{random.Next(24):00}:{random.Next(60):00}:{random.Next(60):00}Z", StringComparison.Ordinal);
    }

    private string Build(string name, IReadOnlyList<string> records)
    {
        var source = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        for (var i = 0; i < records.Count; i++) File.WriteAllText(Path.Combine(source, $"{i:000}.json"), records[i]);
        var path = Path.Combine(_folder, name + ".hwx");
        new AdvisoryIndexBuilder(TimeProvider.System).Build([source], path);
        return path;
    }

    private static string Purl(string purl, string version) => purl.StartsWith("pkg:deb", StringComparison.Ordinal)
        ? $"{purl}@{version}?distro={(purl.Contains("ubuntu", StringComparison.Ordinal) ? "ubuntu-22.04" : "debian-12")}{(purl.Contains("libssl", StringComparison.Ordinal) ? "&upstream=openssl" : "")}" : $"{purl}@{version}";

    private static string Findings(AdvisoryIndex index, string text, string version)
    {
        PackageUrl.TryParse(Purl(text, version), out var purl, out var error).ShouldBeTrue(error);
        var found = FindingSet.For(index, ExploitSignals.Empty, purl!, out _);
        return string.Join(" | ", found.Select(f => $"{f.Id} {f.Verdict} {f.Summary} {f.Vector} {f.Risk} {string.Join(',', f.Ids)} fixed {string.Join(',', f.FixedVersions)}"));
    }
}
