using Headwater.Core.Licences.Notices;
using static Headwater.Core.Tests.Licences.Notices.NoticeSource;

namespace Headwater.Core.Tests.Licences.Notices;

public sealed class NoticeBuilderTests
{
    [Fact]
    public void OwnText_IsGivenWithItsCopyright_AndNothingIsMissing()
    {
        var notice = Build(Component("a", "MIT", Mit));

        notice.Gaps.ShouldBeEmpty();
        var entry = notice.Entries.ShouldHaveSingleItem();
        (entry.Licence, entry.Origin, entry.Duty).ShouldBe(("MIT", NoticeOrigin.Declared, SourceDuty.None));
        entry.Copyrights.ShouldBe(["Copyright (c) 2019 Jane Doe"]);
        notice.Texts.ShouldHaveSingleItem().Text.ShouldBe(NoticeTextTablePlain(Mit));
        Text(notice).ShouldContain(NoticeTextTablePlain(Mit));
    }

    [Fact]
    public void Texts_EqualButForLineEnds_ArePrintedOnce_AndAnyOtherDifferenceIsKept()
    {
        var notice = Build(Component("a", "MIT", "One\r\nTwo\r\n"), Component("b", "MIT", "One\nTwo\n"), Component("c", "MIT", "One\nTwo"), Component("d", "MIT", "One\nTwo \n"));

        notice.Texts.Select(t => (t.Text, string.Join(' ', t.Components))).ShouldBe([("One\nTwo\n", "1 2"), ("One\nTwo", "3"), ("One\nTwo \n", "4")]);
    }

    [Fact]
    public void Text_NotAtHand_IsTheStandardOneAndSaysSo()
    {
        var component = Component("a", "MIT");
        component.LicenceAddress = "https://example.org/LICENSE";

        var notice = Build(component);

        notice.Gaps.Select(g => g.Kind).ShouldBe([NoticeGapKind.StandardText, NoticeGapKind.NoCopyright]);
        notice.Gaps[0].Detail.ShouldContain("https://example.org/LICENSE");
        notice.Entries[0].Texts.ShouldHaveSingleItem().IsStandard.ShouldBeTrue();
        Text(notice).ShouldContain("Text 1 (MIT, standard text)");
    }

    [Fact]
    public void Text_ThatOnlyPointsToALongLicence_IsNotTakenForIt()
    {
        var notice = Build(Component("a", "Apache-2.0", "Copyright 2020 A. Licensed under the Apache License, Version 2.0; you may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0"));

        notice.Gaps.ShouldHaveSingleItem().Kind.ShouldBe(NoticeGapKind.ShortText);
        notice.Entries[0].Texts.Select(t => t.IsStandard).ShouldBe([false, true]);
    }

    private const string Own = """
        Copyright 2020 Keeper

        Whoever keeps bees may run this program from Monday to Friday, and give it to other keepers of bees, if the third jar of every harvest is sent to its author.
        """;

    private static readonly string s_mit = LibrarySource.Library.Find("MIT")!.Text!.Replace("<year> <copyright holders>", "2019 Jane Doe", StringComparison.Ordinal);

    [Fact]
    public void Text_ThatStatesWhatIsNotDeclared_IsAGap()
    {
        var other = s_mit + "\n\nSPDX-License-Identifier: GPL-2.0-only\n";

        var gap = Build(Component("a", "MIT", other)).Gaps.ShouldHaveSingleItem();

        gap.Kind.ShouldBe(NoticeGapKind.TextDiffers);
        gap.Detail.ShouldBe("Its own texts state (GPL-2.0-only AND MIT), and what is declared is MIT.");
        Build(Component("a", "MIT", s_mit, LibrarySource.Library.Find("ISC")!.Text!)).Gaps.ShouldContain(g => g.Kind == NoticeGapKind.TextDiffers);
        Build(Component("a", "MIT", s_mit), Component("b", "MIT OR Apache-2.0", s_mit), Component("c", "GPL-2.0-only AND MIT", other)).Gaps.ShouldNotContain(g => g.Kind == NoticeGapKind.TextDiffers);
    }

    [Fact]
    public void Text_WithARestrictionInIt_IsAGap()
    {
        var restricted = s_mit.Replace("without restriction,", "for non-commercial purposes only,", StringComparison.Ordinal);
        restricted.ShouldNotBe(s_mit);

        var gap = Build(Component("a", "MIT", restricted)).Gaps.ShouldHaveSingleItem();

        gap.Kind.ShouldBe(NoticeGapKind.TextUnknown);
        gap.Detail.ShouldContain("may take back what it gives");
    }

    [Fact]
    public void Text_ThatStatesNothingKnown_IsAGap_UnlessItIsThatOfAnOwnLicence()
    {
        Build(Component("a", "MIT", Own)).Gaps.ShouldHaveSingleItem().Kind.ShouldBe(NoticeGapKind.TextUnknown);
        Build(Component("a", "MIT", Own, s_mit)).Gaps.ShouldBeEmpty();
        Build(Component("a", "LicenseRef-bees", Own)).Gaps.ShouldNotContain(g => g.Kind == NoticeGapKind.TextUnknown);
    }

    [Theory]
    [InlineData("GPL-2.0-only")]
    [InlineData("GPL-3.0-or-later")]
    [InlineData("LGPL-2.1-only")]
    [InlineData("Apache-2.0")]
    [InlineData("BSD-3-Clause")]
    [InlineData("Classpath-exception-2.0")]
    public void Text_OfTheLicenceItself_IsNoGap(string id)
    {
        var licence = id == "Classpath-exception-2.0" ? "GPL-2.0-only WITH Classpath-exception-2.0" : id;

        Build(Component("a", licence, "Something else comes first.\n\n" + LibrarySource.Library.Find(id)!.Text!)).Gaps.ShouldNotContain(g => g.Kind == NoticeGapKind.TextDiffers || g.Kind == NoticeGapKind.TextUnknown);
    }

    [Fact]
    public void Texts_OfWhatAPersonDecided_RaiseNothing()
    {
        var (differs, unknown) = (Component("a", "MIT", LibrarySource.Library.Find("ISC")!.Text!), Component("b", "MIT", Own));
        (differs.IsDecided, unknown.IsDecided) = (true, true);

        Build(differs, unknown).Gaps.ShouldNotContain(g => g.Kind == NoticeGapKind.TextDiffers || g.Kind == NoticeGapKind.TextUnknown);
    }

    [Fact]
    public void Exception_StandsBehindItsLicence()
    {
        var notice = Build(Component("a", "GPL-2.0-only WITH Classpath-exception-2.0"));

        notice.Texts.Select(t => t.Name).ShouldBe(["GPL-2.0-only", "Classpath-exception-2.0"]);
        notice.Offer!.Components.ShouldBe([1]);
    }

    [Fact]
    public void Choice_NotMade_TellsAllAlternativesWithTheirTexts()
    {
        var notice = Build(Component("a", "MIT OR Apache-2.0"));

        var entry = notice.Entries[0];
        (entry.Chosen, string.Join('|', entry.Alternatives)).ShouldBe((null, "MIT|Apache-2.0"));
        entry.Texts.Count.ShouldBe(2);
        entry.Remarks.ShouldContain(r => r.Contains("none was chosen", StringComparison.Ordinal));
    }

    [Fact]
    public void Choice_ByAPerson_IsShownWithReasonAndLeavesOtherTextsOut()
    {
        var component = Component("a", "GPL-2.0-only OR MIT");
        component.Texts.Add(new NoticeText("COPYING", "the GPL", ["GPL-2.0-only"]));
        component.Texts.Add(new NoticeText("LICENSE-MIT", Mit, ["MIT"]));
        component.Choice = new NoticeChoice("mit", "policy 7", "Ada");

        var notice = Build(component);

        (notice.Entries[0].Chosen, notice.Entries[0].ChoiceReason).ShouldBe(("MIT", "policy 7 (chosen by Ada)"));
        notice.Texts.ShouldHaveSingleItem().Name.ShouldBe("LICENSE-MIT");
        notice.Offer.ShouldBeNull();
        notice.Gaps.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("(MIT OR GPL-2.0-only) AND BSD-3-Clause", "MIT", "MIT AND BSD-3-Clause")]
    [InlineData("(MIT OR GPL-2.0-only) AND BSD-3-Clause", "BSD-3-Clause AND MIT", "MIT AND BSD-3-Clause")]
    [InlineData("(MIT OR GPL-2.0-only) AND (ISC OR Zlib) AND BSD-3-Clause", "MIT AND Zlib", "MIT AND Zlib AND BSD-3-Clause")]
    [InlineData("(MIT OR GPL-2.0-only) AND (ISC OR Zlib)", "MIT", null)]
    [InlineData("MIT OR (BSD-3-Clause AND Zlib)", "Zlib", null)]
    [InlineData("(MIT OR GPL-2.0-only) AND BSD-3-Clause", "BSD-3-Clause", null)]
    public void Choice_OfAnAlternativeWithin_IsEnough_WhereItLeavesNoneOpen(string expression, string choice, string? chosen)
    {
        var component = Component("a", expression);
        component.Choice = new NoticeChoice(choice, null, null);

        var notice = Build(component);

        notice.Entries[0].Chosen.ShouldBe(chosen);
        notice.Gaps.Any(g => g.Kind == NoticeGapKind.ChoiceNotOffered).ShouldBe(chosen is null);
    }

    [Theory]
    [InlineData("(MIT OR GPL-2.0-only) AND BSD-3-Clause", "MIT", "MIT AND BSD-3-Clause")]
    [InlineData("(MIT OR GPL-2.0-only) AND (ISC OR Zlib) AND BSD-3-Clause", "MIT,Zlib", "MIT AND Zlib AND BSD-3-Clause")]
    [InlineData("(MIT OR GPL-2.0-only) AND (ISC OR Zlib)", "MIT", null)]
    [InlineData("(MIT OR GPL-2.0-only) AND BSD-3-Clause", "BSD-3-Clause", null)]
    public void Preference_NeedsNotNameWhatHoldsAnyway(string expression, string preferences, string? chosen)
    {
        var input = Input(Component("a", expression)) with { Preferences = preferences.Split(',') };

        NoticeBuilder.Build(input, Knowledge, TestContext.Current.CancellationToken).Entries[0].Chosen.ShouldBe(chosen);
    }

    [Fact]
    public void Unlicensed_HasNoText_ForAPlaceholderIsNone()
    {
        var notice = Build(Component("a", "UNLICENSED"));

        notice.Texts.ShouldBeEmpty();
        notice.Gaps.ShouldContain(g => g.Kind == NoticeGapKind.NoText);
    }

    [Fact]
    public void Choice_OfWhatIsNotOnOffer_IsAGap()
    {
        var component = Component("a", "GPL-2.0-only OR MIT");
        component.Choice = new NoticeChoice("BSD-3-Clause", null, null);

        Build(component).Gaps.ShouldContain(g => g.Kind == NoticeGapKind.ChoiceNotOffered);
    }

    [Theory]
    [InlineData("Apache-2.0,MIT", "Apache-2.0")]
    [InlineData("MIT,Apache-2.0", "MIT")]
    [InlineData("ISC", null)]
    // An alternative counts when each of its licences is preferred.
    [InlineData("BSD-3-Clause,Apache-2.0", "Apache-2.0")]
    public void Choice_ByPreference_IsTheBestOfWhatIsOnOffer(string preferences, string? chosen)
    {
        var input = Input(Component("a", "MIT OR Apache-2.0 OR (BSD-3-Clause AND Zlib)")) with { Preferences = preferences.Split(',') };

        NoticeBuilder.Build(input, Knowledge, TestContext.Current.CancellationToken).Entries[0].Chosen.ShouldBe(chosen);
    }

    [Fact]
    public void Licences_SideBySide_HoldTogetherAndAreFlagged_AndOneUnreadableDoesNotHideTheOthers()
    {
        var component = Component("a", null);
        component.Statements.Add(NoticeStatement.Of(NoticeOrigin.Declared, ["EPL-1.0", "Some Licence Of Ours"]));

        var notice = Build(component);

        notice.Gaps.Select(g => g.Kind).ShouldBe([NoticeGapKind.Unreadable, NoticeGapKind.OperatorUnknown, NoticeGapKind.StandardText, NoticeGapKind.NoCopyright]);
        notice.Texts.ShouldHaveSingleItem().Name.ShouldBe("EPL-1.0");
    }

    [Fact]
    public void Concluded_GoesBeforeDeclared_AndWhatNobodyKnowsBehind()
    {
        var component = Component("a", "MIT", Mit);
        component.Statements.Add(new NoticeStatement(NoticeOrigin.Concluded, "Apache-2.0"));
        var unknown = Component("b", "MIT", Mit);
        unknown.Statements.Add(new NoticeStatement(NoticeOrigin.Concluded, "NOASSERTION"));

        Build(component, unknown).Entries.Select(e => (e.Licence, e.Origin)).ShouldBe([("Apache-2.0", NoticeOrigin.Concluded), ("MIT", NoticeOrigin.Declared)]);
    }

    [Theory]
    [InlineData(null, NoticeGapKind.NoLicence)]
    [InlineData("NONE", NoticeGapKind.NoLicence)]
    [InlineData("NOASSERTION", NoticeGapKind.NoAssertion)]
    [InlineData("ask our lawyers", NoticeGapKind.Unreadable)]
    [InlineData("LicenseRef-nobody-knows", NoticeGapKind.NoText)]
    public void WhatIsMissing_IsListed(string? licence, NoticeGapKind kind)
    {
        var notice = Build(Component("a", licence));

        notice.Gaps.Select(g => g.Kind).ShouldBe([kind, NoticeGapKind.NoCopyright]);
        notice.Entries.ShouldHaveSingleItem();
        Text(notice).ShouldContain("This notice is not complete: 2 open items.");
    }

    [Fact]
    public void Dedication_NeedsNoCopyright() => Build(Component("a", "CC0-1.0", "the text\nand more " + new string('x', 3000))).Gaps.ShouldBeEmpty();

    [Fact]
    public void CopyrightOfTheLicenceItself_IsNotTheComponents()
    {
        var gpl = LibrarySource.Library.Find("GPL-3.0-only")!.Text!;

        Build(Component("a", "GPL-3.0-only", gpl)).Gaps.ShouldHaveSingleItem().Kind.ShouldBe(NoticeGapKind.NoCopyright);
    }

    [Fact]
    public void NoticeFile_IsGivenVerbatimAndApart()
    {
        var component = Component("a", "MIT", Mit);
        component.Notices.Add(new NoticeText("NOTICE", "  Apache Foo\n  Copyright 2001 The Foo\n\nfoo", []));

        var notice = Build(component);

        notice.Notices.ShouldHaveSingleItem().Text.ShouldBe("  Apache Foo\n  Copyright 2001 The Foo\n\nfoo");
        notice.Texts.ShouldHaveSingleItem();
        notice.Entries[0].Copyrights.ShouldBe(["Copyright (c) 2019 Jane Doe", "Copyright 2001 The Foo"]);
    }

    [Fact]
    public void AdvertisingClause_GoesToTheAcknowledgements()
    {
        const string clause = """
            Copyright (c) 1990 The Regents
            3. All advertising materials mentioning features or use of this software
               must display the following acknowledgement:
                 This product includes software developed by
                 the University of California.
            4. Neither the name of the University nor the names of its contributors
            """;

        var notice = Build(Component("a", "BSD-4-Clause", clause), Component("b", "BSD-4-Clause", clause + "\n"));

        var words = notice.Acknowledgements.ShouldHaveSingleItem();
        words.Text.ShouldBe("This product includes software developed by the University of California.");
        words.Components.ShouldBe([1, 2]);
    }

    [Fact]
    public void SourceOffer_NamesWhoWhereAndHowLong_AndALibrarySaysMore()
    {
        var input = Input(Component("a", "LGPL-2.1-only"), Component("b", "MIT", Mit)) with { Organisation = "Example Ltd", OfferYears = 5, SourceLocation = "https://example.org/src" };

        var notice = NoticeBuilder.Build(input, Knowledge, TestContext.Current.CancellationToken);

        notice.Offer!.Components.ShouldBe([1]);
        var text = string.Join('\n', notice.Offer.Paragraphs);
        foreach (var said in new[] { "Example Ltd offers", "5 years", "https://example.org/src", "source@example.org", "Reverse engineering" }) text.ShouldContain(said);
        NoticeBuilder.Build(input with { Contact = null }, Knowledge, TestContext.Current.CancellationToken).Gaps.ShouldContain(g => g.Kind == NoticeGapKind.NoContact);
    }

    [Fact]
    public void Excluded_IsListedApart_UnlessAskedFor()
    {
        var dev = Component("dev", "MIT", Mit);
        dev.Excluded = "it is for development only";
        var input = Input(Component("a", "MIT", Mit), dev);

        var without = NoticeBuilder.Build(input, Knowledge, TestContext.Current.CancellationToken);
        var with = NoticeBuilder.Build(input with { IncludeExcluded = true }, Knowledge, TestContext.Current.CancellationToken);

        (without.Entries.Count, without.Excluded.Count, with.Entries.Count, with.Excluded.Count).ShouldBe((1, 1, 2, 0));
        Text(without).ShouldContain("* dev 1.0: it is for development only");
    }

    [Fact]
    public void Digest_ChangesWithWhatIsSaid_AndNotWithDateOrProgram()
    {
        var input = Input(Component("a", "MIT", Mit));
        string Digest(NoticeInput i) => NoticeBuilder.Build(i, Knowledge, TestContext.Current.CancellationToken).InputSha256;

        Digest(input with { Date = "2026-11-22", Generator = "other" }).ShouldBe(Digest(input));
        Digest(Input(Component("a", "MIT", Mit + "!"))).ShouldNotBe(Digest(input));
        Digest(input with { Contact = "else" }).ShouldNotBe(Digest(input));
        Digest(input with { SbomSha256 = "00" }).ShouldNotBe(Digest(input));
    }

    [Fact]
    public void Nothing_IsAGap() => Build().Gaps.ShouldHaveSingleItem().Kind.ShouldBe(NoticeGapKind.Empty);

    private static string NoticeTextTablePlain(string text) => text.ReplaceLineEndings("\n");
}
