using System.Text.Json;

namespace Headwater.Server.Features.Feeds;

/// <summary>What a feed remembers of its source from one refresh to the next.</summary>
internal sealed record FeedState
{
    /// <summary>By file or address: what its last answer carried.</summary>
    public Dictionary<string, PartState> Parts { get; init; } = new(StringComparer.Ordinal);

    public string ToJson() => JsonSerializer.Serialize(this);

    public static FeedState Parse(string? json)
    {
        try
        {
            return string.IsNullOrEmpty(json) ? new FeedState() : JsonSerializer.Deserialize<FeedState>(json) ?? new FeedState();
        }
        catch (JsonException)
        {
            return new FeedState(); // Everything is asked for again.
        }
    }
}

/// <param name="Etag">For the next conditional request.</param>
/// <param name="LastModified">Likewise.</param>
/// <param name="Seen">Of a list of changes: the newest one taken. Of a folder: what its files were.</param>
internal sealed record PartState(string? Etag = null, string? LastModified = null, string? Seen = null);

/// <summary>What a refresh has made: files that take the place of those before, and what is known of the difference.</summary>
/// <param name="Files">All files of the feed's data, the first to be asked first; null when nothing is new.</param>
/// <param name="Ids">The only records that can differ; null when any may.</param>
/// <param name="Full">Everything was read anew.</param>
/// <param name="InUse">What is to be tidied once the files are in use, and not before: a stop in between must find what the old files need.</param>
internal sealed record Refreshed(IReadOnlyList<string>? Files, IReadOnlyCollection<string>? Ids, bool Full, FeedState State, string? Note, Action? InUse = null);
