using Headwater.Core.Advisories;

namespace Headwater.Server.Features.Findings;

/// <summary>What became of a finding.</summary>
internal enum FindingEventKind
{
    Appeared = 1,
    Retracted = 2,
    Reappeared = 3,

    /// <summary>It is known to be exploited now.</summary>
    Exploited = 4,
}

/// <summary>Why a finding is no longer reported.</summary>
internal enum RetractionReason
{
    None = 0,

    /// <summary>Every record about it is withdrawn.</summary>
    Withdrawn = 1,

    /// <summary>The records no longer hold this version affected.</summary>
    Corrected = 2,

    /// <summary>No loaded source has a record of it any more.</summary>
    Removed = 3,
}

/// <summary>An event in the life of a finding.</summary>
/// <param name="Advisory">The record whose newest modification it goes back to; null when there is none any more.</param>
/// <param name="Modified">When that record was modified.</param>
internal sealed record FindingEventRow(
    string Finding, IReadOnlyList<string> Ids, string? Summary, Severity Severity, FindingEventKind Kind, RetractionReason Reason, string? Advisory, DateTimeOffset? Modified, DateTimeOffset At,
    long ComponentId, long ComponentVersionId, string ComponentName, string? ComponentGroup, string? ComponentVersion);

/// <summary>An event to be kept.</summary>
internal sealed record FindingEvent(long ComponentVersion, string Finding, string Ids, string? Summary, Severity Severity, bool Affected, FindingEventKind Kind, RetractionReason Reason, string? Advisory, DateTimeOffset? Modified)
{
    /// <summary>A finding that is there now, told of by the newest of its records.</summary>
    public static FindingEvent Of(long componentVersion, Finding finding, string ids, FindingEventKind kind, AdvisoryIndex index)
    {
        var newest = finding.Records.Select(index.Summary).MaxBy(r => r.Modified);
        return new FindingEvent(componentVersion, finding.Id, ids, finding.Summary, finding.Severity, finding.Verdict == MatchVerdict.Affected, kind, RetractionReason.None, newest?.Id, newest?.Modified);
    }

    /// <summary>Why a finding is there no more: what the records that it came from say now.</summary>
    public static (RetractionReason Reason, string? Advisory, DateTimeOffset? Modified) WhyGone(IReadOnlyList<string> ids, AdvisoryIndex? index)
    {
        var records = index is null ? [] : ids.Select(index.NumberOf).Where(r => r >= 0).Distinct().Select(index.Summary).ToList();
        if (records.Count == 0) return (RetractionReason.Removed, null, null);
        var newest = records.MaxBy(r => r.Modified)!;
        return (records.TrueForAll(r => r.Withdrawn is not null) ? RetractionReason.Withdrawn : RetractionReason.Corrected, newest.Id, newest.Modified);
    }
}
