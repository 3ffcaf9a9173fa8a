using Headwater.Server.Features.Registries;

namespace Headwater.Server.Tests.Features.Registries;

/// <summary>What each kind of registry says of the licence of a version, in the documents that are read anyway.</summary>
public sealed class LicenceProtocolTests(ProtocolTests.Bench bench) : IClassFixture<ProtocolTests.Bench>
{
    [Fact]
    public async Task Npm_SaysItOfEachVersion_AsATextAnObjectOrAList()
    {
        bench.Server.Set("/words", """
            {"name":"words","versions":{"1.0.0":{"licenses":[{"type":"MIT","url":"https://example.org/mit"},{"type":"GPL-2.0"}]},"1.1.0":{"license":{"type":"BSD","url":"https://example.org/bsd"}},"1.2.0":{"license":"(MIT OR Apache-2.0)"},
             "1.3.0":{"license":{"url":"https://example.org/only"}},"1.4.0":{"license":null},"1.5.0":{"license":["ISC"],"licenses":["Zlib"]},"1.6.0":{}},"time":{}}
            """);
        (await SaidAsync("npm", null, "words", "1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0", "1.6.0")).ShouldBe(["""["MIT","GPL-2.0"]""", """["BSD"]""", """["(MIT OR Apache-2.0)"]""", """["https://example.org/only"]""", null, """["ISC"]""", null]);
    }

    [Fact]
    public async Task PyPi_SaysItOfTheReleaseItDescribes_AndOfNoOther()
    {
        const string Files = "\"releases\":{\"1.0\":[{\"upload_time_iso_8601\":\"2020-01-01T00:00:00Z\"}],\"2.0\":[{\"upload_time_iso_8601\":\"2021-01-01T00:00:00Z\"}]}";
        bench.Server.Set("/pypi/newer/json", "{\"info\":{\"version\":\"2.0\",\"license_expression\":\"MIT OR Apache-2.0\",\"license\":\"see file\"}," + Files + "}");
        bench.Server.Set("/pypi/old/json", "{\"info\":{\"version\":\"2.0\",\"license\":\"UNKNOWN\",\"classifiers\":[\"Programming Language :: Python\",\"License :: OSI Approved\",\"License :: OSI Approved :: MIT License\"]}," + Files + "}");
        bench.Server.Set("/pypi/whole/json", "{" + Files + ",\"info\":{\"version\":\"2.0.0\",\"license\":\"" + string.Join("\\n", Enumerable.Repeat("Permission is hereby granted to whoever reads all of this", 60)) + "\"}}");
        (await SaidAsync("pypi", null, "newer", "1.0", "2.0")).ShouldBe([null, """["MIT OR Apache-2.0"]"""]);
        (await SaidAsync("pypi", null, "old", "2.0.0")).ShouldBe(["""["License :: OSI Approved :: MIT License"]"""], "the older field says nothing, so the classifiers do");
        (await SaidAsync("pypi", null, "whole", "2.0")).ShouldBe([null], "a whole text in the place of a name is no name");
    }

    [Fact]
    public async Task NuGet_SaysTheExpression_ElseTheAddress_AndNothingForAFileInThePackage()
    {
        bench.Server.Set("/index.json", """{"version":"3.0.0","resources":[{"@id":"$base/reg/","@type":"RegistrationsBaseUrl/3.6.0"}]}""");
        bench.Server.Set("/reg/acme.said/index.json", """
            {"count":1,"items":[{"@id":"$base/reg/acme.said/index.json#1","lower":"1.0.0","upper":"4.0.0","items":[
              {"catalogEntry":{"version":"1.0.0","licenseUrl":"https://example.org/licence","licenseExpression":""}},{"catalogEntry":{"version":"2.0.0","licenseExpression":"MIT","licenseUrl":"https://licences.example.org/MIT"}},
              {"catalogEntry":{"version":"3.0.0","licenseUrl":"https://aka.ms/deprecateLicenseUrl"}}]}]}
            """);
        (await SaidAsync("nuget", null, "Acme.Said", "1.0.0", "2.0.0", "3.0.0")).ShouldBe(["""["https://example.org/licence"]""", """["MIT"]""", null]);
    }

    [Fact]
    public async Task Gems_SayThemOfEachVersion()
    {
        bench.Server.Set("/api/v1/versions/said.json", """[{"number":"2.0.0","licenses":["MIT","Ruby"],"created_at":"2025-01-01T00:00:00Z"},{"number":"1.0.0","licenses":null}]""");
        (await SaidAsync("gem", null, "said", "2.0.0", "1.0.0")).ShouldBe(["""["MIT","Ruby"]""", null]);
    }

    [Fact]
    public async Task Composer_SaysSeveralAsAChoice_AndOnlyWhatDiffersFromTheVersionBefore()
    {
        bench.Server.Set("/p2/acme/said.json", """
            {"packages":{"acme/said":[{"version":"v3.0.0","license":["LGPL-2.1-only","GPL-3.0-or-later"]},{"version":"v2.0.0"},{"version":"v1.0.0","license":["MIT"]},{"version":"v0.9.0","license":"__unset"}]}}
            """);
        (await SaidAsync("composer", "acme", "said", "v3.0.0", "v2.0.0", "v1.0.0", "v0.9.0")).ShouldBe(["""["LGPL-2.1-only OR GPL-3.0-or-later"]""", """["LGPL-2.1-only OR GPL-3.0-or-later"]""", """["MIT"]""", null]);
    }

    [Fact]
    public async Task Hex_SaysItOfTheNewestReleaseOnly()
    {
        bench.Server.Set("/api/packages/said", """{"name":"said","meta":{"licenses":["Apache-2.0"]},"latest_version":"1.1.0","releases":[{"version":"1.1.0","inserted_at":"2024-05-01T00:00:00Z"},{"version":"1.0.0","inserted_at":"2023-05-01T00:00:00Z"}]}""");
        (await SaidAsync("hex", null, "said", "1.1.0", "1.0.0")).ShouldBe(["""["Apache-2.0"]""", null]);
    }

    [Fact]
    public async Task Maven_ReadsThemFromThePomThatTellsTheDate()
    {
        bench.Server.Set("/org/acme/said/maven-metadata.xml", "<metadata><versioning><versions><version>1.0</version><version>2.0</version><version>3.0</version></versions></versioning></metadata>");
        bench.Server.Set("/org/acme/said/1.0/said-1.0.pom", """
            <project xmlns="http://maven.apache.org/POM/4.0.0"><name>Not this</name><licenses><license><name>Apache License, Version 2.0</name><url>https://example.org/apache</url></license><license><url>https://example.org/other</url></license></licenses>
            <dependencies><dependency><licenses><license><name>nor this</name></license></licenses></dependency></dependencies></project>
            """, new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        bench.Server.Set("/org/acme/said/2.0/said-2.0.pom", "<project><licenses><license><name>MIT</licenses>");
        bench.Server.Set("/org/acme/said/3.0/said-3.0.pom", "<project><parent><groupId>org.acme</groupId></parent></project>");
        (await SaidAsync("maven", "org.acme", "said", "1.0", "2.0", "3.0")).ShouldBe(["""["Apache License, Version 2.0","https://example.org/other"]""", "[]", "[]"], "what is broken, and what a parent may say, is not asked for again");

        bench.Server.Asked();
        await bench.AnswerAsync("maven", "org.acme", "said", new UsedVersion(0, "1.0", new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), false) { WantsLicence = true });
        bench.Server.Asked().Select(a => a.Path).ShouldBe(["/org/acme/said/maven-metadata.xml", "/org/acme/said/3.0/said-3.0.pom", "/org/acme/said/1.0/said-1.0.pom"], "a version that is dated is looked at once more for its licence");
    }

    [Fact]
    public async Task Maven_PomWithoutALicence_TakesThatOfTheNearestParentWithOne()
    {
        Versions("org/acme", "heir", "1.0", "2.0", "3.0", "4.0");
        foreach (var (version, parent) in (ReadOnlySpan<(string, string)>)[("1.0", "org.acme:middle:1"), ("2.0", "org.acme:middle:1"), ("3.0", "org.acme:gone:1"), ("4.0", "org.acme:circle-a:1")]) Child("heir", version, parent);
        Child("middle", "1", "org.acme:top:1");
        bench.Server.Set("/org/acme/top/1/top-1.pom", "<project><parent><groupId>org.acme</groupId><artifactId>above</artifactId><version>1</version></parent><licenses><license><name>EPL-2.0</name></license></licenses></project>");
        Child("circle-a", "1", "org.acme:circle-b:1");
        Child("circle-b", "1", "org.acme:circle-a:1");
        bench.Server.Asked();
        (await SaidAsync("maven", "org.acme", "heir", "1.0", "2.0", "3.0", "4.0")).ShouldBe(["""["EPL-2.0"]""", """["EPL-2.0"]""", "[]", "[]"]);
        var asked = bench.Server.Asked().Select(a => a.Path).ToList();
        asked.ShouldBeUnique("a parent of several is asked for once");
        asked.ShouldNotContain("/org/acme/above/1/above-1.pom", "what names a licence needs nobody above it");
    }

    [Fact]
    public async Task Maven_ParentsWithoutEnd_AreFollowedSoFarOnly()
    {
        Versions("org/acme", "deep", "1.0");
        Child("deep", "1.0", "org.acme:p0:1");
        for (var n = 0; n < 12; n++) Child($"p{n}", "1", $"org.acme:p{n + 1}:1");
        bench.Server.Asked();
        (await SaidAsync("maven", "org.acme", "deep", "1.0")).ShouldBe(["[]"]);
        bench.Server.Asked().Count(a => a.Path.Contains("/p", StringComparison.Ordinal)).ShouldBe(8);
    }

    [Theory]
    [InlineData("org.acme:${name}:1")]
    [InlineData("org.acme:top:[1,2)")]
    [InlineData("org..acme:top:1")]
    [InlineData("org.acme:../top:1")]
    public async Task Maven_ParentThatNobodyCanAskFor_IsNotAskedFor(string parent)
    {
        Versions("org/acme", "odd", "1.0");
        Child("odd", "1.0", parent);
        bench.Server.Asked();
        (await SaidAsync("maven", "org.acme", "odd", "1.0")).ShouldBe(["[]"]);
        bench.Server.Asked().Select(a => a.Path).ShouldBe(["/org/acme/odd/maven-metadata.xml", "/org/acme/odd/1.0/odd-1.0.pom"]);
    }

    private void Versions(string folder, string name, params string[] versions) =>
        bench.Server.Set($"/{folder}/{name}/maven-metadata.xml", $"<metadata><versioning><versions>{string.Concat(versions.Select(v => $"<version>{v}</version>"))}</versions></versioning></metadata>");

    private void Child(string name, string version, string parent)
    {
        var at = parent.Split(':');
        bench.Server.Set($"/org/acme/{name}/{version}/{name}-{version}.pom", $"<project><parent><groupId>{at[0]}</groupId><artifactId>{at[1]}</artifactId><version>{at[2]}</version></parent></project>");
    }

    [Theory]
    [InlineData("cargo", "/se/rd/serde", """{"name":"serde","vers":"1.0.0","license":"MIT"}""", "serde")]
    [InlineData("pub", "/api/packages/serde", """{"name":"serde","versions":[{"version":"1.0.0","pubspec":{"name":"serde","license":"MIT"}}]}""", "serde")]
    public async Task Registry_WhoseDocumentsHaveNoPlaceForIt_SaysNothing(string type, string path, string document, string name)
    {
        bench.Server.Set(path, document);
        (await SaidAsync(type, null, name, "1.0.0")).ShouldBe([null]);
    }

    [Fact]
    public void Words_AreMadeFitToBeKept()
    {
        LicenceWords.Kept([" MIT\n ", "MIT", "NOASSERTION", "", null, "unknown", "a\u0000b"]).ShouldBe("""["MIT","a b"]""");
        LicenceWords.Kept([new string('x', 3000)]).ShouldBeNull();
        LicenceWords.Kept(Enumerable.Range(0, 100).Select(i => $"L{i}"))!.Split(',').Length.ShouldBe(32);
        LicenceWords.First("", null, "ISC", "MIT").ShouldBe("""["ISC"]""");
    }

    private async Task<List<string?>> SaidAsync(string type, string? group, string name, params string[] used)
    {
        var facts = await bench.AskAsync(type, group, name, used);
        return [.. used.Select((_, i) => facts.Versions[i].Licences)];
    }
}
