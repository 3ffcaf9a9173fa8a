using System.Collections;
using System.Text;
using static Headwater.Core.Advisories.IndexFormat;

namespace Headwater.Core.Advisories;

// What is asked by identifier or by words: lookup and search.
internal sealed partial class IndexLayer
{
    private const int MaxQueryLength = 256;
    private const int MaxWords = 8;

    /// <summary>Record numbers for an identifier or alias, in any case; empty when unknown. The record of that very id comes first.</summary>
    public IReadOnlyList<int> Find(string idOrAlias)
    {
        ArgumentNullException.ThrowIfNull(idOrAlias);
        return Read(() => FindRecords(idOrAlias.Trim()));
    }

    private List<int> FindRecords(string id)
    {
        var records = new List<int>();
        if (!TryUpper(id, stackalloc byte[MaxQueryLength], out var bytes)) return records;
        var at = LowerBound(bytes);
        if (at >= _file.Count(Section.Ids) || CompareFolded(IdText(at), bytes) != 0) return records;
        AddRecords(at, records);
        var own = records.FindIndex(r => Id(r).Equals(id, StringComparison.OrdinalIgnoreCase));
        if (own > 0)
        {
            var record = records[own];
            records.RemoveAt(own);
            records.Insert(0, record);
        }

        return records;
    }

    /// <summary>Record numbers whose id, or an alias, begins with a text, in any case.</summary>
    public IEnumerable<int> BeginningWith(string text, int limit) => Read(() =>
    {
        var records = new List<int>();
        if (text.Length > MaxQueryLength || !TryUpper(text, stackalloc byte[MaxQueryLength], out var bytes)) return records;
        var count = _file.Count(Section.Ids);
        for (var at = LowerBound(bytes); at < count && records.Count < limit; at++)
        {
            var id = IdText(at);
            if (id.Length < bytes.Length || CompareFolded(id[..bytes.Length], bytes) != 0) break;
            AddRecords(at, records);
        }

        return records;
    });

    /// <summary>Record numbers whose summary holds all words of a text, each from its beginning, in any case (ASCII).</summary>
    public IEnumerable<int> WithWords(string text, int limit, BitArray? hidden) => Read(() =>
    {
        var found = new List<int>();
        SearchSummaries(text, limit, found, hidden);
        return found;
    });

    private void SearchSummaries(string text, int limit, List<int> found, BitArray? hidden)
    {
        // The longest word is the rarest guess: it decides whether the others are looked for.
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(w => w.Length > 1)
            .OrderByDescending(w => w.Length).Take(MaxWords).Select(w => new Word(w)).ToArray();
        if (words.Length == 0) return;
        var rows = _file[Section.Records];
        var pool = _file.Pool;
        for (var record = 0; record < RecordCount && found.Count < limit; record++)
        {
            var place = U32(rows, record * RecordRowLength + RecordRow.Summary);
            if (place == 0 || (hidden is not null && hidden[record])) continue;
            var summary = Entry(pool, place);
            var all = true;
            foreach (var word in words)
            {
                if (word.IsIn(summary)) continue;
                all = false;
                break;
            }

            if (all) found.Add(record);
        }
    }

    /// <summary>A word to look for in any case, by its letter that is rarest in English: most texts are done with after one fast look.</summary>
    private sealed class Word
    {
        private const string Rarest = "zqxjkvbpygfwmucldrhsnioate";

        private readonly byte[] _lower;
        private readonly int _anchor;
        private readonly byte _anchorLower, _anchorUpper;

        public Word(string word)
        {
            _lower = Encoding.UTF8.GetBytes(word.ToLowerInvariant());
            _anchor = Enumerable.Range(0, _lower.Length).MinBy(i => Rarest.IndexOf((char)_lower[i]));
            _anchorLower = _lower[_anchor];
            _anchorUpper = _anchorLower is >= (byte)'a' and <= (byte)'z' ? (byte)(_anchorLower - 32) : _anchorLower;
        }

        private static bool IsOfWord(byte c) => char.IsAsciiLetterOrDigit((char)c);

        public bool IsIn(ReadOnlySpan<byte> text)
        {
            for (var from = _anchor; from < text.Length;)
            {
                var at = text[from..].IndexOfAny(_anchorLower, _anchorUpper);
                if (at < 0) return false;
                at += from;
                from = at + 1;
                var start = at - _anchor;
                if (start + _lower.Length > text.Length) return false;
                var piece = text.Slice(start, _lower.Length);
                // "person" is not in "impersonation", though its letters are.
                if (start > 0 && IsOfWord(_lower[0]) && IsOfWord(text[start - 1])) continue;
                if (Ascii.EqualsIgnoreCase(piece, _lower) || piece.SequenceEqual(_lower)) return true;
            }

            return false;
        }
    }

    private void AddRecords(int idRow, List<int> records)
    {
        for (var list = _file.List(_file.U32(Section.Ids, idRow, 4), _file.U32(Section.Ids, idRow, 8)); !list.IsEmpty; list = list[4..]) records.Add((int)U32(list, 0));
    }

    private ReadOnlySpan<byte> IdText(int row) => _file.Bytes(_file.U32(Section.Ids, row, 0));

    /// <summary>The first identifier that is not before the given one, which is in upper case.</summary>
    private int LowerBound(ReadOnlySpan<byte> upper)
    {
        var (low, high) = (0, _file.Count(Section.Ids));
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (CompareFolded(IdText(middle), upper) < 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static int CompareFolded(ReadOnlySpan<byte> id, ReadOnlySpan<byte> upper)
    {
        for (var i = 0; i < id.Length && i < upper.Length; i++)
        {
            var c = id[i] is >= (byte)'a' and <= (byte)'z' ? id[i] - 32 : id[i];
            if (c != upper[i]) return c - upper[i];
        }

        return id.Length - upper.Length;
    }

    /// <summary>Identifiers are ASCII; what is not cannot be one.</summary>
    private static bool TryUpper(string text, Span<byte> buffer, out ReadOnlySpan<byte> upper)
    {
        upper = default;
        if (text.Length == 0 || text.Length > buffer.Length || Ascii.ToUpper(text, buffer, out var written) != System.Buffers.OperationStatus.Done) return false;
        upper = buffer[..written];
        return true;
    }
}
