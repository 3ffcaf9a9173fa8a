using System.Net;

namespace Headwater.Server.Tests.Ui;

/// <summary>The forms that make, change and delete projects, as a browser without script sends them.</summary>
public sealed class FactPageTests(Site site) : IClassFixture<Site>
{
    [Fact]
    public async Task NewProject_Form_MakesItAndItsPageShowsWhatWasSaid()
    {
        var page = await MakeAsync("Formed", ("Input.Kind", "device"), ("Input.Context", "embedded"), ("Input.Tags", "one, Two"), ("Input.Links", "Source https://example.org/git\nhttps://example.org/plain"), ("Input.OwnerPeople", "admin"));
        var text = (await site.GetAsync(page)).Body!.TextContent;
        foreach (var said in new[] { "Device", "Embedded in a product", "two", "Source", "https://example.org/plain", "admin" }) text.ShouldContain(said);
        var again = await Site.PostAsync(site.Person, "/projects/new", "#facts-name", ("Input.Name", "Formed"));
        (await again.Content.ReadAsStringAsync()).ShouldContain("already");
    }

    [Fact]
    public async Task EditProject_Form_KeepsWhatWasTypedWhenItIsRefused()
    {
        var page = await MakeAsync("Edited");
        var refused = await (await Site.PostAsync(site.Person, page + "/edit", "#facts-name", ("Input.Name", "Edited"), ("Input.SecurityPeople", "ghost@example.org"))).Content.ReadAsStringAsync();
        refused.ShouldContain("nobody with the account or address ghost@example.org");
        Html.Parse(refused).QuerySelector("#facts-people-security")!.GetAttribute("value").ShouldBe("ghost@example.org");
        (await (await Site.PostAsync(site.Person, page + "/edit", "#facts-name", ("Input.Name", "Edited again"), ("Input.Criticality", "high"))).Content.ReadAsStringAsync()).ShouldContain("Saved");
        (await site.GetAsync(page)).QuerySelector("h1")!.TextContent.ShouldContain("Edited again");
    }

    [Fact]
    public async Task DeleteProject_OnlyWithItsNameTyped()
    {
        var page = await MakeAsync("Doomed");
        (await (await Site.PostAsync(site.Person, page + "/edit", "#sure", ("Sure", "doomed"))).Content.ReadAsStringAsync()).ShouldContain("nothing was deleted");
        (await Site.PostAsync(site.Person, page + "/edit", "#sure", ("Sure", "Doomed"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        await site.GetAsync(page, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Versions_MarkedLatestAndRenamed_FromTheEditPage()
    {
        var page = $"/projects/{site.Project}";
        (await Site.PostAsync(site.Person, page + "/edit", "#version-act input", ("Act", $"latest {site.Version}"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await site.GetAsync(page)).QuerySelector("aside .facts")!.TextContent.ShouldContain("1.0");
        (await (await Site.PostAsync(site.Person, page + "/edit", $"#name-{site.Version}", ("NewName", "1.1"))).Content.ReadAsStringAsync()).ShouldContain("has a version 1.1 already");
        (await Site.PostAsync(site.Person, page + "/edit", $"#name-{site.Version}", ("NewName", "1.0.0"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await site.GetAsync($"/versions/{site.Version}")).QuerySelector("h1")!.TextContent.ShouldContain("1.0.0");
    }

    [Fact]
    public async Task Bulk_TickedOrAllThatIsShown_ChangesThem()
    {
        var first = await MakeAsync("Flock one", ("Input.Tags", "flock"));
        await MakeAsync("Flock two", ("Input.Tags", "flock"));
        var done = await Site.PostAsync(site.Person, "/projects?tag=flock", "#bulk-owner", ("Picked", first.Split('/')[^1]), ("Bulk.Criticality", "critical"));
        (await done.Content.ReadAsStringAsync()).ShouldContain("1 changed, 0 were so already, 0 refused");
        done = await Site.PostAsync(site.Person, "/projects?tag=flock", "#bulk-owner", ("Bulk.All", "true"), ("Bulk.Criticality", "critical"), ("Bulk.AddTags", "seen"));
        (await done.Content.ReadAsStringAsync()).ShouldContain("2 changed");
        (await site.GetAsync("/projects?criticality=critical&tag=seen")).QuerySelectorAll("tbody tr").Length.ShouldBe(2);
        (await (await Site.PostAsync(site.Person, "/projects?tag=flock", "#bulk-owner", ("Bulk.Criticality", "low"))).Content.ReadAsStringAsync()).ShouldContain("Tick at least one project");
    }

    private async Task<string> MakeAsync(string name, params (string, string)[] fields)
    {
        var made = await Site.PostAsync(site.Person, "/projects/new", "#facts-name", [("Input.Name", name), .. fields]);
        made.StatusCode.ShouldBe(HttpStatusCode.Redirect, await made.Content.ReadAsStringAsync());
        return new Uri(new Uri("http://localhost"), made.Headers.Location!).AbsolutePath;
    }
}
