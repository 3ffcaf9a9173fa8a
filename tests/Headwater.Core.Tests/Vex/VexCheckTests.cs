using System.Text;
using Headwater.Core.Vex;

namespace Headwater.Core.Tests.Vex;

/// <summary>The rules of OpenVEX and CycloneDX; those of CSAF are in <see cref="CsafRuleTests"/>.</summary>
public sealed class VexCheckTests
{
    private static VexCheckResult Check(string text) => VexCheck.Check(new MemoryStream(Encoding.UTF8.GetBytes(text)));

    private static VexCheckResult OpenVex(string statement, string more = "") => Check(
        $$"""{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.org/1","author":"a","timestamp":"2024-01-01T00:00:00Z","version":1,"statements":[{"vulnerability":{"name":"CVE-2024-1"},{{statement}}}]{{more}}}""");

    private const string Products = """
        "products":[{"@id":"pkg:npm/a@1.0.0"}]
        """;

    [Fact]
    public void Check_OpenVexThatKeepsEveryRule_FindsNothing()
    {
        OpenVex($"{Products},\"status\":\"fixed\"").Findings.ShouldBeEmpty();
        OpenVex($"{Products},\"status\":\"not_affected\",\"justification\":\"component_not_present\"").Findings.ShouldBeEmpty();
        OpenVex($"{Products},\"status\":\"affected\",\"action_statement\":\"Update.\",\"action_statement_timestamp\":\"2024-01-02T00:00:00Z\"").Findings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(""" "status":"not_affected" """, "openvex.justification")]
    [InlineData(""" "status":"not_affected","impact_statement":" " """, "openvex.justification")]
    [InlineData(""" "status":"not_affected","justification":"code_not_present" """, "schema")]
    [InlineData(""" "status":"affected" """, "openvex.action")]
    [InlineData(""" "status":"affected","action_statement":"" """, "openvex.action")]
    [InlineData(""" "status":"fixed","justification":"component_not_present" """, "openvex.justification")]
    [InlineData(""" "status":"fixed","action_statement_timestamp":"2024-01-02T00:00:00Z" """, "openvex.action")]
    [InlineData(""" "status":"solved" """, "schema")]
    [InlineData(""" "status":"fixed","colour":1 """, "schema")]
    [InlineData(""" "status":"fixed","last_updated":"2023-01-01T00:00:00Z" """, "openvex.times")]
    public void Check_OpenVexThatBreaksARule_IsNotValid(string statement, string test)
    {
        var result = OpenVex($"{Products},{statement}");

        result.Valid.ShouldBeFalse();
        result.Findings.ShouldContain(f => f.Test == test && f.Level == VexFindingLevel.Error);
    }

    [Theory]
    [InlineData(""" "status":"fixed" """, "openvex.products")]
    [InlineData(""" "products":[{"@id":"pkg:npm/a"}],"status":"not_affected","impact_statement":"Not in use." """, "openvex.justification")]
    [InlineData(""" "products":[{"@id":"pkg:npm/a"}],"status":"fixed","action_statement":"Update." """, "openvex.action")]
    [InlineData(""" "products":[{"@id":"pkg:npm/a"}],"status":"fixed","impact_statement":"None." """, "openvex.impact")]
    public void Check_OpenVexThatCouldBeBetter_IsValidWithAWarning(string statement, string test)
    {
        var result = OpenVex(statement);

        result.Valid.ShouldBeTrue();
        result.Findings.ShouldContain(f => f.Test == test && f.Level == VexFindingLevel.Warning);
    }

    [Theory]
    [InlineData(""" [{"@id":"pkg:npm/"}] """, "openvex.purl", "/statements/0/products/0/@id")]
    [InlineData(""" [{"@id":"https://example.org/a","identifiers":{"purl":"pkg:a"}}] """, "openvex.purl", "/statements/0/products/0/identifiers/purl")]
    [InlineData(""" [{"@id":"https://example.org/a","identifiers":{"cpe23":"cpe:2.3:x"}}] """, "openvex.cpe", "/statements/0/products/0/identifiers/cpe23")]
    [InlineData(""" [{"@id":"pkg:npm/a","subcomponents":[{"@id":"pkg:npm/"}]}] """, "openvex.purl", "/statements/0/products/0/subcomponents/0/@id")]
    [InlineData(""" [{"hashes":{"md5":"a"}}] """, "schema", "/statements/0/products/0")]
    public void Check_OpenVexProduct_MustBeIdentified(string products, string test, string at) =>
        OpenVex($"\"products\":{products},\"status\":\"fixed\"").Findings.ShouldContain(f => f.Test == test && f.At == at && f.Level == VexFindingLevel.Error);

    [Fact]
    public void Check_OpenVexOfTheFirstVersion_IsHeldAgainstTheRulesAlone()
    {
        var result = Check("""{"@context":"https://openvex.dev/ns","@id":"a","author":"a","timestamp":"2024-01-01T00:00:00Z","statements":[{"vulnerability":"CVE-2024-1","products":["pkg:npm/a"],"status":"not_affected"}]}""");

        result.FormatVersion.ShouldBe("0.0.1");
        result.Findings.Select(f => (f.Test, f.Level)).ShouldBe([("openvex.justification", VexFindingLevel.Error), ("openvex.version", VexFindingLevel.Warning)]);
    }

    private static VexCheckResult CycloneDx(string vulnerability) => Check(
        $$"""{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","bom-ref":"a","name":"a"}],"vulnerabilities":[{{vulnerability}}]}""");

    [Fact]
    public void Check_CycloneDxThatKeepsEveryRule_FindsNothing() =>
        CycloneDx("""{"id":"CVE-2024-1","analysis":{"state":"not_affected","justification":"code_not_present"},"affects":[{"ref":"a","versions":[{"range":"vers:npm/<2.0.0","status":"unaffected"}]}]}""").Findings.ShouldBeEmpty();

    [Theory]
    [InlineData("""{"analysis":{"state":"resolved"},"affects":[{"ref":"a"}]}""", "cyclonedx.id", VexFindingLevel.Error)]
    [InlineData("""{"id":"a","analysis":{"state":"solved"},"affects":[{"ref":"a"}]}""", "schema", VexFindingLevel.Error)]
    [InlineData("""{"id":"a","analysis":{"state":"resolved"},"affects":[{"ref":"urn:cdx:1/1#a"}]}""", "cyclonedx.link", VexFindingLevel.Error)]
    [InlineData("""{"id":"a","analysis":{"state":"resolved"},"affects":[{"ref":"a","versions":[{"range":"<2"}]}]}""", "cyclonedx.range", VexFindingLevel.Error)]
    [InlineData("""{"id":"a","affects":[{"ref":"a"}]}""", "cyclonedx.analysis", VexFindingLevel.Warning)]
    [InlineData("""{"id":"a","analysis":{"state":"not_affected"},"affects":[{"ref":"a"}]}""", "cyclonedx.justification", VexFindingLevel.Warning)]
    [InlineData("""{"id":"a","analysis":{"state":"resolved","justification":"code_not_present"},"affects":[{"ref":"a"}]}""", "cyclonedx.justification", VexFindingLevel.Warning)]
    [InlineData("""{"id":"a","analysis":{"state":"exploitable"},"affects":[{"ref":"a"}]}""", "cyclonedx.response", VexFindingLevel.Warning)]
    [InlineData("""{"id":"a","analysis":{"state":"resolved"}}""", "cyclonedx.affects", VexFindingLevel.Warning)]
    [InlineData("""{"id":"a","analysis":{"state":"resolved"},"affects":[{"ref":"b"}]}""", "cyclonedx.references", VexFindingLevel.Warning)]
    public void Check_CycloneDxThatBreaksARule_FindsIt(string vulnerability, string test, VexFindingLevel level)
    {
        var result = CycloneDx(vulnerability);

        result.Findings.ShouldContain(f => f.Test == test && f.Level == level, string.Join('\n', result.Findings));
        result.Valid.ShouldBe(level != VexFindingLevel.Error);
    }

    [Fact]
    public void Check_ALinkIntoAnotherDocument_NeedsNoComponentHere() =>
        CycloneDx("""{"id":"a","analysis":{"state":"resolved"},"affects":[{"ref":"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#x"}]}""").Findings.ShouldBeEmpty();

    [Fact]
    public void Check_InventoryWithoutVulnerabilities_IsWarnedOf() =>
        Check("""{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}""").Findings.ShouldHaveSingleItem().Test.ShouldBe("cyclonedx.vulnerabilities");

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"document\":")]
    [InlineData("<bom/>")]
    public void Check_WhatIsNoDocument_IsNotValidAndSaysWhy(string text)
    {
        var result = Check(text);
        result.Valid.ShouldBeFalse();
        result.Findings.ShouldNotBeEmpty();
    }
}
