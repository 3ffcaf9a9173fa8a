using Headwater.Core.Packages;
using Headwater.Core.Policies.Facts;

namespace Headwater.Core.Tests.Policies.Facts;

/// <summary>Package URLs with <c>*</c> in them.</summary>
public sealed class PackagePatternTests
{
    [Theory]
    [InlineData("pkg:npm/lodash", "pkg:npm/lodash@4.17.21", true)]
    [InlineData("pkg:npm/lodash@4.17.21", "pkg:npm/lodash@4.17.21", true)]
    [InlineData("pkg:npm/lodash@4.17.21", "pkg:npm/lodash@4.17.20", false)]
    [InlineData("pkg:npm/lodash@4.17.21", "pkg:npm/lodash", null)]
    [InlineData("pkg:npm/lodash", "pkg:npm/lodash", true)]
    [InlineData("pkg:npm/lodash", "pkg:npm/lodash.merge@1.0.0", false)]
    [InlineData("pkg:npm/lodash*", "pkg:npm/lodash.merge@1.0.0", true)]
    [InlineData("pkg:npm/%40acme/*", "pkg:npm/%40acme/ui@1.0.0", true)]
    [InlineData("pkg:npm/%40acme/*@2.*", "pkg:npm/%40acme/ui@2.1.0", true)]
    [InlineData("pkg:npm/%40acme/*@2.*", "pkg:npm/%40acme/ui@1.0.0", false)]
    [InlineData("pkg:maven/org.apache.*/*", "pkg:maven/org.apache.commons/commons-lang3@3.1", true)]
    [InlineData("pkg:maven/org.apache.*/*", "pkg:maven/org.apaches/x@3.1", false)]
    [InlineData("pkg:maven/org.apache.*/*", "pkg:npm/org.apache.commons@3.1", false)]
    [InlineData("pkg:pypi/Django", "pkg:pypi/django@4.2", true)]
    public void Pattern_Covers(string pattern, string purl, bool? covers) => PackagePattern.Read(pattern).Covers(new ComponentFact { Purl = PackageUrl.Parse(purl) }).ShouldBe(covers);

    [Theory]
    [InlineData("lodash")]
    [InlineData("npm/lodash")]
    [InlineData("pkg:npm/")]
    [InlineData("")]
    public void Text_ThatIsNoPackageUrl_IsAnErrorAndCoversNothing(string text)
    {
        var pattern = PackagePattern.Read(text);

        pattern.Error.ShouldNotBeNull();
        pattern.Covers(new ComponentFact { Purl = PackageUrl.Parse("pkg:npm/lodash@1") }).ShouldBe(false);
    }

    [Fact]
    public void Component_WithoutAPackageUrl_IsNotCovered() => PackagePattern.Read("pkg:npm/*").Covers(new ComponentFact { Name = "x" }).ShouldBe(false);
}
