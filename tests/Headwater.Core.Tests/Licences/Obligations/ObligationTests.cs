using Headwater.Core.Licences;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Facts;
using Headwater.Core.Licences.Obligations;

namespace Headwater.Core.Tests.Licences.Obligations;

public sealed class ObligationTests
{
    private static LicenceLibrary Library => LibrarySource.Library;

    private static readonly UseContext s_binary = new(Reach.Distributed, false, Linkage.Static, Delivery.Binary);

    [Fact]
    public void Mit_InABinary_AsksForItsNotices_WithTheClauseBehindEach()
    {
        var list = One("MIT", s_binary);

        list.Obligations.Select(o => o.What).ShouldBe(["Provide Copyright notices", "Provide License text", "Provide Warranty disclaimer"]);
        var text = list.Obligations[1].Sources;
        text.ShouldContain(new ObligationSource("MIT", ObligationOrigin.Checklist, "YOU MUST Provide License text", 3, "Source code delivery OR Binary delivery"));
        text.ShouldContain(s => s.Origin == ObligationOrigin.Handbook && s.Clause == "Provide copy of license");
        list.IsComplete.ShouldBeTrue();
    }

    [Theory]
    [InlineData("0BSD")]
    [InlineData("Unlicense")]
    public void LicencesThatAskForNothing_OweNothing(string licence)
    {
        var list = One(licence, s_binary);
        list.Obligations.ShouldBeEmpty();
        list.IsComplete.ShouldBeTrue();
    }

    [Fact]
    public void And_MergesWhatBothAskFor_IntoOneDuty()
    {
        var list = One("MIT AND BSD-4-Clause AND GPL-2.0-only", s_binary);

        list.Licences.ShouldBe(["MIT", "BSD-4-Clause", "GPL-2.0-only"]);
        var texts = list.Obligations.Where(o => o.What == "Provide License text").ToList();
        texts.Count.ShouldBe(1);
        texts[0].Sources.Select(s => s.Licence).Distinct().ShouldBe(["MIT", "GPL-2.0-only", "BSD-4-Clause"], ignoreOrder: true);
        texts[0].Attributes.ShouldBe(["In Documentation OR Distribution material"]);
        texts[0].Sources.ShouldContain(s => s.Licence == "BSD-4-Clause" && s.Clause == "YOU MUST Provide License text In Documentation OR Distribution material");
        list.Obligations.ShouldContain(o => o.What.StartsWith("Credit In Advertisement") && o.Conditions.Contains("if Advertisement"));
        list.Obligations.Select(o => (o.Verb, o.What, string.Join('|', o.Conditions), o.Ways.Count)).ShouldBeUnique();
    }

    [Fact]
    public void Gpl_InABinary_LeavesTheWayToGiveSourceCode_WithAllItsAttributes()
    {
        var list = One("GPL-2.0-only", s_binary);

        var choice = list.Obligations.Where(o => o.Verb == ObligationVerb.Choose).ShouldHaveSingleItem();
        choice.Ways.Select(w => w.Obligations.Single().What).ShouldBe(["Provide Source code", "Provide Written offer"]);
        choice.Ways[0].Obligations[0].Attributes.ShouldContain("if Binary delivery Via Internet: Source code delivery Via Internet (On same server, Equivalent)");
        choice.Ways[1].Obligations[0].Attributes.ShouldContain("Delayed source code delivery (Machine-readable, Customary medium, Including Tool chain information, Including Installation scripts)");
        choice.Sources.ShouldContain(s => s.Origin == ObligationOrigin.Handbook);
        choice.Sources.ShouldContain(s => s.Clause == "YOU MUST Provide Written offer (Written offer)" && s.Line > 0);
        list.Obligations.ShouldNotContain(o => o.What == "Provide Modification notice");
        list.Obligations.ShouldContain(o => o.Verb == ObligationVerb.MustNot && o.What == "Restrict Granted rights");
    }

    [Fact]
    public void Modification_WhenItWasNotSaid_StandsAsACondition()
    {
        One("GPL-2.0-only", s_binary with { IsModified = true }).Obligations.ShouldContain(o => o.What == "Provide Modification notice" && o.Conditions.Count == 0);
        var open = One("GPL-2.0-only", s_binary with { IsModified = null });
        open.Obligations.ShouldContain(o => o.What == "Provide Modification notice" && o.Conditions.Contains("if Software modification"));
        open.Remarks.ShouldContain(r => r.Text.StartsWith("Whether it is modified was not said"));
    }

    [Theory]
    [InlineData(Reach.Internal)]
    [InlineData(Reach.Network)]
    public void WithoutACopyForOthers_DutiesOfDeliveryDoNotArise(Reach reach)
    {
        var list = One("GPL-3.0-only AND MIT", new UseContext(reach, true, Linkage.Static));
        list.Obligations.ShouldBeEmpty();
        list.Remarks.ShouldContain(r => r.Text.Contains("duties of delivery do not arise"));
    }

    [Fact]
    public void Agpl_OverANetwork_AsksForSourceCode_WhenModified()
    {
        One("AGPL-3.0-only", new UseContext(Reach.Network, true)).Obligations.ShouldHaveSingleItem().Sources.ShouldAllBe(s => s.Applies == "Network service" && s.Line > 0);
        One("AGPL-3.0-only", new UseContext(Reach.Network, false)).Obligations.ShouldBeEmpty();
        var later = One("AGPL-3.0-or-later", new UseContext(Reach.Network, true));
        later.Obligations.Single().What.ShouldBe("Provide Source code");
        later.Remarks.ShouldContain(r => r.Text.Contains("checklist for AGPL-3.0-only"));
    }

    [Theory]
    [InlineData("SSPL-1.0", "section 13", true)]
    [InlineData("RPL-1.5", "section 6.1", true)]
    [InlineData("OSL-3.0", "section 5", true)]
    [InlineData("EUPL-1.2", "section 1", true)]
    [InlineData("AGPL-3.0-only", "section 13", false)]
    public void NetworkClause_OverANetwork_IsNamed_AndNobodySaysThatNothingArises(string licence, string clause, bool isGap)
    {
        var list = One(licence, new UseContext(Reach.Network, true));

        list.Obligations.ShouldNotBeEmpty();
        list.Remarks.ShouldNotContain(r => r.Text.Contains("do not arise", StringComparison.Ordinal));
        list.Remarks.ShouldContain(r => r.IsGap == isGap && r.Text.Contains("use over a network has duties", StringComparison.Ordinal) && r.Text.Contains(clause, StringComparison.Ordinal));
    }

    [Fact]
    public void NetworkClauses_AreOfLicencesWhoseTextsHaveSuch()
    {
        foreach (var id in NetworkClauses.Licences)
        {
            var text = (Library.Find(id) ?? Library.Find(id + "-only")).ShouldNotBeNull(id).Text.ShouldNotBeNull(id);
            text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            new[] { "as a Service", "network", "Externally Deploy", "External Deployment", "essential functionalit" }.ShouldContain(w => text.Contains(w, StringComparison.OrdinalIgnoreCase), id);
        }
    }

    [Fact]
    public void Lgpl3_Linked_AsksForWhatTheLinkageNeeds()
    {
        var dynamically = All(One("LGPL-3.0-only", s_binary with { Linkage = Linkage.Dynamic })).Select(o => o.What).ToList();
        dynamically.ShouldContain("Use Shared library");
        dynamically.ShouldNotContain("Provide Linkable work");
        var statically = All(One("LGPL-3.0-only", s_binary)).Select(o => o.What).ToList();
        statically.ShouldContain("Permit Relinking With Modified library");
        statically.ShouldNotContain("Use Shared library");
        var separately = All(One("LGPL-3.0-only", s_binary with { Linkage = Linkage.Separate }));
        separately.ShouldNotContain(o => o.What.Contains("Relinking"));
        separately.ShouldContain(o => o.What == "Provide Source code");
    }

    [Fact]
    public void Or_GivesOneListForEachChoice()
    {
        var lists = Library.Obligations.For(Read("(MIT OR GPL-2.0-only) AND Apache-2.0"), s_binary).ShouldNotBeNull();
        lists.Select(l => string.Join('+', l.Licences)).ShouldBe(["MIT+Apache-2.0", "GPL-2.0-only+Apache-2.0"]);
        Library.Obligations.For(Read(string.Join(" AND ", Enumerable.Range(0, 10).Select(i => $"(LicenseRef-a{i} OR LicenseRef-b{i})"))), s_binary).ShouldBeNull();
    }

    [Fact]
    public void WithoutAChecklist_TheCategoryAnswers_AndSaysSo()
    {
        var list = One("CERN-OHL-S-2.0", s_binary with { IsModified = true });

        list.Obligations.ShouldContain(o => o.What == "Provide Source code");
        list.Obligations.ShouldContain(o => o.What == "Grant License" && o.Sources.All(s => s.Origin == ObligationOrigin.Classification));
        list.Remarks.ShouldContain(r => r.IsGap && r.Text.StartsWith("There is no checklist for CERN-OHL-S-2.0"));
        list.IsComplete.ShouldBeFalse();
    }

    [Fact]
    public void LimitsOfUse_HoldInternallyToo()
    {
        One("CC-BY-NC-4.0", new UseContext(Reach.Internal)).Obligations.ShouldContain(o => o.Verb == ObligationVerb.MustNot && o.What == "Use commercially");
        One("LicenseRef-scancode-commercial-license", new UseContext(Reach.Internal)).Obligations.ShouldContain(o => o.What == "Have its terms read before it is used");
    }

    [Fact]
    public void WhatIsNotKnown_IsToldApartFromWhatIsNotOwed()
    {
        One("LicenseRef-nobody-knows", s_binary).Remarks.ShouldContain(r => r.IsGap && r.Text.Contains("LicenseRef-nobody-knows"));
        One("ESA-PL-strong-copyleft-2.4", s_binary).Remarks.ShouldContain(r => r.IsGap && r.Text.Contains("has to be read"));
        One("GPL-2.0-only WITH u-boot-exception-2.0", s_binary).Remarks.ShouldContain(r => r.IsGap && r.Text.Contains("u-boot-exception-2.0"));
    }

    [Fact]
    public void DeprecatedIdentifiers_AreTakenForWhatTheyAreToday() => One("GPL-2.0", s_binary).Licences.ShouldBe(["GPL-2.0-only"]);

    [Fact]
    public void OwnLicences_ComeBeforeTheLibrary()
    {
        var own = new LicenceFacts { Id = "LicenseRef-ours", Name = "Ours", Category = LicenceCategory.Permissive, CategorySource = LicenceSource.Own, Flags = [new LicenceFlagFact(LicenceFlag.NoticeFile, LicenceSource.Own)], AreFlagsComplete = true };
        var list = Library.Obligations.For(Read("LicenseRef-ours"), s_binary, id => id == own.Id ? own : null)!.Single();
        list.Obligations.Select(o => o.What).ShouldBe(["Provide License text", "Provide Copyright notices"]);
    }

    [Fact]
    public void EveryLicence_InEveryContext_IsAnswered()
    {
        UseContext[] contexts = [new(), new(Reach.Internal), new(Reach.Network, true), new(Reach.Distributed), new(Reach.Distributed, true, Linkage.Dynamic, Delivery.Source), new(Reach.Distributed, false, Linkage.Separate, Delivery.Binary)];
        foreach (var licence in Library.Obligations.Checklists.Concat(Library.Handbook!.Licences).Concat(Library.All.Where((f, i) => f.Kind == LicenceKind.Licence && i % 20 == 0).Select(f => f.Id)).Distinct())
        {
            foreach (var context in contexts)
            {
                var list = Library.Obligations.For(new LicenceTerm(licence), context)!.Single();
                All(list).ShouldAllBe(o => o.Verb == ObligationVerb.Choose ? o.Ways.Count > 1 : o.What.Length > 0, licence);
                list.Obligations.ShouldAllBe(o => o.Sources.Count > 0, licence);
            }
        }
    }

    private static LicenceExpression Read(string expression) => Library.Expressions.Parse(expression, ExpressionMode.Strict30).Expression!;

    private static ObligationList One(string expression, UseContext use) => Library.Obligations.For(Read(expression), use)!.Single();

    private static List<Obligation> All(ObligationList list) => [.. list.Obligations.SelectMany(Below)];

    private static IEnumerable<Obligation> Below(Obligation obligation) => obligation.Ways.SelectMany(w => w.Obligations).SelectMany(Below).Prepend(obligation);
}
