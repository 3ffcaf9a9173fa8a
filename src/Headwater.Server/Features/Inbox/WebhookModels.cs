namespace Headwater.Server.Features.Inbox;

/// <summary>What can be said of a webhook by whoever configures it.</summary>
/// <param name="OwnerId">Only of this unit or team and what is below it; null for everything.</param>
internal sealed record WebhookInput(string Name, Uri Address, long? OwnerId, bool Enabled);

/// <summary>An address that is told what owners are told.</summary>
/// <param name="Dead">Deliveries that were given up and can be sent again.</param>
internal sealed record WebhookRow(
    long Id, string Name, string Address, long? OwnerId, string? OwnerTitle, bool Enabled, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? DeliveredAt, int Failures, string? Error, int Dead);

/// <summary>A webhook just made, or given another secret. <see cref="Secret"/> is shown this once.</summary>
internal sealed record NewWebhook(WebhookRow Webhook, string Secret);

/// <summary>What a delivery needs.</summary>
internal sealed record WebhookTarget(long Id, Uri Address, byte[]? Secret, bool Enabled);

/// <summary>What is told: one event.</summary>
internal sealed record WebhookEvent(long Id, string Kind, string Subject, string Args, int Severity, int Projects, int Count, int Reason, long? OwnerId, string? Owner, DateTimeOffset At);

/// <summary>One delivery.</summary>
/// <param name="Deliveries">How many are sent again.</param>
/// <param name="Left">How many were given up and are not among them.</param>
internal sealed record Redelivered(int Deliveries, int Left);

/// <param name="Kind"><c>events</c> or <c>test</c>.</param>
/// <param name="State"><c>waiting</c> for its first or another attempt, <c>delivered</c>, or <c>dead</c>: not tried any more.</param>
/// <param name="Status">What the address answered last; null when it did not.</param>
internal sealed record DeliveryRow(
    long Id, string Kind, int Events, string State, int Attempts, int? Status, string? Error, int? Milliseconds, DateTimeOffset CreatedAt, DateTimeOffset? AttemptedAt);

/// <summary>A delivery to be made: the notifications of a range, as far as they concern the webhook.</summary>
internal sealed record DeliveryWork(long Id, long WebhookId, long First, long Last);
