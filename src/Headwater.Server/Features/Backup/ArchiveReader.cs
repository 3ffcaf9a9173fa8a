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

    /// <exception cref="BackupException">It is no backup, or one of a later format.</exception>
    public ArchiveReader(Stream input)
    {
        _tar = new TarReader(input, leaveOpen: true);
        Begin();
        Manifest = Parse(Bytes(LargestText), BackupJson.Default.BackupManifest);
        if (Manifest.Format != BackupManifest.CurrentFormat)
            throw new BackupException($"it is of format {Manifest.Format}, made by {Manifest.Program}; this program reads format {BackupManifest.CurrentFormat}. Use the version that made it, or a newer one.");
    }

    public BackupManifest Manifest { get; }

    /// <summary>The part at hand.</summary>
    public string Name { get; private set; } = "";

    /// <summary>What the last part says; null until it was reached.</summary>
    public BackupDigests? Digests { get; private set; }

    /// <summary>Goes to the next part.</summary>
    /// <returns>False after the last, which has been held against all that was read.</returns>
    /// <exception cref="BackupException">The file ends early, or is not what it was.</exception>
    public bool Next()
    {
        if (Digests is not null) return false;
        if (_entry is not null && !_seen.ContainsKey(Name)) Skip();
        _entry = Unpacked(() => _tar.GetNextEntry()) ?? throw EndsEarly();
        Name = _entry.Name;
        if (_entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || _seen.ContainsKey(Name)) throw new DamagedBackupException($"it holds '{Name}', which does not belong there.");
        if (Name != BackupDigests.Part) return true;
        Digests = Parse(Bytes(LargestPart), BackupJson.Default.BackupDigests);
        _seen.Remove(BackupDigests.Part);
        Compare(Digests);
        return false;
    }

    /// <summary>The part at hand, whole.</summary>
    public byte[] Bytes(int atMost = LargestPart)
    {
        if (_entry!.Length > atMost) throw new DamagedBackupException($"the part {Name} is larger than a part may be.");
        var bytes = new byte[_entry.Length];
        Unpacked(() =>
        {
            _entry.DataStream?.ReadExactly(bytes);
            return 0;
        });
        _seen.Add(Name, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return bytes;
    }

    /// <summary>Copies the part at hand.</summary>
    public void CopyTo(Stream target)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        for (int got; _entry!.DataStream is { } data && (got = Unpacked(() => data.Read(buffer))) > 0;)
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
        {
            if (!digests.Parts.TryGetValue(name, out var written)) throw new DamagedBackupException($"it holds '{name}', which does not belong there.");
            if (written != digest) throw new DamagedBackupException($"the part {name} is not what was written.");
        }

        if (digests.Parts.Keys.FirstOrDefault(p => !_seen.ContainsKey(p)) is { } missing) throw new DamagedBackupException($"the part {missing} is missing.");
    }

    /// <summary>Goes to the first part, which says what the rest is.</summary>
    private void Begin()
    {
        try
        {
            if (!Next() || Name != BackupManifest.Part) throw new NoBackupException($"it does not begin with {BackupManifest.Part}.");
        }
        catch (DamagedBackupException e)
        {
            throw new NoBackupException("it is no gzipped tar file, or one of which hardly anything is there.", e);
        }
    }

    /// <summary>Reads, and says in our words what those who unpack say in theirs.</summary>
    private T Unpacked<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (EndOfStreamException e)
        {
            throw EndsEarly(e);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            throw new DamagedBackupException($"{After()} it cannot be unpacked.", e);
        }
    }

    private DamagedBackupException EndsEarly(Exception? cause = null) => new($"{After()} it ends, and more was written.", cause);

    private string After() => Name.Length == 0 ? "from its start" : _seen.ContainsKey(Name) ? $"after {Name}" : $"in {Name}";

    private T Parse<T>(byte[] bytes, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new DamagedBackupException($"the part {Name} is empty.");
        }
        catch (JsonException e)
        {
            throw new DamagedBackupException($"the part {Name} is not what belongs there: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1} cannot be read.", e);
        }
    }
}
