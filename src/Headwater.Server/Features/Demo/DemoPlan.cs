namespace Headwater.Server.Features.Demo;

/// <summary>
/// Who uses what: each project draws most of its components from one ecosystem, packages by Zipf's law (a few are everywhere, most are rare), versions with the
/// newer ones more often. The same seed gives the same portfolio.
/// </summary>
internal sealed class DemoPlan
{
    public const int Each = 200;

    private const double Skew = 0.85, Flattening = 10, Newer = 0.12, Lingering = 0.15, OwnEcosystem = 0.9;

    private readonly Dice _random;
    private readonly int[] _first;
    private readonly IReadOnlyList<DemoPackage> _packages;
    private readonly (int[] Members, double[] Upto)[] _ecosystems;
    private readonly HashSet<int> _drawn = new(Each);

    public DemoPlan(IReadOnlyList<DemoPackage> packages, int seed)
    {
        _packages = packages;
        _random = new Dice(seed);
        _first = new int[packages.Count + 1];
        for (var i = 0; i < packages.Count; i++) _first[i + 1] = _first[i] + packages[i].Versions.Count;
        _ecosystems = [.. packages.Select((p, i) => (p.Purl.Type, Place: i)).GroupBy(p => p.Type, p => p.Place).Where(g => g.Count() * 100 >= packages.Count).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Select(Weighed)];
    }

    /// <summary>Component versions in all; they are numbered from 0, package after package, newest first.</summary>
    public int Versions => _first[^1];

    /// <summary>The component versions of the next project, in order, each with whether it is direct.</summary>
    /// <param name="number">The project's, from 0: it also takes two that are this number's own, so that every version is used by somebody once there are enough projects.</param>
    public (int Version, bool Direct)[] Next(int number)
    {
        _drawn.Clear();
        var each = Math.Min(Each, Versions);
        var home = Math.Min((int)(-Math.Log(1 - _random.NextDouble()) * 1.6), _ecosystems.Length - 1);
        if (each == Each)
        {
            _drawn.Add((int)(2L * number % Versions));
            _drawn.Add((int)((2L * number + 1) % Versions));
        }

        for (var tries = 0; _drawn.Count < each && tries < 20 * Each; tries++)
        {
            var (members, upto) = _ecosystems[_random.NextDouble() < OwnEcosystem ? home : _random.Next(_ecosystems.Length)];
            var at = Array.BinarySearch(upto, _random.NextDouble() * upto[^1]);
            var package = members[Math.Min(at < 0 ? ~at : at, members.Length - 1)];
            var count = _packages[package].Versions.Count;
            var age = _random.NextDouble() < Lingering ? count : (int)(-Math.Log(1 - _random.NextDouble()) / Newer);
            _drawn.Add(_first[package] + (age < count ? age : _random.Next(count)));
        }

        for (var next = 0; _drawn.Count < each; next++) _drawn.Add(next); // A portfolio of so few versions that chance does not find them all.
        return [.. _drawn.Order().Select(v => (v, _random.Next(8) == 0))];
    }

    private static (int[] Members, double[] Upto) Weighed(IEnumerable<int> places)
    {
        var members = places.ToArray();
        var upto = new double[members.Length];
        double sum = 0;
        for (var i = 0; i < members.Length; i++) upto[i] = sum += Math.Pow(i + Flattening, -Skew);
        return (members, upto);
    }
}
