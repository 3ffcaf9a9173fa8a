using Headwater.Core.Licences.Curations;
using Shouldly;
using Xunit;

namespace Headwater.Core.Tests.Licences;

/// <summary>Curations of other tools, read and written.</summary>
public sealed class CurationFileTests
{
    private const string Ort = """
        - id: "Maven:org.hamcrest:hamcrest-core:1.3"
          curations:
            comment: "The license file in the repository says so."
            concluded_license: "BSD-3-Clause"
            vcs:
              url: "https://github.com/hamcrest/JavaHamcrest.git"
        - id: "NPM:@scope:thing:"
          curations:
            concluded_license: "Apache-2.0 OR MIT"
        - id: "PyPI::foolscap:[0.9,1.0)"
          curations:
            - concluded_license: MIT
            - declared_license_mapping:
                "MIT license": MIT
        - id: "Carthage::odd:1.0"
          curations:
            concluded_license: MIT
        - id: "NPM::only-comment:1.0"
          curations:
            comment: "nothing to say"
        """;

    private const string ClearlyDefined = """
        coordinates:
          name: lodash
          namespace: null
          provider: npmjs
          type: npm
        revisions:
          4.17.4:
            licensed:
              declared: MIT
          4.17.10:
            described:
              releaseDate: '2018-04-24'
            licensed:
              declared: MIT AND CC0-1.0
            files:
              - path: package/LICENSE
                license: MIT
        ---
        coordinates:
          type: maven
          provider: mavencentral
          namespace: org.slf4j
          name: slf4j-api
        revisions:
          "1.7": {licensed: {declared: MIT}}
        """;

    [Fact]
    public void Ort_IsRead_AndWhatIsNotTakenIsListed()
    {
        var read = CurationFile.Read(Ort);
        (read.Format, read.Error).ShouldBe((CurationFormat.Ort, null));
        read.Curations.Select(c => (c.Package, c.Version, c.Range, c.Licence)).ShouldBe(
        [
            ("pkg:maven/org.hamcrest/hamcrest-core", "1.3", null, "BSD-3-Clause"), ("pkg:npm/%40scope/thing", null, null, "Apache-2.0 OR MIT"), ("pkg:pypi/foolscap", null, "vers:pypi/>=0.9|<1.0", "MIT"),
        ]);
        read.Curations[0].Comment.ShouldBe("The license file in the repository says so.");
        read.Curations[0].Line.ShouldBe(3);
        read.Omitted.Select(o => $"{o.Line} {o.Subject}: {o.Why}").ShouldBe(
        [
            "6 Maven:org.hamcrest:hamcrest-core:1.3: vcs is about something else than the concluded licence.",
            "14 PyPI::foolscap:[0.9,1.0): declared_license_mapping is about something else than the concluded licence.",
            "17 Carthage::odd:1.0: The kind of package \"Carthage\" is not known here.",
            "20 NPM::only-comment:1.0: It concludes no licence.",
        ]);
    }

    [Fact]
    public void ClearlyDefined_IsRead_AndWhatIsNotTakenIsListed()
    {
        var read = CurationFile.Read(ClearlyDefined);
        (read.Format, read.Error).ShouldBe((CurationFormat.ClearlyDefined, null));
        read.Curations.Select(c => (c.Package, c.Version, c.Licence)).ShouldBe([("pkg:npm/lodash", "4.17.4", "MIT"), ("pkg:npm/lodash", "4.17.10", "MIT AND CC0-1.0"), ("pkg:maven/org.slf4j/slf4j-api", "1.7", "MIT")]);
        read.Omitted.Select(o => o.Why.Split(' ')[0]).ShouldBe(["described", "files"]);
    }

    [Theory]
    [InlineData(CurationFormat.Ort, Ort)]
    [InlineData(CurationFormat.ClearlyDefined, ClearlyDefined)]
    public void WhatIsWritten_IsReadAgain(CurationFormat format, string text)
    {
        var curations = CurationFile.Read(text).Curations;
        var written = CurationFile.Write(curations, format, out var omitted);
        omitted.ShouldBeEmpty();
        var again = CurationFile.Read(written);
        again.Format.ShouldBe(format);
        again.Omitted.ShouldBeEmpty();
        again.Curations.Select(c => c with { Line = 0 }).ShouldBe(curations.Select(c => c with { Line = 0 }));
        CurationFile.Write(again.Curations, format, out _).ShouldBe(written);
    }

    [Fact]
    public void Text_OfAnyKind_ComesBackAsItWas()
    {
        const string Comment = "a \"quoted\": thing\n- with lines # and signs \\ ünïcode 1.0";
        var it = new PackageCuration("pkg:maven/a/b:c", "1:2", null, "LicenseRef-x", Comment);
        CurationFile.Read(CurationFile.Write([it], CurationFormat.Ort, out _)).Curations.Single().ShouldBe(it with { Line = 4 });
    }

    [Fact]
    public void WhatAFormHasNoPlaceFor_IsListed()
    {
        PackageCuration[] all = [new("pkg:npm/a", null, null, "MIT", null), new("pkg:npm/b", null, "vers:npm/>=1.0.0|<2.0.0", "MIT", null), new("pkg:npm/c", "1.0.0", null, "MIT", null), new("pkg:oci/d", "1", null, "MIT", null)];
        CurationFile.Write(all, CurationFormat.ClearlyDefined, out var left);
        left.Select(o => o.Subject).ShouldBe(["pkg:npm/a", "pkg:npm/b", "pkg:oci/d"]);
        CurationFile.Write(all, CurationFormat.Ort, out left);
        left.Select(o => o.Subject).ShouldBe(["pkg:oci/d"]);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("just words", "neither")]
    [InlineData("a: [1, 2", "Line")]
    [InlineData("- &x {id: a}\n- *x", "aliases")]
    public void WhatIsNoFileOfCurations_IsRefusedWithTheReason(string text, string says) => CurationFile.Read(text).Error!.ShouldContain(says);

    [Fact]
    public void Nesting_HasABound() => CurationFile.Read(new string('[', 5000)).Error.ShouldNotBeNull();
}
