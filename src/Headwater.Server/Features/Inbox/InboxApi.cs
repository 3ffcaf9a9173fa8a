using Headwater.Core.Advisories;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Inbox;

/// <summary>The inbox for programs that act for a person. An API key is no person and has none.</summary>
internal static class InboxApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/inbox").WithTags("Inbox");
        api.MapGet("", ListAsync).Takes("kind", [.. InboxChoice.Names.Select(n => n.Word), "finding.many"]).Produces<Page<InboxRow>>().Require(Permissions.ViewVulnerability).WithSummary("What the person wants to hear of, or with everything=true may see, newest first");
        api.MapGet("/unread", async Task<Results<Ok<UnreadCount>, NotFound>> (HttpContext http, InboxStore store, CancellationToken cancellationToken) =>
            await store.PersonAsync(http.User.Actor(), cancellationToken) is not { } person ? TypedResults.NotFound()
                : TypedResults.Ok(new UnreadCount(await store.CountUnreadAsync(http.User.Viewer(Permissions.ViewVulnerability), person, cancellationToken), InboxStore.MostCounted)))
            .Require(Permissions.ViewVulnerability).WithSummary("How many are unread, counted to a limit");
        api.MapPut("/read", async Task<Results<NoContent, NotFound>> (HttpContext http, InboxStore store, CancellationToken cancellationToken) =>
        {
            if (await store.PersonAsync(http.User.Actor(), cancellationToken) is not { } person) return TypedResults.NotFound();
            await store.MarkAllAsync(person, cancellationToken);
            return TypedResults.NoContent();
        }).Require(Permissions.ViewVulnerability).WithSummary("Marks everything up to now as read");
        api.MapPut("/{id:long}/read", (HttpContext http, InboxStore store, long id, CancellationToken cancellationToken) => MarkAsync(http, store, id, true, cancellationToken)).Require(Permissions.ViewVulnerability).WithSummary("Marks one as read");
        api.MapDelete("/{id:long}/read", (HttpContext http, InboxStore store, long id, CancellationToken cancellationToken) => MarkAsync(http, store, id, false, cancellationToken)).Require(Permissions.ViewVulnerability).WithSummary("Marks one as unread");
        api.MapGet("/choice", async Task<Results<Ok<ChoiceBody>, NotFound>> (HttpContext http, InboxStore store, CancellationToken cancellationToken) =>
            await store.PersonAsync(http.User.Actor(), cancellationToken) is { } person ? TypedResults.Ok(ChoiceBody.Of(person.Choice)) : TypedResults.NotFound())
            .Require(Permissions.ViewVulnerability).WithSummary("What the person wants to hear of");
        api.MapPut("/choice", ChooseAsync).Require(Permissions.ViewVulnerability).WithSummary("Changes what the person wants to hear of");
    }

    private static readonly (string Name, Func<InboxRow, object?> Value)[] Columns =
    [
        ("id", n => n.Id), ("what:kind", n => n.Kind), ("what:subject", n => n.Subject), ("what:summary", n => n.Summary), ("what:day", n => n.Day), ("severity:severity", n => n.IsOfFinding ? n.Severity.ToString() : null), ("projects:projects", n => n.Projects),
        ("what:advisories", n => n.Count), ("owner:owner", n => n.OwnerTitle), ("owner:owners", n => n.Owners), ("created:created", n => n.CreatedAt), ("act:read", n => n.Read),
    ];

    private static async Task<IResult> ListAsync(HttpContext http, InboxStore store, bool? unread, bool? everything, string? kind, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        if (await store.PersonAsync(http.User.Actor(), cancellationToken) is not { } person) return TypedResults.NotFound();
        return await listing.AnswerAsync("inbox", (page, token) => store.ListAsync(http.User.InScope(Permissions.ViewVulnerability), person, page, new InboxFilter(unread ?? false, everything is not true, kind), token), Columns, cancellationToken);
    }

    private static async Task<Results<Ok<ChoiceBody>, NotFound, ProblemHttpResult>> ChooseAsync(HttpContext http, InboxStore store, ChoiceBody body, CancellationToken cancellationToken)
    {
        if (await store.PersonAsync(http.User.Actor(), cancellationToken) is not { } person) return TypedResults.NotFound();
        if (body.ToChoice() is not { } choice) return Problems.Of(400, "The choice cannot be so", "Say scope (teams, unit, all), with unit its number, severity (unknown, low, medium, high, critical), and of kinds at least one of appeared, retracted, exploited, support, licence, case.");
        if (choice.UnitId is { } unit && !http.User.Viewer(Permissions.ViewVulnerability).Sees(unit)) return Problems.Of(400, "There is no such unit", "Name the id of a unit or team that you may see.");
        await store.ChooseAsync(person, choice, http.User.Actor(), cancellationToken);
        return TypedResults.Ok(ChoiceBody.Of(choice));
    }

    private static async Task<Results<NoContent, NotFound>> MarkAsync(HttpContext http, InboxStore store, long id, bool read, CancellationToken cancellationToken) =>
        await store.PersonAsync(http.User.Actor(), cancellationToken) is { } person && await store.MarkAsync(http.User.Viewer(Permissions.ViewVulnerability), person, id, read, cancellationToken)
            ? TypedResults.NoContent() : TypedResults.NotFound();

    /// <param name="AtMost">More are not counted.</param>
    internal sealed record UnreadCount(int Unread, int AtMost);

    internal sealed record ChoiceBody(string? Scope, long? Unit, string? Severity, IReadOnlyList<string>? Kinds)
    {
        public static ChoiceBody Of(InboxChoice choice) => new(choice.Scope.ToString().ToLowerInvariant(), choice.UnitId, choice.Least.ToString().ToLowerInvariant(), [.. choice.Words.Select(w => w.Split('.') is [var of, var what] && of == "finding" ? what : w.Split('.')[0])]);

        public InboxChoice? ToChoice()
        {
            if (!Enum.TryParse<InboxScope>(Scope, true, out var scope) || !Enum.IsDefined(scope) || (scope == InboxScope.Unit) != (Unit is not null)) return null;
            if (!Enum.TryParse<Severity>(Severity ?? "unknown", true, out var severity) || !Enum.IsDefined(severity)) return null;
            var kinds = InboxKinds.None;
            foreach (var name in Kinds ?? ["appeared", "retracted", "exploited", "support"])
            {
                var known = InboxChoice.Names.FirstOrDefault(n => n.Word == "finding." + name || (name == "support" && n.Kind == InboxKinds.Support) || (name == "licence" && n.Kind == InboxKinds.Licence) || (name == "case" && n.Kind == InboxKinds.Case));
                if (known.Kind == InboxKinds.None) return null;
                kinds |= known.Kind;
            }

            return kinds == InboxKinds.None ? null : new InboxChoice(scope, Unit, severity, kinds);
        }
    }
}
