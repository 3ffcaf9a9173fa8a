using System.Text.Json;
using static Headwater.Core.Packages.Lockfiles.LockfileJson;

namespace Headwater.Core.Packages.Lockfiles;

/// <summary><c>packages.lock.json</c>: a list of packages for every target framework.</summary>
internal static class NuGetLock
{
    public static void Read(string text, LockfileEntries entries)
    {
        using var document = Parse(text);
        if (Member(document.RootElement, "dependencies") is not { ValueKind: JsonValueKind.Object }) throw new FormatException("It has no 'dependencies', so it is no packages.lock.json.");
        foreach (var framework in Members(document.RootElement, "dependencies").Where(f => f.Value.ValueKind == JsonValueKind.Object))
        {
            foreach (var package in framework.Value.EnumerateObject())
            {
                var type = Text(package.Value, "type");
                if (string.Equals(type, "Project", StringComparison.OrdinalIgnoreCase)) continue;
                entries.Add("nuget", package.Name, Text(package.Value, "resolved"), new LockedPackage(null!)
                {
                    IsDirect = type is null ? null : type.Equals("Direct", StringComparison.OrdinalIgnoreCase),
                    Integrity = Text(package.Value, "contentHash") is { } hash ? $"sha512-{hash}" : null,
                });
            }
        }
    }
}
