using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Curations;

/// <summary>Licences of component versions, decisions about them, and what waits for one. A decision holds in the whole organisation, so whoever makes it must be allowed to there.</summary>
internal static class CurationsApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root).WithTags("Licences");
        var version = api.MapGroup("/component-versions/{id:long}");
        version.MapGet("/licence", async Task<Results<Ok<LicenceDetail>, NotFound>> (HttpContext http, LicenceStore store, CurationListStore lists, long id, CancellationToken cancellationToken) =>
            await store.OfVersionAsync(http.User.Viewer(), id, cancellationToken) is { } it ? TypedResults.Ok(new LicenceDetail(it, [.. store.Read(it).Repairs], store.Read(it).Error, await lists.PrecedentsAsync(http.User.Viewer(), it, cancellationToken))) : TypedResults.NotFound())
            .Require(Permissions.ViewPortfolio).WithSummary("The licence of a component version as declared, found and concluded, its texts, and what was decided before");
        version.MapGet("/texts/{sha256}", TextAsync).Require(Permissions.ViewPortfolio).WithSummary("A text that a component version comes with, with what it states and where");
        version.MapPost("/licence", DecideAsync).Require(Permissions.LicenceDecision).WithSummary("Decides what licence it is under; scope: version, range, component, text, declared");
        version.MapPost("/licence/confirm", async Task<Results<NoContent, NotFound>> (HttpContext http, CurationStore store, long id, CancellationToken cancellationToken) =>
            await store.ConfirmAsync(http.User.Viewer(), id, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound()).Require(Permissions.LicenceDecision)
            .WithSummary("Says of a version that says something else than was decided about that the decision holds for it all the same");
        version.MapPost("/texts", AddTextAsync).Require(Permissions.LicenceDecision).WithSummary("Adds a text that a component version comes with");
        version.MapPost("/archive", ArchiveAsync).Produces<ArchiveTaken>().Require(Permissions.LicenceDecision).WithSummary("Takes the texts that a component version comes with from its archive, sent as the body; name is its file name");
        version.MapDelete("/texts/{sha256}", async Task<Results<NoContent, NotFound>> (HttpContext http, TextWork work, long id, string sha256, string name, CancellationToken cancellationToken) =>
            await work.RemoveAsync(http.User.Viewer(), id, name, sha256, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound()).Require(Permissions.LicenceDecision).WithSummary("Takes a text off a component version");
        version.MapPost("/passages", PassageAsync).Require(Permissions.LicenceDecision).WithSummary("Says of a passage of a text that it is no licence, here or wherever the same words stand");

        var curations = api.MapGroup("/curations");
        curations.MapGet("", ListAsync).Takes("state", [.. States.Select(s => s.Word), "all"], anyCase: true).Require(Permissions.ViewPortfolio).WithSummary("What was decided about licences, newest first");
        ExchangeApi.Map(curations);
        curations.MapGet("/{uuid:guid}", async Task<Results<Ok<CurationDetail>, NotFound>> (HttpContext http, CurationListStore store, Guid uuid, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.Viewer(), uuid, cancellationToken) is { } it ? TypedResults.Ok(new CurationDetail(it, await store.HistoryAsync(http.User.Viewer(), it, cancellationToken))) : TypedResults.NotFound())
            .Require(Permissions.ViewPortfolio).WithSummary("A decision, and what was decided about the same before and after");
        curations.MapPost("/{uuid:guid}/withdraw", async Task<Results<NoContent, NotFound>> (HttpContext http, CurationStore store, Guid uuid, bool? undo, CancellationToken cancellationToken) =>
            await store.WithdrawAsync(uuid, undo == true, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound()).Require(Permissions.LicenceDecision)
            .WithSummary("Takes a decision back; with undo=true what it replaced holds again");
        curations.MapPost("/{uuid:guid}/restore", async Task<Results<NoContent, NotFound>> (HttpContext http, CurationStore store, Guid uuid, CancellationToken cancellationToken) =>
            await store.RestoreAsync(uuid, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound()).Require(Permissions.LicenceDecision).WithSummary("Lets a decision hold again");

        api.MapGet("/licences/queue", QueueAsync).Takes("by", ["component", "text", "declared"], anyCase: true).Takes("reason", [.. Enum.GetNames<LicenceReason>().Skip(1)], anyCase: true).Require(Permissions.ViewPortfolio)
            .WithSummary("Component versions without a concluded licence, what holds up most projects first");
        api.MapGet("/licences/passages", (HttpContext http, TextRuleStore store, [AsParameters] Listing listing, bool? all, CancellationToken cancellationToken) => listing.AnswerAsync("passages", (page, token) => store.ListAsync(page, all == true, token),
            [
                ("passage", r => r.Sample), ("licence:licence", r => r.Expression), ("where:rule", r => r.Rule), ("where:text", r => r.Sha256), ("where:texts", r => r.Texts), ("where:component versions", r => r.ComponentVersions), ("where:for example", r => r.Example), ("reason:reason", r => r.Reason),
                ("created:created", r => r.CreatedAt), ("created:by", r => r.CreatedBy), ("state:ended", r => r.EndedAt), ("state:ended by", r => r.EndedBy), ("uuid", r => r.Uuid.ToString()),
            ], cancellationToken)).Require(Permissions.LicenceDecision).WithSummary("Passages of texts of which somebody said that they are no licence");
        api.MapDelete("/licences/passages/{uuid:guid}", async Task<Results<NoContent, NotFound>> (HttpContext http, TextRuleStore store, Guid uuid, CancellationToken cancellationToken) =>
            await store.EndAsync(uuid, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound()).Require(Permissions.LicenceDecision).WithSummary("Lets a passage count as a licence again");
        api.MapPost("/licences/passages/{uuid:guid}/restore", async Task<Results<NoContent, NotFound>> (HttpContext http, TextRuleStore store, Guid uuid, CancellationToken cancellationToken) =>
            await store.RestoreAsync(uuid, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound()).Require(Permissions.LicenceDecision).WithSummary("Leaves a passage out again that was let count");
    }

    internal static readonly (string Word, CurationState State)[] States = [.. Enum.GetValues<CurationState>().Select(s => (s.ToString().ToLowerInvariant(), s))];

    /// <summary>What a query says of the state.</summary>
    internal static CurationFilter FilterOf(string? state) => string.IsNullOrEmpty(state) ? new CurationFilter() : state.Equals("all", StringComparison.OrdinalIgnoreCase) ? new CurationFilter(Every: true)
        : new CurationFilter(States.FirstOrDefault(s => s.Word == state.ToLowerInvariant()).State);

    /// <summary>What a query says of the queue; what it does not know is passed over.</summary>
    internal static QueueFilter FilterOf(string? by, string? reason, string? words) =>
        new(Enum.TryParse<QueueBy>(by, true, out var way) && Enum.IsDefined(way) ? way : QueueBy.Component, Enum.TryParse<LicenceReason>(reason, true, out var why) && Enum.IsDefined(why) && why != LicenceReason.None ? why : null, words);

    private static Task<IResult> ListAsync(HttpContext http, CurationListStore store, [AsParameters] Listing listing, string? state, CancellationToken cancellationToken) => listing.AnswerAsync("curations",
        (page, token) => store.ListAsync(http.User.Viewer(), FilterOf(state), page, token),
        [
            ("subject:subject", c => c.Shown), ("subject:scope", c => c.Scope.ToString().ToLowerInvariant()), ("subject:component", c => c.Identity), ("subject:version", c => c.Version), ("subject:range", c => c.Range), ("subject:text", c => c.Sha256), ("licence:licence", c => c.Expression),
            ("reason:reason", c => c.Reason), ("reason:note", c => c.Note), ("reason:evidence", c => c.Evidence), ("state:state", c => c.State.ToString().ToLowerInvariant()), ("holds:component versions", c => c.Holds), ("created:decided", c => c.CreatedAt), ("created:by", c => c.CreatedBy),
            ("until:valid until", c => c.ValidUntil), ("state:ended", c => c.EndedAt), ("state:ended by", c => c.EndedBy), ("origin", c => c.Origin), ("uuid", c => c.Uuid.ToString()),
        ], cancellationToken);

    private static Task<IResult> QueueAsync(HttpContext http, WorkbenchStore store, [AsParameters] Listing listing, string? by, string? reason, CancellationToken cancellationToken) => listing.AnswerAsync("licence-queue",
        (page, token) => store.ListAsync(http.User.InScope(), FilterOf(by, reason, page.Filter), page, token),
        [
            ("what:what", g => g.Shown), ("what:type", g => g.Type), ("what:version", g => g.Version), ("reason:reason", g => g.Reason.ToString()), ("declared:declared", g => g.Declared), ("found:found", g => g.Found), ("versions:versions", g => g.Versions), ("projects:projects", g => g.Projects),
        ], cancellationToken);

    private static async Task<IResult> DecideAsync(HttpContext http, CurationStore store, LicenceStore licences, long id, CurationWish wish, CancellationToken cancellationToken)
    {
        if (await licences.OfVersionAsync(http.User.Viewer(), id, cancellationToken) is null) return TypedResults.NotFound();
        var outcome = await store.DecideAsync(http.User.Viewer(), id, wish, http.User.Actor(), cancellationToken);
        return outcome.Refusal is { } refusal ? Refused(refusal) : TypedResults.Ok(new Decided(outcome.Uuid!.Value, outcome.Touched));
    }

    private static async Task<IResult> TextAsync(HttpContext http, LicenceStore store, TextStore texts, long id, string sha256, CancellationToken cancellationToken)
    {
        if (await store.OfVersionAsync(http.User.Viewer(), id, cancellationToken) is not { } it || it.Texts.FirstOrDefault(t => t.Sha256 == sha256) is not { } text) return TypedResults.NotFound();
        return TypedResults.Ok(new TextDetail(text, (await texts.ReadAsync([sha256], cancellationToken)).GetValueOrDefault(sha256) ?? "", await texts.FactAsync(sha256, cancellationToken)));
    }

    private static async Task<IResult> AddTextAsync(HttpContext http, TextWork work, LicenceStore licences, long id, TextBody body, CancellationToken cancellationToken)
    {
        if (await licences.OfVersionAsync(http.User.Viewer(), id, cancellationToken) is null) return TypedResults.NotFound();
        return await work.AddAsync(http.User.Viewer(), id, body.Name, body.Kind, body.Text, http.User.Actor(), cancellationToken) is { } refusal ? Refused(refusal) : TypedResults.NoContent();
    }

    private static async Task<IResult> ArchiveAsync(HttpContext http, ArchiveWork work, LicenceStore licences, long id, string? name, CancellationToken cancellationToken)
    {
        if (await licences.OfVersionAsync(http.User.Viewer(), id, cancellationToken) is null) return TypedResults.NotFound();
        var taken = await work.TakeAsync(http.User.Viewer(), id, http.Request.Body, name, http.User.Actor(), cancellationToken);
        return taken.Refusal is { } refusal ? Refused(refusal) : TypedResults.Ok(taken);
    }

    private static async Task<IResult> PassageAsync(HttpContext http, TextRuleStore store, LicenceStore licences, long id, PassageBody body, CancellationToken cancellationToken)
    {
        if (await licences.OfVersionAsync(http.User.Viewer(), id, cancellationToken) is null) return TypedResults.NotFound();
        var outcome = await store.AddAsync(http.User.Viewer(), id, body.Text ?? "", body.Rule ?? "", body.StartLine, body.EndLine, body.Everywhere == true, body.Reason, http.User.Actor(), cancellationToken);
        return outcome.Refusal is { } refusal ? Refused(refusal) : TypedResults.Ok(new Decided(outcome.Uuid!.Value, 0));
    }

    private static ProblemHttpResult Refused(string why) => Problems.Of(StatusCodes.Status400BadRequest, "It cannot be decided so", why);
}

/// <summary>What is known of the licence of a component version.</summary>
/// <param name="Repairs">What was taken for something else than what is declared, each as a sentence.</param>
/// <param name="Error">Why what is declared cannot be read.</param>
internal sealed record LicenceDetail(LicensedComponent Component, IReadOnlyList<string> Repairs, string? Error, IReadOnlyList<CurationLine> Decisions);

/// <summary>A decision with all that was decided about exactly the same.</summary>
internal sealed record CurationDetail(CurationLine Curation, IReadOnlyList<CurationLine> History);

/// <param name="Fact">Null until it is read.</param>
internal sealed record TextDetail(ComponentText Text, string Content, TextFact? Fact);

/// <param name="Kind"><c>licence</c> (default), <c>notice</c>, <c>copyright</c>, <c>other</c>.</param>
internal sealed record TextBody(string? Name, string? Kind, string? Text);

/// <param name="Text">The hash of the text.</param>
internal sealed record PassageBody(string? Text, string? Rule, int StartLine, int EndLine, bool? Everywhere, string? Reason);

/// <param name="ComponentVersions">For how many it holds at present.</param>
internal sealed record Decided(Guid Uuid, int ComponentVersions);
