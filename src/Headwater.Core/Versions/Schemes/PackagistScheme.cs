using System.Buffers;

namespace Headwater.Core.Versions;

/// <summary>
/// Packagist: composer/semver's normalisation (four numbers, or a date as it is; a stability word; <c>-dev</c>) and PHP's
/// <c>version_compare</c> on the result. Branches (<c>dev-…</c>, <c>master</c>) come before every number, as Composer's Comparator has it.
/// </summary>
/// <remarks>Texts that start with a number but that Composer refuses are read part by part as <c>version_compare</c> would read them.</remarks>
internal sealed class PackagistScheme : VersionScheme
{
    // version_compare: other words < dev < alpha < beta < RC < the end < a number < patch.
    private const byte Branch = 0, OtherWord = 1, Dev = 2, Alpha = 3, Beta = 4, Candidate = 5, End = 6, Number = 7, Patch = 8;
    private const string BranchNumber = "9999999";

    private static readonly SearchValues<char> s_separators = SearchValues.Create(".-_+");

    public override string Name => "composer";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        text = text.Trim();
        if (text.LastIndexOf('@') is > 0 and var at && IsFlag(text[(at + 1)..])) text = text[..at];
        if (text is "master" or "trunk" or "default" || text.StartsWith("dev-", StringComparison.OrdinalIgnoreCase))
        {
            key.Append(Branch);
            key.AppendText(text.StartsWith("dev-", StringComparison.OrdinalIgnoreCase) ? text[4..] : text);
            return true;
        }

        text = VersionText.WithoutV(text);
        if (text.IsEmpty || !char.IsAsciiDigit(text[0]) || VersionText.HasSpace(text)) return false;
        if (text.IndexOf('+') is > 0 and var plus && plus < text.Length - 1) text = text[..plus];
        if (TryNumericBranch(text, ref key)) return true;
        if (DateLength(text) is > 0 and var date) AppendDate(text[..date], ref text, ref key);
        else AppendFourNumbers(ref text, ref key);
        AppendWords(text, ref key);
        key.Append(End);
        return true;
    }

    private static bool IsFlag(ReadOnlySpan<char> word) =>
        word.Equals("stable", StringComparison.OrdinalIgnoreCase) || word.Equals("RC", StringComparison.OrdinalIgnoreCase)
        || word.Equals("beta", StringComparison.OrdinalIgnoreCase) || word.Equals("alpha", StringComparison.OrdinalIgnoreCase)
        || word.Equals("dev", StringComparison.OrdinalIgnoreCase);

    // 1.x-dev, 1.2.x-dev and 1.2-dev's cousins: the open places read 9999999, and it is a development version.
    private static bool TryNumericBranch(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        if (!text.EndsWith("dev", StringComparison.OrdinalIgnoreCase)) return false;
        text = text[..^3];
        if (text.Length > 0 && text[^1] is '.' or '-') text = text[..^1];
        if (text.IndexOfAny('x', 'X', '*') < 0) return false;
        var start = key.Length;
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            var open = part is "x" or "X" or "*";
            if (++parts > 4 || (!open && !VersionText.IsNumber(part)))
            {
                key.Truncate(start);
                return false;
            }

            key.Append(Number);
            key.AppendNumber(open ? BranchNumber : part);
        }

        for (; parts < 4; parts++)
        {
            key.Append(Number);
            key.AppendNumber(BranchNumber);
        }

        key.Append(Dev);
        key.Append(End);
        return true;
    }

    // Composer reads "2010-01-02" and "20100102.1" as dates and leaves their number of parts alone; up to five digits are a plain number.
    private static int DateLength(ReadOnlySpan<char> text)
    {
        var first = VersionText.CountDigits(text, 0);
        if (first < 4 || (first is 4 or 5 && (text.Length == first || text[first] == '.' || !IsDateSeparator(text[first])))) return 0;
        var length = 4;
        for (var pairs = 0; pairs < 6; pairs++)
        {
            var at = length < text.Length && IsDateSeparator(text[length]) ? length + 1 : length;
            if (VersionText.CountDigits(text, at) < 2) break;
            length = at + 2;
        }

        if (length == 4) return 0;
        for (var tails = 0; tails < 2; tails++)
        {
            var at = length < text.Length && IsDateSeparator(text[length]) ? length + 1 : length;
            var digits = Math.Min(3, VersionText.CountDigits(text, at));
            if (digits == 0) break;
            length = at + digits;
        }

        return length < text.Length && char.IsAsciiDigit(text[length]) ? 0 : length;
    }

    private static bool IsDateSeparator(char c) => c is '.' or ':' or '-';

    private static void AppendDate(ReadOnlySpan<char> date, ref ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        text = text[date.Length..];
        while (!date.IsEmpty)
        {
            var digits = VersionText.CountDigits(date, 0);
            if (digits > 0)
            {
                key.Append(Number);
                key.AppendNumber(date[..digits]);
            }

            date = date[Math.Max(1, digits)..];
        }
    }

    private static void AppendFourNumbers(ref ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        for (var part = 0; part < 4; part++)
        {
            key.Append(Number);
            if (part > 0)
            {
                if (text.Length < 2 || !s_separators.Contains(text[0]) || (text[0] == '+') || !char.IsAsciiDigit(text[1]))
                {
                    key.AppendNumber("0");
                    continue;
                }

                text = text[1..];
            }

            var digits = VersionText.CountDigits(text, 0);
            key.AppendNumber(text[..digits]);
            text = text[digits..];
        }
    }

    private static void AppendWords(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        for (var i = 0; i < text.Length;)
        {
            var digits = VersionText.CountDigits(text, i);
            var letters = VersionText.CountLetters(text, i);
            if (digits > 0)
            {
                key.Append(Number);
                key.AppendNumber(text.Slice(i, digits));
            }
            else if (letters > 0)
            {
                var word = text.Slice(i, letters);
                var rank = Stability(word);
                if (rank != End) key.Append(rank);
                if (rank == OtherWord) key.AppendText(word);
            }

            i += Math.Max(1, digits + letters);
        }
    }

    private static byte Stability(ReadOnlySpan<char> word)
    {
        if (word.Equals("dev", StringComparison.OrdinalIgnoreCase)) return Dev;
        if (word.Equals("alpha", StringComparison.OrdinalIgnoreCase) || word.Equals("a", StringComparison.OrdinalIgnoreCase)) return Alpha;
        if (word.Equals("beta", StringComparison.OrdinalIgnoreCase) || word.Equals("b", StringComparison.OrdinalIgnoreCase)) return Beta;
        if (word.Equals("rc", StringComparison.OrdinalIgnoreCase)) return Candidate;
        if (word.Equals("stable", StringComparison.OrdinalIgnoreCase)) return End;
        if (word.Equals("patch", StringComparison.OrdinalIgnoreCase) || word.Equals("pl", StringComparison.OrdinalIgnoreCase)
            || word.Equals("p", StringComparison.OrdinalIgnoreCase)) return Patch;

        // What Composer itself would refuse: version_compare goes by how the word starts, and looks at its case.
        return word switch
        {
            ['d', 'e', 'v', ..] => Dev,
            ['a', ..] => Alpha,
            ['b', ..] => Beta,
            ['R', 'C', ..] or ['r', 'c', ..] => Candidate,
            ['p', ..] => Patch,
            _ => OtherWord,
        };
    }
}
