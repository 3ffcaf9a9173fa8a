namespace Headwater.Core.Licences.Notices.Writing;

/// <summary>A run of text in a line.</summary>
/// <param name="Text">The text.</param>
/// <param name="Anchor">The place in the notice that it leads to; null for none.</param>
/// <param name="Address">The address that it leads to; null for none.</param>
internal readonly record struct NoticeSpan(string Text, string? Anchor = null, string? Address = null)
{
    public static implicit operator NoticeSpan(string text) => new(text);

    /// <summary>An address that a reader may follow, or plain text for what is none.</summary>
    public static NoticeSpan Link(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" ? new NoticeSpan(text, null, uri.AbsoluteUri) : new NoticeSpan(text);

    /// <summary>In one line, without what a terminal would obey.</summary>
    public static string Line(string text)
    {
        foreach (var c in text)
            if (char.IsControl(c) || c is '\u2028' or '\u2029') return string.Create(text.Length, text, static (to, from) =>
            {
                for (var i = 0; i < from.Length; i++) to[i] = from[i] is '\n' or '\r' or '\t' or '\u2028' or '\u2029' ? ' ' : char.IsControl(from[i]) ? '\uFFFD' : from[i];
            });
        return text;
    }

    /// <summary>With its lines, without what a terminal would obey; form feeds are of the texts of many licences.</summary>
    public static string Lines(string text)
    {
        foreach (var c in text)
            if (IsUnfit(c)) return string.Create(text.Length, text, static (to, from) =>
            {
                for (var i = 0; i < from.Length; i++) to[i] = IsUnfit(from[i]) ? '\uFFFD' : from[i];
            });
        return text;
    }

    private static bool IsUnfit(char c) => (char.IsControl(c) && c is not ('\n' or '\t' or '\f')) || c is '\uFFFE' or '\uFFFF';
}

/// <summary>Writes the parts of a notice in one format, from the first to the last.</summary>
internal abstract class NoticePrinter
{
    public abstract void Begin(string title, IReadOnlyList<(string Title, string Anchor)> sections);

    public abstract void Heading(int level, string text, string anchor);

    public abstract void Paragraph(params ReadOnlySpan<NoticeSpan> spans);

    /// <summary>Names with their values; what has no value is not among them.</summary>
    public abstract void Facts(IReadOnlyList<(string Name, NoticeSpan[] Value)> facts);

    public abstract void Item(params ReadOnlySpan<NoticeSpan> spans);

    /// <summary>Behind the last item.</summary>
    public abstract void EndItems();

    /// <summary>A text as it is.</summary>
    public abstract void Verbatim(string text);

    public abstract void End();
}
