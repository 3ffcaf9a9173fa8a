using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Curations;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Features.Curations;

namespace Headwater.Server.Tests.Features.Registries;

/// <summary>What registries declare: it counts where no document declares anything, and is shown where both speak and differ.</summary>
public sealed class RegistryLicenceTests : IAsyncLifetime
{
    private readonly TestHost _host = new();
    private RegistryServer _server = null!;
    private HttpClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _host.Settings["Headwater:Outgoing:AllowPrivate"] = "true";
        _server = await RegistryServer.StartAsync();
        await _host.InitializeAsync();
        _admin = await _host.ClientAsync(Permissions.Administrator);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task NothingDeclaredByADocument_WhatTheRegistrySaysIsDeclared_EverywhereAndWithItsSource()
    {
        await UploadAsync("shop", ("pkg:npm/silent@1.0.0", "[]"), ("pkg:npm/spoken@1.0.0", LicenceTests.Id("ISC")));
        (await QueueAsync("silent")).ShouldHaveSingleItem();
        _server.Set("/silent", Npm("silent", ("1.0.0", "License :: OSI Approved :: MIT License")));
        _server.Set("/spoken", Npm("spoken", ("1.0.0", "ISC")));
        await CheckAsync(await AddAsync());

        var it = await OfAsync("pkg:npm/silent@1.0.0");
        (it.Licence!.Declared, it.Licence.Concluded, it.Licence.By, it.Licence.DeclaredBy).ShouldBe(("MIT", "MIT", ConcludedBy.Declared, DeclaredBy.Registry));
        (it.Licence.Registry!.Registry, it.Licence.Registry.Said.Single(), it.Licence.Registry.Differing, it.Said.Single()).ShouldBe(("npm", "License :: OSI Approved :: MIT License", null, "License :: OSI Approved :: MIT License"));
        it.Licence.Registry.AskedAt.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(2));
        (await QueueAsync("silent")).ShouldBeEmpty("its licence is known now");
        var spoken = (await OfAsync("pkg:npm/spoken@1.0.0")).Licence!;
        (spoken.DeclaredBy, spoken.Registry!.Differing, spoken.Concluded).ShouldBe((DeclaredBy.Document, null, "ISC"));

        (await _admin.GetFromJsonAsync<JsonElement>("/api/headwater/v1/search?q=licence:MIT")).ToString().ShouldContain("silent");
        var file = await _admin.GetStringAsync($"/api/headwater/v1/components/{it.ComponentId}/versions?format=csv");
        file.ShouldContain("declared by");
        file.ShouldContain("registry npm");
        var page = await (await BrowserAsync()).GetStringAsync($"/component-versions/{it.ComponentVersionId}");
        page.ShouldContain("Declared by the registry npm");
    }

    [Fact]
    public async Task DocumentAndRegistry_ThatDiffer_AreShown_AndWaitUnlessATextSaysWhoIsRight()
    {
        await UploadAsync("differ", ("pkg:npm/differs@1.0.0", LicenceTests.Id("MIT")), ("pkg:npm/settled@1.0.0", LicenceTests.Id("MIT", LicenceTests.Mit)), ("pkg:npm/same@1.0.0", LicenceTests.Named("Apache License, Version 2.0")), ("pkg:npm/order@1.0.0", LicenceTests.Named("MIT OR Zlib")),
            ("pkg:npm/vague@1.0.0", LicenceTests.Id("MIT")));
        foreach (var (name, says) in new[] { ("differs", "Apache-2.0"), ("settled", "Apache-2.0"), ("same", "Apache-2.0"), ("order", "(Zlib OR MIT)"), ("vague", "SEE LICENSE IN terms.txt") }) _server.Set("/" + name, Npm(name, ("1.0.0", says)));
        await CheckAsync(await AddAsync());

        var differs = (await OfAsync("pkg:npm/differs@1.0.0")).Licence!;
        (differs.Declared, differs.Concluded, differs.Reason, differs.Registry!.Differing).ShouldBe(("MIT", null, LicenceReason.RegistryDiffers, "Apache-2.0"), "the document's word stays what is declared");
        var settled = (await OfAsync("pkg:npm/settled@1.0.0")).Licence!;
        (settled.Concluded, settled.By, settled.Registry!.Differing).ShouldBe(("MIT", ConcludedBy.Agreement, "Apache-2.0"));
        foreach (var name in new[] { "same", "order", "vague" })
        {
            var it = (await OfAsync($"pkg:npm/{name}@1.0.0")).Licence!;
            (it.Reason, it.Registry!.Differing).ShouldBe((LicenceReason.None, null), name);
        }

        var row = (await QueueAsync("differs", "&reason=RegistryDiffers")).ShouldHaveSingleItem();
        var page = Ui.Html.Parse(await (await BrowserAsync()).GetStringAsync($"/licences/queue/{row.GetProperty("componentVersionId").GetInt64()}"));
        page.QuerySelectorAll("button[name=Pick]").Select(b => b.GetAttribute("value")).ShouldBe(["MIT", "Apache-2.0", "NONE", ""], "both are one key away");
        page.QuerySelector("main")!.TextContent.ShouldContain("The registry npm declares Apache-2.0 instead");
    }

    [Fact]
    public async Task DocumentThatCannotBeRead_HasTheRegistrysWordAmongItsProposals()
    {
        await UploadAsync("unclear", ("pkg:npm/unclear@1.0.0", LicenceTests.Named("Unclear house rules")));
        _server.Set("/unclear", Npm("unclear", ("1.0.0", "BSD-2-Clause")));
        await CheckAsync(await AddAsync());
        var it = await OfAsync("pkg:npm/unclear@1.0.0");
        (it.Licence!.Reason, it.Licence.Registry!.Differing).ShouldBe((LicenceReason.Unreadable, null), "what cannot be read is held against nothing");
        _host.Get<WorkbenchStore>().Proposals(it, []).ShouldContain(new Proposal("BSD-2-Clause", "proposal.registry"));
    }

    [Fact]
    public async Task DocumentThatComesLater_TakesThePlaceOfTheRegistrysWord()
    {
        await UploadAsync("before", ("pkg:npm/later@1.0.0", "[]"));
        _server.Set("/later", Npm("later", ("1.0.0", "MIT")));
        await CheckAsync(await AddAsync());
        (await OfAsync("pkg:npm/later@1.0.0")).Licence!.DeclaredBy.ShouldBe(DeclaredBy.Registry);
        await UploadAsync("after", ("pkg:npm/later@1.0.0", LicenceTests.Id("ISC")));
        var it = await OfAsync("pkg:npm/later@1.0.0");
        (it.Licence!.Declared, it.Licence.DeclaredBy, it.Licence.Reason, it.Licence.Registry!.Differing, it.Said.Single()).ShouldBe(("ISC", DeclaredBy.Document, LicenceReason.RegistryDiffers, "MIT", "ISC"));
    }

    [Fact]
    public async Task Decision_AboutWords_ReachesWhatARegistryDeclares_AndARelicensingByItIsTold()
    {
        await UploadAsync("words", ("pkg:npm/words-doc@1.0.0", LicenceTests.Named("Registry house rules")), ("pkg:npm/words-reg@1.0.0", "[]"), ("pkg:npm/moved@1.0.0", "[]"));
        var store = _host.Get<CurationStore>();
        await store.DecideAsync(Viewer.Everything, (await OfAsync("pkg:npm/words-doc@1.0.0")).ComponentVersionId, new CurationWish("declared", "Zlib", "upstream-says"), "lara", default);
        await store.DecideAsync(Viewer.Everything, (await OfAsync("pkg:npm/moved@1.0.0")).ComponentVersionId, new CurationWish("component", "MIT", "not-declared"), "lara", default);
        _server.Set("/words-reg", Npm("words-reg", ("1.0.0", "Registry house rules")));
        _server.Set("/moved", Npm("moved", ("1.0.0", "GPL-3.0-only")));
        await CheckAsync(await AddAsync());
        (await OfAsync("pkg:npm/words-reg@1.0.0")).Licence!.Concluded.ShouldBe("Zlib");
        (await OfAsync("pkg:npm/moved@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.Relicensed, "it was decided when nothing was declared");
    }

    [Fact]
    public async Task Registry_ThatIsRenamed_IsSoCalled_AndOneThatIsTakenAwayDeclaresNothing()
    {
        await UploadAsync("gone", ("pkg:npm/gone@1.0.0", "[]"), ("pkg:npm/kept@1.0.0", LicenceTests.Id("ISC")));
        _server.Set("/gone", Npm("gone", ("1.0.0", "MIT")));
        _server.Set("/kept", Npm("kept", ("1.0.0", "MIT")));
        var id = await AddAsync();
        await CheckAsync(id);
        (await OfAsync("pkg:npm/kept@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.RegistryDiffers);
        (await _admin.PutAsJsonAsync($"/api/headwater/v1/registries/{id}", new { type = "npm", name = "mirror", address = _server.Address })).EnsureSuccessStatusCode();
        (await OfAsync("pkg:npm/gone@1.0.0")).Licence!.Registry!.Registry.ShouldBe("mirror");
        (await _admin.DeleteAsync($"/api/headwater/v1/registries/{id}")).EnsureSuccessStatusCode();
        var gone = await OfAsync("pkg:npm/gone@1.0.0");
        (gone.Licence!.Reason, gone.Licence.Registry, gone.Said.Count).ShouldBe((LicenceReason.NoLicence, null, 0));
        (await OfAsync("pkg:npm/kept@1.0.0")).Licence!.Concluded.ShouldBe("ISC");
    }

    [Fact]
    public async Task Package_ThatNoRegistryMayHearOfAnyMore_IsDeclaredByNone()
    {
        await UploadAsync("never", ("pkg:npm/ours@1.0.0", "[]"));
        _server.Set("/ours", Npm("ours", ("1.0.0", "MIT")));
        var id = await AddAsync();
        await CheckAsync(id);
        (await OfAsync("pkg:npm/ours@1.0.0")).Licence!.Concluded.ShouldBe("MIT");
        (await _admin.PutAsJsonAsync($"/api/headwater/v1/registries/{id}", new { type = "npm", name = "npm", address = _server.Address, never = new[] { "ours" } })).EnsureSuccessStatusCode();
        await CheckAsync(id);
        (await OfAsync("pkg:npm/ours@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.NoLicence, "somebody else's package of that name is not ours");
    }

    [Fact]
    public async Task Answer_AboutManyVersions_IsNoStatementForEach()
    {
        const int Versions = 5000;
        await UploadAsync("many", ("pkg:npm/many@0.0.0", "[]"));
        var (component, first) = await _host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<(long, long)>("SELECT component_id, id FROM component_version WHERE identity = 'pkg:npm/many@0.0.0'"));
        await _host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync($"""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Versions})
            INSERT INTO component_version (id, component_id, identity, purl, version, licences, first_seen) SELECT 1000000 + i, {component}, 'pkg:npm/many@' || i || '.0.0', 'pkg:npm/many@' || i || '.0.0', i || '.0.0', '[]', 0 FROM n;
            INSERT INTO component_licence (cv_id, concluded_by, reason, terms) SELECT id, 0, 1, '[]' FROM component_version WHERE id > 1000000
            """, transaction: t));
        var heard = Enumerable.Range(1, Versions).Select(i => new HeardLicence(1_000_000 + i, 1, "npm", """["MIT"]""")).ToList();
        (await _host.Get<IDatabase>().WriteAsync(t => _host.Get<CurationsModule>().HearAsync(t, heard, DateTimeOffset.UtcNow), true)).ShouldBeTrue();
        (await _host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM licence_work"))).ShouldBe(Versions, "what one answer says of very many is left to the job, noted at once");
        _host.Get<Headwater.Server.Platform.Jobs.QueueStore>().Wake();
        await _host.IdleAsync();
        (await _host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM component_licence WHERE concluded = 'MIT'"))).ShouldBe(Versions);
        (await _host.Get<IDatabase>().WriteAsync(t => _host.Get<CurationsModule>().HearAsync(t, heard, DateTimeOffset.UtcNow), true)).ShouldBeFalse("the same again changes nothing");
        first.ShouldBeGreaterThan(0);
    }

    private static string Npm(string name, params (string Version, string Licence)[] versions) => JsonSerializer.Serialize(new { name, versions = versions.ToDictionary(v => v.Version, v => new { name, version = v.Version, license = v.Licence }), time = new { } });

    private Task<LicensedComponent> OfAsync(string purl) => LicenceTests.OfAsync(_host, purl);

    private async Task UploadAsync(string project, params (string Purl, string Licences)[] components)
    {
        using var client = await _host.ClientAsync();
        await TestHost.UploadAsync(client, project, "1", LicenceTests.Bom(components));
        await _host.IdleAsync();
    }

    private async Task<List<JsonElement>> QueueAsync(string filter, string more = "") => [.. (await _admin.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/licences/queue?filter={filter}{more}")).GetProperty("items").EnumerateArray()];

    private async Task<HttpClient> BrowserAsync()
    {
        await _host.GrantAsync(await _host.AddPersonAsync("reader"), "approver-legal", 0);
        return await _host.BrowserAsync("reader");
    }

    private async Task<long> AddAsync()
    {
        using var response = await _admin.PostAsJsonAsync("/api/headwater/v1/registries?check=false", new { type = "npm", name = "npm", address = _server.Address });
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt64();
    }

    private async Task CheckAsync(long id)
    {
        (await _admin.PostAsync($"/api/headwater/v1/registries/{id}/check", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await _host.IdleAsync();
    }
}
