using System.Globalization;
using System.Numerics;

namespace Headwater.Core.Policies.Cel.Library;

/// <summary>Numbers to text and back, as the reference implementation writes and reads them.</summary>
internal static class Numbers
{
    /// <summary>The shortest digits that give the number back; with an exponent when it is below -4 or above 5: <c>123.456</c>, <c>6.02214e+23</c>.</summary>
    public static string General(double value)
    {
        if (Special(value) is { } special) return special;
        var (negative, digits, exponent) = Shortest(value);
        if (exponent is < -4 or >= 6) return $"{(negative ? "-" : "")}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        return Plain(negative, digits, exponent);
    }

    /// <summary>The shortest digits without an exponent.</summary>
    public static string Plain(double value)
    {
        if (Special(value) is { } special) return special;
        var (negative, digits, exponent) = Shortest(value);
        return Plain(negative, digits, exponent);
    }

    /// <summary>So many digits after the point, halves to the even digit, of the number's exact binary value.</summary>
    public static string Fixed(double value, int precision)
    {
        if (Special(value) is { } special) return special;
        var (negative, mantissa, power) = Parts(value);
        var scaled = Rounded(mantissa * BigInteger.Pow(10, precision), power);
        var digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        return (negative ? "-" : "") + (precision == 0 ? digits : $"{digits[..^precision]}.{digits[^precision..]}");
    }

    /// <summary>One digit, a point, so many digits, and an exponent of two digits at least.</summary>
    public static string Scientific(double value, int precision)
    {
        if (Special(value) is { } special) return special;
        var (negative, mantissa, power) = Parts(value);
        var sign = negative ? "-" : "";
        if (mantissa.IsZero) return $"{sign}0{(precision > 0 ? "." + new string('0', precision) : "")}e+00";
        // The logarithm is a guess that may be off by one near a power of ten.
        var exponent = (int)Math.Floor(Math.Log10(Math.Abs(value)));
        for (; ; )
        {
            var shift = precision - exponent;
            var scaled = shift >= 0 ? Rounded(mantissa * BigInteger.Pow(10, shift), power) : Divided(power >= 0 ? mantissa << power : mantissa, BigInteger.Pow(10, -shift) << (power < 0 ? -power : 0));
            var digits = scaled.ToString(CultureInfo.InvariantCulture);
            if (digits.Length == precision + 1) return $"{sign}{digits[0]}{(precision > 0 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
            exponent += digits.Length > precision + 1 ? 1 : -1;
        }
    }

    /// <summary>An optional sign and decimal digits.</summary>
    public static bool TryInt(string text, out long value) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && Digits(text.AsSpan(text is ['+' or '-', ..] ? 1 : 0));

    /// <summary>Decimal digits.</summary>
    public static bool TryUint(string text, out ulong value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && Digits(text);

    /// <summary>A decimal number, or <c>NaN</c>, <c>Infinity</c>, <c>Inf</c> in any case. A number that is too large is none.</summary>
    public static bool TryDouble(string text, out double value)
    {
        var sign = text is ['-', ..] ? -1.0 : 1.0;
        var rest = text.AsSpan(text is ['+' or '-', ..] ? 1 : 0);
        if (rest.Equals("infinity", StringComparison.OrdinalIgnoreCase) || rest.Equals("inf", StringComparison.OrdinalIgnoreCase))
        {
            value = sign * double.PositiveInfinity;
            return true;
        }

        if (text.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            value = double.NaN;
            return true;
        }

        value = 0;
        return !rest.ContainsAnyExcept("0123456789.eE+-") && rest.ContainsAnyInRange('0', '9')
            && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    private static bool Digits(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9');

    private static string? Special(double value) => double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "Infinity" : double.IsNegativeInfinity(value) ? "-Infinity" : null;

    /// <summary>Digits without zeros at the end, and the power of ten of the first one.</summary>
    private static (bool Negative, string Digits, int Exponent) Shortest(double value)
    {
        // "R" finds the fewest digits; its exponent stands after E, or there is none.
        var round = value.ToString("R", CultureInfo.InvariantCulture);
        var negative = double.IsNegative(value);
        var split = round.IndexOf('E', StringComparison.Ordinal);
        var mantissa = (split < 0 ? round : round[..split]).TrimStart('-');
        var exponent = split < 0 ? 0 : int.Parse(round.AsSpan(split + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa : mantissa[..point];
        var all = whole + (point < 0 ? "" : mantissa[(point + 1)..]);
        var leading = all.Length - all.TrimStart('0').Length;
        var digits = all.Trim('0');
        return digits.Length == 0 ? (negative, "0", 0) : (negative, digits, exponent + whole.Length - 1 - leading);
    }

    private static string Plain(bool negative, string digits, int exponent)
    {
        var text = exponent < 0 ? $"0.{new string('0', -exponent - 1)}{digits}" : exponent >= digits.Length - 1 ? digits + new string('0', exponent - digits.Length + 1) : $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
        return negative ? "-" + text : text;
    }

    /// <summary>The number is mantissa times two to the power.</summary>
    private static (bool Negative, BigInteger Mantissa, int Power) Parts(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = bits & 0xFFFFFFFFFFFFF;
        return (bits < 0, exponent == 0 ? mantissa : mantissa | (1L << 52), (exponent == 0 ? 1 : exponent) - 1075);
    }

    private static BigInteger Rounded(BigInteger mantissa, int power) => power >= 0 ? mantissa << power : Divided(mantissa, BigInteger.One << -power);

    private static BigInteger Divided(BigInteger number, BigInteger by)
    {
        var quotient = BigInteger.DivRem(number, by, out var rest);
        var half = (rest << 1).CompareTo(by);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
