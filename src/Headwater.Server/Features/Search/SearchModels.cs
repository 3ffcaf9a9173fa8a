namespace Headwater.Server.Features.Search;

/// <summary>A hit of the one search box.</summary>
/// <param name="Kind"><c>project</c>, <c>component</c>, <c>document</c>, <c>advisory</c>, <c>owner</c>, <c>person</c> or <c>licence</c>.</param>
/// <param name="Href">Address of its page.</param>
/// <param name="Detail">A short second line.</param>
internal sealed record SearchHit(string Kind, string Title, string? Detail, string Href);

/// <summary>Hits by kind, in the order projects, components, documents, advisories, owners, people, licences.</summary>
/// <param name="Similar">True when nothing has what was typed, and the hits are of what is meant instead: of the first suggestion, or without one what is named nearly so.</param>
internal sealed record SearchResults(string Query, IReadOnlyList<SearchGroup> Groups, bool Similar = false)
{
    /// <summary>What may be meant by what was typed, the nearest first: each finds something. Where <see cref="Similar"/> hits are shown for words, the first is what they were found by.</summary>
    public IReadOnlyList<string> Suggestions { get; init; } = [];

    public int Count => Groups.Sum(g => g.Hits.Count);
}

internal sealed record SearchGroup(string Kind, IReadOnlyList<SearchHit> Hits, bool More);
