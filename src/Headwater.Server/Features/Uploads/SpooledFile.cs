using System.Data.Common;
using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Uploads;

/// <summary>A document being received, on disk. Disposing it deletes the file unless it was kept.</summary>
internal sealed class SpooledFile : IDisposable
{
    private SpooledFile(string path) => Path = path;

    public string Path { get; }

    public long Length { get; private set; }

    /// <summary>Lower-case hexadecimal.</summary>
    public string Sha256 { get; private set; } = "";

    /// <summary>Receives a document and unpacks it when it is gzip, however it is labelled. When this returns the bytes have reached the disk.</summary>
    /// <exception cref="DocumentTooLargeException">More than <paramref name="limit"/> bytes, packed or unpacked.</exception>
    /// <exception cref="InvalidDataException">It begins like gzip and is not, or is of a kind that is known and not read here.</exception>
    public static async Task<SpooledFile> ReceiveAsync(Stream source, DataFolder data, IdSource ids, long limit, CancellationToken cancellationToken)
    {
        var file = new SpooledFile(System.IO.Path.Combine(data.Spool, ids.NewUuid().ToString("N")));
        try
        {
            var head = new byte[4];
            var read = await source.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
            if (RefuseByName(head) is { } refusal) throw new InvalidDataException(refusal);
            if (read >= 2 && head is [0x1f, 0x8b, ..])
            {
                await using var unpacked = new GZipStream(new Prefixed(head[..read], source), CompressionMode.Decompress);
                await file.CopyAsync(ReadOnlyMemory<byte>.Empty, unpacked, limit, cancellationToken);
            }
            else
            {
                await file.CopyAsync(head.AsMemory(0, read), source, limit, cancellationToken);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What is known and not read here is called by its name, so that nobody looks for a fault in a good document.</summary>
    private static string? RefuseByName(byte[] head) => head switch
    {
        [0x28, 0xb5, 0x2f, 0xfd] => "The document is packed with Zstandard, which is not unpacked here. Send it as it is, or packed with gzip.",
        [0x50, 0x4b, 0x03, 0x04] => "The document is a ZIP archive. Send what is in it, as it is or packed with gzip.",
        // Field 1 (the version of the specification) of the CycloneDX message: a text of three characters that begins with a digit.
        [0x0a, 0x03, >= 0x30 and <= 0x39, 0x2e] => "The document is CycloneDX in Protocol Buffers, which is not read here. Send it as JSON or XML.",
        _ => null,
    };

    /// <summary>Moves the file to where documents are kept, in the transaction that names it.</summary>
    public Task KeepAsync(DbTransaction transaction, BlobFolder blobs) => blobs.KeepAsync(transaction, Path, Sha256);

    public void Dispose()
    {
        File.Delete(Path);
    }

    private async Task CopyAsync(ReadOnlyMemory<byte> head, Stream source, long limit, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var target = StorageException.Guard(() => new FileStream(Path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0));
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            head.CopyTo(buffer);
            var read = head.Length;
            do
            {
                Length += read;
                if (Length > limit) throw new DocumentTooLargeException();
                hash.AppendData(buffer, 0, read);
                StorageException.Guard(() => target.Write(buffer, 0, read));
                read = await source.ReadAsync(buffer, cancellationToken);
            }
            while (read > 0);
            StorageException.Guard(() => target.Flush(flushToDisk: true));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A stream with some bytes put back in front.</summary>
    private sealed class Prefixed(byte[] head, Stream rest) : Stream
    {
        private int _given;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer) => _given < head.Length ? Give(buffer) : rest.Read(buffer);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _given < head.Length ? ValueTask.FromResult(Give(buffer.Span)) : rest.ReadAsync(buffer, cancellationToken);

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Give(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, head.Length - _given);
            head.AsSpan(_given, count).CopyTo(buffer);
            _given += count;
            return count;
        }
    }
}

internal sealed class DocumentTooLargeException : Exception;
