using System.Text;
using Headwater.Core.Licences.Packages;
using Headwater.Core.Licences.Reuse;
using static Headwater.Core.Tests.Licences.Reuse.ReuseProject;

namespace Headwater.Core.Tests.Licences.Reuse;

public sealed class ReuseLintTests
{
    [Fact]
    public void Project_InOrder_IsConformant()
    {
        var report = Good().Lint();

        report.IsConformant.ShouldBeTrue();
        report.UsedLicences.ShouldBe(["MIT"]);
        var file = report.Files.Single();
        file.Path.ShouldBe("src/a.c");
        file.Copyrights.Single().ShouldBe(new ReuseStatement($"{Holder}2024 Jane Doe", "src/a.c", ReuseSource.FileHeader));
        file.Licences.Single().ShouldBe(new ReuseStatement("MIT", "src/a.c", ReuseSource.FileHeader));
        new ReuseProject().Lint().IsConformant.ShouldBeTrue();
    }

    [Fact]
    public void Files_WithoutInformation_AreNamed()
    {
        var report = Good().With("none", "x").With("licence", $"# {Id}MIT").With("holder", "# Copyright 2020 A").Lint();

        report.WithoutCopyright.ShouldBe(["licence", "none"]);
        report.WithoutLicence.ShouldBe(["holder", "none"]);
        report.IsConformant.ShouldBeFalse();
    }

    [Fact]
    public void Licences_ThatAreNotKnown_AreBad()
    {
        var report = Good().With("b.c", Header("My-Own AND MIT")).With("LICENSES/Other.txt", "x").Lint();

        report.BadLicences.Keys.ShouldBe(["My-Own", "Other"], ignoreOrder: true);
        report.BadLicences["My-Own"].ShouldBe(["b.c"]);
        report.BadLicences["Other"].ShouldBe(["LICENSES/Other.txt"]);
        report.MissingLicences["My-Own"].ShouldBe(["b.c"]);
        report.UnusedLicences.ShouldBe(["Other"]);
    }

    [Fact]
    public void Licences_OfOnesOwn_NeedTheirTextOnly()
    {
        Good().With("b.c", Header("LicenseRef-Mine")).With("LICENSES/LicenseRef-Mine.txt", "x").Lint().IsConformant.ShouldBeTrue();
        var report = Good().With("b.c", Header("LicenseRef-Mine")).Lint();
        report.BadLicences.ShouldBeEmpty();
        report.MissingLicences["LicenseRef-Mine"].ShouldBe(["b.c"]);
    }

    [Fact]
    public void Exceptions_NeedTheirText_Too()
    {
        var project = Good().With("b.c", Header("GPL-2.0-only WITH Classpath-exception-2.0")).With("LICENSES/GPL-2.0-only.txt", "x");

        project.Lint().MissingLicences.Keys.ShouldBe(["Classpath-exception-2.0"]);
        project.With("LICENSES/Classpath-exception-2.0.txt", "x").Lint().IsConformant.ShouldBeTrue();
    }

    [Theory]
    [InlineData("Apache-1.1+", "Apache-1.1")]
    [InlineData("mit", "MIT")]
    [InlineData("(MIT OR Apache-2.0) AND ISC", "MIT,Apache-2.0,ISC")]
    [InlineData("MIT or ISC", "MIT,ISC")]
    public void Expressions_NameTheirTexts(string expression, string texts)
    {
        var project = new ReuseProject().With("a.c", Header(expression));
        foreach (var id in texts.Split(',')) project.With($"LICENSES/{id}.txt", "x");

        var report = project.Lint();

        report.IsConformant.ShouldBeTrue();
        report.UsedLicences.ShouldBe(texts.Split(','), ignoreOrder: true);
    }

    [Theory]
    [InlineData("MIT OR")]
    [InlineData("(MIT")]
    [InlineData("MIT Apache-2.0")]
    [InlineData("WITH x")]
    [InlineData("MIT WITH")]
    [InlineData("MIT/ISC")]
    [InlineData("see below, please")]
    public void Expressions_ThatAreNone_AreInvalid(string expression)
    {
        var report = Good().With("b.c", Header(expression)).Lint();

        report.InvalidExpressions["b.c"].ShouldBe([expression]);
        report.WithoutLicence.ShouldBe(["b.c"]);
        report.Files.Single(f => f.Path == "b.c").Licences.Single().IsValid.ShouldBeFalse();
    }

    [Fact]
    public void Licences_Deprecated_AreNamedByTheirTexts()
    {
        var report = Good().With("b.c", Header("GPL-2.0")).With("LICENSES/GPL-2.0.txt", "x").Lint();

        report.DeprecatedLicences.ShouldBe(["GPL-2.0"]);
        report.BadLicences.ShouldBeEmpty();
        report.IsConformant.ShouldBeFalse();
    }

    [Theory]
    [InlineData("GPL-3.0-or-later")]
    [InlineData("MIT")]
    [InlineData("LicenseRef-Mine")]
    [InlineData("LicenseRef-Mine-1.0")]
    public void Texts_WithoutExtension_AreNamed(string id)
    {
        var report = new ReuseProject().With("a.c", Header(id)).With($"LICENSES/{id}", "x").Lint();

        report.LicencesWithoutExtension.ShouldBe([new(id, $"LICENSES/{id}")]);
        report.MissingLicences.ShouldBeEmpty();
        report.BadLicences.ShouldBeEmpty();
        report.IsConformant.ShouldBeFalse();
    }

    [Fact]
    public void Texts_Unused_AreNamed() => Good().With("LICENSES/ISC.txt", "x").Lint().UnusedLicences.ShouldBe(["ISC"]);

    [Theory]
    [InlineData("LICENSE")]
    [InlineData("LICENCE.md")]
    [InlineData("sub/COPYING")]
    [InlineData("COPYING.LESSER")]
    [InlineData("LICENSE-MIT")]
    [InlineData("LICENSES/x/MIT.txt.license")]
    [InlineData("vendor/LICENSES/ISC.txt")]
    [InlineData("REUSE.toml.license")]
    [InlineData("sbom.spdx.json")]
    [InlineData("sbom.spdx")]
    [InlineData("x.spdx.yaml")]
    [InlineData(".reuse/templates/x.jinja2")]
    public void Files_ThatTheSpecificationPassesOver_NeedNothing(string path) => Good().With(path, "nothing").Lint().IsConformant.ShouldBeTrue();

    [Theory]
    [InlineData("LICENSER")]
    [InlineData("LICENSE_MIT")]
    [InlineData("license.txt")]
    [InlineData("x.spdx.txt")]
    [InlineData("README.md")]
    [InlineData(".gitignore")]
    [InlineData("subprojects/x.wrap")]
    public void Files_AlikeInName_AreCovered(string path) => Good().With(path, "nothing").Lint().WithoutLicence.ShouldBe([path]);

    [Fact]
    public void Files_WithoutContent_NeedNothing() => Good().With("empty.py", "").Lint().IsConformant.ShouldBeTrue();

    [Fact]
    public void MesonSubprojects_AreTold()
    {
        ReuseCoverage.IsMesonSubproject("subprojects/zlib").ShouldBeTrue();
        ReuseCoverage.IsMesonSubproject("a/subprojects/zlib").ShouldBeTrue();
        ReuseCoverage.IsMesonSubproject("subprojects").ShouldBeFalse();
        ReuseCoverage.IsMesonSubproject("my-subprojects/zlib").ShouldBeFalse();
    }

    [Fact]
    public void Sidecar_TakesTheFilesPlace()
    {
        var report = Good().With("cat.jpg", [0xFF, 0xD8, 0, 0]).With("cat.jpg.license", Header("MIT", "2020 Cat")).With("b.c", Header("ISC")).With("b.c.license", Header("MIT", "2021 B")).Lint();

        report.IsConformant.ShouldBeTrue();
        report.Files.Single(f => f.Path == "b.c").Licences.Single().ShouldBe(new ReuseStatement("MIT", "b.c.license", ReuseSource.DotLicense));
        report.Files.Single(f => f.Path == "b.c").Copyrights.Single().Value.ShouldBe($"{Holder}2021 B");
    }

    [Fact]
    public void Binary_WithTagsInIt_SaysNothing() => Good().With("a.bin", Encoding.UTF8.GetBytes("\0\0" + Header("MIT"))).Lint().WithoutLicence.ShouldBe(["a.bin"]);

    [Fact]
    public void Text_InUtf16_IsRead() => Good().With("a.txt", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Header("MIT"))]).Lint().IsConformant.ShouldBeTrue();

    [Fact]
    public void Tags_FarDown_AreRead() => Good().With("a.txt", new string('x', 100_000) + "\n" + Header("MIT")).Lint().IsConformant.ShouldBeTrue();

    [Fact]
    public void File_ThatCannotBeRead_IsAReadError()
    {
        var report = ReuseLint.Run([new FolderFile("a.c", 5, () => throw new UnauthorizedAccessException("No."))], LibrarySource.Library, null, TestContext.Current.CancellationToken);

        report.ReadErrors.Single().ShouldBe(new ReuseRemark("a.c", "No."));
        report.Files.ShouldBeEmpty();
        report.IsConformant.ShouldBeFalse();
    }

    [Fact]
    public void ManyFiles_AreAlwaysReportedAlike()
    {
        var project = Good();
        for (var i = 0; i < 2000; i++) project.With($"d{i % 7}/f{i}.c", i % 3 == 0 ? "x" : Header(i % 5 == 0 ? "ISC" : "MIT"));

        var first = project.Lint();
        var second = project.Lint();

        first.Files.Count.ShouldBe(2001);
        first.WithoutLicence.Count.ShouldBe(667);
        first.WithoutLicence.ShouldBe(first.WithoutLicence.Order(StringComparer.Ordinal));
        second.WithoutLicence.ShouldBe(first.WithoutLicence);
        second.MissingLicences["ISC"].ShouldBe(first.MissingLicences["ISC"]);
    }
}
