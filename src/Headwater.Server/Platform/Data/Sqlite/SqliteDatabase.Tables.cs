using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Headwater.Server.Platform.Data.Sqlite;

/// <summary>Whole tables in the embedded engine.</summary>
internal sealed partial class SqliteDatabase : ITables
{
    private const int Done = 101;

    public string Engine => "sqlite";

    public async Task<IReadOnlyList<TableShape>> DescribeAsync(DbConnection connection, CancellationToken cancellationToken = default)
    {
        var tables = new List<TableShape>();
        foreach (var name in await connection.QueryAsync<string>(
            @"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE 'search\_%' ESCAPE '\'"))
        {
            var columns = (await connection.QueryAsync<(string Name, string Type, long Key)>("SELECT name, type, pk FROM pragma_table_info(@name) ORDER BY cid", new { name })).AsList();
            var references = await connection.QueryAsync<string>("""SELECT DISTINCT "table" FROM pragma_foreign_key_list(@name)""", new { name });
            tables.Add(new TableShape(name, [.. columns.Select(c => new ColumnShape(c.Name, Tables.KindOf(name, c.Name, c.Type)))],
                [.. columns.Where(c => c.Key > 0).OrderBy(c => c.Key).Select(c => c.Name)], [.. references.Where(r => r != name)]));
        }

        return Tables.InOrder(tables);
    }

    public IEnumerable<SearchText> ReadTexts(DbConnection connection)
    {
        using var reader = connection.ExecuteReader("SELECT i.kind, i.item, t.text FROM search_item i JOIN search_text t ON t.rowid = i.row ORDER BY i.kind, i.item", commandTimeout: 0);
        while (reader.Read()) yield return new SearchText(reader.GetString(0), reader.GetInt64(1), reader.GetString(2));
    }

    public Task<long> LoadAsync(DbTransaction transaction, string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows, CancellationToken cancellationToken = default)
    {
        var handle = ((SqliteConnection)transaction.Connection!).Handle!;
        var sql = $"INSERT INTO {Tables.Quote(table)} ({Tables.List(columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => $"?{i + 1}"))})";
        Check(raw.sqlite3_prepare_v2(handle, sql, out var statement), handle);
        using (statement)
        {
            var count = 0L;
            foreach (var row in rows)
            {
                for (var i = 0; i < columns.Count; i++) Check(Bind(statement, i + 1, row[i]), handle);
                var code = raw.sqlite3_step(statement);
                if (code != Done) Check(code, handle);
                raw.sqlite3_reset(statement);
                if (++count % 4096 == 0) cancellationToken.ThrowIfCancellationRequested();
            }

            return Task.FromResult(count);
        }
    }

    public async Task<IReadOnlyList<string>> DropIndexesAsync(DbTransaction transaction, string table)
    {
        var indexes = (await transaction.Connection!.QueryAsync<(string Name, string Sql)>("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = @table AND sql IS NOT NULL", new { table }, transaction)).AsList();
        foreach (var (name, _) in indexes) await transaction.Connection!.ExecuteAsync($"DROP INDEX {Tables.Quote(name)}", transaction: transaction);
        return [.. indexes.Select(i => i.Sql)];
    }

    public Task MigrateAsync(IReadOnlyDictionary<string, string> checksums, CancellationToken cancellationToken = default) => OnWriterAsync(
        writer => Migrator.RunAsync(writer, Render, _time, checksums), cancellationToken);

    public async Task EmptyAsync(DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        await transaction.Connection!.ExecuteAsync("PRAGMA defer_foreign_keys=ON", transaction: transaction);
        foreach (var table in await DescribeAsync(transaction.Connection!, cancellationToken))
            await transaction.Connection!.ExecuteAsync($"DELETE FROM {Tables.Quote(table.Name)}", transaction: transaction);
    }

    public Task ClearAsync(CancellationToken cancellationToken = default) => OnWriterAsync(async writer =>
    {
        while (_idle.TryTake(out var reader)) await reader.DisposeAsync();
        await writer.ExecuteAsync("PRAGMA foreign_keys=OFF");
        // The virtual table first: it takes its shadow tables along.
        foreach (var name in (await writer.QueryAsync<string>(@"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name <> 'search_text'")).AsList())
            await writer.ExecuteAsync($"DROP TABLE IF EXISTS {Tables.Quote(name)}");
        await writer.ExecuteAsync("PRAGMA foreign_keys=ON");
        await writer.ExecuteAsync("VACUUM", commandTimeout: 0);
    }, cancellationToken);

    public Task<long> SizeAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(connection => connection.QuerySingleAsync<long>("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"), cancellationToken);

    public Task SettleAsync(CancellationToken cancellationToken = default) => OnWriterAsync(writer => writer.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)", commandTimeout: 0), cancellationToken);

    private async Task OnWriterAsync(Func<SqliteConnection, Task> work, CancellationToken cancellationToken)
    {
        await _gate.EnterAsync(false, cancellationToken);
        try
        {
            await work(_writer.Value);
        }
        catch (SqliteException e) when (IsStorage(e))
        {
            throw StorageException.Of(e);
        }
        finally
        {
            _gate.Leave();
        }
    }

    private static int Bind(sqlite3_stmt statement, int at, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(statement, at),
        long number => raw.sqlite3_bind_int64(statement, at, number),
        string text => raw.sqlite3_bind_text(statement, at, text),
        double real => raw.sqlite3_bind_double(statement, at, real),
        byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(statement, at, 0),
        byte[] bytes => raw.sqlite3_bind_blob(statement, at, bytes),
        _ => throw new ArgumentException($"A row holds a {value.GetType().Name}."),
    };

    private static void Check(int code, sqlite3 handle)
    {
        if (code != 0) throw new SqliteException($"SQLite Error {code}: '{raw.sqlite3_errmsg(handle).utf8_to_string()}'.", code);
    }
}
