using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using Headwater.Core.Advisories;
using Headwater.Core.Packages;

namespace Headwater.Benchmarks;

/// <summary>The advisory index at full size: build, open, match. Runs in this process, so the peak is that of build and matching together.</summary>
internal static class AdvisoryBenchmarks
{
    public static Task RunAsync(string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("headwater-bench-advisories-").FullName;
        try
        {
            Run(Path.Combine(folder, "advisories.hwx"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return Task.CompletedTask;
    }

    private static void Run(string path)
    {
        Console.WriteLine("| advisory index | value | target |");
        Console.WriteLine("|---|---:|---:|");
        var watch = Stopwatch.StartNew();
        var report = new AdvisoryIndexBuilder(TimeProvider.System).Build([Measured.Shared("vulns/osv")], path);
        Console.WriteLine($"| build, {report.Records:N0} records, {report.Packages:N0} packages | {watch.Elapsed.TotalSeconds:N1} s | 15 s |");
        Console.WriteLine($"| peak resident set | {Measured.PeakMiB(Environment.ProcessId):N0} MiB | 600 MB |");
        Console.WriteLine($"| file | {report.FileBytes / 1e6:N1} MB | 60 MB |");

        watch.Restart();
        AdvisoryIndex.Open(path).Dispose();
        var first = watch.Elapsed.TotalMilliseconds;
        var opening = Enumerable.Range(0, 15).Select(_ =>
        {
            var one = Stopwatch.StartNew();
            AdvisoryIndex.Open(path).Dispose();
            return one.Elapsed.TotalMilliseconds;
        });
        Console.WriteLine($"| open, first in the process / median of 15 | {first:N1} / {Measured.Median(opening):N1} ms | 20 ms |");

        using var index = AdvisoryIndex.Open(path);
        var (hits, misses) = Purls();
        Match("component versions, known packages", index, hits, 10);
        Match("component versions, unknown packages", index, misses, 20);
        Match("component versions, one known package in twenty (as in an SBOM)", index, [.. misses.Chunk(19).Zip(hits, (m, h) => m.Append(h)).SelectMany(x => x)], 20);

        var records = Enumerable.Range(0, 500).Select(i => i * 149 % index.RecordCount).ToArray();
        watch.Restart();
        foreach (var record in records) index.Json(record);
        Console.WriteLine($"| one original record, at random | {watch.Elapsed.TotalMilliseconds / records.Length:N2} ms | |");
        var searching = Enumerable.Range(0, 15).Select(_ =>
        {
            var one = Stopwatch.StartNew();
            index.Search("remote code execution template", 20);
            return one.Elapsed.TotalMilliseconds;
        });
        Console.WriteLine($"| search by words | {Measured.Median(searching):N1} ms | 10 ms |");
    }

    private static void Match(string what, AdvisoryIndex index, PackageUrl[] purls, int rounds)
    {
        var matches = new List<AdvisoryMatch>(10_000);
        for (var warmUp = Stopwatch.StartNew(); warmUp.ElapsedMilliseconds < 700;)
        {
            // The compiler's later tiers are what a long scan runs on.
            foreach (var purl in purls) index.Match(purl, matches);
            matches.Clear();
        }

        var found = 0L;
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var purl in purls)
            {
                index.Match(purl, matches);
                found += matches.Count;
                matches.Clear();
            }
        }

        var asked = (double)purls.Length * rounds;
        Console.WriteLine($"| {what}, {purls.Length:N0} distinct, {found / asked:N2} matches each | {asked / watch.Elapsed.TotalSeconds:N0} /s | 200,000 /s |");
        Console.WriteLine($"| allocated for one of them | {(GC.GetAllocatedBytesForCurrentThread() - bytes) / asked:N1} bytes | |");
    }

    /// <summary>Names and versions of real packages from the corpus itself, and the same with names that nobody has.</summary>
    private static (PackageUrl[] Hits, PackageUrl[] Misses) Purls()
    {
        List<PackageUrl> hits = [], misses = [];
        foreach (var (ecosystem, type) in new[] { ("npm", "npm"), ("PyPI", "pypi"), ("Maven", "maven"), ("Go", "golang"), ("RubyGems", "gem"), ("NuGet", "nuget"), ("crates.io", "cargo"), ("Packagist", "composer") })
        {
            using var zip = ZipFile.OpenRead(Measured.Shared($"vulns/osv/{ecosystem}/all.zip"));
            foreach (var entry in zip.Entries.Where((_, i) => i % 4 == 0).Take(1000))
            {
                using var json = JsonDocument.Parse(entry.Open());
                foreach (var affected in json.RootElement.GetProperty("affected").EnumerateArray())
                {
                    if (!affected.TryGetProperty("package", out var package) || package.GetProperty("ecosystem").GetString() != ecosystem) continue;
                    var full = package.GetProperty("name").GetString()!;
                    var cut = ecosystem == "Maven" ? full.IndexOf(':') : full.LastIndexOf('/');
                    var (space, name) = cut < 0 ? (null, full) : (full[..cut], full[(cut + 1)..]);
                    var version = affected.TryGetProperty("versions", out var versions) && versions.GetArrayLength() > 0 ? versions[0].GetString() : "1.4.2";
                    if (PackageUrl.TryBuild(type, space, name, version, null, null, out var hit, out _)) hits.Add(hit!);
                    for (var i = 0; i < 4; i++)
                    {
                        if (PackageUrl.TryBuild(type, space, $"{name}-{i}-nobody", version, null, null, out var miss, out _)) misses.Add(miss!);
                    }
                }
            }
        }

        return ([.. hits.Distinct()], [.. misses.Distinct()]);
    }
}
