using Headwater.Core.Licences;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Ui;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Cases;

/// <summary>Cases for programs.</summary>
internal static class CasesApi
{
    public const string Path = Api.Root + "/cases";

    private static readonly (string Name, Func<CaseRow, object?> Value)[] Columns =
    [
        ("reference:reference", c => c.Reference), ("title:kind", c => c.Kind), ("title:title", c => c.Title), ("state:state", c => c.State.ToString()), ("about:about", c => c.About), ("licence:licence", c => c.Licence), ("channel:channel", c => c.Channel),
        ("sender:sender", c => c.Sender), ("received:received", c => c.ReceivedAt), ("due:due", c => c.DueAt), ("due:overdue", c => c.Overdue), ("handler:handler", c => c.Handler), ("state:outcome", c => c.Outcome), ("closed:acknowledged", c => c.AcknowledgedAt),
        ("closed:decided", c => c.DecidedAt), ("closed:closed", c => c.ClosedAt), ("lessons:lessons", c => c.Lessons),
    ];

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Path).WithTags("Cases");
        api.MapGet("", (HttpContext http, CaseStore store, [AsParameters] Listing listing, string? status, string? kind, bool? mine, CancellationToken cancellationToken) =>
            listing.AnswerAsync("cases", (page, token) => store.ListAsync(page, new CaseFilter(status, kind, mine == true), http.User.PersonId(), token), Columns, cancellationToken))
            .Takes("status", ["open", "overdue", "closed"]).Takes("kind", CaseFlow.Kinds).Require(Permissions.CaseHandling).WithSummary("Licence incidents and enquiries, what is due first at the top");
        api.MapGet("/settings", async (CaseSettingStore settings, CancellationToken cancellationToken) => TypedResults.Ok(await settings.GetAsync(cancellationToken))).Require(Permissions.CaseHandling).WithSummary("How cases are taken in, and how long each step may take");
        api.MapPut("/settings", SaveAsync).Require(Permissions.CaseHandling).WithSummary("Switches the public form on or off, and sets how long each step may take; it holds for cases to come");
        api.MapGet("/{number:long}", async Task<Results<Ok<CaseDetail>, NotFound>> (CaseStore store, long number, CancellationToken cancellationToken) =>
            await store.GetAsync(number, cancellationToken) is { } found ? TypedResults.Ok(found) : TypedResults.NotFound()).Require(Permissions.CaseHandling).WithSummary("A case with what came and what was done");
        api.MapPost("", ReceiveAsync).Require(Permissions.CaseHandling).WithSummary("Takes a case in");
        api.MapPost("/{number:long}/steps", async (HttpContext http, CaseStore store, Localiser text, long number, CaseStep step, CancellationToken cancellationToken) => Answer(await store.StepAsync(number, step, http.User.Actor(), cancellationToken), text))
            .Require(Permissions.CaseHandling).WithSummary("Takes the next step (acknowledge, verify, decide, remedy, close), takes one back, or writes a note");
        api.MapPut("/{number:long}/handler", async (HttpContext http, CaseStore store, Localiser text, long number, HandlerBody body, CancellationToken cancellationToken) => Answer(await store.AssignAsync(number, body.Person, http.User.Actor(), cancellationToken), text))
            .Require(Permissions.CaseHandling).WithSummary("Says who works on it");
        api.MapDelete("/{number:long}/sender", async (HttpContext http, CaseStore store, Localiser text, long number, CancellationToken cancellationToken) => Answer(await store.ForgetSenderAsync(number, http.User.Actor(), cancellationToken), text))
            .Require(Permissions.CaseHandling).WithSummary("Forgets name and contact of who has sent a closed case");
    }

    private static async Task<Results<Created<CaseDetail>, ProblemHttpResult>> ReceiveAsync(HttpContext http, CaseStore store, CaseSettingStore settings, LicenceLibrary library, Localiser text, TimeProvider time, NewCase body, CancellationToken cancellationToken)
    {
        var (input, field, key) = CaseCheck.Of(body, library, time.GetUtcNow());
        if (input is null) return Problems.Of(400, "The case cannot be so", $"{field}: {text[key]}");
        var number = await store.ReceiveAsync(input, await settings.GetAsync(cancellationToken), http.User.Actor(), cancellationToken);
        return TypedResults.Created($"{Path}/{number}", await store.GetAsync(number, cancellationToken));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SaveAsync(HttpContext http, CaseSettingStore store, Localiser text, CaseSettings settings, CancellationToken cancellationToken)
    {
        if (CaseCheck.Of(settings) is { } wrong) return Problems.Of(400, "The settings cannot be so", $"{wrong.Field}: {text[wrong.Key]}");
        await store.SaveAsync(settings, http.User.Actor(), cancellationToken);
        return TypedResults.NoContent();
    }

    private static Results<NoContent, NotFound, ProblemHttpResult> Answer(CaseOutcome outcome, Localiser text) => outcome switch
    {
        CaseOutcome.Done => TypedResults.NoContent(),
        CaseOutcome.NotFound => TypedResults.NotFound(),
        CaseOutcome.NotNow => Problems.Of(409, "The case is not there", text["cases.notNow"]),
        _ => Problems.Of(400, "The step cannot be so", text[CaseWords.Of(outcome)]),
    };

    /// <param name="Person">An account or address; null for nobody.</param>
    internal sealed record HandlerBody(string? Person);
}
