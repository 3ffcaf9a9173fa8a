using System.Text;
using Headwater.Core.Licences.Notices.Writing;

namespace Headwater.Core.Licences.Notices;

/// <summary>How a notice is written.</summary>
public enum NoticeFormat
{
    /// <summary>Plain text in UTF-8.</summary>
    Text,

    /// <summary>Markdown.</summary>
    Markdown,

    /// <summary>One HTML page.</summary>
    Html,

    /// <summary>JSON.</summary>
    Json,

    /// <summary>A document for word processors.</summary>
    Docx,
}

/// <summary>Writes notices. The same notice becomes the same bytes.</summary>
public static class NoticeWriter
{
    /// <summary>The media type of a format.</summary>
    /// <param name="format">The format.</param>
    public static string MediaType(NoticeFormat format) => format switch
    {
        NoticeFormat.Text => "text/plain; charset=utf-8",
        NoticeFormat.Markdown => "text/markdown; charset=utf-8",
        NoticeFormat.Html => "text/html; charset=utf-8",
        NoticeFormat.Json => "application/json",
        NoticeFormat.Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>How names of files in a format end.</summary>
    /// <param name="format">The format.</param>
    public static string Extension(NoticeFormat format) => format switch { NoticeFormat.Text => "txt", NoticeFormat.Markdown => "md", NoticeFormat.Html => "html", NoticeFormat.Json => "json", _ => "docx" };

    /// <summary>Writes a notice; the stream stays open.</summary>
    /// <param name="notice">The notice.</param>
    /// <param name="format">How.</param>
    /// <param name="to">Where to.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static void Write(Notice notice, NoticeFormat format, Stream to, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(notice);
        ArgumentNullException.ThrowIfNull(to);
        switch (format)
        {
            case NoticeFormat.Json:
                NoticeJson.Write(notice, to, cancellationToken);
                break;
            case NoticeFormat.Docx:
                using (var docx = new DocxPrinter(to)) new NoticeOutline(notice, docx).Write(cancellationToken);
                break;
            default:
                using (var text = new StreamWriter(to, new UTF8Encoding(false), 64 * 1024, leaveOpen: true) { NewLine = "\n" })
                {
                    NoticePrinter printer = format switch { NoticeFormat.Text => new PlainPrinter(text), NoticeFormat.Markdown => new MarkdownPrinter(text), NoticeFormat.Html => new HtmlPrinter(text), _ => throw new ArgumentOutOfRangeException(nameof(format)) };
                    new NoticeOutline(notice, printer).Write(cancellationToken);
                }

                break;
        }
    }
}
