using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Headwater.Core.Packages;
using Headwater.Core.Versions;
using static Headwater.Core.Advisories.IndexFormat;

namespace Headwater.Core.Advisories;

/// <summary>What an advisory says of one package version.</summary>
public enum MatchVerdict
{
    /// <summary>It affects it.</summary>
    Affected,

    /// <summary>It cannot be told: the version, or a bound, has no place in the ecosystem's order.</summary>
    Unknown,
}

/// <summary>One record that affects, or may affect, a package version.</summary>
/// <param name="Record">The record's number in the index.</param>
/// <param name="Verdict">Affected, or cannot tell.</param>
/// <param name="Package">The number of the matched (ecosystem, name) entry, for <see cref="AdvisoryIndex.FixedVersions"/>.</param>
public readonly record struct AdvisoryMatch(int Record, MatchVerdict Verdict, int Package);

/// <summary>The hot facts of one record, read from the index without a parse.</summary>
public sealed record AdvisorySummary(
    int Record, string Id, IReadOnlyList<string> Aliases, string? Summary, DateTimeOffset? Published, DateTimeOffset? Modified, DateTimeOffset? Withdrawn,
    Severity Severity, double? Score, string? Vector, string Source);

/// <summary>One package that a record is about.</summary>
/// <param name="Ecosystem">The OSV ecosystem, with its suffix.</param>
/// <param name="Name">The name as it was published.</param>
/// <param name="Ranges">What is affected, for people: <c>&gt;= 1.2, &lt; 1.4.1</c>, <c>all versions</c>; the enumerated versions when there is no range.</param>
/// <param name="Versions">The enumerated versions.</param>
/// <param name="FixedVersions">Where it is fixed, lowest first.</param>
public sealed record AdvisoryPackage(string Ecosystem, string Name, IReadOnlyList<string> Ranges, IReadOnlyList<string> Versions, IReadOnlyList<string> FixedVersions);

/// <summary>All that names one another as aliases.</summary>
/// <param name="Ids">Identifiers, sorted.</param>
/// <param name="Records">Those that are records of the index, by number.</param>
public sealed record AdvisoryAliasGroup(IReadOnlyList<string> Ids, IReadOnlyList<int> Records);

/// <summary>
/// Advisories as one memory-mapped file, read without a parse. Safe for concurrent readers. The file is replaced atomically, never changed:
/// a reader keeps what it opened. Closing waits for nobody: calls under way end, later ones throw <see cref="ObjectDisposedException"/>.
/// Any method throws <see cref="InvalidDataException"/> when it meets damage that opening could not see.
/// </summary>
public sealed partial class AdvisoryIndex : IDisposable
{
    private const int MaxCachedKinds = 4096;

    private readonly IndexFile _file;
    private readonly string[] _ecosystems;
    private readonly VersionScheme?[] _schemes;
    private readonly Dictionary<string, int> _ecosystemNumbers;
    private readonly ConcurrentDictionary<PackageEcosystem.Key, int[]> _ecosystemsOf = new();

    private AdvisoryIndex(IndexFile file, string path)
    {
        _file = file;
        _ecosystems = new string[file.Count(Section.Ecosystems)];
        _schemes = new VersionScheme?[_ecosystems.Length];
        _ecosystemNumbers = new Dictionary<string, int>(_ecosystems.Length, StringComparer.Ordinal);
        var fingerprints = new Dictionary<VersionScheme, uint>();
        for (var i = 0; i < _ecosystems.Length; i++)
        {
            _ecosystems[i] = file.Text(file.U32(Section.Ecosystems, i, 0));
            _ecosystemNumbers[_ecosystems[i]] = i;
            var scheme = _schemes[i] = VersionSchemes.ForEcosystem(_ecosystems[i]);
            var expected = 0u;
            if (scheme is not null && !fingerprints.TryGetValue(scheme, out expected)) fingerprints[scheme] = expected = Fingerprint(scheme);
            if (file.U32(Section.Ecosystems, i, 4) != expected) throw IndexFile.Damaged(path, $"versions of {_ecosystems[i]} were encoded by another release of this program");
        }

        var slots = file.Count(Section.Slots);
        if (!BitOperations.IsPow2(slots)) throw IndexFile.Damaged(path, "its table of packages has an impossible size");
        Sources = ReadSources();
    }

    /// <summary>Opens an index.</summary>
    /// <exception cref="InvalidDataException">The file is not an index of this version, or is damaged; the message says what to do.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static AdvisoryIndex Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new IndexFile(path);
        try
        {
            return new AdvisoryIndex(file, path);
        }
        catch (Exception e)
        {
            file.Dispose();
            if (IsDamage(e)) throw IndexFile.Damaged(path, "its content is inconsistent");
            throw;
        }
    }

    /// <summary>When it was built.</summary>
    public DateTimeOffset BuiltAt => _file.BuiltAt;

    /// <summary>Number of records, withdrawn ones included.</summary>
    public int RecordCount => _file.RecordCount;

    /// <summary>Number of distinct packages that records are about.</summary>
    public int PackageCount => _file.PackageCount;

    /// <summary>Records and newest modification per source ecosystem (the part of its name before a colon), sorted by name.</summary>
    public IReadOnlyList<AdvisorySource> Sources { get; }

    /// <summary>The ecosystems that the index knows, suffixes included, sorted.</summary>
    public IReadOnlyList<string> Ecosystems => _ecosystems;

    /// <summary>
    /// Appends every non-withdrawn record that affects, or may affect, a package version, in order of record number. Does not allocate when
    /// nothing matches. A package without a version, or with one that the ecosystem's order cannot place, gets <see cref="MatchVerdict.Unknown"/> for each
    /// record that is not about all versions.
    /// </summary>
    /// <returns>False when the index holds nothing about this kind of package (its ecosystem is not covered), which is not the same as no match.</returns>
    public bool Match(PackageUrl purl, List<AdvisoryMatch> matches)
    {
        ArgumentNullException.ThrowIfNull(purl);
        ArgumentNullException.ThrowIfNull(matches);
        using var lease = _file.Enter();
        try
        {
            return MatchAll(purl, matches);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Inconsistent(e);
        }
    }

    [SkipLocalsInit]
    private bool MatchAll(PackageUrl purl, List<AdvisoryMatch> matches)
    {
        var ecosystems = EcosystemsOf(purl);
        if (ecosystems.Length == 0) return false;
        Span<char> composed = stackalloc char[PackageNames.MaxLength];
        Span<char> normalised = stackalloc char[PackageNames.MaxLength];
        var length = PackageNames.Compose(purl, composed);
        var hasSource = PackageNames.TrySource(purl, out var source, out var sourceVersion);
        var known = false;
        var before = matches.Count;
        foreach (var ecosystem in ecosystems)
        {
            // Debian's advisories name source packages; a binary package of the name of another's source would be mistaken for it.
            if (length >= 0 && !(hasSource && purl.Type == "deb"))
            {
                var name = normalised[..PackageNames.Normalise(_ecosystems[ecosystem], composed[..length], normalised)];
                if (FindPackage(ecosystem, name) is >= 0 and var package)
                {
                    known = true;
                    MatchPackage(package, purl.Version, PackageNames.Epoch(purl), before, matches);
                }
            }

            if (hasSource && source.Length <= PackageNames.MaxLength && !source.SequenceEqual(purl.Name) | purl.Type == "deb" && FindPackage(ecosystem, source) is >= 0 and var origin)
            {
                known = true;
                MatchPackage(origin, sourceVersion.IsEmpty ? purl.Version : sourceVersion, PackageNames.Epoch(purl), before, matches);
            }
        }

        if (matches.Count - before > 1 && (ecosystems.Length > 1 || hasSource)) matches.Sort(before, matches.Count - before, ByRecord);
        return known || !PackageEcosystem.IsOpenWorld(purl.Type);
    }

    private static readonly Comparer<AdvisoryMatch> ByRecord = Comparer<AdvisoryMatch>.Create((a, b) => a.Record.CompareTo(b.Record));

    [SkipLocalsInit]
    private void MatchPackage(int package, scoped ReadOnlySpan<char> version, ReadOnlySpan<char> epoch, int before, List<AdvisoryMatch> matches)
    {
        var row = _file.Row(Section.Packages, package);
        var scheme = _schemes[(int)U32(row, 0)];
        var (first, count) = (U32(row, 12), U32(row, 16));
        var pool = _file.Pool;
        var claims = _file[Section.Claims].Slice(checked((int)first * ClaimRow), checked((int)count * ClaimRow));

        Span<char> full = stackalloc char[VersionScheme.MaxTextLength];
        if (!epoch.IsEmpty && !version.IsEmpty && !version.Contains(':') && epoch.Length + 1 + version.Length <= full.Length)
        {
            epoch.CopyTo(full);
            full[epoch.Length] = ':';
            version.CopyTo(full[(epoch.Length + 1)..]);
            version = full[..(epoch.Length + 1 + version.Length)];
        }

        Span<byte> text = stackalloc byte[VersionScheme.MaxTextLength * 3];
        Span<byte> initial = stackalloc byte[256];
        var key = new VersionKeyBuilder(initial);
        try
        {
            // What is too long to be a version is still not "no version": it equals nothing and has no place.
            var readable = version.Length <= VersionScheme.MaxTextLength;
            var candidate = new RangeEvaluation.Candidate
            {
                Scheme = scheme,
                IsPlaced = readable && !version.IsEmpty && scheme is not null && scheme.TryEncode(version, ref key),
                Key = key.AsSpan(),
                Text = readable ? text[..Encoding.UTF8.GetBytes(version, text)] : "\n"u8,
            };
            for (; !claims.IsEmpty; claims = claims[ClaimRow..])
            {
                var record = (int)U32(claims, 0);
                // The standard looks at versions first; the answers are joined, so the cheaper question may come first.
                var answer = U32(claims, 4) is not 0 and var ranges ? RangeEvaluation.InRanges(pool, Entry(pool, ranges), candidate) : RangeEvaluation.Answer.No;
                if (answer != RangeEvaluation.Answer.Yes && U32(claims, 8) is not 0 and var versions)
                {
                    var enumerated = RangeEvaluation.InVersions(pool, Entry(pool, versions), candidate);
                    if (enumerated > answer) answer = enumerated;
                }

                if (answer == RangeEvaluation.Answer.No || _file.I64(Section.Records, record, RecordRow.Withdrawn) != NoTime) continue;
                Add(matches, before, new AdvisoryMatch(record, answer == RangeEvaluation.Answer.Yes ? MatchVerdict.Affected : MatchVerdict.Unknown, package));
            }
        }
        finally
        {
            key.Dispose();
        }
    }

    /// <summary>A record may be about the package under several names or ecosystems: it counts once, and what is certain wins.</summary>
    private static void Add(List<AdvisoryMatch> matches, int before, AdvisoryMatch match)
    {
        // Within one package records are distinct and ascending, so only an earlier package can have brought it.
        for (var i = before; i < matches.Count && matches[i].Package != match.Package; i++)
        {
            if (matches[i].Record != match.Record) continue;
            if (match.Verdict == MatchVerdict.Affected) matches[i] = match;
            return;
        }

        matches.Add(match);
    }

    private int[] EcosystemsOf(PackageUrl purl)
    {
        var key = PackageEcosystem.KeyOf(purl);
        if (_ecosystemsOf.TryGetValue(key, out var known)) return known;
        List<int> found = [];
        foreach (var candidate in PackageEcosystem.Candidates(key))
        {
            var name = candidate.AsSpan();
            if (name[0] == '?')
            {
                if (found.Count > 0) continue;
                name = name[1..];
            }

            for (var i = 0; i < _ecosystems.Length; i++)
            {
                var fits = name[^1] == '*' ? _ecosystems[i].AsSpan().StartsWith(name[..^1]) : name.SequenceEqual(_ecosystems[i]);
                if (fits && !found.Contains(i)) found.Add(i);
            }
        }

        int[] result = [.. found];
        if (_ecosystemsOf.Count < MaxCachedKinds) _ecosystemsOf.TryAdd(key, result);
        return result;
    }

    /// <summary>The number of a package, or -1.</summary>
    [SkipLocalsInit]
    private int FindPackage(int ecosystem, ReadOnlySpan<char> name)
    {
        Span<byte> bytes = stackalloc byte[PackageNames.MaxLength * 3];
        bytes = bytes[..Encoding.UTF8.GetBytes(name, bytes)];
        var hash = Hash((uint)ecosystem + 1, bytes);
        var slots = _file[Section.Slots];
        var mask = slots.Length / SlotRow - 1;
        for (int i = 0, slot = (int)(hash & (uint)mask); i <= mask; i++, slot = (slot + 1) & mask)
        {
            var value = U32(slots, slot * SlotRow + 4);
            if (value == 0) return -1;
            if (U32(slots, slot * SlotRow) != hash) continue;
            var package = (int)(value & ~CaseAliasBit) - 1;
            var row = _file.Row(Section.Packages, package);
            if (U32(row, 0) != ecosystem) continue;
            var stored = _file.Bytes(U32(row, 4));
            if ((value & CaseAliasBit) != 0 ? Ascii.EqualsIgnoreCase(stored, bytes) : stored.SequenceEqual(bytes)) return package;
        }

        return -1;
    }

    private static uint U32(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt32LittleEndian(data[at..]);

    private static bool IsDamage(Exception e) => e is IndexOutOfRangeException or ArgumentException or OverflowException or (InvalidOperationException and not ObjectDisposedException);

    private static InvalidDataException Inconsistent(Exception e)
        => new("The advisory index is damaged. Build it again with 'headwater advisories build'.", e);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}

/// <summary>What one source contributed.</summary>
public sealed record AdvisorySource(string Ecosystem, int Records, DateTimeOffset? NewestModified);

/// <summary>Severity bands.</summary>
public enum Severity
{
    /// <summary>Not said: unknown, not harmless.</summary>
    Unknown,

    /// <summary>Score 0.</summary>
    None,

    /// <summary>Low.</summary>
    Low,

    /// <summary>Medium.</summary>
    Medium,

    /// <summary>High.</summary>
    High,

    /// <summary>Critical.</summary>
    Critical,
}
