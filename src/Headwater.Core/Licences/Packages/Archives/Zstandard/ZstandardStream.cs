using System.Buffers.Binary;

namespace Headwater.Core.Licences.Packages.Archives.Zstandard;

/// <summary>Unpacks Zstandard (RFC 8878): frames without a dictionary, one behind the other. The checksum at the end of a frame is not verified.</summary>
internal sealed class ZstandardStream(Stream packed) : ForwardStream
{
    /// <summary>Larger windows are for nobody who wants to be read, in bytes: as the reference tool has it.</summary>
    private const int LargestWindow = 128 * 1024 * 1024;

    private const uint Mark = 0xFD2FB528;

    private byte[] _window = [];
    private byte[] _packedBlock = [];
    private ZstandardBlock _block = new();
    private int _start, _end, _size;
    private bool _inFrame, _hasChecksum, _atEnd, _any;

    public override int Read(Span<byte> buffer)
    {
        while (_start == _end)
        {
            if (_atEnd || buffer.IsEmpty) return 0;
            if (_inFrame) Block();
            else Frame();
        }

        var length = Math.Min(buffer.Length, _end - _start);
        _window.AsSpan(_start, length).CopyTo(buffer);
        _start += length;
        return length;
    }

    private void Frame()
    {
        Span<byte> head = stackalloc byte[14];
        var read = packed.ReadAtLeast(head[..4], 4, false);
        if (read == 0 && _any)
        {
            _atEnd = true;
            return;
        }

        if (read < 4) throw Broken();
        var mark = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (mark >> 4 == 0x184D2A5)
        {
            packed.ReadExactly(head[..4]);
            Skip(BinaryPrimitives.ReadUInt32LittleEndian(head));
            _any = true;
            return;
        }

        if (mark != Mark) throw Broken();
        packed.ReadExactly(head[..1]);
        var flags = head[0];
        if ((flags & 8) != 0) throw Broken();
        var isSingle = (flags & 32) != 0;
        var dictionary = (flags & 3) switch { 3 => 4, var n => n };
        var contentLength = (flags >> 6) switch { 0 => isSingle ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        var length = (isSingle ? 0 : 1) + dictionary + contentLength;
        packed.ReadExactly(head[..length]);
        long window;
        if (isSingle)
        {
            var field = head.Slice(dictionary, contentLength);
            window = contentLength switch { 1 => field[0], 2 => BinaryPrimitives.ReadUInt16LittleEndian(field) + 256, 4 => BinaryPrimitives.ReadUInt32LittleEndian(field), _ => (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(field), long.MaxValue) };
            // Nothing can lie further back than there is content, whatever its length; a window for all of it is not needed.
            window = Math.Min(window, LargestWindow);
        }
        else
        {
            window = 1L << (10 + (head[0] >> 3));
            window += window / 8 * (head[0] & 7);
        }

        if (head.Slice(isSingle ? 0 : 1, dictionary).IndexOfAnyExcept((byte)0) >= 0) throw new InvalidDataException("It is packed by Zstandard with a dictionary, which is not here.");
        if (window > LargestWindow) throw new InvalidDataException($"It is packed by Zstandard with a window of more than {LargestWindow / (1024 * 1024)} MiB.");
        _size = (int)Math.Max(window, 1024);
        _block = new ZstandardBlock();
        (_start, _end) = (0, 0);
        _hasChecksum = (flags & 4) != 0;
        _inFrame = _any = true;
    }

    private void Block()
    {
        Span<byte> head = stackalloc byte[4];
        packed.ReadExactly(head[..3]);
        var value = head[0] | (head[1] << 8) | (head[2] << 16);
        var (isLast, type, size) = ((value & 1) != 0, (value >> 1) & 3, value >> 3);
        if (size > ZstandardBlock.Largest || type == 3) throw Broken();
        Room();
        switch (type)
        {
            case 0:
                packed.ReadExactly(_window.AsSpan(_end, size));
                _end += size;
                break;
            case 1:
                packed.ReadExactly(head[..1]);
                _window.AsSpan(_end, size).Fill(head[0]);
                _end += size;
                break;
            default:
                if (_packedBlock.Length == 0) _packedBlock = new byte[ZstandardBlock.Largest];
                packed.ReadExactly(_packedBlock.AsSpan(0, size));
                _end += _block.Unpack(_packedBlock.AsSpan(0, size), _window, _end);
                break;
        }

        if (!isLast) return;
        _inFrame = false;
        if (_hasChecksum) packed.ReadExactly(head);
    }

    /// <summary>Makes room for a block behind the window.</summary>
    private void Room()
    {
        if (_end + ZstandardBlock.Largest <= _window.Length) return;
        var capacity = _size + Math.Max(_size / 2, 8 * ZstandardBlock.Largest);
        if (_window.Length < capacity)
        {
            Array.Resize(ref _window, Math.Min(capacity, Math.Max(_window.Length * 2, 4 * ZstandardBlock.Largest)));
            if (_end + ZstandardBlock.Largest <= _window.Length) return;
        }

        // Everything was handed on when another block is asked for.
        var kept = Math.Min(_size, _end);
        _window.AsSpan(_end - kept, kept).CopyTo(_window);
        (_start, _end) = (kept, kept);
    }

    private void Skip(long length)
    {
        Span<byte> piece = stackalloc byte[1024];
        for (; length > 0; length -= Math.Min(length, piece.Length)) packed.ReadExactly(piece[..(int)Math.Min(length, piece.Length)]);
    }

    private static InvalidDataException Broken() => new("The packed data is broken.");
}
