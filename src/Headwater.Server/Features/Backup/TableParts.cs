using Headwater.Server.Platform.Commands;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Backup;

/// <summary>The rows of one table after another, over the borders of the parts they come in, held against the tables that are to take them.</summary>
internal sealed class TableParts(ArchiveReader archive, IReadOnlyDictionary<string, TableShape> shapes, CommandRun run)
{
    private static readonly ColumnKind[] TextKinds = [ColumnKind.Text, ColumnKind.Number, ColumnKind.Text];
    private readonly Dictionary<string, long> _rows = new(StringComparer.Ordinal);
    private long _texts;

    /// <summary>True while the archive stands at a part that has not been read.</summary>
    public bool More { get; private set; }

    public long Total => _rows.Values.Sum();

    public bool IsText => archive.Name.StartsWith("search/", StringComparison.Ordinal);

    /// <summary>The table whose rows come next, with the columns that the backup has of it; null when something else comes.</summary>
    /// <exception cref="BackupException">There is no such table or column.</exception>
    public BackupTable? TableAtHand
    {
        get
        {
            if (Folder(archive.Name) is not { } name) return null;
            var table = archive.Manifest.Tables.FirstOrDefault(t => t.Name == name);
            if (table is null || !shapes.TryGetValue(name, out var shape)) throw new BackupException($"it holds a table '{name}', which this program does not have.");
            if (table.Columns.FirstOrDefault(c => !shape.Columns.Any(s => s.Name == c.Name && s.Kind == c.Kind)) is { } stranger)
                throw new BackupException($"it holds a column '{stranger.Name}' of {name}, which this program does not have.");
            return table;
        }
    }

    public void Begin() => More = true;

    public IEnumerable<object?[]> Rows(BackupTable table)
    {
        var kinds = table.Columns.Select(c => c.Kind).ToArray();
        for (; More && Folder(archive.Name) == table.Name; More = archive.Next())
        {
            foreach (var row in RowCodec.Read(archive.Name, archive.Bytes(), kinds))
            {
                _rows[table.Name] = _rows.GetValueOrDefault(table.Name) + 1;
                yield return row;
            }

            run.Progress($"{table.Name}: {CommandRun.Number(_rows.GetValueOrDefault(table.Name))} rows …");
        }
    }

    public IEnumerable<SearchText> Texts()
    {
        for (; More && IsText; More = archive.Next())
        {
            foreach (var row in RowCodec.Read(archive.Name, archive.Bytes(), TextKinds))
            {
                _texts++;
                yield return row is [string kind, long item, string text] ? new SearchText(kind, item, text) : throw new DamagedBackupException($"the part {archive.Name} holds no searchable text.");
            }
        }
    }

    public void CompareCounts()
    {
        foreach (var (table, rows) in archive.Digests!.Rows)
            if (_rows.GetValueOrDefault(table) != rows) throw new DamagedBackupException($"{table} should have {rows} rows and has {_rows.GetValueOrDefault(table)}.");
        if (_texts != archive.Digests.Texts) throw new DamagedBackupException("searchable texts are missing.");
    }

    /// <summary><c>tables/NAME/000001.jsonl</c></summary>
    public static string? Folder(string part) => part.Split('/') is ["tables", var name, _] ? name : null;
}
