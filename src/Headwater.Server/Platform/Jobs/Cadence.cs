using System.Globalization;

namespace Headwater.Server.Platform.Jobs;

/// <summary>How often something recurs: every so long, or daily at a time of the day in UTC.</summary>
/// <param name="Every">Between one run and the next; null when it is daily.</param>
/// <param name="Daily">The time of the day (UTC); null when it is every so long.</param>
internal sealed record Cadence(TimeSpan? Every, TimeOnly? Daily)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10), Longest = TimeSpan.FromDays(92);

    /// <exception cref="ArgumentOutOfRangeException">Less than ten seconds or more than three months.</exception>
    public static Cadence EachTime(TimeSpan every)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(every, Shortest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(every, Longest);
        return new Cadence(every, null);
    }

    public static Cadence DailyAt(TimeOnly time) => new(null, time);

    /// <summary>What tables keep: seconds, or the minute of the day.</summary>
    public static Cadence Of(long? everySeconds, long? dailyMinute) => everySeconds is { } seconds ? new Cadence(TimeSpan.FromSeconds(seconds), null) : DailyAt(TimeOnly.FromTimeSpan(TimeSpan.FromMinutes(dailyMinute ?? 0)));

    /// <summary>What people write: a time of the day as <c>HH:mm</c>, which counts before a number of seconds; hourly when neither is said.</summary>
    /// <returns>Null when it is no such time, or the seconds are out of bounds.</returns>
    public static Cadence? Parse(string? everySeconds, string? dailyAt)
    {
        if (dailyAt is not null) return TimeOnly.TryParseExact(dailyAt, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? DailyAt(time) : null;
        if (everySeconds is null) return EachTime(TimeSpan.FromHours(1));
        if (!long.TryParse(everySeconds, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds < Shortest.TotalSeconds || seconds > Longest.TotalSeconds) return null;
        return EachTime(TimeSpan.FromSeconds(seconds));
    }

    /// <summary>How long after one run the next is, without the spread.</summary>
    public TimeSpan Period => Every ?? TimeSpan.FromDays(1);

    /// <summary>
    /// When it is due next. What was missed meanwhile is not made up for: one run sees what all of them would have seen. A spread keeps a
    /// thousand things with one cadence, and a thousand installations, from one moment: up to a tenth of the period, and no more than a minute.
    /// </summary>
    /// <param name="now">From when.</param>
    /// <param name="spread">0..1.</param>
    public DateTimeOffset Next(DateTimeOffset now, double spread)
    {
        var late = TimeSpan.FromSeconds(Math.Min(60, Period.TotalSeconds / 10) * spread);
        if (Every is { } every) return now + every + late;
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) + Daily!.Value.ToTimeSpan();
        return (today > now ? today : today.AddDays(1)) + late;
    }
}
