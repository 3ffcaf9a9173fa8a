using System.Text;

namespace Headwater.Core.Sboms.Schema;

/// <summary>A fixed map from UTF-8 strings, looked up without making a string.</summary>
internal sealed class Utf8Map<T> where T : class
{
    private readonly (byte[] Key, T Value)[] _slots;
    private readonly int _mask;

    public Utf8Map(IEnumerable<(string Key, T Value)> entries)
    {
        var all = entries.ToArray();
        Keys = [.. all.Select(e => e.Key)];
        var size = 4;
        while (size < all.Length * 2) size *= 2;
        _slots = new (byte[], T)[size];
        _mask = size - 1;
        foreach (var (key, value) in all)
        {
            var bytes = Encoding.UTF8.GetBytes(key);
            var slot = Hash(bytes) & _mask;
            while (_slots[slot].Key is { } taken && !taken.AsSpan().SequenceEqual(bytes)) slot = (slot + 1) & _mask;
            _slots[slot] = (bytes, value);
        }
    }

    public IReadOnlyList<string> Keys { get; }

    public T? Find(ReadOnlySpan<byte> key)
    {
        for (var slot = Hash(key) & _mask; _slots[slot].Key is { } taken; slot = (slot + 1) & _mask)
        {
            if (key.SequenceEqual(taken)) return _slots[slot].Value;
        }

        return null;
    }

    /// <summary>The keys are the schema's own, so a seed against chosen collisions is not needed.</summary>
    private static int Hash(ReadOnlySpan<byte> key)
    {
        var hash = 2166136261u;
        foreach (var b in key) hash = (hash ^ b) * 16777619u;
        return (int)(hash ^ (hash >> 15)) & int.MaxValue;
    }
}
