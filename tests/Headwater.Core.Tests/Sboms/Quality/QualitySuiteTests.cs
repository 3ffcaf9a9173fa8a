using Headwater.Core.Sboms;
using Headwater.Core.Sboms.Quality;

namespace Headwater.Core.Tests.Sboms.Quality;

/// <summary>The quality cases of sbomqs: the name of each says what it has, lacks or gets wrong. What we judge otherwise is listed with the reason.</summary>
public sealed class QualitySuiteTests
{
    [Theory]
    [InlineData("cyclonedx/absentComponentDeployableHash.cdx16.json", "bsi.hash", 0, 1)]
    [InlineData("cyclonedx/brokenSourceComponentDependencies.cdx16.json", "bsi.dependencies", 1, 2)]
    [InlineData("cyclonedx/invalidComponentAuthorEmail.cdx16.json", "bsi.component-creator", 0, 1)]
    [InlineData("cyclonedx/invalidComponentDownloadURL.cdx16.json", "bsi.deployable-uri", 0, 1)]
    [InlineData("cyclonedx/invalidComponentLicenseExpression.cdx16.json", "bsi.licence", 0, 1)]
    [InlineData("cyclonedx/invalidComponentLicenseExpressionNone.cdx16.json", "bsi.licence", 0, 1)]
    [InlineData("cyclonedx/invalidComponentLicenseNoAssertion.cdx16.json", "bsi.licence", 0, 1)]
    [InlineData("cyclonedx/invalidComponentManufacturerEmail.cdx16.json", "bsi.component-creator", 0, 1)]
    [InlineData("cyclonedx/invalidComponentSecurityTxtURL.cdx16.json", "bsi.security-txt", 0, 1)]
    [InlineData("cyclonedx/invalidMetadataManufacturerURL.cdx16.json", "bsi.creator", 0, 1)]
    [InlineData("cyclonedx/leafComponentNoDependencies.cdx16.json", "bsi.dependencies", 1, 2)]
    [InlineData("cyclonedx/missingComponentBsiArchive.cdx16.json", "bsi.archive", 0, 1)]
    [InlineData("cyclonedx/missingComponentName.cdx16.json", "bsi.name", 0, 1)]
    [InlineData("cyclonedx/missingComponentName.cdx16.json", "ntia.name", 0, 1)]
    [InlineData("cyclonedx/missingComponentSourceHash.cdx16.json", "bsi.source-hash", 0, 1)]
    [InlineData("cyclonedx/missingComponentVersion.cdx16.json", "bsi.version", 0, 1)]
    [InlineData("cyclonedx/missingComponentVersion.cdx16.json", "ntia.version", 0, 1)]
    [InlineData("cyclonedx/missingMetadataAuthorEmail.cdx16.json", "bsi.creator", 0, 1)]
    [InlineData("cyclonedx/missingMetadataSupplierEmailAndURL.cdx16.json", "bsi.creator", 0, 1)]
    [InlineData("cyclonedx/missingPrimaryComponent.cdx16.json", "ntia.dependencies", 0, 1)]
    [InlineData("cyclonedx/mixComponentLicenses.cdx16.json", "bsi.licence", 0, 1)]
    [InlineData("cyclonedx/noneComponentLicense.cdx16.json", "bsi.licence", 0, 1)]
    [InlineData("cyclonedx/partialComponentDeployableHash.cdx16.json", "bsi.deployable-uri", 1, 2)]
    [InlineData("cyclonedx/partialComponentDeployableHash.cdx16.json", "bsi.hash", 0, 2)]
    [InlineData("cyclonedx/validComponentAuthorEmail.cdx16.json", "bsi.component-creator", 1, 1)]
    [InlineData("cyclonedx/validComponentBsiEffectiveLicense.cdx16.json", "bsi.effective-licence", 1, 1)]
    [InlineData("cyclonedx/validComponentBsiFilename.cdx16.json", "bsi.filename", 1, 1)]
    [InlineData("cyclonedx/validComponentCPE.cdx16.json", "bsi.identifiers", 1, 1)]
    [InlineData("cyclonedx/validComponentCPE.cdx16.json", "ntia.identifiers", 1, 1)]
    [InlineData("cyclonedx/validComponentDeployableHashDistributionIntake.cdx16.json", "bsi.deployable-uri", 1, 1)]
    [InlineData("cyclonedx/validComponentExtRefDistributionHashEmpty.cdx16.json", "bsi.hash", 0, 1)]
    [InlineData("cyclonedx/validComponentExtRefDistributionHashSHA1.cdx16.json", "bsi.hash", 0, 1)]
    [InlineData("cyclonedx/validComponentExtRefDistributionHashSHA512.cdx16.json", "bsi.hash", 1, 1)]
    [InlineData("cyclonedx/validComponentExtRefDistributionIntakeHashMD5.cdx16.json", "bsi.hash", 0, 1)]
    [InlineData("cyclonedx/validComponentExtRefDistributionIntakeHashSHA256.cdx16.json", "bsi.hash", 0, 1)]
    [InlineData("cyclonedx/validComponentHashSHA256.cdx16.json", "bsi.hash", 0, 1)]
    [InlineData("cyclonedx/validComponentLicenseCustomRef.cdx16.json", "bsi.licence", 1, 1)]
    [InlineData("cyclonedx/validComponentLicenseExp.cdx16.json", "bsi.licence", 1, 1)]
    [InlineData("cyclonedx/validComponentManufacturerEmailAndURL.cdx16.json", "bsi.component-creator", 1, 1)]
    [InlineData("cyclonedx/validComponentSWID.cdx16.json", "bsi.identifiers", 1, 1)]
    [InlineData("cyclonedx/validComponentSourceCodeURL.cdx16.json", "bsi.source-uri", 1, 1)]
    [InlineData("cyclonedx/validComponentSupplierEmail.cdx16.json", "ntia.supplier", 1, 1)]
    [InlineData("cyclonedx/validComponentSupplierURL.cdx16.json", "ntia.supplier", 1, 1)]
    [InlineData("cyclonedx/validMetadataManufacturerEmail.cdx16.json", "bsi.creator", 1, 1)]
    [InlineData("cyclonedx/validMetadataManufacturerURL.cdx16.json", "bsi.creator", 1, 1)]
    [InlineData("cyclonedx/validMetadataSupplierEmailAndURL.cdx16.json", "bsi.creator", 1, 1)]
    [InlineData("cyclonedx/validMetadataTimestamp.cdx16.json", "ntia.timestamp", 1, 1)]
    [InlineData("cyclonedx/withVulnerabilities.cdx16.json", "bsi.no-vulnerabilities", 0, 1)]
    [InlineData("spdx/absentComponentDeployableHash.spdx23.json", "bsi.hash", 0, 1)]
    [InlineData("spdx/brokenTargetComponentDependencies.spdx23.json", "bsi.dependencies", 0, 1)]
    [InlineData("spdx/brokenTargetComponentDependencies.spdx23.json", "ntia.dependencies", 0, 1)]
    [InlineData("spdx/invalidComponentLicenseNoAssertion.spdx23.json", "bsi.licence", 0, 1)]
    [InlineData("spdx/invalidMetadataTimestamp.spdx23.json", "bsi.timestamp", 0, 1)]
    [InlineData("spdx/missingComponentHash.spdx23.json", "bsi.hash", 0, 1)]
    [InlineData("spdx/missingComponentVersion.spdx23.json", "bsi.version", 0, 1)]
    [InlineData("spdx/noneComponentLicense.spdx23.json", "bsi.licence", 0, 1)]
    [InlineData("spdx/validComponentCPE.spdx23.json", "bsi.identifiers", 1, 1)]
    [InlineData("spdx/validComponentLicenseConcluded.spdx23.json", "bsi.licence", 1, 1)]
    [InlineData("spdx/validComponentLicenseDeclared.spdx23.json", "bsi.original-licence", 1, 1)]
    [InlineData("spdx/validComponentPURL.spdx23.json", "bsi.identifiers", 1, 1)]
    [InlineData("spdx/validComponentSourceCodeURL.spdx23.json", "bsi.source-uri", 1, 1)]
    [InlineData("spdx/validDocumentNamespace.spdx23.json", "bsi.uri", 1, 1)]
    [InlineData("spdx/validMetadataOrganizationCreator.spdx23.json", "bsi.creator", 1, 1)]
    [InlineData("spdx/validMetadataOrganizationCreator.spdx23.json", "bsi.format", 0, 1)]
    [InlineData("spdx3/v2.1.0-minimal-valid.json", "bsi.creator", 1, 1)]
    [InlineData("spdx3/v2.1.0-minimal-valid.json", "bsi.format", 1, 1)]
    [InlineData("spdx3/v2.1.0-two-comps-one-with-deployable-hash.json", "bsi.hash", 0, 2, "its SHA-512 stands on a file that a relationship ties to the package; files are not put together with packages here yet")]
    [InlineData("spdx/missingComponentDeployableHash.spdx23.json", "bsi.hash", 1, 1, "SPDX 2.3, clause 7.10: a package's checksum is that of its file, so its SHA-512 counts; sbomqs looks at files only")]
    [InlineData("cyclonedx/invalidComponentSourceHash.cdx16.json", "bsi.source-hash", 1, 1, "the TR leaves the algorithm of the source's hash open (5.2.5); sbomqs wants SHA-512")]
    public void Case_HasWhatItsNameSays(string file, string element, long met, long of, string? deviation = null)
    {
        _ = deviation;
        Judge(file).Results.SelectMany(r => r.Elements).Single(e => e.Id == element).ShouldSatisfyAllConditions(e => e.Met.ShouldBe(met), e => e.Of.ShouldBe(of), e => e.Gaps.Count.ShouldBe((int)(of - met)));
    }

    [Fact]
    public void Case_FullyCompliant_IsCompleteInBothStandards()
    {
        var quality = Judge("cyclonedx/validFullyCompliantBsiV21.cdx16.json");
        quality.Results.ShouldAllBe(r => r.Complete && r.Score == 100);
        quality.Results.SelectMany(r => r.Elements).ShouldAllBe(e => e.Complete);
    }

    /// <summary>sbomqs judges these all the same; here a document that breaks its format is refused, with the place.</summary>
    [Theory]
    [InlineData("spdx/missingDocumentNamespace.spdx23.json", "namespace")]
    [InlineData("spdx/missingMetadataTimestamp.spdx23.json", "created")]
    [InlineData("spdx3/v2.1.0-doc-missing-spec-version.json", "specVersion")]
    [InlineData("spdx3/v2.1.0-complete-all-fields.json", "172 digits instead of 128")]
    [InlineData("spdx3/v2.1.0-doc-missing-creator.json", "172 digits instead of 128")]
    [InlineData("spdx3/v2.1.0-two-comps-one-with-concluded-license.json", "172 digits instead of 128")]
    [InlineData("spdx3/v2.1.0-two-comps-one-with-declared-license.json", "172 digits instead of 128")]
    [InlineData("spdx3/v2.1.0-two-comps-one-with-effective-license.json", "172 digits instead of 128")]
    [InlineData("spdx3/v2.1.0-two-comps-one-with-filename.json", "172 digits instead of 128")]
    [InlineData("spdx3/v2.1.0-two-comps-one-with-security-txt-url.json", "172 digits instead of 128")]
    [InlineData("spdx3/v2.1.0-two-comps-one-with-source-code-url.json", "172 digits instead of 128")]
    public void Case_ThatBreaksItsFormat_IsRefused(string file, string says)
    {
        using var stream = File.OpenRead(TestPaths.Data("sbomqs/" + file));
        QualityCheck.Read(stream, out _, new SbomReadOptions { Validate = false }, TestContext.Current.CancellationToken).Errors[0].Message.ShouldContain(says);
    }

    [Fact]
    public void Cases_AreAllJudged()
    {
        var told = typeof(QualitySuiteTests).GetMethods().SelectMany(m => m.GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>()).Select(d => (string)d.Data[0]!).Append("cyclonedx/validFullyCompliantBsiV21.cdx16.json").ToHashSet();
        var root = TestPaths.Data("sbomqs");
        Directory.EnumerateFiles(root, "*.json", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(root, f).Replace('\\', '/')).Except(told).ShouldBeEmpty();
    }

    private static SbomQuality Judge(string file)
    {
        using var stream = File.OpenRead(TestPaths.Data("sbomqs/" + file));
        QualityCheck.Read(stream, out var quality, new SbomReadOptions { Validate = false }, TestContext.Current.CancellationToken).Valid.ShouldBeTrue();
        return quality;
    }
}
