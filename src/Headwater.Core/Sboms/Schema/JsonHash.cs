using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Headwater.Core.Sboms.Schema;

/// <summary>
/// 64 bits by which JSON values are held equal as JSON Schema means it (order of properties and spelling of numbers and strings do not
/// count). Seeded per process, so that a document cannot be made whose different values collide.
/// </summary>
internal static class JsonHash
{
    private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));

    public static ulong Of(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var sum = Seed;
                foreach (var p in value.EnumerateObject()) sum += Mix(Name(p) ^ 0x9E3779B97F4A7C15, Of(p.Value));
                return Mix(sum, 1);
            case JsonValueKind.Array:
                var all = Seed ^ 2;
                foreach (var e in value.EnumerateArray()) all = Mix(all, Of(e) ^ 0xC2B2AE3D27D4EB4F);
                return Mix(all, 2);
            case JsonValueKind.String: return Mix(Text(value), 3);
            case JsonValueKind.Number:
                return value.TryGetDecimal(out var d) ? Mix((ulong)BitConverter.DoubleToInt64Bits((double)d + 0.0), (uint)d.GetHashCode()) : Bytes(JsonMarshal.GetRawUtf8Value(value));
            default: return Mix(Seed, 16 + (ulong)value.ValueKind);
        }
    }

    /// <summary>The hash of a string by itself.</summary>
    public static ulong OfText(string text) => Bytes(MemoryMarshal.AsBytes(text.AsSpan()));

    private static ulong Text(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        return raw.Contains((byte)'\\') ? Bytes(Encoding.UTF8.GetBytes(value.GetString()!)) : Bytes(raw);
    }

    private static ulong Name(JsonProperty property)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(property);
        return raw.Contains((byte)'\\') ? Bytes(Encoding.UTF8.GetBytes(property.Name)) : Bytes(raw);
    }

    private static ulong Bytes(ReadOnlySpan<byte> bytes)
    {
        var hash = Seed + (ulong)bytes.Length;
        for (; bytes.Length >= 8; bytes = bytes[8..]) hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ 0xA0761D6478BD642F);
        ulong rest = 0;
        for (var i = 0; i < bytes.Length; i++) rest |= (ulong)bytes[i] << (8 * i);
        return Mix(hash, rest ^ 0xE7037ED1A0B428DB);
    }

    private static ulong Mix(ulong a, ulong b)
    {
        var high = Math.BigMul(a ^ Seed ^ 0x8EBC6AF09C88C6E3, b ^ 0x589965CC75374CC3, out var low);
        return high ^ low ^ (a * 0x9E3779B97F4A7C15);
    }
}
