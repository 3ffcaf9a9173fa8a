using System.Data.Common;
using System.Xml.Linq;
using Headwater.Server.Platform.Commands;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Backup;

/// <summary>
/// Puts a backup into an empty place, of the same engine or another. Tables are first made as they were, then filled in one transaction that is only
/// committed when every digest fits and every file is in its place; then migrations go on to this program's version. Broken off, it can be run again.
/// </summary>
internal sealed class RestoreWork(IDatabase database, ITables tables, DataFolder data, SettingStore settings, TimeProvider time)
{
    /// <param name="manifest">What the backup says of itself.</param>
    /// <param name="open">Gives the backup from its start; it is asked again when the database wants the work done again.</param>
    public async Task<RestoreSummary> RunAsync(BackupManifest manifest, Func<Stream> open, bool force, CommandRun run, CancellationToken cancellationToken)
    {
        await PrepareAsync(manifest, force, cancellationToken);
        var staging = data.File("restoring");
        try
        {
            var (summary, shared) = await database.WriteAsync(async transaction =>
            {
                if (Directory.Exists(staging)) Directory.Delete(staging, true);
                Directory.CreateDirectory(staging);
                await using var input = open();
                using var archive = new ArchiveReader(input);
                var loaded = await LoadAsync(transaction, archive, staging, run, cancellationToken);
                foreach (var file in Directory.EnumerateFiles(staging, "*", SearchOption.AllDirectories).ToList())
                {
                    var target = data.File(Path.GetRelativePath(staging, file));
                    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                    File.Move(file, target, overwrite: true);
                }

                return (loaded, await ShareAsync(transaction, run, cancellationToken));
            }, false, cancellationToken);
            await database.MigrateAsync(cancellationToken);
            // A backup from before nodes shared anything has no table for it until now.
            if (!shared) await database.WriteAsync(transaction => ShareAsync(transaction, run, cancellationToken), false, cancellationToken);
            if (database.IsShared) ShareKeys();
            await tables.SettleAsync(cancellationToken);
            return summary;
        }
        finally
        {
            if (Directory.Exists(staging)) Directory.Delete(staging, true);
        }
    }

    /// <summary>Where several nodes share the database, it must have the documents too: a folder is only one node's.</summary>
    /// <returns>False when the tables are too old to hold them.</returns>
    private async Task<bool> ShareAsync(DbTransaction transaction, CommandRun run, CancellationToken cancellationToken)
    {
        if (!database.IsShared) return true;
        var shared = 0L;
        var present = (await tables.DescribeAsync(transaction.Connection!, cancellationToken)).Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        if (!present.Contains(BlobFolder.Table)) return false;
        await SharedFiles.AdoptAsync(transaction, data, cancellationToken);
        var root = data.File("blobs");
        if (!Directory.Exists(root)) return true;
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var sha256 = Path.GetFileName(Path.GetDirectoryName(path)) + Path.GetFileName(path);
            if (sha256.Length != 64) continue;
            await BlobFolder.PublishAsync(transaction, path, sha256);
            run.Progress($"{CommandRun.Number(++shared)} documents shared …");
        }

        return true;
    }

    /// <summary>And the keys, so that what one node protected another can read.</summary>
    private void ShareKeys()
    {
        var folder = data.File("keys");
        if (!Directory.Exists(folder)) return;
        var keys = new ProtectionKeyStore(database, time);
        foreach (var file in Directory.EnumerateFiles(folder, "*.xml")) keys.StoreElement(XElement.Load(file), Path.GetFileNameWithoutExtension(file));
    }

    /// <summary>Makes the tables as they were when the backup was made, and marks them as not yet filled.</summary>
    private async Task PrepareAsync(BackupManifest manifest, bool force, CancellationToken cancellationToken)
    {
        Migrator.RefuseUnknown(manifest.Migrations); // Before anything is taken away.
        var present = await database.ReadAsync(connection => tables.DescribeAsync(connection, cancellationToken), cancellationToken);
        if (present.Any(t => t.Name == Migrator.Table))
        {
            var brokenOff = present.Any(t => t.Name == "setting") && await settings.GetAsync(Restoring.Setting, cancellationToken) is not null;
            if (!force && !brokenOff)
                throw new InvalidOperationException("There is an installation in that place already. Restore into an empty one, or say --force to replace all it holds.");
            await tables.ClearAsync(cancellationToken);
        }
        else if (present.Count > 0)
        {
            throw new InvalidOperationException($"The database holds tables of something else ({present[0].Name}). Give Headwater a database of its own.");
        }

        await tables.MigrateAsync(manifest.Migrations, cancellationToken);
        await settings.SetAsync(Restoring.Setting, "started", cancellationToken);
    }

    private async Task<RestoreSummary> LoadAsync(DbTransaction transaction, ArchiveReader archive, string staging, CommandRun run, CancellationToken cancellationToken)
    {
        var shapes = (await tables.DescribeAsync(transaction.Connection!, cancellationToken)).ToDictionary(t => t.Name, StringComparer.Ordinal);
        var parts = new TableParts(archive, shapes, run);
        await tables.EmptyAsync(transaction, cancellationToken);
        var files = 0L;
        for (var more = archive.Next(); more;)
        {
            if (parts.TableAtHand is { } table)
            {
                parts.Begin();
                var indexes = await tables.DropIndexesAsync(transaction, table.Name);
                await tables.LoadAsync(transaction, table.Name, [.. table.Columns.Select(c => c.Name)], parts.Rows(table), cancellationToken);
                await Tables.MakeIndexesAsync(transaction, indexes);
                more = parts.More;
            }
            else if (parts.IsText)
            {
                parts.Begin();
                foreach (var chunk in parts.Texts().Chunk(5000).SelectMany(c => c.GroupBy(t => t.Kind)))
                    await database.IndexNewTextAsync(transaction, chunk.Key, chunk.Select(t => (t.Item, t.Text)));
                more = parts.More;
            }
            else if (archive.Name.StartsWith(DataFiles.Prefix, StringComparison.Ordinal))
            {
                var target = DataFiles.Target(staging, archive.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
                if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                await using (var file = new FileStream(target, options))
                {
                    archive.CopyTo(file);
                    file.Flush(flushToDisk: true);
                }

                run.Progress($"{CommandRun.Number(++files)} files …");
                more = archive.Next();
            }
            else
            {
                throw new DamagedBackupException($"it holds '{archive.Name}', which does not belong there.");
            }

            cancellationToken.ThrowIfCancellationRequested();
        }

        parts.CompareCounts();
        return new RestoreSummary(archive.Manifest, archive.Digests!, archive.Manifest.Tables.Count, parts.Total, files);
    }
}

internal sealed record RestoreSummary(BackupManifest Manifest, BackupDigests Digests, int Tables, long Rows, long Files);
