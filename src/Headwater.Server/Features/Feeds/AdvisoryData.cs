using Headwater.Core.Advisories;

namespace Headwater.Server.Features.Feeds;

/// <summary>The advisories in use: index and exploit signals, replaced as a whole when something changes.</summary>
/// <param name="Key">Changes when every component version must be matched again; what changes a part of the records only does not change it.</param>
internal sealed record AdvisoryData(AdvisoryIndex? Index, ExploitSignals Signals, string Key)
{
    /// <summary>Counts every change, however small.</summary>
    public long Generation { get; init; }

    /// <summary>What the sources of the index hold, by source.</summary>
    public IReadOnlyList<LoadedSource> Loaded { get; init; } = [];
}

/// <summary>What one source has brought into the index.</summary>
/// <param name="Feed">Null for the file that somebody has put into the data folder.</param>
/// <param name="Malicious">How many of its records are about malicious packages.</param>
/// <param name="NewestMalicious">The newest of those.</param>
internal sealed record LoadedSource(long? Feed, DateTimeOffset? Newest, int Malicious, DateTimeOffset? NewestMalicious);

/// <summary>What findings must be looked at again.</summary>
/// <param name="From">The first change of a record that this is about, in the table of changes.</param>
/// <param name="To">The last.</param>
/// <param name="Signals">EPSS or KEV has changed.</param>
internal sealed record AdvisoryDelta(long From, long To, bool Signals)
{
    public override string ToString() => $"{From}-{To}{(Signals ? "+signals" : "")}";

    /// <returns>Null for text that is none: then everything is to be matched again.</returns>
    public static AdvisoryDelta? Parse(string text)
    {
        var signals = text.EndsWith("+signals", StringComparison.Ordinal);
        var range = (signals ? text[..^8] : text).Split('-');
        return range.Length == 2 && long.TryParse(range[0], out var from) && long.TryParse(range[1], out var to) ? new AdvisoryDelta(from, to, signals) : null;
    }
}
