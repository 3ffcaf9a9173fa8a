using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Versions;
using static Headwater.Core.Tests.Advisories.TestIndex;

namespace Headwater.Core.Tests.Advisories;

/// <summary>The index against the schema's pseudo-code, written down plainly over texts, for ranges made at random.</summary>
public sealed class AdvisoryIndexProperties
{
    private static readonly string[] Kinds = ["introduced", "fixed", "last_affected", "limit"];
    private static readonly string[] Versions = ["0", "0.1.0", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.5.0", "2.0.0-alpha", "2.0.0", "10.0.0"];

    [Fact]
    public void Match_AnyEvents_IsWhatThePseudoCodeSays()
    {
        var one = from kind in Gen.Elements(Kinds) from version in Gen.Elements(Versions) select (Kind: kind, Version: version);
        var range = from count in Gen.Choose(1, 6) from events in one.ArrayOf(count) select events.ToList();
        var samples = range.Sample(500).ToList();
        using var index = Of([.. samples.Select((events, i) => Record($"X-{i:0000}", "npm", "p" + i, Ranges(Range(string.Join(' ', events.Select(e => $"{e.Kind} {e.Version}")), "SEMVER"))))]);
        var scheme = VersionSchemes.ForEcosystem("npm")!;
        for (var i = 0; i < samples.Count; i++)
        {
            foreach (var version in Versions.Where(v => v != "0").Append("1.2.3").Append("99.0.0-beta"))
            {
                var expected = Evaluate(scheme, samples[i], version) ? $"X-{i:0000}" : "";
                index.Ask($"pkg:npm/p{i}@{version}").ShouldBe(expected, $"{version} in {string.Join(' ', samples[i])}");
            }
        }
    }

    private static bool Evaluate(VersionScheme scheme, List<(string Kind, string Version)> events, string version)
    {
        var limits = events.Where(e => e.Kind == "limit").ToList();
        if (limits.Count > 0 && !limits.Any(l => scheme.Compare(version, l.Version) < 0)) return false;
        var sorted = events.Where(e => e.Kind != "limit").ToList();
        sorted.Sort((a, b) => Order(a).CompareTo(Order(b)) is var zero and not 0 ? zero
            : scheme.Compare(a.Version, b.Version)!.Value is var order and not 0 ? order : Array.IndexOf(Kinds, a.Kind).CompareTo(Array.IndexOf(Kinds, b.Kind)));
        var vulnerable = false;
        foreach (var (kind, bound) in sorted)
        {
            var order = scheme.Compare(version, bound)!.Value;
            if (kind == "introduced" && (bound == "0" || order >= 0)) vulnerable = true;
            else if (kind == "fixed" && order >= 0) vulnerable = false;
            else if (kind == "last_affected" && order > 0) vulnerable = false;
        }

        return vulnerable;

        static int Order((string Kind, string Version) e) => e is ("introduced", "0") ? 0 : 1;
    }
}
