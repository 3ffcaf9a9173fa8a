using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Versions;

namespace Headwater.Core.Tests.Versions;

/// <summary>What must hold of every order, over the suites' versions and over made-up ones.</summary>
public sealed class VersionProperties
{
    private static readonly string[] s_names =
    [
        "npm", "golang", "pub", "julia", "conan", "pypi", "maven", "nuget", "gem", "composer", "hackage", "cran", "deb", "rpm", "apk", "opam",
        "alpm", "gentoo", "openssl", "intdot", "datetime", "lexicographic", "generic", "cpan",
    ];

    private static readonly Lazy<string[]> s_corpus = new(() =>
        [.. VersionFixture.Scalibr.SelectMany(s => VersionFixture.ScalibrLines(s.Suite)).SelectMany(l => new[] { l.Left, l.Right }).Distinct()]);

    private static readonly string[] s_pieces =
    [
        "0", "1", "2", "10", "00", "01", "007", "99999999999999999999", ".", ".", ".", "-", "_", "+", "~", "^", ":", "!", "a", "b", "rc", "alpha",
        "beta", "pre", "post", "dev", "SNAPSHOT", "final", "ga", "sp", "p", "r1", "-r2", "v", "x", "T", "Z", "2024-01-01T00:00:00Z", "é", "😀",
    ];

    public static TheoryData<string> Names() => [.. s_names];

    // Arch compares releases only when both have one, Maven a list with a qualifier unlike a list with nothing, Conan a word with a number
    // as text: these three orders are not transitive by their own definition.
    public static TheoryData<string> TransitiveNames() => [.. s_names.Except(["maven", "conan", "alpm"])];

    [Theory]
    [MemberData(nameof(Names))]
    public void Compare_AnyTwo_IsAntisymmetricAndEqualKeysAreEqual(string name)
    {
        var scheme = VersionSchemes.ForVers(name)!;
        var random = new Random(20260801);
        for (var i = 0; i < 20_000; i++)
        {
            var (a, b) = (Any(random), Any(random));
            var order = scheme.Compare(a, b);
            (scheme.Compare(b, a) is { } back ? -Math.Sign(back) : (int?)null).ShouldBe(order is { } o ? Math.Sign(o) : null, $"{a} {b}");
            if (!scheme.TryParse(a, out var x)) continue;
            scheme.Compare(a, a).ShouldBe(0, a);
            if (scheme.TryParse(b, out var y) && x.Key.SequenceEqual(y.Key)) order.ShouldBe(0, $"{a} {b}");
        }
    }

    [Theory]
    [MemberData(nameof(TransitiveNames))]
    public void Compare_AnyThree_IsTransitive(string name)
    {
        var scheme = VersionSchemes.ForVers(name)!;
        var random = new Random(20260802);
        for (var round = 0; round < 400; round++)
        {
            var versions = new List<PackageVersion>();
            for (var i = 0; i < 40; i++)
            {
                if (scheme.TryParse(Any(random), out var version)) versions.Add(version);
            }

            versions.Sort();
            for (var i = 0; i < versions.Count; i++)
            {
                for (var j = i + 1; j < versions.Count; j++) (versions[i] <= versions[j]).ShouldBeTrue($"{versions[i]} {versions[j]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Compare_GeneratedText_NeverThrows(string name)
    {
        var scheme = VersionSchemes.ForVers(name)!;
        Prop.ForAll<string, string>((a, b) => scheme.Compare(a ?? "", b ?? "") is var order && (order is null || Math.Sign(order.Value) == -Math.Sign(scheme.Compare(b ?? "", a ?? "")!.Value)))
            .QuickCheckThrowOnFailure();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Compare_ParsedVersions_DoesNotAllocate(string name)
    {
        var scheme = VersionSchemes.ForVers(name)!;
        var versions = s_corpus.Value.Where((_, i) => i % 37 == 0).Select(t => scheme.TryParse(t, out var v) ? v : (PackageVersion?)null).OfType<PackageVersion>().ToArray();
        if (versions.Length < 2) versions = [Parse(scheme, "2024-01-01T00:00:00Z"), Parse(scheme, "2024-01-01T00:00:01.5Z")];
        Allocation.Of(() => Walk(versions, 20_000)).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Compare_Texts_DoesNotAllocate(string name)
    {
        var scheme = VersionSchemes.ForVers(name)!;
        string[] texts = name == "datetime" ? ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.5+01:00"] : ["1.2.3", "1.2.4", "1.2.3-rc1", "1.2.3_p1", "v1.0-SNAPSHOT"];
        Allocation.Of(() =>
        {
            for (var i = 0; i < 5_000; i++) scheme.Compare(texts[i % texts.Length], texts[(i + 1) % texts.Length]);
        }).ShouldBe(0);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("1-")]
    [InlineData("1.")]
    [InlineData("a1")]
    [InlineData("-a")]
    [InlineData("1+")]
    [InlineData("~")]
    public void Compare_LongestText_IsBounded(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, VersionScheme.MaxTextLength / unit.Length));
        foreach (var name in s_names)
        {
            var scheme = VersionSchemes.ForVers(name)!;
            _ = scheme.Compare(text, text + "1");
            _ = scheme.Compare("1" + text[1..], text);
            scheme.TryParse(text + new string('1', VersionScheme.MaxTextLength), out _).ShouldBeFalse();
        }
    }

    [Fact]
    public void Parsers_MutatedCorpus_NeverThrow()
    {
        var seconds = double.TryParse(Environment.GetEnvironmentVariable("HEADWATER_FUZZ_SECONDS"), out var asked) ? asked : 1.5;
        var schemes = s_names.Select(n => VersionSchemes.ForVers(n)!).ToArray();
        var ranges = VersionFixture.VersSpec("npm_range_from_native_test.json").Concat(VersionFixture.VersSpec("conan_range_from_native_test.json"))
            .SelectMany(t => new[] { t.GetProperty("input").GetProperty("native_range").GetString()!, t.GetProperty("expected_output").GetString()! })
            .Concat(["[1.0,2.0),[3,)", "~=1.4.2,!=1.4.5", "~> 2.0, >= 2.0.4", "1.0.* || ^2.3 - 4", "0.7.52-0.8.39, 1.4.1+", "^>=1.2.3 && <2", "(>= 1.0) | {<< 2}"]).ToArray();
        var random = new Random(20260803);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < seconds;)
        {
            var text = Mutate(ranges[random.Next(ranges.Length)], random);
            foreach (var name in s_names)
            {
                if (!VersRange.TryFromNative(name, text, out var range, out var error)) error.ShouldNotBeNullOrEmpty();
                else if (name is not ("maven" or "conan" or "alpm")) VersRange.TryParse(range.ToString(), out _, out error).ShouldBeTrue($"{name} {text} -> {range}: {error}");
            }

            if (VersRange.TryParse(text, out var parsed, out _)) parsed.ToString().ShouldBe(text);
            VersRange.TryNormalize(text, out _, out _);
            var version = Mutate(s_corpus.Value[random.Next(s_corpus.Value.Length)], random);
            foreach (var scheme in schemes) scheme.TryParse(version, out _);
            parsed?.Contains(version);
        }
    }

    private static string Mutate(string text, Random random)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(text.Length + 1);
            text = random.Next(4) switch
            {
                0 when text.Length > 0 => text.Remove(Math.Min(at, text.Length - 1), 1),
                1 => text.Insert(at, s_pieces[random.Next(s_pieces.Length)]),
                2 => text[..at] + (char)random.Next(0x250) + text[at..],
                _ => text + text[..Math.Min(at, 20)],
            };
        }

        return text;
    }

    private static string Any(Random random) => random.Next(3) switch
    {
        0 => s_corpus.Value[random.Next(s_corpus.Value.Length)],
        1 => Mutate(s_corpus.Value[random.Next(s_corpus.Value.Length)], random),
        _ => string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => s_pieces[random.Next(s_pieces.Length)])),
    };

    private static int Walk(PackageVersion[] versions, int count)
    {
        var sum = 0;
        for (var i = 0; i < count; i++) sum += versions[i % versions.Length].CompareTo(versions[(i * 7 + 1) % versions.Length]);
        return sum;
    }

    private static PackageVersion Parse(VersionScheme scheme, string text) => scheme.TryParse(text, out var version) ? version : throw new InvalidDataException(text);
}
