using System.Text.Json;
using static Headwater.Core.Packages.Lockfiles.LockfileJson;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary><c>composer.lock</c>. Several licences are a choice among them, as the schema of composer.json says.</summary>
internal static class ComposerLock
{
    public static void Read(string text, LockfileEntries entries)
    {
        using var document = Parse(text);
        var root = document.RootElement;
        if (Member(root, "packages") is not { ValueKind: JsonValueKind.Array }) throw new FormatException("It has no list 'packages', so it is no composer.lock.");
        foreach (var list in (ReadOnlySpan<string>)["packages", "packages-dev"])
        {
            foreach (var package in Items(root, list))
            {
                var (dist, source) = (Member(package, "dist"), Member(package, "source"));
                if (dist is { } from && Text(from, "type") == "path") continue;
                var sum = dist is { } of && Text(of, "shasum") is { Length: > 0 } hash ? $"sha1:{hash}" : null;
                entries.Add("composer", Text(package, "name"), Text(package, "version"), new LockedPackage(null!)
                {
                    Licence = Joined(package, "license", " OR "),
                    IsDev = list == "packages-dev",
                    Resolved = (dist is { } d ? Text(d, "url") : null) ?? (source is { } s ? Text(s, "url") : null),
                    Integrity = sum,
                });
            }
        }
    }
}
