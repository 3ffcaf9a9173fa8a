using System.Collections;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Headwater.Core.Packages;
using Headwater.Core.Versions;

namespace Headwater.Core.Advisories;

/// <summary>
/// Advisories, read from one or several memory-mapped files without a parse: a large file, a small one over it with what has changed since, files of other sources. A
/// record that stands in several counts once, as the newest <c>modified</c> has it; of equally new ones the file that was named first has it.
/// <code>
/// records (large) ─┐
/// changes (small) ─┼─► one set of records: each is spoken for by one file, and hidden in the others
/// other sources   ─┘
/// </code>
/// Safe for concurrent readers. Files are replaced atomically, never changed: a reader keeps what it opened. Closing waits for nobody: calls under way
/// end, later ones throw <see cref="ObjectDisposedException"/>. Any method throws <see cref="InvalidDataException"/> when it meets damage that opening could not see.
/// </summary>
public sealed partial class AdvisoryIndex : IDisposable
{
    private const int MaxCachedKinds = 4096, MaxLayers = 64;

    private readonly IndexLayer[] _layers;
    private readonly BitArray?[] _hidden;
    private readonly int[] _firstRecord, _firstPackage;
    private readonly ConcurrentDictionary<PackageEcosystem.Key, Place[]> _places = new();

    /// <summary>An ecosystem, and its number in each layer (-1: not there).</summary>
    private sealed record Place(string Ecosystem, int[] Numbers);

    private AdvisoryIndex(IndexLayer[] layers)
    {
        _layers = layers;
        _hidden = new BitArray?[layers.Length];
        (_firstRecord, _firstPackage) = (new int[layers.Length], new int[layers.Length]);
        for (var i = 1; i < layers.Length; i++)
        {
            _firstRecord[i] = checked(_firstRecord[i - 1] + layers[i - 1].RecordCount);
            _firstPackage[i] = checked(_firstPackage[i - 1] + layers[i - 1].PackageCount);
            for (var j = 0; j < i; j++) Hide(j, i);
        }

        // One that only hidden records mention is not known: the newest copies are about something else.
        Ecosystems = layers.Length == 1 ? layers[0].Ecosystems
            : [.. layers.SelectMany((layer, i) => layer.Ecosystems.Where((_, number) => layer.Speaks(number, _hidden[i]))).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        RecordCount = layers.Sum(l => l.RecordCount) - _hidden.Sum(Count);
        PackageCount = layers.Sum(l => l.PackageCount);
        BuiltAt = layers.Max(l => l.BuiltAt);
        Sources = layers.Length == 1 ? layers[0].Sources : CountSources();
    }

    /// <summary>Opens one file.</summary>
    /// <exception cref="InvalidDataException">The file is not an index of this version, or is damaged; the message says what to do.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static AdvisoryIndex Open(string path) => Open([path]);

    /// <summary>Opens several files as one.</summary>
    /// <param name="paths">1 to 64 files; of equally new copies of a record the first has it.</param>
    /// <exception cref="InvalidDataException">A file is not an index of this version, or is damaged; the message says which and what to do.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static AdvisoryIndex Open(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfZero(paths.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(paths.Count, MaxLayers);
        var layers = new IndexLayer[paths.Count];
        try
        {
            for (var i = 0; i < layers.Length; i++) layers[i] = IndexLayer.Open(paths[i]);
            return new AdvisoryIndex(layers);
        }
        catch
        {
            foreach (var layer in layers) layer?.Dispose();
            throw;
        }
    }

    /// <summary>When the newest file was built.</summary>
    public DateTimeOffset BuiltAt { get; }

    /// <summary>Number of distinct records, withdrawn ones included.</summary>
    public int RecordCount { get; }

    /// <summary>Number of packages that records are about; one that several files know counts for each.</summary>
    public int PackageCount { get; }

    /// <summary>Records and newest modification per source ecosystem (the part of its name before a colon), sorted by name.</summary>
    public IReadOnlyList<AdvisorySource> Sources { get; }

    /// <summary>The ecosystems that are known, suffixes included, sorted.</summary>
    public IReadOnlyList<string> Ecosystems { get; }

    /// <summary>
    /// Appends every non-withdrawn record that affects, or may affect, a package version, in order of record number. Does not allocate when
    /// nothing matches. A package without a version, or with one that the ecosystem's order cannot place, gets <see cref="MatchVerdict.Unknown"/> for each
    /// record that is not about all versions.
    /// </summary>
    /// <returns>False when nothing is known about this kind of package (its ecosystem is not covered), which is not the same as no match.</returns>
    [SkipLocalsInit]
    public bool Match(PackageUrl purl, List<AdvisoryMatch> matches)
    {
        ArgumentNullException.ThrowIfNull(purl);
        ArgumentNullException.ThrowIfNull(matches);
        try
        {
            return MatchAll(purl, matches);
        }
        catch (Exception e) when (IndexLayer.IsDamage(e))
        {
            throw IndexLayer.Inconsistent(e);
        }
    }

    [SkipLocalsInit]
    private bool MatchAll(PackageUrl purl, List<AdvisoryMatch> matches)
    {
        var places = PlacesOf(purl);
        if (places.Length == 0) return false;
        Span<char> composed = stackalloc char[PackageNames.MaxLength];
        Span<char> normalised = stackalloc char[PackageNames.MaxLength];
        var length = PackageNames.Compose(purl, composed);
        var hasSource = PackageNames.TrySource(purl, out var source, out var sourceVersion);
        var known = false;
        var before = matches.Count;
        foreach (var place in places)
        {
            // Debian's advisories name source packages; a binary package of the name of another's source would be mistaken for it.
            if (length >= 0 && !(hasSource && purl.Type == "deb"))
            {
                var name = normalised[..PackageNames.Normalise(place.Ecosystem, composed[..length], normalised)];
                known |= MatchName(place, name, purl.Version, PackageNames.Epoch(purl), before, matches);
            }

            if (hasSource && source.Length <= PackageNames.MaxLength && !source.SequenceEqual(purl.Name) | purl.Type == "deb")
                known |= MatchName(place, source, sourceVersion.IsEmpty ? purl.Version : sourceVersion, PackageNames.Epoch(purl), before, matches);
        }

        if (matches.Count - before > 1 && (places.Length > 1 || hasSource)) matches.Sort(before, matches.Count - before, ByRecord);
        return known || !PackageEcosystem.IsOpenWorld(purl.Type);
    }

    private static readonly Comparer<AdvisoryMatch> ByRecord = Comparer<AdvisoryMatch>.Create((a, b) => a.Record.CompareTo(b.Record));

    [SkipLocalsInit]
    private bool MatchName(Place place, scoped ReadOnlySpan<char> name, ReadOnlySpan<char> version, ReadOnlySpan<char> epoch, int before, List<AdvisoryMatch> matches)
    {
        Span<int> found = stackalloc int[MaxLayers];
        Span<bool> byCase = stackalloc bool[MaxLayers];
        var exact = false;
        string? folded = null;
        for (var i = 0; i < _layers.Length; i++)
        {
            byCase[i] = false;
            found[i] = place.Numbers[i] < 0 ? -1 : _layers[i].FindPackage(place.Numbers[i], name, out byCase[i]);
            if (found[i] < 0) continue;
            if (!byCase[i])
            {
                exact = true;
                continue;
            }

            // A lower case that stands for one package in this file and for another in that one stands for neither.
            if (_layers.Length == 1) continue;
            var stored = _layers[i].NameOf(found[i]);
            if (folded is not null && folded != stored) return false;
            folded = stored;
        }

        var known = false;
        for (var i = 0; i < _layers.Length; i++)
            if (found[i] >= 0 && !(exact && byCase[i])) known |= _layers[i].MatchPackage(found[i], version, epoch, _hidden[i], _firstRecord[i], _firstPackage[i], before, matches);
        return known;
    }

    private Place[] PlacesOf(PackageUrl purl)
    {
        var key = PackageEcosystem.KeyOf(purl);
        if (_places.TryGetValue(key, out var known)) return known;
        List<string> found = [];
        foreach (var candidate in PackageEcosystem.Candidates(key))
        {
            var name = candidate.AsSpan();
            if (name[0] == '?')
            {
                if (found.Count > 0) continue;
                name = name[1..];
            }

            foreach (var ecosystem in Ecosystems)
            {
                var fits = name[^1] == '*' ? ecosystem.AsSpan().StartsWith(name[..^1]) : name.SequenceEqual(ecosystem);
                if (fits && !found.Contains(ecosystem)) found.Add(ecosystem);
            }
        }

        Place[] result = [.. found.Select(name => new Place(name, [.. _layers.Select(l => l.EcosystemNumber(name))]))];
        if (_places.Count < MaxCachedKinds) _places.TryAdd(key, result);
        return result;
    }

    /// <summary>Hides, of records that two layers have, the older copy; of equally new ones that of the later layer.</summary>
    private void Hide(int first, int later)
    {
        var (small, large) = _layers[first].RecordCount <= _layers[later].RecordCount ? (first, later) : (later, first);
        for (var record = 0; record < _layers[small].RecordCount; record++)
        {
            var other = _layers[large].NumberOf(_layers[small].IdOf(record));
            if (other < 0) continue;
            var (inFirst, inLater) = small == first ? (record, other) : (other, record);
            if (_layers[first].ModifiedOf(inFirst) >= _layers[later].ModifiedOf(inLater)) (_hidden[later] ??= new BitArray(_layers[later].RecordCount))[inLater] = true;
            else (_hidden[first] ??= new BitArray(_layers[first].RecordCount))[inFirst] = true;
        }
    }

    private AdvisorySource[] CountSources()
    {
        var sources = new SortedDictionary<string, (int Records, DateTimeOffset? Newest)>(StringComparer.Ordinal);
        for (var i = 0; i < _layers.Length; i++)
        {
            foreach (var source in _layers[i].Sources)
            {
                var (count, newest) = sources.GetValueOrDefault(source.Ecosystem);
                sources[source.Ecosystem] = (count + source.Records, newest > source.NewestModified ? newest : source.NewestModified ?? newest);
            }

            if (_hidden[i] is not { } hidden) continue;
            for (var record = 0; record < hidden.Length; record++)
            {
                if (!hidden[record]) continue;
                foreach (var name in _layers[i].PackagesOf(record).Select(p => PackageNames.Base(p.Ecosystem).ToString()).Distinct())
                    if (sources.TryGetValue(name, out var counted)) sources[name] = (counted.Records - 1, counted.Newest);
            }
        }

        return [.. sources.Where(s => s.Value.Records > 0).Select(s => new AdvisorySource(s.Key, s.Value.Records, s.Value.Newest))];
    }

    private static int Count(BitArray? bits)
    {
        var count = 0;
        for (var i = 0; bits is not null && i < bits.Length; i++) count += bits[i] ? 1 : 0;
        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var layer in _layers) layer.Dispose();
    }
}
