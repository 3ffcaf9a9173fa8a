using System.Buffers.Binary;
using System.Collections;
using System.Text;
using Headwater.Core.Advisories.Building;
using Headwater.Core.Versions;
using static Headwater.Core.Advisories.IndexFormat;

namespace Headwater.Core.Advisories;

// What is asked about single records: their facts, their packages, their text.
internal sealed partial class IndexLayer
{
    private T Read<T>(Func<T> read)
    {
        using var lease = _file.Enter();
        try
        {
            return read();
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Inconsistent(e);
        }
    }

    private void RequireRecord(int record)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(record);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(record, RecordCount);
    }

    /// <summary>The hot facts of a record. <see cref="AdvisorySummary.Source"/> is the database that its id names: what is before the first dash.</summary>
    public AdvisorySummary Summary(int record)
    {
        RequireRecord(record);
        return Read(() =>
        {
            var row = _file.Row(Section.Records, record);
            var id = Id(record);
            var score = BinaryPrimitives.ReadSingleLittleEndian(row[RecordRow.Score..]);
            var severity = (Severity)U32(row, RecordRow.Severity);
            return new AdvisorySummary(record, id, Aliases(record), TextOrNull(U32(row, RecordRow.Summary)),
                Time(row, RecordRow.Published), Time(row, RecordRow.Modified), Time(row, RecordRow.Withdrawn),
                Enum.IsDefined(severity) ? severity : Severity.Unknown, float.IsNaN(score) ? null : Math.Round(score, 1), TextOrNull(U32(row, RecordRow.Vector)),
                id.IndexOf('-') is > 0 and var dash ? id[..dash] : id);
        });
    }

    /// <summary>The record as it was published, in OSV JSON, without white space between its parts.</summary>
    public byte[] Json(int record)
    {
        RequireRecord(record);
        return Read(() =>
        {
            var row = _file.Row(Section.Records, record);
            return _file.ColdText((int)U32(row, RecordRow.Block), (int)U32(row, RecordRow.BlockOffset), (int)U32(row, RecordRow.TextLength));
        });
    }

    /// <summary>The packages that a record is about, in the order of the record.</summary>
    public IReadOnlyList<AdvisoryPackage> PackagesOf(int record)
    {
        RequireRecord(record);
        return Read(() =>
        {
            var row = _file.Row(Section.Records, record);
            var packages = new List<AdvisoryPackage>();
            for (var list = _file.List(U32(row, RecordRow.PackageFirst), U32(row, RecordRow.PackageCount)); !list.IsEmpty; list = list[4..])
            {
                var package = (int)U32(list, 0);
                var packageRow = _file.Row(Section.Packages, package);
                var (ranges, versions) = Claim(package, record);
                var enumerated = VersionTexts(versions);
                var described = RangeEvaluation.Decode(_file.Bytes(ranges)).Select(Describe).Distinct().ToList();
                if (described.Count == 0 && enumerated.Count > 0) described = [string.Join(", ", enumerated.Take(8)) + (enumerated.Count > 8 ? $" and {enumerated.Count - 8} more" : "")];
                packages.Add(new AdvisoryPackage(_ecosystems[(int)U32(packageRow, 0)], _file.Text(U32(packageRow, 8)), described, enumerated, FixedTexts(package, ranges)));
            }

            return packages;
        });
    }

    /// <summary>Record numbers that are about a package, withdrawn ones included, ascending.</summary>
    /// <param name="ecosystem">The OSV ecosystem, with its suffix.</param>
    /// <param name="name">The name, in any of the forms that the ecosystem takes for one.</param>
    public IReadOnlyList<int> RecordsFor(string ecosystem, string name)
    {
        ArgumentNullException.ThrowIfNull(ecosystem);
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > PackageNames.MaxLength || !_ecosystemNumbers.TryGetValue(ecosystem, out var number)) return [];
        return Read<IReadOnlyList<int>>(() =>
        {
            Span<char> buffer = stackalloc char[PackageNames.MaxLength];
            var package = FindPackage(number, buffer[..PackageNames.Normalise(ecosystem, name, buffer)], out _);
            if (package < 0) return [];
            var records = new List<int>();
            for (var claims = Claims(package); !claims.IsEmpty; claims = claims[ClaimRow..]) records.Add((int)U32(claims, 0));
            return records;
        });
    }

    /// <summary>The number of the record of this very id, or -1; records lie in order of their ids.</summary>
    public int NumberOf(string id) => Read(() =>
    {
        var wanted = Encoding.UTF8.GetBytes(id);
        for (int low = 0, high = RecordCount - 1; low <= high;)
        {
            var middle = (low + high) >>> 1;
            var order = _file.Bytes(_file.U32(Section.Records, middle, RecordRow.Id)).SequenceCompareTo(wanted);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    });

    /// <summary>The records whose ids begin with a text: they stand in the order of their ids.</summary>
    public Range RangeOf(string prefix) => Read(() =>
    {
        var wanted = Encoding.UTF8.GetBytes(prefix);
        var first = FirstRecord(wanted, false);
        return first..FirstRecord(wanted, true);
    });

    /// <summary>The first record whose id is not before a text; or the first that is after all that begin with it.</summary>
    private int FirstRecord(ReadOnlySpan<byte> wanted, bool after)
    {
        var (low, high) = (0, RecordCount);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var id = _file.Bytes(_file.U32(Section.Records, middle, RecordRow.Id));
            if (id.SequenceCompareTo(wanted) < 0 || (after && id.StartsWith(wanted))) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>The id of a record.</summary>
    public string IdOf(int record) => Read(() => Id(record));

    /// <summary>When a record was modified, in unix seconds.</summary>
    public long ModifiedOf(int record) => Read(() => _file.I64(Section.Records, record, RecordRow.Modified));

    /// <summary>True when a record that is not hidden is about something of this ecosystem.</summary>
    public bool Speaks(int ecosystem, BitArray? hidden) => hidden is null || Read(() =>
    {
        for (var package = 0; package < PackageCount; package++)
        {
            if (U32(_file.Row(Section.Packages, package), 0) != ecosystem) continue;
            for (var claims = Claims(package); !claims.IsEmpty; claims = claims[ClaimRow..])
                if (!hidden[(int)U32(claims, 0)]) return true;
        }

        return false;
    });

    /// <summary>The normalised name of a package.</summary>
    public string NameOf(int package) => Read(() => _file.Text(U32(_file.Row(Section.Packages, package), 4)));

    /// <summary>Versions in which a record is fixed for the package that was matched, lowest first; empty when none is named.</summary>
    public IReadOnlyList<string> FixedVersions(int package, int record)
        => Read(() => FixedTexts(package, Claim(package, record).Ranges));

    /// <summary>The order of versions in a package's ecosystem.</summary>
    public VersionScheme? SchemeOf(int package) => Read(() => _schemes[(int)U32(_file.Row(Section.Packages, package), 0)]);

    private List<string> FixedTexts(int package, uint ranges)
    {
        var scheme = _schemes[(int)U32(_file.Row(Section.Packages, package), 0)];
        var found = new List<(byte[] Key, uint Text)>();
        RangeEvaluation.Collect(_file.Pool, _file.Bytes(ranges), EventKind.Fixed, found);
        if (found.Count > 1) found.Sort((a, b) => scheme?.Compare(a.Key.AsSpan(), b.Key.AsSpan()) ?? 0);
        return found.Select(f => _file.Text(f.Text)).Distinct().ToList();
    }

    private ReadOnlySpan<byte> Claims(int package)
    {
        var row = _file.Row(Section.Packages, package);
        return _file[Section.Claims].Slice(checked((int)U32(row, 12) * ClaimRow), checked((int)U32(row, 16) * ClaimRow));
    }

    private (uint Ranges, uint Versions) Claim(int package, int record)
    {
        var claims = Claims(package);
        for (int low = 0, high = claims.Length / ClaimRow - 1; low <= high;)
        {
            var middle = (low + high) >>> 1;
            var at = (int)U32(claims, middle * ClaimRow);
            if (at == record) return (U32(claims, middle * ClaimRow + 4), U32(claims, middle * ClaimRow + 8));
            if (at < record) low = middle + 1;
            else high = middle - 1;
        }

        return (0, 0);
    }

    private List<string> VersionTexts(uint place)
    {
        var texts = new List<string>();
        var data = _file.Bytes(place);
        if (data.IsEmpty) return texts;
        var (placed, others) = (U32(data, 0), U32(data, 4));
        data = data[8..];
        for (var i = 0u; i < placed; i++, data = data[8..]) texts.Add(_file.Text(U32(data, 4)));
        for (var i = 0u; i < others; i++, data = data[4..]) texts.Add(_file.Text(U32(data, 0)));
        return texts;
    }

    /// <summary>A range in words that need no knowledge of events.</summary>
    private string Describe((byte Kind, uint Key, uint Text)[] range)
    {
        var parts = new StringBuilder();
        var open = false;
        foreach (var (kind, _, text) in range)
        {
            switch ((EventKind)(kind & ~RangeEvaluation.UnplacedBit))
            {
                case EventKind.IntroducedZero or EventKind.Introduced when open:
                    break;
                case EventKind.IntroducedZero:
                    open = true;
                    Begin("");
                    break;
                case EventKind.Introduced:
                    open = true;
                    Begin(">= " + _file.Text(text));
                    break;
                case EventKind.Fixed when open:
                    open = false;
                    End("< " + _file.Text(text));
                    break;
                case EventKind.LastAffected when open:
                    open = false;
                    End("<= " + _file.Text(text));
                    break;
                case EventKind.Limit:
                    End("limit < " + _file.Text(text));
                    break;
            }
        }

        return parts.Length == 0 ? (open ? "all versions" : "none") : parts.ToString();

        void Begin(string from) => parts.Append(parts.Length > 0 ? " or " : "").Append(from);

        void End(string to) => parts.Append(parts.Length > 0 && !(parts.Length >= 4 && parts.ToString(parts.Length - 4, 4) == " or ") ? ", " : "").Append(to);
    }

    private string Id(int record) => _file.Text(_file.U32(Section.Records, record, RecordRow.Id));

    private string[] Aliases(int record)
    {
        var row = _file.Row(Section.Records, record);
        var list = _file.List(U32(row, RecordRow.AliasFirst), U32(row, RecordRow.AliasCount));
        var aliases = new string[list.Length / 4];
        for (var i = 0; i < aliases.Length; i++) aliases[i] = _file.Text(U32(list, i * 4));
        return aliases;
    }

    private string? TextOrNull(uint place) => place == 0 ? null : _file.Text(place);

    private static DateTimeOffset? Time(ReadOnlySpan<byte> row, int at)
        => BinaryPrimitives.ReadInt64LittleEndian(row[at..]) is not NoTime and var seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private AdvisorySource[] ReadSources()
    {
        var sources = new AdvisorySource[_file.Count(Section.Sources)];
        for (var i = 0; i < sources.Length; i++)
        {
            var row = _file.Row(Section.Sources, i);
            sources[i] = new AdvisorySource(_file.Text(U32(row, 0)), (int)U32(row, 4), Time(row, 8));
        }

        return sources;
    }
}
