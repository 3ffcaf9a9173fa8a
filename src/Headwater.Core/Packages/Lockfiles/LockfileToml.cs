using Headwater.Core.Licences.Toml;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary>What the lockfiles written in TOML have in common: a list <c>[[package]]</c>.</summary>
internal static class LockfileToml
{
    /// <summary>The packages with their lines.</summary>
    /// <exception cref="FormatException">It cannot be read; the message says where and why.</exception>
    public static List<TomlTable> Packages(TomlTable root, string name = "package") =>
        root[name] is null ? [] : root[name] is TomlList list ? [.. list.OfType<TomlTable>()] : throw new FormatException($"'{name}' is no list of tables.");

    public static IEnumerable<string> Texts(object? value) => value is TomlList list ? list.OfType<string>() : [];

    public static IEnumerable<TomlTable> Tables(object? value) => value is TomlList list ? list.OfType<TomlTable>() : [];

    /// <summary>The hashes of a package's files.</summary>
    public static string? Hashes(IEnumerable<TomlTable> files) => string.Join(' ', files.Select(f => f.Text("hash")).Where(h => h is not null).Distinct(StringComparer.Ordinal));

    /// <summary>The line that an entry begins on: that of its name.</summary>
    public static int? Line(TomlTable package) => package.Line("name") is > 0 and var line ? line : null;

    /// <summary>What is reached from some names by the names that each asks for.</summary>
    public static HashSet<string> Reached(IEnumerable<string> from, ILookup<string, string> next)
    {
        var reached = new HashSet<string>(from, StringComparer.Ordinal);
        var open = new Stack<string>(reached);
        while (open.TryPop(out var name))
            foreach (var below in next[name])
                if (reached.Add(below)) open.Push(below);
        return reached;
    }
}
