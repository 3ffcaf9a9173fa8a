using System.Text.Json;
using static Headwater.Core.Packages.Lockfiles.LockfileJson;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary><c>package-lock.json</c>: version 1 nests dependencies, versions 2 and 3 list folders.</summary>
internal static class NpmLock
{
    private const string Folder = "node_modules/";

    private static readonly string[] s_asked = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

    public static void Read(string text, LockfileEntries entries)
    {
        using var document = Parse(text);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new FormatException("An object is expected.");
        if (Member(root, "packages") is { ValueKind: JsonValueKind.Object } packages) Folders(packages, entries);
        else if (Member(root, "dependencies") is { ValueKind: JsonValueKind.Object } dependencies) Nested(dependencies, entries);
        else if (Member(root, "lockfileVersion") is null) throw new FormatException("It has neither 'packages' nor 'dependencies', so it is no package-lock.json.");
    }

    private static void Folders(JsonElement packages, LockfileEntries entries)
    {
        var keys = packages.EnumerateObject().Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var direct = new HashSet<string>(StringComparer.Ordinal);
        foreach (var root in packages.EnumerateObject().Where(p => !p.Name.Contains(Folder, StringComparison.Ordinal)))
            foreach (var name in s_asked.SelectMany(a => Members(root.Value, a)).Select(m => m.Name))
                if (Found(root.Name, name, keys) is { } key) direct.Add(key);

        foreach (var package in packages.EnumerateObject())
        {
            var at = package.Name.LastIndexOf(Folder, StringComparison.Ordinal);
            // What stands in no such folder is the project itself or a workspace of it; a link leads there.
            if (at < 0 || IsTrue(package.Value, "link")) continue;
            var resolved = Text(package.Value, "resolved");
            entries.Add("npm", Text(package.Value, "name") ?? package.Name[(at + Folder.Length)..], Text(package.Value, "version"), new LockedPackage(null!)
            {
                Licence = Joined(package.Value, "license", " OR "),
                HasInstallScript = IsTrue(package.Value, "hasInstallScript"),
                IsDev = IsTrue(package.Value, "dev"),
                IsDirect = direct.Contains(package.Name),
                Resolved = resolved,
                Integrity = Text(package.Value, "integrity"),
            });
        }
    }

    /// <summary>As Node.js looks for it: in the folder's own modules, then in those of the folders above.</summary>
    private static string? Found(string folder, string name, HashSet<string> keys)
    {
        while (true)
        {
            var key = folder.Length == 0 ? Folder + name : $"{folder}/{Folder}{name}";
            if (keys.Contains(key)) return key;
            if (folder.Length == 0) return null;
            folder = folder.LastIndexOf('/') is var slash and > 0 ? folder[..slash] : "";
        }
    }

    private static void Nested(JsonElement dependencies, LockfileEntries entries)
    {
        foreach (var package in dependencies.EnumerateObject())
        {
            var (name, version, resolved) = (package.Name, Text(package.Value, "version"), Text(package.Value, "resolved"));
            if (version?.StartsWith("npm:", StringComparison.Ordinal) == true && LockfileText.AtSign(version[4..]) is { } alias) (name, version) = alias;
            if (version is null || !version.StartsWith("file:", StringComparison.Ordinal))
            {
                // For what comes from elsewhere, the version is the address.
                if (version?.Contains(':', StringComparison.Ordinal) == true) resolved ??= version;
                entries.Add("npm", name, version, new LockedPackage(null!) { IsDev = IsTrue(package.Value, "dev"), Resolved = resolved, Integrity = Text(package.Value, "integrity") });
            }

            if (Member(package.Value, "dependencies") is { ValueKind: JsonValueKind.Object } below) Nested(below, entries);
        }
    }
}
