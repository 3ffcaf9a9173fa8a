using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Vex;

namespace Headwater.Core.Tests.Vex;

/// <summary>What goes through another format and comes back says the same of the same products, or what was lost is named.</summary>
public sealed class VexPropertyTests
{
    private static readonly DateTimeOffset s_day = new(2024, 5, 1, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(VexFormat.OpenVex)]
    [InlineData(VexFormat.Csaf)]
    [InlineData(VexFormat.CycloneDx)]
    public void Write_AnyDocument_IsValidAndComesBackOrSaysWhatIsLost(VexFormat target)
    {
        var whole = 0;
        Prop.ForAll(Documents().ToArbitrary(), document =>
        {
            var (again, losses, count, text) = VexFiles.Through(document, target);
            if (count == 0) return;
            VexCheck.Check(new MemoryStream(Encoding.UTF8.GetBytes(text))).Findings.Where(f => f.Level == VexFindingLevel.Error).ShouldBeEmpty(text);
            if (losses.Count > 0) return;
            whole++;
            VexText.Core(again).ShouldBe(VexText.Core(document), text);
            again.Author.ShouldBe(document.Author);
            again.Time.ShouldBe(document.Time);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(20261122, 7));
        whole.ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData(VexFormat.OpenVex, VexFormat.Csaf)]
    [InlineData(VexFormat.OpenVex, VexFormat.CycloneDx)]
    [InlineData(VexFormat.Csaf, VexFormat.OpenVex)]
    [InlineData(VexFormat.Csaf, VexFormat.CycloneDx)]
    [InlineData(VexFormat.CycloneDx, VexFormat.OpenVex)]
    [InlineData(VexFormat.CycloneDx, VexFormat.Csaf)]
    public void Write_ThereAndBack_SaysTheSame(VexFormat here, VexFormat there)
    {
        var whole = 0;
        Prop.ForAll(Documents().ToArbitrary(), made =>
        {
            // What this format cannot say is not what is asked here.
            var document = VexFiles.Through(made, here).Document;
            var (abroad, lost, count, text) = VexFiles.Through(document, there);
            var (back, lostAgain, _, _) = VexFiles.Through(abroad, here);
            if (count == 0 || lost.Count + lostAgain.Count > 0) return;
            whole++;
            VexText.Core(back).ShouldBe(VexText.Core(document), text);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(20261122, 7));
        whole.ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData(VexFormat.OpenVex)]
    [InlineData(VexFormat.Csaf)]
    [InlineData(VexFormat.CycloneDx)]
    public void Write_TheSameDocument_GivesTheSameBytes(VexFormat target) => Prop.ForAll(Documents().ToArbitrary(), document =>
        VexFiles.Through(document, target).Text.ShouldBe(VexFiles.Through(document, target).Text)).Check(Config.QuickThrowOnFailure.WithMaxTest(30).WithReplay(20261122, 7));

    [Fact]
    public void Write_WhatATargetCannotNameAsNarrowly_LeavesItOut() => Prop.ForAll(Documents().ToArbitrary(), document =>
    {
        foreach (var target in Enum.GetValues<VexFormat>())
        {
            var again = VexFiles.Through(document, target).Document;
            foreach (var version in new[] { "0.9.0", "1.0.0", "1.5.0", "3.0.0" })
            {
                foreach (var name in s_names)
                {
                    var subject = VexSubject.Of($"pkg:npm/{name}@{version}");
                    foreach (var statement in again.Statements)
                    {
                        if (VexMatch.Covers(statement, subject) != VexCoverage.Product) continue;
                        document.Statements.ShouldContain(s => s.Vulnerability.Id == statement.Vulnerability.Id && s.Status == statement.Status && VexMatch.Covers(s, subject) == VexCoverage.Product);
                    }
                }
            }
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(20261122, 7));

    private static readonly string[] s_names = ["left-pad", "a", "b"];

    private static Gen<VexDocument> Documents() =>
        from count in Gen.Choose(1, 5)
        from statements in Statement().ListOf(count)
        from author in Text()
        from version in Gen.Choose(1, 4)
        from format in Gen.Elements(VexFormat.OpenVex, VexFormat.Csaf)
        select new VexDocument
        {
            Format = format,
            FormatVersion = format == VexFormat.OpenVex ? "0.2.0" : "2.0",
            Id = "https://example.org/vex/1",
            Author = author,
            Namespace = "https://example.org",
            Issued = s_day,
            Version = version.ToString(System.Globalization.CultureInfo.InvariantCulture),
            // One status of a product for each vulnerability: which of several is the latest is another question.
            Statements = [.. statements.Select((s, i) => s with { Vulnerability = s.Vulnerability with { Id = $"CVE-2024-{1000 + i}" } })],
        };

    private static Gen<VexStatement> Statement() =>
        from status in Gen.Elements(Enum.GetValues<VexStatus>())
        from justification in Gen.Elements(Enum.GetValues<VexJustification>())
        from justified in Gen.Choose(0, 2)
        from impact in Text()
        from action in Text()
        from alias in Gen.Choose(0, 2)
        from hour in Gen.Choose(0, 5)
        from count in Gen.Choose(1, 3)
        from products in Product().ListOf(count)
        select new VexStatement
        {
            Vulnerability = new VexVulnerability("CVE") { Aliases = [.. Enumerable.Range(0, alias).Select(n => new VexAlias($"GHSA-{n}", "GitHub"))] },
            Status = status,
            Justification = status == VexStatus.NotAffected && justified > 0 ? justification : null,
            ImpactStatement = status == VexStatus.NotAffected && justified < 2 ? impact : null,
            Actions = status == VexStatus.Affected ? [new VexAction(action)] : [],
            Issued = status == VexStatus.NotAffected && hour > 2 ? s_day.AddHours(hour) : null,
            Products = [.. products.DistinctBy(p => p.Id)],
        };

    private static Gen<VexProduct> Product() =>
        from name in Gen.Elements(s_names)
        from version in Gen.Elements<string?>(null, "1.0.0", "2.0.0")
        from range in Gen.Elements<string?>(null, null, "vers:npm/>=1.0.0|<2.0.0")
        from hash in Gen.Choose(0, 3)
        from sub in Gen.Elements<string?>(null, null, "pkg:npm/inner@3.0.0", "pkg:npm/inner")
        let purl = $"pkg:npm/{name}{(version is null || range is not null ? string.Empty : "@" + version)}"
        select new VexProduct
        {
            Id = range is null ? purl : $"{purl}#range",
            Purl = purl,
            VersionRange = range,
            Hashes = hash == 0 ? [new VexHash("SHA-256", new string('a', 64))] : [],
            Subcomponents = sub is null || range is not null ? [] : [new VexProduct { Id = sub, Purl = sub }],
        };

    private static Gen<string> Text() => Gen.Elements("Plain text.", "Zeile eins\nZeile zwei", "\"quoted\" <b>&amp;</b> \\ / \t", "日本語 🚀", "e\u0301 \u200B", "a");
}
