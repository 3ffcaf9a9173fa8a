using System.Runtime.InteropServices;

namespace Headwater.Server.Platform.Data;

/// <summary>Documents as they came, each under the SHA-256 of its bytes, written once and never changed.</summary>
internal sealed class BlobFolder(DataFolder data)
{
    private readonly string _root = Directory.CreateDirectory(data.File("blobs")).FullName;

    public string PathOf(string sha256) => Path.Combine(_root, sha256[..2], sha256[2..]);

    public FileStream Open(string sha256) => new(PathOf(sha256), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 128 * 1024, FileOptions.SequentialScan);

    /// <summary>The hashes of all documents that are kept.</summary>
    public IEnumerable<string> All() => Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories)
        .Select(f => Path.GetFileName(Path.GetDirectoryName(f)) + Path.GetFileName(f)).Where(h => h.Length == 64);

    public void Delete(string sha256) => File.Delete(PathOf(sha256));

    /// <summary>Moves a received file to its place. The file's content must have reached the disk; when this returns its name has too.</summary>
    public void Adopt(string file, string sha256)
    {
        StorageException.Guard(() => Move(file, PathOf(sha256)));
    }

    private void Move(string file, string target)
    {
        if (File.Exists(target))
        {
            File.Delete(file);
            return;
        }

        var folder = Path.GetDirectoryName(target)!;
        var fresh = !Directory.Exists(folder);
        Directory.CreateDirectory(folder);
        File.Move(file, target, overwrite: true);
        Native.SyncFolder(folder);
        if (fresh) Native.SyncFolder(_root);
    }

    /// <summary>A rename is durable only once the folder that holds the name is; the framework has no call for that.</summary>
    private static class Native
    {
        private const int ReadOnly = 0;

        public static void SyncFolder(string path)
        {
            if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) return;
            var handle = open(path, ReadOnly);
            if (handle < 0) return;
            _ = fsync(handle);
            _ = close(handle);
        }

#pragma warning disable IDE1006, SYSLIB1054, CA2101 // The names are the C library's; generated marshalling would need unsafe code in the whole project.
        [DllImport("libc", SetLastError = true)]
        private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", SetLastError = true)]
        private static extern int fsync(int handle);

        [DllImport("libc", SetLastError = true)]
        private static extern int close(int handle);
#pragma warning restore
    }
}
