using System.Buffers;
using System.Data.Common;
using System.Text.Json;
using Headwater.Server.Platform.Commands;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Backup;

/// <summary>Writes everything that an installation keeps into one stream, from one snapshot of the database, while a server may be at work on it.</summary>
internal sealed class BackupWork(IDatabase database, ITables tables, DataFolder data, TimeProvider time)
{
    private static readonly string[] KeyTables = ["protection_key"];
    private const int PartSize = 4 << 20;
    private static readonly ColumnKind[] TextKinds = [ColumnKind.Text, ColumnKind.Number, ColumnKind.Text];

    /// <param name="open">Gives the stream to write to. It is asked for another one when the database had to be read again from the start.</param>
    /// <param name="withFiles">False where only the database changes its place.</param>
    public async Task<BackupSummary> RunAsync(Func<Stream> open, bool withKeys, bool withFiles, CommandRun run, CancellationToken cancellationToken)
    {
        // What the snapshot names must still be there when its turn comes.
        using var held = data.HoldDocuments();
        return await database.ReadAsync(async connection =>
        {
            await using var output = open();
            using var archive = new ArchiveWriter(output, time.GetUtcNow());
            var shapes = await tables.DescribeAsync(connection, cancellationToken);
            if (!withKeys) shapes = [.. shapes.Where(t => !KeyTables.Contains(t.Name))];
            // Where nodes share the database it has the documents, and a folder only what its node has at hand. They go into the backup once, as files, as they do on the other engine.
            var fromDatabase = withFiles && database.IsShared && shapes.Any(t => t.Name == BlobFolder.Table);
            if (fromDatabase) shapes = [.. shapes.Where(t => t.Name != BlobFolder.Table)];
            archive.Add(BackupManifest.Part, JsonSerializer.SerializeToUtf8Bytes(Describe(connection, shapes, withKeys), BackupJson.Default.BackupManifest));
            var rows = new Dictionary<string, long>(StringComparer.Ordinal);
            string? head = null;
            foreach (var table in shapes) rows[table.Name] = WriteTable(archive, connection, table, run, ref head, cancellationToken);
            var texts = Write(archive, "search", TextKinds, tables.ReadTexts(connection).Select(t => new object?[] { t.Kind, t.Item, t.Text }), _ => { }, cancellationToken);
            var (files, damaged) = withFiles ? WriteFiles(archive, fromDatabase ? connection : null, withKeys, run, cancellationToken) : (0, []);
            archive.Finish(rows, texts, head);
            return new BackupSummary(shapes.Count, rows.Values.Sum(), files, damaged, head);
        }, cancellationToken);
    }

    /// <summary>What a backup made now would say of itself.</summary>
    public Task<BackupManifest> DescribeAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(async connection => Describe(connection, await tables.DescribeAsync(connection, cancellationToken), true), cancellationToken);

    private BackupManifest Describe(DbConnection connection, IReadOnlyList<TableShape> shapes, bool withKeys)
    {
        var migrations = Tables.ReadRows(connection, shapes.Single(t => t.Name == Migrator.Table) with { Columns = [new("name", ColumnKind.Text), new("checksum", ColumnKind.Text)] });
        return new BackupManifest
        {
            Format = BackupManifest.CurrentFormat, Program = $"Headwater {typeof(BackupWork).Assembly.GetName().Version?.ToString(3)}", CreatedAt = time.GetUtcNow(), Engine = tables.Engine, Keys = withKeys,
            Migrations = migrations.ToDictionary(m => (string)m[0]!, m => (string)m[1]!, StringComparer.Ordinal),
            Tables = [.. shapes.Select(t => new BackupTable(t.Name, [.. t.Columns.Select(c => new BackupColumn(c.Name, c.Kind))]))],
        };
    }

    private static long WriteTable(ArchiveWriter archive, DbConnection connection, TableShape table, CommandRun run, ref string? head, CancellationToken cancellationToken)
    {
        var hash = table.Name == "audit" ? table.Columns.ToList().FindIndex(c => c.Name == "hash") : -1;
        var last = head;
        var rows = Tables.ReadRows(connection, table);
        if (hash >= 0) rows = rows.Select(row =>
        {
            last = (string?)row[hash];
            return row;
        });
        var count = Write(archive, $"tables/{table.Name}", [.. table.Columns.Select(c => c.Kind)], rows, n => run.Progress($"{table.Name}: {CommandRun.Number(n)} rows …"), cancellationToken);
        head = last;
        return count;
    }

    private static long Write(ArchiveWriter archive, string folder, ColumnKind[] kinds, IEnumerable<object?[]> rows, Action<long> progress, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(PartSize + 64 * 1024);
        var (count, part) = (0L, 0);
        foreach (var row in rows)
        {
            RowCodec.Write(buffer, kinds, row);
            count++;
            if (buffer.WrittenCount < PartSize) continue;
            Flush();
            progress(count);
        }

        if (buffer.WrittenCount > 0) Flush();
        return count;

        void Flush()
        {
            cancellationToken.ThrowIfCancellationRequested();
            archive.Add($"{folder}/{++part:000000}.jsonl", buffer.WrittenMemory);
            buffer.ResetWrittenCount();
        }
    }

    /// <param name="database">Where documents lie in the database; null where they lie in the folder.</param>
    private (long Files, List<string> Damaged) WriteFiles(ArchiveWriter archive, DbConnection? database, bool withKeys, CommandRun run, CancellationToken cancellationToken)
    {
        var (count, damaged, written) = (0L, new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var (path, sha256, length) in database is null ? [] : BlobFolder.Held(database))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!written.Add(path)) continue;
            using var content = BlobFolder.Open(database!, sha256, length);
            if (archive.Add(DataFiles.Prefix + path, content) != sha256) damaged.Add(path);
            run.Progress($"{CommandRun.Number(++count)} files …");
        }

        foreach (var path in DataFiles.All(data.Path, withKeys).Where(p => !written.Contains(p)).ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            FileStream file;
            try
            {
                file = new FileStream(data.File(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 128 * 1024, FileOptions.SequentialScan);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                continue; // Replaced or withdrawn since it was listed.
            }

            using (file)
            {
                var digest = archive.Add(DataFiles.Prefix + path, file);
                if (path.StartsWith("blobs/", StringComparison.Ordinal) && path[6..].Replace("/", "", StringComparison.Ordinal) != digest) damaged.Add(path);
            }

            run.Progress($"{CommandRun.Number(++count)} files …");
        }

        return (count, damaged);
    }
}

/// <param name="Damaged">Documents whose bytes are not those that were uploaded.</param>
internal sealed record BackupSummary(int Tables, long Rows, long Files, IReadOnlyList<string> Damaged, string? AuditHead);
