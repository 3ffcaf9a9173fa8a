using System.Data.Common;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Headwater.Server.Platform.Data.Postgres;

/// <summary>Whole tables in PostgreSQL. The database is Headwater's own: what lies in its schema is taken to be ours.</summary>
internal sealed partial class PostgresDatabase : ITables
{
    private const string OurTables = "SELECT c.oid, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relkind = 'r'";

    public string Engine => "postgresql";

    public async Task<IReadOnlyList<TableShape>> DescribeAsync(DbConnection connection, CancellationToken cancellationToken = default)
    {
        var columns = (await connection.QueryAsync<(string TableName, string Name, string Type)>($"""
            SELECT t.name, a.attname, format_type(a.atttypid, NULL) FROM ({OurTables}) t JOIN pg_attribute a ON a.attrelid = t.oid WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY t.name, a.attnum
            """)).ToLookup(c => c.TableName);
        var keys = (await connection.QueryAsync<(string TableName, string Name)>($"""
            SELECT t.name, a.attname FROM ({OurTables}) t JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary
            CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum ORDER BY t.name, k.place
            """)).ToLookup(k => k.TableName, k => k.Name);
        var references = (await connection.QueryAsync<(string TableName, string Other)>($"""
            SELECT DISTINCT t.name, o.relname FROM ({OurTables}) t JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f' JOIN pg_class o ON o.oid = f.confrelid
            """)).ToLookup(r => r.TableName, r => r.Other);
        return Tables.InOrder(columns.Where(t => !t.Key.StartsWith("search_", StringComparison.Ordinal)).Select(t =>
            new TableShape(t.Key, [.. t.Select(c => new ColumnShape(c.Name, Tables.KindOf(t.Key, c.Name, c.Type)))], [.. keys[t.Key]], [.. references[t.Key].Where(r => r != t.Key)])));
    }

    /// <summary>The words in the order of the alphabet, which is all that is kept of the text.</summary>
    public IEnumerable<SearchText> ReadTexts(DbConnection connection)
    {
        using var reader = connection.ExecuteReader("SELECT kind, item, array_to_string(tsvector_to_array(words), ' ') FROM search_text ORDER BY kind, item", commandTimeout: 0);
        while (reader.Read())
        {
            var kind = reader.GetString(0);
            yield return new SearchText(kind, reader.GetInt64(1), string.Join(' ', reader.GetString(2).Split(' ').Where(w => w != KindWord(kind))));
        }
    }

    public async Task<long> LoadAsync(DbTransaction transaction, string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows, CancellationToken cancellationToken = default)
    {
        var connection = ((PostgresConnection)transaction.Connection!).Inner;
        var types = (await transaction.Connection!.QueryAsync<(string Name, string Type)>(
            "SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a WHERE a.attrelid = CAST(@table AS regclass) AND a.attnum > 0 AND NOT a.attisdropped", new { table }, transaction)).ToDictionary(c => c.Name, c => c.Type);
        var narrow = columns.Select(c => types.GetValueOrDefault(c) switch { "integer" => NpgsqlDbType.Integer, "smallint" => NpgsqlDbType.Smallint, _ => NpgsqlDbType.Bigint }).ToArray();
        await using var writer = await connection.BeginBinaryImportAsync($"COPY {Tables.Quote(table)} ({Tables.List(columns)}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        writer.Timeout = TimeSpan.FromHours(1);
        var count = 0L;
        foreach (var row in rows)
        {
            await writer.StartRowAsync(cancellationToken);
            for (var i = 0; i < columns.Count; i++)
            {
                await (row[i] switch
                {
                    null => writer.WriteNullAsync(cancellationToken),
                    long number => narrow[i] switch
                    {
                        NpgsqlDbType.Integer => writer.WriteAsync(checked((int)number), NpgsqlDbType.Integer, cancellationToken),
                        NpgsqlDbType.Smallint => writer.WriteAsync((short)Math.Clamp(number, short.MinValue, short.MaxValue), NpgsqlDbType.Smallint, cancellationToken),
                        _ => writer.WriteAsync(number, NpgsqlDbType.Bigint, cancellationToken),
                    },
                    double real => writer.WriteAsync(real, NpgsqlDbType.Double, cancellationToken),
                    string text => writer.WriteAsync(PostgresCommand.WithoutNul(text), NpgsqlDbType.Text, cancellationToken),
                    byte[] bytes => writer.WriteAsync(bytes, NpgsqlDbType.Bytea, cancellationToken),
                    var value => throw new ArgumentException($"A row holds a {value.GetType().Name}."),
                });
            }

            count++;
        }

        await writer.CompleteAsync(cancellationToken);
        return count;
    }

    /// <summary>Not where a row refers to another: that is checked at the end of the transaction, and until then no index may be made.</summary>
    public async Task<IReadOnlyList<string>> DropIndexesAsync(DbTransaction transaction, string table)
    {
        var indexes = (await transaction.Connection!.QueryAsync<(string Name, string Sql)>("""
            SELECT i.relname, pg_get_indexdef(i.oid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
            WHERE x.indrelid = CAST(@table AS regclass) AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid)
                AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.conrelid = x.indrelid AND f.contype = 'f')
            """, new { table }, transaction)).AsList();
        foreach (var (name, _) in indexes) await transaction.Connection!.ExecuteAsync($"DROP INDEX {Tables.Quote(name)}", transaction: transaction);
        return [.. indexes.Select(i => i.Sql)];
    }

    public Task MigrateAsync(IReadOnlyDictionary<string, string> checksums, CancellationToken cancellationToken = default) => MigrateAsync(checksums, false, cancellationToken);

    public async Task EmptyAsync(DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        await transaction.Connection!.ExecuteAsync("SET CONSTRAINTS ALL DEFERRED", transaction: transaction);
        var tables = await DescribeAsync(transaction.Connection!, cancellationToken);
        await transaction.Connection!.ExecuteAsync($"TRUNCATE {Tables.List(tables.Select(t => t.Name))}, search_text", transaction: transaction);
    }

    public Task ClearAsync(CancellationToken cancellationToken = default) => this.WriteAsync(async transaction =>
    {
        var names = (await transaction.Connection!.QueryAsync<(uint Oid, string Name)>(OurTables, transaction: transaction)).Select(t => t.Name).ToList();
        if (names.Count > 0) await transaction.Connection!.ExecuteAsync($"DROP TABLE {Tables.List(names)} CASCADE", transaction: transaction);
    }, cancellationToken: cancellationToken);

    public Task<long> SizeAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(connection => connection.QuerySingleAsync<long>("SELECT pg_database_size(current_database())"), cancellationToken);

    public async Task SettleAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await connection.ExecuteAsync("VACUUM ANALYZE", commandTimeout: 0);
        // Each row that was changed after it had been loaded has left an old one behind; where that is half of a table or more, it is written anew.
        foreach (var table in await connection.QueryAsync<string>($"SELECT t.name FROM ({OurTables}) t JOIN pg_stat_user_tables s ON s.relid = t.oid WHERE s.n_tup_upd + s.n_tup_del >= s.n_live_tup / 2 AND s.n_live_tup >= 10000"))
            await connection.ExecuteAsync($"VACUUM (FULL, ANALYZE) {Tables.Quote(table)}", commandTimeout: 0);
    }
}
