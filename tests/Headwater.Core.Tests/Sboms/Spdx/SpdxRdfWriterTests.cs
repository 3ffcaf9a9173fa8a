using System.Xml.Linq;
using Headwater.Core.Sboms;
using Headwater.Core.Sboms.Spdx;

namespace Headwater.Core.Tests.Sboms.Spdx;

/// <summary>SPDX as RDF/XML in the words of its ontology. That all comes back is for <see cref="SpdxRoundTripTests"/>.</summary>
public sealed class SpdxRdfWriterTests
{
    private static readonly XNamespace s_terms = "http://spdx.org/rdf/terms#";
    private static readonly XNamespace s_rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

    [Fact]
    public void Write_Licence_IsASetOfItsParts()
    {
        var package = Write("(MIT OR LicenseRef-own) AND GPL-2.0-only WITH Classpath-exception-2.0").Element(s_terms + "Package")!;
        var all = package.Element(s_terms + "licenseDeclared")!.Element(s_terms + "ConjunctiveLicenseSet")!;
        var members = all.Elements(s_terms + "member").ToList();
        members.Count.ShouldBe(2);
        members[0].Element(s_terms + "DisjunctiveLicenseSet")!.Elements().Select(Resource).ShouldBe(["http://spdx.org/licenses/MIT", "https://example.org/doc#LicenseRef-own"]);
        var with = members[1].Element(s_terms + "WithExceptionOperator")!;
        Resource(with.Element(s_terms + "member")!).ShouldBe("http://spdx.org/licenses/GPL-2.0-only");
        Resource(with.Element(s_terms + "licenseException")!).ShouldBe("http://spdx.org/licenses/Classpath-exception-2.0");
    }

    [Fact]
    public void Write_Document_SpeaksTheWordsOfTheOntology()
    {
        var rdf = Write("MIT");
        var package = rdf.Element(s_terms + "Package")!;
        package.Attribute(s_rdf + "about")!.Value.ShouldBe("https://example.org/doc#SPDXRef-a");
        Resource(package.Element(s_terms + "licenseDeclared")!).ShouldBe("http://spdx.org/licenses/MIT");
        Resource(package.Element(s_terms + "downloadLocation")!).ShouldBe("http://spdx.org/rdf/terms#noassertion");
        Resource(package.Element(s_terms + "primaryPackagePurpose")!).ShouldBe("http://spdx.org/rdf/terms#purpose_library");
        Resource(package.Descendants(s_terms + "algorithm").Single()).ShouldBe("http://spdx.org/rdf/terms#checksumAlgorithm_sha256");
        Resource(package.Descendants(s_terms + "referenceCategory").Single()).ShouldBe("http://spdx.org/rdf/terms#referenceCategory_packageManager");
        Resource(package.Descendants(s_terms + "referenceType").Single()).ShouldBe("http://spdx.org/rdf/references/purl");
        rdf.Descendants(s_terms + "relationshipType").Select(Resource).ShouldBe(["http://spdx.org/rdf/terms#relationshipType_describes"]);
        rdf.Element(s_terms + "SpdxDocument")!.Element(s_terms + "specVersion")!.Value.ShouldBe("SPDX-2.3");
    }

    [Theory]
    [InlineData("MIT OR Apache-2.0 AND Zlib", "OR(MIT,AND(Apache-2.0,Zlib))")]
    [InlineData("((MIT))", "MIT")]
    [InlineData("(A OR B) AND C WITH D", "AND(OR(A,B),WITH(C,D))")]
    [InlineData("MIT OR", null)]
    [InlineData("see the file COPYING", null)]
    public void Parse_Expression_BindsAsTheStandardSays(string expression, string? tree) => (SpdxLicenceTree.Parse(expression) is { } parsed ? Text(parsed) : null).ShouldBe(tree);

    [Fact]
    public void Parse_NestedTooDeeply_IsLeftAsText() => SpdxLicenceTree.Parse(new string('(', 100) + "MIT" + new string(')', 100)).ShouldBeNull();

    private static string Text(SpdxLicenceTree tree) => tree.Members.Count == 0 ? tree.Word : $"{tree.Word}({string.Join(',', tree.Members.Select(Text))})";

    private static string? Resource(XElement element) => element.Attribute(s_rdf + "resource")?.Value;

    private static XElement Write(string licence)
    {
        var document = new SbomDocument();
        document.OnHeader(new SbomKind(SbomFormat.Spdx, "2.3", SbomSerialization.Json));
        document.OnMetadata(new SbomMetadata { SerialNumber = "https://example.org/doc", Name = "doc", Spdx = new SpdxDocumentFields() });
        var package = new SbomComponent { Ref = "SPDXRef-a", Name = "a", IsRoot = true, Kind = SbomComponentKind.Library, Purl = "pkg:npm/a@1", Spdx = new SpdxComponentFields { DownloadLocation = "NOASSERTION" } };
        package.Licences.Add(new SbomLicence(Expression: licence, Acknowledgement: LicenceAcknowledgement.Declared));
        package.Hashes.Add(new SbomHash("SHA-256", new string('b', 64)));
        document.OnComponent(package);
        using var written = new MemoryStream();
        SbomWriter.Write(document, "spdx-2.3-rdf", written).ShouldBeEmpty();
        written.Position = 0;
        return XDocument.Load(written).Root!;
    }
}
