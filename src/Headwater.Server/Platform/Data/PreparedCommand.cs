using System.Data.Common;
using Headwater.Server.Platform.Data.Postgres;
using Npgsql;

namespace Headwater.Server.Platform.Data;

/// <summary>
/// One statement run many times with other values: parsed once, its parameters by position (<c>@p0</c>, <c>@p1</c>, …). What is only to be done,
/// with <see cref="Add"/>, may be done later, but before this is disposed of: a database over a network takes many at once.
/// </summary>
internal sealed class PreparedCommand : IDisposable
{
    private const int MostAtOnce = 500;

    private readonly DbCommand _command;
    private readonly NpgsqlBatch? _batch;

    public PreparedCommand(DbTransaction transaction, string sql, int parameters)
    {
        _command = transaction.Connection!.CreateCommand();
        _command.Transaction = transaction;
        _command.CommandText = sql;
        for (var i = 0; i < parameters; i++)
        {
            var parameter = _command.CreateParameter();
            parameter.ParameterName = "@p" + i;
            parameter.Value = DBNull.Value;
            _command.Parameters.Add(parameter);
        }

        _command.Prepare();
        if (transaction.Connection is PostgresConnection postgres) _batch = postgres.Inner.CreateBatch();
    }

    /// <summary>How many rows it changed.</summary>
    public int Execute(params ReadOnlySpan<object?> values) => Bind(values).ExecuteNonQuery();

    /// <summary>Runs it now or soon, in the order of the calls.</summary>
    public void Add(params ReadOnlySpan<object?> values)
    {
        if (_batch is null)
        {
            Execute(values);
            return;
        }

        var command = new NpgsqlBatchCommand(_command.CommandText);
        for (var i = 0; i < values.Length; i++)
            command.Parameters.Add(new NpgsqlParameter { ParameterName = "p" + i, Value = values[i] is string text ? PostgresCommand.WithoutNul(text) : values[i] ?? DBNull.Value });
        _batch.BatchCommands.Add(command);
        if (_batch.BatchCommands.Count >= MostAtOnce) Flush();
    }

    /// <summary>The first column of the first row; null when there is none.</summary>
    public object? Scalar(params ReadOnlySpan<object?> values) => Bind(values).ExecuteScalar() is { } value and not DBNull ? value : null;

    /// <summary>Does what <see cref="Add"/> has left to be done, for whoever reads the same rows before this is disposed of.</summary>
    public void Flush()
    {
        if (_batch is not { BatchCommands.Count: > 0 }) return;
        try
        {
            _batch.ExecuteNonQuery();
        }
        finally
        {
            // What failed is not sent again on the way out: that would hide why, and a collision is only done again when it is seen to be one.
            _batch.BatchCommands.Clear();
        }
    }

    public void Dispose()
    {
        try
        {
            Flush();
        }
        finally
        {
            _batch?.Dispose();
            _command.Dispose();
        }
    }

    private DbCommand Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++) _command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return _command;
    }
}
