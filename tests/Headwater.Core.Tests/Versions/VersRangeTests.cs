using Headwater.Core.Versions;

namespace Headwater.Core.Tests.Versions;

public sealed class VersRangeTests
{
    [Theory]
    [InlineData("", "starts with")]
    [InlineData("VERS:npm/1.0.0", "starts with")]
    [InlineData("vers:npm", "no '/'")]
    [InlineData("vers:npm/", "no constraint")]
    [InlineData("vers:/1.0.0", "missing")]
    [InlineData("vers:NPM/1.0.0", "lower case")]
    [InlineData("vers:1npm/1.0.0", "letter")]
    [InlineData("vers:n_pm/1.0.0", "'_'")]
    [InlineData("vers:invalid/1.0.0", "never valid")]
    [InlineData("vers:npm/=1.0.0", "without '='")]
    [InlineData("vers:npm/1.0.0||2.0.0", "consecutive")]
    [InlineData("vers:npm/*|1.0.0", "alone")]
    [InlineData("vers:npm/>=*", "percent-encoded")]
    [InlineData("vers:npm/>=", "version is missing")]
    [InlineData("vers:npm/>=1.0.0|>=2.0.0", "redundant")]
    [InlineData("vers:npm/<1.0.0|<2.0.0", "redundant")]
    [InlineData("vers:npm/1.0.0|<2.0.0", "covers")]
    [InlineData("vers:npm/>=1.0.0|<1.0.0", "twice")]
    [InlineData("vers:npm/1.0.0|1.0", "twice")]
    [InlineData("vers:npm/>=1.0.0|<frog", "no place")]
    [InlineData("vers:npm/1.0%2", "hexadecimal")]
    [InlineData("vers:npm/1.0%41", "need not")]
    [InlineData("vers:npm/1.0%00", "control")]
    [InlineData("vers:npm/1.0%FF", "UTF-8")]
    [InlineData("vers:npm/1.0é", "ASCII")]
    [InlineData("vers:all/1.0", "only vers:all/*")]
    [InlineData("vers:datetime/2024-01-01t00:00:00z", "upper-case")]
    [InlineData("vers:datetime/2024-13-01T00:00:00Z", "RFC 3339")]
    public void TryParse_NotCanonical_SaysWhat(string text, string says)
    {
        VersRange.TryParse(text, out _, out var error).ShouldBeFalse();
        error.ShouldContain(says);
    }

    [Theory]
    [InlineData("vers:npm/!=1.0.0", "2.0.0", true)]
    [InlineData("vers:npm/!=1.0.0", "1.0", false)]
    [InlineData("vers:npm/<1.0.0|>=2.0.0|<3.0.0|4.0.0", "4.0.0", true)]
    [InlineData("vers:npm/<1.0.0|>=2.0.0|<3.0.0|4.0.0", "1.0.0-rc.1", true)]
    [InlineData("vers:npm/<1.0.0|>=2.0.0|<3.0.0|4.0.0", "1.5.0", false)]
    [InlineData("vers:npm/<1.0.0|>=2.0.0|!=2.5.0|<3.0.0|4.0.0", "2.5.0", false)]
    [InlineData("vers:npm/<1.0.0|>=2.0.0|!=2.5.0|<3.0.0|4.0.0", "2.6.0", true)]
    [InlineData("vers:npm/<1.0.0|>=2.0.0|<3.0.0|4.0.0", "3.5.0", false)]
    [InlineData("vers:npm/>1.0.0", "1.0.0", false)]
    [InlineData("vers:npm/>=1.0.0", "frog", null)]
    [InlineData("vers:unregistered/1.0|2.0", "2.0", true)]
    [InlineData("vers:unregistered/1.0|2.0", "3.0", null)]
    [InlineData("vers:all/*", "frog", true)]
    [InlineData("vers:none/*", "frog", false)]
    [InlineData("vers:deb/>=1:1.2~rc1|<1:1.2-3+deb9u1", "1:1.2-3", true)]
    public void Contains_Version_FollowsIntervals(string text, string version, bool? expected)
    {
        VersRange.TryParse(text, out var range, out var error).ShouldBeTrue(error);
        range!.Contains(version).ShouldBe(expected);
        range.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("vers:npm/<2.0.0|>=1.0.0", "vers:npm/>=1.0.0|<2.0.0")]
    [InlineData("vers:npm/>=1.0.0|>=1.5.0|<2.0.0|<3.0.0", "vers:npm/>=1.0.0|<3.0.0")]
    [InlineData("vers:npm/1.0.0|<2.0.0", "vers:npm/<2.0.0")]
    [InlineData("vers:npm/>=1.0.0|<2.0.0|>=2.0.0", "vers:npm/>=1.0.0")]
    public void TryNormalize_Redundant_IsPutInOrder(string text, string expected)
    {
        VersRange.TryNormalize(text, out var range, out var error).ShouldBeTrue(error);
        range!.ToString().ShouldBe(expected);
    }

    [Fact]
    public void TryNormalize_ManyConstraints_StaysQuick()
    {
        var text = "vers:npm/" + string.Join('|', Enumerable.Range(0, 500).Select(i => $"{i}.0.0|!={i}.5.0").Reverse());
        var clock = System.Diagnostics.Stopwatch.StartNew();
        VersRange.TryNormalize(text, out _, out var error).ShouldBeTrue(error);
        VersRange.TryFromNative("gem", string.Join(',', Enumerable.Range(0, 1_100).Select(i => "!=" + i)), out _, out error).ShouldBeTrue(error);
        clock.Elapsed.TotalSeconds.ShouldBeLessThan(30);
        VersRange.TryParse("vers:npm/" + string.Join('|', Enumerable.Range(0, 15_000).Select(i => $"{i}.0")), out var range, out error).ShouldBeTrue(error);
        range!.Contains("14999.0.0").ShouldBe(true);
        VersRange.TryParse("vers:npm/" + new string('|', 30_000) + "1", out _, out error).ShouldBeFalse();
        VersRange.TryParse("vers:npm/1" + new string('1', 300_000), out _, out error).ShouldBeFalse();
    }
}
