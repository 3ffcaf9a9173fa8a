using System.Buffers.Binary;

namespace Headwater.Core.Licences.Packages.Archives.Xz;

/// <summary>Unpacks .xz (format 1.2): blocks of LZMA2, several streams behind each other. Checksums by CRC32 and CRC64 are verified.</summary>
internal sealed class XzStream(Stream packed) : ForwardStream
{
    /// <summary>Larger windows are for nobody who wants to be read, in bytes; the highest level of xz asks for half of it.</summary>
    private const int LargestWindow = 128 * 1024 * 1024;

    private readonly byte[] _chunk = new byte[64 * 1024];
    private int _start;
    private LzmaState? _lzma;
    private int _window;
    private bool _inBlock, _atEnd, _needsProperties;
    private int _check;
    private ulong _sum;
    private long _headLength, _read;
    private bool _begun;

    public override int Read(Span<byte> buffer)
    {
        while (_lzma is null || _start == _lzma.End)
        {
            if (_atEnd || buffer.IsEmpty) return 0;
            Next();
        }

        var length = Math.Min(buffer.Length, _lzma.End - _start);
        _lzma.Window.Slice(_start, length).CopyTo(buffer);
        _start += length;
        return length;
    }

    private void Next()
    {
        if (_inBlock) Chunk();
        else if (!_begun) Begin();
        else Block();
    }

    private void Begin()
    {
        Span<byte> head = stackalloc byte[12];
        if (packed.ReadAtLeast(head, 12, false) < 12 || !head[..6].SequenceEqual((ReadOnlySpan<byte>)[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]) || Crc32.Of(head[6..8]) != BinaryPrimitives.ReadUInt32LittleEndian(head[8..])) throw Broken();
        _check = head[7] & 15;
        _begun = true;
    }

    /// <summary>The head of the next block, or the end of the stream.</summary>
    private void Block()
    {
        var size = Byte();
        if (size == 0)
        {
            Index();
            return;
        }

        var head = new byte[(size + 1) * 4];
        head[0] = (byte)size;
        packed.ReadExactly(head.AsSpan(1));
        if (Crc32.Of(head.AsSpan(0, head.Length - 4)) != BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(head.Length - 4))) throw Broken();
        var at = 2;
        if ((head[1] & 0x40) != 0) Number(head, ref at);
        if ((head[1] & 0x80) != 0) Number(head, ref at);
        var filter = Number(head, ref at);
        if ((head[1] & 3) != 0 || filter != 0x21) throw new InvalidDataException("It is packed by a filter of xz that is not read.");
        if (Number(head, ref at) != 1 || at >= head.Length - 4 || head[at] > 40) throw Broken();
        var window = head[at] == 40 ? uint.MaxValue : (2 | (ulong)(head[at] & 1)) << ((head[at] >> 1) + 11);
        if (window > LargestWindow) throw new InvalidDataException($"It is packed by xz with a window of more than {LargestWindow / (1024 * 1024)} MiB.");
        if (_lzma is null || _window < (int)window) (_lzma, _window, _start) = (new LzmaState((int)window), (int)window, 0);
        _needsProperties = true;
        _inBlock = true;
        _read = 0;
        _sum = _check == 4 ? ulong.MaxValue : 0;
    }

    private void Chunk()
    {
        var control = Byte();
        _read++;
        if (control == 0)
        {
            EndBlock();
            return;
        }

        if (control < 0x80)
        {
            if (control > 2) throw Broken();
            if (control == 1) _lzma!.ResetWindow();
            var length = Word() + 1;
            _read += length;
            Room(length);
            _lzma!.Copy(packed, length);
            Sum();
            return;
        }

        var unpacked = ((control & 0x1F) << 16) + Word() + 1;
        var size = Word() + 1;
        var reset = (control >> 5) & 3;
        if (reset == 3) _lzma!.ResetWindow();
        if (reset >= 2)
        {
            _lzma!.SetProperties((byte)Byte());
            _read++;
            _needsProperties = false;
        }
        else if (_needsProperties)
        {
            throw Broken();
        }

        if (reset >= 1) _lzma!.ResetState();
        packed.ReadExactly(_chunk.AsSpan(0, size));
        _read += size;
        Room(unpacked);
        _lzma!.Unpack(_chunk.AsSpan(0, size), unpacked);
        Sum();
    }

    /// <summary>Everything was handed on when more is asked for.</summary>
    private void Room(int length)
    {
        _lzma!.Room(length);
        _start = _lzma.End;
    }

    private void Sum()
    {
        var added = _lzma!.Window[_start.._lzma.End];
        if (_check == 4) _sum = Crc64.Add(_sum, added);
        else if (_check == 1) _sum = Crc32.Add((uint)_sum, added);
    }

    private void EndBlock()
    {
        for (; (_read & 3) != 0; _read++)
            if (Byte() != 0) throw Broken();
        Span<byte> check = stackalloc byte[64];
        var length = _check switch { 0 => 0, <= 3 => 4, <= 6 => 8, <= 9 => 16, <= 12 => 32, _ => 64 };
        packed.ReadExactly(check[..length]);
        if ((_check == 1 && BinaryPrimitives.ReadUInt32LittleEndian(check) != (uint)_sum) || (_check == 4 && BinaryPrimitives.ReadUInt64LittleEndian(check) != ~_sum)) throw new InvalidDataException("The packed data is broken: its checksum differs.");
        _inBlock = false;
    }

    private void Index()
    {
        // The list of blocks says nothing that is needed.
        _headLength = 1;
        for (var left = Number() * 2; left > 0; left--) Number();
        for (; (_headLength & 3) != 0; _headLength++)
            if (Byte() != 0) throw Broken();
        Span<byte> end = stackalloc byte[16];
        packed.ReadExactly(end);
        if (end[14] != 'Y' || end[15] != 'Z') throw Broken();
        // Another stream may follow, behind blanks.
        var first = packed.ReadByte();
        while (first == 0) first = packed.ReadByte();
        if (first < 0)
        {
            _atEnd = true;
            return;
        }

        Span<byte> head = stackalloc byte[11];
        if (first != 0xFD || packed.ReadAtLeast(head, 11, false) < 11 || !head[..5].SequenceEqual("7zXZ\0"u8)) throw Broken();
        _check = head[6] & 15;
    }

    private static long Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        long value = 0;
        for (var shift = 0; shift < 63 && at < bytes.Length; shift += 7)
        {
            var b = bytes[at++];
            value |= (long)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }

        throw Broken();
    }

    private long Number()
    {
        long value = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var b = Byte();
            _headLength++;
            value |= (long)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }

        throw Broken();
    }

    private int Word()
    {
        _read += 2;
        return (Byte() << 8) | Byte();
    }

    private int Byte() => packed.ReadByte() is var value and >= 0 ? value : throw new InvalidDataException("The packed data is cut off.");

    private static InvalidDataException Broken() => new("The packed data is broken.");
}
