using System.Text;
using Headwater.Core.Vex;

namespace Headwater.Core.Tests.Vex;

/// <summary>What the readers make of documents, and what they say of broken ones.</summary>
public sealed class VexReaderTests
{
    [Theory]
    [MemberData(nameof(VexFiles.Documents), MemberType = typeof(VexFiles))]
    public void Read_AnyDocument_HasNoError(string name)
    {
        var result = VexFiles.Read(name);

        result.Errors.ShouldBeEmpty();
        // The samples for SARIF have a property of their own.
        if (!name.Contains("sarif", StringComparison.Ordinal)) result.Warnings.Where(w => w.Message.Contains("not a property", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Read_OpenVex_HasAllThatItSays()
    {
        var document = VexFiles.Document("grype/grype/vex/testdata/vex-docs/openvex-demo2.json");

        document.Format.ShouldBe(VexFormat.OpenVex);
        document.FormatVersion.ShouldBe("0.2.0");
        document.Author.ShouldBe("The OpenVEX Project <openvex@openssf.org>");
        document.Issued.ShouldBe(new DateTimeOffset(2023, 7, 17, 18, 28, 47, TimeSpan.FromHours(-6)).AddTicks(6960043));
        document.Statements.Count.ShouldBe(5);
        var last = document.Statements[^1];
        last.Status.ShouldBe(VexStatus.NotAffected);
        last.Justification.ShouldBe(VexJustification.VulnerableCodeNotPresent);
        last.ImpactStatement.ShouldBe("affected functions were removed before packaging");
        last.Products[0].Subcomponents.Select(s => s.Purl).ShouldBe(["pkg:apk/alpine/libssl3@3.0.8-r3", "pkg:apk/alpine/libcrypto3@3.0.8-r3"]);
    }

    [Fact]
    public void Read_OpenVexOfTheFirstVersion_TakesStringsForVulnerabilitiesAndProducts()
    {
        var document = VexFiles.Document("openvex-go-vex/vex/testdata/v0.0.1-noversion.json");

        document.FormatVersion.ShouldBe("0.0.1");
        document.Version.ShouldBe("1");
        document.Statements[0].Vulnerability.Id.ShouldBe("CVE-2023-12345");
        document.Statements[0].Products.Select(p => p.Purl).ShouldBe(["pkg:apk/wolfi/git@2.39.0-r1?arch=armv7", "pkg:apk/wolfi/git@2.39.0-r1?arch=x86_64"]);
    }

    [Fact]
    public void Read_CsafRelationship_IsAComponentWithinAProduct()
    {
        var document = VexFiles.Document("trivy/pkg/vex/testdata/csaf-relationships.json");

        var statement = document.Statements.ShouldHaveSingleItem();
        statement.Status.ShouldBe(VexStatus.NotAffected);
        statement.State.ShouldBe("known_not_affected");
        statement.Justification.ShouldBe(VexJustification.VulnerableCodeCannotBeControlledByAdversary);
        // The impact names no product, so it is about all of them.
        statement.ImpactStatement.ShouldBe("vulnerable_code_not_in_execute_path");
        var product = statement.Products.ShouldHaveSingleItem();
        product.Purl.ShouldBe("pkg:golang/github.com/aquasecurity/go-direct1@v2.0.0");
        product.Relationship.ShouldBe("default_component_of");
        product.Supplier.ShouldBe("bar");
        product.Version.ShouldBe("2.0.0");
        product.Subcomponents.ShouldHaveSingleItem().Purl.ShouldBe("pkg:golang/github.com/aquasecurity/go-transitive@v4.0.0");
    }

    [Fact]
    public void Read_CsafAdvisory_HasAStatementForEachGroupOfProducts()
    {
        var result = VexFiles.Read("guac/rhsa-csaf.json");

        result.Document!.Statements.ShouldNotBeEmpty();
        result.Document.Statements.ShouldAllBe(s => s.State == "fixed" || s.State == "known_affected" || s.State == "known_not_affected" || s.State == "under_investigation");
        result.Document.Statements.SelectMany(s => s.Products).ShouldAllBe(p => p.Subcomponents.Count == 1 && p.Relationship == "default_component_of");
        result.NotKept.Select(n => n.At).ShouldContain("/vulnerabilities/*/scores");
    }

    [Theory]
    [InlineData("guac/cyclonedx-vex-affected.json", VexStatus.Affected, "exploitable")]
    [InlineData("guac/cyclonedx-unaffected-vex.json", VexStatus.NotAffected, "not_affected")]
    [InlineData("guac/cyclonedx-vex-no-analysis.json", VexStatus.Affected, null)]
    [InlineData("guac/cyclonedx-vex-resolved-with-pedigree.json", VexStatus.Fixed, "resolved_with_pedigree")]
    [InlineData("cyclonedx/VEX/CISA-Use-Cases/Case-1/vex-under_investigation.json", VexStatus.UnderInvestigation, "in_triage")]
    [InlineData("cyclonedx/VEX/CISA-Use-Cases/Case-1/vex-fixed.json", VexStatus.Fixed, "resolved")]
    public void Read_CycloneDx_KeepsItsOwnStateBesideTheStatus(string name, VexStatus status, string? state)
    {
        var statement = VexFiles.Document(name).Statements[0];
        statement.Status.ShouldBe(status);
        statement.State.ShouldBe(state);
    }

    [Fact]
    public void Read_CycloneDx_KeepsTheJustificationAndResolvesTheReference()
    {
        var statement = VexFiles.Document("cyclonedx-spec/1.7/valid-vulnerability-1.7.json").Statements[0];

        statement.JustificationWord.ShouldBe("code_not_reachable");
        statement.Justification.ShouldBe(VexJustification.VulnerableCodeNotInExecutePath);
        statement.Responses.ShouldBe(["will_not_fix", "update"]);
        statement.Vulnerability.Aliases.ShouldContain(new VexAlias("CVE-2018-7489", "NVD"));
        statement.Products[0].Purl.ShouldBe("pkg:maven/com.fasterxml.jackson.core/jackson-databind@2.9.4");
        statement.Products[0].VersionRange.ShouldBe("vers:semver/<2.6.7.5");
    }

    [Fact]
    public void Read_CycloneDxVersionsOfDifferentStates_AreStatementsOfTheirOwn()
    {
        var document = VexFiles.ReadText("""
            {"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","bom-ref":"a","name":"a","purl":"pkg:npm/a"}],
             "vulnerabilities":[{"bom-ref":"v","id":"CVE-2024-1","analysis":{"state":"exploitable"},"affects":[{"ref":"a","versions":[
              {"version":"1.0.0","status":"affected"},{"range":"vers:npm/>=1.0.1","status":"unaffected"},{"version":"0.9.0","status":"unknown"},{"version":"1.0.0-rc"}]}]}]}
            """).Document!;

        document.Statements.Select(s => (s.Status, string.Join(' ', s.Products.Select(p => p.Version ?? p.VersionRange)))).ShouldBe(
            [(VexStatus.Affected, "1.0.0 1.0.0-rc"), (VexStatus.NotAffected, "vers:npm/>=1.0.1"), (VexStatus.UnderInvestigation, "0.9.0")]);
        document.Statements.Select(s => s.Id).ShouldBe(["v", null, null]);
    }

    [Theory]
    [InlineData("", "1:1")]
    [InlineData("{", "1:2")]
    [InlineData("[]", "/")]
    [InlineData("{}", "/")]
    [InlineData("not json", "1:")]
    [InlineData("<a/>", "/")]
    [InlineData("""{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}""", "/@context")]
    [InlineData("""{"document":{"csaf_version":"2.1"}}""", "/document/csaf_version")]
    [InlineData("""{"spdxVersion":"SPDX-2.3"}""", "/")]
    [InlineData("""{"@context":"https://openvex.dev/ns/v0.2.0","statements":[{"status":"fixed","vulnerability":{"name":"a"}},{"status":"fine","vulnerability":{"name":"a"}}]}""", "/statements/1/status")]
    [InlineData("""{"@context":"https://openvex.dev/ns/v0.2.0","statements":[{"status":"fixed"}]}""", "/statements/0/vulnerability")]
    [InlineData("""{"@context":"https://openvex.dev/ns/v0.2.0","statements":{}}""", "/statements")]
    [InlineData("""{"@context":"https://openvex.dev/ns/v0.2.0","statements":[1]}""", "/statements/0")]
    [InlineData("""{"@context":"https://openvex.dev/ns/v0.2.0","author":1}""", "/author")]
    [InlineData("""{"@context":"https://openvex.dev/ns/v0.2.0","statements":[{"status":"fixed","vulnerability":{"name":"a","name":"b"}}]}""", "/statements/0/vulnerability/name")]
    [InlineData("""{"@context":"https://openvex.dev/ns/v0.2.0","a\/b":1,"a\/b":1}""", "/a~1b")]
    [InlineData("""{"@context":"https://openvex.dev/ns/v0.2.0","author":"\u0000"}""", "/author")]
    [InlineData("""{"@context":"https://openvex.dev/ns/v0.2.0","author":"\ud800"}""", "/author")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","vulnerabilities":[{"id":"a","analysis":{"state":"solved"}}]}""", "/vulnerabilities/0/analysis/state")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","vulnerabilities":[{"id":1}]}""", "/vulnerabilities/0")]
    [InlineData("""{"document":{"csaf_version":"2.0"},"product_tree":{"full_product_names":[{"name":"a"}]}}""", "/product_tree/full_product_names/0/product_id")]
    public void Read_WhatIsBroken_SaysWhatAndWhere(string text, string at)
    {
        var result = VexFiles.ReadText(text);

        result.Document.ShouldBeNull();
        result.Errors.ShouldNotBeEmpty();
        result.Errors[0].At.ShouldStartWith(at);
        result.Errors[0].Message.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public void Read_APropertyTwice_SaysTheLine() =>
        VexFiles.ReadText("{\n \"@context\": \"https://openvex.dev/ns\",\n \"author\": \"a\",\n \"author\": \"b\" }").Errors.ShouldHaveSingleItem().Message.ShouldContain("line 4, column 2");

    [Fact]
    public void Read_UnknownParts_AreWarningsAndLeftOut()
    {
        var result = VexFiles.ReadText("""{"@context":"https://openvex.dev/ns/v0.2.0","colour":1,"timestamp":"yesterday","statements":[{"status":"fixed","mood":2,"vulnerability":{"name":"a"},"products":["pkg:npm/a"]}]}""");

        result.Valid.ShouldBeTrue();
        result.Warnings.Select(w => w.At).ShouldBe(["/colour", "/timestamp", "/statements/0/mood"], ignoreOrder: true);
    }

    [Fact]
    public void Read_BeyondABound_IsRefusedWithTheBound()
    {
        var text = Encoding.UTF8.GetBytes("""{"@context":"https://openvex.dev/ns/v0.2.0","statements":[{"status":"fixed","vulnerability":"a","products":["pkg:npm/a","pkg:npm/b"]},{"status":"fixed","vulnerability":"a","products":["pkg:npm/c"]}]}""");
        string Refused(VexReadOptions options) => VexReader.Read(new MemoryStream(text), options).Errors.ShouldHaveSingleItem().Message;

        Refused(new VexReadOptions { MaxBytes = 100 }).ShouldContain("100 bytes");
        Refused(new VexReadOptions { MaxDepth = 3 }).ShouldContain("depth");
        Refused(new VexReadOptions { MaxStringBytes = 20 }).ShouldContain("20 bytes");
        Refused(new VexReadOptions { MaxStatements = 1 }).ShouldContain("1 statements");
        Refused(new VexReadOptions { MaxProducts = 2 }).ShouldContain("2 times");
        VexReader.Read(new MemoryStream(text)).Valid.ShouldBeTrue();
    }

    [Fact]
    public void Read_DeeplyNestedBranches_IsRefused() =>
        VexFiles.ReadText("""{"document":{"csaf_version":"2.0"},"product_tree":""" + string.Concat(Enumerable.Repeat("""{"branches":[""", 100_000))).Errors.ShouldHaveSingleItem().Message.ShouldContain("depth");

    [Fact]
    public void Read_RelationshipsThatDoubleAtEachStep_StayBounded()
    {
        var relationships = string.Join(',', Enumerable.Range(1, 200).Select(n => $$$"""{"category":"default_component_of","product_reference":"p{{{n - 1}}}","relates_to_product_reference":"p{{{n - 1}}}","full_product_name":{"name":"n","product_id":"p{{{n}}}"}}"""));
        var result = VexFiles.ReadText($$$"""{"document":{"csaf_version":"2.0"},"product_tree":{"full_product_names":[{"name":"a","product_id":"p0"}],"relationships":[{{{relationships}}}]},"vulnerabilities":[{"cve":"CVE-2024-1","product_status":{"fixed":["p200"]}}]}""");

        result.Valid.ShouldBeTrue();
        result.Warnings.ShouldNotBeEmpty();
    }

    [Fact]
    public void Read_RelationshipsThatGoRound_AreWarnedOf()
    {
        var result = VexFiles.ReadText("""{"document":{"csaf_version":"2.0"},"product_tree":{"relationships":[{"category":"installed_on","product_reference":"a","relates_to_product_reference":"b","full_product_name":{"name":"n","product_id":"a"}},{"category":"installed_on","product_reference":"a","relates_to_product_reference":"a","full_product_name":{"name":"n","product_id":"b"}}]}}""");

        result.Valid.ShouldBeTrue();
        result.Warnings.Select(w => w.Message).ShouldContain(m => m.Contains("by way of itself", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_InUtf16_IsTheSame()
    {
        var text = File.ReadAllText(Path.Combine(VexFiles.Folder, "grype/grype/vex/testdata/vex-docs/openvex-demo2.json"));
        using var stream = new MemoryStream([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)]);

        VexText.Of(VexReader.Read(stream).Document!).ShouldBe(VexText.Of(VexFiles.Document("grype/grype/vex/testdata/vex-docs/openvex-demo2.json")));
    }

    [Theory]
    [MemberData(nameof(VexFiles.All), MemberType = typeof(VexFiles))]
    public void Read_CutOffOrChangedAnywhere_AlwaysHasAnAnswer(string name)
    {
        var bytes = File.ReadAllBytes(Path.Combine(VexFiles.Folder, name));
        for (var i = 1; i <= 40; i++)
        {
            var cut = bytes[..(bytes.Length * i / 41)];
            Answer(cut);
            var changed = bytes.ToArray();
            var at = (int)((uint)(i * 2654435761) % (uint)changed.Length);
            changed[at] = (byte)"0\"{}[],:x\\"[i % 10];
            Answer(changed);
        }

        static void Answer(byte[] document)
        {
            var read = VexReader.Read(new MemoryStream(document));
            (read.Valid ^ read.Errors.Count > 0).ShouldBeTrue();
            VexCheck.Check(new MemoryStream(document)).Findings.ShouldNotBeNull();
        }
    }
}
