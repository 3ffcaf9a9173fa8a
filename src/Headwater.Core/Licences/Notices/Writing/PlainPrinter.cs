using System.Text;

namespace Headwater.Core.Licences.Notices.Writing;

/// <summary>Plain text, in lines of at most 100 characters where the words are ours.</summary>
internal sealed class PlainPrinter(TextWriter to) : NoticePrinter
{
    private const int Width = 100;
    private static readonly string s_thick = new('=', Width), s_thin = new('-', Width);
    private readonly StringBuilder _line = new();

    public override void Begin(string title, IReadOnlyList<(string Title, string Anchor)> sections)
    {
        to.Write(NoticeSpan.Line(title).ToUpperInvariant());
        to.Write('\n');
        to.Write('\n');
    }

    public override void Heading(int level, string text, string anchor)
    {
        to.Write('\n');
        if (level == 2)
        {
            to.Write(s_thick);
            to.Write('\n');
        }

        to.Write(NoticeSpan.Line(text));
        to.Write('\n');
        to.Write(level == 2 ? s_thick : s_thin);
        to.Write("\n\n");
    }

    public override void Paragraph(params ReadOnlySpan<NoticeSpan> spans)
    {
        Wrap(spans, "", "");
        to.Write('\n');
    }

    public override void Facts(IReadOnlyList<(string Name, NoticeSpan[] Value)> facts)
    {
        foreach (var (name, value) in facts) Wrap([$"{name}: ", .. value], "", "    ");
        to.Write('\n');
    }

    public override void Item(params ReadOnlySpan<NoticeSpan> spans) => Wrap(spans, "* ", "  ");

    public override void EndItems() => to.Write('\n');

    public override void Verbatim(string text)
    {
        to.Write(NoticeSpan.Lines(text));
        if (!text.EndsWith('\n')) to.Write('\n');
        to.Write('\n');
    }

    public override void End() => to.Flush();

    private void Wrap(ReadOnlySpan<NoticeSpan> spans, string first, string rest)
    {
        _line.Clear();
        foreach (var span in spans) _line.Append(NoticeSpan.Line(span.Text));
        var text = _line.ToString().AsSpan();
        var indent = first;
        while (true)
        {
            to.Write(indent);
            var room = Width - indent.Length;
            if (text.Length <= room) break;
            var cut = text[..(room + 1)].LastIndexOf(' ');
            // A word that is longer than a line stays whole.
            if (cut <= 0) cut = text.IndexOf(' ');
            if (cut <= 0) break;
            to.Write(text[..cut]);
            to.Write('\n');
            text = text[(cut + 1)..];
            indent = rest;
        }

        to.Write(text);
        to.Write('\n');
    }
}
