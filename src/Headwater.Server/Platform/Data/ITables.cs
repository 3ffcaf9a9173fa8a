using System.Data.Common;
using Dapper;

namespace Headwater.Server.Platform.Data;

/// <summary>What a column holds, in every engine.</summary>
internal enum ColumnKind
{
    Number,
    Real,
    Text,
    Bytes,
}

internal sealed record ColumnShape(string Name, ColumnKind Kind);

/// <summary>A table of ours.</summary>
/// <param name="Key">The columns of its primary key, in order.</param>
/// <param name="RefersTo">Other tables that its rows refer to.</param>
internal sealed record TableShape(string Name, IReadOnlyList<ColumnShape> Columns, IReadOnlyList<string> Key, IReadOnlyList<string> RefersTo);

/// <summary>The searchable text of one thing. What comes out need not be what was put in, but finds the same.</summary>
internal sealed record SearchText(string Kind, long Item, string Text);

/// <summary>
/// The part of the seam that handles whole tables, without knowing what they are about: for backups, moves from engine to engine, and large loads. The
/// tables of the full-text search are the engine's own affair and appear as <see cref="SearchText"/> only.
/// </summary>
internal interface ITables
{
    /// <summary><c>sqlite</c> or <c>postgresql</c>.</summary>
    string Engine { get; }

    /// <summary>Every table, each after those it refers to.</summary>
    Task<IReadOnlyList<TableShape>> DescribeAsync(DbConnection connection, CancellationToken cancellationToken = default);

    /// <summary>All searchable texts, in order.</summary>
    IEnumerable<SearchText> ReadTexts(DbConnection connection);

    /// <summary>
    /// Adds rows to a table, as fast as the engine can. A row may be the same array each time, filled anew; values are <see cref="long"/>,
    /// <see cref="double"/>, <see cref="string"/>, <c>byte[]</c> or null. In the order of the table's key it is quickest.
    /// </summary>
    /// <returns>How many rows were added.</returns>
    Task<long> LoadAsync(DbTransaction transaction, string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows, CancellationToken cancellationToken = default);

    /// <summary>Takes the indexes off a table that much is about to be loaded into: sorted once at the end they are made many times as fast.</summary>
    /// <returns>The statements that make them again, for <see cref="Tables.MakeIndexesAsync"/>.</returns>
    Task<IReadOnlyList<string>> DropIndexesAsync(DbTransaction transaction, string table);

    /// <summary>Applies only these migrations, so that the tables are as they were when a backup was made.</summary>
    /// <exception cref="InvalidOperationException">One of them is not known here, or another by content.</exception>
    Task MigrateAsync(IReadOnlyDictionary<string, string> checksums, CancellationToken cancellationToken = default);

    /// <summary>Removes every row that migrations put in, and lets the rows to come refer to what comes later in the same transaction.</summary>
    Task EmptyAsync(DbTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>Removes every table with all it holds.</summary>
    Task ClearAsync(CancellationToken cancellationToken = default);

    /// <summary>How many bytes the database takes.</summary>
    Task<long> SizeAsync(CancellationToken cancellationToken = default);

    /// <summary>After a large load: what the planner and the files need to be as quick as they were.</summary>
    Task SettleAsync(CancellationToken cancellationToken = default);
}

internal static class Tables
{
    /// <summary>The rows of a table in the order of its key, each in the same array.</summary>
    public static IEnumerable<object?[]> ReadRows(DbConnection connection, TableShape table)
    {
        using var command = connection.CreateCommand();
        command.CommandTimeout = 0;
        command.CommandText = $"SELECT {List(table.Columns.Select(c => c.Name))} FROM {Quote(table.Name)}{(table.Key.Count > 0 ? $" ORDER BY {List(table.Key)}" : "")}";
        using var reader = command.ExecuteReader();
        var row = new object?[table.Columns.Count];
        while (reader.Read())
        {
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? null : table.Columns[i].Kind switch
                {
                    ColumnKind.Number => reader.GetInt64(i),
                    ColumnKind.Real => reader.GetDouble(i),
                    ColumnKind.Text => reader.GetString(i),
                    _ => reader.GetFieldValue<byte[]>(i),
                };
            }

            yield return row;
        }
    }

    /// <summary>Makes indexes again that <see cref="ITables.DropIndexesAsync"/> has taken off.</summary>
    public static async Task MakeIndexesAsync(DbTransaction transaction, IEnumerable<string> statements)
    {
        foreach (var sql in statements) await transaction.Connection!.ExecuteAsync(sql, transaction: transaction, commandTimeout: 0);
    }

    /// <summary>Orders tables so that each comes after those it refers to; what refers to each other stays in the order of its name.</summary>
    public static IReadOnlyList<TableShape> InOrder(IEnumerable<TableShape> tables)
    {
        var rest = tables.OrderBy(t => t.Name, StringComparer.Ordinal).ToList();
        var done = new List<TableShape>(rest.Count);
        while (rest.Count > 0)
        {
            var next = rest.FirstOrDefault(t => !rest.Any(o => o.Name != t.Name && t.RefersTo.Contains(o.Name))) ?? rest[0];
            rest.Remove(next);
            done.Add(next);
        }

        return done;
    }

    public static ColumnKind KindOf(string table, string column, string type) => type.ToUpperInvariant() switch
    {
        "INTEGER" or "BIGINT" or "INT8" or "SMALLINT" or "INT" => ColumnKind.Number,
        "REAL" or "DOUBLE PRECISION" or "FLOAT8" => ColumnKind.Real,
        "TEXT" => ColumnKind.Text,
        "BLOB" or "BYTEA" => ColumnKind.Bytes,
        _ => throw new InvalidOperationException($"The column {table}.{column} is of the type {type}, which no backup can hold."),
    };

    public static string List(IEnumerable<string> names) => string.Join(", ", names.Select(Quote));

    /// <summary>A name as SQL. Names come from the schema; from a file they are held against it first.</summary>
    public static string Quote(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? $"\"{name}\"" : throw new FormatException("That is no name of a table or column.");
}
