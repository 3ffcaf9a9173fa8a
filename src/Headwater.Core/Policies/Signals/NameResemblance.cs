using Headwater.Core.Packages;

namespace Headwater.Core.Policies.Signals;

/// <summary>
/// Tells which popular package a name can be taken for: one slip of the keyboard away, or written with other separators or look-alike characters.
/// </summary>
/// <remarks>
/// A popular name resembles none. Where names belong to somebody (the scope of npm, the vendor of Composer, the group of Maven, the path of Go), nobody else can publish under them:
/// packages of one owner never resemble each other, and what counts is the owner. For Maven and Go the rest of the name has to be the same.
/// </remarks>
public static class NameResemblance
{
    /// <summary>Shorter names resemble none, in characters: among them everything is near something.</summary>
    public const int Shortest = 4;

    private const int Longest = 128;

    /// <summary>Owners of the beginnings of names in the registry of NuGet, which reserves them.</summary>
    private static readonly string[] s_reserved = ["Microsoft.", "System.", "runtime.", "NuGet.", "Azure.", "AWSSDK.", "Google.", "xunit."];

    /// <summary>The popular name that a package can be taken for.</summary>
    /// <param name="package">The package; its version is not looked at.</param>
    /// <returns>The nearest one, or null for none. Null as well for types without a list: there are npm, pypi, maven, nuget, cargo, gem, composer and golang.</returns>
    public static ResembledName? Find(PackageUrl package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return Find(package.Type, package.Namespace, package.Name);
    }

    /// <summary>The popular name that a name can be taken for. Allocates nothing when there is none.</summary>
    /// <param name="type">The type of package URL in lower case.</param>
    /// <param name="namespace">The scope (with its @), vendor, group or path above the name; null or empty for none.</param>
    /// <param name="name">The name.</param>
    /// <returns>The nearest one, or null for none.</returns>
    public static ResembledName? Find(string type, string? @namespace, string name)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(name);
        if (PopularNames.Of(type) is not { } names || name.Length == 0 || name.Length + (@namespace?.Length ?? 0) >= Longest) return null;
        Span<char> text = stackalloc char[Longest];
        if (string.IsNullOrEmpty(@namespace)) return Find(names.Whole, Lower(name, text)) is not { } found || IsReserved(type, name) ? null : found;
        switch (type)
        {
            case "npm" or "composer":
                return Find(names.Owners, Lower(@namespace, text));
            case "maven" or "golang":
                var owner = Lower(@namespace, text).Length;
                text[owner] = '/';
                var whole = text[..(owner + 1 + Lower(name, text[(owner + 1)..]).Length)];
                if (type == "golang") whole = WithoutMajorVersion(whole);
                var held = OwnerLength(type, whole);
                return Find(names.Whole, whole) is { } near && IsOtherOwner(type, whole[..held], whole[held..], near.Popular) ? near : null;
            default:
                return null;
        }
    }

    private static ResembledName? Find(NameIndex index, ReadOnlySpan<char> name) => name.Length - (name.StartsWith("@") ? 1 : 0) < Shortest ? null : index.Near(name);

    private static bool IsReserved(string type, string name)
    {
        if (type == "nuget")
            foreach (var beginning in s_reserved)
                if (name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    private static bool IsOtherOwner(string type, ReadOnlySpan<char> owner, ReadOnlySpan<char> rest, string popular)
    {
        var held = OwnerLength(type, popular);
        return rest.Equals(popular.AsSpan(held), StringComparison.OrdinalIgnoreCase) && !owner.Equals(popular.AsSpan(0, held), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>How much of the name says whose it is: the group; for Go the host, and the account on hosts of code.</summary>
    private static int OwnerLength(string type, ReadOnlySpan<char> name)
    {
        var slash = name.IndexOf('/');
        if (slash < 0) return 0;
        if (type == "maven") return slash;
        var second = name[(slash + 1)..].IndexOf('/');
        return second < 0 ? slash : slash + 1 + second;
    }

    private static Span<char> WithoutMajorVersion(Span<char> path)
    {
        var slash = path.LastIndexOf('/');
        var last = path[(slash + 1)..];
        return slash > 0 && last.Length > 1 && last[0] == 'v' && last[1..].IndexOfAnyExceptInRange('0', '9') < 0 ? path[..slash] : path;
    }

    private static Span<char> Lower(ReadOnlySpan<char> from, Span<char> to)
    {
        for (var i = 0; i < from.Length; i++) to[i] = char.ToLowerInvariant(from[i]);
        return to[..from.Length];
    }
}
