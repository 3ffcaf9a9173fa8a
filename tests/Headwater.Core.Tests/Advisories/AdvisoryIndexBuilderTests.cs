using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Headwater.Core.Advisories;
using static Headwater.Core.Tests.Advisories.TestIndex;

namespace Headwater.Core.Tests.Advisories;

public sealed class AdvisoryIndexBuilderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-builder").FullName;

    private string Output => Path.Combine(_folder, "out", "test.hwx");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private string Zip(string name, params (string Entry, string Text)[] entries)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (entry, text) in entries)
        {
            using var stream = zip.CreateEntry(entry).Open();
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        return path;
    }

    private AdvisoryBuildReport Build(params string[] sources) => new AdvisoryIndexBuilder(TimeProvider.System).Build(sources, Output);

    private static string Simple(string id, string modified = "2026-01-02T03:04:05Z", string summary = "s")
        => $$"""{"id":"{{id}}","modified":"{{modified}}","summary":"{{summary}}","affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["1.0.0"]}]}""";

    [Fact]
    public void Build_FilesFoldersAndZips_TakesThemAll()
    {
        var file = Write("one.txt", Simple("X-1"));
        Write("folder/deep/two.json", "\uFEFF \r\n" + Simple("X-2"));
        Write("folder/notes.txt", "not looked at");
        Zip("folder/npm/all.zip", ("X-3.json", Simple("X-3")), ("README.md", "not looked at"));
        var report = Build(file, Path.Combine(_folder, "folder"));
        (report.Records, report.ProblemCount).ShouldBe((3, 0));
        using var index = AdvisoryIndex.Open(Output);
        Encoding.UTF8.GetString(index.Json(index.Find("X-2").Single())).ShouldBe(Simple("X-2"));
    }

    [Fact]
    public void Build_OneRecordInSeveralSources_NewestCountsOnce()
    {
        var a = Zip("npm/all.zip", ("X-1.json", Simple("X-1", "2026-01-02T03:04:05.1Z", "older")));
        var b = Zip("PyPI/all.zip", ("X-1.json", Simple("X-1", "2026-01-02T03:04:05.2Z", "newer")));
        foreach (var order in new[] { new[] { a, b }, [b, a] })
        {
            var report = Build(order);
            (report.Records, report.Duplicates).ShouldBe((1, 1));
            using var index = AdvisoryIndex.Open(Output);
            index.Summary(0).Summary.ShouldBe("newer");
        }
    }

    [Theory]
    [InlineData("{", "")]
    [InlineData("", "")]
    [InlineData("[]", "JSON object")]
    [InlineData("{}", "id")]
    [InlineData("""{"id":7}""", "string")]
    [InlineData("""{"id":"X 1","modified":"2026-01-02T03:04:05Z"}""", "id")]
    [InlineData("""{"id":"X-1"}""", "modified")]
    [InlineData("""{"id":"X-1","modified":"yesterday"}""", "RFC 3339")]
    [InlineData("""{"id":"X-1","modified":"2026-01-02T03:04:05Z","schema_version":"2.0.0"}""", "2.0.0")]
    [InlineData("""{"id":"X-1","modified":"2026-01-02T03:04:05Z","affected":{}}""", "affected")]
    [InlineData("""{"id":"X-1","modified":"2026-01-02T03:04:05Z","affected":[1]}""", "affected")]
    [InlineData("""{"id":"X-1","modified":"2026-01-02T03:04:05Z","affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":[1]}]}""", "versions")]
    [InlineData("""{"id":"X-1","modified":"2026-01-02T03:04:05Z"} {}""", "")]
    [InlineData("""{"id":"X-1","modified":"2026-01-02T03:04:05Z","summary":"\ud800"}""", "")]
    public void Build_MalformedRecord_IsReportedAndLeftOut(string json, string reason)
    {
        var bad = Write("bad.json", json);
        var report = Build(bad, Write("good.json", Simple("X-9")));
        report.Records.ShouldBe(1);
        var problem = report.Problems.Single();
        problem.Where.ShouldBe(bad);
        problem.Reason.ShouldContain(reason);
    }

    [Fact]
    public void Build_BrokenZipsAndMissingFiles_AreReported()
    {
        var broken = Write("broken.zip", "PK no zip");
        var report = Build(broken, Path.Combine(_folder, "nowhere"), Write("good.json", Simple("X-9")));
        report.Records.ShouldBe(1);
        report.Problems.Select(p => p.Where).ShouldBe([broken, Path.Combine(_folder, "nowhere")]);
    }

    [Fact]
    public void Build_DamagedEntry_LeavesTheOthers()
    {
        var path = Zip("a.zip", ("X-1.json", Simple("X-1")), ("X-2.json", Simple("X-2")));
        var bytes = File.ReadAllBytes(path);
        bytes[60] ^= 0xFF;
        File.WriteAllBytes(path, bytes);
        var report = Build(path);
        (report.Records, report.ProblemCount).ShouldBe((1, 1));
        report.Problems[0].Where.ShouldBe(path + "!X-1.json");
    }

    [Fact]
    public void Build_ZipBombAndHugeRecord_AreRefused()
    {
        var bomb = Zip("bomb.zip", ("X-1.json", Simple("X-1", summary: new string('a', 4_000_000))), ("X-2.json", Simple("X-2")));
        var huge = Write("huge.json", Simple("X-3", summary: new string('a', 17 * 1024 * 1024)));
        var report = Build(bomb, huge);
        report.Records.ShouldBe(1);
        report.Problems.Count.ShouldBe(2);
        report.Problems[0].Reason.ShouldContain("compressed more than");
        report.Problems[1].Reason.ShouldContain("larger than");
    }

    [Fact]
    public void Build_DeepNesting_IsRefused()
    {
        var report = Build(Write("deep.json", string.Concat(Enumerable.Repeat("{\"a\":[", 50_000))), Write("good.json", Simple("X-9")));
        report.ProblemCount.ShouldBe(1);
    }

    [Fact]
    public void Build_MoreThanTheTotal_EndsTheBuildAndLeavesNothing()
    {
        Write("in/a.json", Simple("X-1"));
        Write("in/b.json", Simple("X-2"));
        var builder = new AdvisoryIndexBuilder(TimeProvider.System, new AdvisoryIndexOptions { MaxTotalBytes = 200 });
        Should.Throw<InvalidDataException>(() => builder.Build([Path.Combine(_folder, "in")], Output)).Message.ShouldContain("200");
        Directory.GetFiles(Path.GetDirectoryName(Output)!).ShouldBeEmpty();
    }

    [Fact]
    public void Build_NothingFound_KeepsTheIndexThatIsThere()
    {
        Build(Write("good.json", Simple("X-9")));
        Should.Throw<InvalidDataException>(() => Build(Write("bad.json", "{}")));
        using var index = AdvisoryIndex.Open(Output);
        index.RecordCount.ShouldBe(1);
        Directory.GetFiles(Path.GetDirectoryName(Output)!).ShouldBe([Output]);
    }

    [Fact]
    public void Build_LeftoversOfAKilledBuild_AreRemovedWhenOld()
    {
        var source = Write("good.json", Simple("X-9"));
        var (old, young, other) = (Write("out/test.hwx.abc.tmp.texts", "x"), Write("out/test.hwx.def.tmp", "x"), Write("out/other.hwx.abc.tmp", "x"));
        foreach (var file in new[] { old, other }) File.SetLastWriteTimeUtc(file, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-1));
        Build(source);
        Directory.GetFiles(Path.GetDirectoryName(Output)!).Order().ShouldBe([other, Output, young], ignoreOrder: true);
    }

    [Fact]
    public void Build_Cancelled_LeavesNothing()
    {
        using var cancel = new CancellationTokenSource();
        var progress = new Now<AdvisoryBuildProgress>(p =>
        {
            if (p.Stage == "Indexing") cancel.Cancel();
        });
        Should.Throw<OperationCanceledException>(() => new AdvisoryIndexBuilder(TimeProvider.System).Build([TestPaths.Data("osv")], Output, progress, cancel.Token));
        Directory.GetFiles(Path.GetDirectoryName(Output)!).ShouldBeEmpty();
    }

    [Fact]
    public void Build_SelectionTwice_GivesTheSameBytesButForTheTime()
    {
        var time = new Fixed(new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero));
        new AdvisoryIndexBuilder(time).Build([TestPaths.Data("osv")], Output);
        var once = File.ReadAllBytes(Output);
        new AdvisoryIndexBuilder(time, new AdvisoryIndexOptions { Threads = 1 }).Build([TestPaths.Data("osv")], Output);
        File.ReadAllBytes(Output).AsSpan().SequenceEqual(once).ShouldBeTrue();
        using var index = AdvisoryIndex.Open(Output);
        index.BuiltAt.ShouldBe(time.GetUtcNow());
        index.RecordCount.ShouldBe(673);
    }

    [Fact]
    public void Build_Selection_KeepsEveryRecordsText()
    {
        new AdvisoryIndexBuilder(TimeProvider.System).Build([TestPaths.Data("osv")], Output);
        using var index = AdvisoryIndex.Open(Output);
        foreach (var path in Directory.EnumerateFiles(TestPaths.Data("osv"), "all.zip", SearchOption.AllDirectories))
        {
            using var zip = ZipFile.OpenRead(path);
            foreach (var entry in zip.Entries)
            {
                using var expected = JsonDocument.Parse(entry.Open());
                using var actual = JsonDocument.Parse(index.Json(index.Find(expected.RootElement.GetProperty("id").GetString()!)[0]));
                JsonElement.DeepEquals(actual.RootElement, expected.RootElement).ShouldBeTrue(entry.FullName);
            }
        }
    }

    [Fact]
    public void Sources_ByEcosystem_CountRecordsAndNewest()
    {
        using var index = TestIndex.Of(
            Record("X-1", "Debian:12", "a", "\"versions\":[\"1\"]"), Record("X-2", "Debian:11", "a", "\"versions\":[\"1\"]").Replace("2026-01-02", "2026-03-04"), Record("X-3", "npm", "a", ""));
        index.Index.Sources.ShouldBe([
            new AdvisorySource("Debian", 2, new DateTimeOffset(2026, 3, 4, 3, 4, 5, TimeSpan.Zero)), new AdvisorySource("npm", 1, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))]);
        index.Index.Ecosystems.ShouldBe(["Debian:11", "Debian:12", "npm"]);
    }

    [Theory]
    [InlineData("\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"},{\"type\":\"CVSS_V2\",\"score\":\"AV:N/AC:L/Au:N/C:C/I:C/A:C\"}]", Severity.Critical, 9.8)]
    [InlineData("\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/nonsense\"},{\"type\":\"CVSS_V2\",\"score\":\"AV:N/AC:L/Au:N/C:C/I:C/A:C\"}]", Severity.High, 10.0)]
    [InlineData("\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L\"}],\"database_specific\":{\"x\":{\"severity\":\"LOW\"},\"severity\":\"CRITICAL\"}", Severity.Medium, 5.3)]
    [InlineData("\"database_specific\":{\"x\":{\"severity\":\"HIGH\"},\"severity\":\"MODERATE\"}", Severity.Medium, null)]
    [InlineData("\"severity\":[{\"type\":\"Ubuntu\",\"score\":\"negligible\"}]", Severity.Low, null)]
    [InlineData("\"severity\":null", Severity.Unknown, null)]
    public void Severity_OfARecord_NewestStandardThenWord(string property, Severity severity, double? score)
    {
        using var index = TestIndex.Of(Record("X-1", "npm", "a", "", property));
        var summary = index.Index.Summary(0);
        (summary.Severity, summary.Score).ShouldBe((severity, score));
    }

    [Fact]
    public void Summary_NotGiven_IsTheFirstLineOfTheDetails()
    {
        using var index = TestIndex.Of(Record("X-1", "npm", "a", "", "\"details\":\"\\n# What is it?\\nmore\",\"aliases\":[\"CVE-1\",\"not an id\"],\"published\":\"2025-01-01T00:00:00+02:00\""));
        var summary = index.Index.Summary(0);
        summary.Summary.ShouldBe("What is it?");
        summary.Aliases.ShouldBe(["CVE-1"]);
        summary.Source.ShouldBe("X");
        summary.Published.ShouldBe(new DateTimeOffset(2024, 12, 31, 22, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void PackagesOf_Ranges_AreInWords()
    {
        using var index = TestIndex.Of(
            Record("X-1", "npm", "a", Ranges(Range("introduced 0 fixed 1.2.0", "SEMVER"), Range("introduced 2.0.0 last_affected 2.1.0 introduced 3.0.0", "SEMVER"))),
            Record("X-2", "npm", "a", Ranges(Range("introduced 0", "SEMVER"))), Record("X-3", "npm", "a", "\"versions\":[\"2.0.0\",\"1.0.0\"]"));
        index.Index.PackagesOf(0).Single().Ranges.ShouldBe(["< 1.2.0", ">= 2.0.0, <= 2.1.0 or >= 3.0.0"]);
        index.Index.PackagesOf(0).Single().FixedVersions.ShouldBe(["1.2.0"]);
        index.Index.PackagesOf(1).Single().Ranges.ShouldBe(["all versions"]);
        index.Index.PackagesOf(2).Single().Ranges.ShouldBe(["1.0.0, 2.0.0"]);
        index.Index.RecordsFor("npm", "a").ShouldBe([0, 1, 2]);
        index.Index.RecordsFor("npm", "b").ShouldBeEmpty();
        index.Index.RecordsFor("nowhere", "a").ShouldBeEmpty();
    }

    private sealed class Now<T>(Action<T> action) : IProgress<T>
    {
        public void Report(T value) => action(value);
    }

    private sealed class Fixed(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
