using Headwater.Core.Licences.Toml;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary><c>pdm.lock</c>. What is asked for directly does not stand there.</summary>
internal static class PdmLock
{
    public static void Read(string text, LockfileEntries entries)
    {
        foreach (var package in LockfileToml.Packages(TomlReader.Read(text)))
        {
            if (package.Text("path") is not null) continue;
            var files = LockfileToml.Tables(package["files"]).ToList();
            entries.Add("pypi", package.Text("name"), package.Text("version"), new LockedPackage(null!)
            {
                IsDev = PythonGroups.AreForDevelopment([.. LockfileToml.Texts(package["groups"])], "default"),
                Resolved = package.Text("git") ?? package.Text("url") ?? files.Select(f => f.Text("url")).FirstOrDefault(u => u is not null),
                Integrity = LockfileToml.Hashes(files),
                Line = LockfileToml.Line(package),
            });
        }
    }
}
