using System.Text.Json;
using static Headwater.Core.Packages.Lockfiles.LockfileJson;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary><c>Pipfile.lock</c>.</summary>
internal static class PipfileLock
{
    public static void Read(string text, LockfileEntries entries)
    {
        using var document = Parse(text);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || (Member(root, "default") ?? Member(root, "develop")) is null) throw new FormatException("It has neither 'default' nor 'develop', so it is no Pipfile.lock.");
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Member(root, "_meta") is { } meta)
            foreach (var source in Items(meta, "sources"))
                if (Text(source, "name") is { } name && Text(source, "url") is { } url) sources[name] = url;

        // Groups of one's own stand beside the two.
        foreach (var group in root.EnumerateObject().Where(g => g.Name != "_meta" && g.Value.ValueKind == JsonValueKind.Object))
        {
            foreach (var package in group.Value.EnumerateObject())
            {
                if (Text(package.Value, "path") is not null) continue;
                var index = Text(package.Value, "index");
                var elsewhere = Text(package.Value, "git") ?? Text(package.Value, "file");
                var version = Text(package.Value, "version");
                if (elsewhere is not null && version is null) version = Text(package.Value, "ref");
                entries.Add("pypi", package.Name, version?.TrimStart('='), new LockedPackage(null!)
                {
                    IsDev = group.Name == "develop",
                    Resolved = elsewhere ?? (index is not null ? sources.GetValueOrDefault(index) : sources.Count == 1 ? sources.Values.First() : null),
                    Integrity = Joined(package.Value, "hashes", " "),
                });
            }
        }
    }
}
