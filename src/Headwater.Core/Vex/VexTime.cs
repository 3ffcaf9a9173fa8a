using System.Globalization;
using Headwater.Core.Sboms.Schema;

namespace Headwater.Core.Vex;

/// <summary>Times of RFC 3339.</summary>
internal static class VexTime
{
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        // Fractions may be finer than a clock's tick here (0.1 µs); the rest is dropped.
        return text.Length <= 64 && SchemaFormats.Check("date-time", text).Valid
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    public static string Write(DateTimeOffset time) =>
        time.ToString(time.Offset == TimeSpan.Zero ? "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);
}
