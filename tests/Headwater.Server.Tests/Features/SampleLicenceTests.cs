using System.Text.Json;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Samples;
using Headwater.Server.Tests.Features.Curations;

namespace Headwater.Server.Tests.Features;

/// <summary>The licence texts and decisions of the samples, on components as the sample documents declare them.</summary>
public sealed class SampleLicenceTests(TestHost host) : IClassFixture<TestHost>
{
    private static readonly string Folder = Path.Combine(Root(), "samples", "licences");

    [Fact]
    public async Task Samples_ShowADecision_ARelicensingAndTexts_HoweverOftenTheyAreLoaded()
    {
        using var client = await host.ClientAsync();
        using var said = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, "licences.json"), TestContext.Current.CancellationToken));
        var texts = said.RootElement.GetProperty("texts").EnumerateArray().Select(t => t.GetProperty("component").GetString()!).ToList();
        await TestHost.UploadAsync(client, "Sampled", "1", LicenceTests.Bom(
        [
            .. texts.Select(t => (t, t.Contains("/exif@", StringComparison.Ordinal) ? "[]" : LicenceTests.Id(Declared(t)))),
            ("pkg:maven/org.glassfish.jaxb/jaxb-runtime@2.3.1?type=jar", LicenceTests.Id("CDDL-1.1")), ("pkg:maven/org.glassfish.jaxb/jaxb-runtime@2.3.2?type=jar", LicenceTests.Named("Eclipse Distribution License - v 1.0")),
        ]));
        await host.IdleAsync();
        for (var i = 0; i < 2; i++) await host.Get<SampleLicences>().LoadAsync(Folder, TestContext.Current.CancellationToken);

        var exif = (await LicenceTests.OfAsync(host, "pkg:npm/exif@0.6.0")).Licence!;
        (exif.Concluded, exif.By, exif.Found).ShouldBe(("MIT", ConcludedBy.Curation, "MIT"));
        (await LicenceTests.OfAsync(host, "pkg:maven/org.glassfish.jaxb/jaxb-runtime@2.3.2?type=jar")).Licence!.Reason.ShouldBe(LicenceReason.Relicensed);
        (await LicenceTests.OfAsync(host, "pkg:npm/es6-symbol@3.1.3")).Licence!.ShouldSatisfyAllConditions(l => l.Reason.ShouldBe(LicenceReason.Relicensed), l => l.Found.ShouldBe("ISC"));
        foreach (var purl in texts) (await LicenceTests.OfAsync(host, purl)).Texts.ShouldHaveSingleItem().ShouldSatisfyAllConditions(t => t.Source.ShouldBe("archive"), t => t.Expression.ShouldNotBeNull(purl));
        var lists = host.Get<CurationListStore>();
        (await lists.ListAsync(Headwater.Server.Platform.Auth.Viewer.Everything, new CurationFilter(Every: true), new() { Size = 50 }, default)).Items.ShouldAllBe(c => c.Evidence.Count > 0 && c.State == CurationState.Active);
    }

    private static string Declared(string purl) => purl switch
    {
        _ when purl.Contains("es6-symbol@3.1.3", StringComparison.Ordinal) || purl.Contains("/glob@", StringComparison.Ordinal) || purl.Contains("/semver@", StringComparison.Ordinal) => "ISC",
        _ when purl.Contains("/jssha@", StringComparison.Ordinal) => "BSD-3-Clause",
        _ when purl.Contains("/prom-client@", StringComparison.Ordinal) || purl.Contains("/request@", StringComparison.Ordinal) => "Apache-2.0",
        _ => "MIT",
    };

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Headwater.slnx"))) folder = folder.Parent;
        return folder!.FullName;
    }
}
