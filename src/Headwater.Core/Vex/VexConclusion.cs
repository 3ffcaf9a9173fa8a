namespace Headwater.Core.Vex;

/// <summary>A statement that was weighed.</summary>
/// <param name="Document">Where it stands.</param>
/// <param name="Statement">What it says.</param>
/// <param name="Coverage">How it is about what was asked.</param>
/// <param name="Time">When it was said; null when nobody knows.</param>
public sealed record VexSource(VexDocument Document, VexStatement Statement, VexCoverage Coverage, DateTimeOffset? Time)
{
    /// <summary>True when a later statement of the same author, or of the same document, stands instead of it.</summary>
    public bool Superseded { get; init; }

    /// <summary>Who said it: author, else document.</summary>
    internal string Speaker => Document.Author is { } author ? "author " + author : Document.Id is { } id ? "document " + id : "document #" + System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(Document);
}

/// <summary>
/// What follows from all statements on one vulnerability in one product. Of one author the latest counts. Authors who contradict each other are not reconciled: nobody here knows whom to believe, and the one who decides
/// sees what each said.
/// </summary>
public sealed record VexConclusion
{
    private VexConclusion(VexStatus? status, IReadOnlyList<VexSource> sources) => (Status, Sources) = (status, sources);

    /// <summary>The status on which all agree; null when they do not, or when it is not known whether a statement is about this version.</summary>
    public VexStatus? Status { get; }

    /// <summary>All statements that are about it: first the ones that count, the latest first; then those that were superseded.</summary>
    public IReadOnlyList<VexSource> Sources { get; }

    /// <summary>The latest of the statements that count; null when they contradict each other.</summary>
    public VexStatement? Statement => Status is null ? null : Sources.First(s => !s.Superseded && s.Coverage != VexCoverage.Unknown).Statement;

    /// <summary>True when statements that count contradict each other.</summary>
    public bool IsConflict => Sources.Where(s => !s.Superseded && s.Coverage != VexCoverage.Unknown).Select(s => s.Statement.Status).Distinct().Count() > 1;

    internal static VexConclusion Of(List<VexSource> all)
    {
        var order = all.Select((source, index) => (Source: source, Index: index)).ToList();
        var counts = new HashSet<int>();
        foreach (var speaker in order.GroupBy(s => s.Source.Speaker, StringComparer.Ordinal))
        {
            // What may be about another version supersedes nothing, and is superseded by nothing.
            counts.UnionWith(speaker.Where(s => s.Source.Coverage == VexCoverage.Unknown).Select(s => s.Index));
            var known = speaker.Where(s => s.Source.Coverage != VexCoverage.Unknown).ToList();
            if (known.Count == 0) continue;
            var latest = known.Max(s => s.Source.Time ?? DateTimeOffset.MinValue);
            var last = known.Where(s => (s.Source.Time ?? DateTimeOffset.MinValue) == latest).ToList();
            // Within a document the later in the list goes before; two documents of one moment do not say which is the later.
            foreach (var document in last.GroupBy(s => s.Source.Document, ReferenceEqualityComparer.Instance)) counts.Add(document.Max(s => s.Index));
        }

        var sources = order.Select(s => (Source: s.Source with { Superseded = !counts.Contains(s.Index) }, s.Index))
            .OrderBy(s => s.Source.Superseded).ThenByDescending(s => s.Source.Time ?? DateTimeOffset.MinValue).ThenByDescending(s => s.Index).Select(s => s.Source).ToList();
        var statuses = sources.Where(s => !s.Superseded && s.Coverage != VexCoverage.Unknown).Select(s => s.Statement.Status).Distinct().ToList();
        return new VexConclusion(statuses.Count == 1 ? statuses[0] : null, sources);
    }
}
