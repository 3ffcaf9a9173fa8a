using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;
using Headwater.Core.Licences.Notices;
using static Headwater.Core.Tests.Licences.Notices.NoticeSource;

namespace Headwater.Core.Tests.Licences.Notices;

public sealed class NoticeWriterTests
{
    public static TheoryData<NoticeFormat> Formats => [.. Enum.GetValues<NoticeFormat>()];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Write_TheSameComponentsInAnyOrder_TheSameBytes(NoticeFormat format)
    {
        var texts = new[] { Mit, Mit + "\r\nmore", "Apache\n", "x" };
        NoticeComponent[] Make() => [.. Enumerable.Range(0, 200).Select(i => Component($"c{i % 150}", (i % 4) switch { 0 => "MIT", 1 => "Apache-2.0 OR MIT", 2 => "LGPL-2.1-only", _ => "ask" }, texts[i % 4]))];
        var shuffled = Make();
        new Random(4).Shuffle(shuffled);

        Bytes(Build(shuffled), format).ShouldBe(Bytes(Build(Make()), format));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Write_HostileNamesAndTexts_AreOnlyShown(NoticeFormat format)
    {
        var component = new NoticeComponent { Name = "<script>alert(1)</script>](javascript:x)`|\u001b[2J\0\ud800", Version = "1\n# Heading", Homepage = "javascript:alert(1)", Source = "https://example.org/a>b<c)\"d" };
        component.Statements.Add(new NoticeStatement(NoticeOrigin.Declared, "MIT"));
        component.Texts.Add(new NoticeText("LICENSE", "</pre><img src=x onerror=alert(1)>\n```\n````\nend\f\ttab\u0007\ud800", []));
        component.Copyrights.Add("© <b>& \"me\"");

        var bytes = Bytes(Build(component), format);

        if (format == NoticeFormat.Docx)
        {
            using var zip = new ZipArchive(new MemoryStream(bytes));
            using var document = zip.GetEntry("word/document.xml")!.Open();
            XDocument.Load(document).ToString().ShouldContain("&lt;script&gt;");
            return;
        }

        var text = System.Text.Encoding.UTF8.GetString(bytes);
        foreach (var c in (ReadOnlySpan<char>)['\0', '\u001b', '\u0007']) text.Contains(c).ShouldBeFalse();
        if (format == NoticeFormat.Html)
        {
            text.ShouldNotContain("<script");
            text.ShouldNotContain("<img");
            text.ShouldNotContain("href=\"javascript:");
            text.ShouldContain("href=\"https://example.org/a%3Eb%3Cc)%22d\"");
        }
        else if (format == NoticeFormat.Markdown)
        {
            text.ShouldContain("`````text\n</pre>");
            text.ShouldContain("\\<script\\>");
            text.ShouldNotContain("](javascript");
            text.ShouldNotContain("\n# Heading");
        }
        else if (format == NoticeFormat.Json)
        {
            using var json = JsonDocument.Parse(bytes);
            json.RootElement.GetProperty("texts")[0].GetProperty("text").GetString()!.ShouldContain("end\f\ttab");
        }
    }

    [Fact]
    public void Html_EveryLinkLeadsSomewhere()
    {
        var component = Component("a", "LGPL-2.1-only OR MIT", Mit);
        component.Notices.Add(new NoticeText("NOTICE", "notice", []));
        component.Acknowledgements.Add("thanks");

        var html = Text(Build(component, Component("b", null)), NoticeFormat.Html);

        string[] All(string start) => [.. html.Split(start)[1..].Select(p => p[..p.IndexOf('"')])];
        All("href=\"#").ShouldNotBeEmpty();
        All("href=\"#").Except(All(" id=\"")).ShouldBeEmpty();
        All(" id=\"").ShouldBeUnique();
    }

    [Fact]
    public void Docx_Lists_StandTogether_AndApartFromWhatFollows()
    {
        using var zip = new ZipArchive(new MemoryStream(Bytes(Build(Component("a", "MIT")), NoticeFormat.Docx)));
        XNamespace w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
        using var styles = zip.GetEntry("word/styles.xml")!.Open();
        var lists = XDocument.Load(styles).Root!.Elements(w + "style").Where(s => (string?)s.Attribute(w + "styleId") is "Item" or "Fact").Select(s => s.Element(w + "pPr")!).ToList();
        lists.Count.ShouldBe(2);
        lists.ShouldAllBe(p => p.Element(w + "contextualSpacing") != null && p.Element(w + "spacing") == null, "the usual distance, except between lines of the same list");
    }

    [Fact]
    public void Docx_IsAPackageInWhichEveryPartIsNamedAndEveryLinkLeadsSomewhere()
    {
        var component = Component("a", "MIT", Mit);
        component.Homepage = "https://example.org/?a=1&b=2";
        using var zip = new ZipArchive(new MemoryStream(Bytes(Build(component, Component("b", null)), NoticeFormat.Docx)));

        XDocument Part(string name)
        {
            using var part = zip.GetEntry(name)!.Open();
            return XDocument.Load(part);
        }

        foreach (var over in Part("[Content_Types].xml").Root!.Elements().Where(e => e.Name.LocalName == "Override")) zip.GetEntry(over.Attribute("PartName")!.Value[1..]).ShouldNotBeNull();
        foreach (var relation in Part("_rels/.rels").Root!.Elements()) zip.GetEntry(relation.Attribute("Target")!.Value).ShouldNotBeNull();
        XNamespace w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main", r = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        var document = Part("word/document.xml");
        var bookmarks = document.Descendants(w + "bookmarkStart").Select(b => b.Attribute(w + "name")!.Value).ToHashSet();
        document.Descendants(w + "hyperlink").Attributes(w + "anchor").Select(a => a.Value).Except(bookmarks).ShouldBeEmpty();
        var relations = Part("word/_rels/document.xml.rels").Root!.Elements().ToDictionary(e => e.Attribute("Id")!.Value, e => e.Attribute("Target")!.Value);
        document.Descendants(w + "hyperlink").Attributes(r + "id").Select(a => relations[a.Value]).ShouldBe(["https://example.org/?a=1&b=2"]);
        var styles = Part("word/styles.xml").Descendants(w + "style").Select(s => s.Attribute(w + "styleId")!.Value).ToHashSet();
        document.Descendants(w + "pStyle").Concat(document.Descendants(w + "rStyle")).Select(s => s.Attribute(w + "val")!.Value).Distinct().Except(styles).ShouldBeEmpty();
        // The last element of the body; nothing else stands between paragraphs.
        document.Root!.Element(w + "body")!.Elements().Select(e => e.Name.LocalName).Distinct().ShouldBe(["p", "sectPr"]);
        zip.Entries.ShouldAllBe(e => e.LastWriteTime.DateTime == new DateTime(1980, 1, 1));
    }

    [Fact]
    public void Json_HasTheShapeThatIsDocumented()
    {
        using var json = JsonDocument.Parse(Bytes(Build(Component("a", "MIT OR GPL-2.0-only", Mit)), NoticeFormat.Json));

        var root = json.RootElement;
        root.EnumerateObject().Select(p => p.Name).ShouldBe(["format", "formatVersion", "subject", "generator", "inputSha256", "complete", "components", "texts", "notices", "acknowledgements", "sourceOffer", "excluded", "gaps"]);
        root.GetProperty("components")[0].EnumerateObject().Select(p => p.Name)
            .ShouldBe(["number", "name", "version", "purl", "modified", "licence", "origin", "declared", "alternatives", "sourceDuty", "copyrights", "remarks", "texts", "notices"]);
        root.GetProperty("gaps").EnumerateArray().Select(g => g.GetProperty("kind").GetString()).ShouldAllBe(k => char.IsLower(k![0]));
    }
}
