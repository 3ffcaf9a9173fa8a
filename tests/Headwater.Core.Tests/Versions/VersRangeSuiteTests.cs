using System.Text.Json;
using Headwater.Core.Versions;

namespace Headwater.Core.Tests.Versions;

public sealed class VersRangeSuiteTests
{
    public static TheoryData<string> NativeFiles() =>
    [
        "conan_range_from_native_basic_test.json", "conan_range_from_native_test.json", "gem_range_from_native_test.json",
        "nginx_range_from_native_test.json", "npm_range_from_native_test.json", "nuget_range_from_native_test.json",
        "openssl_range_from_native_test.json", "pypi_range_from_native_test.json",
    ];

    [Theory]
    [MemberData(nameof(NativeFiles))]
    public void TryFromNative_EveryCaseOfSuite_AgreesOrIsListed(string file)
    {
        var deviations = new List<string>();
        foreach (var test in VersionFixture.VersSpec(file))
        {
            var input = test.GetProperty("input");
            var native = input.GetProperty("native_range").GetString()!;
            var expected = test.GetProperty("expected_output").GetString();
            var found = VersRange.TryFromNative(input.GetProperty("scheme").GetString()!, native, out var range, out var error) ? range.ToString() : error;
            if (found != expected) deviations.Add($"{native} -> {expected} : {found}");
            if (range is not null) VersRange.TryParse(range.ToString(), out _, out error).ShouldBeTrue($"{native} -> {range}: {error}");
        }

        VersionFixture.ShouldBeTheListed(file, deviations);
    }

    [Fact]
    public void TryParse_CanonicalParseSuite_Agrees()
    {
        foreach (var test in VersionFixture.VersSpec("vers_canonical_parse_test.json"))
        {
            var text = test.GetProperty("input").GetString()!;
            var fails = test.TryGetProperty("expected_failure", out var failure) && failure.GetBoolean();
            VersRange.TryParse(text, out var range, out var error).ShouldBe(!fails, text + ": " + error);
            if (fails) continue;
            var expected = test.GetProperty("expected_output");
            range!.Type.ShouldBe(expected.GetProperty("scheme").GetString());
            range.Constraints.Select(c => (Sign(c), c.Version)).ShouldBe(
                expected.GetProperty("version_constraints").EnumerateArray().Select(c => (c[0].GetString()!, c[1].GetString()!)));
            range.ToString().ShouldBe(text);
        }
    }

    [Fact]
    public void TryParse_ValidateSuite_AgreesOrIsListed()
    {
        var deviations = new List<string>();
        foreach (var test in VersionFixture.VersSpec("pypi_range_validate_test.json"))
        {
            // The recommended cases are about repairing what is not canonical.
            var required = test.GetProperty("test_group").GetString() == "required";
            var text = test.GetProperty("input").GetString()!;
            var read = required ? VersRange.TryParse(text, out var range, out var error) : VersRange.TryNormalize(text, out range, out error);
            var found = read ? range!.ToString() : error;
            if (found != test.GetProperty("expected_output").GetString()) deviations.Add($"{text} : {found}");
        }

        VersionFixture.ShouldBeTheListed("pypi_range_validate_test.json", deviations);
    }

    [Theory]
    [InlineData("pypi_range_containment_test.json")]
    [InlineData("npm_range_containment_test.json")]
    public void Contains_ContainmentSuite_Agrees(string file)
    {
        foreach (var test in VersionFixture.VersSpec(file))
        {
            var input = test.GetProperty("input");
            var vers = input.GetProperty("vers").GetString()!;
            VersRange.TryNormalize(vers, out var range, out var error).ShouldBeTrue(error);
            range!.Contains(input.GetProperty("version").GetString()!).ShouldBe(test.GetProperty("expected_output").GetBoolean(), test.ToString());
        }
    }

    private static string Sign(VersConstraint constraint) => constraint.Comparator switch
    {
        VersComparator.Equal => "=",
        VersComparator.NotEqual => "!=",
        VersComparator.Less => "<",
        VersComparator.LessOrEqual => "<=",
        VersComparator.Greater => ">",
        _ => ">=",
    };
}
