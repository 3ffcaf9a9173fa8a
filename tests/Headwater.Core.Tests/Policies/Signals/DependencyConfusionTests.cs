using Headwater.Core.Packages;
using Headwater.Core.Policies.Signals;

namespace Headwater.Core.Tests.Policies.Signals;

public sealed class DependencyConfusionTests
{
    private static readonly DependencyConfusion Acme = new(
        ["pkg:npm/@acme/*", "pkg:npm/acme-cli", "pkg:maven/com.acme/*", "pkg:maven/com.acme.*", "pkg:pypi/acme_*", "pkg:nuget/Acme.*", "pkg:golang/git.acme.example/*"], ["npm.acme.example", "*.corp.example"]);

    [Theory]
    [InlineData("pkg:npm/%40acme/ui@1.0.0", "registry.npmjs.org", true)]
    [InlineData("pkg:npm/%40acme/ui@1.0.0", "NPM.acme.example", false)]
    [InlineData("pkg:npm/%40acme/ui@1.0.0", "a.b.corp.example", false)]
    [InlineData("pkg:npm/%40acme/ui@1.0.0", "corp.example", true)]
    [InlineData("pkg:npm/%40acme/ui@1.0.0", "evilcorp.example", true)]
    [InlineData("pkg:npm/%40acme/ui@1.0.0", null, null)]
    [InlineData("pkg:npm/acme-cli", "registry.npmjs.org", true)]
    [InlineData("pkg:npm/acme-cli2", "registry.npmjs.org", false)]
    [InlineData("pkg:npm/%40acmeltd/ui", "registry.npmjs.org", false)]
    [InlineData("pkg:npm/lodash@4.17.21", "registry.npmjs.org", false)]
    [InlineData("pkg:npm/lodash@4.17.21", null, false)]
    [InlineData("pkg:maven/com.acme/core@1", "repo.example", true)]
    [InlineData("pkg:maven/com.acme.web/core@1", "repo.example", true)]
    [InlineData("pkg:maven/com.acmeltd/core@1", "repo.example", false)]
    [InlineData("pkg:pypi/acme.core@1", "pypi.org", true)]
    [InlineData("pkg:nuget/acme.core@1", "api.nuget.org", true)]
    [InlineData("pkg:golang/git.acme.example/team/tool@v1.0.0", "npm.acme.example", false)]
    public void Package_AndItsHost_IsJudged(string purl, string? host, bool? confused) => Acme.Judge(PackageUrl.Parse(purl), host).ShouldBe(confused);

    [Fact]
    public void Hosts_NoneKnown_CannotBeTold() => new DependencyConfusion(["pkg:npm/@acme/*"], []).Judge(PackageUrl.Parse("pkg:npm/%40acme/ui@1"), "registry.npmjs.org").ShouldBeNull();

    [Theory]
    [InlineData("acme-*")]
    [InlineData("pkg:npm/*acme")]
    [InlineData("pkg:npm/acme@1.0.0")]
    [InlineData("pkg:maven/core")]
    public void Pattern_ThatIsNone_IsRefused(string pattern) => Should.Throw<FormatException>(() => new DependencyConfusion([pattern], [])).Message.ShouldContain(pattern);
}
