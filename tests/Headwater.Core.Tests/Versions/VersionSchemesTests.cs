using System.Text.Json;
using Headwater.Core.Versions;

namespace Headwater.Core.Tests.Versions;

public sealed class VersionSchemesTests
{
    [Theory]
    [InlineData("Go", "go1.20.3", "1.20.3", '=')]
    [InlineData("Go", "1.21rc2", "1.21.0-rc.2", '=')]
    [InlineData("Go", "go1.21rc2", "1.21", '<')]
    [InlineData("Go", "v2.0.0+incompatible", "2.0.0", '=')]
    [InlineData("Go", "v0.0.0-20210101000000-abcdefabcdef", "v0.0.0-20220101000000-000000000000", '<')]
    [InlineData("Julia", "1.2.3+0", "1.2.3+1", '<')]
    [InlineData("Julia", "1.2rc1", "1.2.0-rc1", '=')]
    [InlineData("Julia", "1.2.3-", "1.2.3-0", '<')]
    [InlineData("npm", "1.2", "1.2.0", '=')]
    [InlineData("npm", "1.2.x", "1.2.0", '?')]
    [InlineData("npm", "1.0.0-", "1.0.0", '?')]
    [InlineData("PyPI", "1.0.post1.dev2", "1.0.post1", '<')]
    [InlineData("PyPI", " V1.0-RC_1 ", "1.0rc1", '=')]
    [InlineData("PyPI", "1.0-1", "1.0.post1", '=')]
    [InlineData("PyPI", "1.0.dev0", "1.0a0", '<')]
    [InlineData("PyPI", "1.0+ubuntu-1", "1.0+Ubuntu.1", '=')]
    [InlineData("PyPI", "1.0.r", "1.0.post0", '=')]
    [InlineData("RubyGems", "1.0-2", "1.0.pre.2", '=')]
    [InlineData("RubyGems", "1.a.0.b", "1.a", '<')]
    [InlineData("RubyGems", "1.a.0.1", "1.a", '>')]
    [InlineData("Packagist", "dev-master", "0.0.1", '<')]
    [InlineData("Packagist", "1.x-dev", "1.999", '>')]
    [InlineData("Packagist", "2010-01-02", "2010-01-03", '<')]
    [InlineData("Packagist", "1.0.0+build", "1.0", '=')]
    [InlineData("Packagist", "1.0-p1", "1.0", '>')]
    [InlineData("opam", "1.0~beta", "1.0", '<')]
    [InlineData("Hackage", "1.0", "1.0.0", '<')]
    [InlineData("cpan", "1.002003", "v1.2.3", '=')]
    [InlineData("cpan", "1.10", "1.9", '<')]
    [InlineData("cpan", "1.10", "v1.100.0", '=')]
    [InlineData("cpan", "1.02_03", "1.0203", '=')]
    [InlineData("NuGet", "1.2.3.4.5", "1.2.3.4", '?')]
    [InlineData("Red Hat:rhel_aus:8.4::appstream", "1:1.0-1", "2.0-1", '>')]
    [InlineData("Root:Alpine:3.18", "1.0_rc1", "1.0", '<')]
    [InlineData("Ubuntu:Pro:18.04:LTS", "1.0~1", "1.0", '<')]
    public void Compare_ByEcosystemName_FollowsAuthority(string ecosystem, string left, string right, char sign) =>
        VersionFixture.Sign(VersionSchemes.ForName(ecosystem)!.Compare(left, right)).ShouldBe(sign);

    [Fact]
    public void ForEcosystem_NamesOfOsvSchema_OnlyTheUnorderedAreUnknown()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(TestPaths.Shared("vulns/osv-schema/ecosystems.json")));
        document.RootElement.EnumerateObject().Select(p => p.Name).Where(n => VersionSchemes.ForEcosystem(n + ":1") is null)
            .ShouldBe(["Android", "CleanStart", "Docker Hardened Images", "FreeBSD", "Linux", "OSS-Fuzz", "Root", "TuxCare"]);
    }
}
