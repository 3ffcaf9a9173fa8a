using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Features;

public sealed class OwnerTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1";

    [Fact]
    public void Catalogue_WithKindsWeDoNotKnow_IsReadAroundThem()
    {
        var folder = Directory.CreateTempSubdirectory("headwater-catalogue-").FullName;
        File.WriteAllText(Path.Combine(folder, "a.yaml"), """
            kind: API
            metadata: { name: x }
            ---
            kind: Group
            metadata: { name: web }
            spec: { type: team, parent: group:default/shop, profile: { displayName: Web, email: web@example.org } }
            ---
            kind: Component
            metadata: { name: shop, annotations: { headwater.dev/sbom: "a.json@1, b.json@2" } }
            spec: { owner: "group:default/web" }
            ---
            - not an entity
            """);
        File.WriteAllText(Path.Combine(folder, "b.yml"), "kind: [unclosed");
        File.WriteAllText(Path.Combine(folder, "c.yaml"), new string('[', 100_000));
        var catalogue = OwnersModule.ReadCatalogue(folder);
        Directory.Delete(folder, true);

        catalogue.Groups.Single().ShouldBe(new CatalogueGroup("team", "web", "Web", "web@example.org", "shop"));
        var project = catalogue.Projects.Single();
        project.Owner.ShouldBe("web");
        project.Documents.ShouldBe([new CatalogueDocument("a.json", "1"), new CatalogueDocument("b.json", "2")]);
        catalogue.Problems.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Tree_AddsUpWhatLiesBelow_AndSurvivesARing()
    {
        using var client = await host.ClientAsync();
        var owners = host.Get<OwnersModule>();
        var ids = await owners.ImportGroupsAsync(new Catalogue([new("unit", "top", "Top", null, "ring"), new("unit", "ring", "Ring", null, "top"), new("unit", "house", "House", null, null), new("team", "crew", "Crew", null, "house")], [], []), default);
        var it = await TestHost.UploadAsync(client, "owned", "1", TestHost.Bom(Log4j));
        var project = await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{it.ProjectUuid}");
        var uuid = project.GetProperty("version").GetProperty("projectUuid").GetGuid();
        (await client.PutAsJsonAsync($"/api/headwater/v1/projects/{uuid}/owner", new { ownerId = ids[("team", "crew")] })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.PutAsJsonAsync($"/api/headwater/v1/projects/{uuid}/owner", new { ownerId = 999_999 })).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        var store = host.Get<OwnerStore>();
        var tree = await store.TreeAsync(Viewer.Everything);
        tree.Single(o => o.Name == "house").ShouldSatisfyAllConditions(o => o.Projects.ShouldBe(1), o => o.Findings.Critical.ShouldBe(1));
        tree.Single(o => o.Name == "crew").Level.ShouldBe(1);
        (await store.GetAsync(Viewer.Everything, ids[("team", "crew")]))!.Ancestors.Single().Name.ShouldBe("house");
        (await host.Get<ProjectStore>().ListAsync(Viewer.Everything, new PageRequest(), new ProjectFilter { OwnerId = ids[("unit", "house")] })).Items.Single().Name.ShouldBe("owned");
        var risk = (await store.TopRisksAsync(Viewer.Everything, 3, ids[("unit", "house")])).Single();
        risk.Finding.Id.ShouldBe("CVE-2021-44228");
        risk.Owners.Single().Name.ShouldBe("crew");
        tree.Select(o => o.Name).ShouldBe(["house", "crew", "ring", "top"], ignoreOrder: true);
        (await store.GetAsync(Viewer.Everything, ids[("unit", "top")])).ShouldNotBeNull();
    }

    [Fact]
    public async Task OpenApi_DescribesEachInterfaceInADocumentOfItsOwn()
    {
        using var client = host.Anonymous();
        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        document.GetProperty("info").GetProperty("title").GetString().ShouldBe("Headwater");
        var paths = document.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        paths.ShouldContain("/api/headwater/v1/projects");
        paths.ShouldAllBe(p => p.StartsWith("/api/headwater/v1/"));
        var compatible = await client.GetFromJsonAsync<JsonElement>("/openapi/dependency-track.json");
        var theirs = compatible.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        theirs.ShouldContain("/api/v1/bom");
        theirs.ShouldNotContain(p => p.StartsWith("/api/headwater"));
    }
}
