namespace Headwater.Core.Policies.Cel;

/// <summary>What went wrong with an expression, and where in its text.</summary>
/// <param name="Message">A sentence.</param>
/// <param name="Line">The line, from 1; 0 when it is not known.</param>
/// <param name="Column">The character of that line (a code point counts once, whatever it takes in UTF-16), from 1; 0 when it is not known.</param>
public sealed record CelError(string Message, int Line = 0, int Column = 0)
{
    /// <summary>Whether a limit of steps or sizes was met. No logical operator makes up for that.</summary>
    public bool IsLimit { get; init; }

    /// <summary>The position and the sentence.</summary>
    /// <returns>For example <c>1:5: Division by zero.</c></returns>
    public override string ToString() => Line == 0 ? Message : $"{Line}:{Column}: {Message}";
}
