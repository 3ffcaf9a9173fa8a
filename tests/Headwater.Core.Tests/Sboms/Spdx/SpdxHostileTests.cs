using System.Diagnostics;
using System.Text;
using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms.Spdx;

/// <summary>Documents that mean harm are refused within bounds, or read as what they are; nothing crashes or hangs.</summary>
public class SpdxHostileTests
{
    internal const string SmallJson = """
        {"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"small","dataLicense":"CC0-1.0","documentNamespace":"https://example.org/small",
        "creationInfo":{"created":"2025-01-01T00:00:00Z","creators":["Tool: t-1.0","Person: Ann Example (ann@example.org)"]},"documentDescribes":["SPDXRef-a"],
        "packages":[{"SPDXID":"SPDXRef-a","name":"a","versionInfo":"1","downloadLocation":"NONE","licenseDeclared":"MIT OR (Apache-2.0 AND LicenseRef-x)","copyrightText":"é",
        "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/a@1"}],
        "checksums":[{"algorithm":"SHA1","checksumValue":"85ed0817af83a24ad8da68c2b5094de69833983c"}]},{"SPDXID":"SPDXRef-b","name":"b","downloadLocation":"NOASSERTION"}],
        "relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-b"}],
        "hasExtractedLicensingInfos":[{"licenseId":"LicenseRef-x","extractedText":"text"}]}
        """;

    internal const string SmallYaml = """
        SPDXID: SPDXRef-DOCUMENT
        spdxVersion: SPDX-2.3
        name: small
        dataLicense: CC0-1.0
        documentNamespace: https://example.org/small
        creationInfo:
          created: "2025-01-01T00:00:00Z"
          creators: ["Tool: t-1.0"]
        packages:
        - SPDXID: SPDXRef-a
          name: a
          versionInfo: 1.0
          downloadLocation: NONE
          filesAnalyzed: false
        """;

    internal const string SmallTag = """
        SPDXVersion: SPDX-2.3
        DataLicense: CC0-1.0
        SPDXID: SPDXRef-DOCUMENT
        DocumentName: small
        DocumentNamespace: https://example.org/small
        Creator: Tool: t-1.0
        Created: 2025-01-01T00:00:00Z
        Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a

        PackageName: a
        SPDXID: SPDXRef-a
        PackageVersion: 1.0
        PackageDownloadLocation: NONE
        PackageComment: <text>two
        lines</text>
        ExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1.0
        """;

    internal const string SmallXml = """
        <?xml version="1.0" encoding="UTF-8"?>
        <Document><SPDXID>SPDXRef-DOCUMENT</SPDXID><spdxVersion>SPDX-2.3</spdxVersion><name>small</name><dataLicense>CC0-1.0</dataLicense>
        <documentNamespace>https://example.org/small</documentNamespace><creationInfo><created>2025-01-01T00:00:00Z</created><creators>Tool: t-1.0</creators></creationInfo>
        <packages><SPDXID>SPDXRef-a</SPDXID><name>a</name><downloadLocation>NONE</downloadLocation><filesAnalyzed>false</filesAnalyzed></packages></Document>
        """;

    internal const string SmallRdf = """
        <rdf:RDF xmlns:spdx="http://spdx.org/rdf/terms#" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <spdx:SpdxDocument rdf:about="https://example.org/small#SPDXRef-DOCUMENT"><spdx:specVersion>SPDX-2.3</spdx:specVersion><spdx:name>small</spdx:name>
        <spdx:dataLicense rdf:resource="http://spdx.org/licenses/CC0-1.0"/>
        <spdx:creationInfo><spdx:CreationInfo><spdx:created>2025-01-01T00:00:00Z</spdx:created><spdx:creator>Tool: t-1.0</spdx:creator></spdx:CreationInfo></spdx:creationInfo>
        <spdx:relationship><spdx:Relationship><spdx:relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_describes"/><spdx:relatedSpdxElement>
        <spdx:Package rdf:about="https://example.org/small#SPDXRef-a"><spdx:name>a</spdx:name><spdx:downloadLocation rdf:resource="http://spdx.org/rdf/terms#none"/>
        <spdx:licenseDeclared><spdx:DisjunctiveLicenseSet><spdx:member rdf:resource="http://spdx.org/licenses/MIT"/><spdx:member rdf:resource="http://spdx.org/licenses/Apache-2.0"/></spdx:DisjunctiveLicenseSet></spdx:licenseDeclared>
        </spdx:Package></spdx:relatedSpdxElement></spdx:Relationship></spdx:relationship></spdx:SpdxDocument></rdf:RDF>
        """;

    internal const string SmallJsonLd = """
        {"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
        {"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2025-01-01T00:00:00Z","createdBy":["https://example.org/p"]},
        {"type":"Person","spdxId":"https://example.org/p","creationInfo":"_:c","name":"Ann"},
        {"type":"SpdxDocument","spdxId":"https://example.org/d","creationInfo":"_:c","name":"small","rootElement":["https://example.org/a"]},
        {"type":"software_Package","spdxId":"https://example.org/a","creationInfo":"_:c","name":"a","software_packageVersion":"1","software_packageUrl":"pkg:npm/a@1",
        "verifiedUsing":[{"type":"Hash","algorithm":"sha1","hashValue":"85ed0817af83a24ad8da68c2b5094de69833983c"}]},
        {"type":"simplelicensing_LicenseExpression","spdxId":"https://example.org/l","creationInfo":"_:c","simplelicensing_licenseExpression":"MIT"},
        {"type":"Relationship","spdxId":"https://example.org/r","creationInfo":"_:c","relationshipType":"hasDeclaredLicense","from":"https://example.org/a","to":["https://example.org/l"]}]}
        """;

    public static TheoryData<string, string> Small { get; } = new()
    {
        { "json", SmallJson }, { "yaml", SmallYaml }, { "tag", SmallTag }, { "xml", SmallXml }, { "rdf", SmallRdf }, { "json-ld", SmallJsonLd },
    };

    [Theory]
    [MemberData(nameof(Small))]
    public void Read_SmallDocument_HasItsPackage(string name, string text)
    {
        var result = Read(text, out var document);
        result.Errors.ShouldBeEmpty(name);
        document.Components[0].Name.ShouldBe("a");
        document.Metadata.Timestamp.ShouldBe("2025-01-01T00:00:00Z");
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void Read_TruncatedAtEveryByte_NeverCrashes(string name, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var length = 0; length < bytes.Length; length++)
        {
            var result = SbomDocument.Read(new MemoryStream(bytes, 0, length), out _);
            if (name is "json" or "json-ld" or "xml" or "rdf") result.Valid.ShouldBeFalse($"{name} cut at {length}");
            result.Errors.ShouldAllBe(e => e.Message.Length > 0);
        }
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void Read_Mutated_NeverCrashesOrHangs(string name, string text)
    {
        var random = new Random(name.Length * 7919);
        var seconds = double.TryParse(Environment.GetEnvironmentVariable("HEADWATER_FUZZ_SECONDS"), out var asked) ? asked : 1;
        var original = Encoding.UTF8.GetBytes(text);
        var clock = Stopwatch.StartNew();
        var fragments = new[] { "\0", "<", ">", "{", "}", "[", "]", "\"", ":", "&x;", "*a", "&a", "<text>", "</text>", "\\u0000", "\u2028", "((((((", "- - - -", "|", "rdf:nodeID=\"A0\"", "SPDXRef-", "headwater:carry {\"Ref\":null}", "1e999" };
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            var bytes = original.ToList();
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(5))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)); break;
                    case 2: bytes.InsertRange(at, Encoding.UTF8.GetBytes(fragments[random.Next(fragments.Length)])); break;
                    case 3: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count / 2), random.Next(bytes.Count / 2))); break;
                    default: bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(32, 127), random.Next(1, 300))); break;
                }
                if (bytes.Count == 0) bytes.Add(32);
            }
            var one = Stopwatch.StartNew();
            var input = bytes.ToArray();
            try
            {
                SbomDocument.Read(new MemoryStream(input), out _);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{name}: {Convert.ToBase64String(input)}", e);
            }
            one.Elapsed.TotalSeconds.ShouldBeLessThan(5);
        }
    }

    [Fact]
    public void Read_XmlEntities_AreRefused()
    {
        const string dtd = "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a \"b\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
        Read(dtd + "<Document><name>&x;</name></Document>", out _).Valid.ShouldBeFalse();
        Read(dtd + SmallRdf, out _).Valid.ShouldBeFalse();
    }

    [Fact]
    public void Read_RdfLicenceThatContainsItself_IsRefused()
    {
        var text = SmallRdf.Replace("<spdx:DisjunctiveLicenseSet><spdx:member rdf:resource=\"http://spdx.org/licenses/MIT\"/>",
            "<spdx:DisjunctiveLicenseSet rdf:nodeID=\"A\"><spdx:member rdf:nodeID=\"A\"/><spdx:member rdf:nodeID=\"A\"/>", StringComparison.Ordinal);
        var result = Read(text, out _);
        result.Valid.ShouldBeFalse();
        result.Errors[0].Message.ShouldContain("nested deeper");
    }

    [Fact]
    public void Read_JsonLdLicenceThatContainsItself_IsRefused()
    {
        var text = SmallJsonLd.Replace("\"type\":\"simplelicensing_LicenseExpression\"", "\"type\":\"expandedlicensing_ConjunctiveLicenseSet\",\"expandedlicensing_member\":[\"https://example.org/l\",\"https://example.org/l\"]", StringComparison.Ordinal);
        Read(text, out _).Errors[0].Message.ShouldContain("nested deeper");
    }

    [Fact]
    public void Read_YamlAliases_AreRefused()
    {
        var bomb = new StringBuilder("spdxVersion: SPDX-2.3\na: &a [x,x,x,x,x,x,x,x,x,x]\n");
        for (var c = 'b'; c < 'p'; c++) bomb.Append($"{c}: &{c} [{string.Join(',', Enumerable.Repeat($"*{(char)(c - 1)}", 10))}]\n");
        var result = Read(bomb.ToString(), out _);
        result.Valid.ShouldBeFalse();
        result.Errors[0].Message.ShouldContain("Aliases");
    }

    [Theory]
    [InlineData("spdxVersion: SPDX-2.3\na: ", "[", "")]
    [InlineData("{\"spdxVersion\":\"SPDX-2.3\",\"packages\":", "[", "")]
    [InlineData("{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\",\"@graph\":", "[", "")]
    [InlineData("<Document><spdxVersion>SPDX-2.3</spdxVersion>", "<a>", "")]
    [InlineData("<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><specVersion>SPDX-2.3</specVersion>", "<a>", "")]
    public void Read_NestedDeep_IsRefused(string before, string nest, string after)
    {
        var text = new StringBuilder(before);
        for (var i = 0; i < 100_000; i++) text.Append(nest);
        Read(text.Append(after).ToString(), out _).Valid.ShouldBeFalse();
    }

    [Fact]
    public void Read_UnclosedTextOf100Megabytes_IsRefusedWithinBounds()
    {
        var start = Encoding.UTF8.GetBytes(SmallTag + "\nPackageSummary: <text>");
        using var stream = new MemoryStream();
        stream.Write(start);
        var line = Encoding.UTF8.GetBytes(new string('x', 1023) + "\n");
        for (var i = 0; i < 100 * 1024; i++) stream.Write(line);
        stream.Position = 0;
        var result = SbomDocument.Read(stream, out _);
        result.Errors[0].Message.ShouldContain("longer than");
    }

    [Fact]
    public void Read_StringOf100Megabytes_IsRefused()
    {
        var result = Read("{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"" + new string('x', 100 * 1024 * 1024) + "\"}", out _);
        result.Valid.ShouldBeFalse();
    }

    [Fact]
    public void Read_Nul_IsRefused()
    {
        Read(SmallJson.Replace("\"small\"", "\"sm\\u0000all\"", StringComparison.Ordinal), out _).Valid.ShouldBeFalse();
        Read(SmallTag.Replace("DocumentName: small", "DocumentName: sm\0all", StringComparison.Ordinal), out _).Valid.ShouldBeFalse();
        Read(SmallXml.Replace("<name>small", "<name>sm\0all", StringComparison.Ordinal), out _).Valid.ShouldBeFalse();
    }

    [Fact]
    public void Read_InvalidUtf8_IsRefused()
    {
        foreach (var row in Small)
        {
            var bytes = Encoding.UTF8.GetBytes(row.Data.Item2);
            bytes[Encoding.UTF8.GetString(bytes).IndexOf("small", StringComparison.Ordinal)] = 0xFF;
            SbomDocument.Read(new MemoryStream(bytes), out _).Valid.ShouldBeFalse(row.Data.Item1);
        }
    }

    [Fact]
    public void Read_RelationshipCycleAndSelfLoop_AreKept()
    {
        var text = SmallJson.Replace("\"relationships\":[", "\"relationships\":[{\"spdxElementId\":\"SPDXRef-b\",\"relationshipType\":\"DEPENDS_ON\",\"relatedSpdxElement\":\"SPDXRef-a\"},{\"spdxElementId\":\"SPDXRef-b\",\"relationshipType\":\"DEPENDENCY_OF\",\"relatedSpdxElement\":\"SPDXRef-b\"},", StringComparison.Ordinal);
        var result = Read(text, out var document);
        result.Valid.ShouldBeTrue();
        result.Dependencies.ShouldBe(2);
        document.Relationships.Count(r => r.Kind == SbomRelationshipKind.DependsOn).ShouldBe(3);
    }

    [Fact]
    public void Read_DuplicateAndDanglingIdentifiers_AreWarnings()
    {
        var text = SmallJson.Replace("\"SPDXRef-b\",\"name\"", "\"SPDXRef-a\",\"name\"", StringComparison.Ordinal);
        var result = Read(text, out var document);
        result.Valid.ShouldBeTrue();
        result.Warnings.Count.ShouldBe(2);
        document.Components.Select(c => c.Ref).ShouldBe(["SPDXRef-a", "SPDXRef-a-2"]);
    }

    [Fact]
    public void Read_CarriedAnnotationWithBadContent_IsTreatedAsText()
    {
        foreach (var carried in new[] { "{\"Ref\":null}", "{\"Hashes\":[null]}", "{\"Hashes\":[{\"Algorithm\":null,\"Value\":null}]}", "{\"Name\":null}", "{\"ParentRef\":\"SPDXRef-a\"}", "{\"Kind\":\"Nonsense\"}", "[]", "{\"Licences\":\"x\"}" })
        {
            var annotation = $",\"annotations\":[{{\"annotationDate\":\"2025-01-01T00:00:00Z\",\"annotationType\":\"OTHER\",\"annotator\":\"Tool: x\",\"comment\":\"headwater:carry {carried.Replace("\"", "\\\"", StringComparison.Ordinal)}\"}}]";
            var result = Read(SmallJson.Replace("\"versionInfo\":\"1\"", "\"versionInfo\":\"1\"" + annotation, StringComparison.Ordinal), out var document);
            result.Valid.ShouldBeTrue(carried);
            document.Components[0].Name.ShouldBe("a");
            document.Components[0].ParentRef.ShouldBeNull();
            document.Components[0].Hashes.Count.ShouldBe(1, carried);
        }
    }

    [Fact]
    public void Read_ManyDuplicates_TakesNoSquareOfTime()
    {
        var text = new StringBuilder(SmallJson[..SmallJson.IndexOf("{\"SPDXID\":\"SPDXRef-b\"", StringComparison.Ordinal)]);
        for (var i = 0; i < 100_000; i++) text.Append("{\"SPDXID\":\"SPDXRef-b\",\"name\":\"b\",\"downloadLocation\":\"NONE\"},");
        text.Length--;
        text.Append("]}");
        var clock = Stopwatch.StartNew();
        Read(text.ToString(), out var document).Valid.ShouldBeTrue();
        document.Components.Count.ShouldBe(100_001);
        clock.Elapsed.TotalSeconds.ShouldBeLessThan(20);
    }

    [Fact]
    public void Read_LicencesThatMultiply_AreRefusedWithinBounds()
    {
        // Each set names the one below twice; every file is under the topmost that is still short enough.
        var text = new StringBuilder(SmallRdf[..^10]);
        for (var i = 1; i < 15; i++) text.Append($"<spdx:DisjunctiveLicenseSet rdf:nodeID=\"L{i}\"><spdx:member rdf:nodeID=\"L{i - 1}\"/><spdx:member rdf:nodeID=\"L{i - 1}\"/></spdx:DisjunctiveLicenseSet>");
        text.Append("<spdx:ListedLicense rdf:nodeID=\"L0\"><spdx:licenseId>MIT</spdx:licenseId></spdx:ListedLicense>");
        for (var i = 0; i < 2000; i++) text.Append($"<spdx:File rdf:about=\"https://example.org/small#SPDXRef-f{i}\"><spdx:fileName>f</spdx:fileName><spdx:licenseConcluded rdf:nodeID=\"L14\"/></spdx:File>");
        var result = Read(text.Append("</rdf:RDF>").ToString(), out _);
        result.Errors[0].Message.ShouldContain("licence expressions");
    }

    [Theory]
    [InlineData("{\"Name\":\"other\"}")]
    [InlineData("{\"Version\":\"2\"}")]
    [InlineData("{\"Purl\":\"pkg:npm/other@2\"}")]
    [InlineData("{\"Hashes\":[]}")]
    [InlineData("{\"Licences\":[]}")]
    [InlineData("{\"Licences\":[{\"Id\":\"MIT\",\"Name\":null,\"Expression\":null,\"Text\":null,\"Url\":null,\"Acknowledgement\":\"Declared\",\"Extras\":[]}]}")]
    public void Read_CarriedAnnotationThatContradictsTheDocument_IsNotBelieved(string carried)
    {
        var annotation = $",\"annotations\":[{{\"annotationDate\":\"2025-01-01T00:00:00Z\",\"annotationType\":\"OTHER\",\"annotator\":\"Tool: x\",\"comment\":\"headwater:carry {carried.Replace("\"", "\\\"", StringComparison.Ordinal)}\"}}]";
        var result = Read(SmallJson.Replace("\"versionInfo\":\"1\"", "\"versionInfo\":\"1\"" + annotation, StringComparison.Ordinal), out var document);
        var a = document.Components[0];
        (a.Name, a.Version, a.Purl, a.Hashes.Count, a.Licences.Single().Display).ShouldBe(("a", "1", "pkg:npm/a@1", 1, "MIT OR (Apache-2.0 AND LicenseRef-x)"));
        result.Warnings.ShouldContain(w => w.Message.Contains("contradicts", StringComparison.Ordinal));
    }

    private static SbomReadResult Read(string text, out SbomDocument document) => SbomDocument.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), out document);
}
