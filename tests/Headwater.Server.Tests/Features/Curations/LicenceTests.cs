using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Core.Licences;
using Headwater.Server.Features.Curations;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Tests.Features.Curations;

/// <summary>Declared, found, concluded: what follows from what documents say and hold.</summary>
public sealed class LicenceTests(TestHost host) : IClassFixture<TestHost>
{
    internal const string Mit = """
        MIT License

        Copyright (c) 2015 Ada Lovelace

        Permission is hereby granted, free of charge, to any person obtaining a copy
        of this software and associated documentation files (the "Software"), to deal
        in the Software without restriction, including without limitation the rights
        to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
        copies of the Software, and to permit persons to whom the Software is
        furnished to do so, subject to the following conditions:

        The above copyright notice and this permission notice shall be included in all
        copies or substantial portions of the Software.

        THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
        IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
        FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
        AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
        LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
        OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
        SOFTWARE.
        """;

    internal const string Isc = """
        ISC License

        Copyright (c) 2019, Grace Hopper

        Permission to use, copy, modify, and/or distribute this software for any
        purpose with or without fee is hereby granted, provided that the above
        copyright notice and this permission notice appear in all copies.

        THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
        WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
        MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
        ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
        WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
        ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
        OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
        """;

    /// <summary>A CycloneDX document; each component with the licences it has as JSON.</summary>
    internal static string Bom(params (string Purl, string Licences)[] components) =>
        """{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"component":{"type":"application","name":"root","bom-ref":"root"}},"components":["""
        + string.Join(",", components.Select((c, i) => $"{{\"type\":\"library\",\"bom-ref\":\"c{i}\",\"name\":\"{NameOf(c.Purl)}\",\"version\":\"{c.Purl[(c.Purl.LastIndexOf('@') + 1)..]}\",\"purl\":\"{c.Purl}\",\"licenses\":{c.Licences}}}")) + "]}";

    internal static string Id(string id, string? text = null) => $"[{{\"license\":{{\"id\":\"{id}\"{(text is null ? "" : $",\"text\":{{\"content\":{JsonSerializer.Serialize(text)}}}")}}}}}]";

    internal static string Named(string name) => $"[{{\"license\":{{\"name\":{JsonSerializer.Serialize(name)}}}}}]";

    internal static async Task<LicensedComponent> OfAsync(TestHost host, string purl)
    {
        await host.IdleAsync();
        var id = await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long>("SELECT id FROM component_version WHERE identity = @purl", new { purl }));
        return (await host.Get<LicenceStore>().OfVersionAsync(Headwater.Server.Platform.Auth.Viewer.Everything, id, default))!;
    }

    private static string NameOf(string purl) => purl[(purl.LastIndexOf('/') + 1)..purl.LastIndexOf('@')];

    [Theory]
    [InlineData("plain", "MIT", "MIT", nameof(LicenceReason.None))]
    [InlineData("choice", "(MIT OR Apache-2.0)", "(MIT OR Apache-2.0)", nameof(LicenceReason.None))]
    [InlineData("words", "Apache License, Version 2.0", "Apache-2.0", nameof(LicenceReason.None))]
    [InlineData("cipher", "Quux house rules 7", null, nameof(LicenceReason.Unreadable))]
    [InlineData("pointer", "SEE LICENSE IN terms.txt", null, nameof(LicenceReason.UnknownReference))]
    [InlineData("reference", "LicenseRef-our-own", null, nameof(LicenceReason.UnknownReference))]
    public async Task Declared_Alone_IsConcludedWhereItCanBeRead(string name, string said, string? concluded, string reason)
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "alone " + name, "1", Bom(($"pkg:npm/alone-{name}@1.0.0", Named(said))));
        var it = await OfAsync(host, $"pkg:npm/alone-{name}@1.0.0");
        (it.Licence!.Concluded, it.Licence.Reason.ToString(), it.Licence.Found).ShouldBe((concluded, reason, null));
        it.Licence.By.ShouldBe(concluded is null ? ConcludedBy.Nothing : ConcludedBy.Declared);
        it.Said.ShouldBe([said]);
    }

    [Fact]
    public async Task Nothing_Declared_IsNoLicence()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "silent", "1", Bom(("pkg:npm/silent@1.0.0", "[]")));
        (await OfAsync(host, "pkg:npm/silent@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.NoLicence);
    }

    [Fact]
    public async Task Text_ThatAgrees_ConcludesAndKeepsItsCopyright()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "agrees", "1", Bom(("pkg:npm/agrees@1.0.0", Id("MIT", Mit))));
        var it = await OfAsync(host, "pkg:npm/agrees@1.0.0");
        (it.Licence!.Declared, it.Licence.Found, it.Licence.Concluded, it.Licence.By).ShouldBe(("MIT", "MIT", "MIT", ConcludedBy.Agreement));
        var text = it.Texts.ShouldHaveSingleItem();
        (text.Kind, text.Source, text.Expression).ShouldBe((TextKind.Licence, "sbom", "MIT"));
        text.Copyrights.ShouldHaveSingleItem().ShouldContain("Ada Lovelace");
        (await host.Get<CurationsModule>().TextsAsync([text.Sha256], default))[text.Sha256].ShouldBe(Mit);
    }

    [Fact]
    public async Task Text_ThatStatesMoreThanIsDeclared_WaitsForAPerson()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "differs", "1", Bom(("pkg:npm/differs@1.0.0", Id("MIT", Isc))));
        var it = await OfAsync(host, "pkg:npm/differs@1.0.0");
        (it.Licence!.Declared, it.Licence.Found, it.Licence.Concluded, it.Licence.Reason).ShouldBe(("MIT", "ISC", null, LicenceReason.Differs));
    }

    /// <summary>Terms that nobody else has, as long as licences are.</summary>
    internal const string Own = """
        Whoever keeps bees may run this program from Monday to Friday, and give it to other keepers of bees, if the third jar of every harvest is sent to its author.
        On other days the program rests. This grant ends when the hive does.
        """;

    [Fact]
    public async Task Text_OfAKnownLicence_WithARestrictionInIt_WaitsForAPerson()
    {
        using var client = await host.ClientAsync();
        var mit = host.Get<LicenceLibrary>().Find("MIT")!.Text!;
        var text = mit.Replace("without restriction,", "for non-commercial purposes only,", StringComparison.Ordinal);
        text.ShouldNotBe(mit);
        await TestHost.UploadAsync(client, "restricted", "1", Bom(("pkg:npm/restricted@1.0.0", Id("MIT", text)), ("pkg:npm/unrestricted@1.0.0", Id("MIT", mit))));

        (await OfAsync(host, "pkg:npm/restricted@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.TextUnknown);
        (await OfAsync(host, "pkg:npm/unrestricted@1.0.0")).Licence!.Concluded.ShouldBe("MIT");
    }

    [Theory]
    [InlineData("own", Own)]
    [InlineData("abroad", "本软件仅供养蜂人使用。养蜂人可以在星期一至星期五运行本程序，并可将其交给其他养蜂人，但须将每次收获的第三罐蜂蜜寄给作者。")]
    [InlineData("cut", "TERMS\n\nSee the whole of what was agreed between the parties in the year of the flood, which is kept in the second drawer of the desk at the window and is not part of this file")]
    public async Task Text_ThatStatesNothingKnown_IsATextAllTheSame(string name, string text)
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "unknown " + name, "1", Bom(($"pkg:npm/unknown-{name}@1.0.0", Id("MIT", text))));
        var it = await OfAsync(host, $"pkg:npm/unknown-{name}@1.0.0");
        (it.Licence!.Declared, it.Licence.Found, it.Licence.Concluded, it.Licence.Reason).ShouldBe(("MIT", null, null, LicenceReason.TextUnknown));
        it.Texts.ShouldHaveSingleItem().IsUnrecognised.ShouldBeTrue();
        (await client.GetStringAsync($"/api/headwater/v1/licences/queue?reason=textUnknown&filter=unknown-{name}")).ShouldContain($"unknown-{name}");
    }

    [Theory]
    [InlineData("name", "Licence of the house", nameof(TextKind.Licence))]
    [InlineData("holders", "Copyright (c) 2001 Ada Lovelace and those who helped her\nCopyright (c) 2002 Grace Hopper and those who helped her\nCopyright (c) 2003 Mary Keller and those who helped her\n", nameof(TextKind.Licence))]
    [InlineData("notice", Own, nameof(TextKind.Notice))]
    [InlineData("copyright", Own, nameof(TextKind.Copyright))]
    [InlineData("other", Own, nameof(TextKind.Other))]
    public async Task Text_ThatGrantsNothing_IsNotHeldAgainstWhatIsDeclared(string name, string text, string kind)
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "grants " + name, "1", Bom(($"pkg:npm/grants-{name}@1.0.0", Id("MIT"))));
        await OfAsync(host, $"pkg:npm/grants-{name}@1.0.0");
        await AddTextAsync($"pkg:npm/grants-{name}@1.0.0", text, Enum.Parse<TextKind>(kind));
        var it = await OfAsync(host, $"pkg:npm/grants-{name}@1.0.0");
        (it.Texts.ShouldHaveSingleItem().IsRead, it.Licence!.Concluded, it.Licence.By).ShouldBe((true, "MIT", ConcludedBy.Declared));
    }

    [Fact]
    public async Task Text_OfOneChoice_AgreesWithTheChoice()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "one of two", "1", Bom(("pkg:npm/one-of-two@1.0.0", "[" + Id("MIT", Mit)[1..^1] + "]"), ("pkg:npm/choice-of-two@1.0.0", "[{\"expression\":\"Apache-2.0 OR MIT\"}]")));
        (await OfAsync(host, "pkg:npm/choice-of-two@1.0.0")).Licence!.Concluded.ShouldBe("(Apache-2.0 OR MIT)");
        await AddTextAsync("pkg:npm/choice-of-two@1.0.0", Mit);
        var it = await OfAsync(host, "pkg:npm/choice-of-two@1.0.0");
        (it.Licence!.Found, it.Licence.Concluded, it.Licence.By).ShouldBe(("MIT", "(Apache-2.0 OR MIT)", ConcludedBy.Agreement));
    }

    [Fact]
    public async Task Reference_OfAnSpdxDocument_IsWhatItsTextStates()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "spdx", "1", $$"""
            {"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"spdx","documentNamespace":"https://example.org/spdx/1","creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Tool: test"]},
             "packages":[{"SPDXID":"SPDXRef-root","name":"root","downloadLocation":"NOASSERTION"},
                {"SPDXID":"SPDXRef-a","name":"referring","versionInfo":"1.0.0","downloadLocation":"NOASSERTION","licenseDeclared":"LicenseRef-1 AND Zlib","licenseConcluded":"NOASSERTION","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/referring@1.0.0"}]}],
             "hasExtractedLicensingInfos":[{"licenseId":"LicenseRef-1","extractedText":{{JsonSerializer.Serialize(Isc)}}}],
             "relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-root"},{"spdxElementId":"SPDXRef-root","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-a"}]}
            """);
        var it = await OfAsync(host, "pkg:npm/referring@1.0.0");
        (it.Licence!.Declared, it.Licence.Found, it.Licence.Concluded).ShouldBe(("(ISC AND Zlib)", "ISC", "(ISC AND Zlib)"));
    }

    [Fact]
    public async Task ConcludedByATool_DoesNotStandBesideWhatIsDeclared()
    {
        using var client = await host.ClientAsync();
        const string Said = """[{"license":{"id":"MIT","acknowledgement":"declared"}},{"license":{"id":"GPL-2.0-only","acknowledgement":"concluded"}}]""";
        await TestHost.UploadAsync(client, "tool", "1", Bom(("pkg:npm/tool-said@1.0.0", Said)).Replace("\"1.5\"", "\"1.6\"", StringComparison.Ordinal));
        (await OfAsync(host, "pkg:npm/tool-said@1.0.0")).Licence!.Declared.ShouldBe("MIT");
    }

    [Fact]
    public async Task Document_ThatSaysMoreLater_IsWorkedOutAnew()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "later", "1", Bom(("pkg:npm/later@1.0.0", "[]")));
        (await OfAsync(host, "pkg:npm/later@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.NoLicence);
        await TestHost.UploadAsync(client, "later", "2", Bom(("pkg:npm/later@1.0.0", Id("ISC"))));
        (await OfAsync(host, "pkg:npm/later@1.0.0")).Licence!.Concluded.ShouldBe("ISC");
    }

    [Fact]
    public async Task Update_OfAnInstallationWithoutThem_FillsInWhatIsMissing()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "old", "1", Bom(("pkg:npm/of-old@1.0.0", Id("MIT", Mit)), ("pkg:npm/of-old-too@1.0.0", Id("Zlib"))));
        await host.IdleAsync();
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("DELETE FROM component_licence; DELETE FROM text_fact; UPDATE setting SET value = 'of another library' WHERE name = 'licences.library'", transaction: t));
        await host.Get<QueueStore>().EnqueueAsync(EvaluateJob.Request);
        (await OfAsync(host, "pkg:npm/of-old@1.0.0")).Licence!.By.ShouldBe(ConcludedBy.Agreement);
        (await OfAsync(host, "pkg:npm/of-old-too@1.0.0")).Licence!.Concluded.ShouldBe("Zlib");
        (await host.Get<LicenceStore>().IsCompleteAsync(default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Lists_ShowFilterAndExportTheThreeLicences()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "three", "1", Bom(("pkg:npm/three-a@1.0.0", Named("The Apache License, Version 2.0")), ("pkg:npm/three-b@1.0.0", Id("MIT", Isc)), ("pkg:npm/three-c@1.0.0", "[]")));
        await host.IdleAsync();
        var version = (await client.GetFromJsonAsync<JsonElement>("/api/v1/project/lookup?name=three&version=1")).GetProperty("uuid").GetGuid();
        var address = $"/api/headwater/v1/versions/{version}/components";
        Names(await client.GetFromJsonAsync<JsonElement>(address + "?unresolved=true&sort=name")).ShouldBe(["three-b", "three-c"]);
        Names(await client.GetFromJsonAsync<JsonElement>(address + "?licence=apache-2.0")).ShouldBe(["three-a"]);
        var file = await client.GetStringAsync(address + "?format=csv&sort=name");
        file.ShouldContain("concluded,declared,found,concluded by,unresolved");
        file.ShouldContain("three-b,1.0.0,npm,library,MIT,,MIT,ISC,,Differs");
        (await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/search?q=licence:Apache-2.0")).GetRawText().ShouldContain("three-a");

        static IEnumerable<string> Names(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!);
    }

    private async Task AddTextAsync(string purl, string text, TextKind kind = TextKind.Licence)
    {
        var id = await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long>("SELECT id FROM component_version WHERE identity = @purl", new { purl }));
        await host.Get<IDatabase>().WriteAsync(t => host.Get<CurationsModule>().AddTextsAsync(t, [new NewText(id, "LICENSE", kind, text)], "person", "admin"));
        host.Get<QueueStore>().Wake();
    }
}
