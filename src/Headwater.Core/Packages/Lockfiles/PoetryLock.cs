using Headwater.Core.Licences.Toml;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary><c>poetry.lock</c>. Up to 1.4 it tells development by a category, from 2.0 on by groups, between them not at all.</summary>
internal static class PoetryLock
{
    public static void Read(string text, LockfileEntries entries)
    {
        var root = TomlReader.Read(text);
        var files = root.Table("metadata")?.Table("files");
        foreach (var package in LockfileToml.Packages(root))
        {
            var source = package.Table("source");
            if (source?.Text("type") is "directory" or "file") continue;
            var name = package.Text("name");
            var groups = LockfileToml.Texts(package["groups"]).ToList();
            entries.Add("pypi", name, package.Text("version"), new LockedPackage(null!)
            {
                IsDev = package.Text("category") == "dev" || PythonGroups.AreForDevelopment(groups, "main"),
                Resolved = source?.Text("url"),
                Integrity = LockfileToml.Hashes(LockfileToml.Tables(package["files"] ?? (name is null ? null : files?[name]))),
                Line = LockfileToml.Line(package),
            });
        }
    }
}
