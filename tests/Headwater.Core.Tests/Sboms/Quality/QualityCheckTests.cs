using System.Text;
using Headwater.Core.Sboms.Quality;

namespace Headwater.Core.Tests.Sboms.Quality;

public sealed class QualityCheckTests
{
    [Fact]
    public void Score_IsTheMeanShareOverRequiredElements()
    {
        // Author and time are there, what is described depends on both others; of three components two have a supplier, all a name, two a version, one an identifier.
        var quality = Judge("""
            {"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"timestamp":"2026-01-01T00:00:00Z","tools":[{"name":"hand"}],"component":{"type":"application","bom-ref":"r","name":"root","version":"1","supplier":{"name":"Us"}}},
             "components":[{"type":"library","bom-ref":"a","name":"a","version":"1","supplier":{"name":"A"},"purl":"pkg:npm/a@1"},{"type":"library","bom-ref":"b","name":"b"}],
             "dependencies":[{"ref":"r","dependsOn":["a","b"]}]}
            """).Results[0];
        quality.Id.ShouldBe("ntia");
        quality.Score.ShouldBe(Math.Round(100 * (1 + 1 + 1 + 2 / 3d + 1 + 2 / 3d + 1 / 3d) / 7, 1));
        quality.Complete.ShouldBeFalse();
        quality.Elements.Single(e => e.Id == "ntia.identifiers").Gaps.Select(g => g.Name).ShouldBe(["root 1", "b"]);
    }

    [Fact]
    public void Document_WithoutComponents_IsNotComplete()
    {
        var quality = Judge("""{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[]}""");
        quality.Components.ShouldBe(0);
        quality.Results.ShouldAllBe(r => !r.Complete && r.Score < 50);
    }

    [Fact]
    public void Gaps_OfAHugeDocument_StayAFew()
    {
        var components = string.Join(',', Enumerable.Range(0, 5000).Select(i => $$"""{"type":"library","name":"{{new string('x', 500)}}{{i}}"}"""));
        var quality = Judge($$"""{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{{components}}]}""");
        quality.Results.SelectMany(r => r.Elements).ShouldAllBe(e => e.Gaps.Count <= 5 && e.Gaps.All(g => (g.Name ?? "").Length <= 160));
        quality.Results[0].Elements.Single(e => e.Id == "ntia.version").Met.ShouldBe(0);
    }

    [Theory]
    [InlineData("MIT", true)]
    [InlineData("(MIT OR Apache-2.0) AND LicenseRef-ours", true)]
    [InlineData("GPL-2.0-only WITH Classpath-exception-2.0", true)]
    [InlineData("GPL-2.0+", true)]
    [InlineData("Fake-1.0", false)]
    [InlineData("MIT AND", false)]
    [InlineData("NOASSERTION", false)]
    [InlineData("", false)]
    public void Licence_IsJudgedByTheList(string expression, bool listed) => ListedLicences.Accepts(expression).ShouldBe(listed);

    [Theory]
    [InlineData("a@b.example", true)]
    [InlineData("a b@c.example", false)]
    [InlineData("a@b", false)]
    [InlineData("@b.example", false)]
    [InlineData("a@b@c.example", false)]
    [InlineData("a@.example", false)]
    public void Address_IsOneThatMailCanBeSentTo(string text, bool valid) => QualityFacts.IsEmail(text).ShouldBe(valid);

    private static SbomQuality Judge(string text)
    {
        QualityCheck.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), out var quality, cancellationToken: TestContext.Current.CancellationToken).Errors.ShouldBeEmpty();
        return quality;
    }
}
