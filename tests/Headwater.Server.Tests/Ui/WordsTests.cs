using System.Text;
using System.Text.RegularExpressions;
using Headwater.Server.Platform.Ui;

namespace Headwater.Server.Tests.Ui;

/// <summary>Every word a person reads comes from the texts, and every text that is asked for is there.</summary>
public sealed partial class WordsTests
{
    private static readonly string Server = Path.Combine(FindRoot(), "src", "Headwater.Server");

    [Fact]
    public void Pages_HoldNoLiteralText()
    {
        var found = new List<string>();
        foreach (var file in Files("*.razor"))
        {
            foreach (var text in RazorText.Of(File.ReadAllText(file)))
            {
                if (Letters().IsMatch(text)) found.Add($"{Path.GetRelativePath(Server, file)}: {text.Trim()}");
            }
        }

        found.ShouldBeEmpty();
    }

    [Fact]
    public void Keys_AskedFor_Exist()
    {
        var texts = Localiser.Load("en");
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in Files("*.razor").Concat(Files("*.cs")))
        {
            var source = File.ReadAllText(file);
            foreach (Match match in AskedKey().Matches(source))
            {
                var key = match.Groups[1].Value + match.Groups[2].Value;
                if (!texts.Has(key)) missing.Add($"{Path.GetRelativePath(Server, file)}: {key}");
            }
        }

        missing.ShouldBeEmpty();
    }

    [Fact]
    public void Keys_ThatExist_AreUsed()
    {
        var sources = string.Join('\n', Files("*.razor").Concat(Files("*.cs")).Select(File.ReadAllText));
        Localiser.Load("en").Keys
            .Where(key => !sources.Contains($"\"{key}\"", StringComparison.Ordinal) && !DerivedKey().IsMatch(key))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Plural_OneAndMany_ChooseTheForm()
    {
        var texts = Localiser.Load("en");
        texts.N("time.days", 1).ShouldBe("1 day");
        texts.N("time.days", 1234).ShouldBe("1,234 days");
        texts["no.such.key"].ShouldBe("no.such.key");
    }

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Server, pattern, SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !f.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !f.Contains("node_modules", StringComparison.Ordinal));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Headwater.slnx"))) folder = folder.Parent;
        return folder!.FullName;
    }

    [GeneratedRegex(@"\p{L}{2,}", RegexOptions.None, 2000)]
    private static partial Regex Letters();

    [GeneratedRegex(@"\b(?:L|text)(?:\[|\.N\(|\.Of\(|\.Form\()\s*""([a-z][A-Za-z0-9.]*[A-Za-z0-9])""|(?:<Say Key|CountKey)=""([a-z][A-Za-z0-9.]+)""", RegexOptions.None, 2000)]
    private static partial Regex AskedKey();

    /// <summary>Keys that code puts together from a stem: the error pages, the kinds of job, and what stands in the audit log.</summary>
    [GeneratedRegex(@"^(error\.\d+|job|act|recorded)\.", RegexOptions.None, 2000)]
    private static partial Regex DerivedKey();

    /// <summary>The parts of a Razor file that would reach a reader as they stand: text between tags, and the attributes that are read out or shown.</summary>
    private static class RazorText
    {
        private static readonly string[] Shown = ["title", "aria-label", "alt", "placeholder", "label", "Title", "Label", "Text", "Why", "Hint", "Note", "Caption", "Empty", "Prefix"];

        public static IEnumerable<string> Of(string source)
        {
            var comments = Regex.Replace(source, @"@\*.*?\*@", "", RegexOptions.Singleline, TimeSpan.FromSeconds(2));
            var code = comments.IndexOf("@code {", StringComparison.Ordinal);
            var markup = code < 0 ? comments : comments[..code];
            markup = Regex.Replace(markup, @"^@(page|using|inject|attribute|typeparam|layout|inherits|implements|namespace)\b.*$", "", RegexOptions.Multiline, TimeSpan.FromSeconds(2));
            var text = new StringBuilder();
            for (var i = 0; i < markup.Length;)
            {
                if (markup[i] == '<' && i + 1 < markup.Length && (char.IsAsciiLetter(markup[i + 1]) || markup[i + 1] is '/' or '!'))
                {
                    var end = TagEnd(markup, i);
                    foreach (var attribute in Attributes(markup[i..end])) yield return attribute;
                    text.Append('\n');
                    i = end;
                }
                else
                {
                    text.Append(markup[i++]);
                }
            }

            // What is left is text and Razor's own control flow; a line that is neither code nor an expression is a literal.
            foreach (var line in text.ToString().Split('\n'))
            {
                var rest = Expressions(line).Trim();
                if (rest.Length == 0 || CodeLine(rest)) continue;
                yield return rest;
            }
        }

        private static bool CodeLine(string line) =>
            Regex.IsMatch(line, @"^[{}\s]*(else\b|if\b|for\b|foreach\b|var\b|switch\b|case\b|break\b|default\b|while\b|@:|\{|\}|//)|[;{]\s*$|=>|^\s*\(|^\)", RegexOptions.None, TimeSpan.FromSeconds(2));

        /// <summary>Takes <c>@…</c> expressions out of a line.</summary>
        private static string Expressions(string line)
        {
            var kept = new StringBuilder();
            for (var i = 0; i < line.Length;)
            {
                if (line[i] != '@') { kept.Append(line[i++]); continue; }
                i++;
                if (i < line.Length && line[i] == '@') { kept.Append(line[i++]); continue; }
                var control = Regex.Match(line[i..], @"^(if|foreach|for|switch|while|using|lock)\b", RegexOptions.None, TimeSpan.FromSeconds(1));
                if (control.Success) { kept.Append(line.AsSpan(i)); break; }
                while (i < line.Length && (char.IsLetterOrDigit(line[i]) || line[i] is '_' or '.' or '(' or '[' or '!' or '?'))
                {
                    if (line[i] is '(' or '[') i = Balanced(line, i);
                    else i++;
                }
            }

            return kept.ToString();
        }

        private static int Balanced(string s, int i)
        {
            var depth = 0;
            for (; i < s.Length; i++)
            {
                if (s[i] is '(' or '[' or '{') depth++;
                else if (s[i] is ')' or ']' or '}' && --depth == 0) return i + 1;
                else if (s[i] == '"') i = s.IndexOf('"', i + 1) is var q and >= 0 ? q : s.Length - 1;
            }

            return s.Length;
        }

        /// <summary>Where a tag ends; a <c>></c> inside quotes or a Razor expression does not end it.</summary>
        private static int TagEnd(string s, int i)
        {
            for (; i < s.Length; i++)
            {
                if (s[i] == '>') return i + 1;
                if (s[i] is '"' or '\'') i = QuoteEnd(s, i);
            }

            return s.Length;
        }

        private static int QuoteEnd(string s, int open)
        {
            var depth = 0;
            for (var i = open + 1; i < s.Length; i++)
            {
                if (s[i] is '(' or '[') depth++;
                else if (s[i] is ')' or ']') depth--;
                else if (s[i] == s[open] && depth <= 0) return i;
            }

            return s.Length - 1;
        }

        private static IEnumerable<string> Attributes(string tag)
        {
            foreach (Match match in Regex.Matches(tag, @"\s([A-Za-z-]+)=""([^""@][^""]*)""", RegexOptions.None, TimeSpan.FromSeconds(2)))
            {
                // A component's parameter may be an expression without @; a plain string has blanks or starts with a capital and is only letters.
                if (Shown.Contains(match.Groups[1].Value, StringComparer.Ordinal) && !Regex.IsMatch(match.Groups[2].Value, @"^[\w.]+(\(.*\))?$", RegexOptions.None, TimeSpan.FromSeconds(1)))
                    yield return match.Groups[2].Value;
            }
        }
    }
}
