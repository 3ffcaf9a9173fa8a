using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Inbox;

/// <summary>What webhooks are told, and how that went. A delivery is a row and a job, written with the notifications it is about.</summary>
internal sealed class DeliveryStore(IDatabase database, QueueStore queue, AuditStore audit, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const string Concerned = """
        n.org_id = @Org AND n.id BETWEEN @first AND @last AND n.person_id IS NULL AND (h.owner_id IS NULL OR n.owner_id IN
            (WITH RECURSIVE below (id) AS (SELECT h.owner_id UNION SELECT c.id FROM owner c JOIN below b ON c.parent_id = b.id) SELECT id FROM below))
        """;

    private const string Dead = "webhook_id = @hook AND kind = 'events' AND state = 'dead'";

    /// <summary>So many are sent again at once: a webhook that was away for weeks has tens of thousands, and nobody else writes meanwhile.</summary>
    public const int MostAtOnce = 1000;

    /// <summary>Queues the delivery of notifications to every webhook that is about some of them.</summary>
    public async Task EnqueueAsync(DbTransaction transaction, long first, long last)
    {
        var connection = transaction.Connection!;
        foreach (var hook in await connection.QueryAsync<long>("SELECT id FROM webhook WHERE org_id = @Org AND enabled = 1", new { Org }, transaction))
        {
            var events = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM notification n JOIN webhook h ON h.id = @hook WHERE {Concerned}", new { Org, hook, first, last }, transaction);
            if (events > 0) await queue.EnqueueAsync(transaction, Job(hook, await AddAsync(transaction, hook, "events", first, last, events)));
        }
    }

    /// <summary>A delivery of which the caller makes the one attempt at once.</summary>
    /// <returns>Its id; null when there is no such webhook.</returns>
    public Task<long?> AddTestAsync(long hook, string by, CancellationToken cancellationToken) => database.WriteAsync<long?>(async transaction =>
    {
        if (!await ExistsAsync(transaction, hook)) return null;
        await audit.AppendAsync(transaction, new AuditEntry(by, "webhook.tested", $"webhook:{hook}", null));
        return await AddAsync(transaction, hook, "test", 0, 0, 1);
    }, cancellationToken: cancellationToken);

    public Task<Page<DeliveryRow>?> ListAsync(long hook, PageRequest request, CancellationToken cancellationToken)
    {
        var keyset = Keyset.For(request, new Dictionary<string, SortKey> { ["id"] = new("d.id", true) }, "id", "d.id");
        return database.ReadAsync<Page<DeliveryRow>?>(async connection =>
        {
            var parameters = new { Org, hook, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            if (await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM webhook WHERE org_id = @Org AND id = @hook", parameters) == 0) return null;
            var total = await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM webhook_delivery d WHERE d.webhook_id = @hook", parameters);
            var rows = (await connection.QueryAsync<Line>($"""
                SELECT d.id, d.kind, d.events, d.state, d.attempts, d.status, d.error, d.milliseconds, d.created_at, d.attempted_at FROM webhook_delivery d
                WHERE d.webhook_id = @hook AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip
                """, parameters)).Select(l => l.ToRow()).ToList();
            return keyset.Page(rows, total, r => (r.Id, r.Id));
        }, cancellationToken);
    }

    public Task<DeliveryRow?> GetAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(async connection => (await connection.QuerySingleOrDefaultAsync<Line?>(
        "SELECT id, kind, events, state, attempts, status, error, milliseconds, created_at, attempted_at FROM webhook_delivery WHERE id = @id", new { id }))?.ToRow(), cancellationToken);

    public Task<DeliveryWork?> WorkAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        await connection.QuerySingleOrDefaultAsync<(long Hook, long First, long Last)?>("SELECT webhook_id, first, last FROM webhook_delivery WHERE id = @id AND state = 'waiting'", new { id }) is { } it
            ? new DeliveryWork(id, it.Hook, it.First, it.Last) : null, cancellationToken);

    /// <summary>The notifications that a delivery is about.</summary>
    public Task<IReadOnlyList<WebhookEvent>> EventsAsync(DeliveryWork work, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<WebhookEvent>>(async connection =>
        [.. (await connection.QueryAsync<EventLine>($"""
            SELECT n.id, n.kind, n.subject, n.args, n.severity, n.projects, n.count, n.reason, n.owner_id, w.title AS owner, n.created_at FROM notification n JOIN webhook h ON h.id = @hook LEFT JOIN owner w ON w.id = n.owner_id
            WHERE {Concerned} ORDER BY n.id
            """, new { Org, hook = work.WebhookId, first = work.First, last = work.Last })).Select(e => new WebhookEvent(e.Id, e.Kind, e.Subject, e.Args, e.Severity, e.Projects, e.Count, e.Reason, e.OwnerId, e.Owner, e.CreatedAt))], cancellationToken);

    /// <summary>Notes how an attempt went.</summary>
    /// <param name="state">What becomes of the delivery by it.</param>
    public Task WentAsync(long id, string state, int? status, string? error, TimeSpan took, CancellationToken cancellationToken) => database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
        UPDATE webhook_delivery SET state = @state, attempts = attempts + 1, status = @status, error = @error, milliseconds = @milliseconds, attempted_at = @now WHERE id = @id;
        UPDATE webhook SET delivered_at = CASE WHEN @delivered = 1 THEN @now ELSE delivered_at END, failures = CASE WHEN @delivered = 1 THEN 0 ELSE failures + 1 END, error = @error
        WHERE id = (SELECT webhook_id FROM webhook_delivery WHERE id = @id);
        """, new { id, state, status = (long?)status, error, milliseconds = (long)took.TotalMilliseconds, now = time.GetUtcNow(), delivered = state == "delivered" ? 1L : 0L }, transaction), cancellationToken: cancellationToken);

    /// <summary>Puts a delivery among the dead, with the last error it had where it had one.</summary>
    public Task GiveUpAsync(long id, string error, CancellationToken cancellationToken) => database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync(
        "UPDATE webhook_delivery SET state = 'dead', error = COALESCE(error, @error) WHERE id = @id AND state = 'waiting'", new { id, error }, transaction), cancellationToken: cancellationToken);

    /// <summary>Sends deliveries again, as if they were new: one, or with null those that are dead, the oldest first, <see cref="MostAtOnce"/> of them.</summary>
    /// <returns>How many, and how many are dead still; null when there is no such webhook or delivery, or it waits already, or it was a test.</returns>
    public async Task<Redelivered?> RedeliverAsync(long hook, long? delivery, string by, CancellationToken cancellationToken)
    {
        var sent = await database.WriteAsync<Redelivered?>(async transaction =>
        {
            if (!await ExistsAsync(transaction, hook)) return null;
            await audit.HoldAsync(transaction); // Of two who ask at once the second finds them waiting, here and in the record.
            var which = delivery is null ? Dead : "webhook_id = @hook AND kind = 'events' AND id = @delivery AND state <> 'waiting'";
            var before = await AuditStore.StateAsync(transaction, $"SELECT id, state, attempts FROM webhook_delivery WHERE {which} ORDER BY id LIMIT {MostAtOnce}", new { hook, delivery });
            var ids = (await transaction.Connection!.QueryAsync<long>($"""
                UPDATE webhook_delivery SET state = 'waiting', attempts = 0, error = NULL WHERE id IN (SELECT id FROM webhook_delivery WHERE {which} ORDER BY id LIMIT {MostAtOnce}) RETURNING id
                """, new { hook, delivery }, transaction)).Order().ToList();
            if (ids.Count == 0) return delivery is null ? new Redelivered(0, 0) : null;
            foreach (var id in ids) await queue.EnqueueAsync(transaction, Job(hook, id));
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "webhook.redelivered", $"webhook:{hook}", before, ids.Select(id => new { id, state = "waiting", attempts = 0 }), new { deliveries = ids.Count }));
            return new Redelivered(ids.Count, await transaction.Connection!.QuerySingleAsync<int>($"SELECT COUNT(*) FROM webhook_delivery WHERE {Dead}", new { hook }, transaction));
        }, cancellationToken: cancellationToken);
        if (sent?.Deliveries > 0) queue.Wake();
        return sent;
    }

    private static JobRequest Job(long hook, long delivery) => new(WebhookJob.JobKind, $"{delivery}", $"webhook:{hook}", $"{delivery}");

    private static async Task<bool> ExistsAsync(DbTransaction transaction, long hook) => await transaction.Connection!.QuerySingleAsync<long>("SELECT COUNT(*) FROM webhook WHERE org_id = @Org AND id = @hook", new { Org, hook }, transaction) > 0;

    private async Task<long> AddAsync(DbTransaction transaction, long hook, string kind, long first, long last, long events)
    {
        var id = await IdSource.NextAsync(transaction, "webhook_delivery");
        await transaction.Connection!.ExecuteAsync("INSERT INTO webhook_delivery (id, webhook_id, kind, first, last, events, state, created_at) VALUES (@id, @hook, @kind, @first, @last, @events, 'waiting', @now)",
            new { id, hook, kind, first, last, events, now = time.GetUtcNow() }, transaction);
        return id;
    }

    private sealed class Line
    {
        public long Id { get; set; }
        public string Kind { get; set; } = "";
        public int Events { get; set; }
        public string State { get; set; } = "";
        public int Attempts { get; set; }
        public int? Status { get; set; }
        public string? Error { get; set; }
        public int? Milliseconds { get; set; }
        public DateTimeOffset CreatedAt { get; set; }
        public DateTimeOffset? AttemptedAt { get; set; }

        public DeliveryRow ToRow() => new(Id, Kind, Events, State, Attempts, Status, Error, Milliseconds, CreatedAt, AttemptedAt);
    }

    private sealed class EventLine
    {
        public long Id { get; set; }
        public string Kind { get; set; } = "";
        public string Subject { get; set; } = "";
        public string Args { get; set; } = "";
        public int Severity { get; set; }
        public int Projects { get; set; }
        public int Count { get; set; }
        public int Reason { get; set; }
        public long? OwnerId { get; set; }
        public string? Owner { get; set; }
        public DateTimeOffset CreatedAt { get; set; }
    }
}
