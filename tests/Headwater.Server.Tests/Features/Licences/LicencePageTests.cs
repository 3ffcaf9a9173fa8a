using System.Net;
using AngleSharp.Dom;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features.Licences;

/// <summary>The pages of the library, without script.</summary>
public sealed class LicencePageTests(Site site) : IClassFixture<Site>
{
    [Fact]
    public async Task Licence_ShowsTextFactsObligationsAndCompatibility()
    {
        var page = await site.GetAsync("/licences/mpl-2.0");
        page.QuerySelector("h1")!.TextContent.ShouldContain("MPL-2.0");
        page.QuerySelector("pre.code")!.TextContent.ShouldContain("Covered Software");
        page.QuerySelector("aside")!.TextContent.ShouldContain("says Double Open");
        (await site.GetAsync("/licences/GPL-2.0-only?part=obligations&context=distributed&modified=true&linkage=static&delivery=binary")).Body!.TextContent.ShouldContain("Provide Written offer");
        (await site.GetAsync("/licences/GPL-2.0-only?part=compatibility")).Body!.TextContent.ShouldContain("Say how the two come together");
        (await site.GetAsync("/licences/GPL-2.0-only?part=compatibility&context=distributed&linkage=derived&as=whole&sort=-verdict")).QuerySelectorAll("tbody tr").First().TextContent.ShouldContain("Not compatible");
        await site.GetAsync("/licences/No-Such-Licence", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Licence_SaysWhatIsUnderIt()
    {
        (await site.GetAsync("/licences/Apache-2.0")).QuerySelector("aside")!.TextContent.ShouldContain("web-starter@2.0.0");
        (await site.GetAsync("/licences/Zlib")).QuerySelector("aside")!.TextContent.ShouldContain("None that you see.");
    }

    [Fact]
    public async Task List_IsNarrowedByItsChips()
    {
        var page = await site.GetAsync("/licences?category=copyleftFile&list=spdx");
        var rows = page.QuerySelectorAll("tbody tr");
        rows.ShouldNotBeEmpty();
        rows.ShouldAllBe(r => r.TextContent.Contains("Copyleft of files"));
        page.QuerySelectorAll("a.tool").Select(a => a.GetAttribute("href")).ShouldContain(h => h!.Contains("format=csv") && h.Contains("category=copyleftFile"));
    }

    [Fact]
    public async Task Expression_IsRead_WithWhatItOwesAndWhetherItFits()
    {
        var page = await site.GetAsync("/licences/expression?e=GPLv2%2B%20or%20MIT&whole=Apache-2.0&context=distributed&linkage=static");
        page.Body!.TextContent.ShouldContain("(GPL-2.0-or-later OR MIT)");
        page.Body!.TextContent.ShouldContain("Of the part, MIT is taken.");
        page.Body!.TextContent.ShouldContain("Choice 2 of 2: MIT");
        (await site.GetAsync("/licences/expression?e=MIT%20AND")).QuerySelector(".field-error")!.TextContent.ShouldContain("character");
    }

    [Fact]
    public async Task Own_IsAddedAndRetiredByForms_AndWhatIsRefusedIsKept()
    {
        var refused = Html.Parse(await (await Site.PostAsync(site.Person, "/licences/new", "#id", ("Reference", "MIT"), ("Title", "Mine"), ("Category", "commercial"), ("Body", "<b>text</b>"))).Content.ReadAsStringAsync());
        refused.QuerySelector(".field-error")!.TextContent.ShouldContain("LicenseRef-");
        refused.QuerySelector("#name")!.GetAttribute("value").ShouldBe("Mine");
        (await Site.PostAsync(site.Person, "/licences/new", "#id", ("Reference", "LicenseRef-Page"), ("Title", "Mine"), ("Category", "commercial"), ("Body", "<b>text</b>"), ("Flags", "patentClause"), ("See", ""), ("Note", ""))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var page = await site.GetAsync("/licences/LicenseRef-Page");
        page.QuerySelector("pre.code")!.TextContent.ShouldBe("<b>text</b>");
        page.QuerySelector("aside")!.TextContent.ShouldContain("patents");
        (await Site.PostAsync(site.Person, "/licences/LicenseRef-Page/edit", "#name", ("Title", "Mine too"), ("Category", "permissive"), ("Body", ""), ("See", ""), ("Note", ""))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await site.GetAsync("/licences/LicenseRef-Page")).Body!.TextContent.ShouldContain("Mine too");
        (await Site.PostAsync(site.Person, "/licences/LicenseRef-Page", "button[name=Retired]", ("Retired", "true"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await site.GetAsync("/licences/LicenseRef-Page")).QuerySelector("h1")!.TextContent.ShouldContain("Retired");
    }
}
