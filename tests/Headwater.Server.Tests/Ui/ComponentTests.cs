using AngleSharp.Dom;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Ui;
using Headwater.Server.Platform.Ui.Components;
using Microsoft.AspNetCore.Components;

namespace Headwater.Server.Tests.Ui;

public sealed class ComponentTests
{
    [Theory]
    [InlineData(Severity.Critical, "Critical", 4)]
    [InlineData(Severity.Low, "Low", 1)]
    [InlineData(Severity.Unknown, "Not rated", 0)]
    public async Task SeverityBadge_AnySeverity_SaysTheWordAndDrawsTheStep(Severity severity, string word, int steps)
    {
        var badge = await Html.RenderAsync<SeverityBadge>(("Severity", severity));
        badge.Said().ShouldBe(word);
        badge.QuerySelectorAll("rect.on").Length.ShouldBe(steps);
    }

    [Fact]
    public async Task SeverityBar_WithCounts_SpeaksThemAndFillsTheWidth()
    {
        var bar = await Html.RenderAsync<SeverityBar>(("Critical", 1), ("Low", 5000), ("Unassigned", 2));
        bar.QuerySelector("[role=img]")!.GetAttribute("aria-label").ShouldBe("1 Critical, 5,000 Low, 2 Not rated");
        var widths = bar.QuerySelectorAll("svg rect:not(.track)").Select(r => double.Parse(r.GetAttribute("width")!.TrimEnd('%'))).ToList();
        widths.Sum().ShouldBe(100, 0.1);
        widths.Min().ShouldBeGreaterThan(2);
        bar.QuerySelector("rect.sev-unknown")!.GetAttribute("fill").ShouldBe("url(#hatch)");
    }

    [Theory]
    [InlineData(true, "None known")]
    [InlineData(false, "Not checked")]
    public async Task SeverityBar_Empty_TellsNoneFromUnknown(bool check, string said)
    {
        var bar = await Html.RenderAsync<SeverityBar>(("Compact", true), ("Checked", check));
        bar.Said().ShouldBe(said);
        (bar.QuerySelector("rect.sev-unknown") is not null).ShouldBe(!check);
    }

    [Theory]
    [InlineData(999, 1000, ">99%")]
    [InlineData(1, 1000, "<1%")]
    [InlineData(0, 0, "–")]
    [InlineData(10, 10, "100%")]
    public async Task CoverageRing_NearTheEnds_DoesNotRoundToAllOrNothing(int part, int whole, string shown)
    {
        var ring = await Html.RenderAsync<CoverageRing>(("Value", (long)part), ("Of", (long)whole));
        ring.QuerySelector("text")!.TextContent.ShouldBe(shown);
    }

    [Fact]
    public async Task Sparkline_WithAGap_BreaksTheLine()
    {
        var spark = await Html.RenderAsync<Sparkline>(("Label", "x"), ("Values", new double?[] { 1, 2, null, 4, 5 }));
        spark.QuerySelectorAll("polyline").Length.ShouldBe(2);
        (await Html.RenderAsync<Sparkline>(("Label", "x"), ("Values", new double?[] { null, 1 }))).Said().ShouldBe("No trend yet");
    }

    [Fact]
    public async Task FreshnessStamp_OldAndNever_AreSaidInWords()
    {
        var old = await Html.RenderAsync<FreshnessStamp>(("At", (DateTimeOffset?)DateTimeOffset.UtcNow.AddDays(-10)), ("StaleAfter", (TimeSpan?)TimeSpan.FromDays(7)));
        old.Said().ShouldBe("10 days agoold");
        old.QuerySelector("time")!.GetAttribute("title")!.ShouldEndWith(" UTC");
        (await Html.RenderAsync<FreshnessStamp>(("At", null))).Said().ShouldBe("never");
    }

    [Fact]
    public async Task PathView_LongPath_FoldsTheMiddleAndKeepsAllSteps()
    {
        var steps = Enumerable.Range(0, 9).Select(i => new PathView.Step($"s{i}")).ToList();
        var path = await Html.RenderAsync<PathView>(("Steps", steps));
        path.QuerySelector("summary")!.Said().ShouldBe("5 more");
        path.QuerySelectorAll("details li").Select(l => l.Said()).ShouldBe(["s2", "s3", "s4", "s5", "s6"]);
        path.QuerySelectorAll("li:not(.path-fold)").Select(l => l.Said()).ShouldBe(steps.Select(s => s.Text));
        (await Html.RenderAsync<PathView>(("Steps", steps.Take(6).ToList()))).QuerySelector("details").ShouldBeNull();
    }

    [Fact]
    public async Task PathView_ToldToKeepAStepOrToOpen_FoldsLess()
    {
        var steps = Enumerable.Range(0, 9).Select(i => new PathView.Step($"s{i}")).ToList();
        var path = await Html.RenderAsync<PathView>(("Steps", steps), ("Kept", new HashSet<int> { 4 }));
        path.QuerySelectorAll("ol.path > li").Select(l => l.QuerySelector("summary") is { } fold ? fold.Said() : l.Said()).ShouldBe(["s0", "s1", "2 more", "s4", "2 more", "s7", "s8"]);
        (await Html.RenderAsync<PathView>(("Steps", steps), ("Open", true))).QuerySelector("details").ShouldBeNull();
    }

    [Theory]
    [InlineData("r a 1 2 3 y z|r a 1 5 3 y z", "3|3")] // The step that differs shows.
    [InlineData("r a 1 2 3 y z|r a 1 2 3 y q", "|")] // Their ends tell them apart.
    [InlineData("r a 1 2 3 y z|r a 1 2 3 4 y z", "|5")]
    [InlineData("r a 1 2 3 y z|r a 2 1 3 y z", "2,3,4|2,3,4")] // The same steps in another order.
    [InlineData("r a y z|r b y z", "|")]
    public void PathFolds_OfPathsThatWouldReadTheSame_KeepWhatDiffers(string paths, string kept)
    {
        var steps = paths.Split('|').Select(p => (IReadOnlyList<PathView.Step>)[.. p.Split(' ').Select(s => new PathView.Step(s))]).ToList();
        string.Join('|', PathFolds.Of(steps).Select(k => string.Join(',', k.Order()))).ShouldBe(kept);
    }

    [Fact]
    public async Task SeverityBar_Compact_SaysTheSeverityInALetter()
    {
        var bar = await Html.RenderAsync<SeverityBar>(("Compact", true), ("Critical", 3), ("High", 20), ("Unassigned", 1));
        bar.QuerySelectorAll(".sevcount").Select(c => c.QuerySelector(".letter")!.Said() + c.QuerySelector("b")!.Said()).ShouldBe(["C3", "H20", "?1"]);
    }

    [Fact]
    public async Task TeamChip_WithoutOwner_SaysSo() => (await Html.RenderAsync<TeamChip>(("Name", null))).Said().ShouldBe("No owner");

    [Fact]
    public async Task TreeList_Branch_OpensInPlaceOrAsAPage()
    {
        var tree = await Html.RenderAsync<TreeList>(("Nodes", new List<TreeList.Node>
        {
            new("a", "1", "/x", 3, "/tree?node=1", false, null, false), new("b", "2", "/y", 0, "/tree?node=2", false, Severity.High, true), new("c", "3", "/z", 3, "/tree?node=3", true, null, false),
        }));
        tree.QuerySelectorAll("details").Single().GetAttribute("data-tree-source").ShouldBe("/tree?node=1");
        tree.QuerySelector("details a")!.GetAttribute("href").ShouldBe("/tree?node=1");
        tree.QuerySelectorAll("summary a").ShouldBeEmpty();
        tree.QuerySelectorAll("li").Last().Said().ShouldContain("already shown above");
    }

    [Fact]
    public async Task DifferenceView_ManyLines_FoldsTheRest()
    {
        var lines = Enumerable.Range(0, 30).Select(i => new DifferenceView.Line(DifferenceView.Change.Added, $"l{i}")).ToList();
        var diff = await Html.RenderAsync<DifferenceView>(("Title", "t"), ("Empty", "none"), ("Lines", lines));
        diff.QuerySelectorAll("li").Length.ShouldBe(30);
        diff.QuerySelectorAll("details li").Length.ShouldBe(5);
        (await Html.RenderAsync<DifferenceView>(("Title", "t"), ("Empty", "none"), ("Lines", new List<DifferenceView.Line>()))).Said().ShouldEndWith("none");
    }

    [Fact]
    public async Task Chart_AnyData_StandsInATableToo()
    {
        var chart = await Html.RenderAsync<Chart>(("Caption", "c"), ("First", "Day"), ("Labels", new List<string> { "a", "b", "c" }),
            ("Series", new List<Chart.Line> { new("s", "c-accent", [1, null, 12345]) }));
        chart.QuerySelectorAll("tbody tr").Select(r => r.Said()).ShouldBe(["a1", "b–", "c12,345"]);
    }

    [Theory]
    [InlineData(0.5, "50%")]
    [InlineData(null, "")]
    public async Task ProgressBar_KnownOrNot_IsAProgressElement(double? value, string said)
    {
        var bar = await Html.RenderAsync<ProgressBar>(("Value", value), ("Text", "Reading"));
        bar.QuerySelector("progress")!.HasAttribute("value").ShouldBe(value is not null);
        bar.Said().ShouldBe(("Reading" + said).Trim());
    }

    [Theory]
    [InlineData("/projects?q=1", "/projects?q=1")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("/a\nb", "/")]
    [InlineData(null, "/")]
    public void LocalPath_OfAnotherHost_IsTheStartPage(string? asked, string taken) => LocalPath.OrHome(asked).ShouldBe(taken);

    [Fact]
    public void Links_WithAPathPrefix_StayBelowIt()
    {
        var links = new Links(new Prefixed());
        links.To("/projects").ShouldBe("/base/projects");
        links.Here.ShouldBe("/projects?q=a%26b&sort=-risk");
        links.With(("sort", null), ("after", "x=y")).ShouldBe("/base/projects?q=a%26b&after=x%3Dy");
        links.Advisory("GHSA-1/../2").ShouldBe("/base/advisories/GHSA-1%2F..%2F2");
    }

    private sealed class Prefixed : NavigationManager
    {
        public Prefixed() => Initialize("http://headwater.test/base/", "http://headwater.test/base/projects?q=a%26b&sort=-risk");
    }
}
