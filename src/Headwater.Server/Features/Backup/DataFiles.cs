namespace Headwater.Server.Features.Backup;

/// <summary>The files of a data folder that a backup holds: all but the database, what is being received, and locks.</summary>
internal static class DataFiles
{
    public const string Prefix = "files/";
    private const string Keys = "keys/";

    /// <summary>Their paths below the folder, with <c>/</c>, in order.</summary>
    public static IEnumerable<string> All(string folder, bool withKeys) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Where(f => Belongs(f) && (withKeys || !f.StartsWith(Keys, StringComparison.Ordinal))).Order(StringComparer.Ordinal);

    /// <summary>Where a part goes, below the folder.</summary>
    /// <exception cref="BackupException">It would go somewhere else.</exception>
    public static string Target(string folder, string part)
    {
        var path = part[Prefix.Length..];
        var target = Path.GetFullPath(Path.Combine(folder, path));
        var clean = path.Length > 0 && path.Split('/').All(s => s is not ("" or "." or "..") && s.IndexOfAny(['\\', ':', '\0']) < 0);
        if (!clean || !Belongs(path) || !target.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new DamagedBackupException($"it holds '{part}', which does not belong there.");
        return target;
    }

    private static bool Belongs(string path) =>
        !path.StartsWith("headwater.db", StringComparison.Ordinal) && !path.StartsWith("spool/", StringComparison.Ordinal) && !path.StartsWith("restoring", StringComparison.Ordinal)
        && !path.EndsWith(".lock", StringComparison.Ordinal) && !path.EndsWith(".tmp", StringComparison.Ordinal) && !path.EndsWith(".new", StringComparison.Ordinal);
}
