using System.IO.Compression;
using Dapper;
using Headwater.Server.Features.Demo;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Features;

public sealed class DemoTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-test-").FullName;

    public ValueTask InitializeAsync()
    {
        WriteAdvisories(_folder);
        return ValueTask.CompletedTask;
    }

    /// <summary>An archive of three advisories, as a feed would bring it.</summary>
    internal static void WriteAdvisories(string folder, int more = 0)
    {
        var npm = Directory.CreateDirectory(Path.Combine(folder, "npm")).FullName;
        using var archive = ZipFile.Open(Path.Combine(npm, "all.zip"), ZipArchiveMode.Create);
        foreach (var (name, fix) in new[] { ("lodash", "4.17.21"), ("@scope/thing", "2.0.0"), ("minimist", "1.2.6") }.Concat(Enumerable.Range(0, more).Select(i => ($"package-{i}", "1.0.1"))))
        {
            using var writer = new StreamWriter(archive.CreateEntry($"{name.Replace('/', '-')}.json").Open());
            writer.Write($$$"""
                {"id":"GHSA-{{{name.Replace('/', '-').Trim('@')}}}","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"{{{name}}}"},"versions":["1.0.0","{{{fix}}}"],
                 "ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"{{{fix}}}"}]}]}]}
                """);
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Packages_AreNamedByAdvisoriesAndContinuedToTheNumberAskedFor()
    {
        var packages = DemoPackages.Read(_folder, Path.Combine(_folder, "none"), 60, 1);

        packages.Select(p => p.Identity).Order().ShouldBe(["pkg:npm/%40scope/thing", "pkg:npm/lodash", "pkg:npm/minimist"]);
        packages.Sum(p => p.Versions.Count).ShouldBe(60);
        packages.ShouldAllBe(p => p.Versions.Distinct().Count() == p.Versions.Count);
        var lodash = packages.Single(p => p.Identity.EndsWith("lodash", StringComparison.Ordinal)).Versions;
        lodash[^2..].ShouldBe(["4.17.21", "1.0.0"], "newest first, the real ones oldest");
        lodash[0].ShouldStartWith("4.17.");
    }

    [Fact]
    public void Plan_OfTheSameSeed_IsTheSame_AndUsesEveryVersion()
    {
        var packages = DemoPackages.Read(_folder, Path.Combine(_folder, "none"), 600, 1);

        var (one, two, other) = (new DemoPlan(packages, 7), new DemoPlan(packages, 7), new DemoPlan(packages, 8));
        var first = Enumerable.Range(0, 300).Select(one.Next).ToList();

        first.ShouldBe(Enumerable.Range(0, 300).Select(two.Next).ToList(), new Comparison());
        other.Next(0).ShouldNotBe(first[0]);
        first.ShouldAllBe(p => p.Length == DemoPlan.Each && p.Select(o => o.Version).Distinct().Count() == p.Length);
        first.SelectMany(p => p.Select(o => o.Version)).Distinct().Count().ShouldBe(600);
    }

    [Theory]
    [InlineData("empty", "holds no OSV archives (*.zip)", "--advisories DIR")]
    [InlineData("nowhere", "There is no folder", "--samples DIR names a sample folder")]
    public async Task Command_WithoutAdvisories_SaysWhatIsMissingAndHowToNameIt(string folder, string said, string advice)
    {
        var data = Path.Combine(_folder, "data");
        Directory.CreateDirectory(Path.Combine(_folder, "empty"));

        var outcome = await ServerProcess.CommandAsync("demo", "--scale", "10", "--advisories", Path.Combine(_folder, folder), "--data", data);

        outcome.ExitCode.ShouldBe(2);
        outcome.Error.ShouldSatisfyAllConditions(e => e.ShouldContain(said), e => e.ShouldContain(advice), e => e.ShouldContain(Path.Combine(_folder, folder)));
    }

    [Fact]
    public async Task Load_FillsAnEmptyInstallation_AndItsNumbersStandUpToARecount()
    {
        var host = new TestHost();
        await host.InitializeAsync();
        await using var _ = host;
        var loaded = await host.Get<DemoLoader>().LoadAsync(30, 1, _folder, Path.Combine(_folder, "none"), _ => { }, default);

        loaded.Occurrences.ShouldBe(30 * DemoPlan.Each);
        using var client = await host.ClientAsync();
        (await client.GetStringAsync("/api/headwater/v1/projects?size=1")).ShouldContain("\"total\":30");
        (await client.GetStringAsync("/api/headwater/v1/advisories")).ShouldContain("CVE-2020-0001");
        var numbers = await NumbersAsync(host);
        numbers.Count.ShouldBe(33);
        await FindingsModule.RecountAsync(host.Services, _ => { }, default);
        (await NumbersAsync(host)).ShouldBe(numbers);
        await Should.ThrowAsync<InvalidOperationException>(() => host.Get<DemoLoader>().LoadAsync(1, 1, _folder, _folder, _ => { }, default));
    }

    private static Task<List<string>> NumbersAsync(TestHost host) => host.Get<IDatabase>().ReadAsync(async connection => (await connection.QueryAsync<string>("""
        SELECT 'p' || p.id || '|' || p.findings || '|' || p.components || '|' || v.vulnerable FROM project p JOIN project_version v ON v.id = p.latest_id
        UNION ALL SELECT 'c' || component_id || '|' || projects || '|' || versions FROM component_usage
        """)).AsList());

    private sealed class Comparison : IEqualityComparer<(int, bool)[]>
    {
        public bool Equals((int, bool)[]? x, (int, bool)[]? y) => x!.AsSpan().SequenceEqual(y);

        public int GetHashCode((int, bool)[] obj) => obj.Length;
    }
}
