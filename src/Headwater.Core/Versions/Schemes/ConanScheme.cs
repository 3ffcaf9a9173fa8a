namespace Headwater.Core.Versions;

/// <summary>
/// Conan 2 (docs.conan.io, "Version ranges"): items of any form split at dots, trailing zeros cut; <c>-</c> starts a pre-release and the
/// last <c>+</c> a build, both versions themselves. Two numbers compare by value, otherwise two items compare as text.
/// </summary>
/// <remarks>Comparing a number with a word as text is not transitive (10 &lt; 2zd &lt; 3), so keys are walked, not sorted as bytes.</remarks>
internal sealed class ConanScheme : VersionScheme
{
    private const byte EndOfItems = 1, Pre = 2, NoPre = 3, NoBuild = 4, Build = 5, Number = 6, Word = 7;

    public override string Name => "conan";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        if (text.IsEmpty || VersionText.HasSpace(text)) return false;
        var plus = text.LastIndexOf('+');
        Append(plus < 0 ? text : text[..plus], ref key);
        key.Append(plus < 0 ? NoBuild : Build);
        if (plus >= 0) Append(text[(plus + 1)..], ref key);
        return true;
    }

    public override int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        while (!left.IsEmpty && !right.IsEmpty)
        {
            byte a = left[0], b = right[0];
            left = left[1..];
            right = right[1..];
            int order;
            if (a < Number || b < Number) order = a - b;
            else if (a == Number && b == Number) order = Numeral(ref left, withLength: true).SequenceCompareTo(Numeral(ref right, withLength: true));
            else order = Text(a, ref left).SequenceCompareTo(Text(b, ref right));
            if (order != 0) return order;
        }

        return left.Length - right.Length;
    }

    // A version, and after each hyphen the next one as its pre-release.
    private static void Append(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        while (true)
        {
            var dash = text.IndexOf('-');
            AppendItems(dash < 0 ? text : text[..dash], ref key);
            if (dash < 0) break;
            key.Append(Pre);
            text = text[(dash + 1)..];
        }

        key.Append(NoPre);
    }

    private static void AppendItems(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        var kept = key.Length;
        foreach (var range in text.Split('.'))
        {
            var item = text[range];
            if (VersionText.IsNumber(item))
            {
                key.Append(Number);
                key.AppendNumber(item);
                if (item.ContainsAnyExcept('0')) kept = key.Length;
            }
            else
            {
                key.Append(Word);
                key.AppendText(item);
                kept = key.Length;
            }
        }

        key.Truncate(kept);
        key.Append(EndOfItems);
    }

    private static ReadOnlySpan<byte> Text(byte kind, ref ReadOnlySpan<byte> key)
    {
        if (kind == Number)
        {
            var digits = Numeral(ref key, withLength: false);
            return digits.IsEmpty ? "0"u8 : digits;
        }

        var length = key.IndexOf((byte)0);
        var text = key[..length];
        key = key[(length + 1)..];
        return text;
    }

    private static ReadOnlySpan<byte> Numeral(ref ReadOnlySpan<byte> key, bool withLength)
    {
        var length = 2 + ((key[0] << 8) | key[1]);
        var number = key[(withLength ? 0 : 2)..length];
        key = key[length..];
        return number;
    }
}
