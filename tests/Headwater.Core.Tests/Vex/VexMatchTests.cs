using Headwater.Core.Packages;
using Headwater.Core.Vex;

namespace Headwater.Core.Tests.Vex;

/// <summary>Which statements are about a package, and which of several counts.</summary>
public sealed class VexMatchTests
{
    [Theory]
    [InlineData("pkg:npm/a", "pkg:npm/a@1.0.0", true)]
    [InlineData("pkg:npm/a", "pkg:npm/a", true)]
    [InlineData("pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0", true)]
    [InlineData("pkg:npm/a@1.0.0", "pkg:npm/a@1.0.1", false)]
    [InlineData("pkg:npm/a@1.0.0", "pkg:npm/a", false)]
    [InlineData("pkg:npm/a", "pkg:npm/b@1.0.0", false)]
    [InlineData("pkg:npm/%40s/a", "pkg:npm/a", false)]
    [InlineData("pkg:npm/a", "pkg:pypi/a", false)]
    [InlineData("pkg:pypi/a@1.0", "pkg:pypi/a@1.0.0", true)]
    [InlineData("pkg:apk/wolfi/git@2.39.0-r1?arch=x86_64", "pkg:apk/wolfi/git@2.39.0-r1?arch=x86_64&distro=wolfi", true)]
    [InlineData("pkg:apk/wolfi/git@2.39.0-r1", "pkg:apk/wolfi/git@2.39.0-r1?arch=x86_64", true)]
    [InlineData("pkg:apk/wolfi/git@2.39.0-r1?arch=x86_64", "pkg:apk/wolfi/git@2.39.0-r1", false)]
    [InlineData("pkg:apk/wolfi/git@2.39.0-r1?arch=x86_64", "pkg:apk/wolfi/git@2.39.0-r1?arch=armv7", false)]
    [InlineData("pkg:golang/example.org/m", "pkg:golang/example.org/m@v1.0.0#cmd/x", true)]
    [InlineData("pkg:golang/example.org/m#cmd/x", "pkg:golang/example.org/m@v1.0.0", false)]
    public void Covers_PackageUrls_AsOpenVexToolsDecide(string stated, string target, bool covers) =>
        VexMatch.Covers(PackageUrl.Parse(stated), PackageUrl.Parse(target)).ShouldBe(covers);

    [Theory]
    [InlineData("1.0.0", VexCoverage.Product)]
    [InlineData("2.0.0", VexCoverage.None)]
    [InlineData("soon", VexCoverage.Unknown)]
    [InlineData(null, VexCoverage.Unknown)]
    public void Covers_ARange_HoldsForTheVersionsInIt(string? version, VexCoverage coverage)
    {
        var product = new VexProduct { Purl = "pkg:npm/a", VersionRange = "vers:npm/>=1.0.0|<2.0.0" };
        VexMatch.Covers(product, new VexSubject { Purl = PackageUrl.Parse("pkg:npm/a").WithVersion(version) }).ShouldBe(coverage);
    }

    [Fact]
    public void Covers_AVersionBesideTheUrl_GoesBeforeIt()
    {
        var product = new VexProduct { Purl = "pkg:npm/a@1.0.0", Version = "2.0.0", VersionState = "affected" };
        VexMatch.Covers(product, VexSubject.Of("pkg:npm/a@2.0.0")).ShouldBe(VexCoverage.Product);
        VexMatch.Covers(product, VexSubject.Of("pkg:npm/a@1.0.0")).ShouldBe(VexCoverage.None);
    }

    [Fact]
    public void Covers_ByOtherIdentities_Matches()
    {
        Cpe.TryParse("cpe:2.3:a:acme:app:1.2:*:*:*:*:*:*:*", out var cpe, out _).ShouldBeTrue();
        VexMatch.Covers(new VexProduct { Cpes = ["cpe:/a:acme:app"] }, new VexSubject { Cpes = [cpe!] }).ShouldBe(VexCoverage.Product);
        VexMatch.Covers(new VexProduct { Cpes = ["cpe:/a:acme:app:1.3"] }, new VexSubject { Cpes = [cpe!] }).ShouldBe(VexCoverage.None);
        VexMatch.Covers(new VexProduct { Cpes = ["cpe:/a:acme:app"], VersionRange = "vers:semver/>=1.0.0" }, new VexSubject { Cpes = [cpe!] }).ShouldBe(VexCoverage.Product);
        VexMatch.Covers(new VexProduct { Hashes = [new VexHash("SHA-256", "ab")] }, new VexSubject { Hashes = [new VexHash("SHA-256", "AB")] }).ShouldBe(VexCoverage.Product);
        VexMatch.Covers(new VexProduct { Id = "urn:cdx:x/1#a" }, new VexSubject { Ids = ["urn:cdx:x/1#a"] }).ShouldBe(VexCoverage.Product);
        VexMatch.Covers(new VexProduct { Id = "a" }, new VexSubject { Ids = ["b"] }).ShouldBe(VexCoverage.None);
    }

    [Fact]
    public void Covers_Subcomponents_NarrowTheProduct()
    {
        var image = VexSubject.Of("pkg:oci/app@sha256%3Aaa?repository_url=example.org%2Fapp");
        var product = new VexProduct { Purl = "pkg:oci/app", Subcomponents = [new VexProduct { Purl = "pkg:deb/debian/bash" }, new VexProduct { Purl = "pkg:deb/debian/zlib@1.3" }] };

        VexMatch.Covers(product, image).ShouldBe(VexCoverage.Product);
        VexMatch.Covers(product, image, VexSubject.Of("pkg:deb/debian/bash@5.2")).ShouldBe(VexCoverage.Component);
        VexMatch.Covers(product, image, VexSubject.Of("pkg:deb/debian/zlib@1.2")).ShouldBe(VexCoverage.None);
        VexMatch.Covers(product, VexSubject.Of("pkg:oci/other"), VexSubject.Of("pkg:deb/debian/bash@5.2")).ShouldBe(VexCoverage.None);
        VexMatch.Covers(product with { Subcomponents = [] }, image, VexSubject.Of("pkg:deb/debian/zlib@1.2")).ShouldBe(VexCoverage.Product);
    }

    [Fact]
    public void Conclude_TrivyDocumentOfAnImage_IsAboutThatImageOnly()
    {
        var bash = VexSubject.Of("pkg:deb/debian/bash@5.3");
        var debian = VexSubject.Of("pkg:oci/debian@sha256%3A4482958b4461ff7d9fabc24b3a9ab1e9a2c85ece07b2db1840c7cbc01d053e90?tag=12&repository_url=docker.io%2Flibrary%2Fdebian");

        VexMatch.Conclude([VexFiles.Document("trivy/pkg/vex/testdata/openvex-oci.json")], ["CVE-2022-3715"], debian, bash)!.Status.ShouldBe(VexStatus.NotAffected);
        VexMatch.Conclude([VexFiles.Document("trivy/pkg/vex/testdata/openvex-oci-mismatch.json")], ["CVE-2022-3715"], debian, bash).ShouldBeNull();
        VexMatch.Conclude([VexFiles.Document("trivy/pkg/vex/testdata/openvex-oci.json")], ["CVE-2022-9999"], debian, bash).ShouldBeNull();
    }

    [Fact]
    public void Conclude_TrivyDocumentWithTwoStatements_TakesTheLater()
    {
        var conclusion = VexMatch.Conclude([VexFiles.Document("trivy/pkg/vex/testdata/openvex-multiple.json")], ["CVE-2021-44228"], VexSubject.Of("pkg:maven/org.springframework.boot/spring-boot@2.6.0"))!;

        conclusion.Status.ShouldBe(VexStatus.NotAffected);
        conclusion.Statement!.Justification.ShouldBe(VexJustification.VulnerableCodeNotInExecutePath);
        conclusion.Sources.Select(s => (s.Statement.Status, s.Superseded)).ShouldBe([(VexStatus.NotAffected, false), (VexStatus.Affected, true)]);
        conclusion.IsConflict.ShouldBeFalse();
    }

    [Fact]
    public void Conclude_TrivyRelationship_IsAboutTheComponentInThatProduct()
    {
        var document = VexFiles.Document("trivy/pkg/vex/testdata/csaf-relationships.json");
        var transitive = VexSubject.Of("pkg:golang/github.com/aquasecurity/go-transitive@v4.0.0");

        VexMatch.Conclude([document], ["CVE-2024-0001"], VexSubject.Of("pkg:golang/github.com/aquasecurity/go-direct1@v2.0.0"), transitive)!.Status.ShouldBe(VexStatus.NotAffected);
        VexMatch.Conclude([document], ["CVE-2024-0001"], VexSubject.Of("pkg:golang/github.com/aquasecurity/go-direct2@v3.0.0"), transitive).ShouldBeNull();
        VexMatch.Conclude([VexFiles.Document("trivy/pkg/vex/testdata/csaf.json")], ["CVE-2024-0001"], transitive)!.Status.ShouldBe(VexStatus.NotAffected);
    }

    [Theory]
    [InlineData("csaf-demo1.json", "CVE-2023-1255", "pkg:apk/alpine/libcrypto3@3.0.8-r3?arch=x86_64&upstream=openssl&distro=alpine-3.17.3", VexStatus.Fixed)]
    [InlineData("csaf-demo1.json", "CVE-2023-1255", "pkg:apk/alpine/libcrypto3@3.0.8-r3?arch=aarch64&upstream=openssl&distro=alpine-3.17.3", null)]
    [InlineData("csaf-demo2.json", "CVE-2023-1255", "pkg:apk/alpine/libcrypto3@3.0.8-r3?arch=x86_64&upstream=openssl&distro=alpine-3.17.3", VexStatus.Affected)]
    public void Conclude_GrypeCsafDocuments_AskForEveryQualifier(string file, string vulnerability, string target, VexStatus? status) =>
        VexMatch.Conclude([VexFiles.Document("grype/grype/vex/testdata/vex-docs/" + file)], [vulnerability], VexSubject.Of(target))?.Status.ShouldBe(status);

    [Fact]
    public void Conclude_GrypeOpenVexDocument_IsAboutBothComponentsOfTheImage()
    {
        var document = VexFiles.Document("grype/grype/vex/testdata/vex-docs/openvex-demo2.json");
        var image = VexSubject.Of("pkg:oci/alpine@sha256%3A124c7d2707904eea7431fffe91522a01e5a861a624ee31d03372cc1d138a3126");

        VexMatch.Conclude([document], ["CVE-2023-1255"], image, VexSubject.Of("pkg:apk/alpine/libcrypto3@3.0.8-r3"))!.Status.ShouldBe(VexStatus.Fixed);
        VexMatch.Conclude([document], ["CVE-2023-3817"], image, VexSubject.Of("pkg:apk/alpine/libssl3@3.0.8-r3"))!.Status.ShouldBe(VexStatus.NotAffected);
        VexMatch.Conclude([document], ["CVE-2023-3817"], image, VexSubject.Of("pkg:apk/alpine/musl@1.2.3-r4")).ShouldBeNull();
    }

    [Fact]
    public void Conclude_ByAnAlias_FindsTheStatement() =>
        VexMatch.Conclude([VexFiles.Document("trivy/.vex/trivy.openvex.json")], ["ghsa-9763-4f94-gfch"], VexSubject.Of("pkg:golang/github.com/aquasecurity/trivy@v0.53.0"), VexSubject.Of("pkg:golang/github.com/cloudflare/circl@v1.3.3"))!
            .Status.ShouldBe(VexStatus.NotAffected);

    private static readonly DateTimeOffset s_day = new(2024, 5, 1, 0, 0, 0, TimeSpan.Zero);

    private static VexDocument Says(string author, VexStatus status, int day, VexProduct? product = null) => new()
    {
        Format = VexFormat.OpenVex,
        Author = author,
        Issued = s_day.AddDays(day),
        Statements = [new VexStatement { Vulnerability = new("CVE-2024-1"), Status = status, Products = [product ?? new VexProduct { Purl = "pkg:npm/a" }] }],
    };

    private static VexConclusion Conclude(params VexDocument[] documents) => VexMatch.Conclude(documents, ["CVE-2024-1"], VexSubject.Of("pkg:npm/a@1.0.0"))!;

    [Fact]
    public void Conclude_OneAuthorInTwoDocuments_TakesTheLater()
    {
        Conclude(Says("a", VexStatus.Fixed, 2), Says("a", VexStatus.Affected, 1)).Status.ShouldBe(VexStatus.Fixed);
        Conclude(Says("a", VexStatus.Affected, 1), Says("a", VexStatus.Fixed, 2)).Status.ShouldBe(VexStatus.Fixed);
    }

    [Fact]
    public void Conclude_AuthorsWhoContradictEachOther_IsAConflictWithAllTheySay()
    {
        var conclusion = Conclude(Says("vendor", VexStatus.NotAffected, 1), Says("distributor", VexStatus.Affected, 9));

        conclusion.IsConflict.ShouldBeTrue();
        conclusion.Status.ShouldBeNull();
        conclusion.Statement.ShouldBeNull();
        conclusion.Sources.Select(s => s.Document.Author).ShouldBe(["distributor", "vendor"]);
        conclusion.Sources.ShouldAllBe(s => !s.Superseded);
    }

    [Fact]
    public void Conclude_OneAuthorAtOneMomentInTwoDocuments_IsAConflictToo() =>
        Conclude(Says("a", VexStatus.Fixed, 1), Says("a", VexStatus.Affected, 1)).IsConflict.ShouldBeTrue();

    [Fact]
    public void Conclude_TwiceInOneDocumentAtOneMoment_TakesTheLaterInTheList()
    {
        var document = Says("a", VexStatus.Affected, 1);
        document = document with { Statements = [document.Statements[0], document.Statements[0] with { Status = VexStatus.Fixed }] };
        Conclude(document).Status.ShouldBe(VexStatus.Fixed);
    }

    [Fact]
    public void Conclude_WhatMayBeAboutAnotherVersion_IsListedAndDecidesNothing()
    {
        var unknown = Says("a", VexStatus.Affected, 9, new VexProduct { Purl = "pkg:npm/a", VersionRange = "vers:made-up/<7" });

        Conclude(unknown).Status.ShouldBeNull();
        Conclude(unknown).IsConflict.ShouldBeFalse();
        Conclude(unknown, Says("a", VexStatus.Fixed, 1)).Status.ShouldBe(VexStatus.Fixed);
        Conclude(unknown, Says("a", VexStatus.Fixed, 1)).Sources.Count.ShouldBe(2);
    }
}
