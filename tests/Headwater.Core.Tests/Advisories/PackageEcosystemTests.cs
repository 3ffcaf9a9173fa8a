using Headwater.Core.Advisories;
using Headwater.Core.Packages;
using static Headwater.Core.Tests.Advisories.TestIndex;

namespace Headwater.Core.Tests.Advisories;

public sealed class PackageEcosystemTests
{
    private static PackageUrl Purl(string text) => PackageUrl.TryParse(text, out var purl, out var error) ? purl! : throw new ArgumentException(error);

    [Theory]
    [InlineData("pkg:npm/%40angular/core@1", "npm")]
    [InlineData("pkg:golang/github.com/a/b@v1", "Go")]
    [InlineData("pkg:maven/org.a/b@1", "Maven")]
    [InlineData("pkg:swift/github.com/apple/swift-nio@1.0.0", "SwiftURL")]
    [InlineData("pkg:deb/debian/curl@7.88.1-10?distro=debian-12", "Debian:12")]
    [InlineData("pkg:deb/debian/curl@7.88.1-10?distro=debian-12.5", "Debian:12")]
    [InlineData("pkg:deb/debian/curl@7.50.3-1?distro=jessie", "Debian:8")]
    [InlineData("pkg:deb/debian/curl@7.50.3-1?distro=sid", "Debian:sid")]
    [InlineData("pkg:deb/debian/curl@7.50.3-1", null)]
    [InlineData("pkg:deb/ubuntu/curl@7.81.0-1?distro=ubuntu-22.04", "Ubuntu:22.04:LTS")]
    [InlineData("pkg:deb/ubuntu/curl@7.81.0-1?distro=jammy", "Ubuntu:22.04:LTS")]
    [InlineData("pkg:rpm/almalinux/bash@5.1.8-6.el9?distro=almalinux-9.4", "AlmaLinux:9")]
    [InlineData("pkg:rpm/almalinux/bash@5.1.8-6.el9_1", "AlmaLinux:9")]
    [InlineData("pkg:rpm/rocky/bash@5.1.8-6.el9?distro=rocky-9.2", "Rocky Linux:9")]
    [InlineData("pkg:rpm/redhat/bash@5.1.8-6.el8?distro=rhel-8.9", "Red Hat:enterprise_linux:8")]
    [InlineData("pkg:rpm/opensuse/bash@5?distro=opensuse-leap-15.5", "openSUSE:Leap 15.5")]
    [InlineData("pkg:rpm/opensuse/bash@5?distro=opensuse-tumbleweed-20240101", "openSUSE:Tumbleweed")]
    [InlineData("pkg:rpm/suse/bash@5?distro=sles-15.4", "SUSE:Linux Enterprise Server 15 SP4")]
    [InlineData("pkg:apk/alpine/curl@8.1.2-r0?distro=alpine-3.18.2", "Alpine:v3.18")]
    [InlineData("pkg:apk/alpine/curl@8.1.2-r0?distro=3.18.2", "Alpine:v3.18")]
    [InlineData("pkg:apk/wolfi/curl@8.1.2-r0?distro=wolfi-20230201", "Wolfi")]
    [InlineData("pkg:apk/chainguard/curl@8.1.2-r0", "Chainguard")]
    [InlineData("pkg:docker/debian@12", null)]
    public void Of_Purl_GivesTheEcosystem(string purl, string? expected) => PackageEcosystem.Of(Purl(purl)).ShouldBe(expected);

    [Theory]
    [InlineData("npm", "@angular/core", "pkg:npm/%40angular/core@1.5.0")]
    [InlineData("npm", "JSONStream", "pkg:npm/JSONStream@1.5.0")]
    [InlineData("npm", "JSONStream", "pkg:npm/jsonstream@1.5.0")]
    [InlineData("PyPI", "zope.interface", "pkg:pypi/Zope_Interface@1.5.0")]
    [InlineData("PyPI", "ruamel__-.yaml", "pkg:pypi/ruamel.yaml@1.5.0")]
    [InlineData("Maven", "org.a:b", "pkg:maven/org.a/b@1.5.0")]
    [InlineData("Go", "github.com/BurntSushi/toml", "pkg:golang/github.com/BurntSushi/toml@v1.5.0")]
    [InlineData("Go", "github.com/BurntSushi/toml", "pkg:golang/github.com/burntsushi/toml@v1.5.0")]
    [InlineData("Go", "stdlib", "pkg:golang/stdlib@1.5.0")]
    [InlineData("Go", "stdlib", "pkg:golang/std@go1.5")]
    [InlineData("NuGet", "Google.Protobuf", "pkg:nuget/google.protobuf@1.5.0")]
    [InlineData("Packagist", "Drupal/Core", "pkg:composer/drupal/core@1.5.0")]
    [InlineData("Packagist:https://packages.drupal.org/8", "drupal/token", "pkg:composer/drupal/token@1.5.0")]
    [InlineData("SwiftURL", "https://github.com/Apple/swift-nio.git", "pkg:swift/github.com/apple/swift-nio@1.5.0")]
    [InlineData("GitHub Actions", "tj-actions/changed-files", "pkg:githubactions/TJ-actions/changed-files@1.5.0")]
    [InlineData("ConanCenter", "openssl", "pkg:conan/openssl@1.5.0")]
    [InlineData("crates.io", "openssl", "pkg:cargo/openssl@1.5.0")]
    [InlineData("Hex", "plug", "pkg:hex/plug@1.5.0")]
    [InlineData("Alpine:v3.18", "curl", "pkg:apk/alpine/libcurl@1.5.0-r1?distro=alpine-3.18.2&upstream=curl")]
    [InlineData("Debian:12", "glibc", "pkg:deb/debian/libc6@1.5.0-1?distro=debian-12&upstream=glibc")]
    [InlineData("Debian:12", "gcc-12", "pkg:deb/debian/libgcc-s1@99?distro=debian-12&upstream=gcc-12%401.5.0-1")]
    [InlineData("Rocky Linux:9", "openssl", "pkg:rpm/rocky/openssl-libs@1.5.0-1.el9?distro=rocky-9&upstream=openssl-1.5.0-1.el9.src.rpm")]
    [InlineData("Ubuntu:22.04:LTS", "curl", "pkg:deb/ubuntu/curl@1.5.0-1ubuntu1?distro=ubuntu-22.04")]
    [InlineData("Ubuntu:Pro:16.04:LTS", "curl", "pkg:deb/ubuntu/curl@1.5.0-1ubuntu1?distro=ubuntu-16.04")]
    [InlineData("Red Hat:enterprise_linux:9::baseos", "bash", "pkg:rpm/redhat/bash@1.5.0-1.el9?distro=rhel-9.2")]
    public void Match_PurlAsToolsWriteIt_FindsThePackage(string ecosystem, string name, string purl)
    {
        using var index = Of(Record("X-1", ecosystem, name, Ranges(Range("introduced 1.0.0 fixed 2.0.0"))));
        index.Ask(purl).ShouldBe("X-1");
    }

    [Theory]
    [InlineData("AlmaLinux:9", "bash", "pkg:rpm/almalinux/bash@1.5-1.el8?distro=almalinux-8")]
    [InlineData("Debian:12", "curl", "pkg:pypi/curl@1.5")]
    [InlineData("Ubuntu:Pro:16.04:LTS", "curl", "pkg:deb/ubuntu/curl@1.5?distro=ubuntu-22.04")]
    [InlineData("npm", "curl", "pkg:cargo/curl@1.5.0")]
    public void Match_AnotherEcosystemOrRelease_IsNotCovered(string ecosystem, string name, string purl)
    {
        using var index = Of(Record("X-1", ecosystem, name, Ranges(Range("introduced 0"))));
        index.Ask(purl).ShouldBeNull();
    }

    [Fact]
    public void Match_SourcePackageNamed_BinaryNameIsNotTakenForAnotherSource()
    {
        using var index = Of(Record("X-1", "Debian:12", "libc6", Ranges(Range("introduced 0"))), Record("X-2", "Debian:12", "glibc", Ranges(Range("introduced 0 fixed 2.0"))));
        index.Ask("pkg:deb/debian/libc6@1.0?distro=debian-12&upstream=glibc").ShouldBe("X-2");
    }

    [Theory]
    [InlineData("pkg:rpm/almalinux/tomcat@9.0.87-2.el8?distro=almalinux-8&epoch=1", "")]
    [InlineData("pkg:rpm/almalinux/tomcat@9.0.87-2.el8?distro=almalinux-8", "X-1")]
    [InlineData("pkg:rpm/almalinux/tomcat@1:9.0.87-2.el8?distro=almalinux-8&epoch=1", "")]
    public void Match_EpochQualifier_JoinsTheVersion(string purl, string expected)
    {
        using var index = Of(Record("X-1", "AlmaLinux:8", "tomcat", Ranges(Range("introduced 0 fixed 1:9.0.62-5.el8"))));
        index.Ask(purl).ShouldBe(expected);
    }

    [Fact]
    public void Match_OneRecordUnderTwoEcosystems_CountsOnce()
    {
        const string json = """
            {"id":"X-1","modified":"2026-01-02T03:04:05Z","affected":[
              {"package":{"ecosystem":"Packagist","name":"drupal/core"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"oddly"}]}]},
              {"package":{"ecosystem":"Packagist:https://packages.drupal.org/8","name":"drupal/core"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"9.0"}]}]}]}
            """;
        using var index = Of(json);
        index.Ask("pkg:composer/drupal/core@8.0.0").ShouldBe("X-1");
    }

    [Fact]
    public void Match_NamesThatDifferInCaseOnly_AreToldApart()
    {
        using var index = Of(Record("X-1", "Go", "github.com/Sirupsen/logrus", Ranges(Range("introduced 0", "SEMVER"))), Record("X-2", "Go", "github.com/sirupsen/logrus", Ranges(Range("introduced 0", "SEMVER"))));
        index.Ask("pkg:golang/github.com/Sirupsen/logrus@1.0.0").ShouldBe("X-1");
        index.Ask("pkg:golang/github.com/sirupsen/logrus@1.0.0").ShouldBe("X-2");
        index.Ask("pkg:golang/github.com/SIRUPSEN/logrus@1.0.0").ShouldBe("");
    }
}
