using System.Security.Claims;
using Headwater.Server.Features.People.Import;
using Headwater.Server.Features.People.Scim;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Commands;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Headwater.Server.Features.People;

/// <summary>People, the groups of the directory, and the endpoint over which the directory keeps both.</summary>
internal sealed class PeopleModule(PersonStore store)
{
    /// <summary>The words that narrow the list.</summary>
    public static readonly string[] States = ["active", "left"], Sources = ["local", "scim", "oidc", "import", "deleted"];

    /// <summary>What an operator does to accounts without a server.</summary>
    public static IReadOnlyList<OperatorCommand> Commands => PeopleCommands.All;

    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton<PeopleModule>().AddSingleton<PersonStore>().AddSingleton<GroupStore>().AddSingleton<ScimStore>().AddSingleton<ScimGroupStore>().AddSingleton<OrphanStore>().AddSingleton<ImportStore>();

    /// <summary>Before the platform, so that its refusals can be given the form that directories read.</summary>
    public static void UseErrors(IApplicationBuilder app) => ScimApi.UseErrors(app);

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        ScimApi.Map(app);
        var api = app.MapGroup(Api.Root + "/people").WithTags("People");
        api.MapGet("", ListAsync).Takes("state", States).Takes("source", Sources).Require(Permissions.PeopleManagement).WithSummary("People; state (active, left) and source narrow the list");
        api.MapPost("", CreateAsync).Require(Permissions.PeopleManagement).WithSummary("Makes a local account; its password is in the answer and nowhere else");
        api.MapGet("/{id:long}", async Task<Results<Ok<PersonDetail>, NotFound>> (HttpContext http, PersonStore store, long id, int? offset, CancellationToken cancellationToken) =>
            await store.GetAsync(id, http.User.Viewer(), offset ?? 0, cancellationToken: cancellationToken) is { } person ? TypedResults.Ok(person) : TypedResults.NotFound()).Require(Permissions.PeopleManagement)
            .WithSummary("A person with teams, groups and parts in projects: five hundred from offset on, and how many there are");
        api.MapPut("/{id:long}/active", SetActiveAsync).Require(Permissions.PeopleManagement).WithSummary("Lets somebody in again, or sends them away");
        api.MapGet("/groups", GroupsAsync).Produces<IReadOnlyList<GroupRow>>().Require(Permissions.PeopleManagement).WithSummary("Groups of the directory, with the roles and the team that belonging to them gives");
        api.MapGet("/sessions", SessionsAsync).Require(Permissions.PeopleManagement).WithSummary("Where people are signed in; person narrows the list to one");
        app.MapGet("/import/templates/{name}.csv", (string name) => Enum.TryParse<ImportKind>(name, true, out var kind) && Enum.IsDefined(kind)
            ? Results.Text(ImportFile.Template(kind), "text/csv") : Results.NotFound()).Require(Permissions.PortfolioManagement).ExcludeFromDescription();
        app.MapPost("/import/preview", PreviewAsync).Require(Permissions.PortfolioManagement).ExcludeFromDescription();
        app.MapPost("/people/{id:long}/sessions", EndSessionAsync).Require(Permissions.PeopleManagement).ExcludeFromDescription();
        app.MapPost("/people/sessions", EndAnySessionAsync).Require(Permissions.PeopleManagement).ExcludeFromDescription();
    }

    /// <summary>People by their name, the name of their account or their address, those who are here first. For who may manage people.</summary>
    public Task<IReadOnlyList<FoundPerson>> FindAsync(string text, int limit, CancellationToken cancellationToken) => store.FindAsync(text, limit, cancellationToken);

    /// <summary>
    /// True when the caller may act on this person's account: nobody gets into, or shuts out, an account that may do more than their own. Otherwise whoever may
    /// manage people could make up the administrator's password.
    /// </summary>
    public static async Task<bool> MayActOnAsync(ClaimsPrincipal caller, long person, AccessStore access, CancellationToken cancellationToken) =>
        caller.Access().Everywhere.HasFlag(Permissions.PeopleManagement) && ((await access.GrantedAsync(person, cancellationToken)) & ~caller.Access().Everywhere) == Permissions.None;

    /// <summary>What to say of an outcome that is not done.</summary>
    public static string KeyOf(PersonOutcome outcome) => outcome switch
    {
        PersonOutcome.NameTaken => "people.nameTaken", PersonOutcome.BadName => "people.badName", PersonOutcome.BadEmail => "people.badEmail", PersonOutcome.LastAdministrator => "people.lastAdministrator",
        PersonOutcome.Oneself => "people.oneself", PersonOutcome.NotLocal => "people.notLocal", _ => "people.gone",
    };

    private static Task<IResult> ListAsync(PersonStore store, [AsParameters] Listing listing, string? state, string? source, CancellationToken cancellationToken) => listing.AnswerAsync("people",
        (page, token) => store.ListAsync(page, state, source, token),
        [
            ("name", p => p.Name), ("full name", p => p.Title), ("email", p => p.Email), ("active", p => p.Active), ("source", p => p.Source), ("second step", p => p.SecondStep), ("teams", p => p.Teams), ("projects", p => p.Projects),
            ("created", p => p.CreatedAt), ("last sign-in", p => p.LastSignInAt), ("left", p => p.LeftAt),
        ], cancellationToken);

    private static async Task<IResult> CreateAsync(HttpContext http, PersonStore store, NewPerson person, CancellationToken cancellationToken)
    {
        var (outcome, id, password) = await store.CreateAsync(new PersonEdit(person.Name ?? "", person.Title, person.Email), http.User.Actor(), cancellationToken);
        return outcome == PersonOutcome.Done ? TypedResults.Created($"{Api.Root}/people/{id}", new { id, password }) : Refused(http, outcome);
    }

    private static async Task<IResult> SetActiveAsync(HttpContext http, PersonStore store, AccessStore access, long id, Activity activity, CancellationToken cancellationToken)
    {
        if (!await MayActOnAsync(http.User, id, access, cancellationToken)) return Problems.Of(StatusCodes.Status403Forbidden, "This account may do more than yours", "Somebody who may do as much has to act on it.");
        var outcome = await store.SetActiveAsync(id, activity.Active, http.User.Actor(), cancellationToken);
        return outcome switch { PersonOutcome.Done => TypedResults.NoContent(), PersonOutcome.NoSuchPerson => TypedResults.NotFound(), _ => Refused(http, outcome) };
    }

    private static Task<IResult> SessionsAsync(SessionStore store, [AsParameters] Listing listing, long? person, CancellationToken cancellationToken) =>
        listing.AnswerAsync("sessions", (page, token) => store.ListAsync(page, person, token), SessionStore.Columns, cancellationToken);

    private static Task<IResult> GroupsAsync(GroupStore store, [AsParameters] Listing listing, CancellationToken cancellationToken) => listing.AnswerArrayAsync("groups", store.ListAsync,
        [
            ("group", g => g.Name), ("from:from", g => g.Source), ("members:members", g => g.Members), ("roles", g => g.Roles.Select(r => r.UnitId == 0 ? r.Role : $"{r.Role} in {r.Unit ?? "a unit that is gone"}").ToList()), ("team:team", g => g.Team),
        ], cancellationToken);

    /// <summary>True when the caller may import a file of this kind.</summary>
    public static bool MayImport(ClaimsPrincipal caller, ImportKind kind) => caller.Access().Everywhere.HasFlag(kind == ImportKind.People ? Permissions.PeopleManagement : Permissions.PortfolioManagement);

    /// <summary>True when the caller may import what gives somebody more than the caller has.</summary>
    public static bool MayImportAll(ClaimsPrincipal caller) => caller.Access().Everywhere == Permissions.Administrator;

    /// <summary>What a file would do, as a file: it comes with the request, for it is kept nowhere.</summary>
    private static async Task<IResult> PreviewAsync(HttpContext http, ImportStore store, Platform.Ui.Localiser words, [FromForm] string? text, [FromForm] string? format, CancellationToken cancellationToken)
    {
        var (file, errors) = ImportFile.Read(text ?? "");
        if (file is not null && !MayImport(http.User, file.Kind)) return Problems.Of(StatusCodes.Status403Forbidden, words["import.title"], words[file.Kind == ImportKind.People ? "import.needsPeople" : "import.needsAll"]);
        IReadOnlyList<ImportChange> changes = [];
        if (file is not null && errors.Count == 0) (_, changes, errors) = await store.PreviewAsync(file, http.User.Actor(), MayImportAll(http.User), cancellationToken);
        var lines = errors.Select(e => (e.Line, Act: "refused", Subject: (string?)null, Detail: words[e.Key, e.Args]))
            .Concat(errors.Count > 0 ? [] : changes.Where(c => c.Act != ImportAct.Same).Select(c => (c.Line, Act: c.Act.ToString().ToLowerInvariant(), Subject: (string?)c.Subject, c.Detail)));
        return new Listing { Format = string.IsNullOrEmpty(format) ? "csv" : format }.AnswerWhole("import-preview", lines, [("line", l => l.Line), ("act", l => l.Act), ("subject", l => l.Subject), ("detail", l => l.Detail)], cancellationToken);
    }

    private static async Task<RedirectHttpResult> EndSessionAsync(HttpContext http, SessionStore sessions, long id, [FromForm] string? session)
    {
        if (session == "all") await sessions.EndAllAsync(id, null, http.User.Actor(), http.RequestAborted);
        else if (session is not null) await sessions.EndAsync(session, id, http.User.Actor(), http.RequestAborted);
        return TypedResults.Redirect($"{http.Request.PathBase}/people/{id}");
    }

    private static async Task<RedirectHttpResult> EndAnySessionAsync(HttpContext http, SessionStore sessions, [FromForm] string? session)
    {
        if (session is not null) await sessions.EndAsync(session, null, http.User.Actor(), http.RequestAborted);
        return TypedResults.Redirect(http.Request.PathBase + "/people/sessions");
    }

    private static ProblemHttpResult Refused(HttpContext http, PersonOutcome outcome)
    {
        var text = http.RequestServices.GetRequiredService<Platform.Ui.Localiser>();
        return Problems.Of(outcome is PersonOutcome.BadName or PersonOutcome.BadEmail ? StatusCodes.Status400BadRequest : StatusCodes.Status409Conflict, text["people.notDone"], text[KeyOf(outcome)]);
    }

    internal sealed record NewPerson(string? Name, string? Title, string? Email);

    internal sealed record Activity(bool Active);
}
