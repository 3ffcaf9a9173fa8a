using Headwater.Core.Versions;

namespace Headwater.Core.Tests.Versions;

public sealed class NativeRangeTests
{
    [Theory]
    // node-semver README, "Advanced Range Syntax"
    [InlineData("npm", "1.2.3 - 2.3.4", "vers:npm/>=1.2.3|<=2.3.4")]
    [InlineData("npm", "1.2 - 2.3.4", "vers:npm/>=1.2.0|<=2.3.4")]
    [InlineData("npm", "1.2.3 - 2.3", "vers:npm/>=1.2.3|<2.4.0")]
    [InlineData("npm", "1.2.3 - 2", "vers:npm/>=1.2.3|<3.0.0")]
    [InlineData("npm", "", "vers:npm/*")]
    [InlineData("npm", "1", "vers:npm/>=1.0.0|<2.0.0")]
    [InlineData("npm", "1.*.4", "vers:npm/>=1.0.0|<2.0.0")]
    [InlineData("npm", "~1", "vers:npm/>=1.0.0|<2.0.0")]
    [InlineData("npm", "~0.2.3-beta.2", "vers:npm/>=0.2.3-beta.2|<0.3.0")]
    [InlineData("npm", "^0.2.3", "vers:npm/>=0.2.3|<0.3.0")]
    [InlineData("npm", "^0.0.3", "vers:npm/>=0.0.3|<0.0.4")]
    [InlineData("npm", "^0.0.x", "vers:npm/>=0.0.0|<0.1.0")]
    [InlineData("npm", "^0.x", "vers:npm/>=0.0.0|<1.0.0")]
    [InlineData("npm", ">1.2", "vers:npm/>=1.3.0")]
    [InlineData("npm", "<1 || >=3", "vers:npm/<1.0.0|>=3.0.0")]
    [InlineData("npm", ">2 <1", "vers:none/*")]
    // The Cargo book, "Specifying Dependencies"
    [InlineData("cargo", "1.2.3", "vers:cargo/>=1.2.3|<2.0.0")]
    [InlineData("cargo", "0.2.3", "vers:cargo/>=0.2.3|<0.3.0")]
    [InlineData("cargo", "0.0", "vers:cargo/>=0.0.0|<0.1.0")]
    [InlineData("cargo", "0", "vers:cargo/>=0.0.0|<1.0.0")]
    [InlineData("cargo", "~1.2", "vers:cargo/>=1.2.0|<1.3.0")]
    [InlineData("cargo", "1.2.*", "vers:cargo/>=1.2.0|<1.3.0")]
    [InlineData("cargo", "0.*", "vers:cargo/>=0.0.0|<1.0.0")]
    [InlineData("cargo", "1.*", "vers:cargo/>=1.0.0|<2.0.0")]
    [InlineData("cargo", ">= 1.2, < 1.5", "vers:cargo/>=1.2.0|<1.5.0")]
    [InlineData("cargo", "=1.2.3", "vers:cargo/1.2.3")]
    // Pkg.jl, "Compatibility"
    [InlineData("julia", "1.2, 2", "vers:julia/>=1.2.0|<3.0.0")]
    [InlineData("julia", "=1.2.3, 0.0.3", "vers:julia/>=0.0.3|<0.0.4|1.2.3")]
    [InlineData("julia", "1.2 - 1.5", "vers:julia/>=1.2.0|<1.6.0")]
    // dart.dev, "Package dependencies"
    [InlineData("pub", "^0.1.2", "vers:pub/>=0.1.2|<0.2.0")]
    [InlineData("pub", "^0.0.3", "vers:pub/>=0.0.3|<0.1.0")]
    [InlineData("pub", "any", "vers:pub/*")]
    // Gem::Requirement
    [InlineData("gem", "~> 2.0.8", "vers:gem/>=2.0.8|<2.1")]
    [InlineData("gem", "~> 3", "vers:gem/>=3|<4")]
    [InlineData("gem", "~> 1.2.b1", "vers:gem/>=1.2.b1|<2")]
    [InlineData("gem", ">= 1.0, != 1.5, < 2", "vers:gem/>=1.0|!=1.5|<2")]
    [InlineData("RubyGems", "1.2.3", "vers:gem/1.2.3")]
    [InlineData("hex", "~> 1.2.3 or ~> 2.0", "vers:hex/>=1.2.3|<1.3|>=2.0|<3")]
    // learn.microsoft.com, "Version ranges"
    [InlineData("nuget", "1.0", "vers:nuget/>=1.0")]
    [InlineData("nuget", "[1.0]", "vers:nuget/1.0")]
    [InlineData("nuget", "(1.0,)", "vers:nuget/>1.0")]
    [InlineData("nuget", "(,1.0]", "vers:nuget/<=1.0")]
    [InlineData("nuget", "[1.0, 2.0)", "vers:nuget/>=1.0|<2.0")]
    [InlineData("nuget", "6.*", "vers:nuget/>=6.0.0|<7.0.0")]
    [InlineData("nuget", "*", "vers:nuget/*")]
    // maven.apache.org/pom.html, "Dependency Version Requirement Specification"
    [InlineData("maven", "[1.2,1.3]", "vers:maven/>=1.2|<=1.3")]
    [InlineData("maven", "(,1.0],[1.2,)", "vers:maven/<=1.0|>=1.2")]
    [InlineData("maven", "(,1.1),(1.1,)", "vers:maven/!=1.1")]
    [InlineData("maven", "1.0", "vers:maven/1.0")]
    // PEP 440, "Version specifiers"
    [InlineData("pypi", "~=2.2", "vers:pypi/>=2.2|<3.dev0")]
    [InlineData("pypi", "~= 1.4.5a4", "vers:pypi/>=1.4.5a4|<1.5.dev0")]
    [InlineData("pypi", "==1.1.*", "vers:pypi/>=1.1.dev0|<1.2.dev0")]
    [InlineData("pypi", "!=1.1.*", "vers:pypi/<1.1.dev0|>=1.2.dev0")]
    [InlineData("pypi", ">=1.0a1,<1.0.5||>=1.1b1,<1.1.1", "vers:pypi/>=1.0a1|<1.0.5|>=1.1b1|<1.1.1")]
    [InlineData("pypi", "!=5", "vers:pypi/!=5")]
    // getcomposer.org, "Versions and constraints"
    [InlineData("composer", "~1.2", "vers:composer/>=1.2|<2.0.0-dev")]
    [InlineData("composer", "~1.2.3", "vers:composer/>=1.2.3|<1.3.0-dev")]
    [InlineData("composer", "^0.3", "vers:composer/>=0.3|<0.4.0-dev")]
    [InlineData("composer", "1.0.*", "vers:composer/>=1.0.0-dev|<1.1.0-dev")]
    [InlineData("composer", "1.0 - 2.0", "vers:composer/>=1.0|<2.1.0-dev")]
    [InlineData("composer", ">=1.0 <1.1 || >=1.2", "vers:composer/>=1.0|<1.1|>=1.2")]
    // Debian Policy §7.1; Cabal's version ranges; Writing R Extensions §1.1.1; nginx and OpenSSL advisories
    [InlineData("deb", "(>= 1.0~rc1), (<< 2.0)", "vers:deb/>=1.0~rc1|<2.0")]
    [InlineData("hackage", "^>=1.2.3 || ==2.0.*", "vers:hackage/>=1.2.3|<1.3|>=2.0|<2.1")]
    [InlineData("hackage", "(>=1 && <2) || (>=3 && <4)", "vers:hackage/>=1|<2|>=3|<4")]
    [InlineData("cran", ">= 0.9-3", "vers:cran/>=0.9-3")]
    [InlineData("nginx", "1.3.9-1.4.0, 1.5.0+", "vers:nginx/>=1.3.9|<=1.4.0|>=1.5.0")]
    [InlineData("openssl", "1.0.1-1.0.1g", "vers:openssl/>=1.0.1|<=1.0.1g")]
    public void TryFromNative_DocumentedForm_GivesCanonicalVers(string scheme, string native, string expected)
    {
        VersRange.TryFromNative(scheme, native, out var range, out var error).ShouldBeTrue(error);
        range!.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("npm", "latest")]
    [InlineData("npm", "file:../x")]
    [InlineData("maven", "[1.0")]
    [InlineData("maven", "[]")]
    [InlineData("nuget", "(1.0)")]
    [InlineData("pypi", "~=2")]
    [InlineData("pypi", ">= not-a-version")]
    [InlineData("gem", "~> x")]
    [InlineData("hackage", "(>=1 || ==0.5) && <2")]
    [InlineData("deb", "(>= 1.0")]
    [InlineData("deb", ">= 1.0)")]
    [InlineData("unheard-of", "1")]
    public void TryFromNative_Nonsense_SaysWhat(string scheme, string native)
    {
        VersRange.TryFromNative(scheme, native, out var range, out var error).ShouldBeFalse(range?.ToString());
        error.ShouldNotBeNullOrEmpty();
    }
}
