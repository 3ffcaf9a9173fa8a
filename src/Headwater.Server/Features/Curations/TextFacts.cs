using System.Security.Cryptography;
using System.Text;
using Headwater.Core.Licences;
using Headwater.Core.Licences.Identification;

namespace Headwater.Server.Features.Curations;

/// <summary>A passage in which a text states a licence.</summary>
/// <param name="By">How it was found: tag, exact, alike.</param>
/// <param name="Kind">What kind of passage it is.</param>
/// <param name="Phrase">The hash of its words: the same wherever they stand.</param>
internal sealed record TextMatch(string Expression, int StartLine, int EndLine, double Coverage, string By, string Kind, string Rule, bool Concludes, string? Note, string Phrase);

/// <summary>What a text states.</summary>
/// <param name="Effective">The same without what is no licence here.</param>
/// <param name="LeftOut">How many passages are none.</param>
/// <param name="IsUnrecognised">Whether it says much, and no licence that is known. What a person left passages out of was looked at, and is none.</param>
internal sealed record TextFact(string? Expression, string? Effective, int LeftOut, IReadOnlyList<TextMatch> Matches, IReadOnlyList<string> Copyrights, string? Remark, bool IsUnrecognised = false);

/// <summary>Somebody said that a passage is no licence here.</summary>
/// <param name="Sha256">The text, with the lines between which it stands; null where it is the same words anywhere.</param>
internal sealed record LeftOutPassage(string? Sha256, string? Rule, int StartLine, int EndLine, string? Phrase)
{
    public bool Is(TextMatch match) => Sha256 is null ? match.Phrase == Phrase : match.Rule == Rule && match.StartLine >= StartLine && match.EndLine <= EndLine;
}

/// <summary>Reads texts.</summary>
internal static class TextFacts
{
    private const int MostMatches = 200, MostCopyrights = 500;

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static TextFact Of(LicenceLibrary library, string text, IReadOnlyList<LeftOutPassage> passages)
    {
        var lines = Lines(text);
        var read = library.Identify(text);
        IReadOnlyList<TextMatch> matches = [.. read.Matches.Take(MostMatches).Select(m => new TextMatch(m.Expression, m.StartLine, m.EndLine, Math.Round(m.Coverage, 3), m.By.ToString().ToLowerInvariant(), m.Kind.ToString().ToLowerInvariant(), m.Rule, m.Concludes, m.Note, Phrase(lines, m.StartLine, m.EndLine)))];
        var expression = read.Expression?.ToString();
        IReadOnlyList<string> copyrights = [.. read.Copyrights.Take(MostCopyrights)];
        var left = matches.Where(m => passages.Any(p => p.Is(m))).ToList();
        if (left.Count == 0) return new TextFact(expression, expression, 0, matches, copyrights, read.Remark, StatedLicence.Of(text, read).IsUnrecognised);
        // What is left is read again without these lines: what they explained stands for itself then.
        foreach (var match in left)
            for (var line = match.StartLine; line <= Math.Min(match.EndLine, lines.Length); line++) lines[line - 1] = "";
        return new TextFact(expression, library.Identify(string.Join('\n', lines)).Expression?.ToString(), left.Count, matches, copyrights, read.Remark);
    }

    public static string[] Lines(string text) => text.ReplaceLineEndings("\n").Split('\n');

    /// <summary>The lines of a passage, as they are written.</summary>
    public static string Passage(string text, int startLine, int endLine) => string.Join('\n', Lines(text).Skip(startLine - 1).Take(endLine - startLine + 1));

    /// <summary>The hash of the words between two lines, without regard to case, signs and line breaks.</summary>
    private static string Phrase(string[] lines, int startLine, int endLine)
    {
        var words = new StringBuilder();
        var space = false;
        for (var line = startLine; line <= Math.Min(endLine, lines.Length); line++)
        {
            foreach (var c in lines[line - 1])
            {
                if (char.IsLetterOrDigit(c))
                {
                    if (space && words.Length > 0) words.Append(' ');
                    space = false;
                    words.Append(char.ToLowerInvariant(c));
                }
                else
                {
                    space = true;
                }
            }

            space = true;
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(words.ToString())).AsSpan(0, 16));
    }
}
