using System.Runtime.InteropServices;

namespace Headwater.Server.Features.Findings;

/// <summary>What a recount needs of component versions, by consecutive numbers instead of ids.</summary>
internal sealed class Components
{
    public const int Columns = 7;

    private readonly Dictionary<long, int> _place = [];
    private readonly Dictionary<string, int> _advisories = new(StringComparer.Ordinal);

    public List<long> Ids { get; } = [];

    public List<long> Of { get; } = [];

    /// <summary>Coverage, critical, high, medium, low, unassigned, exploited: so many numbers for each.</summary>
    public List<short> Facts { get; } = [];

    public List<double> Risk { get; } = [];

    public Dictionary<int, List<int>> Findings { get; } = [];

    public List<string> Advisories { get; } = [];

    public void Add(long id, long component, ReadOnlySpan<long> facts, double risk)
    {
        _place[id] = Ids.Count;
        Ids.Add(id);
        Of.Add(component);
        foreach (var fact in facts) Facts.Add((short)Math.Min(fact, short.MaxValue));
        Risk.Add(risk);
    }

    public void AddFinding(long version, string advisory)
    {
        if (!_place.TryGetValue(version, out var at)) return;
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_advisories, advisory, out var known);
        if (!known)
        {
            number = Advisories.Count;
            Advisories.Add(advisory);
        }

        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(Findings, at, out _);
        (list ??= []).Add(number);
    }

    public int PlaceOf(long id) => _place.GetValueOrDefault(id, -1);
}

/// <summary>Which component versions are in which project version: twenty million of them are two arrays.</summary>
internal sealed class Content(int versions)
{
    private readonly List<int> _at = [], _component = [];
    private readonly int[] _starts = new int[versions + 1];
    private int[] _ordered = [];

    /// <summary>A direct dependency carries the sign bit.</summary>
    public void Add(int at, long componentVersion, bool direct)
    {
        _at.Add(at);
        _component.Add((int)componentVersion | (direct ? int.MinValue : 0));
        _starts[at + 1]++;
    }

    public void Order()
    {
        for (var i = 1; i < _starts.Length; i++) _starts[i] += _starts[i - 1];
        _ordered = new int[_at.Count];
        var next = _starts.AsSpan(0, _starts.Length - 1).ToArray();
        for (var i = 0; i < _at.Count; i++) _ordered[next[_at[i]]++] = _component[i];
        _at.Clear();
        _at.Capacity = 0;
        _component.Clear();
        _component.Capacity = 0;
    }

    public ReadOnlySpan<int> Of(int at) => _ordered.AsSpan(_starts[at], _starts[at + 1] - _starts[at]);
}

/// <summary>The counting itself: distinct projects by component version, component and advisory; sums by project version.</summary>
internal sealed class Tally(Components components, int versions)
{
    private const int Numbers = 14;

    private readonly long[] _numbers = new long[versions * Numbers];
    private readonly double[] _risk = new double[versions];
    private readonly Dictionary<int, long> _versionUses = [];
    private readonly Dictionary<long, long> _componentUses = [];
    private readonly long[] _advisoryUses = new long[components.Advisories.Count];
    private readonly HashSet<long> _seenComponents = [];
    private readonly HashSet<int> _seenAdvisories = [], _seenSettled = [];

    /// <summary>Components, direct, covered, not covered, no version, unidentified, pending, vulnerable, critical, high, medium, low, unassigned, exploited.</summary>
    public long[] NumbersOf(int version) => _numbers[(version * Numbers)..((version + 1) * Numbers)];

    public double RiskOf(int version) => _risk[version];

    public IEnumerable<(long Id, long Uses)> VersionUses() => _versionUses.OrderBy(u => u.Key).Select(u => ((long)u.Key, u.Value));

    public IEnumerable<(long Id, long Uses)> ComponentUses() => _componentUses.OrderBy(u => u.Key).Select(u => (u.Key, u.Value));

    public IEnumerable<(string Id, long Uses)> AdvisoryUses() => _advisoryUses.Select((uses, i) => (components.Advisories[i], uses)).Where(a => a.uses > 0).OrderBy(a => a.Item1, StringComparer.Ordinal);

    /// <summary>Advisories of which a project has nothing but settled findings.</summary>
    public List<(long Project, string Id)> Settled { get; } = [];

    public long[] Ids(ReadOnlySpan<int> content)
    {
        var ids = new long[content.Length];
        for (var i = 0; i < ids.Length; i++) ids[i] = content[i] & int.MaxValue;
        Array.Sort(ids);
        return ids;
    }

    public void AddVersion(int version, ReadOnlySpan<int> content)
    {
        var n = _numbers.AsSpan(version * Numbers, Numbers);
        var facts = CollectionsMarshal.AsSpan(components.Facts);
        foreach (var entry in content)
        {
            var at = components.PlaceOf(entry & int.MaxValue);
            if (at < 0) continue;
            var f = facts.Slice(at * Components.Columns, Components.Columns);
            n[0]++;
            if (entry < 0) n[1]++;
            n[f[0] switch { 1 => 2, 2 => 3, 3 => 4, 4 => 5, _ => 6 }]++;
            if (f[1] + f[2] + f[3] + f[4] + f[5] > 0) n[7]++;
            for (var i = 1; i < Components.Columns; i++) n[7 + i] += f[i];
            if (components.Risk[at] > _risk[version]) _risk[version] = components.Risk[at];
        }
    }

    /// <param name="settled">What was decided to be no finding in its latest version.</param>
    public void AddProject(long project, ReadOnlySpan<int> content, HashSet<(long ComponentVersion, string Id)> settled)
    {
        _seenComponents.Clear();
        _seenAdvisories.Clear();
        foreach (var entry in content)
        {
            var id = entry & int.MaxValue;
            CollectionsMarshal.GetValueRefOrAddDefault(_versionUses, id, out _)++;
            var at = components.PlaceOf(id);
            if (at < 0) continue;
            if (_seenComponents.Add(components.Of[at])) CollectionsMarshal.GetValueRefOrAddDefault(_componentUses, components.Of[at], out _)++;
            if (!components.Findings.TryGetValue(at, out var advisories)) continue;
            foreach (var advisory in advisories)
            {
                if (settled.Count > 0 && settled.Contains((id, components.Advisories[advisory]))) _seenSettled.Add(advisory);
                else if (_seenAdvisories.Add(advisory)) _advisoryUses[advisory]++;
            }
        }

        if (_seenSettled.Count == 0) return;
        foreach (var advisory in _seenSettled.Where(a => !_seenAdvisories.Contains(a))) Settled.Add((project, components.Advisories[advisory]));
        _seenSettled.Clear();
    }
}
