using System.Buffers;

namespace Headwater.Core.Versions;

/// <summary>Collects the bytes of a version key in the caller's stack space, and in pooled memory only when that is full.</summary>
public ref struct VersionKeyBuilder
{
    private Span<byte> _span;
    private byte[]? _rented;
    private int _length;

    /// <summary>Starts an empty key in <paramref name="initial"/>.</summary>
    public VersionKeyBuilder(Span<byte> initial) => _span = initial;

    /// <summary>Bytes written so far.</summary>
    public readonly int Length => _length;

    /// <summary>The key so far; valid until the next write.</summary>
    public readonly ReadOnlySpan<byte> AsSpan() => _span[.._length];

    /// <summary>Cuts the key back to <paramref name="length"/> bytes.</summary>
    public void Truncate(int length) => _length = Math.Min(length, _length);

    /// <summary>Appends one byte.</summary>
    public void Append(byte value)
    {
        if (_length == _span.Length) Grow(1);
        _span[_length++] = value;
    }

    /// <summary>Appends bytes.</summary>
    public void Append(scoped ReadOnlySpan<byte> values)
    {
        if (_length + values.Length > _span.Length) Grow(values.Length);
        values.CopyTo(_span[_length..]);
        _length += values.Length;
    }

    /// <summary>
    /// Appends a run of decimal digits of any length so that byte order is numeric order: leading zeros dropped, then the number
    /// of digits (two bytes, big endian), then the digits.
    /// </summary>
    public void AppendNumber(scoped ReadOnlySpan<char> digits)
    {
        digits = digits.TrimStart('0');
        if (_length + digits.Length + 2 > _span.Length) Grow(digits.Length + 2);
        _span[_length++] = (byte)(digits.Length >> 8);
        _span[_length++] = (byte)digits.Length;
        foreach (var digit in digits) _span[_length++] = (byte)digit;
    }

    /// <summary>Gives rented memory back.</summary>
    public void Dispose()
    {
        if (_rented is null) return;
        ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
        _span = default;
        _length = 0;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_span.Length * 2, _length + needed + 64));
        _span[.._length].CopyTo(larger);
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
        _rented = larger;
        _span = larger;
    }
}
