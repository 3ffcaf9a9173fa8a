using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Http.Outgoing;
using Headwater.Server.Platform.Ui;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Inbox;

/// <summary>The webhooks for programs.</summary>
internal static class WebhooksApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/webhooks").WithTags("Webhooks");
        api.MapGet("", async (WebhookStore store, [AsParameters] Listing listing, CancellationToken cancellationToken) => listing.AnswerWhole("webhooks", await store.ListAsync(cancellationToken), Columns, cancellationToken)).Produces<IReadOnlyList<WebhookRow>>().Require(Permissions.SystemConfiguration).WithSummary("Addresses that are told what owners are told");
        api.MapPost("", async Task<Results<Created<NewWebhook>, ProblemHttpResult>> (HttpContext http, WebhookStore store, OutgoingGuard guard, Localiser text, WebhookBody body, CancellationToken cancellationToken) =>
        {
            if (WebhookCheck.Of(body, guard, text, out var input) is { } wrong) return Problems.Of(400, "The webhook cannot be so", wrong);
            return await store.AddAsync(input!, http.User.Actor(), cancellationToken) is { } made ? TypedResults.Created($"{Api.Root}/webhooks/{made.Webhook.Id}", made) : Problems.Of(409, "The webhook cannot be so", text["webhooks.taken"]);
        }).Require(Permissions.SystemConfiguration).WithSummary("Adds a webhook; its secret is in the answer and nowhere else");
        api.MapGet("/{id:long}", async Task<Results<Ok<WebhookRow>, NotFound>> (WebhookStore store, long id, CancellationToken cancellationToken) =>
            await store.GetAsync(id, cancellationToken) is { } hook ? TypedResults.Ok(hook) : TypedResults.NotFound()).Require(Permissions.SystemConfiguration).WithSummary("One webhook");
        api.MapPut("/{id:long}", async Task<Results<Ok<WebhookRow>, NotFound, ProblemHttpResult>> (HttpContext http, WebhookStore store, OutgoingGuard guard, Localiser text, long id, WebhookBody body, CancellationToken cancellationToken) =>
        {
            if (await store.GetAsync(id, cancellationToken) is null) return TypedResults.NotFound();
            if (WebhookCheck.Of(body, guard, text, out var input) is { } wrong) return Problems.Of(400, "The webhook cannot be so", wrong);
            return await store.ChangeAsync(id, input!, http.User.Actor(), cancellationToken) ? TypedResults.Ok((await store.GetAsync(id, cancellationToken))!) : Problems.Of(409, "The webhook cannot be so", text["webhooks.taken"]);
        }).Require(Permissions.SystemConfiguration).WithSummary("Changes a webhook, or switches it off");
        api.MapDelete("/{id:long}", async Task<Results<NoContent, NotFound>> (HttpContext http, WebhookStore store, long id, CancellationToken cancellationToken) =>
            await store.RemoveAsync(id, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound()).Require(Permissions.SystemConfiguration).WithSummary("Takes a webhook away with its deliveries");
        api.MapPost("/{id:long}/secret", async Task<Results<Ok<NewWebhook>, NotFound>> (HttpContext http, WebhookStore store, long id, CancellationToken cancellationToken) =>
            await store.RenewSecretAsync(id, http.User.Actor(), cancellationToken) is { } made ? TypedResults.Ok(made) : TypedResults.NotFound()).Require(Permissions.SystemConfiguration).WithSummary("Gives a webhook another secret, which is in the answer and nowhere else");
        api.MapPost("/{id:long}/test", async Task<Results<Ok<DeliveryRow>, NotFound>> (HttpContext http, WebhookSender sender, long id, CancellationToken cancellationToken) =>
            await sender.TestAsync(id, http.User.Actor(), cancellationToken) is { } went ? TypedResults.Ok(went) : TypedResults.NotFound()).Require(Permissions.SystemConfiguration).WithSummary("Sends a test now and says how it went");
        api.MapGet("/{id:long}/deliveries", async Task<IResult> (WebhookStore hooks, DeliveryStore store, long id, [AsParameters] Listing listing, CancellationToken cancellationToken) => await hooks.GetAsync(id, cancellationToken) is null ? TypedResults.NotFound()
            : await listing.AnswerAsync("deliveries", async (page, token) => await store.ListAsync(id, page, token) ?? Page<DeliveryRow>.Empty, Delivered, cancellationToken)).Produces<Page<DeliveryRow>>()
            .Require(Permissions.SystemConfiguration).WithSummary("What was sent and how it went, newest first");
        api.MapPost("/{id:long}/redeliver", (HttpContext http, DeliveryStore store, long id, CancellationToken cancellationToken) => RedeliverAsync(http, store, id, null, cancellationToken))
            .Require(Permissions.SystemConfiguration).WithSummary("Sends again what was given up, the oldest thousand at once, and says how many are left");
        api.MapPost("/{id:long}/deliveries/{delivery:long}/redeliver", (HttpContext http, DeliveryStore store, long id, long delivery, CancellationToken cancellationToken) => RedeliverAsync(http, store, id, delivery, cancellationToken))
            .Require(Permissions.SystemConfiguration).WithSummary("Sends one delivery again");
    }

    private static readonly (string Name, Func<WebhookRow, object?> Value)[] Columns =
    [
        ("id", h => h.Id), ("name", h => h.Name), ("address", h => h.Address), ("of", h => h.OwnerTitle), ("enabled", h => h.Enabled), ("failures", h => h.Failures), ("error", h => h.Error), ("given up", h => h.Dead), ("delivered", h => h.DeliveredAt),
        ("created", h => h.CreatedAt), ("created by", h => h.CreatedBy),
    ];

    private static readonly (string Name, Func<DeliveryRow, object?> Value)[] Delivered =
    [
        ("id", d => d.Id), ("when:created", d => d.CreatedAt), ("what:kind", d => d.Kind), ("what:events", d => d.Events), ("state:state", d => d.State), ("state:attempts", d => d.Attempts), ("answer:attempted", d => d.AttemptedAt), ("answer:status", d => d.Status),
        ("answer:milliseconds", d => d.Milliseconds), ("answer:error", d => d.Error),
    ];

    private static async Task<Results<Accepted<Redelivered>, NotFound>> RedeliverAsync(HttpContext http, DeliveryStore store, long id, long? delivery, CancellationToken cancellationToken) =>
        await store.RedeliverAsync(id, delivery, http.User.Actor(), cancellationToken) is { } sent ? TypedResults.Accepted((string?)null, sent) : TypedResults.NotFound();
}

/// <param name="Enabled">On when not said.</param>
internal sealed record WebhookBody(string? Name, string? Address, long? OwnerId, bool? Enabled);

/// <summary>Whether a webhook can be as somebody wants it.</summary>
internal static class WebhookCheck
{
    /// <summary>What is wrong; null when nothing is.</summary>
    public static string? Of(WebhookBody body, OutgoingGuard guard, Localiser text, out WebhookInput? input)
    {
        input = null;
        var name = body.Name?.Trim() ?? "";
        if (name.Length is 0 or > WebhookStore.LongestName || body.Address is not { Length: <= WebhookStore.LongestAddress } given || !Uri.TryCreate(given.Trim(), UriKind.Absolute, out var address)) return text["webhooks.bad"];
        if (guard.Refuses(address) is { } why) return why;
        input = new WebhookInput(name, address, body.OwnerId, body.Enabled ?? true);
        return null;
    }
}
