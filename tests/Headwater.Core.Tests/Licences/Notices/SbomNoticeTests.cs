using Headwater.Core.Licences.Notices;
using static Headwater.Core.Tests.Licences.Notices.NoticeSource;

namespace Headwater.Core.Tests.Licences.Notices;

public sealed class SbomNoticeTests
{
    [Fact]
    public void CycloneDx_KeepsDeclaredConcludedAndFoundApart_WithTextsAndCopyrights()
    {
        var component = Read("""
            {"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"application","name":"app","bom-ref":"app"}},"components":[{
              "type":"library","group":"org.example","name":"a","version":"1","purl":"pkg:maven/org.example/a@1","copyright":"Copyright 2001 A\nCopyright 2002 B","modified":true,
              "licenses":[{"license":{"id":"MIT","acknowledgement":"declared","text":{"content":"TWlu","encoding":"base64","contentType":"text/plain"}}},{"license":{"id":"Apache-2.0","acknowledgement":"concluded","url":"https://example.org/l"}}],
              "externalReferences":[{"type":"vcs","url":"https://example.org/a.git"},{"type":"website","url":"https://example.org"}],
              "evidence":{"licenses":[{"license":{"id":"ISC","text":{"content":"isc"}}}],"copyright":[{"text":"Copyright 2003 C"},{"text":"Copyright 2001 A"}]}}]}
            """).ShouldHaveSingleItem();

        component.Title.ShouldBe("org.example:a 1");
        component.Statements.Select(s => (s.Origin, s.Expression)).ShouldBe([(NoticeOrigin.Declared, "MIT"), (NoticeOrigin.Concluded, "Apache-2.0"), (NoticeOrigin.Found, "ISC")]);
        component.Texts.Select(t => (t.Text, t.Licences[0])).ShouldBe([("Min", "MIT"), ("isc", "ISC")]);
        component.Copyrights.ShouldBe(["Copyright 2001 A", "Copyright 2002 B", "Copyright 2003 C"]);
        (component.Modified, component.Homepage, component.Source, component.LicenceAddress).ShouldBe((true, "https://example.org", "https://example.org/a.git", "https://example.org/l"));
    }

    [Fact]
    public void CycloneDx_SeveralLicences_AreTakenTogetherAndFlagged()
    {
        var component = Read("""
            {"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"a","version":"1","licenses":[{"license":{"id":"MIT"}},{"license":{"name":"The Apache Software License, Version 2.0"}}]}]}
            """).ShouldHaveSingleItem();

        component.Statements.ShouldHaveSingleItem().Parts.ShouldBe(["MIT", "The Apache Software License, Version 2.0"]);
        var notice = Build(component);
        notice.Entries[0].Licence.ShouldBe("MIT AND Apache-2.0");
        notice.Gaps.ShouldContain(g => g.Kind == NoticeGapKind.OperatorUnknown);
    }

    [Fact]
    public void CycloneDx17_DetailsOfAnExpression_AreTextsOfItsParts()
    {
        var component = Read("""
            {"bomFormat":"CycloneDX","specVersion":"1.7","version":1,"components":[{"type":"library","name":"a","version":"1","licenses":[{"expression":"MIT OR LicenseRef-own","expressionDetails":[
              {"licenseIdentifier":"MIT","text":{"content":"mit text"}},{"licenseIdentifier":"LicenseRef-own","text":{"content":"b3du","encoding":"base64"}}]}]}]}
            """).ShouldHaveSingleItem();

        component.Texts.Select(t => (t.Text, t.Licences[0])).ShouldBe([("mit text", "MIT"), ("own", "LicenseRef-own")]);
    }

    [Theory]
    [InlineData("""{"content":"///","encoding":"base64"}""")]
    [InlineData("""{"content":"AAEC","encoding":"base64"}""")]
    [InlineData("""{"content":"JVBERi0=","encoding":"base64","contentType":"application/pdf"}""")]
    public void CycloneDx_TextThatCannotBeRead_IsAGap(string text)
    {
        var component = Read($$$"""{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"a","version":"1","licenses":[{"license":{"id":"MIT","text":{{{text}}}}}]}]}""").ShouldHaveSingleItem();

        component.Texts.ShouldBeEmpty();
        Build(component).Gaps.ShouldContain(g => g.Kind == NoticeGapKind.UnreadText);
    }

    [Fact]
    public void Spdx2_GivesExtractedTextsAttributionAndWhatItsFilesSay()
    {
        var component = Read("""
            SPDXVersion: SPDX-2.3
            DataLicense: CC0-1.0
            SPDXID: SPDXRef-DOCUMENT
            DocumentName: d
            DocumentNamespace: https://example.org/d
            Creator: Tool: t-1
            Created: 2024-01-01T00:00:00Z
            PackageName: a
            SPDXID: SPDXRef-a
            PackageVersion: 1
            PackageDownloadLocation: NOASSERTION
            PackageLicenseConcluded: NOASSERTION
            PackageLicenseDeclared: LicenseRef-1
            PackageLicenseInfoFromFiles: MIT
            PackageCopyrightText: <text>Copyright 2001 A</text>
            PackageAttributionText: <text>This product includes A.</text>
            FileName: ./x.c
            SPDXID: SPDXRef-x
            FileChecksum: SHA1: d6a770ba38583ed4bb4525bd96e50461655d2758
            LicenseConcluded: NOASSERTION
            LicenseInfoInFile: MIT
            FileCopyrightText: <text>Copyright 2002 X</text>
            FileNotice: <text>The notice of x.</text>
            Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a
            Relationship: SPDXRef-a CONTAINS SPDXRef-x
            LicenseID: LicenseRef-1
            ExtractedText: <text>Own terms.</text>
            LicenseName: Own
            """).ShouldHaveSingleItem();

        component.Statements.Select(s => (s.Origin, s.Expression)).ShouldBe([(NoticeOrigin.Declared, "LicenseRef-1"), (NoticeOrigin.Concluded, "NOASSERTION"), (NoticeOrigin.Found, "MIT")]);
        component.Texts.ShouldHaveSingleItem().Text.ShouldBe("Own terms.");
        component.Acknowledgements.ShouldBe(["This product includes A."]);
        component.Copyrights.ShouldBe(["Copyright 2001 A", "Copyright 2002 X"]);
        component.Notices.ShouldHaveSingleItem().Text.ShouldBe("The notice of x.");
        Build(component).Entries[0].Licence.ShouldBe("LicenseRef-1");
    }

    [Fact]
    public void Scope_WhatOnlyDevelopmentLeadsTo_IsLeftOutWithItsReason()
    {
        var all = Read("""
            {"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"d","documentNamespace":"https://example.org/d","creationInfo":{"created":"2024-01-01T00:00:00Z","creators":["Tool: t"]},"documentDescribes":["SPDXRef-app"],
             "packages":[{"SPDXID":"SPDXRef-app","name":"app","downloadLocation":"NONE"},{"SPDXID":"SPDXRef-run","name":"run","downloadLocation":"NONE"},{"SPDXID":"SPDXRef-both","name":"both","downloadLocation":"NONE"},
              {"SPDXID":"SPDXRef-test","name":"test","downloadLocation":"NONE"},{"SPDXID":"SPDXRef-below","name":"below","downloadLocation":"NONE"},{"SPDXID":"SPDXRef-alone","name":"alone","downloadLocation":"NONE"}],
             "relationships":[{"spdxElementId":"SPDXRef-app","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-run"},{"spdxElementId":"SPDXRef-run","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-both"},
              {"spdxElementId":"SPDXRef-test","relationshipType":"TEST_DEPENDENCY_OF","relatedSpdxElement":"SPDXRef-app"},{"spdxElementId":"SPDXRef-test","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-below"},
              {"spdxElementId":"SPDXRef-test","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-both"}]}
            """);

        all.Where(c => c.Excluded is not null).Select(c => (c.Name, c.Excluded)).ShouldBe([("test", "it is for tests only"), ("below", "it is for tests only")], ignoreOrder: true);
        all.Where(c => c.Excluded is null).Select(c => c.Name).ShouldBe(["run", "both", "alone"]);
    }

    [Fact]
    public void Component_ListedTwice_IsOneThatSaysAll()
    {
        var first = Component("a", "MIT", Mit);
        var second = Component("a", "Apache-2.0");
        second.Copyrights.Add("Copyright 2020 B");
        second.Excluded = "it is for development only";

        var notice = Build(first, second);

        var entry = notice.Entries.ShouldHaveSingleItem();
        entry.Copyrights.ShouldBe(["Copyright 2020 B", "Copyright (c) 2019 Jane Doe"]);
        notice.Gaps.ShouldContain(g => g.Kind == NoticeGapKind.OperatorUnknown);
    }
}
