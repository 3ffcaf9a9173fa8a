using Headwater.Core.Licences.Toml;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary><c>Cargo.lock</c>: what has no source is the workspace's own. Development is not told apart.</summary>
internal static class CargoLock
{
    public static void Read(string text, LockfileEntries entries)
    {
        var root = TomlReader.Read(text);
        var packages = LockfileToml.Packages(root);
        var (names, exact) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var asked in packages.Where(p => p.Text("source") is null).SelectMany(p => LockfileToml.Texts(p["dependencies"])))
        {
            // The version stands there only where there are several.
            var parts = asked.Split(' ');
            if (parts.Length == 1) names.Add(parts[0]);
            else exact.Add($"{parts[0]} {parts[1]}");
        }

        // Up to version 1 of the file, checksums stood at its end.
        var sums = root.Table("metadata");
        foreach (var package in packages)
        {
            if (package.Text("source") is not { } source) continue;
            var (name, version) = (package.Text("name"), package.Text("version"));
            entries.Add("cargo", name, version, new LockedPackage(null!)
            {
                IsDirect = name is not null && (names.Contains(name) || exact.Contains($"{name} {version}")),
                Resolved = source.StartsWith("registry+", StringComparison.Ordinal) ? source["registry+".Length..] : source.StartsWith("sparse+", StringComparison.Ordinal) ? source["sparse+".Length..] : source,
                Integrity = package.Text("checksum") ?? sums?.Text($"checksum {name} {version} ({source})"),
                Line = LockfileToml.Line(package),
            });
        }
    }
}
