using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;

namespace Headwater.Core.Licences.Notices.Writing;

/// <summary>
/// A document for word processors (ECMA-376, WordprocessingML in an Open Packaging Conventions package). Every part has the same time, the earliest that the format knows, so that the same notice is the same file.
/// </summary>
internal sealed class DocxPrinter : NoticePrinter, IDisposable
{
    private const string W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main", R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Package = "http://schemas.openxmlformats.org/package/2006/";
    private readonly ZipArchive _zip;
    private readonly Dictionary<string, string> _addresses = new(StringComparer.Ordinal);
    private Stream? _part;
    private XmlWriter? _xml;
    private string _title = "";
    private int _bookmarks;

    public DocxPrinter(Stream to) => _zip = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true);

    public override void Begin(string title, IReadOnlyList<(string Title, string Anchor)> sections)
    {
        _title = title;
        Part("[Content_Types].xml", $"""
            <Types xmlns="{Package}content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>
            """);
        Part("_rels/.rels", $"""
            <Relationships xmlns="{Package}relationships"><Relationship Id="rId1" Type="{R}/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="{Package}relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>
            """);
        Part("word/styles.xml", DocxStyles.Xml);
        _part = Entry("word/document.xml").Open();
        _xml = XmlWriter.Create(_part, new XmlWriterSettings { Encoding = new UTF8Encoding(false), CheckCharacters = false, NewLineHandling = NewLineHandling.None, CloseOutput = false });
        _xml.WriteStartDocument(true);
        _xml.WriteStartElement("w", "document", W);
        _xml.WriteAttributeString("xmlns", "r", null, R);
        _xml.WriteStartElement("body", W);
        Open("Title");
        Run(title, null);
        Close();
        foreach (var (name, anchor) in sections) Item(new NoticeSpan(name, anchor));
    }

    public override void Heading(int level, string text, string anchor)
    {
        Open(level == 2 ? "Heading1" : "Heading2");
        var id = (++_bookmarks).ToString(CultureInfo.InvariantCulture);
        _xml!.WriteStartElement("bookmarkStart", W);
        _xml.WriteAttributeString("id", W, id);
        _xml.WriteAttributeString("name", W, Bookmark(anchor));
        _xml.WriteEndElement();
        Run(text, null);
        _xml.WriteStartElement("bookmarkEnd", W);
        _xml.WriteAttributeString("id", W, id);
        _xml.WriteEndElement();
        Close();
    }

    public override void Paragraph(params ReadOnlySpan<NoticeSpan> spans) => Paragraph(null, spans);

    public override void Facts(IReadOnlyList<(string Name, NoticeSpan[] Value)> facts)
    {
        foreach (var (name, value) in facts) Paragraph("Fact", [$"{name}: ", .. value]);
    }

    public override void Item(params ReadOnlySpan<NoticeSpan> spans) => Paragraph("Item", ["\u2022 ", .. spans]);

    public override void EndItems()
    {
    }

    public override void Verbatim(string text)
    {
        Open("Verbatim");
        _xml!.WriteStartElement("r", W);
        var first = true;
        foreach (var line in NoticeSpan.Lines(text).AsSpan().TrimEnd('\n').ToString().Split('\n'))
        {
            if (!first) Empty("br");
            first = false;
            var begin = 0;
            // A tabulator is an element, and a form feed is no character of XML.
            foreach (var tab in Places(line))
            {
                Text(line[begin..tab]);
                if (line[tab] == '\t') Empty("tab");
                begin = tab + 1;
            }

            Text(line[begin..]);
        }

        _xml.WriteEndElement();
        Close();
    }

    public override void End()
    {
        _xml!.WriteStartElement("sectPr", W);
        _xml.WriteStartElement("pgSz", W);
        _xml.WriteAttributeString("w", W, "11906");
        _xml.WriteAttributeString("h", W, "16838");
        _xml.WriteEndElement();
        _xml.WriteStartElement("pgMar", W);
        foreach (var side in (string[])["top", "right", "bottom", "left"]) _xml.WriteAttributeString(side, W, "1134");
        foreach (var side in (string[])["header", "footer"]) _xml.WriteAttributeString(side, W, "567");
        _xml.WriteAttributeString("gutter", W, "0");
        _xml.WriteEndElement();
        _xml.WriteEndElement();
        _xml.WriteEndElement();
        _xml.WriteEndElement();
        _xml.WriteEndDocument();
        _xml.Dispose();
        _part!.Dispose();
        var links = new StringBuilder($"<Relationships xmlns=\"{Package}relationships\"><Relationship Id=\"rStyles\" Type=\"{R}/styles\" Target=\"styles.xml\"/>");
        foreach (var (address, id) in _addresses) links.Append(CultureInfo.InvariantCulture, $"<Relationship Id=\"{id}\" Type=\"{R}/hyperlink\" Target=\"{Escaped(address)}\" TargetMode=\"External\"/>");
        Part("word/_rels/document.xml.rels", links.Append("</Relationships>").ToString());
        Part("docProps/core.xml", $"""
            <cp:coreProperties xmlns:cp="{Package}metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{Escaped(NoticeSpan.Line(_title))}</dc:title><dc:language>en</dc:language></cp:coreProperties>
            """);
    }

    public void Dispose() => _zip.Dispose();

    private void Paragraph(string? style, ReadOnlySpan<NoticeSpan> spans)
    {
        Open(style);
        foreach (var span in spans)
        {
            if (span.Anchor is null && span.Address is null)
            {
                Run(span.Text, null);
                continue;
            }

            _xml!.WriteStartElement("hyperlink", W);
            if (span.Anchor is not null) _xml.WriteAttributeString("anchor", W, Bookmark(span.Anchor));
            else _xml.WriteAttributeString("id", R, Address(span.Address!));
            Run(span.Text, "Hyperlink");
            _xml.WriteEndElement();
        }

        Close();
    }

    private string Address(string address)
    {
        if (_addresses.TryGetValue(address, out var id)) return id;
        return _addresses[address] = string.Create(CultureInfo.InvariantCulture, $"rLink{_addresses.Count + 1}");
    }

    /// <summary>Names of bookmarks begin with a letter and have letters, digits and underscores.</summary>
    private static string Bookmark(string anchor) => anchor.Replace('-', '_');

    private void Open(string? style)
    {
        _xml!.WriteStartElement("p", W);
        if (style is null) return;
        _xml.WriteStartElement("pPr", W);
        _xml.WriteStartElement("pStyle", W);
        _xml.WriteAttributeString("val", W, style);
        _xml.WriteEndElement();
        _xml.WriteEndElement();
    }

    private void Close() => _xml!.WriteEndElement();

    private void Run(string text, string? style)
    {
        _xml!.WriteStartElement("r", W);
        if (style is not null)
        {
            _xml.WriteStartElement("rPr", W);
            _xml.WriteStartElement("rStyle", W);
            _xml.WriteAttributeString("val", W, style);
            _xml.WriteEndElement();
            _xml.WriteEndElement();
        }

        Text(NoticeSpan.Line(text));
        _xml.WriteEndElement();
    }

    private void Text(string text)
    {
        if (text.Length == 0) return;
        _xml!.WriteStartElement("t", W);
        _xml.WriteAttributeString("xml", "space", null, "preserve");
        _xml.WriteString(Whole(text));
        _xml.WriteEndElement();
    }

    private void Empty(string name)
    {
        _xml!.WriteStartElement(name, W);
        _xml.WriteEndElement();
    }

    private static IEnumerable<int> Places(string line)
    {
        for (var i = line.IndexOfAny(['\t', '\f']); i >= 0; i = line.IndexOfAny(['\t', '\f'], i + 1)) yield return i;
    }

    /// <summary>Without halves of surrogate pairs, which no UTF-8 can say.</summary>
    private static string Whole(string text)
    {
        foreach (var c in text)
            if (char.IsSurrogate(c) || c is '\uFFFE' or '\uFFFF') return new string([.. Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Select(x => x is '\uFFFE' or '\uFFFF' ? '\uFFFD' : x)]);
        return text;
    }

    private static string Escaped(string text) => Whole(System.Security.SecurityElement.Escape(text));

    private void Part(string name, string xml)
    {
        using var part = Entry(name).Open();
        part.Write(Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n" + xml.Trim()));
    }

    private ZipArchiveEntry Entry(string name)
    {
        var entry = _zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return entry;
    }
}
