using System.Data.Common;
using System.Security.Cryptography;
using Dapper;

namespace Headwater.Server.Platform.Data;

/// <summary>
/// Files of the data folder that every node needs, which one node makes: they go through the database that the nodes share. A name stands for one content for
/// ever. Where there is but one node, nothing happens here.
/// </summary>
internal sealed class SharedFiles(IDatabase database, DataFolder data, BlobFolder blobs, TimeProvider time)
{
    /// <summary>Gives files to the other nodes and lets go of those in the same folder that are not named.</summary>
    /// <param name="folder">Below the data folder.</param>
    public async Task PublishAsync(string folder, IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        if (!database.IsShared) return;
        var files = new List<(string Name, string Path, string Sha256)>();
        foreach (var path in paths)
        {
            await using var stream = File.OpenRead(path);
            files.Add((NameOf(path), path, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken))));
        }

        await database.WriteAsync(async transaction =>
        {
            await database.LockAsync(transaction, BlobFolder.Lock);
            foreach (var (name, path, sha256) in files)
            {
                await BlobFolder.PublishAsync(transaction, path, sha256);
                await transaction.Connection!.ExecuteAsync("INSERT INTO shared_file (name, sha256, changed_at) VALUES (@name, @sha256, @now) ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256",
                    new { name, sha256, now = time.GetUtcNow() }, transaction);
            }

            // A node that is slow to take up the new may ask for the old for a while.
            await transaction.Connection!.ExecuteAsync("DELETE FROM shared_file WHERE name LIKE @below AND name NOT IN @names AND changed_at < @before",
                new { below = NameOf(folder) + "/%", names = files.Select(f => f.Name).Append("").ToArray(), before = time.GetUtcNow() - TimeSpan.FromHours(1) }, transaction);
        }, true, cancellationToken);
    }

    /// <summary>Brings a file to where it is expected, when it is not there and another node has made it.</summary>
    public async Task FetchAsync(string path, CancellationToken cancellationToken)
    {
        if (!database.IsShared || File.Exists(path)) return;
        var sha256 = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<string>("SELECT sha256 FROM shared_file WHERE name = @name", new { name = NameOf(path) }), cancellationToken);
        if (sha256 is not null) await blobs.FetchAsync(sha256, path, cancellationToken);
    }

    /// <summary>Lets a database that was filled from a backup have the files that it names, which came back into the folder; what did not come back is named no more.</summary>
    public static async Task AdoptAsync(DbTransaction transaction, DataFolder data, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        foreach (var name in (await connection.QueryAsync<string>("SELECT name FROM shared_file ORDER BY name", transaction: transaction)).ToList())
        {
            var path = data.File(name);
            if (!File.Exists(path))
            {
                await connection.ExecuteAsync($"DELETE FROM shared_file WHERE name = @name AND sha256 NOT IN (SELECT sha256 FROM {BlobFolder.Table})", new { name }, transaction);
                continue;
            }

            string sha256;
            await using (var stream = File.OpenRead(path)) sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
            await BlobFolder.PublishAsync(transaction, path, sha256);
            await connection.ExecuteAsync("UPDATE shared_file SET sha256 = @sha256 WHERE name = @name", new { name, sha256 }, transaction);
        }
    }

    private string NameOf(string path) => Path.GetRelativePath(data.Path, Path.GetFullPath(path)).Replace(Path.DirectorySeparatorChar, '/');
}
