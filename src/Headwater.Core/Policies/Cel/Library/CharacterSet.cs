using System.Globalization;
using System.Text;

namespace Headwater.Core.Policies.Cel.Library;

/// <summary>A set of code points: ranges, and whole categories of Unicode.</summary>
internal sealed class CharacterSet
{
    private const int Last = 0x10FFFF;
    private const int AllCategories = (1 << 30) - 1;

    private readonly List<(int From, int To)> _ranges = [];
    private int _categories;
    private bool _negated;

    // Most texts are ASCII; one bit each.
    private ulong _low, _high;
    private bool _isSealed;

    /// <summary>Which of the first 64 code points are in it, and which of the second.</summary>
    public ulong Low => _low;

    public ulong High => _high;

    public static CharacterSet Of(params (int, int)[] ranges)
    {
        var set = new CharacterSet();
        foreach (var (from, to) in ranges) set.Add(from, to);
        return set;
    }

    public void Add(int from, int to) => _ranges.Add((from, to));

    public void Add(CharacterSet other, bool negated)
    {
        if (!negated)
        {
            _ranges.AddRange(other._ranges);
            return;
        }

        var start = 0;
        foreach (var (from, to) in other._ranges.Order())
        {
            if (from > start) Add(start, from - 1);
            start = Math.Max(start, to + 1);
        }

        if (start <= Last) Add(start, Last);
    }

    /// <summary>A category by its name (<c>L</c>, <c>Lu</c>) or what is not in it. False when there is none of that name.</summary>
    public bool AddCategory(ReadOnlySpan<char> name, bool negated)
    {
        var mask = Mask(name);
        if (mask == 0) return false;
        _categories |= negated ? AllCategories & ~mask : mask;
        return true;
    }

    public void Negate() => _negated = !_negated;

    /// <summary>Adds the other cases of what is in it. Of ranges beyond a few thousand characters only ASCII counts.</summary>
    public void Fold()
    {
        foreach (var (from, to) in _ranges.ToArray())
        {
            if (to - from > 5000)
            {
                if (from <= 'a' && to >= 'z') Add('A', 'Z');
                if (from <= 'A' && to >= 'Z') Add('a', 'z');
                continue;
            }

            for (var c = from; c <= to; c++)
            {
                if (!Rune.IsValid(c)) continue;
                var (upper, lower) = (Rune.ToUpperInvariant(new Rune(c)).Value, Rune.ToLowerInvariant(new Rune(c)).Value);
                if (upper != c) Add(upper, upper);
                if (lower != c) Add(lower, lower);
                // The Kelvin sign and the long s are lower or upper case of ASCII letters.
                if (c is 'k' or 'K') Add(0x212A, 0x212A);
                if (c is 's' or 'S') Add(0x17F, 0x17F);
            }
        }

        if ((_categories & (Mask("Lu") | Mask("Ll") | Mask("Lt"))) != 0) _categories |= Mask("Lu") | Mask("Ll") | Mask("Lt");
    }

    public CharacterSet Seal()
    {
        for (var c = 0; c < 128; c++)
        {
            if (!Find(c)) continue;
            if (c < 64) _low |= 1UL << c;
            else _high |= 1UL << (c - 64);
        }

        _isSealed = true;
        return this;
    }

    public bool Has(int c) => _isSealed && c < 128 ? ((c < 64 ? _low >> c : _high >> (c - 64)) & 1) != 0 : Find(c);

    /// <summary>The one character that it holds, or -1.</summary>
    public int Single => !_negated && _categories == 0 && _ranges is [(var from, var to)] && from == to ? from : -1;

    private bool Find(int c)
    {
        var found = false;
        foreach (var (from, to) in _ranges)
        {
            if (c < from || c > to) continue;
            found = true;
            break;
        }

        if (!found && _categories != 0) found = (_categories >> (int)CategoryOf(c) & 1) != 0;
        return found != _negated;
    }

    private static UnicodeCategory CategoryOf(int c) => c is >= 0xD800 and <= 0xDFFF ? UnicodeCategory.Surrogate : CharUnicodeInfo.GetUnicodeCategory(c);

    private static int Mask(ReadOnlySpan<char> name) => name switch
    {
        "Lu" => 1 << (int)UnicodeCategory.UppercaseLetter,
        "Ll" => 1 << (int)UnicodeCategory.LowercaseLetter,
        "Lt" => 1 << (int)UnicodeCategory.TitlecaseLetter,
        "Lm" => 1 << (int)UnicodeCategory.ModifierLetter,
        "Lo" => 1 << (int)UnicodeCategory.OtherLetter,
        "L" => Mask("Lu") | Mask("Ll") | Mask("Lt") | Mask("Lm") | Mask("Lo"),
        "Mn" => 1 << (int)UnicodeCategory.NonSpacingMark,
        "Mc" => 1 << (int)UnicodeCategory.SpacingCombiningMark,
        "Me" => 1 << (int)UnicodeCategory.EnclosingMark,
        "M" => Mask("Mn") | Mask("Mc") | Mask("Me"),
        "Nd" => 1 << (int)UnicodeCategory.DecimalDigitNumber,
        "Nl" => 1 << (int)UnicodeCategory.LetterNumber,
        "No" => 1 << (int)UnicodeCategory.OtherNumber,
        "N" => Mask("Nd") | Mask("Nl") | Mask("No"),
        "Zs" => 1 << (int)UnicodeCategory.SpaceSeparator,
        "Zl" => 1 << (int)UnicodeCategory.LineSeparator,
        "Zp" => 1 << (int)UnicodeCategory.ParagraphSeparator,
        "Z" => Mask("Zs") | Mask("Zl") | Mask("Zp"),
        "Cc" => 1 << (int)UnicodeCategory.Control,
        "Cf" => 1 << (int)UnicodeCategory.Format,
        "Cs" => 1 << (int)UnicodeCategory.Surrogate,
        "Co" => 1 << (int)UnicodeCategory.PrivateUse,
        "C" => Mask("Cc") | Mask("Cf") | Mask("Cs") | Mask("Co"),
        "Pc" => 1 << (int)UnicodeCategory.ConnectorPunctuation,
        "Pd" => 1 << (int)UnicodeCategory.DashPunctuation,
        "Ps" => 1 << (int)UnicodeCategory.OpenPunctuation,
        "Pe" => 1 << (int)UnicodeCategory.ClosePunctuation,
        "Pi" => 1 << (int)UnicodeCategory.InitialQuotePunctuation,
        "Pf" => 1 << (int)UnicodeCategory.FinalQuotePunctuation,
        "Po" => 1 << (int)UnicodeCategory.OtherPunctuation,
        "P" => Mask("Pc") | Mask("Pd") | Mask("Ps") | Mask("Pe") | Mask("Pi") | Mask("Pf") | Mask("Po"),
        "Sm" => 1 << (int)UnicodeCategory.MathSymbol,
        "Sc" => 1 << (int)UnicodeCategory.CurrencySymbol,
        "Sk" => 1 << (int)UnicodeCategory.ModifierSymbol,
        "So" => 1 << (int)UnicodeCategory.OtherSymbol,
        "S" => Mask("Sm") | Mask("Sc") | Mask("Sk") | Mask("So"),
        "Any" => AllCategories,
        _ => 0,
    };
}
