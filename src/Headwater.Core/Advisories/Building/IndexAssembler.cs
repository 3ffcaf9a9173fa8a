using System.Text;
using Headwater.Core.Versions;
using static Headwater.Core.Advisories.IndexFormat;

namespace Headwater.Core.Advisories.Building;

/// <summary>
/// Lays out the hot part of an index from records in order of their ids. Works on one thread and in that order only, so that the same
/// records always give the same bytes.
/// </summary>
internal sealed class IndexAssembler
{
    private readonly BytePool _pool = new();
    private readonly SectionWriter[] _sections = new SectionWriter[SectionCount];
    private readonly List<string> _ecosystems = [];
    private readonly List<VersionScheme?> _schemes = [];
    private readonly Dictionary<string, int> _ecosystemNumbers = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Ecosystem, string Name), int> _packageNumbers = [];
    private readonly List<Package> _packages = [];
    private readonly SectionWriter _scratch = new();
    private readonly byte[] _text = new byte[3 * 64 * 1024];

    private sealed record Package(int Ecosystem, string Name, string Published)
    {
        public List<(uint Record, uint Ranges, uint Versions)> Claims { get; } = [];
    }

    public IndexAssembler()
    {
        for (var i = 0; i < SectionCount; i++) _sections[i] = new SectionWriter();
    }

    public int PackageCount => _packages.Count;

    public ReadOnlySpan<byte> this[Section section] => section == Section.Pool ? _pool.Data : _sections[(int)section].Data;

    /// <param name="records">In order of their ids.</param>
    /// <param name="places">For each record its cold block and the place in it.</param>
    /// <param name="cancel">Asked between records.</param>
    public void AddRecords(List<RecordFacts> records, (int Block, int Offset)[] places, CancellationToken cancel)
    {
        // Ecosystems are numbered by name, so that the first record that happens to mention one does not matter.
        foreach (var ecosystem in records.SelectMany(r => r.Affected).Select(a => a.Ecosystem).Distinct().Order(StringComparer.Ordinal)) AddEcosystem(ecosystem);
        for (var i = 0; i < records.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            AddRecord((uint)i, records[i], places[i]);
        }

        AddIdentifiers(records);
        AddSources(records);
        AddPackages();
    }

    public void AddBlock(long offset, int compressed, int length, uint checksum)
    {
        var blocks = _sections[(int)Section.Blocks];
        blocks.I64(offset);
        blocks.U32((uint)compressed);
        blocks.U32((uint)length);
        blocks.U32(checksum);
    }

    private void AddEcosystem(string ecosystem)
    {
        _ecosystemNumbers.Add(ecosystem, _ecosystems.Count);
        _ecosystems.Add(ecosystem);
        var scheme = VersionSchemes.ForEcosystem(ecosystem);
        _schemes.Add(scheme);
        _sections[(int)Section.Ecosystems].U32(Text(ecosystem));
        _sections[(int)Section.Ecosystems].U32(Fingerprint(scheme));
    }

    private void AddRecord(uint number, RecordFacts record, (int Block, int Offset) place)
    {
        var lists = _sections[(int)Section.Lists];
        var aliasFirst = (uint)(lists.Length / 4);
        var aliases = record.Aliases.Where(a => a != record.Id).Distinct(StringComparer.Ordinal).ToList();
        foreach (var alias in aliases) lists.U32(Text(alias));

        var packageFirst = (uint)(lists.Length / 4);
        var packageCount = 0u;
        foreach (var group in record.Affected.GroupBy(a => PackageNumber(a.Ecosystem, a.Name)))
        {
            var ranges = Ranges(group.SelectMany(a => a.Ranges).ToList(), _schemes[_packages[group.Key].Ecosystem]);
            var versions = Versions(group.SelectMany(a => a.Versions).ToList(), _schemes[_packages[group.Key].Ecosystem]);
            _packages[group.Key].Claims.Add((number, ranges, versions));
            lists.U32((uint)group.Key);
            packageCount++;
        }

        var (severity, score, vector) = RecordSeverity.Of(record);
        var rows = _sections[(int)Section.Records];
        rows.U32(Text(record.Id));
        rows.U32(record.Summary is null ? 0 : Text(record.Summary));
        rows.U32(vector is null ? 0 : Text(vector));
        rows.F32((float)(score ?? double.NaN));
        rows.U32((uint)severity);
        rows.U32(aliasFirst);
        rows.U32((uint)aliases.Count);
        rows.U32(packageFirst);
        rows.U32(packageCount);
        rows.U32((uint)place.Block);
        rows.U32((uint)place.Offset);
        rows.U32((uint)record.TextLength);
        rows.I64(Seconds(record.Modified));
        rows.I64(Seconds(record.Published));
        rows.I64(Seconds(record.Withdrawn));
    }

    private int PackageNumber(string ecosystem, string published)
    {
        Span<char> buffer = stackalloc char[PackageNames.MaxLength];
        var name = buffer[..PackageNames.Normalise(ecosystem, published, buffer)];
        var key = (_ecosystemNumbers[ecosystem], name.SequenceEqual(published) ? published : name.ToString());
        if (_packageNumbers.TryGetValue(key, out var number)) return number;
        number = _packages.Count;
        _packageNumbers.Add(key, number);
        _packages.Add(new Package(key.Item1, key.Item2, published));
        return number;
    }

    /// <summary>
    /// Ranges as they are evaluated: events in order of version, <c>introduced: 0</c> first; what belongs to one version in the order introduced,
    /// fixed, last affected; limits after them; then events whose version has no place in the order, marked.
    /// </summary>
    private uint Ranges(List<EventFacts[]> ranges, VersionScheme? scheme)
    {
        if (ranges.Count == 0) return 0;
        _scratch.Clear();
        _scratch.U32((uint)ranges.Count);
        foreach (var range in ranges)
        {
            var events = range.Select(e =>
            {
                byte[] key = [];
                var placed = e.Kind is EventKind.IntroducedZero or EventKind.LimitInfinity || TryKey(scheme, e.Version, out key);
                return (e.Kind, e.Version, Key: key, Placed: placed, Class: !placed ? 3 : e.Kind is EventKind.Limit or EventKind.LimitInfinity ? 2 : e.Kind == EventKind.IntroducedZero ? 0 : 1);
            }).OrderBy(e => e.Class).ThenBy(e => e.Class == 1 ? e.Key : [], KeyOrder(scheme)).ThenBy(e => e.Kind).ToList();
            _scratch.U32((uint)events.Count);
            foreach (var (kind, version, key, placed, _) in events)
            {
                _scratch.U8((byte)((byte)kind | (placed ? 0 : RangeEvaluation.UnplacedBit)));
                _scratch.U32(_pool.Intern(key));
                _scratch.U32(Text(version));
            }
        }

        return _pool.Intern(_scratch.Data);
    }

    /// <summary>Enumerated versions: those with a place by that place, then the others by their text. Equal texts have equal keys, so one search finds both equalities.</summary>
    private uint Versions(List<string> versions, VersionScheme? scheme)
    {
        if (versions.Count == 0) return 0;
        List<(byte[] Key, string Text)> placed = [];
        List<string> others = [];
        foreach (var version in versions.Distinct(StringComparer.Ordinal))
        {
            if (TryKey(scheme, version, out var key)) placed.Add((key, version));
            else others.Add(version);
        }

        _scratch.Clear();
        _scratch.U32((uint)placed.Count);
        _scratch.U32((uint)others.Count);
        foreach (var (key, text) in placed.OrderBy(v => v.Key, KeyOrder(scheme)))
        {
            _scratch.U32(_pool.Intern(key));
            _scratch.U32(Text(text));
        }

        foreach (var other in others.Select(Encoding.UTF8.GetBytes).Order(KeyOrder(null))) _scratch.U32(_pool.Intern(other));
        return _pool.Intern(_scratch.Data);
    }

    private void AddPackages()
    {
        var slots = 16;
        while (slots < _packages.Count * 3) slots *= 2;
        var table = new (uint Hash, uint Package)[slots];
        var claims = _sections[(int)Section.Claims];
        var rows = _sections[(int)Section.Packages];
        for (var i = 0; i < _packages.Count; i++)
        {
            var package = _packages[i];
            rows.U32((uint)package.Ecosystem);
            rows.U32(Text(package.Name));
            rows.U32(Text(package.Published));
            rows.U32((uint)(claims.Length / ClaimRow));
            rows.U32((uint)package.Claims.Count);
            foreach (var (record, ranges, versions) in package.Claims)
            {
                claims.U32(record);
                claims.U32(ranges);
                claims.U32(versions);
            }

            Insert(table, package.Ecosystem, package.Name, (uint)i + 1);
        }

        foreach (var group in _packages.Where(p => PackageNames.IsOftenLowered(_ecosystems[p.Ecosystem])).GroupBy(p => (p.Ecosystem, Name: p.Name.ToLowerInvariant())))
        {
            // Only where the lower case is nobody's own name and means one package.
            if (group.Count() == 1 && group.Single() is var only && only.Name != group.Key.Name)
                Insert(table, group.Key.Ecosystem, group.Key.Name, (uint)_packageNumbers[(only.Ecosystem, only.Name)] + 1 | CaseAliasBit);
        }

        var section = _sections[(int)Section.Slots];
        foreach (var (hash, package) in table)
        {
            section.U32(hash);
            section.U32(package);
        }
    }

    private void Insert((uint Hash, uint Package)[] table, int ecosystem, string name, uint value)
    {
        var hash = Hash((uint)ecosystem + 1, Utf8(name));
        var slot = (int)(hash & (table.Length - 1));
        while (table[slot].Package != 0) slot = (slot + 1) & (table.Length - 1);
        table[slot] = (hash, value);
    }

    private void AddIdentifiers(List<RecordFacts> records)
    {
        var all = new List<(string Folded, int Record, string Text)>(records.Count * 2);
        for (var i = 0; i < records.Count; i++)
        {
            all.Add((records[i].Id.ToUpperInvariant(), i, records[i].Id));
            foreach (var alias in records[i].Aliases) all.Add((alias.ToUpperInvariant(), i, alias));
        }

        all.Sort((x, y) => string.CompareOrdinal(x.Folded, y.Folded) is var order and not 0 ? order : x.Record.CompareTo(y.Record));
        var ids = _sections[(int)Section.Ids];
        var lists = _sections[(int)Section.Lists];
        for (var i = 0; i < all.Count;)
        {
            var first = (uint)(lists.Length / 4);
            var count = 0u;
            var start = i;
            for (var last = -1; i < all.Count && all[i].Folded == all[start].Folded; i++)
            {
                if (all[i].Record == last) continue;
                lists.U32((uint)(last = all[i].Record));
                count++;
            }

            ids.U32(Text(all[start].Text));
            ids.U32(first);
            ids.U32(count);
        }
    }

    private void AddSources(List<RecordFacts> records)
    {
        var sources = new SortedDictionary<string, (int Records, long Newest)>(StringComparer.Ordinal);
        foreach (var record in records)
        {
            foreach (var name in record.Affected.Select(a => PackageNames.Base(a.Ecosystem).ToString()).Distinct())
            {
                var (count, newest) = sources.GetValueOrDefault(name);
                sources[name] = (count + 1, Math.Max(newest, record.Modified));
            }
        }

        var section = _sections[(int)Section.Sources];
        foreach (var (name, (count, newest)) in sources)
        {
            section.U32(Text(name));
            section.U32((uint)count);
            section.I64(Seconds(newest));
        }
    }

    private static bool TryKey(VersionScheme? scheme, string text, out byte[] key)
    {
        key = [];
        if (scheme is null || text.Length > VersionScheme.MaxTextLength) return false;
        Span<byte> initial = stackalloc byte[256];
        var builder = new VersionKeyBuilder(initial);
        try
        {
            if (!scheme.TryEncode(text, ref builder)) return false;
            key = builder.AsSpan().ToArray();
            return true;
        }
        finally
        {
            builder.Dispose();
        }
    }

    private static Comparer<byte[]> KeyOrder(VersionScheme? scheme)
        => Comparer<byte[]>.Create((a, b) => scheme is null ? a.AsSpan().SequenceCompareTo(b) : scheme.Compare(a.AsSpan(), b.AsSpan()));

    private uint Text(string text) => _pool.Intern(Utf8(text));

    private ReadOnlySpan<byte> Utf8(string text)
        => Encoding.UTF8.TryGetBytes(text, _text, out var written) ? _text.AsSpan(0, written) : Encoding.UTF8.GetBytes(text);

    private static long Seconds(long? ticks) => ticks is { } t ? (t - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond : NoTime;
}
