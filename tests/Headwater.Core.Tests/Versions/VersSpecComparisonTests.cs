using Headwater.Core.Versions;

namespace Headwater.Core.Tests.Versions;

public sealed class VersSpecComparisonTests
{
    public static TheoryData<string> Files() =>
    [
        "alpine_version_cmp_test.json", "alpm_version_cmp_test.json", "conan_version_cmp_test.json", "datetime_version_cmp_test.json",
        "gentoo_version_cmp_test.json", "lexicographic-test.json", "maven_version_cmp_test.json", "nuget_version_cmp_test.json",
        "openssl_version_cmp_test.json",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Compare_EveryCaseOfSuite_AgreesOrIsListed(string file)
    {
        var deviations = new List<string>();
        foreach (var test in VersionFixture.VersSpec(file))
        {
            var input = test.GetProperty("input");
            var scheme = VersionSchemes.ForVers(input.GetProperty("input_scheme").GetString())!;
            var versions = input.GetProperty("versions").EnumerateArray().Select(v => v.GetString()!).ToArray();
            var expected = test.GetProperty("expected_output");
            if (test.GetProperty("test_type").GetString() == "equality")
            {
                var equal = scheme.Compare(versions[0], versions[1]);
                if (equal is null || (equal == 0) != expected.GetBoolean()) deviations.Add($"{versions[0]} = {versions[1]} : {VersionFixture.Sign(equal)}");
                continue;
            }

            var sorted = expected.EnumerateArray().Select(v => v.GetString()!).ToArray();
            for (var i = 1; i < sorted.Length; i++)
            {
                if (scheme.Compare(sorted[i - 1], sorted[i]) is not <= 0)
                    deviations.Add($"{sorted[i - 1]} < {sorted[i]} : {VersionFixture.Sign(scheme.Compare(sorted[i - 1], sorted[i]))}");
            }
        }

        VersionFixture.ShouldBeTheListed(file, deviations);
    }
}
