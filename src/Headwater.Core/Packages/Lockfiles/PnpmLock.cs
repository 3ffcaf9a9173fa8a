using System.Globalization;
using Headwater.Core.Trees;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary><c>pnpm-lock.yaml</c>, versions 5 to 9.</summary>
internal static class PnpmLock
{
    public static void Read(string text, LockfileEntries entries)
    {
        var root = YamlTree.Read(text).LastOrDefault(d => d.Members is not null) ?? throw new FormatException("A mapping is expected.");
        var major = int.TryParse((root["lockfileVersion"]?.Text ?? "").Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : throw new FormatException("It has no 'lockfileVersion', so it is no pnpm-lock.yaml.");
        if (major is < 5 or > 9) throw new FormatException($"Version {major} of pnpm-lock.yaml is not known; 5 to 9 are.");
        var projects = root["importers"]?.Members?.Select(m => m.Value).ToList() ?? [root];
        var (wanted, forDevelopment) = (Asked(projects, major, "dependencies", "optionalDependencies"), Asked(projects, major, "devDependencies"));
        // From version 9 on nothing says for whom a package is: what no one but development reaches is for development.
        var used = major >= 9 ? Reached(wanted, root["snapshots"]?.Members ?? []) : null;

        foreach (var (key, entry) in root["packages"]?.Members ?? [])
        {
            var resolution = entry["resolution"];
            if (resolution?["type"]?.Text == "directory" || resolution?["directory"] is not null) continue;
            var (name, version) = Split(key, major);
            name = entry["name"]?.Text ?? name;
            version = entry["version"]?.Text ?? version;
            var repository = resolution?["repo"]?.Text;
            var id = Plain(key);
            entries.Add("npm", name, version, new LockedPackage(null!)
            {
                HasInstallScript = major >= 9 ? null : entry["requiresBuild"]?.Text == "true",
                IsDev = used is null ? entry["dev"]?.Text == "true" : !used.Contains(id),
                IsDirect = wanted.Contains(id) || forDevelopment.Contains(id),
                Resolved = resolution?["tarball"]?.Text ?? repository ?? resolution?["registry"]?.Text,
                Integrity = resolution?["integrity"]?.Text,
                Line = entry.Line,
            });
        }
    }

    private static HashSet<string> Asked(List<YamlValue> projects, int major, params string[] kinds)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var project in projects)
            foreach (var kind in kinds)
                foreach (var (name, value) in project[kind]?.Members ?? [])
                    if ((value.Text ?? value["version"]?.Text) is { } version) ids.Add(Id(name, version, major));
        return ids;
    }

    /// <summary>The key, without peers, of what is asked for by name and version; the version of an alias is a key itself.</summary>
    private static string Id(string name, string version, int major)
    {
        if (version.StartsWith('/') || LockfileText.AtSign(version) is var (other, _) && !other.Contains(':', StringComparison.Ordinal) && !other.Contains('(', StringComparison.Ordinal) && !other.Contains('_', StringComparison.Ordinal)) return Plain(version);
        return Plain(major == 5 ? $"/{name}/{version}" : major < 9 ? $"/{name}@{version}" : $"{name}@{version}");
    }

    /// <summary>Without the peers behind it: <c>(react@18.0.0)</c>, before version 6 <c>_react@18.0.0</c>.</summary>
    private static string Plain(string key)
    {
        var end = key.IndexOf('(', StringComparison.Ordinal);
        if (end > 0) key = key[..end];
        if (!key.StartsWith('/')) return key;
        var slash = key.LastIndexOf('/');
        var peers = key.IndexOf('_', slash);
        return slash > 0 && peers > 0 && key.AsSpan(1, slash - 1).Length > 0 && char.IsAsciiDigit(key[slash + 1]) ? key[..peers] : key;
    }

    private static (string? Name, string? Version) Split(string key, int major)
    {
        key = Plain(key);
        if (major > 5) return LockfileText.AtSign(key.TrimStart('/')) is var (n, v) ? (n, v) : (null, null);
        var path = key.TrimStart('/');
        var slash = path.LastIndexOf('/');
        return slash > 0 ? (path[..slash], path[(slash + 1)..]) : (null, null);
    }

    private static HashSet<string> Reached(HashSet<string> from, List<(string Key, YamlValue Value)> snapshots)
    {
        // One package has a snapshot for every set of peers; all of them count.
        var next = snapshots.ToLookup(s => Plain(s.Key), s => s.Value);
        var (reached, open) = (new HashSet<string>(from, StringComparer.Ordinal), new Stack<string>(from));
        while (open.TryPop(out var id))
            foreach (var snapshot in next[id])
                foreach (var kind in (ReadOnlySpan<string>)["dependencies", "optionalDependencies"])
                    foreach (var (name, version) in snapshot[kind]?.Members ?? [])
                        if (version.Text is { } text && Id(name, text, 9) is var below && reached.Add(below)) open.Push(below);
        return reached;
    }
}
