using System.Text;

namespace Headwater.Core.Versions;

/// <summary>vers <c>lexicographic</c>: the UTF-8 bytes as they are, without normalisation.</summary>
internal sealed class LexicographicScheme : VersionScheme
{
    public override string Name => "lexicographic";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        Span<byte> utf8 = stackalloc byte[4];
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var read) != System.Buffers.OperationStatus.Done) return false;
            key.Append(utf8[..rune.EncodeToUtf8(utf8)]);
            text = text[read..];
        }

        return true;
    }
}
