using Headwater.Core.Versions;

namespace Headwater.Core.Advisories;

// What is asked of single records, by number or by identifier. A number says which file a record is in.
public sealed partial class AdvisoryIndex
{
    /// <summary>The hot facts of a record. <see cref="AdvisorySummary.Source"/> is the database that its id names: what is before the first dash.</summary>
    public AdvisorySummary Summary(int record)
    {
        var (layer, local) = LayerOf(record);
        var summary = _layers[layer].Summary(local);
        return layer == 0 ? summary : summary with { Record = record };
    }

    /// <summary>The record as it was published, in OSV JSON, without white space between its parts.</summary>
    public byte[] Json(int record)
    {
        var (layer, local) = LayerOf(record);
        return _layers[layer].Json(local);
    }

    /// <summary>The packages that a record is about, in the order of the record.</summary>
    public IReadOnlyList<AdvisoryPackage> PackagesOf(int record)
    {
        var (layer, local) = LayerOf(record);
        return _layers[layer].PackagesOf(local);
    }

    /// <summary>Record numbers that are about a package, withdrawn ones included, ascending.</summary>
    /// <param name="ecosystem">The OSV ecosystem, with its suffix.</param>
    /// <param name="name">The name, in any of the forms that the ecosystem takes for one.</param>
    public IReadOnlyList<int> RecordsFor(string ecosystem, string name) => Gather(layer => layer.RecordsFor(ecosystem, name));

    /// <summary>Versions in which a record is fixed for the package that was matched, lowest first; empty when none is named.</summary>
    public IReadOnlyList<string> FixedVersions(AdvisoryMatch match)
    {
        var (layer, local) = LayerOf(match.Record);
        return _layers[layer].FixedVersions(match.Package - _firstPackage[layer], local);
    }

    /// <summary>The number of the record of this very id; -1 when there is none.</summary>
    public int NumberOf(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        for (var i = 0; i < _layers.Length; i++)
            if (_layers[i].NumberOf(id) is >= 0 and var record && !IsHidden(i, record)) return _firstRecord[i] + record;
        return -1;
    }

    /// <summary>Counts the records whose ids begin with a text, in the case of the ids: <c>MAL-</c> for malicious packages.</summary>
    /// <param name="prefix">At least one character.</param>
    /// <param name="newest">When the one that was changed last was changed; null where there is none, or none says.</param>
    public int CountBeginningWith(string prefix, out DateTimeOffset? newest)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        var (count, last) = (0, 0L);
        for (var i = 0; i < _layers.Length; i++)
        {
            var range = _layers[i].RangeOf(prefix);
            for (var record = range.Start.Value; record < range.End.Value; record++)
            {
                if (IsHidden(i, record)) continue;
                count++;
                last = Math.Max(last, _layers[i].ModifiedOf(record));
            }
        }

        newest = last > 0 ? DateTimeOffset.FromUnixTimeSeconds(last) : null;
        return count;
    }

    /// <summary>Every record's number, file by file.</summary>
    public IEnumerable<int> Records()
    {
        for (var i = 0; i < _layers.Length; i++)
            for (var record = 0; record < _layers[i].RecordCount; record++)
                if (!IsHidden(i, record)) yield return _firstRecord[i] + record;
    }

    /// <summary>Record numbers for an identifier or alias, in any case; empty when unknown. The record of that very id comes first.</summary>
    public IReadOnlyList<int> Find(string idOrAlias)
    {
        ArgumentNullException.ThrowIfNull(idOrAlias);
        var found = Gather(layer => layer.Find(idOrAlias));
        if (_layers.Length == 1 || found.Count < 2) return found;
        var own = found.FindIndex(r => Summary(r).Id.Equals(idOrAlias.Trim(), StringComparison.OrdinalIgnoreCase));
        if (own > 0) (found[0], found[own]) = (found[own], found[0]);
        return found;
    }

    /// <summary>
    /// All identifiers and records that are aliases of one, over the whole index: symmetric and transitive, as the OSV schema says of
    /// <c>aliases</c>; <c>upstream</c> and <c>related</c> join nothing. Empty for an unknown identifier. One CVE can join records about many packages here;
    /// <see cref="FindingSet"/> groups within one package.
    /// </summary>
    public AdvisoryAliasGroup AliasGroup(string idOrAlias)
    {
        ArgumentNullException.ThrowIfNull(idOrAlias);
        var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var records = new SortedSet<int>();
        var open = new Queue<string>();
        open.Enqueue(idOrAlias.Trim());
        while (open.TryDequeue(out var next))
        {
            foreach (var record in Find(next))
            {
                if (!records.Add(record)) continue;
                var summary = Summary(record);
                foreach (var id in summary.Aliases.Prepend(summary.Id))
                    if (ids.Add(id)) open.Enqueue(id);
            }
        }

        return new AdvisoryAliasGroup([.. ids.Order(StringComparer.Ordinal)], [.. records]);
    }

    /// <summary>
    /// Record numbers for a search box: first those whose id or an alias begins with the text, then those whose summary holds all its words,
    /// each from its beginning, in any case (ASCII).
    /// </summary>
    /// <param name="text">An identifier, its beginning, or words; what is longer than 256 characters finds nothing.</param>
    /// <param name="limit">The most records that are returned.</param>
    public IReadOnlyList<int> Search(string text, int limit)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        if (text.Length is 0 or > 256 || limit <= 0) return [];
        return [.. Gather(layer => layer.BeginningWith(text, limit)).Concat(WithWords()).Distinct().Take(limit)];

        // Lazily: whoever has found enough by identifier does not read the summaries.
        IEnumerable<int> WithWords()
        {
            for (var i = 0; i < _layers.Length; i++)
                foreach (var record in _layers[i].WithWords(text, limit, _hidden[i])) yield return _firstRecord[i] + record;
        }
    }

    /// <summary>The order of versions in a package's ecosystem.</summary>
    internal VersionScheme? SchemeOf(int package)
    {
        var layer = Floor(_firstPackage, package);
        return _layers[layer].SchemeOf(package - _firstPackage[layer]);
    }

    private List<int> Gather(Func<IndexLayer, IEnumerable<int>> ask)
    {
        var all = new List<int>();
        for (var i = 0; i < _layers.Length; i++)
            foreach (var record in ask(_layers[i]))
                if (!IsHidden(i, record)) all.Add(_firstRecord[i] + record);
        return all;
    }

    private bool IsHidden(int layer, int record) => _hidden[layer] is { } hidden && hidden[record];

    private (int Layer, int Local) LayerOf(int record)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(record);
        var layer = Floor(_firstRecord, record);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(record - _firstRecord[layer], _layers[layer].RecordCount, nameof(record));
        return (layer, record - _firstRecord[layer]);
    }

    private static int Floor(int[] firsts, int number)
    {
        var layer = firsts.Length - 1;
        while (layer > 0 && firsts[layer] > number) layer--;
        return layer;
    }
}
