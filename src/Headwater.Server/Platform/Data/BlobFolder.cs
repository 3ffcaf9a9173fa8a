using System.Data.Common;
using System.Runtime.InteropServices;
using Dapper;

namespace Headwater.Server.Platform.Data;

/// <summary>
/// Documents as they came, each under the SHA-256 of its bytes, written once and never changed. They are files of the data folder; where several nodes
/// share a database the database has them too, and a node's folder is only what it has at hand.
/// </summary>
internal sealed class BlobFolder(DataFolder data, IDatabase database)
{
    /// <summary>Taken by whoever names documents or deletes unnamed ones.</summary>
    public const string Lock = "documents";

    /// <summary>Where a database that nodes share has the contents, in parts.</summary>
    public const string Table = "document_part";

    private const int PartSize = 1 << 20;

    private readonly string _root = Directory.CreateDirectory(data.File("blobs")).FullName;

    public string PathOf(string sha256) => Path.Combine(_root, sha256[..2], sha256[2..]);

    /// <exception cref="FileNotFoundException">Neither the folder nor the database has it.</exception>
    public async Task<FileStream> OpenAsync(string sha256, CancellationToken cancellationToken)
    {
        var path = PathOf(sha256);
        if (!File.Exists(path)) await FetchAsync(sha256, path, cancellationToken);
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 128 * 1024, FileOptions.SequentialScan);
    }

    /// <summary>The hashes of all documents that are kept; files that nodes share are none.</summary>
    public async Task<IReadOnlyCollection<string>> AllAsync(CancellationToken cancellationToken)
    {
        var all = Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(Path.GetDirectoryName(f)) + Path.GetFileName(f)).Where(h => h.Length == 64).ToHashSet(StringComparer.Ordinal);
        if (database.IsShared) all.UnionWith(await database.ReadAsync(connection => connection.QueryAsync<string>("SELECT sha256 FROM document_part WHERE part = 0 AND sha256 NOT IN (SELECT sha256 FROM shared_file)"), cancellationToken));
        return all;
    }

    public async Task DeleteAsync(DbTransaction transaction, string sha256)
    {
        await transaction.Connection!.ExecuteAsync("DELETE FROM document_part WHERE sha256 = @sha256", new { sha256 }, transaction);
        if (File.Exists(PathOf(sha256))) File.Delete(PathOf(sha256));
    }

    /// <summary>
    /// Moves a received file to its place, in the transaction that names it. The file's content must have reached the disk; when this returns its name
    /// has too. Done again for the same document it does no harm.
    /// </summary>
    /// <param name="file">Where it was received; it is gone afterwards.</param>
    public async Task KeepAsync(DbTransaction transaction, string file, string sha256)
    {
        // Nobody sweeps it away between its coming and the commit that names it.
        await database.LockAsync(transaction, Lock);
        if (File.Exists(file)) StorageException.Guard(() => Move(file, PathOf(sha256)));
        if (database.IsShared) await PublishAsync(transaction, PathOf(sha256), sha256);
    }

    /// <summary>Lets the database have a file under its hash, unless it has it.</summary>
    public static async Task PublishAsync(DbTransaction transaction, string path, string sha256)
    {
        if (await transaction.Connection!.QuerySingleAsync<long>("SELECT COUNT(*) FROM document_part WHERE sha256 = @sha256 AND part = 0", new { sha256 }, transaction) > 0) return;
        await using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        using var insert = new PreparedCommand(transaction, "INSERT INTO document_part (sha256, part, bytes) VALUES (@p0, @p1, @p2)", 3);
        var part = 0L;
        do
        {
            var bytes = new byte[Math.Min(PartSize, source.Length - source.Position)];
            await source.ReadExactlyAsync(bytes);
            insert.Execute(sha256, part++, bytes);
        }
        while (source.Position < source.Length);
    }

    /// <summary>What the database holds for its nodes: documents and files that they share, by the path below a data folder, with their length.</summary>
    public static IReadOnlyList<(string Path, string Sha256, long Length)> Held(DbConnection connection)
    {
        var shared = connection.Query<(string Name, string Sha256)>("SELECT name, sha256 FROM shared_file ORDER BY name").ToLookup(f => f.Sha256, f => f.Name);
        return [.. connection.Query<(string Sha256, long Length)>("SELECT sha256, SUM(LENGTH(bytes)) FROM document_part GROUP BY sha256 ORDER BY sha256", commandTimeout: 0)
            .SelectMany(d => (shared.Contains(d.Sha256) ? shared[d.Sha256] : [$"blobs/{d.Sha256[..2]}/{d.Sha256[2..]}"]).Select(path => (path, d.Sha256, d.Length)))];
    }

    /// <summary>The content of what the database holds, as long as the connection is used for nothing else meanwhile.</summary>
    public static Stream Open(DbConnection connection, string sha256, long length) => new DocumentParts(connection, sha256, length);

    /// <summary>Takes a file out of the database, to the place named.</summary>
    public async Task FetchAsync(string sha256, string path, CancellationToken cancellationToken)
    {
        var received = Path.Combine(data.Spool, $"{sha256}.{Guid.CreateVersion7():n}");
        try
        {
            var parts = await database.ReadAsync(async connection =>
            {
                await using var target = new FileStream(received, FileMode.Create, FileAccess.Write, FileShare.None);
                var part = 0L;
                while (await connection.QuerySingleOrDefaultAsync<byte[]>("SELECT bytes FROM document_part WHERE sha256 = @sha256 AND part = @part", new { sha256, part }) is { } bytes)
                {
                    await target.WriteAsync(bytes, cancellationToken);
                    part++;
                }

                target.Flush(flushToDisk: true);
                return part;
            }, cancellationToken);
            if (parts == 0) throw new FileNotFoundException($"The document {sha256} is kept neither in the data folder nor in the database.");
            StorageException.Guard(() => Move(received, path, replace: true));
        }
        finally
        {
            if (File.Exists(received)) File.Delete(received);
        }
    }

    private void Move(string file, string target, bool replace = false)
    {
        if (!replace && File.Exists(target))
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
