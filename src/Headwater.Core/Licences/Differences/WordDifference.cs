using System.Text;

namespace Headwater.Core.Licences.Differences;

/// <summary>Whose a part of a difference is.</summary>
public enum DifferenceKind
{
    /// <summary>In both texts.</summary>
    Same,

    /// <summary>In the first text only.</summary>
    Removed,

    /// <summary>In the second text only.</summary>
    Added,
}

/// <summary>Words that follow each other and are of one kind.</summary>
/// <param name="Kind">Whose they are.</param>
/// <param name="Text">The words with the white space behind them, as the text has them; of what is in both, as the second has it.</param>
public readonly record struct DifferencePart(DifferenceKind Kind, string Text);

/// <summary>
/// How two texts differ, word by word. As for licences (SPDX matching guidelines), case, white space, the kind of quotation marks and dashes, and signs that begin a line or stand alone make no difference.
/// </summary>
/// <param name="Parts">The second text with what the first has besides it, in order.</param>
/// <param name="Removed">How many words only the first has.</param>
/// <param name="Added">How many words only the second has.</param>
/// <param name="IsCoarse">True when the texts differ so much that their middle parts were not compared word by word, or when the ends of very long texts were left out.</param>
public sealed record WordDifference(IReadOnlyList<DifferencePart> Parts, int Removed, int Added, bool IsCoarse)
{
    /// <summary>Of longer texts the rest is not compared, in words.</summary>
    public const int MostWords = 50_000;

    /// <summary>With more differing words than this, what lies between the first and the last is told as a whole.</summary>
    private const int MostEdits = 2_000;

    /// <summary>True when no word differs.</summary>
    public bool IsSame => Removed == 0 && Added == 0;

    /// <summary>Compares two texts.</summary>
    /// <param name="first">What was, or what should be.</param>
    /// <param name="second">What is.</param>
    public static WordDifference Between(string first, string second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var (a, b) = (Words(first, out var cutA), Words(second, out var cutB));
        var (head, tail) = (0, 0);
        while (head < a.Count && head < b.Count && a[head].Key == b[head].Key) head++;
        while (tail < a.Count - head && tail < b.Count - head && a[^(tail + 1)].Key == b[^(tail + 1)].Key) tail++;
        var parts = new PartList();
        foreach (var word in b.Take(head)) parts.Add(DifferenceKind.Same, word.Text);
        var coarse = cutA || cutB;
        var (middleA, middleB) = (a.GetRange(head, a.Count - head - tail), b.GetRange(head, b.Count - head - tail));
        if (Edits(middleA, middleB) is { } edits)
        {
            foreach (var (kind, text) in edits) parts.Add(kind, text);
        }
        else
        {
            coarse = true;
            foreach (var word in middleA) parts.Add(DifferenceKind.Removed, word.Text);
            foreach (var word in middleB) parts.Add(DifferenceKind.Added, word.Text);
        }

        foreach (var word in b.Skip(b.Count - tail)) parts.Add(DifferenceKind.Same, word.Text);
        return new WordDifference(parts.Close(), parts.Removed, parts.Added, coarse);
    }

    /// <summary>The shortest way from one list to the other (Myers 1986); null when it is too long.</summary>
    private static List<(DifferenceKind Kind, string Text)>? Edits(List<Word> a, List<Word> b)
    {
        var (n, m) = (a.Count, b.Count);
        var most = Math.Min(n + m, MostEdits);
        var reached = new int[2 * most + 3];
        var trace = new List<int[]>();
        for (var d = 0; d <= most; d++)
        {
            // Of each step only what it may have changed is kept for the way back.
            trace.Add(reached.AsSpan(most + 1 - d, 2 * d + 1).ToArray());
            for (var k = -d; k <= d; k += 2)
            {
                var x = k == -d || (k != d && reached[most + k] < reached[most + k + 2]) ? reached[most + k + 2] : reached[most + k] + 1;
                var y = x - k;
                while (x < n && y < m && a[x].Key == b[y].Key) (x, y) = (x + 1, y + 1);
                reached[most + 1 + k] = x;
                if (x >= n && y >= m) return Back(a, b, trace, d);
            }
        }

        return null;
    }

    private static List<(DifferenceKind Kind, string Text)> Back(List<Word> a, List<Word> b, List<int[]> trace, int steps)
    {
        var edits = new List<(DifferenceKind, string)>();
        var (x, y) = (a.Count, b.Count);
        for (var d = steps; d > 0; d--)
        {
            var reached = trace[d];
            int At(int k) => Math.Abs(k) <= d ? reached[k + d] : -1;
            var k = x - y;
            var down = k == -d || (k != d && At(k - 1) < At(k + 1));
            var before = down ? k + 1 : k - 1;
            var (fromX, fromY) = (At(before), At(before) - before);
            while (x > fromX + (down ? 0 : 1) && y > fromY + (down ? 1 : 0))
            {
                x--;
                edits.Add((DifferenceKind.Same, b[--y].Text));
            }

            edits.Add(down ? (DifferenceKind.Added, b[--y].Text) : (DifferenceKind.Removed, a[--x].Text));
        }

        while (x > 0 && y > 0)
        {
            x--;
            edits.Add((DifferenceKind.Same, b[--y].Text));
        }

        edits.Reverse();
        return edits;
    }

    /// <summary>Words with what stands behind them; signs without a letter or digit belong to the word before.</summary>
    private static List<Word> Words(string text, out bool cut)
    {
        var words = new List<Word>();
        cut = false;
        var at = 0;
        while (at < text.Length)
        {
            if (words.Count == MostWords)
            {
                cut = true;
                break;
            }

            var start = at;
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
            while (at < text.Length && !char.IsWhiteSpace(text[at])) at++;
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
            var written = text[start..at];
            var key = KeyOf(written);
            if (key.Length == 0 && words.Count > 0) words[^1] = words[^1] with { Text = words[^1].Text + written };
            else words.Add(new Word(key, written));
        }

        // Signs before the first word belong to it.
        if (words.Count > 1 && words[0].Key.Length == 0)
        {
            words[1] = words[1] with { Text = words[0].Text + words[1].Text };
            words.RemoveAt(0);
        }

        return words;
    }

    private static string KeyOf(string word)
    {
        var key = new StringBuilder(word.Length);
        var any = false;
        foreach (var c in word)
        {
            if (char.IsWhiteSpace(c)) continue;
            any |= char.IsLetterOrDigit(c);
            key.Append(c switch { '‐' or '‑' or '‒' or '–' or '—' => '-', '\'' or '’' or '‘' or '“' or '”' or '`' or '"' => '"', _ => char.ToLowerInvariant(c) });
        }

        return any ? key.ToString() : "";
    }

    private readonly record struct Word(string Key, string Text);

    /// <summary>Joins what is of one kind; of what was exchanged, what is gone comes before what has come.</summary>
    private sealed class PartList
    {
        private readonly List<DifferencePart> _parts = [];
        private readonly StringBuilder _same = new(), _removed = new(), _added = new();

        public int Removed { get; private set; }

        public int Added { get; private set; }

        public void Add(DifferenceKind kind, string text)
        {
            switch (kind)
            {
                case DifferenceKind.Same:
                    Flush(false);
                    _same.Append(text);
                    break;
                case DifferenceKind.Removed:
                    Flush(true);
                    Removed++;
                    _removed.Append(text);
                    break;
                default:
                    Flush(true);
                    Added++;
                    _added.Append(text);
                    break;
            }
        }

        public IReadOnlyList<DifferencePart> Close()
        {
            Flush(false);
            Flush(true);
            return _parts;
        }

        private void Flush(bool same)
        {
            foreach (var (kind, text) in same ? [(DifferenceKind.Same, _same)] : new[] { (DifferenceKind.Removed, _removed), (DifferenceKind.Added, _added) })
            {
                if (text.Length == 0) continue;
                _parts.Add(new DifferencePart(kind, text.ToString()));
                text.Clear();
            }
        }
    }
}
