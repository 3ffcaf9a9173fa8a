namespace Headwater.Server.Features.Findings;

/// <summary>What the projects of a unit and of everything below it add up to on a day. What two projects use counts twice.</summary>
internal sealed record UnitNumbers : Numbers
{
    public long OwnerId { get; init; }

    /// <summary>Days since 1970.</summary>
    public long Day { get; init; }

    /// <summary>When the numbers last changed; of a day that an update made, where that is not known, its beginning.</summary>
    public DateTimeOffset CountedAt { get; init; }

    public int Projects { get; init; }

    /// <summary>Projects with a document, and so with numbers.</summary>
    public int Documented { get; init; }

    /// <summary>Projects with a finding.</summary>
    public int Hit { get; init; }

    public int Suppressed { get; init; }

    public int Settled { get; init; }

    public int Audited { get; init; }

    public DateOnly Date => DateOnly.FromDayNumber((int)Day + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);
}
