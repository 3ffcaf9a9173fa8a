namespace Headwater.Core.Licences.Reuse;

/// <summary>Which files need licensing information (REUSE 3.3, "Covered and ignored Files"). Files of version control, and those it ignores, are for the caller to leave out.</summary>
public static class ReuseCoverage
{
    private static readonly string[] s_names = ["LICENSE", "LICENCE", "COPYING"];
    private static readonly string[] s_spdx = [".spdx", ".spdx.rdf", ".spdx.json", ".spdx.xml", ".spdx.yaml", ".spdx.yml"];

    /// <summary>Whether a folder is a Meson subproject: a project of its own.</summary>
    /// <param name="path">Its path, with forward slashes.</param>
    public static bool IsMesonSubproject(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var slash = path.LastIndexOf('/');
        return slash > 0 && Name(path.AsSpan(0, slash)) is "subprojects";
    }

    /// <summary>Whether a file is covered: it has content, and is neither a licence text nor a document of REUSE or SPDX.</summary>
    /// <param name="path">Its path below the project's folder, with forward slashes.</param>
    /// <param name="length">Its length, in bytes.</param>
    public static bool IsCovered(string path, long length)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (length == 0) return false;
        var folder = path.AsSpan();
        var name = Name(folder);
        // The specification has one LICENSES and one .reuse, in the root; the reference tool passes over all of this name, and so texts of what was copied in.
        for (var slash = folder.LastIndexOf('/'); slash >= 0; slash = folder.LastIndexOf('/'))
        {
            folder = folder[..slash];
            if (Name(folder) is "LICENSES" or ".reuse") return false;
        }

        if (name is "REUSE.toml" or ".git" or ".hgtags" || name.EndsWith(".license", StringComparison.Ordinal)) return false;
        foreach (var ending in s_spdx)
            if (name.EndsWith(ending, StringComparison.Ordinal)) return false;
        foreach (var known in s_names)
            if (name.StartsWith(known, StringComparison.Ordinal) && (name.Length == known.Length || name[known.Length] is '-' or '.')) return false;
        // A text of these licences contains tags that do not speak of the file.
        return !(name.StartsWith("CAL-1.0", StringComparison.Ordinal) && name["CAL-1.0".Length..] is "" or ".txt" or "-Combined-Work-Exception" or "-Combined-Work-Exception.txt") && name is not ("SHL-2.1" or "SHL-2.1.txt");
    }

    private static ReadOnlySpan<char> Name(ReadOnlySpan<char> path) => path[(path.LastIndexOf('/') + 1)..];
}
