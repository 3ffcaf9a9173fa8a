using System.Text;
using Headwater.Core.Advisories;
using Headwater.Core.Packages;
using static Headwater.Core.Tests.Advisories.TestIndex;

namespace Headwater.Core.Tests.Advisories;

public sealed class FindingSetTests
{
    private static readonly string AllVersions = Ranges(Range("introduced 0 fixed 2.0.0", "SEMVER"));

    private static IReadOnlyList<Finding> For(TestIndex index, string purl, ExploitSignals? signals = null)
        => FindingSet.For(index.Index, signals ?? ExploitSignals.Empty, PackageUrl.TryParse(purl, out var parsed, out _) ? parsed! : throw new ArgumentException(purl), out _);

    [Fact]
    public void For_RecordsThatShareAnAlias_AreOneFinding()
    {
        using var index = Of(
            Record("GHSA-1", "npm", "a", AllVersions, "\"aliases\":[\"CVE-2026-0001\"],\"summary\":\"from GHSA\""),
            Record("X-7", "npm", "a", Ranges(Range("introduced 0 fixed 1.9.0", "SEMVER")), "\"aliases\":[\"cve-2026-0001\"],\"summary\":\"from X\""),
            Record("X-8", "npm", "a", AllVersions, "\"upstream\":[\"CVE-2026-0001\"],\"related\":[\"GHSA-1\"]"),
            Record("X-9", "npm", "b", AllVersions, "\"aliases\":[\"CVE-2026-0001\"]"));
        var findings = For(index, "pkg:npm/a@1.0.0");
        findings.Select(f => f.Id).ShouldBe(["CVE-2026-0001", "X-8"], ignoreOrder: true);
        var merged = findings.Single(f => f.Id == "CVE-2026-0001");
        merged.Ids.ShouldBe(["CVE-2026-0001", "GHSA-1", "X-7"]);
        merged.Records.Select(r => index.Index.Summary(r).Id).ShouldBe(["GHSA-1", "X-7"]);
        merged.Summary.ShouldBe("from GHSA");
        merged.FixedVersions.ShouldBe(["1.9.0", "2.0.0"]);
    }

    [Fact]
    public void For_AliasesThroughAThirdRecord_AreTransitive()
    {
        using var index = Of(
            Record("A-1", "npm", "a", AllVersions, "\"aliases\":[\"L-1\"]"), Record("B-1", "npm", "a", AllVersions, "\"aliases\":[\"L-1\",\"L-2\"]"), Record("C-1", "npm", "a", AllVersions, "\"aliases\":[\"L-2\"]"),
            Record("D-1", "npm", "a", AllVersions, "\"aliases\":[\"L-3\"]"));
        For(index, "pkg:npm/a@1.0.0").Select(f => f.Records.Count).Order().ShouldBe([1, 3]);
    }

    [Fact]
    public void For_SeveritiesInAGroup_HighestIsShownWithItsVector()
    {
        using var index = Of(
            Record("GHSA-1", "npm", "a", AllVersions, "\"aliases\":[\"CVE-2026-0001\"],\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L\"}]"),
            Record("X-7", "npm", "a", AllVersions, "\"aliases\":[\"CVE-2026-0001\"],\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"}]"));
        var finding = For(index, "pkg:npm/a@1.0.0").Single();
        (finding.Severity, finding.Score, finding.Vector).ShouldBe((Severity.Critical, 9.8, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"));
    }

    [Fact]
    public void For_FixedVersions_AreThoseAboveTheComponentsOwn()
    {
        using var index = Of(Record("X-1", "npm", "a", Ranges(Range("introduced 0 fixed 1.9.3 introduced 2.0.0 fixed 2.10.0 introduced 3.0.0 fixed 3.0.1", "SEMVER"))));
        For(index, "pkg:npm/a@2.3.0").Single().FixedVersions.ShouldBe(["2.10.0", "3.0.1"]);
        For(index, "pkg:npm/a").Single().FixedVersions.ShouldBe(["1.9.3", "2.10.0", "3.0.1"]);
        For(index, "pkg:npm/a").Single().Verdict.ShouldBe(MatchVerdict.Unknown);
    }

    [Fact]
    public void For_ExploitSignals_ComeThroughTheGroupsCveAndLeadTheOrder()
    {
        var epss = new MemoryStream(Encoding.UTF8.GetBytes("#model_version:v2025.03.14,score_date:2025-12-26T12:55:00Z\ncve,epss,percentile\nCVE-2026-0001,0.91,0.99\nCVE-2026-0002,0.01,0.2\n"));
        var kev = new MemoryStream(Encoding.UTF8.GetBytes("""
            {"title":"t","catalogVersion":"2026.01.01","dateReleased":"2026-01-01T00:00:00Z","count":1,"vulnerabilities":[{"cveID":"CVE-2026-0002","vendorProject":"v","product":"p","vulnerabilityName":"n","dateAdded":"2026-01-01","shortDescription":"d","requiredAction":"a","dueDate":"2026-02-01","knownRansomwareCampaignUse":"Known","notes":"","cwes":[]}]}
            """));
        var signals = ExploitSignals.Empty.WithEpss(epss).WithKev(kev);
        using var index = Of(
            Record("GHSA-1", "npm", "a", AllVersions, "\"aliases\":[\"CVE-2026-0001\"]"), Record("GHSA-2", "npm", "a", AllVersions, "\"aliases\":[\"CVE-2026-0002\"]"),
            Record("MAL-2026-3", "npm", "a", Ranges(Range("introduced 0", "SEMVER"))), Record("X-4", "npm", "a", AllVersions));
        var findings = For(index, "pkg:npm/a@1.0.0", signals);
        findings[0].ShouldSatisfyAllConditions(f => f.Id.ShouldBe("CVE-2026-0002"), f => f.Kev.ShouldBeTrue(), f => f.KevRansomware.ShouldBeTrue(), f => f.Epss!.Value.ShouldBe(0.01, 1e-6));
        findings[1].ShouldSatisfyAllConditions(f => f.Id.ShouldBe("MAL-2026-3"), f => f.Malicious.ShouldBeTrue(), f => f.Kev.ShouldBeFalse());
        findings[2].ShouldSatisfyAllConditions(f => f.Id.ShouldBe("CVE-2026-0001"), f => f.EpssPercentile!.Value.ShouldBe(0.99, 1e-6));
        findings[3].Epss.ShouldBeNull();
        findings.Select(f => f.Risk).ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public void For_NotCovered_SaysSo()
    {
        using var index = Of(Record("X-1", "npm", "a", AllVersions));
        PackageUrl.TryParse("pkg:cargo/a@1.0.0", out var purl, out _);
        FindingSet.For(index.Index, ExploitSignals.Empty, purl!, out var covered).ShouldBeEmpty();
        covered.ShouldBeFalse();
    }
}
