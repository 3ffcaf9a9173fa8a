using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;

namespace Headwater.Server.Features.Backup;

/// <summary>
/// Reads the parts of a backup one after another. Nothing in the file is believed: names, sizes and kinds are checked as they come, digests at the end.
/// </summary>
internal sealed class ArchiveReader : IDisposable
{
    private const int LargestPart = 256 << 20, LargestText = 64 << 20;

    private readonly TarReader _tar;
    private readonly Dictionary<string, string> _seen = new(StringComparer.Ordinal);
    private TarEntry? _entry;

    /// <exception cref="InvalidDataException">It is no backup, or one of a later format.</exception>
    public ArchiveReader(Stream input)
    {
        _tar = new TarReader(input, leaveOpen: true);
        if (!Next() || Name != BackupManifest.Part) throw new InvalidDataException("This is not a backup of Headwater.");
        Manifest = Parse(Bytes(LargestText), BackupJson.Default.BackupManifest);
        if (Manifest.Format != BackupManifest.CurrentFormat)
            throw new InvalidDataException($"The backup is of format {Manifest.Format}, made by {Manifest.Program}; this program reads format {BackupManifest.CurrentFormat}. Use the version that made it, or a newer one.");
    }

    public BackupManifest Manifest { get; }

    /// <summary>The part at hand.</summary>
    public string Name { get; private set; } = "";

    /// <summary>What the last part says; null until it was reached.</summary>
    public BackupDigests? Digests { get; private set; }

    /// <summary>Goes to the next part.</summary>
    /// <returns>False after the last, which has been held against all that was read.</returns>
    /// <exception cref="InvalidDataException">The file ends early, or is not what it was.</exception>
    public bool Next()
    {
        try
        {
            if (Digests is not null) return false;
            if (_entry is not null && !_seen.ContainsKey(Name)) Skip();
            _entry = _tar.GetNextEntry();
            if (_entry is null) throw new InvalidDataException("The backup ends early.");
            Name = _entry.Name;
            if (_entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || _seen.ContainsKey(Name)) throw new InvalidDataException($"The backup holds '{Name}', which does not belong there.");
            if (Name != BackupDigests.Part) return true;
            Digests = Parse(Bytes(LargestPart), BackupJson.Default.BackupDigests);
            _seen.Remove(BackupDigests.Part);
            Compare(Digests);
            return false;
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("The backup ends early.", e);
        }
    }

    /// <summary>The part at hand, whole.</summary>
    public byte[] Bytes(int atMost = LargestPart)
    {
        if (_entry!.Length > atMost) throw new InvalidDataException($"The part {Name} is larger than a part may be.");
        var bytes = new byte[_entry.Length];
        _entry.DataStream?.ReadExactly(bytes);
        _seen.Add(Name, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return bytes;
    }

    /// <summary>Copies the part at hand.</summary>
    public void CopyTo(Stream target)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        for (int got; _entry!.DataStream is { } data && (got = data.Read(buffer)) > 0;)
        {
            hash.AppendData(buffer.AsSpan(0, got));
            target.Write(buffer.AsSpan(0, got));
        }

        _seen.Add(Name, Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    /// <summary>Reads the part at hand for its digest only.</summary>
    public void Skip() => CopyTo(Stream.Null);

    public void Dispose() => _tar.Dispose();

    private void Compare(BackupDigests digests)
    {
        foreach (var (name, digest) in _seen)
            if (digests.Parts.GetValueOrDefault(name) != digest) throw new InvalidDataException($"The backup is damaged: the part {name} is not what was written.");
        if (digests.Parts.Keys.FirstOrDefault(p => !_seen.ContainsKey(p)) is { } missing) throw new InvalidDataException($"The backup is damaged: the part {missing} is missing.");
    }

    private T Parse<T>(byte[] bytes, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new InvalidDataException($"The part {Name} is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The part {Name} cannot be read: {e.Message}", e);
        }
    }
}
