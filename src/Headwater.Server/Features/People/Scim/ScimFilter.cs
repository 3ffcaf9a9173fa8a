using System.Globalization;
using System.Text.Json;

namespace Headwater.Server.Features.People.Scim;

/// <summary>A filter of SCIM (RFC 7644, section 3.4.2.2), read into a tree.</summary>
internal abstract record ScimFilter
{
    private const int Longest = 4000, Deepest = 20;

    /// <param name="Path">Lower case; <c>emails[type eq "work"]</c> gives <c>emails.type</c>.</param>
    /// <param name="Operator">eq, ne, co, sw, ew, gt, ge, lt, le, or pr, which has no value.</param>
    /// <param name="Value">A text, a truth, a number, or null.</param>
    public sealed record Compare(string Path, string Operator, object? Value) : ScimFilter;

    public sealed record Both(ScimFilter Left, ScimFilter Right) : ScimFilter;

    public sealed record Either(ScimFilter Left, ScimFilter Right) : ScimFilter;

    public sealed record Not(ScimFilter Inner) : ScimFilter;

    /// <exception cref="ScimException">It is none.</exception>
    public static ScimFilter Parse(string text)
    {
        if (text.Length > Longest) throw ScimException.Filter($"A filter has at most {Longest} characters.");
        var reader = new Reader(text);
        var filter = reader.Or("", 0);
        return reader.AtEnd ? filter : throw ScimException.Filter($"The filter goes on after its end, at character {reader.At + 1}.");
    }

    private sealed class Reader(string text)
    {
        private static readonly HashSet<string> Operators = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];

        public int At { get; private set; }

        public bool AtEnd
        {
            get
            {
                Skip();
                return At == text.Length;
            }
        }

        public ScimFilter Or(string prefix, int depth)
        {
            if (depth > Deepest) throw ScimException.Filter("The filter is nested too deeply.");
            var left = And(prefix, depth);
            while (Take("or")) left = new Either(left, And(prefix, depth));
            return left;
        }

        private ScimFilter And(string prefix, int depth)
        {
            var left = One(prefix, depth);
            while (Take("and")) left = new Both(left, One(prefix, depth));
            return left;
        }

        private ScimFilter One(string prefix, int depth)
        {
            if (Take("not"))
            {
                Expect('(');
                return new Not(Closed(')'));
            }

            if (TakeSign('(')) return Closed(')');
            var path = prefix + Word().ToLowerInvariant();
            if (TakeSign('[')) return prefix.Length > 0 ? throw ScimException.Filter("Brackets stand in brackets.") : Inside(path);
            var word = Word().ToLowerInvariant();
            if (word == "pr") return new Compare(path, "pr", null);
            return Operators.Contains(word) ? new Compare(path, word, Value()) : throw ScimException.Filter($"“{word}” is no operator; there are eq, ne, co, sw, ew, pr, gt, ge, lt and le.");

            ScimFilter Closed(char end)
            {
                var inner = Or(prefix, depth + 1);
                Expect(end);
                return inner;
            }

            ScimFilter Inside(string of)
            {
                var inner = Or(of + ".", depth + 1);
                Expect(']');
                return inner;
            }
        }

        private object? Value()
        {
            Skip();
            if (At < text.Length && text[At] == '"')
            {
                var start = At++;
                while (At < text.Length && text[At] != '"') At += text[At] == '\\' ? 2 : 1;
                if (At >= text.Length) throw ScimException.Filter("A quoted text does not end.");
                At++;
                try
                {
                    return JsonSerializer.Deserialize<string>(text.AsSpan(start, At - start));
                }
                catch (JsonException)
                {
                    throw ScimException.Filter("A quoted text is not written as JSON does.");
                }
            }

            return Word().ToLowerInvariant() switch
            {
                "true" => true,
                "false" => false,
                "null" => null,
                var other => double.TryParse(other, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw ScimException.Filter($"“{other}” is no value; a text stands in double quotes."),
            };
        }

        private string Word()
        {
            Skip();
            var start = At;
            while (At < text.Length && (char.IsAsciiLetterOrDigit(text[At]) || text[At] is '.' or ':' or '_' or '-' or '$')) At++;
            return At > start ? text[start..At] : throw ScimException.Filter($"Something is missing at character {At + 1}.");
        }

        private bool Take(string word)
        {
            Skip();
            if (At + word.Length > text.Length || !text.AsSpan(At, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase)) return false;
            if (At + word.Length < text.Length && text[At + word.Length] is not (' ' or '(')) return false;
            At += word.Length;
            return true;
        }

        private bool TakeSign(char sign)
        {
            Skip();
            if (At == text.Length || text[At] != sign) return false;
            At++;
            return true;
        }

        private void Expect(char sign)
        {
            if (!TakeSign(sign)) throw ScimException.Filter($"“{sign}” is missing at character {At + 1}.");
        }

        private void Skip()
        {
            while (At < text.Length && text[At] == ' ') At++;
        }
    }
}
