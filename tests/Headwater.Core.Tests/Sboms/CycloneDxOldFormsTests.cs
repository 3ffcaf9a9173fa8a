using System.Text;
using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms;

/// <summary>What the first versions of CycloneDX, which knew less, are given: all that they have a place for, and a word on the rest.</summary>
public sealed class CycloneDxOldFormsTests
{
    [Theory]
    [InlineData("cyclonedx-1.0-xml")]
    [InlineData("cyclonedx-1.1-xml")]
    [InlineData("cyclonedx-1.2-json")]
    [InlineData("cyclonedx-1.2-xml")]
    [InlineData("cyclonedx-1.3-json")]
    public void Write_SpdxDocuments_AreValidAndKeepEveryComponent(string target)
    {
        var count = 0;
        foreach (var file in Directory.EnumerateFiles(TestPaths.Shared("sbom/spdx"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var stream = File.OpenRead(file);
            if (!SbomDocument.Read(stream, out var document).Valid || document.Components.Count > 2000) continue;
            var (again, _, _) = Through(document, target);
            Facts(again).ShouldBe(Facts(document), ignoreOrder: true, file);
            count++;
        }

        count.ShouldBeGreaterThan(60);
    }

    [Fact]
    public void Write_WhatIsDescribedIn11_IsTheFirstComponentAndTheGraphAnExtension()
    {
        var (again, text, losses) = Through(Small(), "cyclonedx-1.1-xml");
        text.ShouldContain("<dependencies xmlns=\"http://cyclonedx.org/schema/ext/dependency-graph/1.0\">");
        text.ShouldNotContain("<metadata>");
        again.Components.Select(c => $"{c.Ref} {c.Kind} {c.Name} {c.Version}").ShouldBe(["app Application app 1", "model Library model ", "libA Library a 2"]);
        again.Relationships.Select(r => $"{r.From} {r.To}").ShouldBe(["app libA"]);
        again.Components[2].Licences.Single().Expression.ShouldBe("MIT OR Zlib");
        losses.ShouldBe([
            "/metadata/timestamp: has no place in CycloneDX 1.1",
            "/metadata/component: CycloneDX 1.1 does not say what a document describes; \"app\" was written as the first of the components",
            "/components/1/type: the value \"machine-learning-model\" is not allowed in CycloneDX 1.1; written as \"library\"",
            "/components: CycloneDX 1.1 demands of a component a version, and an empty one was written for 1 that does not say",
        ]);
    }

    [Fact]
    public void Write_In10_HasNeitherReferencesNorExpressionsAndSaysSo()
    {
        var (again, text, losses) = Through(Small(), "cyclonedx-1.0-xml");
        text.ShouldNotContain("bom-ref");
        text.ShouldNotContain("dependencies");
        again.Components.Select(c => $"{c.Name} {c.Modified}").ShouldBe(["app False", "model False", "a False"]);
        again.Components[2].Licences.Single().Name.ShouldBe("MIT OR Zlib");
        losses.ShouldContain("/components/2/licenses/0: CycloneDX 1.0 knows no expressions; \"MIT OR Zlib\" was written as a name");
        losses.ShouldContain("/dependencies: has no place in CycloneDX 1.0; 1 was left out");
        losses.ShouldContain("/components: CycloneDX 1.0 has no place for the references of components");
        losses.ShouldContain("/components: CycloneDX 1.0 demands of a component to say whether it was modified, and that it was not was written for 3 that do not say");
    }

    [Theory]
    [InlineData("cyclonedx-1.2-json", "/components/0/evidence: has no place in CycloneDX 1.2", "/compositions: has no place in CycloneDX 1.2; 1 was left out")]
    [InlineData("cyclonedx-1.3-json", null, null)]
    public void Write_WhatCameWith13_IsLeftOutOf12(string target, string? evidence, string? compositions)
    {
        var document = Small();
        document.Components[1].Extras.Add(new SbomExtra("evidence", System.Text.Json.JsonSerializer.SerializeToElement(new { copyright = new[] { new { text = "© A" } } })));
        document.OnComposition(new SbomComposition("complete", ["app"], [], []));
        var vulnerability = new SbomVulnerability { Id = "CVE-2021-44228" };
        document.OnVulnerability(vulnerability);
        var (again, text, losses) = Through(document, target);
        losses.Contains(evidence ?? "-").ShouldBe(evidence is not null);
        losses.Contains(compositions ?? "-").ShouldBe(compositions is not null);
        text.Contains("© A", StringComparison.Ordinal).ShouldBe(evidence is null);
        again.Compositions.Count.ShouldBe(compositions is null ? 1 : 0);
        losses.ShouldContain($"/vulnerabilities: has no place in CycloneDX {target[10..13]}; 1 was left out");
        again.Root!.Name.ShouldBe("app");
    }

    private static SbomDocument Small()
    {
        var document = new SbomDocument();
        document.OnHeader(new SbomKind(SbomFormat.CycloneDx, "1.6", SbomSerialization.Json));
        document.OnMetadata(new SbomMetadata { Timestamp = "2026-01-01T00:00:00Z", Version = 1 });
        document.OnComponent(new SbomComponent { Ref = "app", IsRoot = true, Kind = SbomComponentKind.Application, Name = "app", Version = "1" });
        document.OnComponent(new SbomComponent { Ref = "model", Kind = SbomComponentKind.MachineLearningModel, Name = "model" });
        var library = new SbomComponent { Ref = "libA", Kind = SbomComponentKind.Library, Name = "a", Version = "2", Purl = "pkg:npm/a@2" };
        library.Licences.Add(new SbomLicence(Expression: "MIT OR Zlib"));
        document.OnComponent(library);
        document.OnRelationship(new SbomRelationship(SbomRelationshipKind.DependsOn, "app", "libA"));
        return document;
    }

    private static (SbomDocument Document, string Text, string[] Losses) Through(SbomDocument document, string target)
    {
        using var stream = new MemoryStream();
        var losses = SbomWriter.Write(document, target, stream);
        stream.Position = 0;
        SbomDocument.Read(stream, out var again).Errors.ShouldBeEmpty();
        return (again, Encoding.UTF8.GetString(stream.ToArray()), [.. losses.Select(l => $"{l.At}: {l.Message}")]);
    }

    private static IEnumerable<string> Facts(SbomDocument document) => document.Components.Select(c => $"{c.Name} {c.Version} {c.Purl}");
}
