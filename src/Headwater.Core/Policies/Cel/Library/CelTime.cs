using System.Globalization;

namespace Headwater.Core.Policies.Cel.Library;

/// <summary>Timestamps are seconds since 1970 and nanoseconds, in the years 1 to 9999; durations are 64 bits of nanoseconds (292 years either way).</summary>
internal static class CelTime
{
    public const long EpochSeconds = 62135596800;
    public const long MinSeconds = -EpochSeconds;
    public const long MaxSeconds = 253402300799;
    public const string TimestampRange = "The timestamp is out of range (years 1 to 9999).";
    public const string DurationRange = "The duration is out of range (292 years either way).";
    private const long Second = 1_000_000_000;

    /// <summary>RFC 3339. More than nine digits of a second are cut off.</summary>
    public static CelValue ReadTimestamp(string text)
    {
        var at = 0;
        if (!Digits(text, ref at, 4, out var year) || !Sign(text, ref at, '-') || !Digits(text, ref at, 2, out var month) || !Sign(text, ref at, '-') || !Digits(text, ref at, 2, out var day)
            || !(Sign(text, ref at, 'T') || Sign(text, ref at, 't')) || !Digits(text, ref at, 2, out var hour) || !Sign(text, ref at, ':') || !Digits(text, ref at, 2, out var minute) || !Sign(text, ref at, ':') || !Digits(text, ref at, 2, out var second))
            return NoTimestamp(text);
        var nanoseconds = 0;
        if (Sign(text, ref at, '.'))
        {
            var start = at;
            for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
            {
                if (at - start < 9) nanoseconds = (nanoseconds * 10) + text[at] - '0';
            }

            if (at == start) return NoTimestamp(text);
            for (var digits = at - start; digits < 9; digits++) nanoseconds *= 10;
        }

        long offset = 0;
        if (!Sign(text, ref at, 'Z') && !Sign(text, ref at, 'z'))
        {
            var west = Sign(text, ref at, '-');
            if ((!west && !Sign(text, ref at, '+')) || !Digits(text, ref at, 2, out var hours) || !Sign(text, ref at, ':') || !Digits(text, ref at, 2, out var minutes) || hours > 23 || minutes > 59) return NoTimestamp(text);
            offset = (west ? -1 : 1) * ((hours * 3600) + (minutes * 60));
        }

        if (at != text.Length || month is < 1 or > 12 || hour > 23 || minute > 59 || second > 59 || day < 1 || day > DaysOf(year, month)) return NoTimestamp(text);
        return CelValue.Timestamp((DaysSinceEpoch(year, month, day) * 86400) + (hour * 3600) + (minute * 60) + second - offset, nanoseconds);
    }

    /// <summary>Numbers with units (<c>h</c>, <c>m</c>, <c>s</c>, <c>ms</c>, <c>us</c>, <c>ns</c>), each perhaps with a fraction, and a sign before all of them.</summary>
    public static CelValue ReadDuration(string text)
    {
        var at = 0;
        var negative = Sign(text, ref at, '-');
        if (!negative) Sign(text, ref at, '+');
        if (text.AsSpan(at).SequenceEqual("0")) return CelValue.Duration(0);
        if (at == text.Length) return NoDuration(text);
        Int128 sum = 0;
        while (at < text.Length)
        {
            var start = at;
            Int128 whole = 0, fraction = 0, scale = 1;
            for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
            {
                whole = (whole * 10) + (text[at] - '0');
                if (whole > long.MaxValue) return CelValue.Failed(DurationRange);
            }

            var digits = at - start;
            if (Sign(text, ref at, '.'))
            {
                for (; at < text.Length && char.IsAsciiDigit(text[at]); at++, digits++)
                {
                    // Beyond that many digits nothing is left of an hour.
                    if (scale >= 1_000_000_000_000_000) continue;
                    fraction = (fraction * 10) + (text[at] - '0');
                    scale *= 10;
                }
            }

            var unitAt = at;
            while (at < text.Length && !char.IsAsciiDigit(text[at]) && text[at] != '.') at++;
            Int128 unit = text.AsSpan(unitAt, at - unitAt) switch { "ns" => 1, "us" or "µs" or "μs" => 1000, "ms" => 1_000_000, "s" => Second, "m" => 60 * Second, "h" => 3600 * Second, _ => 0 };
            if (unit == 0 || digits == 0) return NoDuration(text);
            sum += (whole * unit) + (fraction * unit / scale);
            if (sum > (Int128)long.MaxValue + 1) return CelValue.Failed(DurationRange);
        }

        return Range(negative ? -sum : sum);
    }

    public static CelValue Range(Int128 nanoseconds) => nanoseconds < long.MinValue || nanoseconds > long.MaxValue ? CelValue.Failed(DurationRange) : CelValue.Duration((long)nanoseconds);

    public static CelValue Add(in CelValue timestamp, Int128 nanoseconds)
    {
        var sum = ((Int128)timestamp.TimestampSeconds * Second) + timestamp.TimestampNanoseconds + nanoseconds;
        var seconds = sum / Second;
        var rest = sum % Second;
        if (rest < 0)
        {
            rest += Second;
            seconds--;
        }

        return CelValue.Timestamp((long)seconds, (int)rest);
    }

    public static CelValue Between(in CelValue later, in CelValue earlier) =>
        Range(((Int128)(later.TimestampSeconds - earlier.TimestampSeconds) * Second) + later.TimestampNanoseconds - earlier.TimestampNanoseconds);

    /// <summary>Seconds with their fraction: <c>1.5s</c>.</summary>
    public static string Write(long nanoseconds)
    {
        var size = UInt128.CreateTruncating(Int128.Abs(nanoseconds));
        return string.Create(CultureInfo.InvariantCulture, $"{(nanoseconds < 0 ? "-" : "")}{size / (ulong)Second}{Fraction((int)(size % (ulong)Second))}s");
    }

    /// <summary>RFC 3339 in UTC.</summary>
    public static string Write(long seconds, int nanoseconds)
    {
        var at = new CivilTime(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{at.Year:0000}-{at.Month:00}-{at.Day:00}T{at.Hour:00}:{at.Minute:00}:{at.Second:00}{Fraction(nanoseconds)}Z");
    }

    /// <summary>What a timestamp shows on a clock and calendar in a time zone: a name of the system's data (<c>Europe/Paris</c>) or an offset (<c>+01:00</c>).</summary>
    public static bool TryCivil(in CelValue timestamp, string? zone, out CivilTime time)
    {
        time = default;
        long offset = 0;
        if (zone is not null && !TryOffset(timestamp, zone, out offset)) return false;
        time = new CivilTime(timestamp.TimestampSeconds + offset);
        return true;
    }

    /// <summary>A value for a message; of a long text only its beginning is looked at.</summary>
    public static string Shown(in CelValue value) => value.Kind == CelKind.String ? TextFunctions.Quote(Shown(value.String!)) : value.ToString();

    public static string Shown(string text) => text.Length <= 60 ? text : text[..57] + "…";

    private static bool TryOffset(in CelValue timestamp, string zone, out long offset)
    {
        offset = 0;
        if (zone is "UTC" or "Z" or "") return zone.Length > 0;
        if (zone[0] is '+' or '-' || char.IsAsciiDigit(zone[0]))
        {
            var at = 0;
            var west = Sign(zone, ref at, '-');
            if (!west) Sign(zone, ref at, '+');
            if (!Digits(zone, ref at, 2, out var hours) || !Sign(zone, ref at, ':') || !Digits(zone, ref at, 2, out var minutes) || at != zone.Length || hours > 23 || minutes > 59) return false;
            offset = (west ? -1 : 1) * ((hours * 3600) + (minutes * 60));
            return true;
        }

        // A name of the data base, and nothing that could be a path out of it.
        if (zone.Length > 64 || zone[0] == '/' || zone.AsSpan().ContainsAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)) return false;
        offset = (long)found.GetUtcOffset(new DateTime((timestamp.TimestampSeconds + EpochSeconds) * TimeSpan.TicksPerSecond, DateTimeKind.Utc)).TotalSeconds;
        return true;
    }

    private static string Fraction(int nanoseconds) => nanoseconds == 0 ? "" : "." + nanoseconds.ToString("000000000", CultureInfo.InvariantCulture).TrimEnd('0');

    private static CelValue NoTimestamp(string text) => CelValue.Failed($"'{Shown(text)}' is no timestamp as RFC 3339 writes it, such as 2026-01-31T12:00:00Z, or none of the years 1 to 9999.");

    private static CelValue NoDuration(string text) => CelValue.Failed($"'{Shown(text)}' is no duration, such as 36h or 1.5s.");

    private static bool Sign(string text, ref int at, char sign)
    {
        if (at >= text.Length || text[at] != sign) return false;
        at++;
        return true;
    }

    private static bool Digits(string text, ref int at, int count, out int number)
    {
        number = 0;
        for (var end = at + count; at < end; at++)
        {
            if (at >= text.Length || !char.IsAsciiDigit(text[at])) return false;
            number = (number * 10) + text[at] - '0';
        }

        return true;
    }

    private static int DaysOf(int year, int month) => month == 2 ? (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28) : month is 4 or 6 or 9 or 11 ? 30 : 31;

    /// <summary>Days from 1970-01-01, in the Gregorian calendar for all years.</summary>
    public static long DaysSinceEpoch(int year, int month, int day)
    {
        long y = month <= 2 ? year - 1 : year;
        var era = (y >= 0 ? y : y - 399) / 400;
        var ofEra = y - (era * 400);
        var ofYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        return (era * 146097) + (ofEra * 365) + (ofEra / 4) - (ofEra / 100) + ofYear - 719468;
    }
}

/// <summary>A point in time as clock and calendar show it.</summary>
internal readonly struct CivilTime
{
    public CivilTime(long seconds)
    {
        var days = Math.DivRem(seconds, 86400, out var rest);
        if (rest < 0)
        {
            rest += 86400;
            days--;
        }

        (Hour, Minute, Second) = ((int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
        DayOfWeek = (int)(((days + 4) % 7 + 7) % 7);
        var z = days + 719468;
        var era = (z >= 0 ? z : z - 146096) / 146097;
        var dayOfEra = z - (era * 146097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36524) - (dayOfEra / 146096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var m = ((5 * dayOfYear) + 2) / 153;
        Day = (int)(dayOfYear - (((153 * m) + 2) / 5) + 1);
        Month = (int)(m < 10 ? m + 3 : m - 9);
        Year = (int)(yearOfEra + (era * 400) + (Month <= 2 ? 1 : 0));
        DayOfYear = (int)(days - CelTime.DaysSinceEpoch(Year, 1, 1));
    }

    public int Year { get; }

    public int Month { get; }

    public int Day { get; }

    public int Hour { get; }

    public int Minute { get; }

    public int Second { get; }

    /// <summary>0 for Sunday.</summary>
    public int DayOfWeek { get; }

    /// <summary>From 0.</summary>
    public int DayOfYear { get; }
}
