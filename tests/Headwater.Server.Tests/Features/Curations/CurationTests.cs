using Dapper;
using Headwater.Server.Features.Curations;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Features.Curations;

/// <summary>What people decide about licences, what it reaches, and when it does no longer.</summary>
public sealed class CurationTests(TestHost host) : IClassFixture<TestHost>
{
    private static string Bom(params (string Purl, string Licences)[] components) => LicenceTests.Bom(components);

    private Task<LicensedComponent> OfAsync(string purl) => LicenceTests.OfAsync(host, purl);

    private async Task UploadAsync(string project, params (string Purl, string Licences)[] components)
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, project, "1", Bom(components));
    }

    private async Task<CurationOutcome> DecideAsync(string purl, CurationWish wish) => await host.Get<CurationStore>().DecideAsync(Viewer.Everything, (await OfAsync(purl)).ComponentVersionId, wish, "lara", default);

    private static CurationWish Wish(string scope, string expression) => new(scope, expression, "text-read", "read it");

    [Fact]
    public async Task Decision_AboutAllVersions_HoldsForThoseToComeAndForEveryProject()
    {
        await UploadAsync("all a", ("pkg:npm/all@1.0.0", LicenceTests.Named("Quux rules")));
        var made = await DecideAsync("pkg:npm/all@1.0.0", Wish("component", "MIT"));
        (made.Refusal, made.Touched).ShouldBe((null, 1));
        await UploadAsync("all b", ("pkg:npm/all@2.0.0", LicenceTests.Named("Quux rules")));
        foreach (var version in new[] { "1.0.0", "2.0.0" })
        {
            var it = (await OfAsync($"pkg:npm/all@{version}")).Licence!;
            (it.Concluded, it.By, it.Curation, it.Declared).ShouldBe(("MIT", ConcludedBy.Curation, made.Uuid, null));
        }
    }

    [Fact]
    public async Task Nearest_Wins()
    {
        await UploadAsync("near", [.. new[] { "1.0.0", "1.5.0", "2.0.0", "3.0.0" }.Select(v => ($"pkg:npm/near@{v}", LicenceTests.Named("Near rules")))]);
        await DecideAsync("pkg:npm/near@1.0.0", Wish("declared", "Zlib"));
        await DecideAsync("pkg:npm/near@1.0.0", Wish("component", "MIT"));
        await DecideAsync("pkg:npm/near@1.5.0", Wish("range", "ISC") with { Range = ">=1.2 <3" });
        await DecideAsync("pkg:npm/near@2.0.0", Wish("version", "BSD-2-Clause"));
        (await ConcludedAsync("near", "1.0.0", "1.5.0", "2.0.0", "3.0.0")).ShouldBe(["MIT", "ISC", "BSD-2-Clause", "MIT"]);
    }

    [Fact]
    public async Task Text_Decided_IsDecidedWhereverItLies()
    {
        const string Text = "You may use this as you please on Tuesdays, says the author.";
        await UploadAsync("texts", ("pkg:npm/text-a@1.0.0", LicenceTests.Id("MIT", LicenceTests.Mit)), ("pkg:npm/text-b@1.0.0", "[{\"license\":{\"name\":\"Tuesday\",\"text\":{\"content\":\"" + Text + "\"}}}]"), ("pkg:npm/text-c@7.0.0", "[{\"license\":{\"name\":\"Tuesdays\",\"text\":{\"content\":\"" + Text + "\"}}}]"));
        var made = await DecideAsync("pkg:npm/text-b@1.0.0", Wish("text", "LicenseRef-tuesday"));
        made.Touched.ShouldBe(2);
        (await OfAsync("pkg:npm/text-b@1.0.0")).Licence!.Concluded.ShouldBe("LicenseRef-tuesday");
        (await OfAsync("pkg:npm/text-c@7.0.0")).Licence!.Concluded.ShouldBe("LicenseRef-tuesday");
        (await OfAsync("pkg:npm/text-a@1.0.0")).Licence!.By.ShouldBe(ConcludedBy.Agreement);
    }

    [Fact]
    public async Task Words_Decided_AreDecidedWhereverTheyAreDeclared()
    {
        await UploadAsync("words", ("pkg:npm/words-a@1.0.0", LicenceTests.Named("House words 9")), ("pkg:maven/org.example/words-b@1", LicenceTests.Named("House words 9")), ("pkg:npm/words-c@1.0.0", LicenceTests.Named("House words 10")));
        (await DecideAsync("pkg:npm/words-a@1.0.0", Wish("declared", "Apache-2.0"))).Touched.ShouldBe(2);
        (await OfAsync("pkg:maven/org.example/words-b@1")).Licence!.Concluded.ShouldBe("Apache-2.0");
        (await OfAsync("pkg:npm/words-c@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.Unreadable);
    }

    [Fact]
    public async Task Version_ThatSaysSomethingElse_IsNotCoveredAndTellsWhoDecides()
    {
        var person = await host.AddPersonAsync("alarm-lara");
        await host.GrantAsync(person, "approver-legal", 0);
        await UploadAsync("alarm", ("pkg:npm/alarm@1.0.0", LicenceTests.Id("MIT", LicenceTests.Isc)), ("pkg:npm/alarm@1.1.0", LicenceTests.Id("MIT", LicenceTests.Isc)));
        await DecideAsync("pkg:npm/alarm@1.0.0", Wish("component", "ISC"));
        (await OfAsync("pkg:npm/alarm@1.1.0")).Licence!.Concluded.ShouldBe("ISC");
        await UploadAsync("alarm", ("pkg:npm/alarm@2.0.0", LicenceTests.Id("BUSL-1.1")), ("pkg:npm/alarm@3.0.0", LicenceTests.Id("ISC")), ("pkg:npm/alarm@4.0.0", LicenceTests.Id("MIT", LicenceTests.Mit)));
        (await OfAsync("pkg:npm/alarm@2.0.0")).Licence!.Reason.ShouldBe(LicenceReason.Relicensed, "it is declared under another licence, and has no text");
        (await OfAsync("pkg:npm/alarm@3.0.0")).Licence!.Concluded.ShouldBe("ISC", "what it declares is what was decided");
        (await OfAsync("pkg:npm/alarm@4.0.0")).Licence!.Reason.ShouldBe(LicenceReason.Relicensed, "its text states another licence");
        var told = await host.Get<IDatabase>().ReadAsync(async c => (await c.QueryAsync<string>("SELECT args FROM notification WHERE person_id = @person AND kind = 'licence.changed'", new { person })).ToList());
        string.Join("; ", told).ShouldContain("alarm 2.0.0");
        string.Join("; ", told).ShouldContain("alarm 4.0.0");
        var count = told.Count;
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("INSERT INTO licence_work (cv_id) SELECT cv_id FROM component_licence WHERE reason = 6", transaction: t));
        await host.Get<QueueStore>().EnqueueAsync(EvaluateJob.Request);
        await host.IdleAsync();
        (await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<int>("SELECT COUNT(*) FROM notification WHERE person_id = @person AND kind = 'licence.changed'", new { person }))).ShouldBe(count, "it is told once");

        (await host.Get<CurationStore>().ConfirmAsync(Viewer.Everything, (await OfAsync("pkg:npm/alarm@2.0.0")).ComponentVersionId, "lara", default)).ShouldBeTrue();
        (await ConcludedAsync("alarm", "1.0.0", "1.1.0", "2.0.0", "3.0.0")).ShouldBe(["ISC", "ISC", "ISC", "ISC"], "a confirmation takes nothing away");
        (await OfAsync("pkg:npm/alarm@4.0.0")).Licence!.Reason.ShouldBe(LicenceReason.Relicensed, "nobody said that it holds for this too");
        (await host.Get<CurationStore>().ConfirmAsync(Viewer.Everything, (await OfAsync("pkg:npm/alarm@4.0.0")).ComponentVersionId, "lara", default)).ShouldBeTrue();
        await UploadAsync("alarm", ("pkg:npm/alarm@5.0.0", LicenceTests.Id("BUSL-1.1")), ("pkg:npm/alarm@6.0.0", LicenceTests.Id("BUSL-1.1", LicenceTests.Mit)));
        (await ConcludedAsync("alarm", "1.0.0", "1.1.0", "2.0.0", "3.0.0", "4.0.0", "5.0.0")).ShouldBe(["ISC", "ISC", "ISC", "ISC", "ISC", "ISC"], "it holds for whatever says the same as one of them");
        (await OfAsync("pkg:npm/alarm@6.0.0")).Licence!.Reason.ShouldBe(LicenceReason.Relicensed, "none of them said both");
        var decision = (await OfAsync("pkg:npm/alarm@1.0.0")).Licence!.Curation!.Value;
        (await host.Get<CurationListStore>().GetAsync(Viewer.Everything, decision, default))!.Confirmed.Select(c => (c.Version, c.Found)).ShouldBe([("2.0.0", null), ("4.0.0", "MIT")]);
    }

    [Fact]
    public async Task Version_DeclaredUnderAnotherLicence_IsNotCoveredThoughTheOldTextStillLiesInIt()
    {
        await UploadAsync("old text", ("pkg:npm/old-text@1.0.0", LicenceTests.Id("MIT", LicenceTests.Mit)));
        await DecideAsync("pkg:npm/old-text@1.0.0", Wish("component", "MIT"));
        await UploadAsync("old text", ("pkg:npm/old-text@2.0.0", LicenceTests.Id("BUSL-1.1", LicenceTests.Mit)), ("pkg:npm/old-text@3.0.0", LicenceTests.Named("The MIT License")), ("pkg:npm/old-text@4.0.0", "[]"));
        (await OfAsync("pkg:npm/old-text@2.0.0")).Licence!.Reason.ShouldBe(LicenceReason.Relicensed);
        (await OfAsync("pkg:npm/old-text@3.0.0")).Licence!.Concluded.ShouldBe("MIT", "the same licence in other words");
        await UploadAsync("old text", ("pkg:npm/old-isc@1.0.0", LicenceTests.Id("MIT", LicenceTests.Isc)));
        await DecideAsync("pkg:npm/old-isc@1.0.0", Wish("component", "ISC"));
        await UploadAsync("old text", ("pkg:npm/old-isc@2.0.0", LicenceTests.Id("ISC", LicenceTests.Mit)));
        (await OfAsync("pkg:npm/old-isc@2.0.0")).Licence!.Reason.ShouldBe(LicenceReason.Relicensed, "what is declared was decided, and what the text states was not");
    }

    [Fact]
    public async Task Upload_Again_LosesNoDecision()
    {
        await UploadAsync("again", ("pkg:npm/again@1.0.0", "[]"));
        await DecideAsync("pkg:npm/again@1.0.0", Wish("version", "Zlib"));
        await UploadAsync("again", ("pkg:npm/again@1.0.0", LicenceTests.Id("MIT")));
        (await OfAsync("pkg:npm/again@1.0.0")).Licence!.Concluded.ShouldBe("Zlib");
    }

    [Fact]
    public async Task Undo_LetsWhatWasReplacedHoldAgain_AndRestoreLetsItHoldOnceMore()
    {
        var store = host.Get<CurationStore>();
        await UploadAsync("undo", ("pkg:npm/undo@1.0.0", "[]"));
        var first = (await DecideAsync("pkg:npm/undo@1.0.0", Wish("version", "Zlib"))).Uuid!.Value;
        var second = (await DecideAsync("pkg:npm/undo@1.0.0", Wish("version", "MIT"))).Uuid!.Value;
        (await OfAsync("pkg:npm/undo@1.0.0")).Licence!.Concluded.ShouldBe("MIT");
        (await store.WithdrawAsync(second, true, "lara", default)).ShouldBeTrue();
        (await OfAsync("pkg:npm/undo@1.0.0")).Licence!.Curation.ShouldBe(first);
        (await store.WithdrawAsync(first, false, "lara", default)).ShouldBeTrue();
        (await store.WithdrawAsync(first, false, "lara", default)).ShouldBeFalse("it holds no longer");
        (await OfAsync("pkg:npm/undo@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.NoLicence);
        (await store.RestoreAsync(second, "lara", default)).ShouldBeTrue();
        (await OfAsync("pkg:npm/undo@1.0.0")).Licence!.Concluded.ShouldBe("MIT");
    }

    [Fact]
    public async Task Day_ThatHasPassed_EndsWhatWasValidUntilThen()
    {
        await UploadAsync("until", ("pkg:npm/until@1.0.0", LicenceTests.Named("Until rules")));
        var made = await DecideAsync("pkg:npm/until@1.0.0", Wish("component", "MIT") with { ValidUntil = DateOnly.FromDateTime(DateTime.UtcNow.AddDays(30)) });
        (await OfAsync("pkg:npm/until@1.0.0")).Licence!.Concluded.ShouldBe("MIT");
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE curation SET valid_until = 1 WHERE uuid = @Uuid", new { made.Uuid }, t));
        (await host.Get<CurationStore>().ExpireAsync(default)).ShouldBe(1);
        (await OfAsync("pkg:npm/until@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.Expired);
    }

    [Fact]
    public async Task Passage_ThatIsNoLicenceHere_ConcludesNothing()
    {
        var mixed = LicenceTests.Mit + "\n\n----\n\nThe tests were run against a copy of zlib.\nSPDX-License-Identifier: GPL-3.0-only\n";
        await UploadAsync("passage", ("pkg:npm/passage@1.0.0", LicenceTests.Id("MIT", mixed)));
        var it = await OfAsync("pkg:npm/passage@1.0.0");
        (it.Licence!.Reason, it.Licence.Found).ShouldBe((LicenceReason.Differs, "(GPL-3.0-only AND MIT)"));
        var text = it.Texts.Single();
        var match = (await host.Get<TextStore>().FactAsync(text.Sha256, default))!.Matches.Single(m => m.Expression == "GPL-3.0-only");
        var rules = host.Get<TextRuleStore>();
        var made = await rules.AddAsync(Viewer.Everything, it.ComponentVersionId, text.Sha256, match.Rule, match.StartLine, match.EndLine, false, "It is a line of a test.", "lara", default);
        made.Refusal.ShouldBeNull();
        it = await OfAsync("pkg:npm/passage@1.0.0");
        (it.Licence!.Concluded, it.Licence.Found).ShouldBe(("MIT", "MIT"));
        (await rules.EndAsync(made.Uuid!.Value, "lara", default)).ShouldBeTrue();
        (await OfAsync("pkg:npm/passage@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.Differs);
    }

    [Theory]
    [InlineData("version", "MTI", "text-read", "At character 1")]
    [InlineData("version", "", "text-read", "Type a licence expression")]
    [InlineData("version", "MIT", "because", "The reason is one of")]
    [InlineData("version", "MIT", "other", "Say in a few words")]
    [InlineData("sideways", "MIT", "text-read", "The scope is one of")]
    [InlineData("text", "MIT", "text-read", "Say which of its texts")]
    public async Task Wish_ThatIsNone_IsRefusedWithTheReason(string scope, string expression, string reason, string says)
    {
        await UploadAsync("refused", ("pkg:npm/refused@1.0.0", "[]"));
        var refused = await DecideAsync("pkg:npm/refused@1.0.0", new CurationWish(scope, expression, reason));
        refused.Uuid.ShouldBeNull();
        refused.Refusal!.ShouldContain(says);
    }

    private async Task<List<string?>> ConcludedAsync(string name, params string[] versions)
    {
        var found = new List<string?>();
        foreach (var version in versions) found.Add((await OfAsync($"pkg:npm/{name}@{version}")).Licence!.Concluded);
        return found;
    }
}
