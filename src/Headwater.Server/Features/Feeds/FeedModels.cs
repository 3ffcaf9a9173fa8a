using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Feeds;

/// <summary>What a feed brings.</summary>
internal enum FeedKind
{
    /// <summary>Advisories as OSV records.</summary>
    Advisories = 0,

    /// <summary>Malicious packages as OSV records (<c>MAL-…</c>).</summary>
    Malicious = 1,

    /// <summary>Probabilities of exploitation, as FIRST publishes them.</summary>
    Epss = 2,

    /// <summary>What is known to be exploited, as CISA publishes it.</summary>
    Kev = 3,
}

/// <summary>What can be said of a feed by whoever configures it.</summary>
/// <param name="Source">A folder or a file on the server, or an http(s) address.</param>
/// <param name="Ecosystems">For an address: the folders below it, one for each ecosystem; empty for one set of everything.</param>
/// <param name="StaleAfter">From this age on its data is called old; null for the age that is usual for its kind.</param>
internal sealed record FeedInput(string Name, FeedKind Kind, string Source, IReadOnlyList<string> Ecosystems, Cadence Cadence, bool Enabled, TimeSpan? StaleAfter);

/// <summary>Whether the data of a feed is old, by the one rule there is: see <see cref="DataAges.Of(FeedRow, DateTimeOffset)"/>.</summary>
internal enum FeedAge
{
    Fresh,

    /// <summary>It is not known any more to be all there is.</summary>
    Stale,

    /// <summary>What it brings is old by itself, however lately it was read: the source is not kept up, or is a snapshot.</summary>
    OldData,
}

/// <summary>A feed, and how it goes.</summary>
/// <param name="AttemptedAt">When it was last tried.</param>
/// <param name="SucceededAt">When that last went well, whether or not there was anything new.</param>
/// <param name="ChangedAt">When it last brought something new.</param>
/// <param name="Failures">How often it failed since it last went well.</param>
/// <param name="Error">Why it failed last; null when it went well.</param>
/// <param name="Note">What was odd when it went well; null when nothing was.</param>
/// <param name="Newest">The newest record, or the day that the file itself states.</param>
internal sealed record FeedRow(
    long Id, string Name, FeedKind Kind, string Source, IReadOnlyList<string> Ecosystems, Cadence Cadence, bool Enabled, TimeSpan? StaleAfter, DateTimeOffset CreatedAt,
    DateTimeOffset? AttemptedAt, DateTimeOffset? SucceededAt, DateTimeOffset? ChangedAt, int Failures, string? Error, string? Note, int Records, DateTimeOffset? Newest, long? JobId)
{
    public bool IsRemote => Source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || Source.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>The moment of which the data is, as it says itself: its newest record, the day in its file. When it was fetched is <see cref="SucceededAt"/>.</summary>
    public DateTimeOffset? AsOf => Newest ?? ChangedAt;

    /// <summary>
    /// Until when the data is known to be all there is. Whoever answers that there is nothing newer says that for now; EPSS comes every day, so an address that still gives that of
    /// last month is as old as it; and a file that somebody has to put there is as old as what it says.
    /// </summary>
    public DateTimeOffset? CurrentAt => IsAsked ? SucceededAt : AsOf;

    /// <summary>Whether its address tells, whenever it is asked, that there is nothing newer.</summary>
    public bool IsAsked => IsRemote && Kind != FeedKind.Epss;
}

/// <summary>How fresh the advisory data is.</summary>
/// <param name="BuiltAt">When the index was built; null when there is none.</param>
/// <param name="NewestRecord">The newest modification in any record.</param>
internal sealed record FeedStatus(bool Loaded, DateTimeOffset? BuiltAt, int Records, DateTimeOffset? NewestRecord, IReadOnlyList<FeedSource> Sources,
    SignalStatus Epss, SignalStatus Kev, string? Problem)
{
    /// <summary>How old each kind of data is; the same as on every page.</summary>
    public IReadOnlyList<AgeOfData> Ages { get; init; } = [];
}

internal sealed record FeedSource(string Ecosystem, int Records, DateTimeOffset? NewestModified);

/// <summary>EPSS or KEV.</summary>
/// <param name="At">The date the file itself states.</param>
internal sealed record SignalStatus(bool Loaded, int Entries, DateTimeOffset? At);

/// <summary>How old one kind of data in use is: on every page the same. Where several sources bring it, each moment is that of the oldest.</summary>
/// <param name="AsOf">The moment of which the data is, as it says itself; null when none is loaded.</param>
/// <param name="AsOfSource">The source that says so.</param>
/// <param name="FetchedAt">When it was last fetched, or asked for and found unchanged; null for what was put into the data folder by hand.</param>
/// <param name="FetchedSource">The source that was fetched then.</param>
/// <param name="Sources">How many sources bring it.</param>
/// <param name="Old">One of them is older than whoever configured its feed wants it to be, or brings nothing new any more.</param>
internal sealed record AgeOfData(FeedKind Kind, DateTimeOffset? AsOf, string? AsOfSource, DateTimeOffset? FetchedAt, string? FetchedSource, int Sources, bool Old);

/// <summary>A change of a record, for the history of an advisory.</summary>
internal sealed record AdvisoryHistoryRow(string Advisory, Core.Advisories.AdvisoryChangeKind Kind, DateTimeOffset? Modified, DateTimeOffset At, string? Feed);
