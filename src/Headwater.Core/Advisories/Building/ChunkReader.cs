using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Headwater.Core.Advisories.Building;

/// <summary>
/// Reads the records of chunks, one after the other, on one thread. The text of a record goes, minified, to a file that all readers
/// share, so that memory holds the facts only.
/// </summary>
internal sealed class ChunkReader(AdvisoryIndexOptions options, SafeFileHandle spill, SpillPosition position, Action<string, string> problem) : IDisposable
{
    private readonly OsvRecordReader _records = new();
    private byte[] _texts = new byte[1 << 20];
    private int _textLength;
    private ZipArchive? _zip;
    private string _zipPath = "";

    public List<RecordFacts> Read(SourceChunk chunk, CancellationToken cancel)
    {
        List<RecordFacts> facts = new(chunk.Count);
        _textLength = 0;
        for (var i = 0; i < chunk.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            if (chunk.Path.Length > 0) ReadEntry(chunk.Path, chunk.First + i, facts);
            else ReadFile(chunk.Files[i], facts);
        }

        var offset = position.Reserve(_textLength);
        RandomAccess.Write(spill, _texts.AsSpan(0, _textLength), offset);
        foreach (var fact in facts) fact.TextOffset += offset;
        return facts;
    }

    private void ReadFile(string path, List<RecordFacts> facts)
    {
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            var length = RandomAccess.GetLength(file);
            if (length > options.MaxRecordBytes) throw new JsonException($"The record is larger than {options.MaxRecordBytes} bytes.");
            using var stream = new FileStream(file, FileAccess.Read, 1);
            ReadStream(stream, length, path, facts);
        }
        catch (Exception e) when (IsAboutInput(e))
        {
            problem(path, e.Message);
        }
    }

    private void ReadEntry(string path, int index, List<RecordFacts> facts)
    {
        var where = path;
        try
        {
            if (_zipPath != path)
            {
                _zip?.Dispose();
                _zipPath = "";
                _zip = ZipFile.OpenRead(path);
                _zipPath = path;
            }

            var entry = _zip!.Entries[index];
            if (!entry.Name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return;
            where = path + "!" + entry.FullName;
            if (entry.Length > options.MaxRecordBytes) throw new JsonException($"The record is larger than {options.MaxRecordBytes} bytes.");
            if (entry.Length > 1 << 16 && entry.Length / Math.Max(1, entry.CompressedLength) > options.MaxCompressionRatio)
                throw new JsonException($"The entry is compressed more than {options.MaxCompressionRatio} times, which no advisory is.");
            using var stream = entry.Open();
            ReadStream(stream, entry.Length, where, facts);
        }
        catch (Exception e) when (IsAboutInput(e))
        {
            problem(where, e.Message);
        }
    }

    /// <summary>Reads what the stream gives, not what its header promises, up to the cap.</summary>
    private void ReadStream(Stream stream, long expected, string where, List<RecordFacts> facts)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(expected + 1, 4096, options.MaxRecordBytes + 1L));
        try
        {
            var length = 0;
            for (int read; (read = stream.Read(buffer, length, buffer.Length - length)) > 0;)
            {
                length += read;
                if (length > options.MaxRecordBytes) throw new JsonException($"The record is larger than {options.MaxRecordBytes} bytes.");
                if (length < buffer.Length) continue;
                var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            position.CountInput(length, options.MaxTotalBytes);
            ReadOnlySpan<byte> json = buffer.AsSpan(0, length);
            if (json.StartsWith("\uFEFF"u8)) json = json[3..];
            var fact = _records.Read(json);
            fact.TextOffset = _textLength;
            OsvRecordReader.AppendMinified(json, ref _texts, ref _textLength);
            fact.TextLength = _textLength - (int)fact.TextOffset;
            facts.Add(fact);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The total being too large is not among them: that ends the build.
    private static bool IsAboutInput(Exception e) => e is JsonException or InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException;

    public void Dispose() => _zip?.Dispose();
}

/// <summary>What the readers share: the end of the set-aside texts, and the amount read so far.</summary>
internal sealed class SpillPosition
{
    private long _end;
    private long _input;

    public long Reserve(int length) => Interlocked.Add(ref _end, length) - length;

    public void CountInput(int length, long limit)
    {
        if (Interlocked.Add(ref _input, length) > limit) throw new InputTooLargeException($"The sources hold more than {limit} bytes of records. Build from fewer, or raise MaxTotalBytes.");
    }
}

internal sealed class InputTooLargeException(string message) : Exception(message);
