namespace Headwater.Core.Licences.Packages.Archives.Bzip2;

/// <summary>Reads bits, the highest of each byte first.</summary>
internal sealed class Bits(Stream packed)
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _at, _end, _count;
    private ulong _bits;

    /// <summary>Whether nothing more comes. Asked at the border of a byte.</summary>
    public bool IsAtEnd => _count == 0 && !Fill();

    /// <summary>The next bits as a number, at most 24.</summary>
    /// <exception cref="InvalidDataException">They are not there.</exception>
    public uint Read(int count)
    {
        while (_count < count)
        {
            if (!Fill()) throw new InvalidDataException("It is packed by bzip2 and cut off.");
            (_bits, _count) = ((_bits << 8) | _buffer[_at++], _count + 8);
        }

        _count -= count;
        return (uint)(_bits >> _count) & ((1u << count) - 1);
    }

    public uint Read32() => (Read(16) << 16) | Read(16);

    /// <summary>Leaves out what is left of a byte.</summary>
    public void Align() => _count -= _count % 8;

    private bool Fill()
    {
        if (_at < _end) return true;
        (_at, _end) = (0, packed.Read(_buffer));
        return _end > 0;
    }
}
