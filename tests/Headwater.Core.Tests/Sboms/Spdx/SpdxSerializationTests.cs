using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms.Spdx;

/// <summary>The example of SPDX 2.3 says the same in each of its serialisations.</summary>
public class SpdxSerializationTests
{
    private const string Folder = "spdx/2.3/valid/tools-java/testResources/";

    [Theory]
    [InlineData("SPDXYAMLExample-2.3.spdx.yaml", true)]
    [InlineData("SPDXXMLExample-v2.3.spdx.xml", true)]
    [InlineData("SPDXTagExample-v2.3.spdx", false)]
    [InlineData("SPDXRdfExample-v2.3.spdx.rdf", false)]
    public void Read_SameDocumentInAnotherSerialisation_SaysTheSame(string file, bool isWhole)
    {
        var json = Read("SPDXJSONExample-v2.3-with-exception.spdx.json");
        var other = Read(file);
        Facts(other).ShouldBe(Facts(json), ignoreOrder: true);
        if (!isWhole) return;
        other.Relationships.ShouldBe(json.Relationships, ignoreOrder: true);
        other.LicenceTexts.Select(l => (l.Id, l.Name, l.Comment)).ShouldBe(json.LicenceTexts.Select(l => (l.Id, l.Name, l.Comment)), ignoreOrder: true);
        other.Metadata.Spdx!.Annotations.ShouldBe(json.Metadata.Spdx!.Annotations);
    }

    private static IEnumerable<string> Facts(SbomDocument document) => document.Components.Select(c => string.Join('|',
        c.Ref, c.Name, c.Version, c.IsRoot, c.Kind, c.Purl, string.Join(',', c.Cpes), c.Supplier?.Name, c.Manufacturer?.Name,
        string.Join(',', c.Hashes.Select(h => $"{h.Algorithm}:{h.Value}").Order(StringComparer.Ordinal)),
        string.Join(',', c.Spdx!.FileTypes), c.Spdx.VerificationCode, c.Spdx.BuiltDate, c.Spdx.Annotations.Count, c.Spdx.Contributors.Count, c.Description?.Length));

    private static SbomDocument Read(string file)
    {
        using var stream = File.OpenRead(TestPaths.Data(Folder + file));
        SbomDocument.Read(stream, out var document).Errors.ShouldBeEmpty();
        return document;
    }
}
