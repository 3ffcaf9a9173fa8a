using System.Buffers.Binary;
using System.Collections;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Headwater.Core.Versions;
using static Headwater.Core.Advisories.IndexFormat;

namespace Headwater.Core.Advisories;

/// <summary>
/// One memory-mapped file of records, read without a parse. Safe for concurrent readers. The file is replaced atomically, never changed: a reader keeps what
/// it opened. Closing waits for nobody: calls under way end, later ones throw <see cref="ObjectDisposedException"/>.
/// </summary>
internal sealed partial class IndexLayer : IDisposable
{
    private readonly IndexFile _file;
    private readonly string[] _ecosystems;
    private readonly VersionScheme?[] _schemes;
    private readonly Dictionary<string, int> _ecosystemNumbers;

    private IndexLayer(IndexFile file, string path)
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
    public static IndexLayer Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new IndexFile(path);
        try
        {
            return new IndexLayer(file, path);
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

    /// <summary>The number of an ecosystem here, or -1.</summary>
    public int EcosystemNumber(string name) => _ecosystemNumbers.GetValueOrDefault(name, -1);

    /// <summary>Appends what affects, or may affect, a version of a package.</summary>
    /// <param name="package">Its number here.</param>
    /// <param name="version">The version; empty when none is said.</param>
    /// <param name="epoch">What goes before it, or empty.</param>
    /// <param name="hidden">Records that another layer speaks for, by number here; null for none.</param>
    /// <param name="records">What is added to the numbers of records, and <paramref name="packages"/> to those of packages.</param>
    /// <param name="packages">See there.</param>
    /// <param name="before">Where this question's matches begin.</param>
    /// <param name="matches">Gets them.</param>
    /// <returns>False when every record about it is hidden.</returns>
    [SkipLocalsInit]
    public bool MatchPackage(int package, scoped ReadOnlySpan<char> version, ReadOnlySpan<char> epoch, BitArray? hidden, int records, int packages, int before, List<AdvisoryMatch> matches)
    {
        using var lease = _file.Enter();
        var known = false;
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
                if (hidden is not null && hidden[record]) continue;
                known = true;
                // The standard looks at versions first; the answers are joined, so the cheaper question may come first.
                var answer = U32(claims, 4) is not 0 and var ranges ? RangeEvaluation.InRanges(pool, Entry(pool, ranges), candidate) : RangeEvaluation.Answer.No;
                if (answer != RangeEvaluation.Answer.Yes && U32(claims, 8) is not 0 and var versions)
                {
                    var enumerated = RangeEvaluation.InVersions(pool, Entry(pool, versions), candidate);
                    if (enumerated > answer) answer = enumerated;
                }

                if (answer == RangeEvaluation.Answer.No || _file.I64(Section.Records, record, RecordRow.Withdrawn) != NoTime) continue;
                Add(matches, before, new AdvisoryMatch(records + record, answer == RangeEvaluation.Answer.Yes ? MatchVerdict.Affected : MatchVerdict.Unknown, packages + package));
            }
        }
        finally
        {
            key.Dispose();
        }

        return known;
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

    /// <summary>The number of a package, or -1.</summary>
    /// <param name="ecosystem">The ecosystem's number here.</param>
    /// <param name="name">The normalised name.</param>
    /// <param name="folded">True when it was found by the lower case of a name that has upper case in it.</param>
    [SkipLocalsInit]
    public int FindPackage(int ecosystem, ReadOnlySpan<char> name, out bool folded)
    {
        using var lease = _file.Enter();
        folded = false;
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
            folded = (value & CaseAliasBit) != 0;
            if (folded ? Ascii.EqualsIgnoreCase(stored, bytes) : stored.SequenceEqual(bytes)) return package;
        }

        return -1;
    }

    private static uint U32(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt32LittleEndian(data[at..]);

    public static bool IsDamage(Exception e) => e is IndexOutOfRangeException or ArgumentException or OverflowException or (InvalidOperationException and not ObjectDisposedException);

    public static InvalidDataException Inconsistent(Exception e)
        => new("The advisory index is damaged. Build it again with 'headwater advisories build'.", e);

    public void Dispose() => _file.Dispose();
}
