using System.Buffers;

namespace Headwater.Core.Versions;

/// <summary>
/// The order that dpkg gives to one part of a version: in turn a run of non-digits, in which <c>~</c> comes before the end, the end
/// before letters and letters before all else, and a run of digits by value.
/// </summary>
internal static class DpkgOrder
{
    private const byte Tilde = 1, End = 2;

    public static readonly SearchValues<char> Allowed =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.+-~:_");

    public static void Append(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        do
        {
            var i = 0;
            for (; i < text.Length && !char.IsAsciiDigit(text[i]); i++)
            {
                var c = text[i];
                key.Append(c == '~' ? Tilde : char.IsAsciiLetter(c) ? (byte)c : (byte)(c | 0x80));
            }

            key.Append(End);
            var digits = VersionText.CountDigits(text, i);
            key.AppendNumber(text.Slice(i, digits));
            text = text[(i + digits)..];
        }
        while (!text.IsEmpty);
        key.Append(End);
    }
}
