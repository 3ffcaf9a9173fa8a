using System.Text.Json;
using Headwater.Core.Advisories;
using Headwater.Core.Packages;

namespace Headwater.Core.Tests.Advisories;

/// <summary>The whole corpus against the answers that were worked out for it with the ecosystems' own tools.</summary>
public sealed class AdvisoryCorpusTests(FullIndex full) : IClassFixture<FullIndex>
{
    [Fact]
    public void Build_WholeCorpus_TakesEveryRecord()
    {
        full.Index.RecordCount.ShouldBe(74_587);
        full.Report.Duplicates.ShouldBe(176);
        full.Report.Problems.ShouldBeEmpty();
        full.Report.FileBytes.ShouldBeLessThan(60 * 1024 * 1024);
        full.Index.Sources.Count.ShouldBe(16);
    }

    [Fact]
    public void Match_SamplePackages_GivesTheExpectedRecords()
    {
        var wrong = new List<string>();
        var matches = new List<AdvisoryMatch>();
        foreach (var line in File.ReadLines(TestPaths.Shared("vulns/match-sample.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            var text = json.RootElement.GetProperty("purl").GetString();
            PackageUrl.TryParse(text, out var purl, out var error).ShouldBeTrue($"{text}: {error}");
            matches.Clear();
            if (!full.Index.Match(purl!, matches)) wrong.Add($"{text}: not covered");
            var expected = json.RootElement.GetProperty("ids").EnumerateArray().Select(e => e.GetString()!).ToList();
            var actual = matches.Where(m => m.Verdict == MatchVerdict.Affected).Select(m => full.Index.Summary(m.Record).Id).Order(StringComparer.Ordinal).ToList();
            var unknown = matches.Where(m => m.Verdict == MatchVerdict.Unknown).Select(m => full.Index.Summary(m.Record).Id).ToList();
            if (!actual.SequenceEqual(expected) || unknown.Count > 0)
                wrong.Add($"{text}: too many [{string.Join(' ', actual.Except(expected))}] missing [{string.Join(' ', expected.Except(actual))}] unknown [{string.Join(' ', unknown)}]");
            if (json.RootElement.TryGetProperty("withdrawn_ids", out var withdrawn))
            {
                foreach (var id in withdrawn.EnumerateArray()) full.Index.Summary(full.Index.Find(id.GetString()!)[0]).Withdrawn.ShouldNotBeNull();
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void AliasGroup_SampleGroups_GivesAllIdsAndRecords()
    {
        var wrong = new List<string>();
        foreach (var line in File.ReadLines(TestPaths.Shared("vulns/alias-groups-sample.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            var ids = json.RootElement.GetProperty("all_ids").EnumerateArray().Select(e => e.GetString()!).ToList();
            var records = json.RootElement.GetProperty("records").EnumerateArray().Select(e => e.GetString()!).ToList();
            foreach (var id in ids)
            {
                var group = full.Index.AliasGroup(id);
                var actual = group.Records.Select(r => full.Index.Summary(r).Id).Order(StringComparer.Ordinal);
                if (!group.Ids.SequenceEqual(ids) || !actual.SequenceEqual(records)) wrong.Add($"{id}: {string.Join(' ', group.Ids)} | {string.Join(' ', actual)}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Json_EveryRecord_IsTheRecordThatItsIdNames()
    {
        for (var record = 0; record < full.Index.RecordCount; record += 97)
        {
            using var json = JsonDocument.Parse(full.Index.Json(record));
            json.RootElement.GetProperty("id").GetString().ShouldBe(full.Index.Summary(record).Id);
        }
    }

    [Fact]
    public void PackagesOf_EveryRecord_LeadsBackToTheRecord()
    {
        for (var record = 0; record < full.Index.RecordCount; record += 31)
        {
            foreach (var package in full.Index.PackagesOf(record)) full.Index.RecordsFor(package.Ecosystem, package.Name).ShouldContain(record);
        }
    }

    [Fact]
    public void PackagesOf_Log4Shell_SaysWhereItIsFixed()
    {
        var record = full.Index.Find("cve-2021-44228").First(r => full.Index.Summary(r).Id == "GHSA-jfh8-c2jp-5v3q");
        var core = full.Index.PackagesOf(record).First(p => p.Name == "org.apache.logging.log4j:log4j-core");
        core.Ranges.ShouldContain(">= 2.13.0, < 2.15.0");
        core.FixedVersions.ShouldContain("2.15.0");
    }

    [Fact]
    public void Search_IdPrefixAndWords_FindsBoth()
    {
        full.Index.Search("ghsa-jfh8", 10).Select(r => full.Index.Summary(r).Id).ShouldBe(["GHSA-jfh8-c2jp-5v3q"]);
        full.Index.Search("log4j INJECTION remote", 10).Select(r => full.Index.Summary(r).Id).ShouldContain("GHSA-jfh8-c2jp-5v3q");
        full.Index.Search("CVE-2021-", 25).Count.ShouldBe(25);
        full.Index.Search("no such thing whatever", 25).ShouldBeEmpty();
    }
}
