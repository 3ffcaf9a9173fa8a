using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace Headwater.Server.Tests.Ui;

/// <summary>
/// Reads a QR code out of its drawing as a camera would a clean one, by ISO/IEC 18004: versions 1 to 10, level M. It repairs nothing, so what it
/// reads is what is drawn.
/// </summary>
internal static partial class QrReader
{
    // By version: blocks of the shorter kind, bytes of data in one, blocks that have one more; what is left are bytes of correction.
    private static readonly (int Short, int Data, int Long)[] Blocks = [(1, 16, 0), (1, 28, 0), (1, 44, 0), (2, 32, 0), (2, 43, 0), (4, 27, 0), (4, 31, 0), (2, 38, 2), (3, 36, 2), (4, 43, 1)];
    private static readonly int[][] Alignments = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];

    private const string Alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

    public static string Read(IElement svg)
    {
        var outer = int.Parse(svg.GetAttribute("viewBox")!.Split(' ')[2], CultureInfo.InvariantCulture);
        var drawn = new bool[outer, outer];
        foreach (Match run in Run().Matches(svg.QuerySelector("path")!.GetAttribute("d")!))
            for (int x = int.Parse(run.Groups[1].Value), i = 0; i < int.Parse(run.Groups[3].Value); i++) drawn[int.Parse(run.Groups[2].Value), x + i] = true;
        for (var i = 0; i < outer; i++)
            for (var edge = 0; edge < 4; edge++) (drawn[i, edge] || drawn[edge, i] || drawn[i, outer - 1 - edge] || drawn[outer - 1 - edge, i]).ShouldBeFalse("four modules around it stay quiet");
        var size = outer - 8;
        bool At(int row, int column) => drawn[row + 4, column + 4];
        var version = (size - 17) / 4;

        // Level and mask, beside the finder at the top left.
        var format = 0;
        foreach (var (row, column) in ((int, int)[])[(8, 0), (8, 1), (8, 2), (8, 3), (8, 4), (8, 5), (8, 7), (8, 8), (7, 8), (5, 8), (4, 8), (3, 8), (2, 8), (1, 8), (0, 8)]) format = (format << 1) | (At(row, column) ? 1 : 0);
        format ^= 0b101010000010010;
        (format >> 13).ShouldBe(0, "level M");
        var mask = (format >> 10) & 7;

        var bits = new List<bool>();
        for (int right = size - 1, up = 1; right > 0; right -= 2, up ^= 1)
        {
            if (right == 6) right = 5;
            for (var i = 0; i < size; i++)
            {
                var row = up == 1 ? size - 1 - i : i;
                for (var column = right; column > right - 2; column--)
                    if (!IsFixed(version, size, row, column)) bits.Add(At(row, column) ^ Masked(mask, row, column));
            }
        }

        var words = Enumerable.Range(0, bits.Count / 8).Select(w => (byte)Enumerable.Range(0, 8).Aggregate(0, (word, b) => (word << 1) | (bits[(w * 8) + b] ? 1 : 0))).ToArray();
        var (shorter, length, longer) = Blocks[version - 1];
        var blocks = Enumerable.Range(0, shorter + longer).Select(_ => new List<byte>()).ToList();
        var next = 0;
        for (var i = 0; i <= length; i++)
            for (var block = 0; block < blocks.Count; block++)
                if (i < length || block >= shorter) blocks[block].Add(words[next++]);
        var data = blocks.SelectMany(b => b).ToArray();

        var at = 0;
        int Take(int count)
        {
            var value = 0;
            for (; count > 0; count--, at++) value = (value << 1) | ((data[at / 8] >> (7 - (at % 8))) & 1);
            return value;
        }

        // Segments, each in the mode that takes the least room.
        var text = new StringBuilder();
        while (at + 4 <= data.Length * 8 && Take(4) is var mode and not 0)
        {
            mode.ShouldBeOneOf(1, 2, 4);
            var wide = version >= 10;
            if (mode == 4)
            {
                text.Append(Encoding.Latin1.GetString([.. Enumerable.Range(0, Take(wide ? 16 : 8)).Select(_ => (byte)Take(8))]));
                continue;
            }

            var left = mode == 1 ? Take(wide ? 12 : 10) : Take(wide ? 11 : 9);
            while (mode == 1 && left > 0)
            {
                var digits = Math.Min(3, left);
                text.Append(Take(digits == 3 ? 10 : digits == 2 ? 7 : 4).ToString("D" + digits, CultureInfo.InvariantCulture));
                left -= digits;
            }

            for (; mode == 2 && left > 1; left -= 2)
            {
                var pair = Take(11);
                text.Append(Alphanumeric[pair / 45]).Append(Alphanumeric[pair % 45]);
            }

            if (mode == 2 && left == 1) text.Append(Alphanumeric[Take(6)]);
        }

        return text.ToString();
    }

    private static bool Masked(int mask, int i, int j) => mask switch
    {
        0 => (i + j) % 2 == 0, 1 => i % 2 == 0, 2 => j % 3 == 0, 3 => (i + j) % 3 == 0, 4 => ((i / 2) + (j / 3)) % 2 == 0, 5 => (i * j % 2) + (i * j % 3) == 0, 6 => ((i * j % 2) + (i * j % 3)) % 2 == 0,
        _ => (((i + j) % 2) + (i * j % 3)) % 2 == 0,
    };

    /// <summary>Finders with their formats, timing, alignments, and from version 7 on the version itself.</summary>
    private static bool IsFixed(int version, int size, int row, int column)
    {
        if (row == 6 || column == 6 || (row < 9 && (column < 9 || column >= size - 8)) || (row >= size - 8 && column < 9)) return true;
        if (version >= 7 && ((row < 6 && column >= size - 11) || (column < 6 && row >= size - 11))) return true;
        var centres = Alignments[version - 1];
        return centres.Any(r => centres.Any(c => !((r == 6 && c == 6) || (r == 6 && c == centres[^1]) || (r == centres[^1] && c == 6)) && Math.Abs(row - r) <= 2 && Math.Abs(column - c) <= 2));
    }

    [GeneratedRegex(@"M(\d+) (\d+)h(\d+)v1h-\d+z")]
    private static partial Regex Run();
}
