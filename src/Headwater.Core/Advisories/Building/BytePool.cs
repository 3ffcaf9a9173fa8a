using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Headwater.Core.Advisories.Building;

/// <summary>Byte strings, each kept once: a length (LEB128), then the bytes. What is handed out is the place; place 0 is the empty string.</summary>
internal sealed class BytePool
{
    private byte[] _data = new byte[1 << 20];
    private int _length = 1;
    private uint[] _places = new uint[1 << 16];
    private uint[] _hashes = new uint[1 << 16];
    private int _count;

    public ReadOnlySpan<byte> Data => _data.AsSpan(0, _length);

    public uint Intern(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return 0;
        if (_count * 2 > _places.Length) Rehash();
        var hash = IndexFormat.Hash(0, bytes);
        var mask = _places.Length - 1;
        var slot = (int)(hash & mask);
        for (; _places[slot] != 0; slot = (slot + 1) & mask)
        {
            if (_hashes[slot] == hash && IndexFormat.Entry(Data, _places[slot]).SequenceEqual(bytes)) return _places[slot];
        }

        var place = Append(bytes);
        _places[slot] = place;
        _hashes[slot] = hash;
        _count++;
        return place;
    }

    private uint Append(ReadOnlySpan<byte> bytes)
    {
        var needed = (long)_length + bytes.Length + 5;
        if (needed > Array.MaxLength) throw new InvalidDataException("The advisories are more than one index can hold (2 GiB of texts). Build from fewer sources.");
        if (needed > _data.Length) Array.Resize(ref _data, (int)Math.Min(Array.MaxLength, Math.Max(needed, _data.Length * 2L)));
        var place = (uint)_length;
        var rest = (uint)bytes.Length;
        for (; rest >= 0x80; rest >>= 7) _data[_length++] = (byte)(rest | 0x80);
        _data[_length++] = (byte)rest;
        bytes.CopyTo(_data.AsSpan(_length));
        _length += bytes.Length;
        return place;
    }

    private void Rehash()
    {
        var (places, hashes) = (_places, _hashes);
        _places = new uint[places.Length * 2];
        _hashes = new uint[places.Length * 2];
        var mask = _places.Length - 1;
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i] == 0) continue;
            var slot = (int)(hashes[i] & mask);
            while (_places[slot] != 0) slot = (slot + 1) & mask;
            (_places[slot], _hashes[slot]) = (places[i], hashes[i]);
        }
    }
}

/// <summary>One section of the index while it is written: numbers, little endian, one after the other.</summary>
internal sealed class SectionWriter
{
    private byte[] _data = new byte[1 << 12];
    private int _length;

    public ReadOnlySpan<byte> Data => _data.AsSpan(0, _length);
    public int Length => _length;

    public void Clear() => _length = 0;
    public void U8(byte value) => Put(value);
    public void U32(uint value) => Put(value);
    public void I64(long value) => Put(value);
    public void F32(float value) => Put(value);

    private void Put<T>(T value) where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        if (_length + size > _data.Length) Array.Resize(ref _data, checked(_data.Length * 2));
        MemoryMarshal.Write(_data.AsSpan(_length), in value);
        _length += size;
    }
}
