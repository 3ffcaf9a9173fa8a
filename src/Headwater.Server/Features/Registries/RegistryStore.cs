using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Registries.Protocols;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;
using Microsoft.AspNetCore.DataProtection;

namespace Headwater.Server.Features.Registries;

/// <summary>The registries as rows: what is configured, and how asking them goes.</summary>
internal sealed class RegistryStore(IDatabase database, CurationsModule curations, QueueStore jobs, ScheduleStore schedule, AuditStore audit, IDataProtectionProvider protection, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>What registries are called; their pages are for few.</summary>
    public static NamedKind Named { get; } = NamedKind.Of("registry", viewer => viewer.All ? "SELECT CAST(id AS TEXT) AS id, name, NULL AS page FROM registry WHERE org_id = @Org AND CAST(id AS TEXT) IN @ids" : null) with { Called = @"SELECT 'registry:' || id FROM registry WHERE org_id = @org AND LOWER(name) LIKE @subject ESCAPE '\'" };

    private const string Columns = """
        r.id, r.type, r.name, r.address, r.position, r.user_name, r.secret, r.only_names, r.never_names, r.every_seconds, r.daily_minute, r.enabled, r.configured, r.created_at, r.attempted_at, r.succeeded_at, r.failures, r.error,
        r.paused_until, r.asked, r.found, r.job_id
        """;

    private const string Knows = "(SELECT COUNT(*) FROM component_release c WHERE c.org_id = r.org_id AND c.registry_id = r.id AND c.state = 1) AS knows";

    private readonly IDataProtector _protector = protection.CreateProtector("Headwater.Registry");

    /// <summary>In the order in which they are asked.</summary>
    public Task<IReadOnlyList<RegistryRow>> ListAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<RegistryRow>>(async connection =>
        [.. (await connection.QueryAsync<Line>($"SELECT {Columns}, {Knows} FROM registry r WHERE r.org_id = @Org ORDER BY r.type, r.position, r.id", new { Org })).Select(l => l.ToRow())], cancellationToken);

    public Task<RegistryRow?> GetAsync(long id, CancellationToken cancellationToken = default) => database.ReadAsync(async connection => (await FindAsync(connection, id))?.ToRow(), cancellationToken);

    /// <summary>The types of which some registry is asked.</summary>
    public Task<IReadOnlyList<string>> TypesAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<string>>(async connection =>
        [.. await connection.QueryAsync<string>("SELECT DISTINCT type FROM registry WHERE org_id = @Org AND enabled = 1", new { Org })], cancellationToken);

    /// <summary>The registries of a type, as they are asked, in order.</summary>
    public Task<IReadOnlyList<RegistryWork>> WorkAsync(string type, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<RegistryWork>>(async connection =>
        [.. (await connection.QueryAsync<Line>($"SELECT {Columns} FROM registry r WHERE r.org_id = @Org AND r.type = @type AND r.enabled = 1 ORDER BY r.position, r.id", new { Org, type })).Select(ToWork)], cancellationToken);

    /// <summary>What people decide about a registry, for the audit log; how it goes is no decision. The secret is protected where it lies.</summary>
    private const string State = "SELECT type, name, address, position, user_name, secret, only_names, never_names, every_seconds, daily_minute, enabled, configured FROM registry WHERE id = @id";

    /// <summary>Adds a registry, or changes one, and schedules it.</summary>
    /// <returns>Its id; null when another has that name, or there is none of that id.</returns>
    public Task<long?> SaveAsync(long? id, RegistryInput input, string by, bool configured = false, CancellationToken cancellationToken = default) => database.WriteAsync<long?>(async transaction =>
    {
        await database.LockAsync(transaction, "registry"); // Every node reads the configuration at its start.
        var connection = transaction.Connection!;
        if (await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM registry WHERE org_id = @Org AND LOWER(name) = LOWER(@Name) AND id <> @id", new { Org, input.Name, id = id ?? 0 }, transaction) > 0) return null;
        var before = id is { } existing ? await FindAsync(connection, existing, transaction) : null;
        if (id is not null && before is null) return null;
        var registry = id ?? await IdSource.NextAsync(transaction, "registry");
        var sameSecret = input.Secret is null || input.Secret == (_protector.TryUnprotect(before?.Secret) ?? "");
        var secret = sameSecret ? before?.Secret : input.Secret!.Length == 0 ? null : _protector.Protect(input.Secret);
        var was = await AuditStore.StateAsync(transaction, State, new { id = registry });
        await connection.ExecuteAsync("""
            INSERT INTO registry (id, org_id, type, name, address, position, user_name, secret, only_names, never_names, every_seconds, daily_minute, enabled, configured, created_at)
            VALUES (@registry, @Org, @Type, @Name, @Address, @position, @user, @secret, @only, @never, @every, @daily, @enabled, @configured, @now)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, address = excluded.address, position = excluded.position, user_name = excluded.user_name, secret = excluded.secret, only_names = excluded.only_names,
                never_names = excluded.never_names, every_seconds = excluded.every_seconds, daily_minute = excluded.daily_minute, enabled = excluded.enabled, configured = excluded.configured, paused_until = NULL
            """, new
        {
            registry, Org, input.Type, input.Name, input.Address, position = (long)input.Position, user = string.IsNullOrEmpty(input.User) ? null : input.User, secret, only = TypeMaps.ToJson(input.Only), never = TypeMaps.ToJson(input.Never),
            every = (long?)input.Cadence.Every?.TotalSeconds, daily = (long?)input.Cadence.Daily?.ToTimeSpan().TotalMinutes, enabled = input.Enabled ? 1L : 0L, configured = configured ? 1L : 0L, now = time.GetUtcNow(),
        }, transaction);
        // Whom it did not concern before, it may now; and what it said under another address is not what it says.
        if (before is null || before.Differs(input)) await DueAsync(transaction, input.Type, null);
        if (before is not null && before.Name != input.Name) await CurationsModule.RegistryRenamedAsync(transaction, registry, input.Name);
        await schedule.SetAsync(transaction, new RecurringJob(ScheduleName(registry), CheckJob.For(input.Type), input.Cadence), input.Enabled);
        if (before is null || before.Differs(input) || !sameSecret || before.Enabled != input.Enabled)
        {
            await audit.AppendAsync(transaction, AuditEntry.Change(by, id is null ? "registry.added" : "registry.changed", $"registry:{registry}", was, await AuditStore.StateAsync(transaction, State, new { id = registry }),
                new { type = input.Type, name = input.Name, address = input.Address, user = input.User, secret = sameSecret ? "kept" : secret is null ? "none" : "set", only = input.Only, never = input.Never, enabled = input.Enabled }));
        }

        return registry;
    }, cancellationToken: cancellationToken);

    /// <summary>Asks a registry's type now about what is due.</summary>
    /// <param name="everything">About everything, however short ago it was asked.</param>
    /// <returns>The job; null when there is no such registry.</returns>
    public async Task<long?> CheckAsync(long id, bool everything, string by, CancellationToken cancellationToken = default)
    {
        var job = await database.WriteAsync<long?>(async transaction =>
        {
            if (await FindAsync(transaction.Connection!, id, transaction) is not { } registry) return null;
            if (everything) await DueAsync(transaction, registry.Type, null);
            var queued = await jobs.EnqueueAsync(transaction, CheckJob.For(registry.Type));
            await transaction.Connection!.ExecuteAsync("UPDATE registry SET job_id = @queued, paused_until = NULL WHERE id = @id", new { queued, id }, transaction);
            await audit.AppendAsync(transaction, new AuditEntry(by, "registry.check", $"registry:{id}", JsonSerializer.Serialize(new { registry.Name, everything })));
            return queued;
        }, cancellationToken: cancellationToken);
        jobs.Wake();
        return job;
    }

    /// <summary>Takes a registry away with what it said.</summary>
    public async Task<bool> RemoveAsync(long id, string by, CancellationToken cancellationToken = default)
    {
        var removed = await database.WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            if (await FindAsync(connection, id, transaction) is not { } registry) return false;
            var was = await AuditStore.StateAsync(transaction, State, new { id });
            await connection.ExecuteAsync("""
                DELETE FROM version_release WHERE org_id = @Org AND cv_id IN (SELECT c.id FROM component_version c JOIN component_release r ON r.org_id = @Org AND r.component_id = c.component_id WHERE r.registry_id = @id);
                DELETE FROM component_release WHERE org_id = @Org AND registry_id = @id;
                DELETE FROM registry WHERE id = @id;
                """, new { Org, id }, transaction);
            await curations.RegistryGoneAsync(transaction, id);
            await DueAsync(transaction, registry.Type, id);
            if (await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM registry WHERE org_id = @Org AND type = @Type", new { Org, registry.Type }, transaction) == 0)
                await connection.ExecuteAsync("DELETE FROM component_release WHERE org_id = @Org AND component_id IN (SELECT k.id FROM component k WHERE k.type = @Type)", new { Org, registry.Type }, transaction);
            await schedule.RemoveAsync(transaction, ScheduleName(id));
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "registry.removed", $"registry:{id}", was, null, new { name = registry.Name, address = registry.Address }));
            return true;
        }, cancellationToken: cancellationToken);
        if (removed) jobs.Wake();
        return removed;
    }

    /// <summary>Notes how asking went.</summary>
    /// <param name="error">Why it was stopped; null when it was not.</param>
    public Task WentAsync(long id, int asked, int found, bool answered, string? error, DateTimeOffset? pausedUntil, CancellationToken cancellationToken) => database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
        UPDATE registry SET attempted_at = @now, succeeded_at = CASE WHEN @answered = 1 THEN @now ELSE succeeded_at END, asked = asked + @asked, found = found + @found,
            failures = CASE WHEN @failed = 1 THEN failures + 1 WHEN @answered = 1 THEN 0 ELSE failures END, error = CASE WHEN @failed = 1 THEN @error WHEN @answered = 1 THEN NULL ELSE error END, paused_until = @pausedUntil WHERE id = @id
        """, new { id, now = time.GetUtcNow(), asked = (long)asked, found = (long)found, answered = answered ? 1L : 0L, failed = error is null ? 0L : 1L, error, pausedUntil }, transaction), true, cancellationToken);

    private Task DueAsync(DbTransaction transaction, string type, long? except) => transaction.Connection!.ExecuteAsync("""
        UPDATE component_release SET next_at = 0, etag = NULL, modified = NULL WHERE org_id = @Org AND COALESCE(registry_id, 0) <> @except AND component_id IN (SELECT k.id FROM component k WHERE k.type = @type)
        """, new { Org, type, except = except ?? -1 }, transaction);

    private static string ScheduleName(long id) => $"registry:{id}";

    private static Task<Line?> FindAsync(DbConnection connection, long id, DbTransaction? transaction = null) =>
        connection.QuerySingleOrDefaultAsync<Line?>($"SELECT {Columns}, {Knows} FROM registry r WHERE r.org_id = @Org AND r.id = @id", new { Org, id }, transaction);

    private RegistryWork ToWork(Line line)
    {
        var secret = _protector.TryUnprotect(line.Secret);
        var authorization = secret is null ? null
            : line.UserName is { } user ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}"))
            : RegistryProtocol.For(line.Type)?.TakesBareToken == true ? secret : "Bearer " + secret;
        var problem = secret is null && line.Secret is not null ? "Its secret cannot be read with the keys of this installation. Enter it again." : null;
        return new RegistryWork(line.Id, line.Type, line.Name, new Uri(line.Address.EndsWith('/') ? line.Address : line.Address + "/"), authorization, TypeMaps.FromJson(line.OnlyNames), TypeMaps.FromJson(line.NeverNames), line.PausedUntil) { Problem = problem };
    }

    private sealed class Line
    {
        public long Id { get; set; }
        public string Type { get; set; } = "";
        public string Name { get; set; } = "";
        public string Address { get; set; } = "";
        public int Position { get; set; }
        public string? UserName { get; set; }
        public string? Secret { get; set; }
        public string OnlyNames { get; set; } = "";
        public string NeverNames { get; set; } = "";
        public long? EverySeconds { get; set; }
        public long? DailyMinute { get; set; }
        public bool Enabled { get; set; }
        public bool Configured { get; set; }
        public DateTimeOffset CreatedAt { get; set; }
        public DateTimeOffset? AttemptedAt { get; set; }
        public DateTimeOffset? SucceededAt { get; set; }
        public int Failures { get; set; }
        public string? Error { get; set; }
        public DateTimeOffset? PausedUntil { get; set; }
        public long Asked { get; set; }
        public long Found { get; set; }
        public long Knows { get; set; }
        public long? JobId { get; set; }

        public bool Differs(RegistryInput input) => Name != input.Name || Address != input.Address || Position != input.Position || (UserName ?? "") != (input.User ?? "") || OnlyNames != TypeMaps.ToJson(input.Only) || NeverNames != TypeMaps.ToJson(input.Never);

        public RegistryRow ToRow() => new(Id, Type, Name, Address, Position, UserName, Secret is not null, TypeMaps.FromJson(OnlyNames), TypeMaps.FromJson(NeverNames),
            Cadence.Of(EverySeconds, DailyMinute),
            Enabled, Configured, CreatedAt, AttemptedAt, SucceededAt, Failures, Error, PausedUntil, Asked, Found, Knows, JobId);
    }
}
