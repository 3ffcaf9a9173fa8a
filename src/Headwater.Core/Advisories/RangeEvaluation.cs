using System.Buffers.Binary;
using Headwater.Core.Advisories.Building;
using Headwater.Core.Versions;

namespace Headwater.Core.Advisories;

/// <summary>
/// The evaluation of the OSV schema ("Evaluation"): a version is affected when it is enumerated, or lies in one of the ranges. Over ranges
/// and entries the answers are joined: yes before unknown before no.
/// </summary>
/// <remarks>
/// The schema sorts events by version and is silent about several at one version. Here they are looked at in the order introduced, fixed,
/// last affected: what is introduced and fixed at one version affects nothing, what is introduced and last affected at one version affects it alone.
/// </remarks>
internal static class RangeEvaluation
{
    /// <summary>Marks an event whose version has no place in the ecosystem's order.</summary>
    public const byte UnplacedBit = 0x80;

    private const int EventLength = 9;

    public enum Answer
    {
        No,
        Unknown,
        Yes,
    }

    /// <summary>The version that is asked about, as the index compares it.</summary>
    public readonly ref struct Candidate
    {
        /// <summary>The order, or null where the ecosystem has none.</summary>
        public VersionScheme? Scheme { get; init; }

        /// <summary>The version's key; meaningless unless <see cref="IsPlaced"/>.</summary>
        public ReadOnlySpan<byte> Key { get; init; }

        /// <summary>False when no version is said, or it has no place in the order.</summary>
        public bool IsPlaced { get; init; }

        /// <summary>The version's text in UTF-8; empty when none is said.</summary>
        public ReadOnlySpan<byte> Text { get; init; }
    }

    /// <summary>Whether the version is enumerated: the same text, or the same place in the order.</summary>
    public static Answer InVersions(ReadOnlySpan<byte> pool, ReadOnlySpan<byte> versions, in Candidate candidate)
    {
        if (versions.IsEmpty) return Answer.No;
        if (candidate.Text.IsEmpty) return Answer.Unknown;
        var placed = ReadCount(versions, 0, versions.Length, 8);
        var others = ReadCount(versions, 4, versions.Length, 4);
        var rows = versions[8..];
        if (candidate.IsPlaced)
        {
            for (int low = 0, high = placed - 1; low <= high;)
            {
                var middle = (low + high) >>> 1;
                var order = candidate.Scheme!.Compare(IndexFormat.Entry(pool, U32(rows, middle * 8)), candidate.Key);
                if (order == 0) return Answer.Yes;
                if (order < 0) low = middle + 1;
                else high = middle - 1;
            }
        }

        rows = rows[(placed * 8)..];
        for (int low = 0, high = others - 1; low <= high;)
        {
            var middle = (low + high) >>> 1;
            var order = IndexFormat.Entry(pool, U32(rows, middle * 4)).SequenceCompareTo(candidate.Text);
            if (order == 0) return Answer.Yes;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return Answer.No;
    }

    /// <summary>Whether the version lies in one of the ranges.</summary>
    public static Answer InRanges(ReadOnlySpan<byte> pool, ReadOnlySpan<byte> ranges, in Candidate candidate)
    {
        if (ranges.IsEmpty) return Answer.No;
        var answer = Answer.No;
        var count = ReadCount(ranges, 0, ranges.Length, 4);
        var at = 4;
        for (var i = 0; i < count && answer != Answer.Yes; i++)
        {
            var events = ReadCount(ranges, at, ranges.Length, EventLength);
            at += 4;
            var one = InRange(pool, ranges.Slice(at, events * EventLength), candidate);
            if (one > answer) answer = one;
            at += events * EventLength;
        }

        return answer;
    }

    private static Answer InRange(ReadOnlySpan<byte> pool, ReadOnlySpan<byte> events, in Candidate candidate)
    {
        // Certain: what holds wherever the unplaced versions lie. Possible: what would hold if they lay in favour of "affected".
        bool certain = false, possible = false, limited = false, belowLimit = false, perhapsBelow = false, bounded = false;
        for (; !events.IsEmpty; events = events[EventLength..])
        {
            var kind = (EventKind)(events[0] & ~UnplacedBit);
            if (kind == EventKind.IntroducedZero)
            {
                certain = possible = true;
                continue;
            }

            if (kind is EventKind.Limit or EventKind.LimitInfinity) limited = true;
            else bounded = true;
            if (kind == EventKind.LimitInfinity)
            {
                belowLimit = true;
                continue;
            }

            if ((events[0] & UnplacedBit) != 0 || !candidate.IsPlaced)
            {
                if (kind == EventKind.Introduced) possible = true;
                else if (kind == EventKind.Limit) perhapsBelow = true;
                else certain = false;
                continue;
            }

            var order = candidate.Scheme!.Compare(candidate.Key, IndexFormat.Entry(pool, U32(events, 1)));
            switch (kind)
            {
                case EventKind.Introduced when order >= 0:
                    certain = possible = true;
                    break;
                case EventKind.Fixed when order >= 0:
                case EventKind.LastAffected when order > 0:
                    certain = possible = false;
                    break;
                case EventKind.Limit when order < 0:
                    belowLimit = true;
                    break;
            }
        }

        // A range from the very first version without an end holds every version, also one that nobody can place or that is not said.
        if (!bounded && !limited) return possible ? Answer.Yes : Answer.No;
        if (limited && !belowLimit)
        {
            if (!perhapsBelow) return Answer.No;
            certain = false;
        }

        return certain ? Answer.Yes : possible ? Answer.Unknown : Answer.No;
    }

    /// <summary>The texts of one kind of event over all ranges, with their keys; none that is unplaced.</summary>
    public static void Collect(ReadOnlySpan<byte> pool, ReadOnlySpan<byte> ranges, EventKind wanted, List<(byte[] Key, uint Text)> into)
    {
        foreach (var range in Decode(ranges))
        {
            foreach (var (kind, key, text) in range)
            {
                if (kind == (byte)wanted) into.Add((IndexFormat.Entry(pool, key).ToArray(), text));
            }
        }
    }

    /// <summary>All ranges with their events: the kind with its mark, and the places of key and text.</summary>
    public static List<(byte Kind, uint Key, uint Text)[]> Decode(ReadOnlySpan<byte> ranges)
    {
        List<(byte, uint, uint)[]> all = [];
        if (ranges.IsEmpty) return all;
        var count = ReadCount(ranges, 0, ranges.Length, 4);
        var at = 4;
        for (var i = 0; i < count; i++)
        {
            var events = new (byte, uint, uint)[ReadCount(ranges, at, ranges.Length, EventLength)];
            at += 4;
            for (var e = 0; e < events.Length; e++, at += EventLength) events[e] = (ranges[at], U32(ranges, at + 1), U32(ranges, at + 5));
            all.Add(events);
        }

        return all;
    }

    /// <summary>A count, refused when that many things of that size cannot be in what is left.</summary>
    private static int ReadCount(ReadOnlySpan<byte> data, int at, int length, int size)
    {
        var count = U32(data, at);
        return count <= (uint)length / (uint)size ? (int)count : throw new ArgumentOutOfRangeException(nameof(at));
    }

    private static uint U32(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt32LittleEndian(data[at..]);
}
