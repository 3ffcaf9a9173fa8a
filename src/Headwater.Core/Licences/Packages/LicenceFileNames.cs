using System.Collections.Frozen;

namespace Headwater.Core.Licences.Packages;

/// <summary>Tells by its name what a file is about.</summary>
internal static class LicenceFileNames
{
    /// <summary>What is called "license" and has one of these is a program or data about licences.</summary>
    private static readonly FrozenSet<string> s_code = new[]
    {
        ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts", ".map", ".json", ".json5", ".jsonl", ".xml", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf", ".cs", ".vb", ".fs", ".csproj", ".resx", ".xaml", ".java", ".kt", ".kts", ".scala", ".groovy",
        ".gradle", ".py", ".pyi", ".pyc", ".rb", ".php", ".pl", ".pm", ".go", ".rs", ".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".hxx", ".inc", ".m", ".mm", ".swift", ".lua", ".sh", ".bash", ".ps1", ".psm1", ".bat", ".cmd", ".sql", ".css", ".scss", ".less",
        ".vue", ".svelte", ".dart", ".ex", ".exs", ".erl", ".hs", ".lhs", ".ml", ".mli", ".clj", ".r", ".jl", ".nim", ".zig", ".proto", ".tmpl", ".tpl", ".j2", ".erb", ".ejs", ".hbs", ".mustache", ".snap", ".lock", ".sum", ".mod", ".csv", ".tsv", ".spec", ".properties",
        ".class", ".dll", ".exe", ".so", ".dylib", ".a", ".o", ".lib", ".pdb", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".bmp", ".tif", ".tiff", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".mp3", ".mp4", ".wav", ".ogg", ".zip", ".gz", ".tgz", ".jar",
        ".hwl", ".asc", ".sig", ".sha1", ".sha256", ".md5", ".wasm", ".node", ".bin", ".dat", ".db",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Never texts.</summary>
    private static readonly FrozenSet<string> s_binary = new[]
    {
        ".class", ".dll", ".exe", ".so", ".dylib", ".a", ".o", ".lib", ".pdb", ".png", ".jpg", ".jpeg", ".gif", ".ico", ".webp", ".bmp", ".tif", ".tiff", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".mp3", ".mp4", ".wav", ".ogg", ".zip", ".gz", ".bz2", ".xz", ".zst", ".7z",
        ".rar", ".tgz", ".jar", ".pyc", ".wasm", ".node", ".bin", ".dat", ".db", ".pdf", ".hwl", ".hwx", ".sqlite", ".psd", ".mov", ".avi", ".pack", ".idx",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool IsBinary(string path) => s_binary.Contains(Path.GetExtension(path));

    /// <summary>Whether a notice speaks of the package itself, too: it is called NOTICE, not third-party notices.</summary>
    public static bool IsOwnNotice(string path) => path.AsSpan(path.LastIndexOf('/') + 1).StartsWith("notice", StringComparison.OrdinalIgnoreCase);

    /// <summary>What a file of this path is. Manifests are told apart elsewhere.</summary>
    public static FileRole RoleOf(string path)
    {
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        if (name.IsEmpty) return FileRole.Other;
        var dot = name.LastIndexOf('.');
        if (dot >= 0 && s_code.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name[dot..])) return FileRole.Other;
        var stem = name;
        while (stem.LastIndexOf('.') is var at and > 0) stem = stem[..at];
        if (Starts(stem, "notice") || stem.Contains("third-party", StringComparison.OrdinalIgnoreCase) || stem.Contains("thirdparty", StringComparison.OrdinalIgnoreCase) || stem.Contains("third_party", StringComparison.OrdinalIgnoreCase)
            || (Starts(stem, "3rdparty") || Starts(stem, "3rd-party"))) return FileRole.Notice;
        if (Starts(stem, "license") || Starts(stem, "licence") || Starts(stem, "copying") || Starts(stem, "unlicense") || Starts(stem, "unlicence") || Starts(stem, "eula") || Starts(stem, "patents") || Ends(stem, "license") || Ends(stem, "licence")
            || name.EndsWith(".license", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".licence", StringComparison.OrdinalIgnoreCase) || name.Contains(".license.", StringComparison.OrdinalIgnoreCase) || Starts(stem, "lgpl") || Starts(stem, "gpl") || Starts(stem, "mit-") || Starts(stem, "apache-") || Starts(stem, "bsd-")) return FileRole.Licence;
        if (Starts(stem, "copyright")) return FileRole.Copyright;
        if (Whole(stem, "authors") || Whole(stem, "contributors") || Whole(stem, "credits") || Whole(stem, "acknowledgements") || Whole(stem, "acknowledgments")) return FileRole.Authors;
        // LICENSES/MIT.txt, x.dist-info/licenses/vendor.txt.
        for (var folder = path.AsSpan(0, path.Length - name.Length).TrimEnd('/'); !folder.IsEmpty;)
        {
            var slash = folder.LastIndexOf('/');
            var part = folder[(slash + 1)..];
            if (part.Equals("licenses", StringComparison.OrdinalIgnoreCase) || part.Equals("licences", StringComparison.OrdinalIgnoreCase)) return FileRole.Licence;
            folder = slash < 0 ? default : folder[..slash];
        }

        return FileRole.Other;
    }

    private static bool Starts(ReadOnlySpan<char> stem, string word) => stem.StartsWith(word, StringComparison.OrdinalIgnoreCase) && (stem.Length == word.Length || !char.IsAsciiLetter(stem[word.Length]) || stem[word.Length] is 's' or 'S');

    private static bool Ends(ReadOnlySpan<char> stem, string word) => stem.EndsWith(word, StringComparison.OrdinalIgnoreCase) && (stem.Length == word.Length || !char.IsAsciiLetter(stem[stem.Length - word.Length - 1]));

    private static bool Whole(ReadOnlySpan<char> stem, string word) => stem.Equals(word, StringComparison.OrdinalIgnoreCase);
}
