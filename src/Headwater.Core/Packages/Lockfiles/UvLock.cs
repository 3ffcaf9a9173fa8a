using Headwater.Core.Licences.Toml;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary><c>uv.lock</c>: the projects of the workspace are packages too, and say what they ask for.</summary>
internal static class UvLock
{
    public static void Read(string text, LockfileEntries entries)
    {
        var packages = LockfileToml.Packages(TomlReader.Read(text));
        var own = packages.Where(IsOwn).ToList();
        var used = own.SelectMany(p => Asked(p["dependencies"]).Concat(Below(p.Table("optional-dependencies")))).ToHashSet(StringComparer.Ordinal);
        var forDevelopment = own.SelectMany(p => Below(p.Table("dev-dependencies"))).ToHashSet(StringComparer.Ordinal);
        var next = packages.Where(p => p.Text("name") is not null)
            .SelectMany(p => Asked(p["dependencies"]).Concat(Below(p.Table("optional-dependencies"))).Select(d => (From: p.Text("name")!, To: d))).ToLookup(e => e.From, e => e.To, StringComparer.Ordinal);
        var reached = LockfileToml.Reached(used, next);
        foreach (var package in packages.Where(p => !IsOwn(p)))
        {
            var (name, source) = (package.Text("name"), package.Table("source"));
            if (source?.Text("path") is not null) continue;
            var files = LockfileToml.Tables(package["wheels"]).ToList();
            if (package.Table("sdist") is { } sdist) files.Insert(0, sdist);
            entries.Add("pypi", name, package.Text("version"), new LockedPackage(null!)
            {
                IsDev = own.Count > 0 && name is not null && !reached.Contains(name),
                IsDirect = own.Count == 0 || name is null ? null : used.Contains(name) || forDevelopment.Contains(name),
                Resolved = source?.Text("registry") ?? source?.Text("git") ?? source?.Text("url"),
                Integrity = LockfileToml.Hashes(files),
                Line = LockfileToml.Line(package),
            });
        }
    }

    private static bool IsOwn(TomlTable package) => package.Table("source") is { } source && (source.Text("editable") ?? source.Text("virtual") ?? source.Text("directory")) is not null;

    private static IEnumerable<string> Asked(object? list) => LockfileToml.Tables(list).Select(d => d.Text("name")).OfType<string>();

    private static IEnumerable<string> Below(TomlTable? groups) => groups is null ? [] : groups.Keys.SelectMany(g => Asked(groups[g]));
}
