using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Xml.Linq;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Tests.Features;

/// <summary>Every table as a file: what it shows and nothing else, whatever the names in it try.</summary>
public sealed class ExportTests(TestHost host) : IClassFixture<TestHost>
{
    private static readonly XNamespace Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Xlsx_OfProjects_HoldsTheFilteredRowsWithTheirTypes()
    {
        var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "Sheet one", "1", TestHost.Bom("pkg:npm/lodash@4.17.0"));
        await client.PostAsJsonAsync($"{Api.Root}/projects", new { name = "=HYPERLINK(\"http://evil\") & <sheet>", kind = "tool" }, Stop);
        var rows = await SheetAsync(client, $"{Api.Root}/projects?format=xlsx&filter=sheet&sort=name&columns=name,components,kind,uploaded");
        rows[0].Select(c => c.Text).ShouldBe(["project", "kind", "components", "uploaded", "retired", "sum of projects", "uuid"]);
        rows.Count.ShouldBe(3);
        rows[1][0].ShouldBe(("inlineStr", "=HYPERLINK(\"http://evil\") & <sheet>"));
        rows[1][1].ShouldBe(("inlineStr", "tool"));
        rows[2][2].ShouldBe(("n", "1"));
        DateTime.FromOADate(double.Parse(rows[2][3].Text, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(DateTime.UtcNow, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Links_OfAPageOpenedWithAScope_KeepIt()
    {
        using var browser = new Headwater.Server.Tests.Platform.Browser(host);
        await browser.SignInAsync(TestHost.Password, "/");
        var page = Ui.Html.Parse(await browser.Client.GetStringAsync("/projects?scope=4711", Stop));
        var links = page.QuerySelectorAll("a[download]").Select(a => a.GetAttribute("href")!).Where(h => h.Contains("format=", StringComparison.Ordinal)).ToList();
        links.Count.ShouldBe(3);
        links.ShouldAllBe(h => h.Contains("scope=4711", StringComparison.Ordinal));
    }

    [Fact]
    public async Task File_OfMoreThanAPage_HoldsEveryRowOnce()
    {
        var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "Long", "1", TestHost.Bom([.. Enumerable.Range(0, 2300).Select(i => $"pkg:npm/long-{i}@1.0.0")]));
        var path = $"{Api.Root}/versions/{it.ProjectUuid}/components?sort=name&format=";
        (await SheetAsync(client, path + "xlsx")).Count.ShouldBe(2301);
        var csv = (await client.GetStringAsync(path + "csv", Stop)).TrimEnd().Split("\r\n");
        csv.Skip(1).Distinct().Count().ShouldBe(2300);
        (await client.GetFromJsonAsync<JsonElement>(path + "json", Stop)).GetArrayLength().ShouldBe(2300);
    }

    [Theory]
    [InlineData("projects")]
    [InlineData("components")]
    [InlineData("archive")]
    [InlineData("advisories")]
    [InlineData("analyses")]
    [InlineData("jobs")]
    [InlineData("audit")]
    public async Task EveryTable_ComesAsCsvJsonAndXlsx(string table)
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        (await client.GetAsync($"{Api.Root}/{table}?format=csv", Stop)).Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/{table}?format=json", Stop)).ValueKind.ShouldBe(JsonValueKind.Array);
        (await SheetAsync(client, $"{Api.Root}/{table}?format=xlsx"))[0].ShouldNotBeEmpty();
        (await client.GetAsync($"{Api.Root}/{table}?format=docx", Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Xlsx_OfTextThatXmlCannotSay_StaysReadable()
    {
        using var file = new MemoryStream();
        await XlsxFile.WriteAsync(file, ["a"], Rows(["\u0001x\uD800y\uFFFF😀", new string('z', 40_000), double.NaN, true, null]), Stop);
        file.Position = 0;
        var row = Read(file)[1];
        row[0].Text.ShouldBe("xy😀");
        row[1].Text.Length.ShouldBe(32_767);
        row.Select(c => c.Type).ShouldBe(["inlineStr", "inlineStr", "n", "b", "n"]);

        static async IAsyncEnumerable<object?[]> Rows(params object?[][] rows)
        {
            foreach (var row in rows) yield return row;
            await Task.CompletedTask;
        }
    }

    private static async Task<List<List<(string Type, string Text)>>> SheetAsync(HttpClient client, string path)
    {
        var response = await client.GetAsync(path, Stop);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        response.Content.Headers.ContentType!.MediaType.ShouldBe(XlsxFile.ContentType);
        return Read(new MemoryStream(await response.Content.ReadAsByteArrayAsync(Stop)));
    }

    private static List<List<(string Type, string Text)>> Read(Stream file)
    {
        using var zip = new ZipArchive(file);
        foreach (var entry in zip.Entries) using (var part = entry.Open()) XDocument.Load(part);
        using var sheet = zip.GetEntry("xl/worksheets/sheet1.xml")!.Open();
        return [.. XDocument.Load(sheet).Descendants(Main + "row").Select(r => r.Elements(Main + "c").Select(c => (c.Attribute("t")?.Value ?? "n", c.Value)).ToList())];
    }
}
