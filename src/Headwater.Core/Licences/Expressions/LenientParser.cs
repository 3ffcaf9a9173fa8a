using System.Text.Json;

namespace Headwater.Core.Licences.Expressions;

/// <summary>
/// Reads what people write into fields for licences. The text is cut into words; names of licences are sought as long as they can be, so that "GNU General Public License v2 or later" is one of them; what stands between must join
/// them. Nothing is guessed: a name that could be several licences is an error that says so.
/// </summary>
internal sealed class LenientParser(LicenceNames names, LicenceAliases aliases, IReadOnlyDictionary<string, IReadOnlyList<string>> associations)
{
    /// <summary>So many words a name has at most.</summary>
    private const int LongestName = 24;

    /// <summary>So many pieces an expression has at most.</summary>
    private const int Most = 2_000;

    /// <summary>So deep parentheses lie in each other.</summary>
    private const int Deepest = 100;

    private const string UnknownReference = "LicenseRef-scancode-unknown-license-reference";

    public ExpressionResult Parse(string text)
    {
        var strict = StrictParser.Parse(text, names, true);
        if (strict.IsRead) return strict;
        var repairs = new List<string>();
        var cleaned = Clean(text, repairs, out var whole);
        if (whole is not null) return Read(whole, repairs, text);
        if (cleaned.Length == 0) return ExpressionResult.Failed("There is no expression.", 0);
        if (cleaned is "NONE" or "NOASSERTION") return ExpressionResult.Failed($"{cleaned} is a value of the field and no expression.", 0);
        var offset = Math.Max(0, text.IndexOf(cleaned, StringComparison.Ordinal));
        var lexemes = ExpressionLexer.Cut(cleaned);
        if (lexemes.Count > Most) return ExpressionResult.Failed($"It has more than {Most} words.", offset + lexemes[Most].Start);
        var run = new Run(this, cleaned, lexemes);
        if (!run.Segment()) return ExpressionResult.Failed(run.Error, offset + run.ErrorAt);
        var items = run.Items;
        var at = 0;
        var expression = Join(items, ref at, 0, repairs, out var error);
        if (expression is null) return ExpressionResult.Failed(error!, offset + (at < items.Count ? items[at].Start : cleaned.Length));
        repairs.AddRange(items.Where(i => i.Repair is not null).Select(i => i.Repair!).Distinct(StringComparer.Ordinal));
        if (repairs.Count == 0) repairs.Add($"'{Short(text)}' was read as {expression}.");
        return new ExpressionResult { Expression = expression, Repairs = repairs };
    }

    /// <summary>Takes off what is no part of an expression. What the whole stands for, when that is known at once, is in <paramref name="whole"/>.</summary>
    private string Clean(string text, List<string> repairs, out string? whole)
    {
        whole = null;
        var cleaned = text.Trim();
        if (cleaned.Length > 1 && cleaned[0] is '[' or '{' && FromJson(cleaned) is { } json)
        {
            repairs.Add("It was read from the object that package.json once held.");
            cleaned = json;
        }

        if (cleaned.Length > 2 && cleaned[0] is '"' or '\'' && cleaned[^1] == cleaned[0])
        {
            repairs.Add("The quotation marks around it were taken off.");
            cleaned = cleaned[1..^1].Trim();
        }

        if (cleaned.EndsWith('*') && cleaned.Length > 1)
        {
            repairs.Add("The asterisk says that a tool has guessed this from a text.");
            cleaned = cleaned.TrimEnd('*').TrimEnd();
        }

        if (cleaned.StartsWith("License ::", StringComparison.OrdinalIgnoreCase) && aliases.OfName(cleaned) is null)
        {
            repairs.Add("It was read from a classifier of the Python package index.");
            cleaned = cleaned[(cleaned.LastIndexOf("::", StringComparison.Ordinal) + 2)..].Trim();
        }

        if (cleaned.Equals("UNLICENSED", StringComparison.OrdinalIgnoreCase))
        {
            repairs.Add("UNLICENSED says that no rights are given; it is not the Unlicense.");
            whole = "LicenseRef-scancode-proprietary-license";
        }
        else if (PointedTo(cleaned) is { } file)
        {
            repairs.Add($"It points to the file '{Short(file)}', whose text has to be read.");
            whole = UnknownReference;
        }

        return cleaned;
    }

    /// <summary>The file that a field names in place of a licence.</summary>
    private static string? PointedTo(string text)
    {
        foreach (var words in (ReadOnlySpan<string>)["SEE LICENSE IN ", "SEE LICENCE IN ", "SEE FILE ", "FILE: "])
            if (text.StartsWith(words, StringComparison.OrdinalIgnoreCase)) return text[words.Length..].Trim('<', '>', ' ');
        return text.Contains(' ', StringComparison.Ordinal) || LicenceAliases.IsAddress(text) ? null : Path.GetExtension(text).ToUpperInvariant() is ".TXT" or ".MD" or ".RST" or ".HTML" or ".RTF" ? text
            : text.Equals("LICENSE", StringComparison.OrdinalIgnoreCase) || text.Equals("COPYING", StringComparison.OrdinalIgnoreCase) || text.Equals("LICENCE", StringComparison.OrdinalIgnoreCase) ? text : null;
    }

    private static string? FromJson(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var parts = json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement.EnumerateArray().Select(Named).ToList() : [Named(json.RootElement)];
            return parts.Count == 0 || parts.Contains(null) ? null : parts.Count == 1 ? parts[0] : string.Join(" OR ", parts.Select(p => $"({p})"));
        }
        catch (JsonException)
        {
            return null;
        }

        static string? Named(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.String => element.GetString(),
            JsonValueKind.Object when element.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String => type.GetString(),
            JsonValueKind.Object when element.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String => name.GetString(),
            JsonValueKind.Object when element.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String => url.GetString(),
            _ => null,
        };
    }

    private ExpressionResult Read(string expression, List<string> repairs, string text)
    {
        var read = StrictParser.Parse(expression, names, true);
        return read.IsRead ? read with { Repairs = repairs } : ExpressionResult.Failed($"'{Short(text)}' stands for {expression}, which is not known.", 0);
    }

    /// <summary>Puts items together: a comma binds the least, then OR, AND, WITH.</summary>
    private static LicenceExpression? Join(List<Item> items, ref int at, int level, List<string> repairs, out string? error)
    {
        error = null;
        if (level == 4)
        {
            if (at >= items.Count) return Expected(out error);
            var item = items[at];
            if (item.Expression is not null)
            {
                at++;
                return item.Expression;
            }

            if (!item.Opens) return Expected(out error);
            at++;
            var inner = Join(items, ref at, 0, repairs, out error);
            if (inner is null) return null;
            if (at < items.Count && items[at].Closes) at++;
            else repairs.Add("A parenthesis was not closed.");
            return inner;
        }

        var (comma, choice) = level switch { 0 => (true, true), 1 => (true, false), 2 => (false, true), _ => (false, false) };
        var first = Join(items, ref at, level + 1, repairs, out error);
        if (first is null) return null;
        var parts = new List<LicenceExpression> { first };
        while (at < items.Count && items[at].Operator is { } op && items[at].Comma == comma && op == (choice ? "OR" : "AND"))
        {
            at++;
            if (Join(items, ref at, level + 1, repairs, out error) is not { } next) return null;
            parts.Add(next);
        }

        return LicenceCombination.Of(choice, parts);

        static LicenceExpression? Expected(out string? error)
        {
            error = "A licence is expected here.";
            return null;
        }
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";

    /// <summary>A licence, a parenthesis or what joins.</summary>
    private readonly record struct Item(int Start, LicenceExpression? Expression = null, bool Opens = false, bool Closes = false, string? Operator = null, bool Comma = false, string? Repair = null);

    /// <summary>One text on its way.</summary>
    private sealed class Run(LenientParser parser, string text, List<Lexeme> lexemes)
    {
        private readonly HashSet<(int At, bool Operand, int Depth)> _seen = [];
        private readonly List<Item> _items = [];
        private int _furthest;

        public List<Item> Items => _items;

        public int ErrorAt => _furthest < lexemes.Count ? lexemes[_furthest].Start : text.Length;

        public string Error
        {
            get
            {
                if (_furthest >= lexemes.Count) return "A licence is expected, and the text ends.";
                var rest = text[lexemes[_furthest].Start..];
                return $"'{Short(rest)}' begins with no known name of one licence.";
            }
        }

        /// <summary>Finds items that follow each other as they may. Long names are tried first; where that leads nowhere, shorter ones.</summary>
        public bool Segment()
        {
            // Each step is a place, and the next length to try there; kept apart from the call stack, for texts of thousands of words.
            var steps = new Stack<(int At, bool Operand, int Depth, int Length, int Items)>();
            steps.Push((0, true, 0, LongestName, 0));
            while (steps.TryPop(out var step))
            {
                _items.RemoveRange(step.Items, _items.Count - step.Items);
                // What was tried from here leads nowhere, or is on the stack and will be tried.
                if (step.Length == LongestName && !_seen.Add((step.At, step.Operand, step.Depth))) continue;
                _furthest = Math.Max(_furthest, step.At);
                if (step.At == lexemes.Count)
                {
                    if (!step.Operand) return true;
                    continue;
                }

                var lexeme = lexemes[step.At];
                if (!step.Operand)
                {
                    if (lexeme.Kind == LexemeKind.Close)
                    {
                        if (step.Depth > 0) Go(step.At + 1, false, step.Depth - 1, new Item(lexeme.Start, Closes: true));
                    }
                    else if (lexeme.Kind == LexemeKind.Join && lexeme.Operator != "WITH")
                    {
                        // ", and" is one operator that binds less.
                        var follows = lexeme.Comma && step.At + 1 < lexemes.Count && lexemes[step.At + 1] is { Kind: LexemeKind.Join, Operator: not "WITH" } next ? next : (Lexeme?)null;
                        Go(step.At + (follows is null ? 1 : 2), true, step.Depth, new Item(lexeme.Start, Operator: follows?.Operator ?? lexeme.Operator, Comma: lexeme.Comma, Repair: Joined(lexeme, follows)));
                    }

                    continue;
                }

                var found = false;
                for (var length = Math.Min(step.Length, lexemes.Count - step.At); length > 0 && !found; length--)
                {
                    if (Operand(step.At, length) is not { } item) continue;
                    if (length > 1) steps.Push((step.At, true, step.Depth, length - 1, step.Items));
                    found = true;
                    Go(step.At + length, false, step.Depth, item);
                }

                if (!found && lexeme.Kind == LexemeKind.Open && step.Depth < Deepest) Go(step.At + 1, true, step.Depth + 1, new Item(lexeme.Start, Opens: true));

                void Go(int at, bool operand, int depth, Item item)
                {
                    _items.Add(item);
                    steps.Push((at, operand, depth, LongestName, _items.Count));
                }
            }

            return false;
        }

        private string? Joined(Lexeme lexeme, Lexeme? follows)
        {
            var written = text[lexeme.Start..(follows ?? lexeme).End];
            var op = (follows ?? lexeme).Operator;
            return written == op || written == op!.ToLowerInvariant() ? null : $"'{written}' was read as {op}.";
        }

        /// <summary>The licence that so many lexemes name together.</summary>
        private Item? Operand(int at, int length)
        {
            var (start, end) = (lexemes[at].Start, lexemes[at + length - 1].End);
            if (lexemes[at].Kind is LexemeKind.Join or LexemeKind.Close || lexemes[at + length - 1].Kind is LexemeKind.Join or LexemeKind.Open || !Balanced(at, length)) return null;
            var written = text[start..end];
            if (parser.Named(written) is { } name) return new Item(start, name, Repair: name.ToString() == written ? null : $"'{Short(written)}' was read as {name}.");
            for (var i = at + 1; i < at + length - 1; i++)
                if (lexemes[i].Operator == "WITH" && parser.Excepted(text[start..lexemes[i - 1].End], text[lexemes[i + 1].Start..end]) is { } excepted) return new Item(start, excepted, Repair: $"'{Short(written)}' was read as {excepted}.");
            return null;
        }

        private bool Balanced(int at, int length)
        {
            var depth = 0;
            for (var i = at; i < at + length; i++)
            {
                if (lexemes[i].Kind == LexemeKind.Open) depth++;
                if (lexemes[i].Kind == LexemeKind.Close && --depth < 0) return false;
            }

            return depth == 0;
        }
    }

    private LicenceExpression? Named(string written)
    {
        var strict = StrictParser.Parse(written, names, true);
        if (strict.Expression is LicenceTerm) return strict.Expression;
        var known = LicenceAliases.IsAddress(written) ? aliases.OfAddress(written) : aliases.OfName(written);
        return known is null ? null : StrictParser.Parse(known, names, true).Expression;
    }

    /// <summary>A licence with an exception that is named, not by its identifier. Of several it may be, the only one that is made for the licence.</summary>
    private LicenceTerm? Excepted(string licence, string exception)
    {
        if (Named(licence) is not LicenceTerm { Exception: null } term) return null;
        if (names.Exception(exception) is { } id) return term with { Exception = id };
        var candidates = aliases.Exceptions(exception);
        if (candidates.Count > 1) candidates = [.. candidates.Where(c => associations.TryGetValue(c, out var made) && made.Contains(term.Licence))];
        return candidates.Count == 1 ? term with { Exception = candidates[0] } : null;
    }
}
