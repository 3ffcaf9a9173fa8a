using System.Data.Common;
using System.Security.Cryptography;
using Dapper;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Microsoft.AspNetCore.DataProtection;

namespace Headwater.Server.Features.Inbox;

/// <summary>The webhooks as rows. Their secrets are protected with the installation's keys and leave here once, when they are made.</summary>
internal sealed class WebhookStore(IDatabase database, AuditStore audit, IDataProtectionProvider protection, TimeProvider time)
{
    public const int LongestName = 100, LongestAddress = 1000;
    private const long Org = Organisation.Home;

    /// <summary>What webhooks are called; their pages are for few.</summary>
    public static NamedKind Named { get; } = NamedKind.Of("webhook", viewer => viewer.All ? "SELECT CAST(id AS TEXT) AS id, name, NULL AS page FROM webhook WHERE org_id = @Org AND CAST(id AS TEXT) IN @ids" : null) with { Called = @"SELECT 'webhook:' || id FROM webhook WHERE org_id = @org AND LOWER(name) LIKE @subject ESCAPE '\'" };

    private const string Prefix = "whsec_";
    private const string Columns = """
        h.id, h.name, h.address, h.owner_id, w.title AS owner_title, h.enabled, h.created_at, h.created_by, h.delivered_at, h.failures, h.error,
        (SELECT COUNT(*) FROM webhook_delivery d WHERE d.webhook_id = h.id AND d.state = 'dead') AS dead FROM webhook h LEFT JOIN owner w ON w.id = h.owner_id
        """;

    private readonly IDataProtector _protector = protection.CreateProtector("Headwater.Webhook");

    public Task<IReadOnlyList<WebhookRow>> ListAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<WebhookRow>>(async connection =>
        [.. (await connection.QueryAsync<Line>($"SELECT {Columns} WHERE h.org_id = @Org ORDER BY LOWER(h.name)", new { Org })).Select(l => l.ToRow())], cancellationToken);

    public Task<WebhookRow?> GetAsync(long id, CancellationToken cancellationToken = default) => database.ReadAsync(connection => FindAsync(connection, id), cancellationToken);

    /// <summary>Adds a webhook.</summary>
    /// <returns>Null when the name is taken or there is no such owner.</returns>
    public Task<NewWebhook?> AddAsync(WebhookInput input, string by, CancellationToken cancellationToken = default) => database.WriteAsync<NewWebhook?>(async transaction =>
    {
        if (!await IsPossibleAsync(transaction, 0, input)) return null;
        var id = await IdSource.NextAsync(transaction, "webhook");
        var secret = NewSecret();
        await transaction.Connection!.ExecuteAsync("INSERT INTO webhook (id, org_id, name, address, secret, owner_id, enabled, created_at, created_by) VALUES (@id, @Org, @Name, @address, @secret, @OwnerId, @enabled, @now, @by)",
            new { id, Org, input.Name, address = input.Address.AbsoluteUri, secret = _protector.Protect(secret), input.OwnerId, enabled = input.Enabled ? 1L : 0L, now = time.GetUtcNow(), by }, transaction);
        await RecordAsync(transaction, "webhook.added", id, null, input, by);
        return new NewWebhook((await FindAsync(transaction.Connection!, id, transaction))!, secret);
    }, cancellationToken: cancellationToken);

    /// <returns>False when the name is taken, or there is no such owner or webhook.</returns>
    public Task<bool> ChangeAsync(long id, WebhookInput input, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        if (!await IsPossibleAsync(transaction, id, input)) return false;
        var before = await StateAsync(transaction, id);
        if (await transaction.Connection!.ExecuteAsync("UPDATE webhook SET name = @Name, address = @address, owner_id = @OwnerId, enabled = @enabled WHERE org_id = @Org AND id = @id",
            new { Org, id, input.Name, address = input.Address.AbsoluteUri, input.OwnerId, enabled = input.Enabled ? 1L : 0L }, transaction) == 0) return false;
        await RecordAsync(transaction, "webhook.changed", id, before, input, by);
        return true;
    }, cancellationToken: cancellationToken);

    /// <summary>Gives a webhook another secret; what is sent from now on is signed with it.</summary>
    public Task<NewWebhook?> RenewSecretAsync(long id, string by, CancellationToken cancellationToken = default) => database.WriteAsync<NewWebhook?>(async transaction =>
    {
        var (secret, before) = (NewSecret(), await StateAsync(transaction, id));
        if (await transaction.Connection!.ExecuteAsync("UPDATE webhook SET secret = @secret WHERE org_id = @Org AND id = @id", new { Org, id, secret = _protector.Protect(secret) }, transaction) == 0) return null;
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "webhook.secret", $"webhook:{id}", before, await StateAsync(transaction, id)));
        return new NewWebhook((await FindAsync(transaction.Connection!, id, transaction))!, secret);
    }, cancellationToken: cancellationToken);

    public Task<bool> RemoveAsync(long id, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var before = await StateAsync(transaction, id);
        if (await transaction.Connection!.ExecuteAsync("DELETE FROM webhook WHERE org_id = @Org AND id = @id", new { Org, id }, transaction) == 0) return false;
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "webhook.removed", $"webhook:{id}", before, null));
        return true;
    }, cancellationToken: cancellationToken);

    public Task<WebhookTarget?> TargetAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        await connection.QuerySingleOrDefaultAsync<(string Address, string Secret, long Enabled)?>("SELECT address, secret, enabled FROM webhook WHERE org_id = @Org AND id = @id", new { Org, id }) is { } found
            ? new WebhookTarget(id, new Uri(found.Address), _protector.TryUnprotect(found.Secret) is { } secret ? Convert.FromBase64String(secret[Prefix.Length..]) : null, found.Enabled == 1) : null, cancellationToken);

    private static string NewSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>The path of an address often is a secret of its own; the record keeps where it leads and no more.</summary>
    private async Task RecordAsync(DbTransaction transaction, string act, long id, object? before, WebhookInput input, string by) => await audit.AppendAsync(transaction,
        AuditEntry.Change(by, act, $"webhook:{id}", before, await StateAsync(transaction, id), new { name = input.Name, host = input.Address.Host, owner = input.OwnerId, enabled = input.Enabled }));

    private static Task<object?> StateAsync(DbTransaction transaction, long id) => AuditStore.StateAsync(transaction, "SELECT name, address, secret, owner_id, enabled FROM webhook WHERE id = @id", new { id });

    private static async Task<bool> IsPossibleAsync(DbTransaction transaction, long id, WebhookInput input) =>
        await transaction.Connection!.QuerySingleAsync<long>("SELECT COUNT(*) FROM webhook WHERE org_id = @Org AND LOWER(name) = LOWER(@Name) AND id <> @id", new { Org, input.Name, id }, transaction) == 0
        && (input.OwnerId is null || await transaction.Connection!.QuerySingleAsync<long>("SELECT COUNT(*) FROM owner WHERE org_id = @Org AND id = @OwnerId", new { Org, input.OwnerId }, transaction) > 0);

    private static async Task<WebhookRow?> FindAsync(DbConnection connection, long id, DbTransaction? transaction = null) =>
        (await connection.QuerySingleOrDefaultAsync<Line?>($"SELECT {Columns} WHERE h.org_id = @Org AND h.id = @id", new { Org, id }, transaction))?.ToRow();

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
        public int Dead { get; set; }

        public WebhookRow ToRow() => new(Id, Name, Address, OwnerId, OwnerTitle, Enabled, CreatedAt, CreatedBy, DeliveredAt, Failures, Error, Dead);
    }
}
