using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Headwater.Core.Policies.Cel.Library;

/// <summary><c>string.format(list)</c>: <c>%[.precision]conversion</c> with the conversions s d f e x X o b.</summary>
internal static class TextFormat
{
    private const int MaxPrecision = 1000;

    public static CelValue Format(string format, CelList arguments, CelActivation activation)
    {
        var text = new StringBuilder();
        var argument = 0;
        for (var at = 0; at < format.Length;)
        {
            var percent = format.IndexOf('%', at);
            if (percent < 0) percent = format.Length;
            text.Append(format, at, percent - at);
            at = percent + 1;
            if (percent == format.Length) break;
            if (at < format.Length && format[at] == '%')
            {
                text.Append('%');
                at++;
                continue;
            }

            var precision = 6;
            if (at < format.Length && format[at] == '.')
            {
                var start = ++at;
                for (precision = 0; at < format.Length && char.IsAsciiDigit(format[at]); at++) precision = Math.Min((precision * 10) + format[at] - '0', MaxPrecision + 1);
                if (at == start) return CelValue.Failed("A precision needs digits after the point.");
                if (precision > MaxPrecision) return CelValue.Failed($"A precision is {MaxPrecision} at most.");
            }

            if (at >= format.Length) return CelValue.Failed("The format ends within a clause.");
            if (!"sdfexXob".Contains(format[at], StringComparison.Ordinal)) return CelValue.Failed($"'%{char.ConvertFromUtf32(char.IsSurrogate(format[at]) ? 0xFFFD : format[at])}' is no clause of a format.");
            if (argument >= arguments.Count) return CelValue.Failed($"The format asks for argument {argument}, and there are {arguments.Count}.");
            if (One(text, format[at], precision, arguments[argument++], activation) is { } error) return error;
            at++;
            if (text.Length > activation.Limits.TextLength || !activation.Charge(1)) return TextFunctions.TooLong(activation);
        }

        return TextFunctions.Bounded(text, activation);
    }

    private static CelValue? One(StringBuilder text, char clause, int precision, in CelValue value, CelActivation activation)
    {
        if (value.IsErrorOrUnknown) return value;
        // Exact digits are worked out in large numbers.
        if (clause is 'f' or 'e' && !activation.Charge(50 + precision)) return TextFunctions.TooLong(activation);
        switch (clause)
        {
            case 's':
                return Text(text, value, activation);
            case 'd' when value.Kind is CelKind.Int or CelKind.Uint or CelKind.Double:
                return Text(text, value, activation);
            case 'f' when value.Kind == CelKind.Double:
                text.Append(Numbers.Fixed(value.Double, precision));
                return null;
            case 'f' when value.Kind is CelKind.Int or CelKind.Uint:
                text.Append(Digits(value)).Append(precision > 0 ? "." : "").Append('0', precision);
                return null;
            case 'e' when Comparing.IsNumber(value.Kind):
                text.Append(Numbers.Scientific(value.Kind == CelKind.Double ? value.Double : value.Kind == CelKind.Int ? value.Int : value.Uint, precision));
                return null;
            case 'x' or 'X' when value.Kind is CelKind.Int or CelKind.Uint:
                text.Append(Based(value, 16, clause == 'X'));
                return null;
            case 'x' or 'X' when value.Kind is CelKind.String or CelKind.Bytes:
                var bytes = value.Bytes ?? Encoding.UTF8.GetBytes(value.String!);
                if (bytes.Length * 2L > activation.Limits.TextLength) return TextFunctions.TooLong(activation);
                text.Append(clause == 'X' ? Convert.ToHexString(bytes) : Convert.ToHexStringLower(bytes));
                return null;
            case 'o' when value.Kind is CelKind.Int or CelKind.Uint:
                text.Append(Based(value, 8, false));
                return null;
            case 'b' when value.Kind is CelKind.Int or CelKind.Uint or CelKind.Bool:
                text.Append(value.Kind == CelKind.Bool ? (value.IsTrue ? "1" : "0") : Based(value, 2, false));
                return null;
            default:
                return CelValue.Failed($"'%{clause}' takes {clause switch { 'd' or 'f' or 'e' => "numbers", 'b' => "whole numbers and bools", 'o' => "whole numbers", _ => "whole numbers, strings and bytes" }}, and this is {value.TypeOf()}.");
        }
    }

    /// <summary>The value as <c>%s</c> writes it.</summary>
    private static CelValue? Text(StringBuilder text, in CelValue value, CelActivation activation)
    {
        if (text.Length > activation.Limits.TextLength || !activation.Charge(1) || !RuntimeHelpers.TryEnsureSufficientExecutionStack()) return TextFunctions.TooLong(activation);
        switch (value.Kind)
        {
            case CelKind.Int or CelKind.Uint:
                text.Append(Digits(value));
                return null;
            case CelKind.Double:
                text.Append(Numbers.Plain(value.Double));
                return null;
            case CelKind.String:
                text.Append(value.String);
                return null;
            case CelKind.Bytes:
                text.Append(Lenient(value.Bytes!));
                return null;
            case CelKind.Null or CelKind.Bool or CelKind.Duration or CelKind.Timestamp:
                text.Append(value.ToString());
                return null;
            case CelKind.Type:
                text.Append(value.Type!.Name);
                return null;
            case CelKind.List:
                text.Append('[');
                for (var i = 0; i < value.List!.Count; i++)
                {
                    if (i > 0) text.Append(", ");
                    if (Text(text, value.List[i], activation) is { } error) return error;
                }

                text.Append(']');
                return null;
            case CelKind.Map:
                return Map(text, value.Map!, activation);
            default:
                return value.IsErrorOrUnknown ? value : CelValue.Failed($"'%s' does not take {value.TypeOf()}.");
        }
    }

    private static CelValue? Map(StringBuilder text, CelMap map, CelActivation activation)
    {
        var entries = new List<(string Key, string Value)>();
        long length = text.Length;
        for (var i = 0; i < map.Count; i++)
        {
            var (key, value) = (new StringBuilder(), new StringBuilder());
            if ((Text(key, map.KeyAt(i), activation) ?? Text(value, map.ValueAt(i), activation)) is { } error) return error;
            if ((length += key.Length + value.Length) > activation.Limits.TextLength) return TextFunctions.TooLong(activation);
            entries.Add((key.ToString(), value.ToString()));
        }

        entries.Sort((a, b) => CodePoints.Compare(a.Key, b.Key));
        text.Append('{').AppendJoin(", ", entries.Select(e => $"{e.Key}: {e.Value}")).Append('}');
        return null;
    }

    /// <summary>Bytes that are no UTF-8 become U+FFFD, however many stand together.</summary>
    private static string Lenient(byte[] bytes)
    {
        var text = new StringBuilder(bytes.Length);
        var isBroken = false;
        for (var at = 0; at < bytes.Length;)
        {
            var status = Rune.DecodeFromUtf8(bytes.AsSpan(at), out var rune, out var used);
            at += used;
            var broken = status != System.Buffers.OperationStatus.Done;
            if (!broken || !isBroken) text.Append(rune.ToString());
            isBroken = broken;
        }

        return text.ToString();
    }

    private static string Digits(in CelValue value) => value.Kind == CelKind.Int ? value.Int.ToString(CultureInfo.InvariantCulture) : value.Uint.ToString(CultureInfo.InvariantCulture);

    private static string Based(in CelValue value, uint radix, bool upper)
    {
        var negative = value.Kind == CelKind.Int && value.Int < 0;
        var rest = negative ? unchecked((ulong)-value.Int) : value.Uint;
        Span<char> digits = stackalloc char[65];
        var at = digits.Length;
        do
        {
            digits[--at] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[(int)(rest % radix)];
            rest /= radix;
        }
        while (rest != 0);
        if (negative) digits[--at] = '-';
        return new string(digits[at..]);
    }
}
