using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms;

/// <summary>SPDX documents written as CycloneDX: valid, and with the same components, versions, identities and edges.</summary>
public sealed class SpdxToCycloneDxTests
{
    [Theory]
    [InlineData("cyclonedx-1.6-json")]
    [InlineData("cyclonedx-1.7-xml")]
    public void Write_SpdxDocuments_AreValidAndKeepTheirComponents(string target)
    {
        var count = 0;
        foreach (var file in Directory.EnumerateFiles(TestPaths.Shared("sbom/spdx"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var stream = File.OpenRead(file);
            if (!SbomDocument.Read(stream, out var document).Valid) continue;
            using var written = new MemoryStream();
            SbomWriter.Write(document, target, written);
            written.Position = 0;
            SbomDocument.Read(written, out var again).Errors.ShouldBeEmpty(file);
            // The XSD has a pattern for CPE names that some tools' names do not fit; they are then left out and reported.
            var cpes = target.EndsWith("json", StringComparison.Ordinal);
            Facts(again, cpes).ShouldBe(Facts(document, cpes), ignoreOrder: true, file);
            // CycloneDX calls the root by its reference as well; relations to what is outside the document stay.
            var depends = document.Relationships.Where(r => r is { Kind: SbomRelationshipKind.DependsOn, To: not null }).Select(r => (r.From, r.To)).Distinct().Count();
            again.Relationships.Count(r => r is { Kind: SbomRelationshipKind.DependsOn, To: not null }).ShouldBeGreaterThanOrEqualTo(depends, file);
            count++;
        }

        count.ShouldBeGreaterThan(60);
    }

    [Theory]
    [InlineData("cyclonedx-1.6-json", "<none>", "the text")]
    [InlineData("cyclonedx-1.7-json", "the text", "<none>")]
    public void Write_TextOfALicenceInAnExpression_GoesIntoItsDetailsOrIsReported(string target, string written, string reported)
    {
        var document = new SbomDocument();
        document.OnHeader(new SbomKind(SbomFormat.Spdx, "2.3", SbomSerialization.Json));
        var component = new SbomComponent { Ref = "SPDXRef-a", Name = "a" };
        component.Licences.Add(new SbomLicence(Expression: "MIT OR (LicenseRef-1 AND Zlib)"));
        document.OnComponent(component);
        document.OnLicenceText(new SbomLicenceText("LicenseRef-1", null, "the text", [], null));
        using var stream = new MemoryStream();
        var losses = SbomWriter.Write(document, target, stream);
        System.Text.Encoding.UTF8.GetString(stream.ToArray()).Contains(written, StringComparison.Ordinal).ShouldBe(written != "<none>");
        losses.Any(l => l.Message.Contains(reported, StringComparison.Ordinal)).ShouldBe(reported != "<none>");
        stream.Position = 0;
        SbomDocument.Read(stream, out var again).Errors.ShouldBeEmpty();
        again.Components[0].Licences[0].Expression.ShouldBe("MIT OR (LicenseRef-1 AND Zlib)");
    }

    private static IEnumerable<string> Facts(SbomDocument document, bool cpes) =>
        document.Components.Select(c => $"{c.Ref} {c.Name} {c.Version} {c.Purl} {(cpes ? string.Join(',', c.Cpes.Concat(c.Identities.Where(i => i.Type == "cpe22Type").Select(i => i.Value)).Distinct().Order(StringComparer.Ordinal)) : "")} {string.Join(',', c.Hashes.Where(h => h.Algorithm is "SHA-1" or "SHA-256").Select(h => h.Value))}");
}
