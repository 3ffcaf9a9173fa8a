using System.Collections.Concurrent;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Headwater.Core.Advisories.Building;
using Microsoft.Win32.SafeHandles;
using static Headwater.Core.Advisories.IndexFormat;

namespace Headwater.Core.Advisories;

/// <summary>Bounds of a build. Memory grows with the number of records, about 2.5 KB for each; their texts are set aside on disk.</summary>
public sealed record AdvisoryIndexOptions
{
    internal const int LargestRecord = 64 * 1024 * 1024;

    /// <summary>The largest record that is read, in bytes of JSON: at most 64 MiB, 16 MiB unless said otherwise.</summary>
    public int MaxRecordBytes
    {
        get;
        init => field = Math.Clamp(value, 1, LargestRecord);
    } = 16 * 1024 * 1024;

    /// <summary>How many times smaller than its content an entry of a zip may be, when the content is above 64 KiB.</summary>
    public int MaxCompressionRatio { get; init; } = 400;

    /// <summary>All records together, in bytes of JSON.</summary>
    public long MaxTotalBytes { get; init; } = 32L * 1024 * 1024 * 1024;

    /// <summary>Threads that read and compress.</summary>
    public int Threads { get; init; } = 2;
}

/// <summary>How far a build is.</summary>
/// <param name="Stage">Reading, indexing or writing.</param>
/// <param name="Done">Records done in this stage.</param>
/// <param name="Total">Records of this stage; while reading, entries that may be records.</param>
public readonly record struct AdvisoryBuildProgress(string Stage, long Done, long Total);

/// <summary>A file, or an entry of a zip, that was left out, and why.</summary>
public sealed record AdvisoryProblem(string Where, string Reason);

/// <summary>What a build made.</summary>
/// <param name="Records">Distinct records in the index, withdrawn ones included.</param>
/// <param name="Duplicates">Copies that an equal or newer one replaced.</param>
/// <param name="Packages">Distinct packages.</param>
/// <param name="FileBytes">Size of the index.</param>
/// <param name="ProblemCount">How many files or entries were left out.</param>
/// <param name="Problems">The first thousand of them, sorted.</param>
public sealed record AdvisoryBuildReport(int Records, int Duplicates, int Packages, long FileBytes, int ProblemCount, IReadOnlyList<AdvisoryProblem> Problems);

/// <summary>
/// Makes an advisory index from OSV 1.x records: JSON files, folders of them, zips, and folders of zips as OSV.dev publishes them.
/// <code>
/// sources -> chunks -> readers (threads): parse, minify --> set-aside file (texts)
///                                          \-> facts -> one copy per id, sorted -> hot part (one thread)
///                                                                              \-> cold blocks (threads) -> file -> rename
/// </code>
/// A record in several sources counts once, and the newest <c>modified</c> wins. What cannot be read is reported and left out.
/// </summary>
/// <param name="time">Tells the time that is noted as the index's.</param>
/// <param name="options">Bounds.</param>
public sealed class AdvisoryIndexBuilder(TimeProvider time, AdvisoryIndexOptions? options = null)
{
    private const int MaxProblems = 1000;
    private readonly AdvisoryIndexOptions _options = options ?? new();

    /// <summary>Builds an index. The file appears whole or not at all; one that was there is replaced, and stays with those who have it open.</summary>
    /// <param name="sources">Files and folders.</param>
    /// <param name="output">The index file.</param>
    /// <param name="progress">Told a few times a second, from several threads.</param>
    /// <param name="cancellationToken">Ends the build; nothing is left behind.</param>
    /// <exception cref="InvalidDataException">No record was found, or there is more than the bounds allow.</exception>
    /// <exception cref="IOException">The index cannot be written.</exception>
    public AdvisoryBuildReport Build(IEnumerable<string> sources, string output, IProgress<AdvisoryBuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentException.ThrowIfNullOrEmpty(output);
        output = Path.GetFullPath(output);
        Directory.CreateDirectory(Path.GetDirectoryName(output)!);
        RemoveLeftovers(output);
        var problems = new ConcurrentQueue<AdvisoryProblem>();
        var temporary = $"{output}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using var spill = File.OpenHandle(temporary + ".texts", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
            var read = ReadAll(sources, spill, (where, reason) => problems.Enqueue(new AdvisoryProblem(where, reason)), progress, cancellationToken);
            var records = Newest(read);
            if (records.Count == 0) throw new InvalidDataException("No advisory record was found in the sources." + (problems.TryPeek(out var first) ? $" {first.Where}: {first.Reason}" : ""));
            var (packages, bytes) = Write(records, spill, temporary, progress, cancellationToken);
            File.Move(temporary, output, overwrite: true);
            return new AdvisoryBuildReport(records.Count, read.Sum(r => r.Count) - records.Count, packages, bytes, problems.Count,
                [.. problems.OrderBy(p => p.Where, StringComparer.Ordinal).Take(MaxProblems)]);
        }
        catch (AggregateException e) when (e.InnerExceptions.FirstOrDefault(i => i is InputTooLargeException or IOException) is { } cause)
        {
            throw cause is InputTooLargeException ? new InvalidDataException(cause.Message, e) : new IOException(cause.Message, e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Removes what a build that was killed left beside the index; younger files may belong to a build that is under way.</summary>
    private void RemoveLeftovers(string output)
    {
        foreach (var file in new DirectoryInfo(Path.GetDirectoryName(output)!).EnumerateFiles(Path.GetFileName(output) + ".*.tmp*"))
        {
            if (time.GetUtcNow() - file.LastWriteTimeUtc < TimeSpan.FromHours(6)) continue;
            try
            {
                file.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It costs room and nothing else.
            }
        }
    }

    private List<RecordFacts>[] ReadAll(IEnumerable<string> sources, SafeFileHandle spill, Action<string, string> problem, IProgress<AdvisoryBuildProgress>? progress, CancellationToken cancel)
    {
        var chunks = AdvisorySources.Find(sources, problem, cancel);
        var results = new List<RecordFacts>[chunks.Count];
        var total = chunks.Sum(c => (long)c.Count);
        var position = new SpillPosition();
        long done = 0;
        Parallel.For(0, chunks.Count, new ParallelOptions { MaxDegreeOfParallelism = _options.Threads, CancellationToken = cancel },
            () => new ChunkReader(_options, spill, position, problem),
            (i, _, reader) =>
            {
                results[i] = reader.Read(chunks[i], cancel);
                progress?.Report(new AdvisoryBuildProgress("Reading", Interlocked.Add(ref done, chunks[i].Count), total));
                return reader;
            },
            reader => reader.Dispose());
        return results;
    }

    private static List<RecordFacts> Newest(List<RecordFacts>[] read)
    {
        var byId = new Dictionary<string, RecordFacts>(StringComparer.Ordinal);
        foreach (var record in read.SelectMany(r => r))
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(byId, record.Id, out var exists);
            if (!exists || record.Modified > known!.Modified) known = record;
        }

        var records = byId.Values.ToList();
        records.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        return records;
    }

    private (int Packages, long Bytes) Write(List<RecordFacts> records, SafeFileHandle spill, string path, IProgress<AdvisoryBuildProgress>? progress, CancellationToken cancel)
    {
        var (places, blocks) = PlanBlocks(records);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        file.Write(new byte[HeaderLength]);
        var assembler = new IndexAssembler();
        progress?.Report(new AdvisoryBuildProgress("Indexing", 0, records.Count));
        var assembling = Task.Run(() => assembler.AddRecords(records, places, cancel), cancel);
        var written = WriteBlocks(records, blocks, spill, file, progress, cancel);
        assembling.GetAwaiter().GetResult();
        foreach (var block in written) assembler.AddBlock(block.Offset, block.Compressed, block.Length, block.Checksum);
        WriteHotPart(file, assembler, records.Count);
        file.Flush(flushToDisk: true);
        return (assembler.PackageCount, file.Length);
    }

    /// <summary>Neighbours by id share a block until it is full.</summary>
    private static ((int Block, int Offset)[] Places, List<(int First, int Count, int Length)> Blocks) PlanBlocks(List<RecordFacts> records)
    {
        var places = new (int Block, int Offset)[records.Count];
        List<(int First, int Count, int Length)> blocks = [];
        var (first, length) = (0, 0);
        for (var i = 0; i < records.Count; i++)
        {
            if (length > 0 && length + records[i].TextLength > BlockBytes)
            {
                blocks.Add((first, i - first, length));
                (first, length) = (i, 0);
            }

            places[i] = (blocks.Count, length);
            length += records[i].TextLength;
        }

        blocks.Add((first, records.Count - first, length));
        return (places, blocks);
    }

    private List<(long Offset, int Compressed, int Length, uint Checksum)> WriteBlocks(
        List<RecordFacts> records, List<(int First, int Count, int Length)> blocks, SafeFileHandle spill, FileStream file, IProgress<AdvisoryBuildProgress>? progress, CancellationToken cancel)
    {
        const int Batch = 32;
        List<(long, int, int, uint)> written = new(blocks.Count);
        var compressed = new (byte[] Data, int Length)[Batch];
        for (var start = 0; start < blocks.Count; start += Batch)
        {
            var count = Math.Min(Batch, blocks.Count - start);
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = _options.Threads, CancellationToken = cancel }, i =>
            {
                var (first, records_, length) = blocks[start + i];
                var text = new byte[length];
                var at = 0;
                foreach (var record in CollectionsMarshal.AsSpan(records).Slice(first, records_))
                {
                    ReadSpill(spill, text.AsSpan(at, record.TextLength), record.TextOffset);
                    at += record.TextLength;
                }

                var target = new byte[BrotliEncoder.GetMaxCompressedLength(length)];
                if (!BrotliEncoder.TryCompress(text, target, out var size, quality: 4, window: 18)) throw new IOException("A block could not be compressed.");
                compressed[i] = (target, size);
            });
            for (var i = 0; i < count; i++)
            {
                var data = compressed[i].Data.AsSpan(0, compressed[i].Length);
                written.Add((file.Position, data.Length, blocks[start + i].Length, Checksum(data)));
                file.Write(data);
            }

            var last = blocks[start + count - 1];
            progress?.Report(new AdvisoryBuildProgress("Writing", last.First + last.Count, records.Count));
        }

        return written;
    }

    private static void ReadSpill(SafeFileHandle spill, Span<byte> target, long offset)
    {
        while (!target.IsEmpty)
        {
            var read = RandomAccess.Read(spill, target, offset);
            if (read == 0) throw new IOException("The texts set aside during the build are no longer there.");
            target = target[read..];
            offset += read;
        }
    }

    private void WriteHotPart(FileStream file, IndexAssembler assembler, int records)
    {
        // Sections begin at multiples of eight.
        var hotOffset = file.Position;
        var checksum = 0u;
        var table = new SectionWriter();
        for (var s = 0; s < SectionCount; s++)
        {
            var section = assembler[(Section)s];
            table.I64(file.Position - hotOffset);
            table.I64(section.Length);
            Append(section);
            Append("\0\0\0\0\0\0\0"u8[..(-section.Length & 7)]);
        }

        var header = new SectionWriter();
        foreach (var b in Magic) header.U8(b);
        header.U32(IndexFormat.Version);
        header.U32((uint)records);
        header.I64(file.Position);
        header.I64(time.GetUtcNow().ToUnixTimeMilliseconds());
        header.I64(hotOffset);
        header.I64(file.Position - hotOffset);
        header.U32(checksum);
        header.U32((uint)assembler.PackageCount);
        while (header.Length < SectionTableOffset) header.U8(0);
        foreach (var b in table.Data) header.U8(b);
        while (header.Length < HeaderChecksumOffset) header.U8(0);
        header.U32(Checksum(header.Data));
        file.Position = 0;
        file.Write(header.Data);

        void Append(ReadOnlySpan<byte> bytes)
        {
            checksum = Checksum(bytes, checksum);
            file.Write(bytes);
        }
    }
}
