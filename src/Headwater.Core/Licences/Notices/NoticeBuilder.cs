namespace Headwater.Core.Licences.Notices;

/// <summary>Makes a notice: orders the components, reads their licences, numbers their texts, and notes what is missing.</summary>
public sealed class NoticeBuilder
{
    /// <summary>Licences by which the maker gives up the copyright, so that no statement of it is due.</summary>
    private static readonly HashSet<string> s_dedications = new(StringComparer.OrdinalIgnoreCase) { "CC0-1.0", "Unlicense", "PDDL-1.0", "CC-PDDC", "blessing", "SAX-PD", "NIST-PD", "LicenseRef-scancode-public-domain" };

    private readonly NoticeInput _input;
    private readonly NoticeKnowledge _knowledge;
    private readonly NoticeLicences _licences;
    private readonly NoticeChooser _chooser;
    private readonly NoticeTextTable _texts = new(), _notices = new();
    private readonly ComponentTexts _own;
    private readonly List<NoticeEntry> _entries = [];
    private readonly List<NoticeGap> _gaps = [];
    private readonly List<(string Text, List<int> Components)> _acknowledgements = [];
    private readonly Dictionary<string, int> _acknowledged = new(StringComparer.Ordinal);

    private NoticeBuilder(NoticeInput input, NoticeKnowledge knowledge)
    {
        (_input, _knowledge) = (input, knowledge);
        _licences = new NoticeLicences(knowledge.Expressions);
        _chooser = new NoticeChooser(knowledge.Expressions, input.Preferences);
        _own = new ComponentTexts(_texts, knowledge);
    }

    /// <summary>Makes a notice.</summary>
    /// <param name="input">What it is made from.</param>
    /// <param name="knowledge">What is known of licences.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Notice Build(NoticeInput input, NoticeKnowledge knowledge, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(knowledge);
        return new NoticeBuilder(input, knowledge).Build(cancellationToken);
    }

    private Notice Build(CancellationToken cancellationToken)
    {
        var merged = NoticeMerge.Ordered(_input.Components);
        foreach (var component in merged.Where(c => c.Excluded is null || _input.IncludeExcluded))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(component);
        }

        _own.Settle(cancellationToken);
        NoticeComponent[] excluded = _input.IncludeExcluded ? [] : [.. merged.Where(c => c.Excluded is not null)];
        if (_entries.Count == 0) _gaps.Add(new NoticeGap(NoticeGapKind.Empty, null, excluded.Length == 0 ? "There is no component to give notice of." : "Every component is left out, so there is none to give notice of."));
        var offer = SourceOffers.Of(_input, _entries);
        if (offer is not null && _input.Contact is null) _gaps.Add(new NoticeGap(NoticeGapKind.NoContact, null, "Source code has to be offered, and nobody said where to ask for it."));
        var texts = _texts.Blocks();
        return new Notice
        {
            Input = _input, Entries = _entries, Texts = texts, Notices = _notices.Blocks(), Offer = offer, Excluded = excluded, Gaps = [.. _gaps.OrderBy(g => g.Component ?? int.MaxValue)],
            Acknowledgements = [.. _acknowledgements.Select(a => new NoticeAcknowledgement(a.Text, a.Components))],
            InputSha256 = NoticeDigest.Of(_input, _entries, texts, excluded),
        };
    }

    private void Add(NoticeComponent component)
    {
        var number = _entries.Count + 1;
        var remarks = new List<string>();
        void Gap(NoticeGapKind kind, string detail) => _gaps.Add(new NoticeGap(kind, number, detail));

        var licence = _licences.Of(component, remarks, Gap);
        var choice = licence.Expression is null ? null : _chooser.Choose(licence.Expression, component.Choice ?? _input.Choose?.Invoke(component, licence.Expression));
        if (choice?.Fault is { } fault) Gap(NoticeGapKind.ChoiceNotOffered, fault);
        if (choice is { Chosen: null, Alternatives.Count: > 1 }) remarks.Add("It is offered under any of these alternatives, and none was chosen: the texts of all are given.");
        if (component.Excluded is not null) remarks.Add($"Listed although it is no part of what is delivered: {component.Excluded}.");
        if (component.Modified) remarks.Add("It was modified.");
        foreach (var unread in component.Unread) Gap(NoticeGapKind.UnreadText, unread);

        var texts = _own.Take(component, number, choice, remarks, Gap);
        if (licence is { Expression: { } said, Statement.Origin: not NoticeOrigin.Found and var origin } && !component.IsDecided) _own.Compare(component, said, origin, choice!, Gap);
        var copyrights = _own.Copyrights(component, choice, texts.Own);
        var isGivenUp = choice is { Used.Count: > 0 } && choice.Used.All(t => s_dedications.Contains(t.Licence));
        if (copyrights.Count == 0 && !isGivenUp) Gap(NoticeGapKind.NoCopyright, "No copyright statement is known.");
        foreach (var words in component.Acknowledgements.Concat(_own.Advertised(texts.Own))) Acknowledge(words, number);
        NoticeTextUse[] notices = [.. component.Notices.Select(n => new NoticeTextUse(_notices.Add(n.Text, n.Name, n.Licences, false, number), n.Name, false)).DistinctBy(n => n.Number)];
        var duty = choice is null ? SourceDuty.None : choice.Used.Select(_knowledge.Duty).DefaultIfEmpty().Max();
        _entries.Add(new NoticeEntry(number, component, licence.Shown, licence.Statement?.Origin, choice?.Chosen, choice?.Reason, choice?.Alternatives ?? [], remarks, copyrights, texts.Uses, notices, duty));
    }

    private void Acknowledge(string words, int number)
    {
        words = NoticeTextTable.Plain(words).Trim();
        if (words.Length == 0) return;
        if (!_acknowledged.TryGetValue(words, out var at))
        {
            _acknowledged.Add(words, at = _acknowledgements.Count);
            _acknowledgements.Add((words, []));
        }

        var components = _acknowledgements[at].Components;
        if (components.Count == 0 || components[^1] != number) components.Add(number);
    }
}
