using System.Collections.Concurrent;
using System.Data.Common;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Headwater.Server.Platform.Data.Sqlite;

/// <summary>
/// The embedded engine: one file in WAL mode, one connection that writes, a few that read. A commit has reached the disk when it
/// returns (synchronous=FULL), so what was acknowledged survives a power cut.
/// </summary>
internal sealed partial class SqliteDatabase : IDatabase, IDisposable
{
    private const int Readers = 6;
    private const int Busy = 5, Locked = 6, ReadOnly = 8, Interrupted = 9, DiskError = 10, Full = 13, CannotOpen = 14;

    private readonly string _connectionString;
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private readonly SemaphoreSlim _readers = new(Readers);
    private readonly WriterGate _gate = new();
    private readonly Lazy<SqliteConnection> _writer;
    private readonly TimeProvider _time;
    private readonly List<string> _told = []; // By the transaction that holds the gate.

    public SqliteDatabase(string path, TimeProvider time)
    {
        NativeSqlite.Use();
        TypeMaps.Register();
        _time = time;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 60 }.ToString();
        _writer = new Lazy<SqliteConnection>(() => Open("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-24000; PRAGMA wal_autocheckpoint=4000; PRAGMA temp_store=MEMORY;"));
    }

    public event Action<string>? Notified;

    public bool IsShared => false;

    public async Task MigrateAsync(CancellationToken cancellationToken = default)
    {
        await _gate.EnterAsync(false, cancellationToken);
        try
        {
            await Migrator.RunAsync(_writer.Value, Render, _time);
            PlannerStatistics.Write(_writer.Value);
        }
        finally
        {
            _gate.Leave();
        }
    }

    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken = default)
    {
        using var span = Telemetry.Traces.Unit("read", work);
        await _readers.WaitAsync(cancellationToken);
        SqliteConnection? connection = null;
        try
        {
            if (!_idle.TryTake(out connection)) connection = Open("PRAGMA query_only=1; PRAGMA cache_size=-4000; PRAGMA temp_store=MEMORY;");
            await connection.ExecuteAsync("BEGIN DEFERRED");
            var result = await work(connection);
            await connection.ExecuteAsync("COMMIT TRANSACTION");
            _idle.Add(connection);
            connection = null;
            return result;
        }
        catch (SqliteException e) when (IsStorage(e))
        {
            throw StorageException.Of(e);
        }
        finally
        {
            // A connection whose work failed may be in any state; a new one costs less than finding out.
            connection?.Dispose();
            _readers.Release();
        }
    }

    public async Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> work, bool background = false, CancellationToken cancellationToken = default)
    {
        using var span = Telemetry.Traces.Unit("write", work);
        await _gate.EnterAsync(background, cancellationToken);
        string[] told = [];
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                _told.Clear();
                var transaction = _writer.Value.BeginTransaction(deferred: false);
                try
                {
                    var result = await InterruptiblyAsync(work, transaction, cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                    told = [.. _told];
                    return result;
                }
                catch (SqliteException e) when (e.SqliteErrorCode == Interrupted)
                {
                    throw new OperationCanceledException("The statement was interrupted.", e, cancellationToken);
                }
                catch (SqliteException e) when (e.SqliteErrorCode is Busy or Locked && attempt < 5)
                {
                    RollBack(transaction);
                    await Task.Delay(TimeSpan.FromMilliseconds(50 << attempt), _time, cancellationToken);
                }
                finally
                {
                    RollBack(transaction);
                }
            }
        }
        catch (SqliteException e) when (IsStorage(e))
        {
            throw StorageException.Of(e);
        }
        finally
        {
            _gate.Leave();
            foreach (var topic in told) Notified?.Invoke(topic);
        }
    }

    /// <summary>The gate lets one transaction write at a time, so every lock is held already.</summary>
    public Task LockAsync(DbTransaction transaction, string name) => Task.CompletedTask;

    public Task<IReadOnlyCollection<string>?> NodesAsync(DbTransaction transaction) => Task.FromResult<IReadOnlyCollection<string>?>(null);

    public Task NotifyAsync(DbTransaction transaction, string topic)
    {
        _told.Add(topic);
        return Task.CompletedTask;
    }

    public async Task IndexTextAsync(DbTransaction transaction, string kind, long id, string text)
    {
        await UnindexTextAsync(transaction, kind, id);
        await IndexNewTextAsync(transaction, kind, [(id, text)]);
    }

    public Task IndexNewTextAsync(DbTransaction transaction, string kind, IEnumerable<(long Id, string Text)> things)
    {
        using var text = new PreparedCommand(transaction, "INSERT INTO search_text (kind, item, text) VALUES (@p0, @p1, @p2)", 3);
        using var item = new PreparedCommand(transaction, "INSERT INTO search_item (kind, item, row) VALUES (@p0, @p1, last_insert_rowid())", 2);
        foreach (var thing in things)
        {
            text.Execute(kind, thing.Id, thing.Text);
            item.Execute(kind, thing.Id);
        }

        return Task.CompletedTask;
    }

    public Task UnindexTextAsync(DbTransaction transaction, string kind, long id) =>
        transaction.Connection!.ExecuteAsync("""
            DELETE FROM search_text WHERE rowid = (SELECT row FROM search_item WHERE kind = @kind AND item = @id);
            DELETE FROM search_item WHERE kind = @kind AND item = @id;
            """, new { kind, id }, transaction);

    public Task<IReadOnlyList<long>> SearchTextAsync(string kind, string query, int limit, string? where = null, CancellationToken cancellationToken = default)
    {
        var match = MatchExpression(kind, query);
        if (match is null) return Task.FromResult<IReadOnlyList<long>>([]);
        return ReadAsync<IReadOnlyList<long>>(async connection =>
        {
            var parameters = new { match, limit, most = IDatabase.MostRanked + 1 };
            // Where few match at all, the condition need not be asked; else what does not hold it does not take the order from what does.
            var among = where is null ? "" : $" AND {where}";
            var ranked = await FewAsync("") || (where is not null && await FewAsync(among));
            return (await connection.QueryAsync<long>($"SELECT item FROM search_text WHERE search_text MATCH @match{among}{(ranked ? " ORDER BY rank" : "")} LIMIT @limit", parameters)).AsList();

            async Task<bool> FewAsync(string condition) => await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM (SELECT rowid FROM search_text WHERE search_text MATCH @match{condition} LIMIT @most)", parameters) <= IDatabase.MostRanked;
        }, cancellationToken);
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var connection)) connection.Dispose();
        if (_writer.IsValueCreated) _writer.Value.Dispose();
        _readers.Dispose();
    }

    /// <summary>Counting a large portfolio is one statement that takes long; a server that is to stop does not wait for its end.</summary>
    private static async Task<T> InterruptiblyAsync<T>(Func<DbTransaction, Task<T>> work, SqliteTransaction transaction, CancellationToken cancellationToken)
    {
        var handle = transaction.Connection!.Handle;
        await using var registration = cancellationToken.UnsafeRegister(_ => SQLitePCL.raw.sqlite3_interrupt(handle), null);
        return await work(transaction);
    }

    /// <summary>
    /// Ends a transaction that was not committed. A full disk or an interrupt has made the engine roll it back already, which the binding does
    /// not notice: it would refuse every later transaction, so it is given one to roll back.
    /// </summary>
    private void RollBack(SqliteTransaction transaction)
    {
        try
        {
            transaction.Dispose();
        }
        catch (SqliteException)
        {
            SQLitePCL.raw.sqlite3_exec(_writer.Value.Handle, "BEGIN");
            transaction.Dispose();
        }
    }

    private static bool IsStorage(SqliteException e) => e.SqliteErrorCode is ReadOnly or DiskError or Full or CannotOpen;

    /// <summary>Every run of letters and digits is a word to begin with; quotes keep it from being read as the query language.</summary>
    private static string? MatchExpression(string kind, string query)
    {
        var match = new StringBuilder($"kind:\"{kind}\"");
        var words = 0;
        for (var i = 0; i < query.Length && words < 12;)
        {
            if (!char.IsLetterOrDigit(query[i]))
            {
                i++;
                continue;
            }

            var start = i;
            while (i < query.Length && char.IsLetterOrDigit(query[i])) i++;
            match.Append(" AND text:\"").Append(query.AsSpan(start, Math.Min(i - start, 64))).Append("\"*");
            words++;
        }

        return words == 0 ? null : match.ToString();
    }

    private static string Render(string sql) => sql
        .Replace("{sqlite}", "", StringComparison.Ordinal)
        .Replace("{postgres}", "-- ", StringComparison.Ordinal)
        .Replace("{id}", "INTEGER PRIMARY KEY", StringComparison.Ordinal)
        .Replace("{blob}", "BLOB", StringComparison.Ordinal)
        .Replace("{clustered}", "WITHOUT ROWID", StringComparison.Ordinal)
        .Replace("{search}", """
            CREATE VIRTUAL TABLE IF NOT EXISTS search_text USING fts5 (kind, item UNINDEXED, text, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
            CREATE TABLE IF NOT EXISTS search_item (kind TEXT NOT NULL, item BIGINT NOT NULL, row BIGINT NOT NULL, PRIMARY KEY (kind, item)) WITHOUT ROWID;
            """, StringComparison.Ordinal);

    private SqliteConnection Open(string pragmas)
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        connection.Execute("PRAGMA busy_timeout=10000; PRAGMA foreign_keys=ON;" + pragmas);
        return connection;
    }
}
