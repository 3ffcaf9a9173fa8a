using Headwater.Core.Packages;

namespace Headwater.Core.Tests.Packages;

public sealed class PackageUrlTests
{
    [Theory]
    [InlineData("pkg:npm/foo@1.0", "pkg:npm/foo@1.0")]
    [InlineData("PKG:NPM/foo@1.0", "pkg:npm/foo@1.0")]
    [InlineData("pkg:npm/@babel/core@7.0.0", "pkg:npm/%40babel/core@7.0.0")]
    [InlineData("pkg:npm/foo@", "pkg:npm/foo")]
    [InlineData("pkg:npm/foo/", "pkg:npm/foo")]
    [InlineData("pkg:npm/foo?a=&b=1&", "pkg:npm/foo?b=1")]
    [InlineData("pkg:npm/foo?b=2&A=1", "pkg:npm/foo?a=1&b=2")]
    [InlineData("pkg:npm/foo#./a/../b//c/%2e%2E", "pkg:npm/foo#a/b/c")]
    [InlineData("pkg:npm/foo#..", "pkg:npm/foo")]
    [InlineData("pkg:golang/example.com/a@feature/x", "pkg:golang/example.com/a@feature%2Fx")]
    [InlineData("pkg:golang/github.com/Masterminds/goutils@v1.1.1", "pkg:golang/github.com/Masterminds/goutils@v1.1.1")]
    [InlineData("pkg:golang/stdlib@1.21.0", "pkg:golang/stdlib@1.21.0")]
    [InlineData("pkg:generic/a%2Fb", "pkg:generic/a%2Fb")]
    [InlineData("pkg:generic/Käse@1", "pkg:generic/K%C3%A4se@1")]
    [InlineData("pkg:generic/%F0%9F%A7%80", "pkg:generic/%F0%9F%A7%80")]
    [InlineData("pkg:generic/a b@1 2?x=y z", "pkg:generic/a%20b@1%202?x=y%20z")]
    [InlineData("pkg:generic/a+b@1+2", "pkg:generic/a%2Bb@1%2B2")]
    [InlineData("pkg:pypi/Zope.Interface@1.0RC1", "pkg:pypi/zope.interface@1.0rc1")]
    [InlineData("pkg:pub/http-parser", "pkg:pub/http_parser")]
    [InlineData("pkg:cpan/drolsky/DateTime", "pkg:cpan/DROLSKY/DateTime")]
    [InlineData("pkg:unheard-of/Some/Thing@V1", "pkg:unheard-of/Some/Thing@V1")]
    public void Parse_Lenient_GivesTheCanonicalForm(string text, string canonical)
    {
        PackageUrl.TryParse(text, out var purl, out var error).ShouldBeTrue(error);
        purl.ToString().ShouldBe(canonical);
        PackageUrl.Parse(canonical).ShouldBe(purl);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("pkg")]
    [InlineData("pkg:")]
    [InlineData("pkg:npm")]
    [InlineData("pkg:npm/")]
    [InlineData("pkg:npm/@1")]
    [InlineData("http://npm/foo")]
    [InlineData("pkg:np m/foo")]
    [InlineData("pkg:n%70m/foo")]
    [InlineData("pkg:npm/fo%")]
    [InlineData("pkg:npm/fo%2")]
    [InlineData("pkg:npm/fo%zz")]
    [InlineData("pkg:npm/fo%C3")]
    [InlineData("pkg:npm/fo%C0%80")]
    [InlineData("pkg:npm/fo%00")]
    [InlineData("pkg:npm/fo%0A")]
    [InlineData("pkg:npm/fo\n")]
    [InlineData("pkg:npm/fo\0o")]
    [InlineData("pkg:npm/a%2Fb/foo")]
    [InlineData("pkg:npm/foo#a%2Fb")]
    [InlineData("pkg:npm/foo?a=1&A=2")]
    [InlineData("pkg:npm/foo?1a=1")]
    [InlineData("pkg:npm/foo?=1")]
    [InlineData("pkg:npm/foo?%61=1")]
    [InlineData("pkg:maven/artifact@1")]
    [InlineData("pkg:cargo/ns/crate@1")]
    [InlineData("pkg:swid/Acme/a/b/Product?tag_id=1")]
    [InlineData("pkg:swid/Acme/Product")]
    [InlineData("pkg:cocoapods/.Pod")]
    public void Parse_Broken_SaysWhatIsWrong(string? text)
    {
        PackageUrl.TryParse(text, out var purl, out var error).ShouldBeFalse(purl?.ToString());
        error.ShouldNotBeNull().ShouldEndWith(".");
        error.Length.ShouldBeLessThan(300);
        error.ShouldAllBe(c => !char.IsControl(c));
    }

    [Fact]
    public void Parse_HalfASurrogatePair_IsRefused() => PackageUrl.TryParse("pkg:npm/fo\ud800", out _, out _).ShouldBeFalse();

    [Fact]
    public void Parse_LongerThanTheLimit_IsRefused()
    {
        PackageUrl.TryParse("pkg:npm/" + new string('a', PackageUrl.MaxLength), out _, out var error).ShouldBeFalse();
        error.ShouldBe("The package URL is longer than 4096 characters.");
        PackageUrl.TryParse("pkg:npm/" + new string('a', PackageUrl.MaxLength - 8), out _, out _).ShouldBeTrue();
    }

    [Fact]
    public void Parse_WhoseCanonicalTextIsTooLong_IsRefused()
    {
        PackageUrl.TryParse("pkg:npm/" + new string('€', 1000), out _, out var error).ShouldBeFalse();
        error.ShouldBe("The package URL is longer than 4096 characters.");
    }

    [Fact]
    public void Parse_LongRunsOfTriplets_DecodesAcrossPieces()
    {
        var name = string.Concat(Enumerable.Repeat("a€🧀é", 25));
        PackageUrl.TryBuild("generic", null, name, null, null, null, out var built, out var error).ShouldBeTrue(error);
        PackageUrl.Parse(built.ToString()).Name.ShouldBe(name);
    }

    [Fact]
    public void Build_EndlessOrHugeParts_AreRefused()
    {
        static IEnumerable<KeyValuePair<string, string>> Endless()
        {
            for (var i = 0; ; i++) yield return new("k" + i, "v");
        }
        PackageUrl.TryBuild("npm", null, "a", null, Endless(), null, out _, out _).ShouldBeFalse();
        PackageUrl.TryBuild("npm", null, new string('é', 4000), null, null, null, out _, out _).ShouldBeFalse();
        PackageUrl.TryBuild("npm", null, "a", null, [new("k", "\u0001")], null, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Build_UntidyPaths_AreTidied()
    {
        PackageUrl.TryBuild("Golang", "/a.b//c/", "/n/", "", [new("X", "1"), new("y", "")], "/./p/../q/", out var purl, out _).ShouldBeTrue();
        purl!.ToString().ShouldBe("pkg:golang/a.b/c/n?x=1#p/q");
        purl.Qualifier("x").ShouldBe("1");
        purl.Qualifier("y").ShouldBeNull();
    }

    [Fact]
    public void WithVersion_OfAPackage_ChangesOnlyTheVersion()
    {
        var purl = PackageUrl.Parse("pkg:deb/debian/curl@1?arch=i386#x");
        purl.WithVersion("2~rc").ToString().ShouldBe("pkg:deb/debian/curl@2~rc?arch=i386#x");
        purl.WithVersion(null).ToString().ShouldBe("pkg:deb/debian/curl?arch=i386#x");
    }

    [Fact]
    public void IsRegisteredType_TellsKnownFromUnknown()
    {
        PackageUrl.Parse("pkg:npm/a").IsRegisteredType.ShouldBeTrue();
        PackageUrl.Parse("pkg:foo/a").IsRegisteredType.ShouldBeFalse();
    }

    [Fact]
    public void Parse_OfAnOrdinaryPurl_AllocatesOnlyTheResult()
    {
        const string Text = "pkg:maven/org.apache.commons/commons-lang3@3.12.0";
        // The object (72) and three strings (22 + 2 per character, rounded).
        Allocation.Of(() => PackageUrl.TryParse(Text, out _, out _)).ShouldBeLessThanOrEqualTo(72 + 3 * 32 + 2 * "org.apache.commonscommons-lang33.12.0".Length);
    }
}
