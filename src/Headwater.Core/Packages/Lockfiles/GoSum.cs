namespace Headwater.Core.Packages.Lockfiles;

/// <summary><c>go.sum</c>. It may name more than a build takes: what was once looked at stays until it is tidied.</summary>
internal static class GoSum
{
    public static void Read(string text, LockfileEntries entries)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var rest = line.Trim();
            if (rest.IsEmpty) continue;
            var parts = rest.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length != 3 || parts[1][0] != 'v' || !parts[2].Contains(':', StringComparison.Ordinal))
            {
                entries.Problem(number, $"'{LockfileText.Shown(rest)}' is no line of module, version and hash.");
                continue;
            }

            if (!parts[1].EndsWith("/go.mod", StringComparison.Ordinal)) entries.Add("golang", parts[0], parts[1], new LockedPackage(null!) { Integrity = parts[2], Line = number });
        }
    }
}
