namespace Headwater.Server.Features.Feeds;

/// <summary>How fresh the advisory data is.</summary>
/// <param name="BuiltAt">When the index was built; null when there is none.</param>
/// <param name="NewestRecord">The newest modification in any record.</param>
internal sealed record FeedStatus(bool Loaded, DateTimeOffset? BuiltAt, int Records, DateTimeOffset? NewestRecord, IReadOnlyList<FeedSource> Sources,
    SignalStatus Epss, SignalStatus Kev, string? Problem);

internal sealed record FeedSource(string Ecosystem, int Records, DateTimeOffset? NewestModified);

/// <summary>EPSS or KEV.</summary>
/// <param name="At">The date the file itself states.</param>
internal sealed record SignalStatus(bool Loaded, int Entries, DateTimeOffset? At);
