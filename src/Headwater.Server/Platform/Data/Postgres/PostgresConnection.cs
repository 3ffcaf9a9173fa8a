using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Headwater.Server.Platform.Data.Postgres;

/// <summary>
/// What stores hold instead of the driver's own connection, so that the same statements run as on the embedded engine: truth values go as
/// 0 and 1, a NUL in a text (which the engine cannot hold) as the replacement character, and lists expand into parameters.
/// </summary>
internal sealed class PostgresConnection(NpgsqlConnection inner) : DbConnection
{
    public NpgsqlConnection Inner => inner;

    [AllowNull]
    public override string ConnectionString { get => inner.ConnectionString; set => inner.ConnectionString = value; }

    public override string Database => inner.Database;
    public override string DataSource => inner.DataSource;
    public override string ServerVersion => inner.ServerVersion;
    public override ConnectionState State => inner.State;

    public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);
    public override void Open() => inner.Open();
    public override Task OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);
    public override void Close() => inner.Close();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => new PostgresTransaction(this, inner.BeginTransaction(isolationLevel));

    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken) =>
        new PostgresTransaction(this, await inner.BeginTransactionAsync(isolationLevel, cancellationToken));

    protected override DbCommand CreateDbCommand() => new PostgresCommand(this, inner.CreateCommand());

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
    }

    public override ValueTask DisposeAsync() => inner.DisposeAsync();
}

internal sealed class PostgresTransaction(PostgresConnection connection, NpgsqlTransaction inner) : DbTransaction
{
    public override IsolationLevel IsolationLevel => inner.IsolationLevel;

    protected override DbConnection DbConnection => connection;

    public override void Commit() => inner.Commit();
    public override Task CommitAsync(CancellationToken cancellationToken = default) => inner.CommitAsync(cancellationToken);
    public override void Rollback() => inner.Rollback();
    public override Task RollbackAsync(CancellationToken cancellationToken = default) => inner.RollbackAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
    }

    public override ValueTask DisposeAsync() => inner.DisposeAsync();
}

internal sealed class PostgresCommand(PostgresConnection connection, NpgsqlCommand inner) : DbCommand
{
    [AllowNull]
    public override string CommandText { get => inner.CommandText; set => inner.CommandText = value; }

    public override int CommandTimeout { get => inner.CommandTimeout; set => inner.CommandTimeout = value; }
    public override CommandType CommandType { get => inner.CommandType; set => inner.CommandType = value; }
    public override bool DesignTimeVisible { get => false; set { } }
    public override UpdateRowSource UpdatedRowSource { get => inner.UpdatedRowSource; set => inner.UpdatedRowSource = value; }

    protected override DbConnection? DbConnection { get => connection; set { } }
    protected override DbParameterCollection DbParameterCollection => inner.Parameters;

    /// <summary>A connection has one transaction at a time, and the engine runs every statement in it.</summary>
    protected override DbTransaction? DbTransaction { get; set; }

    public override void Cancel() => inner.Cancel();

    /// <summary>Left to the driver, which prepares a statement once it has seen it several times: the types of its parameters are only known with their values.</summary>
    public override void Prepare()
    {
    }

    public override int ExecuteNonQuery() => Ready().ExecuteNonQuery();
    public override object? ExecuteScalar() => Ready().ExecuteScalar();
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) => Ready().ExecuteNonQueryAsync(cancellationToken);
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) => Ready().ExecuteScalarAsync(cancellationToken);

    protected override DbParameter CreateDbParameter() => inner.CreateParameter();
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Ready().ExecuteReader(behavior);

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        await Ready().ExecuteReaderAsync(behavior, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
    }

    public static string WithoutNul(string text) => text.Replace('\0', '\uFFFD');

    private NpgsqlCommand Ready()
    {
        foreach (NpgsqlParameter parameter in inner.Parameters)
        {
            switch (parameter.Value)
            {
                case bool truth:
                    parameter.ResetDbType();
                    parameter.Value = truth ? 1L : 0L;
                    break;
                case string text when text.Contains('\0', StringComparison.Ordinal):
                    parameter.Value = WithoutNul(text);
                    break;
                case int number when parameter.DbType is not DbType.Int64:
                    // One width for all numbers, so that a statement has one set of types however it is called.
                    parameter.ResetDbType();
                    parameter.Value = (long)number;
                    break;
                case DBNull when parameter.DbType is DbType.Boolean or DbType.Int32:
                    parameter.DbType = DbType.Int64;
                    break;
            }
        }

        return inner;
    }
}
