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

    private static IEnumerable<string> Facts(SbomDocument document, bool cpes) =>
        document.Components.Select(c => $"{c.Ref} {c.Name} {c.Version} {c.Purl} {(cpes ? string.Join(',', c.Cpes.Concat(c.Identities.Where(i => i.Type == "cpe22Type").Select(i => i.Value)).Distinct().Order(StringComparer.Ordinal)) : "")} {string.Join(',', c.Hashes.Where(h => h.Algorithm is "SHA-1" or "SHA-256").Select(h => h.Value))}");
}
