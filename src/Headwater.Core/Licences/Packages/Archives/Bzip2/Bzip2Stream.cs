namespace Headwater.Core.Licences.Packages.Archives.Bzip2;

/// <summary>Unpacks .bz2: blocks of up to 900,000 bytes, several streams behind each other. The checksums of blocks and of streams are verified.</summary>
internal sealed class Bzip2Stream(Stream packed) : ForwardStream
{
    private const ulong BlockMark = 0x314159265359, EndMark = 0x177245385090;
    private const int BlockUnit = 100_000, SymbolsOfAGroup = 50, MostSelectors = 18_002, MostGroups = 6, MostSymbols = 258;

    private readonly Bits _bits = new(packed);
    private readonly HuffmanCode[] _codes = [new(), new(), new(), new(), new(), new()];
    private readonly byte[] _selectors = new byte[MostSelectors], _used = new byte[256], _lengths = new byte[MostSymbols];
    private uint[] _block = [];
    private int _largest, _left;
    private uint _at, _sum, _blockSum, _streamSum;
    private bool _begun, _inBlock, _atEnd;

    // The last step of packing went first: four equal bytes, and how many more of them.
    private int _last = -1, _equal, _repeat;

    public override int Read(Span<byte> buffer)
    {
        var written = 0;
        while (written < buffer.Length)
        {
            if (_repeat > 0)
            {
                var run = buffer.Slice(written, Math.Min(_repeat, buffer.Length - written));
                run.Fill((byte)_last);
                foreach (var b in run) _sum = Bzip2Sum.Add(_sum, b);
                (written, _repeat) = (written + run.Length, _repeat - run.Length);
                continue;
            }

            if (_left == 0)
            {
                // What is there is handed on before the next block is waited for.
                if (written > 0 || _atEnd || !Next()) return written;
                continue;
            }

            var word = _block[_at];
            var value = (byte)word;
            (_at, _left) = (word >> 8, _left - 1);
            if (_equal == 4)
            {
                (_repeat, _equal) = (value, 0);
                continue;
            }

            _equal = value == _last ? _equal + 1 : 1;
            _last = value;
            _sum = Bzip2Sum.Add(_sum, value);
            buffer[written++] = value;
        }

        return written;
    }

    /// <summary>Ends the block before, and reads the next; false at the end of everything.</summary>
    private bool Next()
    {
        if (_inBlock) EndBlock();
        while (true)
        {
            if (!_begun)
            {
                if (_bits.IsAtEnd) return !(_atEnd = true);
                if (_bits.Read(8) != 'B' || _bits.Read(8) != 'Z' || _bits.Read(8) != 'h' || _bits.Read(8) - '0' is not (>= 1 and <= 9 and var level)) throw Broken();
                (_begun, _largest, _streamSum) = (true, (int)level * BlockUnit, 0);
                if (_block.Length < _largest) _block = new uint[_largest];
            }

            var mark = ((ulong)_bits.Read(24) << 24) | _bits.Read(24);
            if (mark == BlockMark)
            {
                Block();
                return true;
            }

            if (mark != EndMark || _bits.Read32() != _streamSum) throw Broken();
            _bits.Align();
            _begun = false;
        }
    }

    private void EndBlock()
    {
        if (!_inBlock) return;
        if (~_sum != _blockSum) throw Broken();
        _streamSum = ((_streamSum << 1) | (_streamSum >> 31)) ^ _blockSum;
        _inBlock = false;
    }

    private void Block()
    {
        _blockSum = _bits.Read32();
        if (_bits.Read(1) != 0) throw new InvalidDataException("It is packed by a version of bzip2 before 0.9.5, which is not read.");
        var origin = _bits.Read(24);
        var symbols = Symbols();
        var groups = (int)_bits.Read(3);
        var selectors = (int)_bits.Read(15);
        if (groups is < 2 or > MostGroups || selectors == 0) throw Broken();
        Selectors(groups, selectors);
        for (var g = 0; g < groups; g++) Code(_codes[g], symbols + 2);
        var length = Words(symbols + 1, Math.Min(selectors, MostSelectors));
        if (origin >= length) throw Broken();
        Chain(length);
        (_at, _left, _sum, _last, _equal, _repeat, _inBlock) = (_block[origin] >> 8, length, uint.MaxValue, -1, 0, 0, true);
    }

    /// <summary>Which bytes are in the block.</summary>
    /// <returns>How many.</returns>
    private int Symbols()
    {
        var (rows, count) = (_bits.Read(16), 0);
        for (var row = 0; row < 16; row++)
        {
            if ((rows & (0x8000u >> row)) == 0) continue;
            var columns = _bits.Read(16);
            for (var column = 0; column < 16; column++)
                if ((columns & (0x8000u >> column)) != 0) _used[count++] = (byte)((row * 16) + column);
        }

        return count > 0 ? count : throw Broken();
    }

    /// <summary>Which of the codes every fifty symbols are in, each told by its place in the order of last use.</summary>
    private void Selectors(int groups, int count)
    {
        Span<byte> order = [0, 1, 2, 3, 4, 5];
        for (var i = 0; i < count; i++)
        {
            var place = 0;
            while (_bits.Read(1) != 0)
                if (++place >= groups) throw Broken();
            var code = order[place];
            order[..place].CopyTo(order[1..]);
            order[0] = code;
            if (i < MostSelectors) _selectors[i] = code; // More than a block can use; the tool takes no offence either.
        }
    }

    private void Code(HuffmanCode code, int symbols)
    {
        var length = (int)_bits.Read(5);
        for (var s = 0; s < symbols; s++)
        {
            while (true)
            {
                if (length is < 1 or > HuffmanCode.Longest) throw Broken();
                if (_bits.Read(1) == 0) break;
                length += _bits.Read(1) == 0 ? 1 : -1;
            }

            _lengths[s] = (byte)length;
        }

        code.Build(_lengths.AsSpan(0, symbols));
    }

    /// <summary>The bytes of the block in the order in which they were sorted: runs of the byte that was last used, or the place of another.</summary>
    private int Words(int end, int selectors)
    {
        var (length, run, weight, group, left) = (0, 0, 1, -1, 0);
        HuffmanCode? code = null;
        while (true)
        {
            if (left == 0)
            {
                if (++group >= selectors) throw Broken();
                (code, left) = (_codes[_selectors[group]], SymbolsOfAGroup);
            }

            left--;
            var symbol = code!.Read(_bits);
            if (symbol <= 1)
            {
                // The length of a run in digits of 1 and 2, the lowest first.
                if (weight > _largest) throw Broken();
                run += weight << symbol;
                weight <<= 1;
                continue;
            }

            if (run > 0)
            {
                if (run > _largest - length) throw Broken();
                _block.AsSpan(length, run).Fill(_used[0]);
                (length, run, weight) = (length + run, 0, 1);
            }

            if (symbol == end) return length > 0 ? length : throw Broken();
            if (length == _largest || symbol > end) throw Broken();
            var value = _used[symbol - 1];
            _used.AsSpan(0, symbol - 1).CopyTo(_used.AsSpan(1));
            _block[length++] = _used[0] = value;
        }
    }

    /// <summary>Puts above each byte the place of the one that follows it: the sorting taken back.</summary>
    private void Chain(int length)
    {
        Span<int> next = stackalloc int[256];
        next.Clear();
        for (var i = 0; i < length; i++) next[(byte)_block[i]]++;
        for (int b = 0, sum = 0; b < 256; b++) (next[b], sum) = (sum, sum + next[b]);
        for (var i = 0; i < length; i++) _block[next[(byte)_block[i]]++] |= (uint)i << 8;
    }

    private static InvalidDataException Broken() => new("It is packed by bzip2 and broken.");
}
