using System.Text;
using Headwater.Core.Sboms;
using Headwater.Server.Features.Uploads;

namespace Headwater.Server.Tests.Features.Uploads;

public sealed class FoundAtTests
{
    [Fact]
    public void Of_EvidenceAndProperties_NamesEachPlaceOnce() => Places("""
        {"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"a",
         "properties":[{"name":"syft:location:0:path","value":"/opt/app.jar"},{"name":"syft:location:0:layerID","value":"sha256:1"}],
         "evidence":{"occurrences":[{"location":"/opt/app.jar"},{"location":"/opt/b.jar"}]}}]}
        """).ShouldBe(["/opt/app.jar", "/opt/b.jar"]);

    [Fact]
    public void Of_SpdxSourceInformation_KeepsTheDocumentsWords() => Places("""
        {"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"n","documentNamespace":"https://example.org/n",
         "creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Tool: t-1"]},
         "packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NOASSERTION","sourceInfo":"found in /app.jar"}]}
        """).ShouldBe(["found in /app.jar"]);

    [Fact]
    public void Of_ManyLongPlaces_AreBounded()
    {
        var properties = string.Join(',', Enumerable.Range(0, 50).Select(i => $$"""{"name":"syft:location:{{i}}:path","value":"/{{i}}{{new string('x', 1000)}}"}"""));
        var places = Places($$"""{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"a","properties":[{{properties}}]}]}""");
        places.Count.ShouldBe(3);
        places.ShouldAllBe(p => p.Length <= 300);
    }

    [Fact]
    public void Of_NothingSaid_IsEmpty() =>
        Places("""{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"a"}]}""").ShouldBeEmpty();

    private static IReadOnlyList<string> Places(string document)
    {
        var result = SbomDocument.Read(new MemoryStream(Encoding.UTF8.GetBytes(document)), out var sbom);
        result.Errors.ShouldBeEmpty();
        return FoundAt.Of(sbom.Components[0]);
    }
}
