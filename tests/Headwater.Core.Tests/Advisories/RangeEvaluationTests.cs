using static Headwater.Core.Tests.Advisories.TestIndex;

namespace Headwater.Core.Tests.Advisories;

/// <summary>The evaluation as the OSV schema writes it down, clause by clause.</summary>
public sealed class RangeEvaluationTests
{
    private static string? Ask(string affected, string version, string ecosystem = "PyPI", string type = "pypi")
    {
        using var index = Of(Record("X-1", ecosystem, "thing", affected));
        return index.Ask($"pkg:{type}/thing{(version.Length > 0 ? "@" + version : "")}");
    }

    [Theory]
    [InlineData("introduced 1.0 fixed 2.0", "0.9", "")]
    [InlineData("introduced 1.0 fixed 2.0", "1.0", "X-1")]
    [InlineData("introduced 1.0 fixed 2.0", "1.9.9", "X-1")]
    [InlineData("introduced 1.0 fixed 2.0", "2.0", "")]
    [InlineData("introduced 1.0 fixed 2.0", "2.0rc1", "X-1")]
    [InlineData("introduced 1.0 last_affected 2.0", "2.0", "X-1")]
    [InlineData("introduced 1.0 last_affected 2.0", "2.0.post1", "")]
    [InlineData("introduced 0", "0.0.dev0", "X-1")]
    [InlineData("introduced 0 fixed 1.0", "0", "X-1")]
    [InlineData("introduced 0 fixed 1.0 introduced 2.0 fixed 3.0", "1.5", "")]
    [InlineData("introduced 0 fixed 1.0 introduced 2.0 fixed 3.0", "2.5", "X-1")]
    [InlineData("introduced 0 fixed 1.0 introduced 2.0", "99", "X-1")]
    public void Range_VersionByEvents_FollowsTheStateAfterTheLastEvent(string events, string version, string expected)
        => Ask(Ranges(Range(events)), version).ShouldBe(expected);

    [Theory]
    [InlineData("fixed 2.0 introduced 1.0", "1.5", "X-1")]
    [InlineData("fixed 2.0 introduced 1.0", "2.5", "")]
    [InlineData("introduced 2.0 fixed 3.0 fixed 1.0 introduced 0", "1.5", "")]
    [InlineData("introduced 10.0 fixed 9.0 introduced 0", "9.5", "")]
    [InlineData("introduced 10.0 fixed 9.0 introduced 0", "10.1", "X-1")]
    public void Range_EventsOutOfOrder_AreSortedByVersion(string events, string version, string expected)
        => Ask(Ranges(Range(events)), version).ShouldBe(expected);

    [Theory]
    [InlineData("introduced 1.0 fixed 1.0", "1.0", "")]
    [InlineData("fixed 1.0 introduced 1.0", "1.0", "")]
    [InlineData("introduced 1.0 fixed 1.0", "1.1", "")]
    [InlineData("introduced 1.0 last_affected 1.0", "1.0", "X-1")]
    [InlineData("last_affected 1.0 introduced 1.0", "1.0.0", "X-1")]
    [InlineData("introduced 1.0 last_affected 1.0", "1.0.1", "")]
    public void Range_EventsOfOneVersion_IntroducedComesFirst(string events, string version, string expected)
        => Ask(Ranges(Range(events)), version).ShouldBe(expected);

    [Theory]
    [InlineData("introduced 0 limit 2.0", "1.9", "X-1")]
    [InlineData("introduced 0 limit 2.0", "2.0", "")]
    [InlineData("introduced 0 limit 2.0 limit 3.0", "2.5", "X-1")]
    [InlineData("introduced 0 limit 2.0 limit *", "99", "X-1")]
    [InlineData("introduced 0 limit *", "99", "X-1")]
    [InlineData("introduced 1.0 limit 3.0 fixed 2.0", "2.5", "")]
    [InlineData("limit 3.0", "2.5", "")]
    public void Range_Limits_OneOfThemMustLieAbove(string events, string version, string expected)
        => Ask(Ranges(Range(events)), version).ShouldBe(expected);

    [Fact]
    public void Range_WithoutIntroduced_AffectsNothing() => Ask(Ranges(Range("fixed 2.0")), "1.0").ShouldBe("");

    [Fact]
    public void Ranges_GitBeforeOthers_IsPassedOverNotStoppedAt()
        => Ask(Ranges(Range("introduced 0 fixed deadbeef", "GIT"), Range("introduced 0 fixed 2.0")), "1.0").ShouldBe("X-1");

    [Fact]
    public void Ranges_GitOnly_ClaimNothingAboutVersions() => Ask(Ranges(Range("introduced 0", "GIT")), "1.0").ShouldBe("");

    [Theory]
    [InlineData("0.5", "X-1")]
    [InlineData("1.5", "")]
    [InlineData("2.5", "X-1")]
    public void Ranges_Several_AreJoined(string version, string expected)
        => Ask(Ranges(Range("introduced 0 fixed 1.0"), Range("introduced 2.0 fixed 3.0")), version).ShouldBe(expected);

    [Fact]
    public void Affected_SamePackageTwice_EntriesAreJoined()
    {
        const string json = """
            {"id":"X-1","modified":"2026-01-02T03:04:05Z","affected":[
              {"package":{"ecosystem":"PyPI","name":"Thing_a"},"versions":["1.0"]},
              {"package":{"ecosystem":"PyPI","name":"other"},"versions":["9.0"]},
              {"package":{"ecosystem":"PyPI","name":"thing-A"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"2.0"},{"fixed":"3.0"}]}]}]}
            """;
        using var index = Of(json);
        index.Ask("pkg:pypi/thing.a@1.0").ShouldBe("X-1");
        index.Ask("pkg:pypi/thing.a@2.1").ShouldBe("X-1");
        index.Ask("pkg:pypi/thing.a@9.0").ShouldBe("");
        index.Index.PackagesOf(0).Count.ShouldBe(2);
    }

    [Fact]
    public void Affected_NeitherRangesNorVersions_ClaimsNothing()
    {
        Ask("", "1.0").ShouldBe("");
        Ask("", "").ShouldBe("");
        Ask("\"versions\":[],\"ranges\":[]", "1.0").ShouldBe("");
    }

    [Theory]
    [InlineData("1.0", "X-1")]
    [InlineData("1.0.0", "X-1")]
    [InlineData("v1.0", "X-1")]
    [InlineData("1.1", "")]
    [InlineData("not a version", "X-1")]
    [InlineData("no version either", "")]
    public void Versions_SameTextOrSamePlace_IsAffected(string version, string expected)
        => Ask("""
            "versions":["1.0","not a version","7"]
            """, Uri.EscapeDataString(version)).ShouldBe(expected);

    [Theory]
    [InlineData("1.2.3-alpha", "")]
    [InlineData("1.3.0-alpha", "X-1")]
    [InlineData("1.3.0", "")]
    [InlineData("1.2.3%2Bbuild", "X-1")]
    public void Range_SemverPreReleases_SortBeforeTheirRelease(string version, string expected)
        => Ask(Ranges(Range("introduced 1.2.3 fixed 1.3.0", "SEMVER")), version, "npm", "npm").ShouldBe(expected);

    [Fact]
    public void Range_IntroducedZero_LiesBeforePreReleasesOfZero()
        => Ask(Ranges(Range("introduced 0 fixed 1.0.0", "SEMVER")), "0.0.0-alpha", "npm", "npm").ShouldBe("X-1");

    [Theory]
    [InlineData("1.2.0", "")]
    [InlineData("1.1.9", "X-1")]
    public void Range_PartialBound_IsFilledWithZeros(string version, string expected)
        => Ask(Ranges(Range("introduced 0 fixed 1.2", "SEMVER")), version, "npm", "npm").ShouldBe(expected);

    [Theory]
    [InlineData("introduced 1.0 fixed 2.0", "???", "X-1?")]
    [InlineData("introduced 0 fixed 2.0", "???", "X-1?")]
    [InlineData("introduced 0", "???", "X-1")]
    [InlineData("introduced 0", "", "X-1")]
    [InlineData("introduced 0 fixed 2.0", "", "X-1?")]
    [InlineData("introduced 1.0 fixed ???", "0.5", "")]
    [InlineData("introduced 1.0 fixed ???", "1.5", "X-1?")]
    [InlineData("introduced ??? fixed 2.0", "2.5", "X-1?")]
    [InlineData("introduced 0 introduced ??? fixed 2.0", "1.5", "X-1")]
    [InlineData("introduced 0 limit ???", "1.5", "X-1?")]
    [InlineData("introduced 0 limit ??? limit 2.0", "1.5", "X-1")]
    [InlineData("introduced 5.0 limit ???", "1.5", "")]
    public void Range_UnplaceableVersionOrBound_IsUnknownUnlessItCannotMatter(string events, string version, string expected)
        => Ask(Ranges(Range(events)), Uri.EscapeDataString(version)).ShouldBe(expected);

    [Fact]
    public void Ranges_OneUnknownOneAffected_IsAffected()
        => Ask(Ranges(Range("introduced ??? fixed 0.5"), Range("introduced 1.0 fixed 2.0")), "1.5").ShouldBe("X-1");

    [Fact]
    public void Versions_EnumeratedOnlyAndNoVersionSaid_IsUnknown() => Ask("\"versions\":[\"1.0\"]", "").ShouldBe("X-1?");

    [Fact]
    public void Record_Withdrawn_NeverMatchesButIsFound()
    {
        using var index = Of(Record("X-1", "PyPI", "thing", Ranges(Range("introduced 0")), "\"withdrawn\":\"2026-02-03T04:05:06Z\""));
        index.Ask("pkg:pypi/thing@1.0").ShouldBe("");
        index.Index.Summary(index.Index.Find("x-1").Single()).Withdrawn.ShouldBe(new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero));
        index.Index.RecordsFor("PyPI", "Thing").ShouldBe([0]);
    }

    [Fact]
    public void Match_EcosystemWithoutAnOrder_TellsTextsApartAndNothingElse()
    {
        using var index = Of(Record("X-1", "OSS-Fuzz", "thing", "\"versions\":[\"FILE5_39\"]"), Record("X-2", "OSS-Fuzz", "thing", Ranges(Range("introduced 1 fixed 2"))));
        index.Ask("pkg:generic/thing@FILE5_39").ShouldNotBeNull().ShouldContain("X-1");
        index.Ask("pkg:generic/thing@FILE5_40").ShouldNotBeNull().ShouldNotContain("X-1");
        index.Ask("pkg:generic/nobody@1").ShouldBeNull();
    }
}
