using System.Globalization;

namespace Headwater.Server.Platform.Ui;

/// <summary>How numbers, sizes and moments are written: in one place, so that a page cannot differ from the next.</summary>
internal sealed class Formats(TimeProvider time, Localiser text)
{
    private static CultureInfo Culture => CultureInfo.CurrentCulture;

    /// <summary>Now, for ages.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>1,234.</summary>
    public string Number(long value) => value.ToString("N0", Culture);

    /// <summary>1.2k, 34k, 5.6M: for places where the exact number is one hover away.</summary>
    public string Short(long value) => Math.Abs(value) switch
    {
        < 10_000 => Number(value),
        < 100_000 => (value / 1e3).ToString("0.#", Culture) + "k",
        < 1_000_000 => (value / 1e3).ToString("0", Culture) + "k",
        _ => (value / 1e6).ToString("0.#", Culture) + "M",
    };

    /// <summary>73% of a whole; never 0% or 100% by rounding; a dash when there is no whole.</summary>
    public string Share(long part, long whole)
    {
        if (whole <= 0) return "–";
        var percent = Math.Round(100d * part / whole);
        if (percent >= 100 && part < whole) return ">99%";
        if (percent <= 0 && part > 0) return "<1%";
        return percent.ToString("0", Culture) + "%";
    }

    /// <summary>A probability 0..1 as per cent with one decimal.</summary>
    public string Probability(double value) => value is > 0.9995 and < 1 ? ">99.9%" : (100 * value).ToString(value is < 0.001 and > 0 ? "0.00" : "0.0", Culture) + "%";

    /// <summary>A score with one decimal, as CVSS writes it.</summary>
    public string Score(double value) => value.ToString("0.0", Culture);

    /// <summary>A size in powers of 1024.</summary>
    public string Bytes(long value)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double size = value;
        var unit = 0;
        for (; size >= 1024 && unit < units.Length - 1; unit++) size /= 1024;
        return size.ToString(unit == 0 || size >= 100 ? "0" : "0.0", Culture) + " " + units[unit];
    }

    /// <summary>21 Nov 2026.</summary>
    public string Date(DateTimeOffset moment) => moment.UtcDateTime.ToString("d MMM yyyy", Culture);

    /// <summary>21 Nov 2026, 08:06:12 UTC.</summary>
    public string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("d MMM yyyy, HH:mm:ss", Culture) + " UTC";

    /// <summary>The form a <c>time</c> element's <c>datetime</c> wants.</summary>
    public string Iso(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>3 hours ago; the date itself when it is more than a year away.</summary>
    public string Ago(DateTimeOffset moment)
    {
        var age = Now - moment;
        var future = age < TimeSpan.Zero;
        if (future) age = -age;
        var (key, count) = age switch
        {
            { TotalSeconds: < 45 } => ("time.seconds", 0L),
            { TotalMinutes: < 59.5 } => ("time.minutes", (long)Math.Round(age.TotalMinutes)),
            { TotalHours: < 23.5 } => ("time.hours", (long)Math.Round(age.TotalHours)),
            { TotalDays: < 31 } => ("time.days", (long)Math.Round(age.TotalDays)),
            { TotalDays: < 365 } => ("time.months", (long)Math.Round(age.TotalDays / 30.44)),
            _ => ("", 0L),
        };
        if (key.Length == 0) return Date(moment);
        if (key == "time.seconds") return text["time.now"];
        return future ? text["time.in", text.N(key, count)] : text["time.ago", text.N(key, count)];
    }

    /// <summary>1.2 s, 340 ms, 3 min: how long something took.</summary>
    public string Duration(TimeSpan span) => span switch
    {
        { TotalMilliseconds: < 1000 } => span.TotalMilliseconds.ToString("0", Culture) + " ms",
        { TotalSeconds: < 60 } => span.TotalSeconds.ToString("0.0", Culture) + " s",
        { TotalMinutes: < 60 } => span.TotalMinutes.ToString("0.0", Culture) + " min",
        _ => span.TotalHours.ToString("0.0", Culture) + " h",
    };
}
