using System.Buffers;

namespace Headwater.Core.Licences.Notices.Writing;

/// <summary>One HTML page that needs nothing else: no script, no address but those that components name.</summary>
internal sealed class HtmlPrinter(TextWriter to) : NoticePrinter
{
    private const string Head = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
        <style>
        :root { color-scheme: light dark; --text: #1a1c20; --quiet: #4d535c; --line: #c9cdd3; --page: #fff; --block: #f4f5f7; --link: #0b57b0; }
        @media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --quiet: #b0b6bf; --line: #454b54; --page: #16181c; --block: #1f2227; --link: #8ab8ff; } }
        body { margin: 0 auto; max-width: 64rem; padding: 1.5rem 1rem 4rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); }
        h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.3rem; margin-top: 2.5rem; padding-top: .5rem; border-top: 1px solid var(--line); } h3 { font-size: 1.05rem; margin: 1.75rem 0 .25rem; }
        h1, h2, h3, li, dd, p { overflow-wrap: anywhere; }
        a { color: var(--link); }
        dl { display: grid; grid-template-columns: 9rem 1fr; gap: .125rem 1rem; margin: .25rem 0; } dt { color: var(--quiet); } dd { margin: 0; }
        ul { margin: .25rem 0; padding-left: 1.25rem; }
        pre { overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; padding: .75rem 1rem; background: var(--block); border: 1px solid var(--line); border-radius: 6px; font: .8125rem/1.45 ui-monospace, monospace; }
        .skip { position: absolute; left: -99rem; } .skip:focus { position: static; }
        :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
        @media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .25rem; } }
        @media print { body { max-width: none; } pre { border: 0; padding: 0; background: none; } }
        </style>

        """;

    private static readonly SearchValues<char> s_marks = SearchValues.Create("<>&\"'");
    private bool _inItems;

    public override void Begin(string title, IReadOnlyList<(string Title, string Anchor)> sections)
    {
        to.Write(Head.ReplaceLineEndings("\n"));
        to.Write("<title>");
        Text(title);
        to.Write("</title>\n</head>\n<body>\n<a class=\"skip\" href=\"#components\">Skip to the components</a>\n<header>\n<h1>");
        Text(title);
        to.Write("</h1>\n<nav aria-label=\"Sections\">\n<ul>\n");
        foreach (var (name, anchor) in sections)
        {
            to.Write("<li>");
            Span(new NoticeSpan(name, anchor));
            to.Write("</li>\n");
        }

        to.Write("</ul>\n</nav>\n</header>\n<main>\n");
    }

    public override void Heading(int level, string text, string anchor)
    {
        to.Write($"<h{level} id=\"{anchor}\">");
        Text(text);
        to.Write($"</h{level}>\n");
    }

    public override void Paragraph(params ReadOnlySpan<NoticeSpan> spans)
    {
        to.Write("<p>");
        foreach (var span in spans) Span(span);
        to.Write("</p>\n");
    }

    public override void Facts(IReadOnlyList<(string Name, NoticeSpan[] Value)> facts)
    {
        to.Write("<dl>\n");
        foreach (var (name, value) in facts)
        {
            to.Write("<dt>");
            Text(name);
            to.Write("</dt><dd>");
            foreach (var span in value) Span(span);
            to.Write("</dd>\n");
        }

        to.Write("</dl>\n");
    }

    public override void Item(params ReadOnlySpan<NoticeSpan> spans)
    {
        if (!_inItems) to.Write("<ul>\n");
        _inItems = true;
        to.Write("<li>");
        foreach (var span in spans) Span(span);
        to.Write("</li>\n");
    }

    public override void EndItems()
    {
        if (_inItems) to.Write("</ul>\n");
        _inItems = false;
    }

    public override void Verbatim(string text)
    {
        // The first line feed behind the tag is not shown.
        to.Write("<pre tabindex=\"0\">\n");
        Escaped(NoticeSpan.Lines(text));
        to.Write("</pre>\n");
    }

    public override void End()
    {
        to.Write("</main>\n</body>\n</html>\n");
        to.Flush();
    }

    private void Span(NoticeSpan span)
    {
        if (span.Anchor is not null) to.Write($"<a href=\"#{span.Anchor}\">");
        else if (span.Address is not null)
        {
            to.Write("<a rel=\"noopener noreferrer nofollow\" href=\"");
            Escaped(span.Address);
            to.Write("\">");
        }

        Text(span.Text);
        if (span.Anchor is not null || span.Address is not null) to.Write("</a>");
    }

    private void Text(string text) => Escaped(NoticeSpan.Line(text));

    private void Escaped(string text)
    {
        var rest = text.AsSpan();
        while (rest.IndexOfAny(s_marks) is var at and >= 0)
        {
            to.Write(rest[..at]);
            to.Write(rest[at] switch { '<' => "&lt;", '>' => "&gt;", '&' => "&amp;", '"' => "&quot;", _ => "&#39;" });
            rest = rest[(at + 1)..];
        }

        to.Write(rest);
    }
}
