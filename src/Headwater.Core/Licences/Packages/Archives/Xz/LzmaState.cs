namespace Headwater.Core.Licences.Packages.Archives.Xz;

/// <summary>Unpacks LZMA chunk by chunk into a window of what came before.</summary>
/// <param name="windowLength">So far back it may point, in bytes.</param>
internal sealed class LzmaState(int windowLength)
{
    private const int States = 12;

    private readonly ushort[] _isMatch = new ushort[States << 4], _isRep = new ushort[States], _isRep0 = new ushort[States], _isRep1 = new ushort[States], _isRep2 = new ushort[States], _isRepLong = new ushort[States << 4];
    private readonly ushort[] _slots = new ushort[4 << 6], _special = new ushort[128], _align = new ushort[16];
    private readonly LengthCoder _length = new(), _repeatedLength = new();
    private readonly int _size = windowLength;
    private byte[] _window = [];
    private ushort[] _literals = [];
    private int _literalContext, _literalMask, _positionMask, _state, _at, _begin;
    private uint _rep0, _rep1, _rep2, _rep3;
    private uint _position;

    /// <summary>What was unpacked; the end of it is <see cref="End"/>.</summary>
    public ReadOnlySpan<byte> Window => _window;

    /// <summary>Behind what was unpacked last.</summary>
    public int End => _at;

    /// <summary>Forgets what came before.</summary>
    public void ResetWindow() => (_begin, _position) = (_at, 0);

    /// <summary>Makes room for so many bytes; what is older than the window may go.</summary>
    public void Room(int length)
    {
        if (_at + length <= _window.Length) return;
        var capacity = _size + Math.Max(_size / 2, 4 * 1024 * 1024);
        if (_window.Length < capacity)
        {
            Array.Resize(ref _window, Math.Min(capacity, Math.Max(Math.Max(_window.Length * 2, 1024 * 1024), _at + length)));
            if (_at + length <= _window.Length) return;
        }

        var kept = Math.Min(_size, _at - _begin);
        _window.AsSpan(_at - kept, kept).CopyTo(_window);
        (_begin, _at) = (0, kept);
    }

    /// <summary>Takes new properties: bits of context of literals, of their position, of positions.</summary>
    public void SetProperties(byte properties)
    {
        if (properties >= 9 * 5 * 5) throw new InvalidDataException("The packed data is broken.");
        var (context, rest) = (properties % 9, properties / 9);
        if (context + (rest % 5) > 4) throw new InvalidDataException("The packed data is broken.");
        _literalContext = context;
        _literalMask = (1 << (rest % 5)) - 1;
        _positionMask = (1 << (rest / 5)) - 1;
        _literals = new ushort[0x300 << (context + (rest % 5))];
    }

    /// <summary>Begins anew with all probabilities.</summary>
    public void ResetState()
    {
        foreach (var all in (ushort[][])[_isMatch, _isRep, _isRep0, _isRep1, _isRep2, _isRepLong, _slots, _special, _align, _literals]) all.AsSpan().Fill(1024);
        _length.Reset();
        _repeatedLength.Reset();
        _state = 0;
        _rep0 = _rep1 = _rep2 = _rep3 = 0;
    }

    /// <summary>Takes bytes that are not packed. There must be room.</summary>
    public void Copy(Stream stream, int length)
    {
        stream.ReadExactly(_window.AsSpan(_at, length));
        _at += length;
        _position += (uint)length;
    }

    /// <summary>Unpacks a chunk that gives so many bytes. There must be room.</summary>
    public void Unpack(ReadOnlySpan<byte> packed, int count)
    {
        if (_literals.Length == 0) throw new InvalidDataException("The packed data is broken.");
        var decoder = new RangeDecoder(packed);
        var end = _at + count;
        while (_at < end)
        {
            var position = (int)_position & _positionMask;
            if (decoder.Bit(ref _isMatch[(_state << 4) + position]) == 0)
            {
                var literal = Literal(ref decoder);
                _window[_at++] = literal;
                _position++;
                continue;
            }

            int length;
            if (decoder.Bit(ref _isRep[_state]) == 0)
            {
                (_rep3, _rep2, _rep1) = (_rep2, _rep1, _rep0);
                length = _length.Read(ref decoder, position);
                _rep0 = Distance(ref decoder, length);
                _state = _state < 7 ? 7 : 10;
            }
            else
            {
                if (decoder.Bit(ref _isRep0[_state]) == 0)
                {
                    if (decoder.Bit(ref _isRepLong[(_state << 4) + position]) == 0)
                    {
                        _state = _state < 7 ? 9 : 11;
                        Repeat(1, end);
                        continue;
                    }
                }
                else
                {
                    uint distance;
                    if (decoder.Bit(ref _isRep1[_state]) == 0) distance = _rep1;
                    else
                    {
                        if (decoder.Bit(ref _isRep2[_state]) == 0) distance = _rep2;
                        else (distance, _rep3) = (_rep3, _rep2);
                        _rep2 = _rep1;
                    }

                    (_rep1, _rep0) = (_rep0, distance);
                }

                length = _repeatedLength.Read(ref decoder, position);
                _state = _state < 7 ? 8 : 11;
            }

            Repeat(length + 2, end);
        }
    }

    /// <summary>Puts again what lies as far back as the last distance says.</summary>
    private void Repeat(int length, int end)
    {
        if (length > end - _at) throw new InvalidDataException("The packed data is broken.");
        var from = Back(_rep0);
        var back = _at - from;
        if (back >= length) _window.AsSpan(from, length).CopyTo(_window.AsSpan(_at));
        else
            for (var i = 0; i < length; i++) _window[_at + i] = _window[from + i];
        _at += length;
        _position += (uint)length;
    }

    private byte Literal(ref RangeDecoder decoder)
    {
        var before = _at == _begin ? 0 : _window[_at - 1];
        var probabilities = _literals.AsSpan(0x300 * ((((int)_position & _literalMask) << _literalContext) + (before >> (8 - _literalContext))), 0x300);
        var symbol = 1u;
        if (_state >= 7)
        {
            uint match = _window[Back(_rep0)];
            do
            {
                var matched = (match >> 7) & 1;
                match <<= 1;
                var bit = decoder.Bit(ref probabilities[(int)(((1 + matched) << 8) + symbol)]);
                symbol = (symbol << 1) | bit;
                if (matched != bit) break;
            }
            while (symbol < 0x100);
        }

        while (symbol < 0x100) symbol = (symbol << 1) | decoder.Bit(ref probabilities[(int)symbol]);
        _state = _state < 4 ? 0 : _state < 10 ? _state - 3 : _state - 6;
        return (byte)symbol;
    }

    private uint Distance(ref RangeDecoder decoder, int length)
    {
        var slot = decoder.Tree(_slots.AsSpan(Math.Min(length, 3) << 6, 64), 6);
        if (slot < 4) return slot;
        var bits = (int)(slot >> 1) - 1;
        var distance = (2 | (slot & 1)) << bits;
        return slot < 14 ? distance + decoder.Reverse(_special.AsSpan((int)(distance - slot)), bits) : distance + (decoder.Direct(bits - 4) << 4) + decoder.Reverse(_align, 4);
    }

    /// <summary>The place that lies so far back; 0 is the last.</summary>
    private int Back(uint distance) => distance < (uint)(_at - _begin) && distance < (uint)_size ? _at - 1 - (int)distance : throw new InvalidDataException("The packed data is broken: it points before its beginning.");

    private sealed class LengthCoder
    {
        private readonly ushort[] _choice = new ushort[2], _low = new ushort[16 << 3], _middle = new ushort[16 << 3], _high = new ushort[256];

        public void Reset()
        {
            foreach (var all in (ushort[][])[_choice, _low, _middle, _high]) all.AsSpan().Fill(1024);
        }

        public int Read(ref RangeDecoder decoder, int position)
        {
            if (decoder.Bit(ref _choice[0]) == 0) return (int)decoder.Tree(_low.AsSpan(position << 3, 8), 3);
            if (decoder.Bit(ref _choice[1]) == 0) return 8 + (int)decoder.Tree(_middle.AsSpan(position << 3, 8), 3);
            return 16 + (int)decoder.Tree(_high, 8);
        }
    }
}
