using Headwater.Server.Features.Registries;
using Headwater.Server.Features.Registries.Protocols;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http.Outgoing;
using Microsoft.AspNetCore.Http;

namespace Headwater.Server.Tests.Features.Registries;

/// <summary>Each protocol against a server with documents in the layout that the registry's own specification gives them.</summary>
public sealed class ProtocolTests(ProtocolTests.Bench bench) : IClassFixture<ProtocolTests.Bench>
{
    [Fact]
    public async Task Npm_TellsDatesDeprecationAndItsOwnLatest()
    {
        bench.Server.Set("/@acme%2Flib", """
            {"_id":"@acme/lib","name":"@acme/lib","dist-tags":{"next":"3.0.0-rc.1","latest":"2.1.0"},"readme":"long, and of no interest",
             "versions":{"1.0.0":{"name":"@acme/lib","version":"1.0.0","deprecated":"has a hole, use 2","dist":{"shasum":"00"}},"2.1.0":{"version":"2.1.0","deprecated":""},"2.0.9":{"version":"2.0.9"},"3.0.0-rc.1":{"version":"3.0.0-rc.1"}},
             "time":{"created":"2019-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","1.0.0":"2019-01-02T03:04:05.678Z","2.0.9":"2025-06-01T00:00:00.000Z","2.1.0":"2024-05-06T00:00:00.000Z","3.0.0-rc.1":"2025-07-01T00:00:00.000Z"}}
            """);
        var facts = await bench.AskAsync("npm", "@acme", "lib", "1.0.0", "2.0.9", "1.5.0");
        (facts.Latest, facts.LatestAt, facts.LatestIsPreRelease, facts.Deprecated).ShouldBe(("2.1.0", Day(2024, 5, 6), false, null));
        facts.Versions[0].ShouldBe(new VersionFact(true, new DateTimeOffset(2019, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), Withdrawal.Deprecated, "has a hole, use 2"));
        facts.Versions[1].Withdrawn.ShouldBe(Withdrawal.None);
        facts.Versions[2].Listed.ShouldBeFalse("the registry does not have it");
    }

    [Fact]
    public async Task Npm_AllDeprecated_IsAPackageToLeave_AndUnpublished_IsNotThere()
    {
        bench.Server.Set("/left", """{"name":"left","dist-tags":{"latest":"1.3.0"},"versions":{"1.3.0":{"deprecated":"use String.prototype.padStart()"}},"time":{"1.3.0":"2018-01-01T00:00:00Z"}}""");
        (await bench.AskAsync("npm", null, "left", "1.3.0")).Deprecated.ShouldBe("use String.prototype.padStart()");
        bench.Server.Set("/gone", """{"name":"gone","time":{"created":"2016-01-01T00:00:00Z","unpublished":{"name":"x","time":"2016-03-22T00:00:00Z"}}}""");
        (await bench.AnswerAsync("npm", null, "gone", "1.0.0")).Facts.ShouldBeNull();
    }

    [Fact]
    public async Task PyPi_TellsTheFirstUploadAndWhatWasYanked()
    {
        bench.Server.Set("/pypi/sample/json", """
            {"info":{"name":"sample","version":"2.0"},"last_serial":7,"urls":[],"releases":{
              "1.0":[{"filename":"sample-1.0.tar.gz","upload_time_iso_8601":"2020-02-02T00:00:00.000000Z","yanked":true,"yanked_reason":"broken build"}],
              "1.10":[{"filename":"a.whl","upload_time_iso_8601":"2021-03-04T00:00:00.000000Z","yanked":false,"yanked_reason":null},{"filename":"a.tar.gz","upload_time_iso_8601":"2021-03-03T00:00:00.000000Z","yanked":true}],
              "1.9":[{"upload_time_iso_8601":"2020-05-05T00:00:00.000000Z","yanked":false}],"2.0rc1":[{"upload_time_iso_8601":"2026-01-01T00:00:00.000000Z","yanked":false}],
              "3.0":[{"upload_time_iso_8601":"2026-02-01T00:00:00.000000Z","yanked":true,"yanked_reason":""}],"4.0":[]}}
            """);
        var facts = await bench.AskAsync("pypi", null, "sample", "1.0.0", "1.9");
        (facts.Latest, facts.LatestAt).ShouldBe(("1.10", Day(2021, 3, 3)), "1.10 is above 1.9; a candidate, what was yanked whole and what has no files are not the latest");
        facts.Versions[0].ShouldBe(new VersionFact(true, Day(2020, 2, 2), Withdrawal.Withdrawn, "broken build"), "1.0.0 is 1.0");
        facts.Versions[1].PublishedAt.ShouldBe(Day(2020, 5, 5));
    }

    [Fact]
    public async Task Maven_TakesVersionsFromTheMetadata_AndDatesFromThePoms()
    {
        bench.Server.Set("/org/acme/tool/lib/maven-metadata.xml", """
            <?xml version="1.0" encoding="UTF-8"?>
            <metadata><groupId>org.acme.tool</groupId><artifactId>lib</artifactId><versioning><latest>3.0-beta-1</latest><release>1.9.1</release>
            <versions><version>20040616</version><version>1.9</version><version>2.0.RELEASE</version><version>2.10</version><version>2.9</version><version>3.0-beta-1</version><version>1.9.1</version></versions><lastUpdated>20260101000000</lastUpdated></versioning></metadata>
            """);
        bench.Server.Set("/org/acme/tool/lib/2.10/lib-2.10.pom", "<project/>", Day(2025, 4, 5));
        bench.Server.Set("/org/acme/tool/lib/1.9/lib-1.9.pom", "<project/>", Day(2015, 1, 1));
        var facts = await bench.AskAsync("maven", "org.acme.tool", "lib", "1.9", "1.2");
        (facts.Latest, facts.LatestAt).ShouldBe(("2.10", Day(2025, 4, 5)), "what was deployed last is a repair of an old line, and a date is not a higher version");
        facts.Versions[0].ShouldBe(new VersionFact(true, Day(2015, 1, 1), Withdrawal.None, null) { Licences = "[]" }, "it was looked at, and names no licence");
        facts.Versions[1].Listed.ShouldBeFalse();
        bench.Server.Asked();
        await bench.AnswerAsync("maven", "org.acme.tool", "lib", new UsedVersion(0, "1.9", Day(2015, 1, 1), false));
        bench.Server.Asked().Select(a => a.Path).ShouldBe(["/org/acme/tool/lib/maven-metadata.xml", "/org/acme/tool/lib/2.10/lib-2.10.pom"], "what is known of a used version is not asked again");
    }

    [Fact]
    public async Task NuGet_FollowsTheServiceIndex_AndReadsOnlyThePagesItNeeds()
    {
        bench.Server.Set("/index.json", """{"version":"3.0.0","resources":[{"@id":"$base/reg-old/","@type":"RegistrationsBaseUrl"},{"@id":"$base/reg/","@type":"RegistrationsBaseUrl/3.6.0"},{"@id":"$base/query","@type":"SearchQueryService"}]}""");
        bench.Server.Set("/reg/acme.lib/index.json", """
            {"@id":"$base/reg/acme.lib/index.json","count":3,"items":[{"@id":"$base/reg/acme.lib/page/1.json","lower":"1.0.0","upper":"1.9.0","count":2},{"@id":"$base/reg/acme.lib/page/2.json","lower":"2.0.0","upper":"2.9.0","count":1},
             {"@id":"$base/reg/acme.lib/index.json#page/3","lower":"3.0.0","upper":"4.0.0-beta","count":3,"items":[
               {"catalogEntry":{"id":"Acme.Lib","version":"3.0.0","published":"2023-01-01T00:00:00+00:00","listed":true}},{"catalogEntry":{"version":"3.1.0","published":"1900-01-01T00:00:00+00:00"}},{"catalogEntry":{"version":"4.0.0-beta","published":"2024-01-01T00:00:00+00:00","listed":true}}]}]}
            """);
        bench.Server.Set("/reg/acme.lib/page/1.json", """
            {"items":[{"catalogEntry":{"version":"1.0.0","published":"2020-01-01T00:00:00+00:00","listed":true,"deprecation":{"message":"No longer kept.","reasons":["Legacy"],"alternatePackage":{"id":"Acme.New","range":"*"}}}},{"catalogEntry":{"version":"1.9.0","published":"2020-02-01T00:00:00Z","listed":true}}]}
            """);
        bench.Server.Asked();
        var facts = await bench.AskAsync("nuget", null, "Acme.Lib", "1.0", "3.1.0");
        (facts.Latest, facts.LatestAt).ShouldBe(("3.0.0", Day(2023, 1, 1)));
        facts.Versions[0].ShouldBe(new VersionFact(true, Day(2020, 1, 1), Withdrawal.Deprecated, "No longer kept. Use Acme.New instead."));
        facts.Versions[1].ShouldBe(new VersionFact(true, null, Withdrawal.Unlisted, ""));
        bench.Server.Asked().Select(a => a.Path).ShouldBe(["/index.json", "/reg/acme.lib/index.json", "/reg/acme.lib/page/1.json"]);
    }

    [Fact]
    public async Task Cargo_ReadsTheLinesOfTheSparseIndex()
    {
        bench.Server.Set("/se/rd/serde", """
            {"name":"serde","vers":"1.0.0","deps":[],"cksum":"00","features":{},"yanked":false,"pubtime":"2017-04-20T15:26:44Z"}
            {"name":"serde","vers":"1.0.9","deps":[],"cksum":"00","features":{},"yanked":true}
            {"name":"serde","vers":"1.0.10","deps":[],"cksum":"00","features":{},"yanked":false,"pubtime":"2018-01-01T00:00:00Z"}

            """);
        bench.Server.Set("/3/a/abc", """{"name":"abc","vers":"0.1.0-alpha.1","yanked":false}""");
        var facts = await bench.AskAsync("cargo", null, "serde", "1.0.9", "1.0.0");
        (facts.Latest, facts.LatestAt).ShouldBe(("1.0.10", Day(2018, 1, 1)));
        facts.Versions[0].Withdrawn.ShouldBe(Withdrawal.Withdrawn);
        var early = await bench.AskAsync("cargo", null, "abc", "0.1.0-alpha.1");
        (early.Latest, early.LatestIsPreRelease).ShouldBe(("0.1.0-alpha.1", true), "a pre-release is the latest where nothing else exists");
    }

    [Fact]
    public async Task Go_EscapesCapitals_ReadsRetractionsAndDeprecation_AndKnowsCommits()
    {
        const string Module = "/github.com/!acme/lib/@v/";
        bench.Server.Set(Module + "list", "v1.0.0\nv1.2.0\nv1.3.0\nv1.4.0-rc.1\n");
        bench.Server.Set(Module + "v1.3.0.mod", """
            // Deprecated: use github.com/acme/lib2 instead.
            module github.com/Acme/lib

            go 1.22

            require github.com/other/thing v1.3.0 // indirect

            // Published by mistake.
            retract v1.3.0
            retract (
                [v1.0.0, v1.1.0] // Loses data.
            )
            """);
        bench.Server.Set(Module + "v1.2.0.info", """{"Version":"v1.2.0","Time":"2024-02-03T00:00:00Z"}""");
        bench.Server.Set(Module + "v1.0.0.info", """{"Version":"v1.0.0","Time":"2020-01-01T00:00:00Z"}""");
        bench.Server.Set(Module + "v0.0.0-20190101000000-abcdefabcdef.info", """{"Version":"v0.0.0-20190101000000-abcdefabcdef","Time":"2019-01-01T00:00:00Z"}""");
        var facts = await bench.AskAsync("golang", "github.com/Acme", "lib", "v1.0.0", "v0.0.0-20190101000000-abcdefabcdef", "v1.3.0");
        (facts.Latest, facts.LatestAt, facts.Deprecated).ShouldBe(("v1.2.0", Day(2024, 2, 3), "use github.com/acme/lib2 instead."));
        facts.Versions[0].ShouldBe(new VersionFact(true, Day(2020, 1, 1), Withdrawal.Withdrawn, "Loses data."));
        facts.Versions[1].ShouldBe(new VersionFact(true, Day(2019, 1, 1), Withdrawal.None, null));
        (facts.Versions[2].Withdrawn, facts.Versions[2].Reason).ShouldBe((Withdrawal.Withdrawn, "Published by mistake."));

        bench.Server.Set("/example.org/untagged/@v/list", "");
        bench.Server.Set("/example.org/untagged/@latest", """{"Version":"v0.0.0-20260101000000-abcdefabcdef","Time":"2026-01-01T00:00:00Z"}""");
        (await bench.AskAsync("golang", "example.org", "untagged", "v0.0.0-20190101000000-abcdefabcdef")).Latest.ShouldBe("v0.0.0-20260101000000-abcdefabcdef");
    }

    [Fact]
    public async Task Gems_TellDates_AndLackWhatWasYanked()
    {
        bench.Server.Set("/api/v1/versions/rails.json", """[{"number":"8.0.0.rc1","prerelease":true,"platform":"ruby","created_at":"2026-01-01T00:00:00.000Z"},{"number":"7.10.0","platform":"ruby","created_at":"2025-01-01T00:00:00.000Z"},{"number":"7.9.0","platform":"java","created_at":"2024-01-01T00:00:00.000Z"}]""");
        var facts = await bench.AskAsync("gem", null, "rails", "7.9.0", "7.8.0");
        (facts.Latest, facts.LatestAt).ShouldBe(("7.10.0", Day(2025, 1, 1)));
        (facts.Versions[0].PublishedAt, facts.Versions[1].Listed).ShouldBe((Day(2024, 1, 1), false));
    }

    [Fact]
    public async Task Composer_ReadsTheShortForm_InWhichAVersionSaysOnlyWhatDiffers()
    {
        bench.Server.Set("/p2/acme/lib.json", """
            {"minified":"composer/2.0","packages":{"acme/lib":[{"name":"acme/lib","version":"v2.0.0-RC1","time":"2026-01-01T00:00:00+00:00","abandoned":"acme/new","require":{"php":">=8"}},
              {"version":"v1.10.0","time":"2025-01-01T00:00:00+00:00"},{"version":"1.9.0"},{"version":"v1.0.0","time":"__unset","abandoned":"__unset"}]}}
            """);
        var facts = await bench.AskAsync("composer", "acme", "lib", "1.9.0", "v1.0.0");
        (facts.Latest, facts.LatestAt, facts.Deprecated).ShouldBe(("v1.10.0", Day(2025, 1, 1), "Use acme/new instead."));
        (facts.Versions[0].PublishedAt, facts.Versions[1].PublishedAt).ShouldBe((Day(2025, 1, 1), null));
    }

    [Fact]
    public async Task HexAndPub_TellWhatWasRetiredOrRetracted()
    {
        bench.Server.Set("/api/packages/plug", """{"name":"plug","releases":[{"version":"1.16.0","inserted_at":"2024-05-01T00:00:00.000000Z"},{"version":"1.15.0","inserted_at":"2023-10-01T00:00:00.000000Z"}],"retirements":{"1.15.0":{"reason":"security","message":"CVE"}}}""");
        var hex = await bench.AskAsync("hex", null, "plug", "1.15.0");
        (hex.Latest, hex.Versions[0].Withdrawn, hex.Versions[0].Reason).ShouldBe(("1.16.0", Withdrawal.Withdrawn, "security: CVE"));

        bench.Server.Set("/api/packages/shelf", """{"name":"shelf","isDiscontinued":true,"replacedBy":"rack","latest":{"version":"2.0.0"},"versions":[{"version":"1.0.0","published":"2020-01-01T00:00:00Z"},{"version":"2.0.0","published":"2021-01-01T00:00:00Z","retracted":true}]}""");
        var pub = await bench.AskAsync("pub", null, "shelf", "1.0.0");
        (pub.Latest, pub.Deprecated).ShouldBe(("1.0.0", "Use rack instead."));
    }

    [Fact]
    public async Task Answer_ThatTakesTooLong_IsGivenUp()
    {
        await using var slow = await RegistryServer.StartAsync();
        slow.Instead = async http =>
        {
            for (var i = 0; i < 200; i++)
            {
                await http.Response.WriteAsync(" ", http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                await Task.Delay(50, http.RequestAborted);
            }
        };
        var client = bench.NewClient(TimeSpan.FromSeconds(1));
        var work = new RegistryWork(1, "npm", "npm", slow.Address, null, [], [], null);
        (await Should.ThrowAsync<OutgoingException>(() => RegistryProtocol.For("npm")!.AskAsync(client, work, new PackageQuestion("npm", null, "x", [], null, null), TestContext.Current.CancellationToken)))
            .Message.ShouldContain("did not answer whole within 1 s");
    }

    [Theory]
    [InlineData("npm", "1.2.3-beta.1", true)]
    [InlineData("npm", "1.2.3+build-7", false)]
    [InlineData("pypi", "1.0.post1", false)]
    [InlineData("pypi", "1.0.dev3", true)]
    [InlineData("pypi", "1.0b2", true)]
    [InlineData("maven", "33.0-jre", false)]
    [InlineData("maven", "1.0-M2", true)]
    [InlineData("maven", "5.0.0.RELEASE", false)]
    [InlineData("maven", "6.0.0.CR1", true)]
    [InlineData("maven", "2.0-SNAPSHOT", true)]
    [InlineData("gem", "1.0.0.pre", true)]
    [InlineData("composer", "v1.0.0-p1", false)]
    [InlineData("composer", "1.0.x-dev", true)]
    [InlineData("nuget", "1.0.0-preview.1", true)]
    [InlineData("golang", "v2.0.0+incompatible", false)]
    public void PreRelease_IsToldByTheRulesOfTheType(string type, string version, bool expected) => Stability.IsPreRelease(type, version).ShouldBe(expected);

    [Theory]
    [InlineData("npm", "1.2.3", "2.0.0", VersionGap.Major)]
    [InlineData("npm", "1.2.3", "1.10.0", VersionGap.Minor)]
    [InlineData("npm", "1.2.3", "1.2.10", VersionGap.Patch)]
    [InlineData("npm", "1.10.0", "1.9.0", VersionGap.None)]
    [InlineData("maven", "1.0.0.Beta1", "1.0.0.Final", VersionGap.Patch)]
    [InlineData("golang", "v1.2.0", "v1.3.0", VersionGap.Minor)]
    [InlineData("pypi", "1.0", "1.0.0", VersionGap.None)]
    [InlineData("npm", "workspace:*", "1.0.0", null)]
    public void Gap_IsTheFirstNumberThatDiffers(string type, string used, string latest, object? expected) => Stability.Gap(type, used, latest).ShouldBe((VersionGap?)expected);

    [Theory]
    [InlineData("..", "x")]
    [InlineData(null, "..")]
    [InlineData("a\\b", "x")]
    public async Task Name_ThatWouldLeaveItsPlace_IsNotAskedAbout(string? group, string name)
    {
        bench.Server.Asked();
        await Should.ThrowAsync<InvalidDataException>(() => bench.AnswerAsync("golang", group, name, "v1.0.0"));
        bench.Server.Asked().ShouldBeEmpty();
    }

    private static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);

    public sealed class Bench : IAsyncLifetime
    {
        private readonly TestHost _host = new();

        public RegistryServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _host.Settings["Headwater:Outgoing:AllowPrivate"] = "true";
            Server = await RegistryServer.StartAsync();
            await _host.InitializeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _host.DisposeAsync();
            await Server.DisposeAsync();
        }

        internal RegistryClient NewClient(TimeSpan? within = null) => new(_host.Get<OutgoingClient>(), _host.Get<DataFolder>(), _host.Get<IdSource>(), within);

        internal async Task<PackageFacts> AskAsync(string type, string? group, string name, params string[] used) => (await AnswerAsync(type, group, name, used)).Facts.ShouldNotBeNull();

        internal Task<PackageAnswer> AnswerAsync(string type, string? group, string name, params string[] used) => AnswerAsync(type, group, name, [.. used.Select((v, i) => new UsedVersion(i, v, null, true))]);

        internal Task<PackageAnswer> AnswerAsync(string type, string? group, string name, params UsedVersion[] used) =>
            RegistryProtocol.For(type)!.AskAsync(NewClient(), new RegistryWork(1, type, type, Server.Address, null, [], [], null),
                new PackageQuestion(type, group, name, used, null, null), TestContext.Current.CancellationToken);
    }
}
