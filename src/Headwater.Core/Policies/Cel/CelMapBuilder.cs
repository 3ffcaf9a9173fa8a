using Headwater.Core.Policies.Cel.Library;

namespace Headwater.Core.Policies.Cel;

/// <summary>Puts a map together and finds keys that are there twice.</summary>
internal sealed class CelMapBuilder(int capacity)
{
    private readonly List<CelValue> _keys = new(capacity), _values = new(capacity);
    private readonly HashSet<CelValue> _seen = new(capacity, Comparing.Keys);

    public int Count => _keys.Count;

    /// <returns>What is wrong with the key, or null.</returns>
    public string? Add(in CelValue key, in CelValue value)
    {
        if (key.Kind is not (CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.String)) return $"Unsupported key type: {key.TypeOf()} (keys are bool, int, uint or string).";
        Comparing.Key(key, out var normal);
        if (!_seen.Add(normal)) return $"Repeated key: {CelTime.Shown(key)}.";
        _keys.Add(key);
        _values.Add(value);
        return null;
    }

    public CelMap Build() => _keys.Count == 0 ? CelMap.Empty : new CelMap.Entries([.. _keys], [.. _values], _keys.Count);
}
