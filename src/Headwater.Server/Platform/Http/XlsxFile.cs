using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Headwater.Server.Platform.Http;

/// <summary>
/// Writes rows as a spreadsheet (ECMA-376, SpreadsheetML in a ZIP) while they come, one sheet with a frozen head. Texts are written as texts, never as
/// formulas, so nothing in them is computed.
/// </summary>
internal static class XlsxFile
{
    public const string ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <summary>What a sheet can hold below its head.</summary>
    public const int MostRows = 1_048_575;

    private const int LongestText = 32_767;
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships", Head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

    private static readonly (string Path, string Xml)[] Parts =
    [
        ("[Content_Types].xml", """
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>
            """),
        ("_rels/.rels", $"""
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{Relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>
            """),
        ("xl/workbook.xml", $"""
            <workbook xmlns="{Main}" xmlns:r="{Relations}"><sheets><sheet name="Headwater" sheetId="1" r:id="rId1"/></sheets></workbook>
            """),
        ("xl/_rels/workbook.xml.rels", $"""
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{Relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{Relations}/styles" Target="styles.xml"/></Relationships>
            """),
        ("xl/styles.xml", $"""
            <styleSheet xmlns="{Main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/><xf xfId="0" numFmtId="164" applyNumberFormat="1"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs></styleSheet>
            """),
    ];

    /// <summary>Writes the whole file; the stream is only ever written to forwards and asynchronously.</summary>
    public static async Task WriteAsync(Stream stream, IReadOnlyList<string> names, IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var output = new DrainedStream(stream);
        await using (var zip = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, true, Encoding.UTF8, cancellationToken))
        {
            foreach (var (path, xml) in Parts) await WriteAsync(zip, path, Head + xml, cancellationToken);
            await using var sheet = await zip.CreateEntry("xl/worksheets/sheet1.xml", CompressionLevel.Fastest).OpenAsync(cancellationToken);
            await WriteAsync(sheet, output, names, rows, cancellationToken);
        }

        await output.DrainAsync(cancellationToken);
    }

    private static async Task WriteAsync(Stream sheet, DrainedStream output, IReadOnlyList<string> names, IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var text = new StringBuilder(Head).Append($"<worksheet xmlns=\"{Main}\"><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><sheetData>");
        Row(text, names, 2);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            Row(text, row, 0);
            if (text.Length < 32 * 1024) continue;
            await sheet.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
            await output.DrainAsync(cancellationToken);
            text.Clear();
        }

        await sheet.WriteAsync(Encoding.UTF8.GetBytes(text.Append("</sheetData></worksheet>").ToString()), cancellationToken);
    }

    private static async Task WriteAsync(ZipArchive zip, string path, string xml, CancellationToken cancellationToken)
    {
        await using var part = await zip.CreateEntry(path, CompressionLevel.Fastest).OpenAsync(cancellationToken);
        await part.WriteAsync(Encoding.UTF8.GetBytes(xml), cancellationToken);
    }

    private static void Row(StringBuilder text, IEnumerable<object?> values, int style)
    {
        text.Append("<row>");
        foreach (var value in values)
        {
            switch (value)
            {
                case null:
                    text.Append("<c/>");
                    break;
                case bool flag:
                    text.Append("<c t=\"b\"><v>").Append(flag ? '1' : '0').Append("</v></c>");
                    break;
                case DateTimeOffset time when time.Year > 1900:
                    text.Append("<c s=\"1\"><v>").Append(time.UtcDateTime.ToOADate().ToString("R", CultureInfo.InvariantCulture)).Append("</v></c>");
                    break;
                case double number when !double.IsFinite(number):
                    text.Append("<c/>");
                    break;
                case int or long or double or float or decimal or short or byte:
                    text.Append("<c><v>").Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture)).Append("</v></c>");
                    break;
                default:
                    text.Append("<c t=\"inlineStr\"").Append(style == 0 ? "" : $" s=\"{style}\"").Append("><is><t xml:space=\"preserve\">");
                    Escape(text, TableFile.Plain(value));
                    text.Append("</t></is></c>");
                    break;
            }
        }

        text.Append("</row>");
    }

    /// <summary>XML cannot say every character, and a cell cannot hold every length; what cannot be said is left out.</summary>
    private static void Escape(StringBuilder text, string value)
    {
        for (var i = 0; i < value.Length && i < LongestText; i++)
        {
            var c = value[i];
            if (char.IsHighSurrogate(c) && i + 1 < value.Length && i + 1 < LongestText && char.IsLowSurrogate(value[i + 1])) text.Append(c).Append(value[++i]);
            else if (char.IsSurrogate(c) || c is '\uFFFE' or '\uFFFF' || (c < ' ' && c is not ('\t' or '\n' or '\r'))) continue;
            else _ = c switch { '&' => text.Append("&amp;"), '<' => text.Append("&lt;"), '>' => text.Append("&gt;"), _ => text.Append(c) };
        }
    }
}
