using System.IO.Compression;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Commands;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Backup;

/// <summary>Backup, restore, and the audit log out of a backup: operator commands, no pages.</summary>
internal static class BackupModule
{
    private static readonly CommandOption Force = new("--force", null, "replace what is there");

    public static IReadOnlyList<OperatorCommand> Commands { get; } =
    [
        new OperatorCommand
        {
            Name = "backup", Arguments = "FILE", Summary = "write all that is kept into one file, while the server runs", Data = DataUse.Beside, RunAsync = BackupAsync,
            Options = [new("--without-keys", null, "leave out the keys that protect cookies: everybody signs in anew after a restore"), Force],
            Help = """
                The file holds every table from one moment, the documents, the advisory data and the keys; it is a gzipped tar file of JSON lines and the
                files as they are. When it is written it is read again and held against its digests. Whoever has it has the installation: keep it as safe.

                Exit code 0: written and verified. 1: written, but a document in the data folder is damaged. 2: not written.

                  headwater-server backup /backup/headwater-$(date +%F).tar.gz --data /var/lib/headwater
                """,
        },
        new OperatorCommand
        {
            Name = "restore", Arguments = "FILE", Summary = "put a backup into an empty place", Data = DataUse.Alone, RunAsync = RestoreAsync, Options = [Force],
            Help = """
                The engine may be another than the one the backup was made from, and the program a newer one. The whole file is held against its digests before
                anything is touched, so a damaged one costs nothing; broken off, it can be run again.

                Exit code 0: restored. 2: not restored.

                  headwater-server restore backup.tar.gz --data /var/lib/headwater
                  headwater-server restore backup.tar.gz --data /var/lib/headwater --database postgres://headwater@db/headwater
                """,
        },
        MoveCommand.Definition,
    ];

    private static async Task<int> BackupAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var file = Path.GetFullPath(run.Argument(0)!);
        if (!run.Has("--force") && File.Exists(file)) throw new IOException($"{file} is there already. Name another file, or say --force to replace it.");
        var temporary = $"{file}.{Environment.ProcessId}.tmp";
        try
        {
            var summary = await run.Get<BackupWork>().RunAsync(() => new GZipStream(Create(temporary), CompressionLevel.Fastest), !run.Has("--without-keys"), true, run, cancellationToken);
            run.Progress("Verifying …");
            await using (var written = new FileStream(temporary, FileMode.Open, FileAccess.ReadWrite)) written.Flush(flushToDisk: true);
            BackupFile.Verify(temporary, cancellationToken);
            File.Move(temporary, file, overwrite: true);
            run.Say($"{file}: {CommandRun.Size(new FileInfo(file).Length)}, {CommandRun.Number(summary.Rows)} rows of {summary.Tables} tables, {CommandRun.Number(summary.Files)} files, verified");
            if (summary.AuditHead is not null) run.Say($"Audit log head {summary.AuditHead}");
            foreach (var path in summary.Damaged) run.Say($"Damaged before it was copied: {path}");
            return summary.Damaged.Count > 0 ? CommandLine.Found : CommandLine.Done;
        }
        catch (ArgumentOutOfRangeException e) when (StorageException.IsTooLarge(e))
        {
            throw new IOException($"{file} cannot be written: a file may not become that large there.", e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static async Task<int> RestoreAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var file = run.Argument(0)!;
        BackupFile.Expect(file);
        // Read whole before anything is touched: with --force there is something to lose.
        run.Progress("Verifying …");
        var manifest = BackupFile.Verify(file, cancellationToken);
        RestoreSummary summary;
        try
        {
            summary = await run.Get<RestoreWork>().RunAsync(manifest, () => BackupFile.Open(file), run.Has("--force"), run, cancellationToken);
        }
        catch (BackupException e)
        {
            throw BackupFile.Unusable(file, e);
        }

        run.Say($"Restored {CommandRun.Number(summary.Rows)} rows of {summary.Tables} tables and {CommandRun.Number(summary.Files)} files of {summary.Manifest.CreatedAt:yyyy-MM-dd HH:mm:ss} UTC");
        if (!summary.Manifest.Keys) run.Say("The backup holds no keys: everybody signs in anew.");
        if (summary.Digests.AuditHead is { } head) run.Say($"Audit log head {head}");
        return CommandLine.Done;
    }

    public static void AddServices(IServiceCollection services) => services.AddSingleton<BackupWork>().AddSingleton<RestoreWork>();

    /// <summary>The records of the audit log in a backup, oldest first.</summary>
    /// <exception cref="BackupException">It is no backup, or damaged.</exception>
    public static IEnumerable<AuditRecord> ReadAudit(string file)
    {
        BackupFile.Expect(file);
        using var records = Records(file).GetEnumerator();
        while (true)
        {
            try
            {
                if (!records.MoveNext()) yield break;
            }
            catch (BackupException e)
            {
                throw BackupFile.Unusable(file, e);
            }

            yield return records.Current;
        }
    }

    private static IEnumerable<AuditRecord> Records(string file)
    {
        using var input = BackupFile.Open(file);
        using var archive = new ArchiveReader(input);
        var columns = archive.Manifest.Tables.FirstOrDefault(t => t.Name == "audit")?.Columns ?? throw new BackupException("it holds no audit log.");
        int At(string name) => columns.ToList().FindIndex(c => c.Name == name) is >= 0 and var at ? at : throw new BackupException($"its audit log has no column '{name}'.");
        var (id, at, actor, act, subject, detail, before, after, hash) = (At("id"), At("at"), At("actor"), At("act"), At("subject"), At("detail"), At("before_digest"), At("after_digest"), At("hash"));
        var kinds = columns.Select(c => c.Kind).ToArray();
        while (archive.Next())
        {
            if (TableParts.Folder(archive.Name) != "audit") continue;
            foreach (var row in RowCodec.Read(archive.Name, archive.Bytes(), kinds))
            {
                string Text(int i) => row[i] as string ?? throw new DamagedBackupException($"a record in {archive.Name} is not whole.");
                yield return new AuditRecord((long)row[id]!, (long)row[at]!, new AuditEntry(Text(actor), Text(act), Text(subject), row[detail] as string, row[before] as string, row[after] as string), Text(hash));
            }
        }
    }

    private static FileStream Create(string file)
    {
        // Whoever has the file has every secret in it.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 128 * 1024 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(file, options);
    }
}
