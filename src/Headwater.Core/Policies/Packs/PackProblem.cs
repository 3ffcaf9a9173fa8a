namespace Headwater.Core.Policies.Packs;

/// <summary>A file of a pack.</summary>
/// <param name="Path">Its path within the pack, with <c>/</c>.</param>
/// <param name="Text">What is in it.</param>
public sealed record PackFile(string Path, string Text);

/// <summary>What is wrong with a pack, and where.</summary>
/// <param name="File">The path of the file.</param>
/// <param name="Line">The line, from 1; 0 for the file as a whole.</param>
/// <param name="Column">The column, from 1; 0 where only the line is known.</param>
/// <param name="Message">A sentence.</param>
/// <param name="IsWarning">Whether the pack can be used all the same.</param>
public sealed record PackProblem(string File, int Line, int Column, string Message, bool IsWarning = false)
{
    /// <summary>Place and sentence.</summary>
    /// <returns>For example <c>rules/licences.yaml:12:9: There is no fact 'licence.kind'.</c></returns>
    public override string ToString() => Line == 0 ? $"{File}: {Message}" : Column == 0 ? $"{File}:{Line}: {Message}" : $"{File}:{Line}:{Column}: {Message}";
}
