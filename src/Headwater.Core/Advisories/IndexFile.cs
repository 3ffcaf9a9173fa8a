using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.MemoryMappedFiles;
using static Headwater.Core.Advisories.IndexFormat;

namespace Headwater.Core.Advisories;

/// <summary>
/// The mapped file. Everything is read through spans, so a damaged number ends in an exception and never in foreign memory. Whoever reads
/// holds a <see cref="Lease"/>: the file stays mapped until the last of those who were reading when it was closed is done.
/// </summary>
internal sealed unsafe class IndexFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly long _length;
    private readonly long _hot;
    private readonly (long Offset, int Length)[] _sections = new (long, int)[SectionCount];
    private int _closed;
    private (int Block, byte[] Text)? _lastBlock;
    private readonly Lock _lastBlockLock = new();

    public IndexFile(string path)
    {
        // One handle for the length and the mapping: the file may be replaced between two looks at its name.
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
        _length = stream.Length;
        if (_length < HeaderLength)
        {
            stream.Dispose();
            throw Damaged(path, "it is too short to be an advisory index");
        }

        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, _length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
        try
        {
            _hot = ReadHeader(path);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public DateTimeOffset BuiltAt { get; private set; }
    public int RecordCount => Count(Section.Records);
    public int PackageCount => Count(Section.Packages);

    public ReadOnlySpan<byte> this[Section section] => new(_start + _hot + _sections[(int)section].Offset, _sections[(int)section].Length);

    public ReadOnlySpan<byte> Pool => this[Section.Pool];

    public int Count(Section section) => _sections[(int)section].Length / RowLength(section);

    /// <summary>One row of a section.</summary>
    public ReadOnlySpan<byte> Row(Section section, long number)
    {
        var size = RowLength(section);
        return this[section].Slice(checked((int)(number * size)), size);
    }

    public uint U32(Section section, long row, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Row(section, row)[offset..]);
    public long I64(Section section, long row, int offset) => BinaryPrimitives.ReadInt64LittleEndian(Row(section, row)[offset..]);

    /// <summary>A run of the list section: numbers of four bytes.</summary>
    public ReadOnlySpan<byte> List(uint first, uint count) => this[Section.Lists].Slice(checked((int)first * 4), checked((int)count * 4));

    public ReadOnlySpan<byte> Bytes(uint place) => Entry(Pool, place);

    public string Text(uint place) => System.Text.Encoding.UTF8.GetString(Bytes(place));

    /// <summary>A copy of part of a cold block. The last block is kept, since who reads one record often reads its neighbour.</summary>
    public byte[] ColdText(int block, int offset, int length)
    {
        byte[]? text = null;
        lock (_lastBlockLock)
        {
            if (_lastBlock is { } last && last.Block == block) text = last.Text;
        }

        if (text is null)
        {
            text = Decompress(block);
            lock (_lastBlockLock) _lastBlock = (block, text);
        }

        return text.AsSpan(offset, length).ToArray();
    }

    private byte[] Decompress(int block)
    {
        var row = Row(Section.Blocks, block);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(row);
        var compressed = BinaryPrimitives.ReadInt32LittleEndian(row[8..]);
        var length = BinaryPrimitives.ReadInt32LittleEndian(row[12..]);
        if (offset < 0 || compressed < 0 || length < 0 || offset > _length - compressed || length > AdvisoryIndexOptions.LargestRecord + BlockBytes) throw new ArgumentOutOfRangeException(nameof(block));
        var data = new ReadOnlySpan<byte>(_start + offset, compressed);
        var text = new byte[length];
        if (Checksum(data) != BinaryPrimitives.ReadUInt32LittleEndian(row[16..]) || !BrotliDecoder.TryDecompress(data, text, out var written) || written != length)
            throw new InvalidDataException($"Block {block} of the advisory index is damaged. Build the index again with 'headwater advisories build'.");
        return text;
    }

    private long ReadHeader(string path)
    {
        var header = new ReadOnlySpan<byte>(_start, HeaderLength);
        if (!header.StartsWith(Magic)) throw Damaged(path, "it is not an advisory index");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version != IndexFormat.Version) throw Damaged(path, $"its format is {version}, this program reads {IndexFormat.Version}");
        if (Checksum(header[..HeaderChecksumOffset]) != BinaryPrimitives.ReadUInt32LittleEndian(header[HeaderChecksumOffset..])) throw Damaged(path, "its header is damaged");
        if (BinaryPrimitives.ReadInt64LittleEndian(header[16..]) != _length) throw Damaged(path, "it is not as long as its header says");
        var built = BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        var hot = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        var length = BinaryPrimitives.ReadInt64LittleEndian(header[40..]);
        if (hot < HeaderLength || length < 0 || length > int.MaxValue || hot > _length - length) throw Damaged(path, "its parts lie outside of it");
        if (Checksum(new ReadOnlySpan<byte>(_start + hot, (int)length)) != BinaryPrimitives.ReadUInt32LittleEndian(header[48..])) throw Damaged(path, "its content does not fit its checksum");
        if (built is < 0 or > 253_402_300_799_999) throw Damaged(path, "its time is no time");
        BuiltAt = DateTimeOffset.FromUnixTimeMilliseconds(built);
        for (var s = 0; s < SectionCount; s++)
        {
            var offset = BinaryPrimitives.ReadInt64LittleEndian(header[(SectionTableOffset + s * 16)..]);
            var size = BinaryPrimitives.ReadInt64LittleEndian(header[(SectionTableOffset + s * 16 + 8)..]);
            if (offset < 0 || size < 0 || size > length || offset > length - size || size % RowLength((Section)s) != 0) throw Damaged(path, "its sections lie outside of it");
            _sections[s] = (offset, (int)size);
        }

        return hot;
    }

    public static InvalidDataException Damaged(string path, string what)
        => new($"The advisory index {path} cannot be used: {what}. Build it again with 'headwater advisories build'.");

    /// <summary>Keeps the file mapped while it is read.</summary>
    /// <exception cref="ObjectDisposedException">The index has been closed.</exception>
    public Lease Enter()
    {
        var added = false;
        _view.SafeMemoryMappedViewHandle.DangerousAddRef(ref added);
        return new Lease(_view.SafeMemoryMappedViewHandle);
    }

    public readonly ref struct Lease(Microsoft.Win32.SafeHandles.SafeMemoryMappedViewHandle view)
    {
        public void Dispose() => view.DangerousRelease();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
