using System.Globalization;
using System.Text;
using static Headwater.Core.Policies.Cel.Library.Pattern;

namespace Headwater.Core.Policies.Cel.Library;

/// <summary>Reads the syntax of RE2 and lays out the steps of the automaton. Scripts (<c>\p{Greek}</c>) are not known, and single bytes (<c>\C</c>) are none of a string's characters.</summary>
internal sealed class PatternParser(string source)
{
    private const int MaxLength = 10_000, MaxRepeat = 1000, MaxSteps = 10_000, MaxDepth = 200;

    private static readonly CharacterSet s_digit = CharacterSet.Of(('0', '9')), s_space = CharacterSet.Of(('\t', '\n'), ('\f', '\r'), (' ', ' ')), s_word = CharacterSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_'));

    private readonly List<Step> _steps = [];
    private int _at, _depth;
    private bool _ignoreCase, _dotAll, _multiLine;

    /// <summary>The text that the pattern stands for, when it is plain text.</summary>
    public string? Literal { get; private set; }

    /// <exception cref="FormatException">It is no regular expression, or too large.</exception>
    public Step[] Parse()
    {
        if (source.Length > MaxLength) throw new FormatException($"it is longer than {MaxLength:N0} characters.");
        Alternatives();
        if (_at < source.Length) throw new FormatException("a ')' closes nothing.");
        Emit(new Step(StepKind.Match));
        if (_steps[..^1].TrueForAll(s => s.Kind == StepKind.Set && s.Set!.Single >= 0 && Rune.IsValid(s.Set.Single))) Literal = string.Concat(_steps[..^1].Select(s => char.ConvertFromUtf32(s.Set!.Single)));
        return [.. _steps];
    }

    private void Alternatives()
    {
        if (++_depth > MaxDepth) throw new FormatException($"groups lie deeper in each other than {MaxDepth}.");
        var start = _steps.Count;
        var jumps = new List<int>();
        Sequence();
        while (Take('|'))
        {
            // split over what stands before, which jumps to the end.
            Insert(start, new Step(StepKind.Split, 0));
            jumps.Add(Emit(new Step(StepKind.Jump)));
            _steps[start] = new Step(StepKind.Split, _steps.Count);
            start = _steps.Count;
            Sequence();
        }

        foreach (var jump in jumps) _steps[jump] = new Step(StepKind.Jump, _steps.Count);
        _depth--;
    }

    private void Sequence()
    {
        while (_at < source.Length && source[_at] is not ('|' or ')'))
        {
            var start = _steps.Count;
            if (!Atom()) continue;
            Repetition(start);
        }
    }

    private void Repetition(int start)
    {
        if (_at >= source.Length) return;
        int least, most;
        switch (source[_at])
        {
            case '*': (least, most) = (0, -1); break;
            case '+': (least, most) = (1, -1); break;
            case '?': (least, most) = (0, 1); break;
            case '{' when Counts(out least, out most, out var end): _at = end - 1; break;
            default: return;
        }

        _at++;
        Take('?');
        if (_at < source.Length && (source[_at] is '*' or '+' or '?' || (source[_at] == '{' && Counts(out _, out _, out _)))) throw new FormatException("a repetition follows another.");
        var body = _steps[start..];
        _steps.RemoveRange(start, _steps.Count - start);
        for (var i = 0; i < least; i++) Copy(body, start);
        if (most < 0)
        {
            if (least > 0)
            {
                // The last copy again and again.
                Emit(new Step(StepKind.Split, _steps.Count - body.Count));
                // A split goes on with the next step first, and back with the other.
                return;
            }

            var split = Emit(new Step(StepKind.Split));
            Copy(body, start);
            Emit(new Step(StepKind.Jump, split));
            _steps[split] = new Step(StepKind.Split, _steps.Count);
            return;
        }

        var splits = new List<int>();
        for (var i = least; i < most; i++)
        {
            splits.Add(Emit(new Step(StepKind.Split)));
            Copy(body, start);
        }

        foreach (var split in splits) _steps[split] = new Step(StepKind.Split, _steps.Count);
    }

    private bool Counts(out int least, out int most, out int end)
    {
        (least, most, end) = (0, 0, 0);
        var at = _at + 1;
        if (!Count(ref at, out least)) return false;
        most = least;
        if (at < source.Length && source[at] == ',')
        {
            at++;
            if (!Count(ref at, out most)) most = -1;
        }

        if (at >= source.Length || source[at] != '}') return false;
        end = at + 1;
        if (least > MaxRepeat || most > MaxRepeat || (most >= 0 && most < least)) throw new FormatException($"a repetition counts to {MaxRepeat:N0} at most, and upwards.");
        return true;
    }

    private bool Count(ref int at, out int count)
    {
        var start = at;
        for (count = 0; at < source.Length && char.IsAsciiDigit(source[at]); at++) count = Math.Min((count * 10) + source[at] - '0', MaxRepeat + 1);
        return at > start;
    }

    /// <returns>False when there is nothing that could be repeated.</returns>
    private bool Atom()
    {
        var c = CodePoints.At(source, _at, out var width);
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                _at++;
                Emit(Class());
                return true;
            case '.':
                _at++;
                var dot = _dotAll ? CharacterSet.Of((0, 0x10FFFF)) : CharacterSet.Of((0, '\n' - 1), ('\n' + 1, 0x10FFFF));
                Emit(dot);
                return true;
            case '^':
                _at++;
                Emit(new Step(_multiLine ? StepKind.LineStart : StepKind.TextStart));
                return true;
            case '$':
                _at++;
                Emit(new Step(_multiLine ? StepKind.LineEnd : StepKind.TextEnd));
                return true;
            case '*' or '+' or '?':
                throw new FormatException($"there is nothing before '{(char)c}' to repeat.");
            case '\\':
                return Escape();
            default:
                _at += width;
                Character(c);
                return true;
        }
    }

    private bool Group()
    {
        _at++;
        var (ignoreCase, dotAll, multiLine) = (_ignoreCase, _dotAll, _multiLine);
        if (Take('?'))
        {
            if (source.AsSpan(_at).StartsWith("P<", StringComparison.Ordinal) || (_at + 1 < source.Length && source[_at] == '<' && source[_at + 1] is not ('=' or '!')))
            {
                var close = source.IndexOf('>', _at);
                var name = close < 0 ? "" : source[(source.IndexOf('<', _at) + 1)..close];
                if (name.Length == 0 || !name.All(l => char.IsLetterOrDigit(l) || l == '_')) throw new FormatException("the name of a group is not right.");
                _at = close + 1;
            }
            else if (!Flags())
            {
                // Flags without a group hold to the end of the group they stand in.
                return false;
            }
        }

        Alternatives();
        if (!Take(')')) throw new FormatException("a '(' is not closed.");
        (_ignoreCase, _dotAll, _multiLine) = (ignoreCase, dotAll, multiLine);
        return true;
    }

    /// <returns>Whether a group follows.</returns>
    private bool Flags()
    {
        var on = true;
        for (; _at < source.Length; _at++)
        {
            switch (source[_at])
            {
                case 'i': _ignoreCase = on; continue;
                case 's': _dotAll = on; continue;
                case 'm': _multiLine = on; continue;
                case 'U': continue;
                case '-' when on: on = false; continue;
                case ':': _at++; return true;
                case ')': _at++; return false;
            }

            break;
        }

        throw new FormatException("this kind of group is not supported (there are no look-around, back references or conditions, as matching takes linear time).");
    }

    private bool Escape()
    {
        _at++;
        if (_at >= source.Length) throw new FormatException("a backslash stands at its end.");
        switch (source[_at])
        {
            case 'A': _at++; Emit(new Step(StepKind.TextStart)); return true;
            case 'z': _at++; Emit(new Step(StepKind.TextEnd)); return true;
            case 'b': _at++; Emit(new Step(StepKind.WordEdge)); return true;
            case 'B': _at++; Emit(new Step(StepKind.NoWordEdge)); return true;
            case 'Q':
                var end = source.IndexOf("\\E", _at + 1, StringComparison.Ordinal);
                var quoted = source[(_at + 1)..(end < 0 ? source.Length : end)];
                _at = end < 0 ? source.Length : end + 2;
                if (quoted.Length == 0) return false;
                for (var i = 0; i < quoted.Length;)
                {
                    // What follows repeats the last character only.
                    var c = CodePoints.At(quoted, i, out var width);
                    i += width;
                    var start = _steps.Count;
                    Character(c);
                    if (i >= quoted.Length) Repetition(start);
                }

                return false;
            case 'E':
                _at++;
                return false;
        }

        var set = new CharacterSet();
        if (!SetEscape(set))
        {
            Character(CharacterEscape());
            return true;
        }

        Emit(set);
        return true;
    }

    /// <summary>An escape that stands for a set: <c>\d \w \s \pL</c> and their opposites.</summary>
    private bool SetEscape(CharacterSet set)
    {
        var c = source[_at];
        switch (c)
        {
            case 'd' or 'D': set.Add(s_digit, c == 'D'); break;
            case 's' or 'S': set.Add(s_space, c == 'S'); break;
            case 'w' or 'W': set.Add(s_word, c == 'W'); break;
            case 'p' or 'P':
                _at++;
                var name = "";
                if (Take('{'))
                {
                    var close = source.IndexOf('}', _at);
                    if (close < 0) throw new FormatException("the name of a category is not closed.");
                    name = source[_at..close];
                    _at = close;
                }
                else if (_at < source.Length)
                {
                    name = source[_at].ToString();
                }

                var negated = c == 'P';
                if (name.StartsWith('^')) (name, negated) = (name[1..], !negated);
                if (!set.AddCategory(name, negated)) throw new FormatException($"'{CelTime.Shown(name)}' is no general category of Unicode (scripts are not known).");
                break;
            default:
                return false;
        }

        _at++;
        return true;
    }

    private int CharacterEscape()
    {
        var c = CodePoints.At(source, _at, out var width);
        _at += width;
        switch (c)
        {
            case 'a': return '\a';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'v': return '\v';
            case 'x':
                string digits;
                if (Take('{'))
                {
                    var close = source.IndexOf('}', _at);
                    digits = close < 0 ? "" : source[_at..close];
                    _at = close < 0 ? _at : close + 1;
                }
                else
                {
                    digits = source.Substring(_at, Math.Min(2, source.Length - _at));
                    _at += digits.Length;
                    if (digits.Length < 2) digits = "";
                }

                return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && code is >= 0 and <= 0x10FFFF ? code : throw new FormatException("an escape \\x needs two hexadecimal digits, or up to 10FFFF in braces.");
            case >= '0' and <= '7' when c == '0' || (_at < source.Length && source[_at] is >= '0' and <= '7'):
                var octal = c - '0';
                for (var i = 0; i < 2 && _at < source.Length && source[_at] is >= '0' and <= '7'; i++) octal = (octal * 8) + source[_at++] - '0';
                return octal;
            case < 128 when !char.IsAsciiLetterOrDigit((char)c):
                return c;
            default:
                throw new FormatException($"the escape '\\{char.ConvertFromUtf32(Rune.IsValid(c) ? c : 0xFFFD)}' is not known.");
        }
    }

    private CharacterSet Class()
    {
        var set = new CharacterSet();
        var negated = Take('^');
        for (var first = true; ; first = false)
        {
            if (_at >= source.Length) throw new FormatException("a '[' is not closed.");
            if (source[_at] == ']' && !first) break;
            if (source.AsSpan(_at).StartsWith("[:", StringComparison.Ordinal) && source.IndexOf(":]", _at, StringComparison.Ordinal) is var end and > 0)
            {
                Named(set, source[(_at + 2)..end]);
                _at = end + 2;
                continue;
            }

            if (source[_at] == '\\' && _at + 1 < source.Length)
            {
                _at++;
                if (SetEscape(set)) continue;
                _at--;
            }

            var from = ClassCharacter();
            var to = from;
            if (_at + 1 < source.Length && source[_at] == '-' && source[_at + 1] != ']')
            {
                _at++;
                to = ClassCharacter();
                if (to < from) throw new FormatException("a range of characters runs backwards.");
            }

            set.Add(from, to);
        }

        _at++;
        if (_ignoreCase) set.Fold();
        if (negated) set.Negate();
        return set;
    }

    private int ClassCharacter()
    {
        if (_at >= source.Length) throw new FormatException("a '[' is not closed.");
        if (source[_at] == '\\')
        {
            _at++;
            return _at < source.Length ? CharacterEscape() : throw new FormatException("a backslash stands at its end.");
        }

        var c = CodePoints.At(source, _at, out var width);
        _at += width;
        return c;
    }

    private static void Named(CharacterSet set, string name)
    {
        var negated = name.StartsWith('^');
        var ranges = (negated ? name[1..] : name) switch
        {
            "alnum" => CharacterSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z')),
            "alpha" => CharacterSet.Of(('A', 'Z'), ('a', 'z')),
            "ascii" => CharacterSet.Of((0, 0x7F)),
            "blank" => CharacterSet.Of(('\t', '\t'), (' ', ' ')),
            "cntrl" => CharacterSet.Of((0, 0x1F), (0x7F, 0x7F)),
            "digit" => s_digit,
            "graph" => CharacterSet.Of(('!', '~')),
            "lower" => CharacterSet.Of(('a', 'z')),
            "print" => CharacterSet.Of((' ', '~')),
            "punct" => CharacterSet.Of(('!', '/'), (':', '@'), ('[', '`'), ('{', '~')),
            "space" => CharacterSet.Of(('\t', '\r'), (' ', ' ')),
            "upper" => CharacterSet.Of(('A', 'Z')),
            "word" => s_word,
            "xdigit" => CharacterSet.Of(('0', '9'), ('A', 'F'), ('a', 'f')),
            _ => throw new FormatException($"there is no class '[:{CelTime.Shown(name)}:]'."),
        };
        set.Add(ranges, negated);
    }

    private void Character(int c)
    {
        var set = CharacterSet.Of((c, c));
        if (_ignoreCase) set.Fold();
        Emit(set);
    }

    private void Emit(CharacterSet set) => Emit(new Step(StepKind.Set, 0, set.Seal()));

    private int Emit(Step step)
    {
        if (_steps.Count >= MaxSteps) throw new FormatException($"it is too large (more than {MaxSteps:N0} states).");
        _steps.Add(step);
        return _steps.Count - 1;
    }

    /// <summary>Copies steps to the end; where they lead within themselves they lead within the copy.</summary>
    private void Copy(List<Step> body, int start)
    {
        if (_steps.Count + body.Count > MaxSteps) throw new FormatException($"it is too large (more than {MaxSteps:N0} states).");
        var shift = _steps.Count - start;
        foreach (var step in body) _steps.Add(step.Kind is StepKind.Jump or StepKind.Split ? step with { Other = step.Other + shift } : step);
    }

    private void Insert(int at, Step step)
    {
        _steps.Insert(at, step);
        for (var i = at + 1; i < _steps.Count; i++)
        {
            if (_steps[i].Kind is StepKind.Jump or StepKind.Split && _steps[i].Other >= at) _steps[i] = _steps[i] with { Other = _steps[i].Other + 1 };
        }
    }

    private bool Take(char c)
    {
        if (_at >= source.Length || source[_at] != c) return false;
        _at++;
        return true;
    }
}
