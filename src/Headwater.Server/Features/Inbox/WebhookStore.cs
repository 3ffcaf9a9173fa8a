using System.Data.Common;
using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;
using Microsoft.AspNetCore.DataProtection;

namespace Headwater.Server.Features.Inbox;

/// <summary>An address that is told what owners are told.</summary>
/// <param name="OwnerId">Only of this unit or team and what is below it; null for everything.</param>
internal sealed record WebhookRow(long Id, string Name, string Address, long? OwnerId, string? OwnerTitle, bool Enabled, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? DeliveredAt, int Failures, string? Error);

/// <summary>What a delivery needs.</summary>
internal sealed record WebhookTarget(long Id, Uri Address, byte[] Secret);

/// <summary>What is told: one event.</summary>
internal sealed record WebhookEvent(long Id, string Kind, string Subject, string Args, int Severity, int Projects, long? OwnerId, string? Owner, DateTimeOffset At);

/// <summary>Webhooks and what they are to be told.</summary>
internal sealed class WebhookStore(IDatabase database, QueueStore queue, AuditStore audit, IDataProtectionProvider protection, TimeProvider time)
{
    public const int LongestName = 100, LongestAddress = 1000;
    private const long Org = Organisation.Home;
    private const string Below = "(WITH RECURSIVE below (id) AS (SELECT h.owner_id UNION SELECT c.id FROM owner c JOIN below b ON c.parent_id = b.id) SELECT id FROM below)";

    private readonly IDataProtector _protector = protection.CreateProtector("Headwater.Webhook");

    public Task<IReadOnlyList<WebhookRow>> ListAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<WebhookRow>>(async connection =>
        [.. (await connection.QueryAsync<Line>("""
            SELECT h.id, h.name, h.address, h.owner_id, w.title AS owner_title, h.enabled, h.created_at, h.created_by, h.delivered_at, h.failures, h.error
            FROM webhook h LEFT JOIN owner w ON w.id = h.owner_id WHERE h.org_id = @Org ORDER BY LOWER(h.name)
            """, new { Org })).Select(l => new WebhookRow(l.Id, l.Name, l.Address, l.OwnerId, l.OwnerTitle, l.Enabled, l.CreatedAt, l.CreatedBy, l.DeliveredAt, l.Failures, l.Error))], cancellationToken);

    /// <summary>Adds a webhook.</summary>
    /// <returns>Its secret, which is not shown again; null when the name is taken or there is no such owner.</returns>
    public Task<string?> AddAsync(string name, Uri address, long? owner, string by, CancellationToken cancellationToken = default) => database.WriteAsync<string?>(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM webhook WHERE org_id = @Org AND LOWER(name) = LOWER(@name)", new { Org, name }, transaction) > 0) return null;
        if (owner is not null && await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM owner WHERE org_id = @Org AND id = @owner", new { Org, owner }, transaction) == 0) return null;
        var id = await IdSource.NextAsync(transaction, "webhook");
        var secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await connection.ExecuteAsync("INSERT INTO webhook (id, org_id, name, address, secret, owner_id, enabled, created_at, created_by) VALUES (@id, @Org, @name, @address, @secret, @owner, 1, @now, @by)",
            new { id, Org, name, address = address.AbsoluteUri, secret = _protector.Protect(secret), owner, now = time.GetUtcNow(), by }, transaction);
        await audit.AppendAsync(transaction, new AuditEntry(by, "webhook.added", $"webhook:{id}", JsonSerializer.Serialize(new { name, address = address.AbsoluteUri, owner })));
        return secret;
    }, cancellationToken: cancellationToken);

    public Task<bool> EnableAsync(long id, bool enabled, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        if (await transaction.Connection!.ExecuteAsync("UPDATE webhook SET enabled = @on WHERE org_id = @Org AND id = @id", new { Org, id, on = enabled ? 1L : 0L }, transaction) == 0) return false;
        await audit.AppendAsync(transaction, new AuditEntry(by, enabled ? "webhook.enabled" : "webhook.disabled", $"webhook:{id}", null));
        return true;
    }, cancellationToken: cancellationToken);

    public Task<bool> RemoveAsync(long id, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        if (await transaction.Connection!.ExecuteAsync("DELETE FROM webhook WHERE org_id = @Org AND id = @id", new { Org, id }, transaction) == 0) return false;
        await audit.AppendAsync(transaction, new AuditEntry(by, "webhook.removed", $"webhook:{id}", null));
        return true;
    }, cancellationToken: cancellationToken);

    /// <summary>Queues the delivery of notifications to every webhook that is about them.</summary>
    public async Task EnqueueAsync(DbTransaction transaction, long first, long last)
    {
        foreach (var id in await transaction.Connection!.QueryAsync<long>("SELECT id FROM webhook WHERE org_id = @Org AND enabled = 1", new { Org }, transaction))
            await queue.EnqueueAsync(transaction, new JobRequest(WebhookJob.JobKind, $"{id}:{first}-{last}", $"webhook:{id}", $"{id}:{first}-{last}"));
    }

    public Task<WebhookTarget?> TargetAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        await connection.QuerySingleOrDefaultAsync<(string Address, string Secret)?>("SELECT address, secret FROM webhook WHERE org_id = @Org AND id = @id AND enabled = 1", new { Org, id }) is { } found
            ? new WebhookTarget(id, new Uri(found.Address), Convert.FromBase64String(_protector.Unprotect(found.Secret)["whsec_".Length..])) : null, cancellationToken);

    /// <summary>The notifications of a range that a webhook is to be told of.</summary>
    public Task<IReadOnlyList<WebhookEvent>> EventsAsync(long id, long first, long last, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<WebhookEvent>>(async connection =>
        [.. (await connection.QueryAsync<EventLine>($"""
            SELECT n.id, n.kind, n.subject, n.args, n.severity, n.projects, n.owner_id, w.title AS owner, n.created_at FROM notification n JOIN webhook h ON h.id = @id LEFT JOIN owner w ON w.id = n.owner_id
            WHERE n.org_id = @Org AND n.id BETWEEN @first AND @last AND n.person_id IS NULL AND (h.owner_id IS NULL OR n.owner_id IN {Below}) ORDER BY n.id
            """, new { Org, id, first, last })).Select(l => new WebhookEvent(l.Id, l.Kind, l.Subject, l.Args, l.Severity, l.Projects, l.OwnerId, l.Owner, l.CreatedAt))], cancellationToken);

    /// <summary>Notes how a delivery went.</summary>
    public Task WentAsync(long id, string? error, CancellationToken cancellationToken) => database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync(error is null
        ? "UPDATE webhook SET delivered_at = @now, failures = 0, error = NULL WHERE id = @id" : "UPDATE webhook SET failures = failures + 1, error = @error WHERE id = @id",
        new { id, error, now = time.GetUtcNow() }, transaction), cancellationToken: cancellationToken);

    private sealed class Line
    {
        public long Id { get; set; }
        public string Name { get; set; } = "";
        public string Address { get; set; } = "";
        public long? OwnerId { get; set; }
        public string? OwnerTitle { get; set; }
        public bool Enabled { get; set; }
        public DateTimeOffset CreatedAt { get; set; }
        public string CreatedBy { get; set; } = "";
        public DateTimeOffset? DeliveredAt { get; set; }
        public int Failures { get; set; }
        public string? Error { get; set; }
    }

    private sealed class EventLine
    {
        public long Id { get; set; }
        public string Kind { get; set; } = "";
        public string Subject { get; set; } = "";
        public string Args { get; set; } = "";
        public int Severity { get; set; }
        public int Projects { get; set; }
        public long? OwnerId { get; set; }
        public string? Owner { get; set; }
        public DateTimeOffset CreatedAt { get; set; }
    }
}
