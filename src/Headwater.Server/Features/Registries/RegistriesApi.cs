using System.Globalization;
using Headwater.Server.Features.Registries.Protocols;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Http.Outgoing;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Platform.Ui;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Registries;

/// <summary>The registries for programs.</summary>
internal static class RegistriesApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/registries").WithTags("Registries");
        api.MapGet("", async (RegistryStore store, TimeProvider time, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            listing.AnswerWhole("registries", (await store.ListAsync(cancellationToken)).Select(r => RegistryView.Of(r, time)), Columns, cancellationToken)).Produces<IReadOnlyList<RegistryView>>().Require(Permissions.FeedManagement).WithSummary("Package registries that are asked, and how that goes");
        api.MapGet("/coverage", async (HttpContext http, RegistriesModule registries, CancellationToken cancellationToken) => TypedResults.Ok(await registries.CoverageAsync(http.User.InScope(), cancellationToken)))
            .Require(Permissions.ViewPortfolio).WithSummary("How many components in use have data of a registry, and how new it is");
        api.MapPost("", (HttpContext http, RegistryStore store, OutgoingGuard guard, Localiser text, RegistryBody body, bool? check, CancellationToken cancellationToken) => SaveAsync(http, store, guard, text, null, body, check, cancellationToken))
            .Require(Permissions.FeedManagement).WithSummary("Adds a registry, and begins to ask it at once unless check=false");
        api.MapPut("/{id:long}", (HttpContext http, RegistryStore store, OutgoingGuard guard, Localiser text, long id, RegistryBody body, CancellationToken cancellationToken) => SaveAsync(http, store, guard, text, id, body, false, cancellationToken))
            .Require(Permissions.FeedManagement).WithSummary("Changes a registry; a secret that is left out stays, an empty one goes");
        api.MapDelete("/{id:long}", RemoveAsync).Require(Permissions.FeedManagement).WithSummary("Takes a registry away with what it said");
        api.MapPost("/{id:long}/check", async Task<Results<Accepted<QueuedCheck>, NotFound>> (HttpContext http, RegistryStore store, long id, bool? everything, CancellationToken cancellationToken) =>
            await store.CheckAsync(id, everything ?? false, http.User.Actor(), cancellationToken) is { } job ? TypedResults.Accepted((string?)null, new QueuedCheck(job)) : TypedResults.NotFound())
            .Require(Permissions.FeedManagement).WithSummary("Asks now about what is due; everything=true about everything");
    }

    private static readonly (string Name, Func<RegistryView, object?> Value)[] Columns =
    [
        ("id", r => r.Id), ("type", r => r.Type), ("name", r => r.Name), ("address", r => r.Address), ("position", r => r.Position), ("user", r => r.User), ("only", r => r.Only), ("never", r => r.Never), ("every seconds", r => r.EverySeconds), ("daily at", r => r.DailyAt),
        ("enabled", r => r.Enabled), ("stale", r => r.Stale), ("attempted", r => r.AttemptedAt), ("succeeded", r => r.SucceededAt), ("failures", r => r.Failures), ("error", r => r.Error), ("paused until", r => r.PausedUntil), ("asked", r => r.Asked),
        ("found", r => r.Found), ("components", r => r.Components),
    ];

    private static async Task<Results<Ok<RegistryView>, NotFound, ProblemHttpResult>> SaveAsync(HttpContext http, RegistryStore store, OutgoingGuard guard, Localiser text, long? id, RegistryBody body, bool? check, CancellationToken cancellationToken)
    {
        var row = id is { } known ? await store.GetAsync(known, cancellationToken) : null;
        if (id is not null && row is null) return TypedResults.NotFound();
        if (row is { IsConfigured: true }) return Configured(text);
        if (body.ToInput(row?.Type) is not { } input) return Problems.Of(400, "The registry cannot be so", text["registries.badCadence"]);
        if (RegistryCheck.Of(input, row?.HasSecret ?? false, guard, out var detail) is { } wrong) return Problems.Of(400, "The registry cannot be so", $"{wrong.Field}: {detail ?? text[wrong.Key, string.Join(", ", RegistryProtocol.All.Select(p => p.Type))]}");
        if (await store.SaveAsync(row?.Id, input, http.User.Actor(), cancellationToken: cancellationToken) is not { } saved) return Problems.Of(409, "The name is taken", text["registries.nameTaken"]);
        if (check != false && input.Enabled) await store.CheckAsync(saved, false, http.User.Actor(), cancellationToken);
        return TypedResults.Ok(RegistryView.Of((await store.GetAsync(saved, cancellationToken))!, http.RequestServices.GetRequiredService<TimeProvider>()));
    }

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> RemoveAsync(HttpContext http, RegistryStore store, Localiser text, long id, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(id, cancellationToken) is { IsConfigured: true }) return Configured(text);
        return await store.RemoveAsync(id, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound();
    }

    private static ProblemHttpResult Configured(Localiser text) => Problems.Of(409, "The configuration says what this registry is", text["registries.configuredWhy"]);

    internal sealed record QueuedCheck(long JobId);

    /// <param name="Secret">Left out, it stays as it is; empty, it goes.</param>
    /// <param name="EverySeconds">Either this or <paramref name="DailyAt"/>.</param>
    internal sealed record RegistryBody(string? Type, string? Name, string? Address, int? Position, string? User, string? Secret, string[]? Only, string[]? Never, long? EverySeconds, string? DailyAt, bool? Enabled)
    {
        public RegistryInput? ToInput(string? type)
        {
            var cadence = Cadence.Parse(EverySeconds?.ToString(CultureInfo.InvariantCulture), DailyAt);
            return cadence is null ? null
                : new RegistryInput(type ?? Type?.Trim().ToLowerInvariant() ?? "", Name?.Trim() ?? "", Address?.Trim() ?? "", Position ?? 0, User?.Trim(), Secret, Only ?? [], Never ?? [], cadence, Enabled ?? true);
        }

        public override string ToString() => Name ?? "";
    }

    internal sealed record RegistryView(
        long Id, string Type, string Name, string Address, int Position, string? User, bool HasSecret, IReadOnlyList<string> Only, IReadOnlyList<string> Never, long? EverySeconds, string? DailyAt, bool Enabled, bool Configured,
        bool Stale, DateTimeOffset? AttemptedAt, DateTimeOffset? SucceededAt, int Failures, string? Error, DateTimeOffset? PausedUntil, long Asked, long Found, long Components)
    {
        public static RegistryView Of(RegistryRow r, TimeProvider time) => new(r.Id, r.Type, r.Name, r.Address, r.Position, r.User, r.HasSecret, r.Only, r.Never, (long?)r.Cadence.Every?.TotalSeconds,
            r.Cadence.Daily?.ToString("HH:mm", CultureInfo.InvariantCulture), r.Enabled, r.IsConfigured, time.GetUtcNow() - (r.SucceededAt ?? r.CreatedAt) > r.StaleAfter, r.AttemptedAt, r.SucceededAt, r.Failures, r.Error,
            r.PausedUntil, r.Asked, r.Found, r.Knows);
    }
}
