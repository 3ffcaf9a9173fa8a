using System.Formats.Tar;
using Headwater.Core.Licences.Packages;
using static Headwater.Core.Tests.Licences.Packages.ArchiveMaker;

namespace Headwater.Core.Tests.Licences.Packages;

public sealed class PackageScanTests
{
    private const string Apache = "SPDX-License-Identifier: Apache-2.0";

    private static PackageScan Scan(byte[] archive, string name, ScanOptions? options = null) => PackageScan.Read(new MemoryStream(archive), name, LibrarySource.Library, options, TestContext.Current.CancellationToken);

    private static ScannedPackage Good(byte[] archive, string name)
    {
        var scan = Scan(archive, name);
        scan.Skipped.ShouldBeEmpty();
        scan.IsComplete.ShouldBeTrue();
        return scan.Main;
    }

    [Fact]
    public void Npm_LicenceAndFile_AgreeAndHaveTextAndCopyright()
    {
        var package = Good(Tgz(("package/package.json", """{"name":"@scope/left","version":"1.2.3","license":"MIT"}"""), ("package/LICENSE", Mit), ("package/index.js", "x")), "left-1.2.3.tgz");

        package.Purl!.ToString().ShouldBe("pkg:npm/%40scope/left@1.2.3");
        package.Kind.ShouldBe("npm");
        package.Declared!.Expression!.ToString().ShouldBe("MIT");
        package.Found!.ToString().ShouldBe("MIT");
        package.Agreement.ShouldBe(LicenceAgreement.Same);
        package.Copyrights.ShouldBe(["Copyright (c) 2024 Jane Doe"]);
        var file = package.Files.Single(f => f.Role == FileRole.Licence);
        file.Text.ShouldBe(Mit);
        file.Path.ShouldBe("package/LICENSE");
        file.Hash.Length.ShouldBe(64);
    }

    [Theory]
    [InlineData("""{"name":"a","version":"1","licenses":[{"type":"MIT","url":"x"},{"type":"Apache-2.0"}]}""", "(MIT OR Apache-2.0)")]
    [InlineData("""{"name":"a","version":"1","license":{"type":"ISC","url":"x"}}""", "ISC")]
    [InlineData("""{"name":"a","version":"1","license":"SEE LICENSE IN docs/terms.txt"}""", "ISC")]
    [InlineData("""{"name":"a","version":"1","license":"(MIT or GPL-3.0)"}""", "(MIT OR GPL-3.0)")]
    public void Npm_OldForms_AreRead(string manifest, string expected) =>
        Scan(Tgz(("package/docs/terms.txt", Isc), ("package/package.json", manifest)), "a.tgz").Main.Declared!.Expression!.ToString().ShouldBe(expected);

    [Fact]
    public void Npm_DeclaresOneAndHoldsAnother_IsADifference()
    {
        var package = Good(Tgz(("package/package.json", """{"name":"a","version":"1","license":"MIT"}"""), ("package/LICENSE", Isc)), "a.tgz");

        package.Agreement.ShouldBe(LicenceAgreement.Different);
        package.DeclaredOnly.ShouldBe(["MIT"]);
        package.FoundOnly.ShouldBe(["ISC"]);
    }

    [Fact]
    public void Notices_OfThirdParties_AreNoDifference()
    {
        var package = Good(Tgz(("package/package.json", """{"name":"a","version":"1","license":"MIT"}"""), ("package/LICENSE", Mit), ("package/ThirdPartyNotices.txt", Isc)), "a.tgz");

        package.Agreement.ShouldBe(LicenceAgreement.Same);
        package.ThirdParty!.ToString().ShouldBe("ISC");
        Good(Tgz(("package/NOTICE", Isc)), "a.tgz").Found!.ToString().ShouldBe("ISC");
        Good(Tgz(("package/third-party-notices.md", Isc)), "a.tgz").Found.ShouldBeNull();
    }

    [Fact]
    public void Npm_BundledPackages_AreTheirOwn()
    {
        var scan = Scan(Tgz(("package/package.json", """{"name":"a","version":"1","license":"MIT"}"""), ("package/LICENSE", Mit), ("package/test/package.json", """{"name":"fixture","version":"9"}"""),
            ("package/node_modules/b/package.json", """{"name":"b","version":"2","license":"ISC"}"""), ("package/node_modules/b/LICENSE", Isc)), "a.tgz");

        scan.Packages.Select(p => $"{p.Purl} {p.Found}").ShouldBe(["pkg:npm/a@1 MIT", "pkg:npm/b@2 ISC"]);
    }

    [Fact]
    public void NuGet_LicenceFile_IsReadForTheDeclaration()
    {
        var spec = """<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>A.B</id><version>1.0.0</version><license type="file">legal\terms.txt</license><licenseUrl>https://aka.ms/deprecateLicenseUrl</licenseUrl></metadata></package>""";

        var package = Good(Zip(("A.B.nuspec", spec), ("legal/terms.txt", Mit)), "a.b.1.0.0.nupkg");

        package.Purl!.ToString().ShouldBe("pkg:nuget/A.B@1.0.0");
        package.Declared!.Expression!.ToString().ShouldBe("MIT");
        package.Declared.Repairs.Single().ShouldContain("legal\\terms.txt".Replace('\\', '/'));
        package.Found!.ToString().ShouldBe("MIT");
    }

    [Theory]
    [InlineData("<licenseUrl>https://aka.ms/deprecateLicenseUrl</licenseUrl>", null)]
    [InlineData("<licenseUrl>https://licenses.nuget.org/Apache-2.0</licenseUrl>", "Apache-2.0")]
    [InlineData("<licenseUrl>https://opensource.org/licenses/MIT</licenseUrl>", "MIT")]
    [InlineData("<license type=\"expression\">MIT OR Apache-2.0</license>", "(MIT OR Apache-2.0)")]
    public void NuGet_Declarations_AreRead(string element, string? expected) =>
        Scan(Zip(("a.nuspec", $"<package><metadata><id>a</id><version>1</version>{element}</metadata></package>")), "a.nupkg").Main.Declared?.Expression?.ToString().ShouldBe(expected);

    [Fact]
    public void Jar_PomAmongShadedOnes_IsTheOneOfItsName()
    {
        string Pom(string name, string licence) => $"<project><parent><groupId>org.x</groupId><version>3</version></parent><artifactId>{name}</artifactId><licenses><license><name>{licence}</name></license></licenses></project>";
        var scan = Scan(Zip(("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nBundle-License: BSD-3-Clause;link=\"x\"\r\n"), ("META-INF/maven/org.x/core/pom.xml", Pom("core", "Apache-2.0")), ("META-INF/maven/org.x/util/pom.xml", Pom("util", "MIT")), ("META-INF/LICENSE", Mit)), "core-3.jar");

        scan.Main.Purl!.ToString().ShouldBe("pkg:maven/org.x/core@3");
        scan.Main.Declared!.Expression!.ToString().ShouldBe("Apache-2.0");
        scan.Main.Found!.ToString().ShouldBe("MIT");
        scan.Packages.Skip(1).Single().Purl!.ToString().ShouldBe("pkg:maven/org.x/util@3");
    }

    [Fact]
    public void Jar_WhosePomNamesAParentOnly_SaysFromWhereTheLicenceComes()
    {
        var jar = Scan(Zip(("META-INF/maven/org.x/core/pom.xml", Child("org.x", "core", "org.x:house:7"))), "core-3.jar").Main;
        (jar.Declared, jar.InheritsFrom).ShouldBe((null, "org.x:house:7"));
        Scan(Zip(("META-INF/maven/org.x/core/pom.xml", Child("org.x", "core", "org.x:house:${house}"))), "core-3.jar").Main.InheritsFrom.ShouldBeNull("nobody can ask for that");
        Scan(Zip(("META-INF/MANIFEST.MF", "Bundle-License: MIT\r\n"), ("META-INF/maven/org.x/core/pom.xml", Child("org.x", "core", "org.x:house:7"))), "core-3.jar").Main.ShouldSatisfyAllConditions(p => p.InheritsFrom.ShouldBeNull(), p => p.Declared!.Raw.ShouldBe("MIT"));
    }

    [Fact]
    public void Poms_OfOneProject_TakeOverTheLicenceOfTheNearestParentThatNamesOne()
    {
        const string Top = "<project><groupId>org.x</groupId><artifactId>house</artifactId><version>7</version><licenses><license><name>Apache-2.0</name></license></licenses></project>";
        var scan = Scan(Zip(("META-INF/maven/org.x/core/pom.xml", Child("org.x", "core", "org.x:middle:2")), ("META-INF/maven/org.x/middle/pom.xml", Child("org.x", "middle", "org.x:house:7", "2")), ("META-INF/maven/org.x/house/pom.xml", Top)), "core-3.jar");
        scan.Main.Declared!.ShouldSatisfyAllConditions(d => d.Expression!.ToString().ShouldBe("Apache-2.0"), d => d.Source.ShouldBe("META-INF/maven/org.x/house/pom.xml"), d => d.Repairs.ShouldContain("It is inherited from the parent org.x:house:7."));
    }

    [Fact]
    public void Poms_ThatNameEachOther_EndSomewhere()
    {
        var circle = Scan(Zip(("META-INF/maven/org.x/core/pom.xml", Child("org.x", "core", "org.x:middle:2")), ("META-INF/maven/org.x/middle/pom.xml", Child("org.x", "middle", "org.x:core:3", "2"))), "core-3.jar");
        (circle.Main.Declared, circle.Main.InheritsFrom).ShouldBe((null, null));
        var ladder = Enumerable.Range(0, 12).Select(n => ($"META-INF/maven/org.x/p{n}/pom.xml", Child("org.x", $"p{n}", $"org.x:p{n + 1}:3"))).ToArray();
        Scan(Zip(ladder), "p0-3.jar").Main.InheritsFrom.ShouldBe("org.x:p9:3", "so far up is not followed");
    }

    private static string Child(string group, string name, string parent, string version = "3")
    {
        var at = parent.Split(':');
        return $"<project><parent><groupId>{at[0]}</groupId><artifactId>{at[1]}</artifactId><version>{at[2]}</version></parent><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version></project>";
    }

    [Fact]
    public void Jar_WithoutPom_TakesTheBundlesLicence() =>
        Scan(Zip(("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nBundle-License: https://www.apache.org/licenses/LICENSE-2.\r\n 0.txt\r\n")), "x.jar").Main.Declared!.Expression!.ToString().ShouldBe("Apache-2.0");

    [Fact]
    public void Wheel_ExpressionAndLicenceFiles_AreRead()
    {
        var package = Good(Zip(("a-1.dist-info/METADATA", "Metadata-Version: 2.4\nName: A_b\nVersion: 1\nLicense-Expression: MIT\nLicense-File: legal.md\n\nReadme: no field\n"), ("a-1.dist-info/licenses/legal.md", Mit), ("a/x.py", "")), "a-1-py3-none-any.whl");

        package.Purl!.ToString().ShouldBe("pkg:pypi/a-b@1");
        package.Agreement.ShouldBe(LicenceAgreement.Same);
        package.Files.Single(f => f.Role == FileRole.Licence).Path.ShouldBe("a-1.dist-info/licenses/legal.md");
    }

    [Theory]
    [InlineData("License: UNKNOWN\nClassifier: License :: OSI Approved\nClassifier: License :: OSI Approved :: MIT License", "MIT")]
    [InlineData("License: BSD-3-Clause\nClassifier: License :: OSI Approved :: BSD License", "BSD-3-Clause")]
    public void Wheel_OldFields_AreRead(string fields, string expected) => Scan(Zip(("a-1.dist-info/METADATA", $"Name: a\nVersion: 1\n{fields}\n")), "a.whl").Main.Declared!.Expression!.ToString().ShouldBe(expected);

    [Fact]
    public void Sdist_WithItsDescriptionTwice_IsOnePackage()
    {
        var info = "Metadata-Version: 2.1\nName: a\nVersion: 1\nLicense: MIT\n";
        var scan = Scan(Tgz(("a-1/PKG-INFO", info), ("a-1/a.egg-info/PKG-INFO", info), ("a-1/pyproject.toml", "[project]\nname = \"a\"\nversion = \"1\"\n"), ("a-1/LICENSE", Mit)), "a-1.tar.gz");

        scan.Packages.Count.ShouldBe(1);
        scan.Main.Purl!.ToString().ShouldBe("pkg:pypi/a@1");
        Scan(Zip(("a-1/PKG-INFO", info), ("a-1/LICENSE", Mit)), "a-1.zip").Main.Agreement.ShouldBe(LicenceAgreement.Same);
    }

    [Fact]
    public void Crate_WithTwoTexts_AgreesWithTheChoice()
    {
        var package = Good(Tgz(("a-1/Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.0.0\"\nlicense = \"MIT/Apache-2.0\"\n"), ("a-1/LICENSE-MIT", Mit), ("a-1/LICENSE-APACHE", Apache)), "a-1.0.0.crate");

        package.Purl!.ToString().ShouldBe("pkg:cargo/a@1.0.0");
        package.Declared!.Expression!.ToString().ShouldBe("(MIT OR Apache-2.0)");
        package.Agreement.ShouldBe(LicenceAgreement.Same);
    }

    [Fact]
    public void Crate_LicenceFile_IsReadForTheDeclaration() =>
        Scan(Tgz(("a-1/Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.0.0\"\nlicense-file = \"terms\"\n"), ("a-1/terms", Isc)), "a.crate").Main.Declared!.Expression!.ToString().ShouldBe("ISC");

    [Fact]
    public void Gem_MetadataAndData_AreRead()
    {
        var package = Good(Gem("--- !ruby/object:Gem::Specification\nname: rake\nversion: !ruby/object:Gem::Version\n  version: 13.0.6\nplatform: ruby\nauthors:\n- name\ndependencies:\n- !ruby/object:Gem::Dependency\n  name: other\nlicenses:\n- MIT\nmetadata: {}\n",
            ("MIT-LICENSE", Mit), ("lib/rake.rb", "x")), "rake-13.0.6.gem");

        package.Purl!.ToString().ShouldBe("pkg:gem/rake@13.0.6");
        package.Declared!.Expression!.ToString().ShouldBe("MIT");
        package.Agreement.ShouldBe(LicenceAgreement.Same);
    }

    [Fact]
    public void Deb_MachineReadableCopyright_IsDeclared()
    {
        var copyright = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: 2020 A\nLicense: GPL-2+\n\nFiles: debian/*\nCopyright: 2021 B\nLicense: Expat\n\nLicense: GPL-2+\n On Debian systems, see /usr/share/common-licenses/GPL-2.\n";

        var package = Good(Deb("Package: a\nVersion: 1-2\nArchitecture: amd64\n", ("./usr/share/doc/a/copyright", copyright), ("./usr/bin/a", "x")), "a_1-2_amd64.deb");

        package.Purl!.ToString().ShouldBe("pkg:deb/debian/a@1-2?arch=amd64");
        package.Declared!.Expression!.ToString().ShouldBe("(GPL-2.0-or-later AND MIT)");
        package.Files.ShouldContain(f => f.Role == FileRole.Copyright && f.Text != null);
    }

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Pax)]
    public void Tar_LongNames_AreReadInEveryFormat(TarEntryFormat format)
    {
        var folder = string.Join('/', Enumerable.Repeat("a-folder-of-some-length", format == TarEntryFormat.Ustar ? 5 : 20));

        var package = Good(Tar([($"{folder}/LICENSE", Bytes(Mit)), ("x/COPYING", Bytes(Isc))], format), "a.tar");

        package.Found!.ToString().ShouldBe("(MIT AND ISC)");
        package.Files[0].Path.ShouldBe($"{folder}/LICENSE");
    }

    [Fact]
    public void Archives_InArchives_AreFurtherPackages()
    {
        var jar = Zip(("META-INF/LICENSE", Mit));
        var scan = Scan(Zip([("readme.txt", Bytes("x")), ("lib/inner.jar", jar), ("lib/outer.zip", Zip([("deep.jar", jar)]))]), "app.zip");

        scan.Packages.Select(p => p.Path).ShouldBe(["app.zip", "lib/inner.jar", "lib/outer.zip", "lib/outer.zip!/deep.jar"]);
        scan.Packages[3].Files.Single().Path.ShouldBe("lib/outer.zip!/deep.jar!/META-INF/LICENSE");
    }

    [Fact]
    public void Folder_WithPackagesAndArchives_GroupsFilesByPackage()
    {
        FolderFile File(string path, byte[] bytes) => new(path, bytes.Length, () => new MemoryStream(bytes));
        var scan = PackageScan.Of("app",
            [
                File("LICENSE", Bytes(Isc)), File("node_modules/a/LICENSE", Bytes(Mit)), File("node_modules/a/package.json", Bytes("""{"name":"a","version":"1","license":"MIT"}""")),
                File("node_modules/a/sub/NOTICE", Bytes("Copyright 2020 Somebody")), File("lib/x.crate", Tgz(("x-1/Cargo.toml", "[package]\nname='x'\nversion='1.0.0'\nlicense='ISC'"), ("x-1/LICENSE", Isc))),
            ], LibrarySource.Library, null, TestContext.Current.CancellationToken);

        scan.Packages.Select(p => $"{p.Path} {p.Purl} {p.Found}").ShouldBe(["app  ISC", "node_modules/a pkg:npm/a@1 MIT", "lib/x.crate pkg:cargo/x@1.0.0 ISC"]);
        scan.Packages[1].Copyrights.ShouldBe(["Copyright (c) 2024 Jane Doe", "Copyright 2020 Somebody"]);
    }

    [Fact]
    public void AllFiles_SourceHeaders_AreFound()
    {
        var archive = Tgz(("package/package.json", """{"name":"a","version":"1","license":"MIT"}"""), ("package/a.js", "// SPDX-License-Identifier: GPL-3.0-only\n"), ("package/b.js", "// nothing"), ("package/c.png", "SPDX-License-Identifier: ISC"));

        Scan(archive, "a.tgz").Main.Found.ShouldBeNull();
        var package = Scan(archive, "a.tgz", new ScanOptions { AllFiles = true }).Main;

        package.Found!.ToString().ShouldBe("GPL-3.0-only");
        package.FilesRead.ShouldBe(3);
        package.Files.Single(f => f.Role == FileRole.Other).Path.ShouldBe("package/a.js");
    }

    [Fact]
    public void ManyFiles_KeepTheirOrder()
    {
        var names = Enumerable.Range(0, 1500).Select(i => $"f{i:D4}/LICENSE").ToList();

        var package = Good(Tar([.. names.Select(n => (n, $"SPDX-License-Identifier: {(n.EndsWith("7/LICENSE", StringComparison.Ordinal) ? "MIT" : "ISC")}"))]), "a.tar");

        package.Files.Select(f => f.Path).ShouldBe(names);
        package.FilesRead.ShouldBe(1500);
    }

    [Theory]
    [InlineData("LICENSE", FileRole.Licence)]
    [InlineData("a/LICENCE-MIT.md", FileRole.Licence)]
    [InlineData("a/COPYING.LESSER", FileRole.Licence)]
    [InlineData("main.js.LICENSE.txt", FileRole.Licence)]
    [InlineData("MIT-LICENSE", FileRole.Licence)]
    [InlineData("LICENSES/GPL-3.0-or-later.txt", FileRole.Licence)]
    [InlineData("ThirdPartyNotices.txt", FileRole.Notice)]
    [InlineData("META-INF/NOTICE", FileRole.Notice)]
    [InlineData("AUTHORS.md", FileRole.Authors)]
    [InlineData("src/license.js", FileRole.Other)]
    [InlineData("LicenseManager.java", FileRole.Other)]
    [InlineData("licensing-guide.md", FileRole.Other)]
    [InlineData("copyrighted.txt", FileRole.Other)]
    [InlineData("noticeable", FileRole.Other)]
    public void Role_OfAName_IsTold(string path, FileRole role) => LicenceFileNames.RoleOf(path).ShouldBe(role);
}
