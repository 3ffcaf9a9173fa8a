using Headwater.Cli.Shell;
using Headwater.Core.Licences.Packages;

namespace Headwater.Cli.Licences;

/// <summary>The files of a folder and below, in the order of their paths. Links are not followed, and folders of version control are left out.</summary>
internal static class FolderFiles
{
    private static readonly string[] s_versionControl = [".git", ".hg", ".svn", ".bzr", ".jj", ".pijul", ".sl"];

    /// <param name="folder">The folder.</param>
    /// <param name="leaveOut">Says of a folder's path, relative and with forward slashes, whether nothing below it counts; null for none.</param>
    /// <param name="unreadable">Told a folder that cannot be listed, and why.</param>
    /// <param name="linked">Says of which paths a link to another file within the folder counts as that file; null for none.</param>
    /// <param name="other">Told what is neither a file nor a folder, and what it is: links to files that are not followed, pipes, sockets and devices; null when nobody wants to know.</param>
    public static List<FolderFile> Of(string folder, Func<string, bool>? leaveOut, Action<string, string> unreadable, Func<string, bool>? linked = null, Action<string, OtherFile>? other = null)
    {
        var files = new List<FolderFile>();
        var root = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;
        Walk(new DirectoryInfo(folder), "");
        files.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return files;

        void Walk(DirectoryInfo current, string prefix)
        {
            try
            {
                foreach (var entry in current.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }))
                {
                    var path = prefix + entry.Name;
                    if ((entry.Attributes & (FileAttributes.ReparsePoint | FileAttributes.Device)) != 0)
                    {
                        if (linked?.Invoke(path) == true && Target(entry) is { } target) Add(path, target);
                        else if (entry is FileInfo) other?.Invoke(path, entry.LinkTarget is null ? OtherFile.NoFile("a device") : OtherFile.Link);
                    }
                    else if (entry is FileInfo file)
                    {
                        // Pipes and devices have no length; what has none is never opened.
                        if (file.Length == 0 && FileType.Other(file.FullName) is { } what) other?.Invoke(path, OtherFile.NoFile(what));
                        else Add(path, file);
                    }
                    else if (!s_versionControl.Contains(entry.Name) && leaveOut?.Invoke(path) != true)
                    {
                        Walk((DirectoryInfo)entry, path + "/");
                    }
                }
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException)
            {
                unreadable(prefix.TrimEnd('/'), e.Message);
            }
        }

        void Add(string path, FileInfo file) => files.Add(new FolderFile(path, file.Length, () => new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan)));

        FileInfo? Target(FileSystemInfo link)
        {
            try
            {
                return link.ResolveLinkTarget(true) is FileInfo { Exists: true, Length: > 0 } target && Path.GetFullPath(target.FullName).StartsWith(root, StringComparison.Ordinal) ? target : null;
            }
            catch (IOException)
            {
                return null;
            }
        }
    }
}

/// <summary>What lies in a folder and is neither a file nor a folder.</summary>
/// <param name="IsLink">Whether it is a link, which leads to something.</param>
/// <param name="Reason">Why it is not read, as a sentence.</param>
internal readonly record struct OtherFile(bool IsLink, string Reason)
{
    public static OtherFile Link => new(true, "It is a link; links are not followed.");

    public static OtherFile NoFile(string what) => new(false, $"It is {what} and no file.");
}
