using System.Buffers;

namespace Headwater.Core.Licences.Notices.Writing;

/// <summary>Markdown (CommonMark). What components say of themselves is escaped, so that it can neither be markup nor HTML.</summary>
internal sealed class MarkdownPrinter(TextWriter to) : NoticePrinter
{
    private static readonly SearchValues<char> s_marks = SearchValues.Create("\\`*_{}[]<>()#+-.!|~&:@");

    public override void Begin(string title, IReadOnlyList<(string Title, string Anchor)> sections)
    {
        to.Write("# ");
        Text(title);
        to.Write("\n\n");
        foreach (var (name, anchor) in sections)
        {
            to.Write("- ");
            Span(new NoticeSpan(name, anchor));
            to.Write('\n');
        }

        to.Write('\n');
    }

    public override void Heading(int level, string text, string anchor)
    {
        to.Write($"<a id=\"{anchor}\"></a>\n\n{(level == 2 ? "##" : "###")} ");
        Text(text);
        to.Write("\n\n");
    }

    public override void Paragraph(params ReadOnlySpan<NoticeSpan> spans)
    {
        foreach (var span in spans) Span(span);
        to.Write("\n\n");
    }

    public override void Facts(IReadOnlyList<(string Name, NoticeSpan[] Value)> facts)
    {
        foreach (var (name, value) in facts)
        {
            to.Write("- ");
            Text(name);
            to.Write(": ");
            foreach (var span in value) Span(span);
            to.Write('\n');
        }

        to.Write('\n');
    }

    public override void Item(params ReadOnlySpan<NoticeSpan> spans)
    {
        to.Write("- ");
        foreach (var span in spans) Span(span);
        to.Write('\n');
    }

    public override void EndItems() => to.Write('\n');

    public override void Verbatim(string text)
    {
        // A fence is longer than any run of its sign within.
        var (longest, run) = (0, 0);
        foreach (var c in text)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        var fence = new string('`', Math.Max(3, longest + 1));
        to.Write(fence);
        to.Write("text\n");
        to.Write(NoticeSpan.Lines(text));
        if (!text.EndsWith('\n')) to.Write('\n');
        to.Write(fence);
        to.Write("\n\n");
    }

    public override void End() => to.Flush();

    private void Span(NoticeSpan span)
    {
        if (span.Anchor is null && span.Address is null)
        {
            Text(span.Text);
            return;
        }

        to.Write('[');
        Text(span.Text);
        to.Write(span.Anchor is null ? "](<" : "](#");
        to.Write(span.Anchor ?? span.Address!.Replace("<", "%3C", StringComparison.Ordinal).Replace(">", "%3E", StringComparison.Ordinal).Replace("\\", "%5C", StringComparison.Ordinal));
        to.Write(span.Anchor is null ? ">)" : ")");
    }

    private void Text(string text)
    {
        var rest = NoticeSpan.Line(text).AsSpan();
        while (rest.IndexOfAny(s_marks) is var at and >= 0)
        {
            to.Write(rest[..at]);
            to.Write('\\');
            to.Write(rest[at]);
            rest = rest[(at + 1)..];
        }

        to.Write(rest);
    }
}
