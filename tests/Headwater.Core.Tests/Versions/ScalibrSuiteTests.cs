using Headwater.Core.Versions;

namespace Headwater.Core.Tests.Versions;

public sealed class ScalibrSuiteTests
{
    public static TheoryData<string, string> Suites()
    {
        var data = new TheoryData<string, string>();
        foreach (var (suite, ecosystem) in VersionFixture.Scalibr) data.Add(suite, ecosystem);
        return data;
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Compare_EveryLineOfSuite_AgreesOrIsListed(string suite, string ecosystem)
    {
        var scheme = VersionSchemes.ForEcosystem(ecosystem)!;
        var deviations = new List<string>();
        foreach (var (file, line, left, sign, right) in VersionFixture.ScalibrLines(suite))
        {
            var found = VersionFixture.Sign(scheme.Compare(left, right));
            if (found != sign) deviations.Add($"{left} {sign} {right} : {found}");
        }

        VersionFixture.ShouldBeTheListed(suite, deviations);
    }
}
