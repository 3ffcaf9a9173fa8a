using System.Globalization;

namespace Headwater.Core.Licences.Notices.Writing;

/// <summary>What stands where in a notice, whatever the format.</summary>
internal sealed class NoticeOutline(Notice notice, NoticePrinter to)
{
    private readonly NoticeInput _input = notice.Input;

    public void Write(CancellationToken cancellationToken)
    {
        var sections = new List<(string Title, string Anchor)> { ("Components", "components") };
        if (notice.Acknowledgements.Count > 0) sections.Add(("Acknowledgements", "acknowledgements"));
        if (notice.Notices.Count > 0) sections.Add(("NOTICE files", "notices"));
        if (notice.Texts.Count > 0) sections.Add(("Licence texts", "texts"));
        if (notice.Offer is not null) sections.Add(("Source code", "source"));
        if (notice.Excluded.Count > 0) sections.Add(("Not part of what is delivered", "excluded"));
        sections.Add(("Open items", "gaps"));
        sections.Add(("About this notice", "about"));
        to.Begin($"Third-party notices for {Product}", sections);
        to.Paragraph($"{Product} contains the following components of others. Each stands under its own licence, which is given with it; the terms of the product itself do not take the place of these licences.");
        if (notice.Gaps.Count > 0) to.Paragraph("This notice is not complete: ", new NoticeSpan(notice.Gaps.Count == 1 ? "1 open item" : $"{Number(notice.Gaps.Count)} open items", "gaps"), ".");

        to.Heading(2, "Components", "components");
        foreach (var entry in notice.Entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Entry(entry);
        }

        Acknowledgements();
        Blocks(notice.Notices, "NOTICE files", "notices", "n", "NOTICE", cancellationToken);
        Blocks(notice.Texts, "Licence texts", "texts", "t", "Text", cancellationToken);
        Offer();
        Excluded();
        Gaps();
        About();
        to.End();
    }

    private string Product => _input.SubjectVersion is null ? _input.Subject : $"{_input.Subject} {_input.SubjectVersion}";

    private void Entry(NoticeEntry entry)
    {
        var c = entry.Component;
        to.Heading(3, $"{Number(entry.Number)}. {c.Title}", $"c-{Number(entry.Number)}");
        var facts = new List<(string, NoticeSpan[])> { ("Licence", [entry.Origin is { } origin ? $"{entry.Licence} ({NoticeLicences.Word(origin)})" : entry.Licence]) };
        if (entry.Chosen is not null) facts.Add(("Used under", [$"{entry.Chosen}, {entry.ChoiceReason}"]));
        else if (entry.Alternatives.Count > 1) facts.Add(("Alternatives", [string.Join("; ", entry.Alternatives)]));
        foreach (var other in c.Statements.Where(s => s.Origin != entry.Origin)) facts.Add((other.Origin.ToString(), [other.Expression]));
        if (c.Purl is not null) facts.Add(("Package", [c.Purl]));
        if (c.Homepage is not null) facts.Add(("Home page", [NoticeSpan.Link(c.Homepage)]));
        if (c.Source is not null) facts.Add(("Source", [NoticeSpan.Link(c.Source)]));
        if (c.Scope is not null) facts.Add(("Scope", [c.Scope]));
        if (entry.Texts.Count > 0) facts.Add(("Licence texts", References(entry.Texts, "t", "Text")));
        if (entry.Notices.Count > 0) facts.Add(("NOTICE files", References(entry.Notices, "n", "NOTICE")));
        to.Facts(facts);
        foreach (var copyright in entry.Copyrights) to.Item(copyright);
        if (entry.Copyrights.Count > 0) to.EndItems();
        foreach (var remark in entry.Remarks) to.Paragraph("Note: ", remark);
    }

    private static NoticeSpan[] References(IReadOnlyList<NoticeTextUse> uses, string anchor, string word)
    {
        var spans = new List<NoticeSpan>();
        foreach (var use in uses)
        {
            if (spans.Count > 0) spans.Add(", ");
            spans.Add(new NoticeSpan($"{word} {Number(use.Number)}", $"{anchor}-{Number(use.Number)}"));
            spans.Add(use.IsStandard ? $" ({use.Name}, standard text)" : $" ({use.Name})");
        }

        return [.. spans];
    }

    private void Acknowledgements()
    {
        if (notice.Acknowledgements.Count == 0) return;
        to.Heading(2, "Acknowledgements", "acknowledgements");
        foreach (var acknowledgement in notice.Acknowledgements)
        {
            to.Verbatim(acknowledgement.Text);
            to.Paragraph(UsedBy(acknowledgement.Components));
        }
    }

    private void Blocks(IReadOnlyList<NoticeBlock> blocks, string title, string section, string anchor, string word, CancellationToken cancellationToken)
    {
        if (blocks.Count == 0) return;
        to.Heading(2, title, section);
        foreach (var block in blocks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var what = block.Licences.Count > 0 ? string.Join(", ", block.Licences) : block.Name;
            to.Heading(3, $"{word} {Number(block.Number)}: {what}", $"{anchor}-{Number(block.Number)}");
            if (block.IsStandard) to.Paragraph("Standard text of the licence, which stands in for the components' own.");
            to.Paragraph(UsedBy(block.Components));
            to.Verbatim(block.Text);
        }
    }

    private NoticeSpan[] UsedBy(IReadOnlyList<int> components)
    {
        var spans = new List<NoticeSpan> { "For: " };
        foreach (var number in components)
        {
            if (spans.Count > 1) spans.Add(", ");
            spans.Add(Reference(number));
        }

        return [.. spans];
    }

    private NoticeSpan Reference(int number) => new(notice.Entries[number - 1].Component.Title, $"c-{Number(number)}");

    private void Offer()
    {
        if (notice.Offer is not { } offer) return;
        to.Heading(2, "Source code", "source");
        foreach (var paragraph in offer.Paragraphs) to.Paragraph(paragraph);
        foreach (var number in offer.Components)
        {
            var entry = notice.Entries[number - 1];
            var where = entry.Component.Source ?? entry.Component.Homepage;
            if (where is null) to.Item(Reference(number), $" ({entry.Chosen ?? entry.Licence})");
            else to.Item(Reference(number), $" ({entry.Chosen ?? entry.Licence}): ", NoticeSpan.Link(where));
        }

        to.EndItems();
    }

    private void Excluded()
    {
        if (notice.Excluded.Count == 0) return;
        to.Heading(2, "Not part of what is delivered", "excluded");
        to.Paragraph("These components are named by the inventory, and no notice of them is given here.");
        foreach (var component in notice.Excluded) to.Item($"{component.Title}: {component.Excluded}");
        to.EndItems();
    }

    private void Gaps()
    {
        to.Heading(2, "Open items", "gaps");
        if (notice.Gaps.Count == 0)
        {
            to.Paragraph("Nothing is missing.");
            return;
        }

        foreach (var gaps in notice.Gaps.GroupBy(g => g.Component))
        {
            var details = string.Join(' ', gaps.Select(g => g.Detail));
            if (gaps.Key is { } number) to.Item(Reference(number), $": {details}");
            else to.Item(details);
        }

        to.EndItems();
    }

    private void About()
    {
        to.Heading(2, "About this notice", "about");
        var facts = new List<(string, NoticeSpan[])>
        {
            ("Product", [Product]),
            ("Components", [Number(notice.Entries.Count)]),
            ("Texts", [$"{Number(notice.Texts.Count)} of licences, {Number(notice.Notices.Count)} of NOTICE files"]),
            ("Made by", [_input.Generator]),
        };
        if (_input.Date is not null) facts.Add(("Date", [_input.Date]));
        if (_input.SbomSha256 is not null) facts.Add(("SBOM (SHA-256)", [_input.SbomSha256]));
        facts.Add(("Inputs (SHA-256)", [notice.InputSha256]));
        to.Facts(facts);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
