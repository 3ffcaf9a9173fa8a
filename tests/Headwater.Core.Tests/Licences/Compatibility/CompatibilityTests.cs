using Headwater.Core.Licences;
using Headwater.Core.Licences.Compatibility;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Obligations;

namespace Headwater.Core.Tests.Licences.Compatibility;

public sealed class CompatibilityTests
{
    private static LicenceLibrary Library => LibrarySource.Library;

    private static readonly UseContext s_derived = new(Reach.Distributed, true, Linkage.Derived), s_dynamic = new(Reach.Distributed, false, Linkage.Dynamic);

    [Fact]
    public void Matrix_IsTakenWhole_WordForWord()
    {
        using var matrix = System.Text.Json.JsonDocument.Parse(new System.IO.Compression.GZipStream(File.OpenRead(Path.Combine(ExpressionSource.Data.Folder, "osadl", "matrixseqexpl.json.gz")), System.IO.Compression.CompressionMode.Decompress));
        var cells = 0;
        foreach (var row in matrix.RootElement.GetProperty("licenses").EnumerateArray())
        {
            var outbound = new LicenceTerm(row.GetProperty("name").GetString()!);
            if (outbound.Licence.Contains(" WITH ") || outbound.Licence == "bzip2-1.0.5") continue;
            foreach (var cell in row.GetProperty("compatibilities").EnumerateArray())
            {
                var inbound = new LicenceTerm(cell.GetProperty("name").GetString()!);
                if (inbound.Licence.Contains(" WITH ") || inbound.Licence == "bzip2-1.0.5") continue;
                var pair = Library.Compatibility.Check(outbound, inbound, s_derived).Pairs.Single();
                pair.Verdict.ShouldBe(cell.GetProperty("compatibility").GetString() switch { "Yes" or "Same" => CompatibilityVerdict.Compatible, "No" => CompatibilityVerdict.Incompatible, "Check dependency" => CompatibilityVerdict.CheckDependency, _ => CompatibilityVerdict.Unknown }, $"{outbound} < {inbound}");
                if (cell.GetProperty("compatibility").GetString() != "Same") pair.Explanation.ShouldBe(System.Net.WebUtility.HtmlDecode(cell.GetProperty("explanation").GetString()));
                cells++;
            }
        }

        cells.ShouldBeGreaterThan(12_000);
    }

    [Theory]
    [InlineData("GPL-3.0-only", "Apache-2.0", CompatibilityVerdict.Compatible)]
    [InlineData("Apache-2.0", "GPL-3.0-only", CompatibilityVerdict.Incompatible)]
    [InlineData("GPL-2.0-only", "Apache-2.0", CompatibilityVerdict.Incompatible)]
    [InlineData("gpl-2.0", "MIT", CompatibilityVerdict.Compatible)]
    [InlineData("GPL-2.0-only", "MIT OR Apache-2.0", CompatibilityVerdict.Compatible)]
    [InlineData("GPL-2.0-only", "MIT AND Apache-2.0", CompatibilityVerdict.Incompatible)]
    [InlineData("GPL-2.0-only OR GPL-3.0-only", "Apache-2.0", CompatibilityVerdict.Compatible)]
    [InlineData("MIT", "LGPL-2.1-only", CompatibilityVerdict.Incompatible)]
    [InlineData("MIT", "LicenseRef-nobody-knows", CompatibilityVerdict.Unknown)]
    [InlineData("MIT", "LicenseRef-scancode-3com-microcode", CompatibilityVerdict.Compatible)]
    [InlineData("LicenseRef-x", "LicenseRef-x", CompatibilityVerdict.Compatible)]
    [InlineData("GPL-2.0-only", "CC0-1.0", CompatibilityVerdict.Compatible)]
    public void Derived_AndDistributed_TheMatrixAnswers_InOneDirection(string outbound, string inbound, CompatibilityVerdict verdict) => Check(outbound, inbound, s_derived).Verdict.ShouldBe(verdict);

    [Theory]
    [InlineData(null, Reach.Distributed, "come together")]
    [InlineData(Linkage.Static, null, "reaches others")]
    public void WithoutTheContext_NothingIsAsserted(Linkage? linkage, Reach? reach, string missing)
    {
        var answer = Check("GPL-2.0-only", "Apache-2.0", new UseContext(reach, null, linkage));
        answer.Verdict.ShouldBe(CompatibilityVerdict.NotAsserted);
        answer.Missing.ShouldHaveSingleItem().ShouldContain(missing);
        answer.Pairs.ShouldBeEmpty();
    }

    [Fact]
    public void SeparatePrograms_AndWhatIsNotPassedOn_DoNotRaiseTheQuestion()
    {
        Check("GPL-2.0-only", "Apache-2.0", new UseContext(Linkage: Linkage.Separate)).Verdict.ShouldBe(CompatibilityVerdict.NotCombined);
        Check("GPL-2.0-only", "Apache-2.0", new UseContext(Reach.Internal, null, Linkage.Static)).Verdict.ShouldBe(CompatibilityVerdict.NotPassedOn);
        Check("Apache-2.0", "GPL-2.0-only", new UseContext(Reach.Network, null, Linkage.Static)).Verdict.ShouldBe(CompatibilityVerdict.NotPassedOn);
        Check("Apache-2.0", "AGPL-3.0-only", new UseContext(Reach.Network, null, Linkage.Static)).Verdict.ShouldBe(CompatibilityVerdict.Incompatible);
    }

    [Theory]
    [InlineData("MIT", "LGPL-2.1-only", CompatibilityVerdict.WhenLinked)]
    [InlineData("MIT", "MPL-2.0", CompatibilityVerdict.WhenLinked)]
    [InlineData("MIT", "GPL-2.0-only WITH Classpath-exception-2.0", CompatibilityVerdict.WhenLinked)]
    [InlineData("MIT", "GPL-2.0-only", CompatibilityVerdict.Incompatible)]
    [InlineData("GPL-2.0-only", "LGPL-3.0-only", CompatibilityVerdict.Incompatible)]
    public void Linked_WeakCopyleftIsWhatItIsMadeFor(string outbound, string inbound, CompatibilityVerdict verdict) => Check(outbound, inbound, s_dynamic).Verdict.ShouldBe(verdict);

    [Fact]
    public void Exceptions_AreTakenConservatively_AndSaid()
    {
        var inbound = Check("MIT", "GPL-2.0-only WITH u-boot-exception-2.0", s_derived);
        inbound.Verdict.ShouldBe(CompatibilityVerdict.Incompatible);
        inbound.Pairs.Single().Explanation.ShouldContain("exception was left out of account");
        Check("GPL-2.0-only WITH u-boot-exception-2.0", "GPL-2.0-only", s_derived).Verdict.ShouldBe(CompatibilityVerdict.Unknown);
        Check("GPL-2.0-only WITH u-boot-exception-2.0", "MIT", s_derived).Verdict.ShouldBe(CompatibilityVerdict.Compatible);
    }

    [Fact]
    public void Choice_IsNamed_AndWhatItCosts()
    {
        var answer = Check("GPL-2.0-only OR GPL-3.0-only", "Apache-2.0 OR CDDL-1.0", s_derived);
        (answer.OutboundChoice, answer.InboundChoice).ShouldBe(("GPL-3.0-only", "Apache-2.0"));
        answer.Remarks.ShouldContain(r => r.StartsWith("Not under GPL-2.0-only"));
        answer.Remarks.ShouldContain(r => r.Contains("2024-11-04"));
    }

    [Fact]
    public void Advice_UpgradesAndWarns()
    {
        Library.Advice.Upgrade(Read("GPL-2.0+ AND MIT")).ToString().ShouldBe("(GPL-2.0-or-later AND MIT)");
        Library.Advice.Warnings(Read("MIT WITH Classpath-exception-2.0 AND GPL-2.0-only+")).Count().ShouldBe(2);
    }

    private static CompatibilityAnswer Check(string outbound, string inbound, UseContext use) => Library.Compatibility.Check(Read(outbound), Read(inbound), use);

    private static LicenceExpression Read(string expression) => Library.Expressions.Parse(expression, ExpressionMode.Strict30).Expression!;
}
