using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;

namespace Headwater.Server.Features.Backup;

/// <summary>Writes the parts of a backup one after another and remembers their digests.</summary>
internal sealed class ArchiveWriter : IDisposable
{
    private readonly TarWriter _tar;
    private readonly DateTimeOffset _at;
    private readonly Dictionary<string, string> _digests = new(StringComparer.Ordinal);

    public ArchiveWriter(Stream output, DateTimeOffset at)
    {
        _tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        _at = at;
    }

    public IReadOnlyDictionary<string, string> Digests => _digests;

    public void Add(string name, ReadOnlyMemory<byte> bytes)
    {
        _digests.Add(name, Convert.ToHexStringLower(SHA256.HashData(bytes.Span)));
        Write(name, new MemoryStream(bytes.ToArray(), writable: false));
    }

    /// <summary>Copies a file as long as it is now.</summary>
    /// <returns>Its SHA-256.</returns>
    public string Add(string name, Stream file)
    {
        using var hashing = new Hashing(file, file.Length);
        Write(name, hashing);
        return _digests[name] = hashing.Digest();
    }

    /// <summary>Ends the archive with the digests of all that went before.</summary>
    public void Finish(IReadOnlyDictionary<string, long> rows, long texts, string? auditHead) =>
        Write(BackupDigests.Part, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new BackupDigests(_digests, rows, texts, auditHead), BackupJson.Default.BackupDigests)));

    public void Dispose() => _tar.Dispose();

    private void Write(string name, Stream content) => _tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
    {
        DataStream = content, ModificationTime = _at, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    /// <summary>The first bytes of a file, hashed while they are read; fewer than were promised is an error, for the length is written first.</summary>
    private sealed class Hashing(Stream inner, long length) : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _read;

        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => length;
        public override long Position { get => _read; set => throw new NotSupportedException(); }

        public string Digest() => Convert.ToHexStringLower(_hash.GetCurrentHash());

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var wanted = (int)Math.Min(buffer.Length, length - _read);
            var got = wanted == 0 ? 0 : inner.Read(buffer[..wanted]);
            if (got == 0 && wanted > 0) throw new IOException("A file became shorter while it was copied.");
            _hash.AppendData(buffer[..got]);
            _read += got;
            return got;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) _hash.Dispose();
        }
    }
}
