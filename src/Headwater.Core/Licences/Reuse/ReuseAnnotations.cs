using System.Globalization;
using Headwater.Core.Licences.Packages.Manifests;
using Headwater.Core.Licences.Toml;

namespace Headwater.Core.Licences.Reuse;

/// <summary>How a table of <c>REUSE.toml</c> goes together with what stands elsewhere.</summary>
internal enum ReusePrecedence
{
    Closest,
    Aggregate,
    Override,
}

/// <summary>What holds for all files that match.</summary>
internal sealed class ReuseTable(IReadOnlyList<ReuseGlob> paths, ReusePrecedence precedence, IReadOnlyList<string> copyrights, IReadOnlyList<string> licences, int line)
{
    public ReusePrecedence Precedence => precedence;

    public IReadOnlyList<string> Copyrights => copyrights;

    public IReadOnlyList<string> Licences => licences;

    public int Line => line;

    /// <summary>Whether it was the one that counts for some file.</summary>
    public bool IsUsed { get; set; }

    public bool Matches(ReadOnlySpan<char> path)
    {
        foreach (var glob in paths)
            if (glob.Matches(path)) return true;
        return false;
    }
}

/// <summary>A <c>REUSE.toml</c>, or <c>.reuse/dep5</c>.</summary>
/// <param name="Path">Its path below the project's folder.</param>
/// <param name="Tables">In the order of the file; the last that matches counts.</param>
internal sealed record ReuseAnnotations(string Path, IReadOnlyList<ReuseTable> Tables)
{
    /// <summary>The folder that its paths begin at, with a slash behind; empty for the project's.</summary>
    public string Folder { get; } = Path == Dep5 ? "" : Path[..(Path.LastIndexOf('/') + 1)];

    public const string Dep5 = ".reuse/dep5";

    public ReuseTable? For(string path)
    {
        var below = path.AsSpan(Folder.Length);
        for (var i = Tables.Count - 1; i >= 0; i--)
        {
            if (!Tables[i].Matches(below)) continue;
            Tables[i].IsUsed = true;
            return Tables[i];
        }

        return null;
    }

    /// <summary>Reads a <c>REUSE.toml</c>.</summary>
    /// <exception cref="FormatException">It is none; the message names the line.</exception>
    public static ReuseAnnotations ReadToml(string path, string text)
    {
        var root = TomlReader.Read(text);
        if (root["version"] is null) throw new FormatException("The key 'version' is missing; write 'version = 1' at the top.");
        if (root["version"] is not long version) throw Wrong(root, "version", "a whole number");
        if (version != 1) throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"Line {root.Line("version")}: version {version} is not known; this reads version 1."));
        if (root["annotations"] is not { } annotations) return new ReuseAnnotations(path, []);
        if (annotations is not TomlList list || list.Exists(item => item is not TomlTable)) throw Wrong(root, "annotations", "a list of tables: [[annotations]]");
        return new ReuseAnnotations(path, [.. list.Cast<TomlTable>().Select((table, i) => Table(table, i, root.Line("annotations")))]);
    }

    private static ReuseTable Table(TomlTable table, int number, int line)
    {
        if (table["path"] is null) throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"Line {(table.Keys.FirstOrDefault() is { } any ? table.Line(any) : line)}: table {number + 1} of 'annotations' has no 'path'."));
        var paths = Texts(table, "path");
        if (paths.Count == 0) throw Wrong(table, "path", "a text or a list of texts with at least one");
        var precedence = table["precedence"] switch
        {
            null or "closest" => ReusePrecedence.Closest,
            "aggregate" => ReusePrecedence.Aggregate,
            "override" => ReusePrecedence.Override,
            _ => throw Wrong(table, "precedence", "'closest', 'aggregate' or 'override'"),
        };
        return new ReuseTable([.. paths.Select(ReuseGlob.OfToml)], precedence, Texts(table, "SPDX-FileCopyrightText"), Texts(table, "SPDX-License-Identifier"), table.Line("path"));
    }

    private static IReadOnlyList<string> Texts(TomlTable table, string key) => table[key] switch
    {
        null => [],
        string text => [text.Trim()],
        TomlList list when list.TrueForAll(item => item is string) => [.. list.Cast<string>().Select(t => t.Trim()).Distinct(StringComparer.Ordinal)],
        _ => throw Wrong(table, key, "a text or a list of texts"),
    };

    private static FormatException Wrong(TomlTable table, string key, string expected) => new(string.Create(CultureInfo.InvariantCulture, $"Line {table.Line(key)}: '{key}' must be {expected}."));

    /// <summary>Reads Debian's machine-readable copyright file (copyright-format 1.0) as REUSE uses it.</summary>
    /// <exception cref="FormatException">It is none; the message names the line.</exception>
    public static ReuseAnnotations ReadDep5(string text)
    {
        var paragraphs = Fields.Read(text).ToList();
        if (paragraphs.Count == 0 || !(paragraphs[0].Has("Format") || paragraphs[0].Has("Format-Specification"))) throw new FormatException("It does not begin with a paragraph that has the field 'Format'.");
        var tables = new List<ReuseTable>();
        foreach (var paragraph in paragraphs.Skip(1).Where(p => p.Has("Files")))
        {
            foreach (var field in new[] { "Copyright", "License" })
                if (string.IsNullOrEmpty(paragraph.First(field))) throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"Line {paragraph.FirstLine}: the paragraph has 'Files' and no '{field}'."));
            var globs = paragraph.First("Files")!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(ReuseGlob.OfDep5).ToList();
            var copyrights = paragraph.First("Copyright")!.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0).Distinct(StringComparer.Ordinal).ToList();
            tables.Add(new ReuseTable(globs, ReusePrecedence.Aggregate, copyrights, [paragraph.First("License")!.Split('\n')[0].Trim()], paragraph.Line("Files")));
        }

        return new ReuseAnnotations(Dep5, tables);
    }
}
