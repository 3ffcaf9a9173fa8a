using System.Text.Json;

namespace Headwater.EndToEnd.Cli;

/// <summary><c>advisories build</c> and <c>advisories match</c>.</summary>
public sealed class AdvisoryCommandTests(AdvisoryIndexFixture index)
{
    [Fact]
    public void Build_Samples_SaysWhatItMade() => index.BuildSaid.ShouldContain("records of");

    [Fact]
    public async Task Match_Lines_AreAnsweredInOrderWithSortedIds()
    {
        string[] lines = ["pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "nothing", "pkg:npm/left-pad@1.3.0", "pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1"];

        var result = await HeadwaterCli.RunLinesAsync(lines, "advisories", "match", "--db", index.Path);

        result.ExitCode.ShouldBe(0);
        result.Lines.Length.ShouldBe(lines.Length);
        var first = result.Json(0);
        first.EnumerateObject().Select(property => property.Name).ShouldBe(["purl", "ids", "unknown"]);
        first.GetProperty("purl").GetString().ShouldBe(lines[0]);
        var ids = Strings(first.GetProperty("ids"));
        ids.ShouldContain("GHSA-jfh8-c2jp-5v3q");
        ids.ShouldBe(ids.Order(StringComparer.Ordinal));
        result.Json(1).TryGetProperty("error", out _).ShouldBeTrue();
        result.Lines[2].ShouldBe("""{"purl":"pkg:npm/left-pad@1.3.0","ids":[],"unknown":[]}""");
        Strings(result.Json(3).GetProperty("ids")).ShouldNotContain("GHSA-jfh8-c2jp-5v3q");
    }

    [Fact]
    public async Task Match_Grouped_NamesTheCve()
    {
        var result = await HeadwaterCli.RunAsync("advisories", "match", "--db", index.Path, "--group", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1");

        Strings(result.Json().GetProperty("ids")).ShouldContain("CVE-2021-44228");
        Strings(result.Json().GetProperty("ids")).ShouldNotContain("GHSA-jfh8-c2jp-5v3q");
    }

    [Fact]
    public async Task Match_SharedSample_IsExact()
    {
        var sample = Repository.Shared("vulns/match-sample.jsonl");
        using var folder = new TemporaryFolder();
        var db = System.IO.Path.Combine(folder.Path, "all.hwx");
        (await HeadwaterCli.RunAsync("advisories", "build", "--from", Repository.Shared("vulns/osv"), "--out", db)).ExitCode.ShouldBe(0);
        var expected = (await File.ReadAllLinesAsync(sample, TestContext.Current.CancellationToken)).Select(line => JsonDocument.Parse(line).RootElement).ToList();

        var result = await HeadwaterCli.RunLinesAsync(expected.Select(line => line.GetProperty("purl").GetString()!), "advisories", "match", "--db", db);

        result.Lines.Length.ShouldBe(expected.Count);
        for (var i = 0; i < expected.Count; i++) Strings(result.Json(i).GetProperty("ids")).ShouldBe(Strings(expected[i].GetProperty("ids")), expected[i].ToString());
    }

    [Fact]
    public async Task Match_MissingIndex_IsTwoAndGivesTheCommand()
    {
        var result = await HeadwaterCli.RunAsync("advisories", "match", "--db", "/nowhere/advisories.hwx", "pkg:npm/a@1");

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("headwater advisories build --from");
    }

    [Fact]
    public async Task Match_DamagedIndex_IsTwo()
    {
        using var folder = new TemporaryFolder();
        var db = System.IO.Path.Combine(folder.Path, "damaged.hwx");
        var bytes = await File.ReadAllBytesAsync(index.Path, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(db, bytes[..(bytes.Length / 2)], TestContext.Current.CancellationToken);

        var result = await HeadwaterCli.RunAsync("advisories", "match", "--db", db, "pkg:npm/a@1");

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("damaged.hwx");
    }

    [Fact]
    public async Task Build_NothingThere_IsTwoAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        var db = System.IO.Path.Combine(folder.Path, "none.hwx");

        (await HeadwaterCli.RunAsync("advisories", "build", "--from", folder.Path, "--out", db)).ExitCode.ShouldBe(2);
        (await HeadwaterCli.RunAsync("advisories", "build", "--from", "/nowhere", "--out", db)).ExitCode.ShouldBe(2);

        Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
    }

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(element => element.GetString()!)];
}
