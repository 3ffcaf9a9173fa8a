using Headwater.Core.Policies.Cel.Library;

namespace Headwater.Core.Policies.Cel.Parsing;

/// <summary>The text of an expression, which turns places in it into lines and columns.</summary>
internal sealed class SourceText(string text)
{
    public string Text => text;

    public CelError Error(int position, string message, bool isLimit = false)
    {
        var (line, start) = (1, 0);
        for (var i = 0; i < position && i < text.Length; i++)
        {
            if (text[i] != '\n' && (text[i] != '\r' || (i + 1 < text.Length && text[i + 1] == '\n'))) continue;
            line++;
            start = i + 1;
        }

        return new CelError(message, line, CodePoints.Count(text.AsSpan(start, Math.Min(position, text.Length) - start)) + 1) { IsLimit = isLimit };
    }
}

/// <summary>Ends the reading of an expression.</summary>
internal sealed class CelSyntaxException(int position, string message) : Exception(message)
{
    public int Position => position;
}
