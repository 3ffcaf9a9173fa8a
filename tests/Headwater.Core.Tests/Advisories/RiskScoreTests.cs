using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Advisories;

namespace Headwater.Core.Tests.Advisories;

public sealed class RiskScoreTests
{
    private static readonly Severity[] s_bands = [Severity.None, Severity.Low, Severity.Medium, Severity.High, Severity.Critical];

    private static Gen<(Severity Severity, double? Score, double? Epss, bool Kev, bool Ransomware)> Inputs() =>
        from severity in Gen.Elements(s_bands)
        from hasScore in Gen.Elements(true, false)
        from score in Gen.Choose(0, 100)
        from hasEpss in Gen.Elements(true, false)
        from epss in Gen.Choose(0, 100_000)
        from kev in Gen.Elements(true, false)
        from ransomware in Gen.Elements(true, false)
        select (severity, hasScore ? score / 10.0 : (double?)null, hasEpss ? epss / 100_000.0 : (double?)null, kev, ransomware);

    private static double Risk((Severity Severity, double? Score, double? Epss, bool Kev, bool Ransomware) i) =>
        RiskScore.Compute(i.Severity, i.Score, i.Epss, i.Kev, i.Ransomware);

    [Fact]
    public void Compute_AnyInput_NeverFallsWhenAnInputRises() =>
        Prop.ForAll((from input in Inputs() from step in Gen.Choose(0, 100) select (input, step)).ToArbitrary(), p =>
        {
            var (i, step) = p;
            var risk = Risk(i);
            var bands = s_bands.SkipWhile(b => b != i.Severity).All(b => Risk(i with { Severity = b }) >= risk);
            var score = i.Score is null || Risk(i with { Score = Math.Min(10, i.Score.Value + step / 10.0) }) >= risk;
            var epss = i.Epss is null || Risk(i with { Epss = Math.Min(1, i.Epss.Value + step / 100.0) }) >= risk;
            var kev = i.Kev || Risk(i with { Kev = true }) > risk;
            var ransomware = i.Ransomware || Risk(i with { Ransomware = true }) >= risk;
            return risk is >= 0 and <= 100 && bands && score && epss && kev && ransomware;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Compute_AnyListed_RanksAboveAnyOther() =>
        Prop.ForAll((from a in Inputs() from b in Inputs() select (a, b)).ToArbitrary(), p => Risk(p.a with { Kev = true }) > Risk(p.b with { Kev = false }))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Compute_UnknownEpss_IsNotZero() =>
        RiskScore.Compute(Severity.High, 8, null, false, false).ShouldBeGreaterThan(RiskScore.Compute(Severity.High, 8, 0, false, false));

    [Fact]
    public void Compute_UnknownSeverity_IsNotHarmless() => RiskScore.Compute(Severity.Unknown, null, 0.1, false, false).ShouldBeGreaterThan(10);

    [Fact]
    public void Compute_Malicious_RanksWithTheExploited() =>
        RiskScore.Compute(Severity.Unknown, null, null, false, false, malicious: true).ShouldBeGreaterThan(RiskScore.Compute(Severity.Critical, 10, 1, false, false));

    [Theory]
    [InlineData(Severity.Critical, 9.8, 0.04, false, false, "34.5 = 80 × 0.98 (CVSS 9.8) × (0.3 + 0.7 × √0.04 (EPSS))")]
    [InlineData(Severity.High, null, null, false, false, "29.2 = 80 × 0.80 (stated as high) × (0.3 + 0.7 × √0.05 (EPSS unknown, so the average is assumed))")]
    [InlineData(Severity.Critical, 10.0, 1.0, true, true, "100.0 = 82 (known to be exploited) + 8 × 1.00 (CVSS 10.0) + 4 × √1 (EPSS) + 6 (ransomware)")]
    public void Explain_StatesTheFormulaWithItsNumbers(Severity severity, double? score, double? epss, bool kev, bool ransomware, string expected) =>
        RiskScore.Explain(severity, score, epss, kev, ransomware).ShouldBe(expected);
}
