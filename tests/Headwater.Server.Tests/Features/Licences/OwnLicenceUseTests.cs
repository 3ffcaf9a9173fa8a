using System.Net;
using System.Net.Http.Json;
using Headwater.Server.Features.Curations;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Features.Curations;

namespace Headwater.Server.Tests.Features.Licences;

/// <summary>Documents name licences of the organisation itself by their identifiers.</summary>
public sealed class OwnLicenceUseTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Root = "/api/headwater/v1/licences";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Document_ThatNamesOne_IsUnderIt_AlsoWhenItCameBefore()
    {
        using var client = await host.ClientAsync(Permissions.Administrator);
        await TestHost.UploadAsync(client, "own-before", "1", LicenceTests.Bom(("pkg:npm/own-before@1.0.0", LicenceTests.Named("LicenseRef-House-1 OR MIT")), ("pkg:npm/own-other@1.0.0", LicenceTests.Named("LicenseRef-House-10"))));
        (await LicenceTests.OfAsync(host, "pkg:npm/own-before@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.UnknownReference);

        (await client.PostAsJsonAsync(Root, new { id = "LicenseRef-House-1", name = "House terms", category = "permissive" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.Created);
        var before = (await LicenceTests.OfAsync(host, "pkg:npm/own-before@1.0.0")).Licence!;
        (before.Concluded, before.By, before.Reason).ShouldBe(("(LicenseRef-House-1 OR MIT)", ConcludedBy.Declared, LicenceReason.None));
        (await LicenceTests.OfAsync(host, "pkg:npm/own-other@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.UnknownReference, "what is called nearly so is another");

        await TestHost.UploadAsync(client, "own-after", "1", LicenceTests.Bom(("pkg:npm/own-after@1.0.0", LicenceTests.Named("LicenseRef-HOUSE-1"))));
        (await LicenceTests.OfAsync(host, "pkg:npm/own-after@1.0.0")).Licence!.Concluded.ShouldBe("LicenseRef-House-1");

        (await client.PostAsync($"{Root}/LicenseRef-House-1/retire", null, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await TestHost.UploadAsync(client, "own-retired", "1", LicenceTests.Bom(("pkg:npm/own-retired@1.0.0", LicenceTests.Named("LicenseRef-House-1"))));
        (await LicenceTests.OfAsync(host, "pkg:npm/own-retired@1.0.0")).Licence!.Concluded.ShouldBe("LicenseRef-House-1", "what is under one stays under it");
    }

    [Fact]
    public async Task Document_ThatSaysItselfWhatANameMeans_IsBelieved()
    {
        using var client = await host.ClientAsync(Permissions.Administrator);
        (await client.PostAsJsonAsync(Root, new { id = "LicenseRef-House-2", name = "House terms", category = "permissive" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.Created);
        var spdx = """
            {"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"own-text","documentNamespace":"https://example.org/own-text","creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Tool: t"]},
             "packages":[{"SPDXID":"SPDXRef-root","name":"root","downloadLocation":"NOASSERTION"},{"SPDXID":"SPDXRef-a","name":"own-text","versionInfo":"1.0.0","downloadLocation":"NOASSERTION","licenseDeclared":"LicenseRef-House-2","licenseConcluded":"NOASSERTION","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/own-text@1.0.0"}]}],
             "hasExtractedLicensingInfos":[{"licenseId":"LicenseRef-House-2","extractedText":TEXT}],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-root"}]}
            """.Replace("TEXT", System.Text.Json.JsonSerializer.Serialize(LicenceTests.Isc), StringComparison.Ordinal);
        await TestHost.UploadAsync(client, "own-text", "1", spdx);
        (await LicenceTests.OfAsync(host, "pkg:npm/own-text@1.0.0")).Licence!.Concluded.ShouldBe("ISC");
    }
}
