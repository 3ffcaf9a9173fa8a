using System.Text;
using System.Text.Json;
using Headwater.Core.Vex;

namespace Headwater.Core.Tests.Vex;

/// <summary>What the writers make of what their format has no word for.</summary>
public sealed class VexWriterTests
{
    private static readonly DateTimeOffset s_day = new(2024, 5, 1, 10, 0, 0, TimeSpan.Zero);

    private static VexDocument Document(params VexStatement[] statements) => new()
    {
        Format = VexFormat.OpenVex,
        Id = "https://example.org/vex/1",
        Author = "Example",
        Issued = s_day,
        Version = "1",
        Statements = statements,
    };

    private static VexStatement Statement(VexStatus status, params VexProduct[] products) => new() { Vulnerability = new("CVE-2024-1000"), Status = status, Products = products };

    private static readonly VexProduct s_product = new() { Id = "pkg:npm/a@1.0.0", Purl = "pkg:npm/a@1.0.0" };

    private static (JsonElement Json, string[] Losses) Write(VexDocument document, VexFormat target, VexWriteOptions? options = null)
    {
        using var stream = new MemoryStream();
        var result = VexWriter.Write(document, target, stream, options);
        return (JsonDocument.Parse(stream.ToArray()).RootElement, [.. result.Losses.Select(l => l.Message)]);
    }

    [Theory]
    [InlineData("code_not_present", VexJustification.VulnerableCodeNotPresent)]
    [InlineData("code_not_reachable", VexJustification.VulnerableCodeNotInExecutePath)]
    [InlineData("requires_configuration", VexJustification.VulnerableCodeNotInExecutePath)]
    [InlineData("requires_dependency", VexJustification.ComponentNotPresent)]
    [InlineData("requires_environment", VexJustification.VulnerableCodeNotInExecutePath)]
    [InlineData("protected_by_compiler", VexJustification.InlineMitigationsAlreadyExist)]
    [InlineData("protected_at_runtime", VexJustification.InlineMitigationsAlreadyExist)]
    [InlineData("protected_at_perimeter", VexJustification.InlineMitigationsAlreadyExist)]
    [InlineData("protected_by_mitigating_control", VexJustification.InlineMitigationsAlreadyExist)]
    [InlineData("component_not_present", VexJustification.ComponentNotPresent)]
    [InlineData("vulnerable_code_cannot_be_controlled_by_adversary", VexJustification.VulnerableCodeCannotBeControlledByAdversary)]
    [InlineData("out_of_scope", null)]
    public void JustificationOf_AnyFormatsWord_IsTheNearestOfTheFive(string word, VexJustification? five) => VexWords.JustificationOf(word).ShouldBe(five);

    [Theory]
    [InlineData("not_affected", VexStatus.NotAffected)]
    [InlineData("false_positive", VexStatus.NotAffected)]
    [InlineData("known_not_affected", VexStatus.NotAffected)]
    [InlineData("affected", VexStatus.Affected)]
    [InlineData("exploitable", VexStatus.Affected)]
    [InlineData("last_affected", VexStatus.Affected)]
    [InlineData("resolved_with_pedigree", VexStatus.Fixed)]
    [InlineData("first_fixed", VexStatus.Fixed)]
    [InlineData("in_triage", VexStatus.UnderInvestigation)]
    [InlineData("recommended", null)]
    public void StatusOf_AnyFormatsWord_IsOneOfTheFour(string word, VexStatus? status) => VexWords.StatusOf(word).ShouldBe(status);

    [Fact]
    public void Write_JustificationWithoutAWordInCycloneDx_TravelsInAProperty()
    {
        var document = Document(Statement(VexStatus.NotAffected, s_product) with { Justification = VexJustification.VulnerableCodeCannotBeControlledByAdversary });
        var (json, losses) = Write(document, VexFormat.CycloneDx);

        losses.ShouldBeEmpty();
        json.GetProperty("vulnerabilities")[0].GetProperty("analysis").TryGetProperty("justification", out _).ShouldBeFalse();
        VexFiles.ReadText(json.GetRawText()).Document!.Statements[0].Justification.ShouldBe(VexJustification.VulnerableCodeCannotBeControlledByAdversary);
    }

    [Fact]
    public void Write_ARangeToOpenVex_LeavesTheProductOut()
    {
        var (json, losses) = Write(Document(Statement(VexStatus.NotAffected, s_product, new VexProduct { Id = "pkg:npm/b", Purl = "pkg:npm/b", VersionRange = "vers:npm/<2.0.0" }) with { ImpactStatement = "None." }), VexFormat.OpenVex);

        json.GetProperty("statements")[0].GetProperty("products").GetArrayLength().ShouldBe(1);
        losses.ShouldHaveSingleItem().ShouldContain("would cover more");
    }

    [Fact]
    public void Write_ARangeOfOneVersionToOpenVex_IsThatVersion()
    {
        var (json, losses) = Write(Document(Statement(VexStatus.Fixed, new VexProduct { Id = "pkg:npm/b", Purl = "pkg:npm/b", VersionRange = "vers:npm/2.0.0" })), VexFormat.OpenVex);

        json.GetProperty("statements")[0].GetProperty("products")[0].GetProperty("@id").GetString().ShouldBe("pkg:npm/b@2.0.0");
        losses.ShouldBeEmpty();
    }

    [Fact]
    public void Write_NothingButRangesToOpenVex_WritesNoStatementAndSaysSo()
    {
        using var stream = new MemoryStream();
        VexWriter.Write(Document(Statement(VexStatus.Fixed, new VexProduct { Id = "pkg:npm/b", Purl = "pkg:npm/b", VersionRange = "vers:npm/<2.0.0" })), VexFormat.OpenVex, stream).Statements.ShouldBe(0);
    }

    [Fact]
    public void Write_StatementsThatContradictEachOtherToCsaf_TakesTheLatest()
    {
        var (json, losses) = Write(Document(Statement(VexStatus.Affected, s_product) with { Issued = s_day }, Statement(VexStatus.Fixed, s_product) with { Issued = s_day.AddDays(1) }), VexFormat.Csaf);

        var status = json.GetProperty("vulnerabilities").EnumerateArray().ShouldHaveSingleItem().GetProperty("product_status");
        status.EnumerateObject().Select(p => p.Name).ShouldBe(["fixed"]);
        losses.ShouldContain(l => l.Contains("the earlier statement", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_WhatNobodySaidAndAFormatDemands_IsSaidToBeMissing()
    {
        Write(Document(Statement(VexStatus.Affected, s_product)), VexFormat.OpenVex).Json.GetProperty("statements")[0].GetProperty("action_statement").GetString().ShouldBe("No action statement provided");
        Write(Document(Statement(VexStatus.NotAffected, s_product)), VexFormat.OpenVex).Losses.ShouldContain(l => l.Contains("no reason is given", StringComparison.Ordinal));
        Write(Document(Statement(VexStatus.Affected, s_product)), VexFormat.Csaf).Json.GetProperty("vulnerabilities")[0].GetProperty("remediations")[0].GetProperty("category").GetString().ShouldBe("none_available");
    }

    [Fact]
    public void Write_CycloneDxWords_AreNamedWhereTheyAreLost()
    {
        var document = VexFiles.ReadText("""
            {"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"timestamp":"2024-01-01T00:00:00Z"},"components":[{"type":"library","bom-ref":"a","name":"a","purl":"pkg:npm/a@1.0.0"}],
             "vulnerabilities":[{"id":"CVE-2024-1000","analysis":{"state":"false_positive","justification":"requires_configuration","response":["will_not_fix"]},"affects":[{"ref":"a"}]}]}
            """).Document!;
        var losses = Write(document, VexFormat.OpenVex).Losses;

        losses.ShouldContain(l => l.Contains("\"false_positive\"", StringComparison.Ordinal));
        losses.ShouldContain(l => l.Contains("\"requires_configuration\"", StringComparison.Ordinal));
        losses.ShouldContain(l => l.Contains("will_not_fix", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_WithoutAnyTime_AsksForOne()
    {
        var document = Document(Statement(VexStatus.Fixed, s_product)) with { Issued = null };

        Should.Throw<ArgumentException>(() => Write(document, VexFormat.OpenVex)).Message.ShouldContain("time");
        Write(document, VexFormat.OpenVex, new VexWriteOptions { Timestamp = s_day }).Json.GetProperty("timestamp").GetString().ShouldBe("2024-05-01T10:00:00Z");
    }

    [Fact]
    public void Write_WithOptions_SaysThemInsteadOfTheDocument()
    {
        var (json, _) = Write(Document(Statement(VexStatus.Fixed, s_product)), VexFormat.Csaf, new VexWriteOptions { Timestamp = s_day.AddDays(3), Author = "Other", Namespace = "https://other.example" });

        var head = json.GetProperty("document");
        head.GetProperty("publisher").GetProperty("name").GetString().ShouldBe("Other");
        head.GetProperty("publisher").GetProperty("namespace").GetString().ShouldBe("https://other.example");
        head.GetProperty("tracking").GetProperty("current_release_date").GetString().ShouldBe("2024-05-04T10:00:00Z");
        head.GetProperty("tracking").GetProperty("initial_release_date").GetString().ShouldBe("2024-05-01T10:00:00Z");
    }

    [Fact]
    public void Write_ComponentWithinAComponent_ComesBackFromCsafAndCycloneDx()
    {
        var nested = new VexProduct { Id = "pkg:oci/app", Purl = "pkg:oci/app", Subcomponents = [new VexProduct { Id = "pkg:maven/g/outer@1", Purl = "pkg:maven/g/outer@1", Subcomponents = [new VexProduct { Id = "pkg:maven/g/inner@2", Purl = "pkg:maven/g/inner@2" }] }] };
        var document = Document(Statement(VexStatus.Fixed, nested));
        foreach (var target in new[] { VexFormat.Csaf, VexFormat.CycloneDx })
        {
            var (json, losses) = Write(document, target);
            losses.ShouldBeEmpty();
            VexText.Core(VexFiles.ReadText(json.GetRawText()).Document!).ShouldBe(VexText.Core(document));
        }
    }
}
