using Headwater.Core.Policies.Cel.Library;

namespace Headwater.Core.Policies.Cel;

/// <summary>A map of values, in the order in which its entries were put in. A host derives from it to show its own maps without copying them.</summary>
public abstract class CelMap
{
    /// <summary>The empty map.</summary>
    public static CelMap Empty { get; } = new Entries([], [], 0);

    /// <summary>How many entries there are.</summary>
    public abstract int Count { get; }

    /// <summary>A key.</summary>
    /// <param name="index">Its place, from 0; always within the map.</param>
    /// <returns>The key.</returns>
    public abstract CelValue KeyAt(int index);

    /// <summary>The value of the key at the same place.</summary>
    /// <param name="index">Its place, from 0; always within the map.</param>
    /// <returns>The value.</returns>
    public abstract CelValue ValueAt(int index);

    /// <summary>Looks a key up. Numbers of different types that count the same are the same key.</summary>
    /// <param name="key">The key, of any kind.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Whether it is there.</returns>
    public abstract bool TryGet(in CelValue key, out CelValue value);

    /// <summary>Looks a field up.</summary>
    /// <param name="name">The key, a string.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Whether it is there.</returns>
    public virtual bool TryGet(string name, out CelValue value) => TryGet(CelValue.Of(name), out value);

    /// <summary>A map of entries.</summary>
    /// <param name="entries">Keys (<c>bool</c>, <c>int</c>, <c>uint</c> or <c>string</c>) and values.</param>
    /// <returns>The map.</returns>
    /// <exception cref="ArgumentException">A key is of another kind or there twice.</exception>
    public static CelMap Of(IReadOnlyCollection<KeyValuePair<CelValue, CelValue>> entries)
    {
        var map = new CelMapBuilder(entries.Count);
        foreach (var (key, value) in entries)
        {
            if (map.Add(key, value) is { } error) throw new ArgumentException(error, nameof(entries));
        }

        return map.Build();
    }

    /// <summary>A map of strings to values.</summary>
    /// <param name="entries">The entries.</param>
    /// <returns>The map.</returns>
    public static CelMap Of(IReadOnlyDictionary<string, CelValue> entries) => Of([.. entries.Select(e => KeyValuePair.Create(CelValue.Of(e.Key), e.Value))]);

    internal sealed class Entries(CelValue[] keys, CelValue[] values, int count) : CelMap
    {
        // Below that, looking at all keys is as quick as a hash.
        private const int Few = 8;

        private readonly Dictionary<CelValue, int>? _places = Index(keys, count);

        public override int Count => count;

        public override CelValue KeyAt(int index) => keys[index];

        public override CelValue ValueAt(int index) => values[index];

        public override bool TryGet(in CelValue key, out CelValue value)
        {
            var place = Find(key);
            value = place < 0 ? default : values[place];
            return place >= 0;
        }

        private int Find(in CelValue key)
        {
            if (_places is not null) return Comparing.Key(key, out var normal) && _places.TryGetValue(normal, out var place) ? place : -1;
            if (!Comparing.Key(key, out var sought)) return -1;
            for (var i = 0; i < count; i++)
            {
                if (Comparing.AreSameKey(keys[i], sought)) return i;
            }

            return -1;
        }

        private static Dictionary<CelValue, int>? Index(CelValue[] keys, int count)
        {
            if (count <= Few) return null;
            var places = new Dictionary<CelValue, int>(count, Comparing.Keys);
            for (var i = 0; i < count; i++)
            {
                Comparing.Key(keys[i], out var normal);
                places.Add(normal, i);
            }

            return places;
        }
    }
}
