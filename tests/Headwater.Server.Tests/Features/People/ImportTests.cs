using System.Net;
using System.Net.Http.Json;
using Dapper;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.People;
using Headwater.Server.Features.People.Import;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Platform;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features.People;

public sealed class ImportFileTests
{
    [Theory]
    [InlineData("unit,title\r\na,A\r\n", 2)]
    [InlineData("unit;title\na;A", 2)]
    [InlineData("\uFEFFunit\ttitle\na\tA", 2)]
    [InlineData("\n\nUnit,TITLE\na,A", 4)]
    [InlineData("unit,title\n\n\"a\",\"A\"\n\n", 3)]
    public void File_InTheFormsThatProgramsWrite_IsRead(string text, int line)
    {
        var (file, errors) = ImportFile.Read(text);
        errors.ShouldBeEmpty();
        file!.Kind.ShouldBe(ImportKind.Units);
        var row = file.Rows.ShouldHaveSingleItem();
        (row.Line, row["unit"], row["title"], row["parent"]).ShouldBe((line, "a", "A", ""));
    }

    [Fact]
    public void Cell_WithQuotesCommasAndLines_IsOneCell_AndLaterLinesKeepTheirNumbers()
    {
        var (file, _) = ImportFile.Read("team,title\na,\"Say \"\"hello\"\",\nworld\"\nb,B\n");
        file!.Rows.Select(r => (r.Line, r["title"])).ShouldBe([(2, "Say \"hello\",\nworld"), (4, "B")]);
    }

    [Theory]
    [InlineData("", "import.empty", 1)]
    [InlineData("name,title\n", "import.unknownHeading", 1)]
    [InlineData("unit\n", "import.missingColumn", 1)]
    [InlineData("account,email,x\n", "import.unknownColumn", 1)]
    [InlineData("project\nshop\n", "import.missingColumn", 1)]
    [InlineData("unit,title,colour\n", "import.unknownColumn", 1)]
    [InlineData("unit,title,title\n", "import.twice", 1)]
    [InlineData("unit,title\na,A,B\n", "import.tooManyCells", 2)]
    [InlineData("unit,title\na,A\nb,\"B\n", "import.openQuote", 3)]
    public void File_ThatCannotBe_SaysWhereAndWhy(string text, string key, int line)
    {
        var (file, errors) = ImportFile.Read(text);
        file.ShouldBeNull();
        var error = errors.ShouldHaveSingleItem();
        (error.Key, error.Line).ShouldBe((key, line));
    }

    [Theory]
    [InlineData(ImportKind.Units)]
    [InlineData(ImportKind.Teams)]
    [InlineData(ImportKind.People)]
    [InlineData(ImportKind.Owners)]
    internal void Template_IsAFileOfItsKind(ImportKind kind)
    {
        var (file, errors) = ImportFile.Read(ImportFile.Template(kind));
        errors.ShouldBeEmpty();
        file!.Kind.ShouldBe(kind);
        file.Rows.Count.ShouldBe(2);
    }
}

/// <summary>A small organisation brought in from files through the page.</summary>
public sealed class ImportTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task Organisation_ImportedFromItsFiles_IsThere_AndASecondTimeChangesNothing()
    {
        using var admin = await AdminAsync();
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "ticket-shop", "1", TestHost.Bom("pkg:npm/a@1.0.0"));
        await TestHost.UploadAsync(client, "old-timetable", "1", TestHost.Bom("pkg:npm/a@1.0.0"));
        string[] files = [.. new[] { ImportKind.Units, ImportKind.Teams, ImportKind.People, ImportKind.Owners }.Select(k => ImportFile.Template(k))];
        foreach (var text in files)
        {
            var preview = await LookAsync(admin, text);
            preview.QuerySelector("[role=alert]")?.Said().ShouldBeNull();
            var done = await ApplyAsync(admin, preview);
            done.QuerySelector(".notice.v-allow")!.Said().ShouldStartWith("It was done");
        }

        var tree = await host.Get<OwnerStore>().TreeAsync(Viewer.Everything);
        var harbour = tree.Single(o => o.Name == "harbour").Id;
        tree.Where(o => o.Id == harbour || o.Level > 0).Select(o => (o.Title, o.Level, o.Projects)).ShouldBe([("Harbour Group", 0, 1), ("Ferries Ltd", 1, 1), ("Tickets team", 2, 1), ("Timetable team", 2, 0)]);
        var people = await host.Get<PersonStore>().ListAsync(new PageRequest(), null, "import");
        people.Items.Where(p => p.Name is "ada" or "grace").Select(p => (p.Name, p.Active, p.Teams)).ShouldBe([("ada", true, 2), ("grace", false, 0)]);
        foreach (var text in files) (await LookAsync(admin, text)).QuerySelector("#main button.primary")!.Said().ShouldBe("See what will change"); // Nothing to do.
    }

    [Fact]
    public async Task Import_WithOneWrongRow_ChangesNothing_AndNamesTheLines()
    {
        using var admin = await AdminAsync();
        var page = await LookAsync(admin, "account,name,email,teams,active\ngood-one,Good,good@example.org,,\nbad one,Bad,,,\nworse,Worse,nowhere,,\nlast,Last,,no-such-team,\nagain,Again,,,\nagain,Again,,,\ntold,Told,,,maybe\n");
        var rows = page.QuerySelectorAll("tbody tr").Select(r => r.Said()).ToList();
        rows.Count.ShouldBe(5);
        rows[0].ShouldStartWith("Line 3“bad one” cannot be an account name");
        rows[1].ShouldStartWith("Line 4“nowhere” is not an e-mail address");
        rows[2].ShouldStartWith("Line 5There is no team or unit “no-such-team”");
        rows[3].ShouldStartWith("Line 7“again” stands in line 6 already");
        rows[4].ShouldStartWith("Line 8“maybe” is neither yes nor no");
        page.QuerySelector("#pasted")!.TextContent.ShouldContain("good-one"); // To be corrected where it stands.
        (await host.Get<PersonStore>().FindActiveAsync("good-one")).ShouldBeNull();
    }

    [Fact]
    public async Task Import_OfLeavers_NeedsNoNames_ButWhoIsNewDoes()
    {
        using var admin = await AdminAsync();
        await ApplyAsync(admin, await LookAsync(admin, "account,name\nlara,Lara Leaver\n"));

        var wrong = await LookAsync(admin, "account,active\nlara,no\nnobody-yet,yes\n");
        wrong.QuerySelectorAll("tbody tr").Single().Said().ShouldBe("Line 3“nobody-yet” is new here and needs a name: add the column “name”, or fill it in.");
        var list = await LookAsync(admin, "account,active\nlara,no\nnever-here,no\n");
        list.QuerySelectorAll("tbody tr").Select(r => r.Said()).ShouldContain(r => r.Contains("Passed over") && r.Contains("never-here"));
        var done = await ApplyAsync(admin, list);
        done.QuerySelector(".notice.v-allow")!.Said().ShouldContain("1 has left and was never here: passed over.");
        (await host.Get<PersonStore>().ListAsync(new PageRequest { Filter = "never-here" }, null, null)).Total.ShouldBe(0);

        done.QuerySelector(".notice.v-allow")!.Said().ShouldStartWith("It was done");
        var lara = (await host.Get<PersonStore>().ListAsync(new PageRequest(), null, "import")).Items.Single(p => p.Name == "lara");
        (lara.Title, lara.Active).ShouldBe(("Lara Leaver", false), "a column that is left out is not touched");
        Html.Parse(await admin.Client.GetStringAsync("/import")).QuerySelector(".rail")!.Said().ShouldContain("Must be there: account. Who is new here needs a name too.");
    }

    [Fact]
    public async Task Import_ThatWouldBendTheTreeIntoARing_OrNamesWhatIsNotThere_IsRefused()
    {
        using var admin = await AdminAsync();
        (await LookAsync(admin, "unit,title,parent\nring-a,A,ring-b\nring-b,B,ring-a\n")).QuerySelectorAll("tbody tr").Length.ShouldBe(2);
        (await LookAsync(admin, "unit,title,parent,level\nx,X,nowhere,\n")).QuerySelector("tbody")!.Said().ShouldContain("There is no unit or team “nowhere”");
        (await LookAsync(admin, "unit,title,level\nx,X,Galaxy\n")).QuerySelector("tbody")!.Said().ShouldContain("There is no level “Galaxy”");
        (await LookAsync(admin, "project,owner\nno-such-project,\n")).QuerySelector("tbody")!.Said().ShouldContain("There is no project “no-such-project”");
    }

    [Fact]
    public async Task Import_OfARowWithSeveralFaults_SaysAllOfThemInOneLine()
    {
        using var admin = await AdminAsync();
        var people = await LookAsync(admin, "account,name,email,teams,active\nbad one,Bad,nowhere,ghosts;phantoms,maybe\n");
        people.QuerySelector(".notice.v-deny strong")!.Said().ShouldBe("One row cannot be taken");
        people.QuerySelectorAll("tbody tr").Single().QuerySelectorAll("li").Select(l => l.Said()).ShouldBe(
            ["“bad one” cannot be an account name: 1 to 200 signs without blanks.", "“nowhere” is not an e-mail address.", "“maybe” is neither yes nor no.", "There is no team or unit “ghosts”.", "There is no team or unit “phantoms”."], ignoreOrder: true);
        (await LookAsync(admin, "unit,title,parent,level,email\nx,X,nowhere,Galaxy,nobody\n")).QuerySelectorAll("tbody li").Length.ShouldBe(3);
        (await LookAsync(admin, "project,owner\nno-such-project,no-such-team\n")).QuerySelectorAll("tbody li").Length.ShouldBe(2);
    }

    [Fact]
    public async Task Import_OfTheTopmostLevelBelowAUnit_IsRefused_ForItWouldHaveNoEffect()
    {
        using var admin = await AdminAsync();
        (await LookAsync(admin, "unit,title,parent,level\nabove-it,A,,Group\nbelow-it,B,above-it,Group\n")).QuerySelectorAll("tbody li").Single().Said().ShouldContain("topmost level “Group”");
        (await LookAsync(admin, "unit,title,parent,level\nabove-it,A,,Group\nbelow-it,B,above-it,Company\n")).QuerySelector("[role=alert]").ShouldBeNull();
    }

    [Fact]
    public async Task Import_OfWhatHasChangedSinceItWasLookedAt_IsLookedAtAgain()
    {
        using var admin = await AdminAsync();
        var preview = await LookAsync(admin, "unit,title\nmoving,Moving\n");
        await host.Get<OwnersModule>().ImportGroupsAsync(new Catalogue([new("unit", "moving", "Moved", null, null)], [], []), CancellationToken.None);
        var page = await ApplyAsync(admin, preview);
        page.QuerySelector("[role=alert]")!.Said().ShouldStartWith("Something has changed here");
        page.QuerySelector("tbody")!.Said().ShouldContain("title: Moved → Moving");
        (await ApplyAsync(admin, page)).QuerySelector(".notice.v-allow").ShouldNotBeNull();
    }

    [Fact]
    public async Task Import_BySomebodyWhoMayNotManagePeople_IsRefused()
    {
        var (_, person, password) = await host.Get<PersonStore>().CreateAsync(new PersonEdit("unit-lead", null, null), "test");
        var unit = (await host.Get<OwnersModule>().ImportGroupsAsync(new Catalogue([new("unit", "a-unit", "A unit", null, null)], [], []), CancellationToken.None))[("unit", "a-unit")];
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("INSERT INTO role_grant (org_id, person_id, role, unit_id, source, granted_at, granted_by) VALUES (1, @person, 'ospo-lead', @unit, 'manual', 1, 'test')", new { person, unit }, t));
        using var lead = new Browser(host);
        await lead.SignInAsync(password, "/", "unit-lead");
        (await LookAsync(lead, ImportFile.Template(ImportKind.People))).QuerySelector("[role=alert]")!.Said().ShouldContain("manage people");
        (await LookAsync(lead, ImportFile.Template(ImportKind.Units))).QuerySelector("[role=alert]")!.Said().ShouldContain("whole portfolio");
    }

    [Fact]
    public async Task Leaver_LeavesWhatTheyOwnInSight_UntilItIsHandedOver()
    {
        using var admin = await AdminAsync();
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "lighthouse", "1", TestHost.Bom("pkg:npm/a@1.0.0"));
        await ApplyAsync(admin, await LookAsync(admin, "team,title\nkeepers,Keepers\n"));
        await ApplyAsync(admin, await LookAsync(admin, "account,name,teams\nlea,Lea Leaver,keepers\nhugo,Hugo Heir,\n"));
        var (lea, hugo) = ((await host.Get<PersonStore>().FindActiveAsync("lea"))!.Value, (await host.Get<PersonStore>().FindActiveAsync("hugo"))!.Value);
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("INSERT INTO project_person (project_id, person_id, part) SELECT id, @lea, 'owner' FROM project WHERE name = 'lighthouse'", new { lea }, t));
        (await admin.Client.GetStringAsync("/owners/orphaned")).ShouldContain("Nothing counts on somebody who has left");
        (await admin.Client.GetStringAsync("/")).ShouldNotContain("/owners/orphaned");

        (await client.PutAsJsonAsync($"/api/headwater/v1/people/{lea}/active", new { active = false })).StatusCode.ShouldBe(HttpStatusCode.Forbidden); // That key may not.
        (await host.Get<PersonStore>().SetActiveAsync(lea, false, "test")).ShouldBe(PersonOutcome.Done);

        (await admin.Client.GetStringAsync("/")).ShouldContain("1 project and 1 team count on people who have left");
        (await admin.Client.GetStringAsync("/owners")).ShouldContain("/owners/orphaned");
        var page = Html.Parse(await admin.Client.GetStringAsync("/owners/orphaned"));
        page.QuerySelectorAll(".card").First().Said().ShouldStartWith("Lea Leaver");
        page.DocumentElement.Said().ShouldContain("its one member has left");
        var unowned = page.QuerySelectorAll(".notice.v-warn").Single(n => n.Said().Contains("no owner", StringComparison.Ordinal)).QuerySelector("a")!.GetAttribute("href")!;
        Html.Parse(await admin.Client.GetStringAsync(unowned)).QuerySelector("table.data")!.Said().ShouldContain("lighthouse");
        (await host.Get<OrphanStore>().UnownedAsync(Viewer.Everything, default)).ShouldBeGreaterThan(0);
        (await host.Get<OrphanStore>().UnownedAsync(Viewer.Nothing, default)).ShouldBe(0);
        (await host.Get<OrphanStore>().ListAsync(Viewer.Nothing)).ShouldSatisfyAllConditions(o => o.Leavers.ShouldBeEmpty(), o => o.Teams.ShouldBeEmpty());

        (await (await Site.PostAsync(admin.Client, "/owners/orphaned", $"#to-{lea}", ("To", "nobody"), ("Act", "give"))).Content.ReadAsStringAsync()).ShouldContain("There is nobody here called");
        (await (await Site.PostAsync(admin.Client, "/owners/orphaned", $"#to-{lea}", ("To", "hugo"), ("Act", "give"))).Content.ReadAsStringAsync()).ShouldContain("2 parts were handed over");
        (await admin.Client.GetStringAsync("/owners/orphaned")).ShouldContain("Nothing counts on somebody who has left");
        var heir = (await host.Get<PersonStore>().GetAsync(hugo, Viewer.Everything))!;
        heir.Projects.ShouldHaveSingleItem().Name.ShouldBe("lighthouse");
        heir.Teams.ShouldHaveSingleItem().Title.ShouldBe("Keepers");
    }

    [Fact]
    public async Task Templates_AreFilesToBeginWith()
    {
        using var admin = await AdminAsync();
        (await admin.Client.GetStringAsync("/import/templates/people.csv")).ShouldStartWith("account,name,email,teams,active");
        (await admin.Client.GetAsync("/import/templates/nonsense.csv")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await admin.Client.GetAsync("/import/templates/7.csv")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<AngleSharp.Html.Dom.IHtmlDocument> LookAsync(Browser browser, string text)
    {
        var page = Html.Parse(await browser.Client.GetStringAsync("/import"));
        using var form = new MultipartFormDataContent();
        foreach (var hidden in page.QuerySelector("#file")!.Closest("form")!.QuerySelectorAll("input[type=hidden]")) form.Add(new StringContent(hidden.GetAttribute("value") ?? ""), hidden.GetAttribute("name")!);
        form.Add(new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(text)), "Upload", "file.csv");
        form.Add(new StringContent(""), "Pasted");
        using var response = await browser.Client.PostAsync("/import", form);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return Html.Parse(await response.Content.ReadAsStringAsync());
    }

    private static async Task<AngleSharp.Html.Dom.IHtmlDocument> ApplyAsync(Browser browser, AngleSharp.Html.Dom.IHtmlDocument page)
    {
        var fields = page.QuerySelector("input[name=Digest]")!.Closest("form")!.QuerySelectorAll("input[type=hidden]").Select(i => KeyValuePair.Create(i.GetAttribute("name")!, i.GetAttribute("value") ?? ""));
        using var response = await browser.Client.PostAsync("/import", new FormUrlEncodedContent(fields));
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return Html.Parse(await response.Content.ReadAsStringAsync());
    }

    private async Task<Browser> AdminAsync()
    {
        var browser = new Browser(host);
        (await browser.SignInAsync(TestHost.Password, "/")).Headers.Location!.ToString().ShouldBe("/");
        return browser;
    }
}
