using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Platform;

/// <summary>One order of versions for every list, with what cannot be read behind the rest of its kind on each way.</summary>
public sealed class VersionPlaceTests
{
    private static readonly (string? Type, string? Version)[] s_upwards =
        [(null, "1.9"), (null, "1.10"), (null, "release-9"), (null, "release-10"), ("cargo", "1.0.0-rc.1"), ("cargo", "1.0.0"), ("cargo", "main"), ("npm", "2.0.0"), ("npm", "10.0.0"), ("npm", "latest"), ("npm", "next")];

    [Fact]
    public void Order_Upwards_IsByKindThenByVersion() => Sorted(false).ShouldBe(s_upwards);

    [Fact]
    public void Order_Downwards_TurnsKindsAndVersions_AndLeavesBehindWhatCannotBeRead() => Sorted(true).ShouldBe(
        [("npm", "10.0.0"), ("npm", "2.0.0"), ("npm", "next"), ("npm", "latest"), ("cargo", "1.0.0"), ("cargo", "1.0.0-rc.1"), ("cargo", "main"), (null, "1.10"), (null, "1.9"), (null, "release-10"), (null, "release-9")]);

    [Fact]
    public void Order_OfAnyTwo_IsTheOppositeOfTheOtherTwo()
    {
        foreach (var down in new[] { false, true })
            foreach (var a in s_upwards)
                foreach (var b in s_upwards)
                    Math.Sign(Compare(down, a, b)).ShouldBe(-Math.Sign(Compare(down, b, a)), $"{a} and {b}");
    }

    private static int Compare(bool down, (string?, string?) a, (string?, string?) b) => VersionPlace.Order(down).Compare(VersionPlace.Of(a.Item1, a.Item2), VersionPlace.Of(b.Item1, b.Item2));

    private static (string?, string?)[] Sorted(bool down) => [.. s_upwards.OrderBy(v => v.Version!.Length).ThenBy(v => v.Type).Select(v => (v.Type, v.Version)).OrderBy(v => VersionPlace.Of(v.Type, v.Version), VersionPlace.Order(down))];
}
