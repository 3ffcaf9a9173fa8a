namespace Headwater.Server.Features.Projects;

/// <summary>What may be the name or the version of a project: it is shown on pages, in files and on terminals.</summary>
internal static class ProjectNames
{
    private const int Longest = 255;

    /// <summary>Why a name or a version is refused; null when it is not.</summary>
    public static string? Refuse(string? text)
    {
        if (text is null) return null;
        if (text.Length > Longest) return $"Project name and version have at most {Longest} characters each.";
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i])) return $"Project name and version have printable characters only; the one at {i + 1} is U+{(int)text[i]:X4}.";
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (char.IsSurrogate(text[i])) return $"Project name and version are valid Unicode; the character at {i + 1} is half a pair.";
        }

        return null;
    }
}
