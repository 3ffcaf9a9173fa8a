using Headwater.Server.Features.Projects;

namespace Headwater.Server.Tests.Features;

/// <summary>What counts as a change between two documents.</summary>
public sealed class ChangeListTests
{
    [Fact]
    public void Between_TheSameVersionWithOtherQualifiers_IsListedApartAndUnchanged()
    {
        var changes = ChangeList.Between([Fact(1, 1, "2.36-9", "deb", "?arch=amd64"), Fact(2, 2, "1.0", "npm")], [Fact(3, 1, "2.36-9", "deb", "?arch=arm64"), Fact(2, 2, "1.0", "npm")]);

        (changes.Added.Count, changes.Removed.Count, changes.Upgraded.Count, changes.Unchanged).ShouldBe((0, 0, 0, 2));
        var renamed = changes.Renamed.ShouldHaveSingleItem();
        (renamed.FromPurl, renamed.ToPurl, renamed.FromVersion, renamed.ToVersion).ShouldBe(("pkg:deb/c1@2.36-9?arch=amd64", "pkg:deb/c1@2.36-9?arch=arm64", "2.36-9", "2.36-9"));
    }

    [Fact]
    public void Between_AnotherVersionAndOtherQualifiers_IsAnUpgrade()
    {
        var changes = ChangeList.Between([Fact(1, 1, "2.36-9", "deb", "?arch=amd64")], [Fact(2, 1, "2.36-10", "deb", "?arch=arm64")]);

        var upgrade = changes.Upgraded.ShouldHaveSingleItem();
        (upgrade.FromVersion, upgrade.ToVersion, upgrade.Direction).ShouldBe(("2.36-9", "2.36-10", 1));
        changes.Renamed.ShouldBeEmpty();
    }

    [Fact]
    public void Between_AVariantMoreOfAVersionThatWasThere_IsNoAddition()
    {
        var changes = ChangeList.Between([Fact(1, 1, "1.0", "deb", "?arch=amd64")], [Fact(1, 1, "1.0", "deb", "?arch=amd64"), Fact(2, 1, "1.0", "deb", "?arch=i386")]);

        (changes.Added.Count, changes.Unchanged).ShouldBe((0, 1));
        changes.Renamed.ShouldHaveSingleItem().FromId.ShouldBeNull();
    }

    [Fact]
    public void Between_AVersionWrittenInAnotherWay_IsNoUpgrade()
    {
        var changes = ChangeList.Between([Fact(1, 1, "1.0", "maven")], [Fact(2, 1, "1.0.0", "maven")]);

        (changes.Upgraded.Count, changes.Renamed.Count, changes.Unchanged).ShouldBe((0, 1, 1));
    }

    [Fact]
    public void Between_SeveralVersions_PairsEachWithTheNearestBelow()
    {
        var changes = ChangeList.Between([Fact(1, 1, "1.5.2"), Fact(2, 1, "2.6.3"), Fact(3, 1, "3.2.0")], [Fact(4, 1, "2.6.4"), Fact(5, 1, "3.2.4")]);

        changes.Upgraded.Select(c => (c.FromVersion, c.ToVersion)).ShouldBe([("2.6.3", "2.6.4"), ("3.2.0", "3.2.4")], ignoreOrder: true);
        changes.Removed.ShouldHaveSingleItem().FromVersion.ShouldBe("1.5.2");
    }

    [Fact]
    public void Between_SeveralVersionsOfOneComponent_GoesUpwardsAsItsKindDoes()
    {
        NodeFact[] several = [Fact(1, 1, "10.0.0"), Fact(2, 1, "7.3.1"), Fact(3, 1, "4.0.13"), Fact(4, 1, "7.3.1-rc.2"), Fact(5, 2, "1.0~rc1", "deb"), Fact(6, 2, "1.0", "deb")];

        ChangeList.Between([], several).Added.Select(c => c.ToVersion).ShouldBe(["4.0.13", "7.3.1-rc.2", "7.3.1", "10.0.0", "1.0~rc1", "1.0"]);
        ChangeList.Between(several, []).Removed.Select(c => c.FromVersion).ShouldBe(["4.0.13", "7.3.1-rc.2", "7.3.1", "10.0.0", "1.0~rc1", "1.0"]);
        ChangeList.Between([Fact(1, 1, "9.0.0"), Fact(2, 1, "10.0.0")], [Fact(3, 1, "9.1.0"), Fact(4, 1, "10.2.0")]).Upgraded.Select(c => c.ToVersion).ShouldBe(["9.1.0", "10.2.0"]);
    }

    private static NodeFact Fact(long id, long component, string version, string type = "npm", string rest = "") =>
        new() { Id = id, ComponentId = component, Type = type, Name = "c" + component, Version = version, Purl = $"pkg:{type}/c{component}@{version}{rest}" };
}
