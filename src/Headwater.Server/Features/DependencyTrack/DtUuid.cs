using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>
/// The interface names a component within a project by a UUID of its own, where we hold a pair of numbers: the pair is written into a UUID of
/// version 8 and read back, nothing is stored. Findings' identifiers become UUIDs by a hash.
/// </summary>
internal static class DtUuid
{
    public static Guid OfComponent(long projectVersion, long componentVersion)
    {
        Span<byte> bytes = stackalloc byte[16];
        // 60 bits each, around the places where version and variant stand.
        BinaryPrimitives.WriteInt64BigEndian(bytes, ((projectVersion >> 12) << 16) | 0x8000 | (projectVersion & 0xfff));
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], unchecked((long)0x8000_0000_0000_0000UL) | componentVersion);
        return new Guid(bytes, bigEndian: true);
    }

    public static bool TryReadComponent(Guid uuid, out long projectVersion, out long componentVersion)
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        var (high, low) = (BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[8..]));
        projectVersion = ((high >> 16) << 12) | (high & 0xfff);
        componentVersion = low & 0x3fff_ffff_ffff_ffff;
        return uuid.Version == 8 && low < 0;
    }

    public static Guid OfVulnerability(string id)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(id))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
