using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Dapper;
using Headwater.Server.Platform.Telemetry;
using Npgsql;

namespace Headwater.Server.Platform.Data.Postgres;

/// <summary>
/// PostgreSQL, for several nodes on one database. Readers see one snapshot (repeatable read). Writers run side by side (read committed); what must
/// happen one after another takes a named lock (<see cref="LockAsync"/>), and what collides all the same (serialisation failure, deadlock, the same
/// new name twice) is rolled back and done again.
/// </summary>
internal sealed partial class PostgresDatabase : IDatabase, IAsyncDisposable, IDisposable
{
    private const int Attempts = 8;

    /// <summary>How long a unit of work waits for a server that is being restarted, counted from its start. Whoever asks is then told so, and does not hang.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const string Channel = "headwater", NodePrefix = "headwater:";

    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string? _node;
    private Task? _listening;

    /// <param name="node">Under which the others see this process; null for one that only looks.</param>
    public PostgresDatabase(string address, TimeProvider time, ILogger log, string? node = null)
    {
        _node = node is null ? null : NodePrefix + node;
        TypeMaps.Register();
        _time = time;
        _log = log;
        var connection = PostgresAddress.Parse(address);
        connection.MaxAutoPrepare = 200;
        connection.AutoPrepareMinUsages = 2;
        connection.ApplicationName ??= "headwater";
        connection.KeepAlive = 30;
        connection.CommandTimeout = 60;
        if (!connection.ContainsKey("Maximum Pool Size")) connection.MaxPoolSize = 24;
        if (!connection.ContainsKey("Timeout")) connection.Timeout = 5; // A machine that is gone refuses nothing; it only stays silent.
        // Questions here take milliseconds, which neither compiling them nor starting helpers for each wins back; and the uses of a popular component are put in order in memory, not in a file.
        if (string.IsNullOrEmpty(connection.Options)) connection.Options = "-c jit=off -c max_parallel_workers_per_gather=0 -c work_mem=16MB";
        _source = NpgsqlDataSource.Create(connection);
    }

    public event Action<string>? Notified;

    public bool IsShared => true;

    public Task MigrateAsync(CancellationToken cancellationToken = default) => MigrateAsync(null, true, cancellationToken);

    private async Task MigrateAsync(IReadOnlyDictionary<string, string>? only, bool listen, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        // Nodes that start together take turns; the second finds the work done.
        await connection.ExecuteAsync("SELECT pg_advisory_lock(7205759403792793)");
        try
        {
            await Migrator.RunAsync(connection, Render, _time, only);
        }
        finally
        {
            await connection.ExecuteAsync("SELECT pg_advisory_unlock(7205759403792793)");
        }

        if (!listen) return;
        _listening ??= Task.Run(ListenAsync, cancellationToken);
        await _announced.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken); // Who takes jobs before the others know of it loses them again.
    }

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken = default) => AgainAsync(async () =>
    {
        using var span = Traces.Unit("read", work);
        await using var connection = await OpenAsync(cancellationToken);
        await connection.ExecuteAsync("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        try
        {
            var result = await work(connection);
            await connection.ExecuteAsync("COMMIT");
            return result;
        }
        catch when (connection.State == ConnectionState.Open)
        {
            await connection.ExecuteAsync("ROLLBACK");
            throw;
        }
    }, cancellationToken);

    public Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> work, bool background = false, CancellationToken cancellationToken = default) => AgainAsync(async () =>
    {
        using var span = Traces.Unit("write", work);
        await using var connection = await OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var result = await work(transaction);
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (NpgsqlException e) when (Unreachable(e))
        {
            throw DatabaseUnreachableException.AtCommit(e); // It may have been stored or not: to do it again here could do it twice.
        }

        return result;
    }, cancellationToken);

    public Task LockAsync(DbTransaction transaction, string name) =>
        transaction.Connection!.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@name, 0))", new { name }, transaction, 600);

    /// <summary>A node is seen by the connection it listens on, which ends with its process.</summary>
    public async Task<IReadOnlyCollection<string>?> NodesAsync(DbTransaction transaction) => (await transaction.Connection!.QueryAsync<string>(
        "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE @like", new { like = NodePrefix + "%" }, transaction))
        .Select(n => n[NodePrefix.Length..]).ToList();

    public Task NotifyAsync(DbTransaction transaction, string topic) =>
        transaction.Connection!.ExecuteAsync($"SELECT pg_notify('{Channel}', @topic)", new { topic }, transaction);

    public Task IndexTextAsync(DbTransaction transaction, string kind, long id, string text) => IndexNewTextAsync(transaction, kind, [(id, text)]);

    public Task IndexNewTextAsync(DbTransaction transaction, string kind, IEnumerable<(long Id, string Text)> things)
    {
        using var insert = new PreparedCommand(transaction, """
            INSERT INTO search_text (kind, item, words) VALUES (@p0, @p1, array_to_tsvector(string_to_array(@p2, ' ')))
            ON CONFLICT (kind, item) DO UPDATE SET words = excluded.words
            """, 3);
        foreach (var (id, text) in things) insert.Execute(kind, id, string.Join(' ', Words(text).Distinct(StringComparer.Ordinal).Take(200).Prepend(KindWord(kind))));
        return Task.CompletedTask;
    }

    public Task UnindexTextAsync(DbTransaction transaction, string kind, long id) =>
        transaction.Connection!.ExecuteAsync("DELETE FROM search_text WHERE kind = @kind AND item = @id", new { kind, id }, transaction);

    /// <summary>Shortest text first: a word weighs more where there are few others.</summary>
    public Task<IReadOnlyList<long>> SearchTextAsync(string kind, string query, int limit, string? where = null, CancellationToken cancellationToken = default)
    {
        var words = Words(query).Take(12).ToList();
        if (words.Count == 0) return Task.FromResult<IReadOnlyList<long>>([]);
        var match = $"'{KindWord(kind)}' & {string.Join(" & ", words.Select(w => $"'{w}':*"))}";
        return ReadAsync<IReadOnlyList<long>>(async connection =>
        {
            var parameters = new { match, limit, most = IDatabase.MostRanked + 1 };
            // Where few match at all, the condition need not be asked; else what does not hold it does not take the order from what does.
            var among = where is null ? "" : $" AND {where}";
            var ranked = await FewAsync("") || (where is not null && await FewAsync(among));
            return (await connection.QueryAsync<long>(
                $"SELECT item FROM search_text WHERE words @@ CAST(@match AS tsquery){among}{(ranked ? " ORDER BY length(words), item" : "")} LIMIT @limit", parameters)).AsList();

            async Task<bool> FewAsync(string condition) => await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM (SELECT 1 FROM search_text WHERE words @@ CAST(@match AS tsquery){condition} LIMIT @most) few", parameters) <= IDatabase.MostRanked;
        }, cancellationToken);
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested) return;
        await _closing.CancelAsync();
        if (_listening is not null) await _listening;
        await _source.DisposeAsync();
        _closing.Dispose();
    }

    private async Task<PostgresConnection> OpenAsync(CancellationToken cancellationToken) => new(await _source.OpenConnectionAsync(cancellationToken));

    /// <summary>
    /// Runs a unit of work until it does not collide. A server that is being restarted is waited for (<see cref="Patience"/>); what was cut off
    /// before its commit was sent has left nothing and is done again.
    /// </summary>
    private async Task<T> AgainAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (NpgsqlException e) when (Collided(e) ? attempt < Attempts : Unreachable(e) && _time.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds((Unreachable(e) ? 100 : 5) * (1 << Math.Min(attempt, 5)) * (0.5 + RandomNumberGenerator.GetInt32(1000) / 1000.0)), _time, cancellationToken);
            }
            catch (NpgsqlException e) when (Unreachable(e))
            {
                throw DatabaseUnreachableException.Of(e, e.InnerException is TimeoutException);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory or PostgresErrorCodes.ReadOnlySqlTransaction)
            {
                throw StorageException.Of(e);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.QueryCanceled && cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException("The statement was cancelled.", e, cancellationToken);
            }
        }
    }

    private static bool Collided(Exception e) => e is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation };

    private static bool Unreachable(Exception e) => e switch
    {
        PostgresException p => p.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections
            || p.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException { InnerException: IOException or SocketException or TimeoutException } n => n.InnerException is not TimeoutException || n.IsTransient,
        _ => false,
    };

    /// <summary>Hears what other nodes tell. What is missed while the connection is down costs a later look, for the tables are the truth.</summary>
    private async Task ListenAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync(_closing.Token);
                connection.Notification += (_, told) => Notified?.Invoke(told.Payload);
                await connection.ExecuteAsync($"LISTEN {Channel}");
                if (_node is not null) await connection.ExecuteAsync("SELECT set_config('application_name', @_node, false)", new { _node });
                _announced.TrySetResult();
                Notified?.Invoke(""); // Whatever was missed meanwhile.
                while (true) await connection.WaitAsync(_closing.Token);
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
            }
            catch (Exception e) when (e is NpgsqlException or IOException or SocketException or InvalidOperationException)
            {
                _log.ListeningBroke(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), _time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static string KindWord(string kind) => "=" + kind;

    /// <summary>Runs of letters and digits in lower case without accents; the same words as the embedded engine's index makes.</summary>
    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (char.IsLetterOrDigit(c))
            {
                if (word.Length < 64) word.Append(char.ToLowerInvariant(c));
            }
            else if (word.Length > 0 && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                yield return word.ToString();
                word.Clear();
            }
        }

        if (word.Length > 0) yield return word.ToString();
    }

    /// <summary>Texts compare by their bytes, as in the embedded engine: the same order whatever the locale of the server is.</summary>
    private static string Render(string sql) => Reference().Replace(TextType().Replace(sql, "TEXT COLLATE \"C\""), "$0 DEFERRABLE")
        .Replace("{sqlite}", "-- ", StringComparison.Ordinal)
        .Replace("{postgres}", "", StringComparison.Ordinal)
        .Replace("{id}", "BIGINT PRIMARY KEY", StringComparison.Ordinal)
        .Replace("{blob}", "BYTEA", StringComparison.Ordinal)
        .Replace("{clustered}", "", StringComparison.Ordinal)
        .Replace("{search}", """
            CREATE TABLE IF NOT EXISTS search_text (kind TEXT NOT NULL, item BIGINT NOT NULL, words TSVECTOR NOT NULL, PRIMARY KEY (kind, item));
            CREATE INDEX IF NOT EXISTS search_text_words ON search_text USING gin (words);
            """, StringComparison.Ordinal);

    [GeneratedRegex(@"REFERENCES \w+ \(\w+\)( ON DELETE (CASCADE|SET NULL))?")]
    private static partial Regex Reference();

    [GeneratedRegex(@"\bTEXT\b")]
    private static partial Regex TextType();
}
