namespace Headwater.Core.Packages.Lockfiles;

/// <summary><c>gradle.lockfile</c>: coordinates and the configurations that have them. Older ones are a file for each configuration, without these.</summary>
internal static class GradleLock
{
    public static void Read(string text, LockfileEntries entries)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var rest = line.Trim();
            if (rest.IsEmpty || rest[0] == '#' || rest.StartsWith("empty=")) continue;
            var equals = rest.IndexOf('=');
            var parts = (equals < 0 ? rest : rest[..equals]).ToString().Split(':');
            if (parts.Length != 3 || parts[0].Length == 0 || parts[1].Length == 0)
            {
                entries.Problem(number, $"'{LockfileText.Shown(rest)}' is no line of group:artifact:version=configurations.");
                continue;
            }

            var configurations = equals < 0 ? [] : rest[(equals + 1)..].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            entries.Add("maven", $"{parts[0]}/{parts[1]}", parts[2], new LockedPackage(null!)
            {
                IsDev = configurations.Length > 0 && Array.TrueForAll(configurations, c => c.StartsWith("test", StringComparison.Ordinal) || c.Contains("Test", StringComparison.Ordinal)),
                Line = number,
            });
        }
    }
}
