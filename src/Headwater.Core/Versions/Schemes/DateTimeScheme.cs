using System.Buffers.Binary;

namespace Headwater.Core.Versions;

/// <summary>vers <c>datetime</c>: an RFC 3339 §5.6 date-time, compared as a moment; a fraction may have any number of digits.</summary>
internal sealed class DateTimeScheme : VersionScheme
{
    public override string Name => "datetime";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        // 2024-01-01T00:00:00[.fraction](Z|±hh:mm)
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || (text[10] | 0x20) != 't' || text[13] != ':' || text[16] != ':') return false;
        if (!TryNumber(text[..4], 9999, out var year) || !TryNumber(text[5..7], 12, out var month) || !TryNumber(text[8..10], 31, out var day)
            || !TryNumber(text[11..13], 23, out var hour) || !TryNumber(text[14..16], 59, out var minute)
            || !TryNumber(text[17..19], 60, out var second)) return false;
        if (month == 0 || day == 0 || day > DateTime.DaysInMonth(year == 0 ? 4 : year, month)) return false;
        text = text[19..];
        ReadOnlySpan<char> fraction = default;
        if (text[0] == '.')
        {
            var digits = VersionText.CountDigits(text, 1);
            if (digits == 0) return false;
            fraction = text.Slice(1, digits).TrimEnd('0');
            text = text[(digits + 1)..];
        }

        if (!TryOffset(text, out var offset)) return false;
        var seconds = ((DaysSinceYearZero(year, month, day) * 24 + hour) * 60 + minute - offset) * 60 + second;
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, seconds + 1_000_000);
        key.Append(bytes);
        foreach (var c in fraction) key.Append((byte)c);
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        if (text is "Z" or "z") return true;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':') return false;
        if (!TryNumber(text[1..3], 23, out var hour) || !TryNumber(text[4..6], 59, out var minute)) return false;
        minutes = (hour * 60 + minute) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, int max, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c)) return false;
            value = value * 10 + (c - '0');
        }

        return value <= max;
    }

    // The proleptic Gregorian count, because year 0 is valid in RFC 3339 and an offset may lead out of DateTime's range.
    private static long DaysSinceYearZero(int year, int month, int day)
    {
        var y = month <= 2 ? year - 1 : year;
        var era = (y >= 0 ? y : y - 399) / 400;
        var yearOfEra = y - era * 400;
        var dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return era * 146097L + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear + 400;
    }
}
