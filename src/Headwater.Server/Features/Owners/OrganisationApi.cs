using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Owners;

/// <summary>The tree of units and teams, for programs.</summary>
internal static class OrganisationApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/owners", CreateAsync).Require(Permissions.PortfolioManagement).WithSummary("Makes a unit or a team");
        api.MapPut("/owners/{id:long}", ChangeAsync).Require(Permissions.PortfolioManagement).WithSummary("Renames and moves a unit or team");
        api.MapDelete("/owners/{id:long}", DeleteAsync).Require(Permissions.PortfolioManagement).WithSummary("Takes a unit or team away; what lies in it goes to what lies above");
    }

    /// <summary>What to say of an outcome that is not done.</summary>
    public static string KeyOf(UnitOutcome outcome) => outcome switch
    {
        UnitOutcome.Refused => "unit.refused", UnitOutcome.BadTitle => "unit.badTitle", UnitOutcome.BadEmail => "unit.badEmail", UnitOutcome.Circle => "unit.circle", UnitOutcome.TeamAbove => "unit.teamAbove",
        UnitOutcome.NotEmpty => "unit.notEmpty", _ => "unit.missing",
    };

    private static async Task<IResult> CreateAsync(HttpContext http, OrganisationStore store, NewUnit unit, CancellationToken cancellationToken)
    {
        if (unit.Kind is not ("unit" or "team")) return Problems.Of(StatusCodes.Status400BadRequest, "The kind is not known", "There are unit and team.");
        var (outcome, id) = await store.CreateAsync(http.User.Viewer(Permissions.PortfolioManagement), unit.Kind, new UnitEdit(unit.Title ?? "", unit.Email, unit.ParentId, unit.Level ?? 0), http.User.Actor(), cancellationToken);
        return outcome == UnitOutcome.Done ? TypedResults.Created($"{Api.Root}/owners/{id}", new { id }) : Refused(http, outcome);
    }

    private static async Task<IResult> ChangeAsync(HttpContext http, OrganisationStore store, long id, NewUnit unit, CancellationToken cancellationToken)
    {
        if (!http.User.Viewer().Sees(id)) return TypedResults.NotFound();
        var outcome = await store.ChangeAsync(http.User.Viewer(Permissions.PortfolioManagement), id, new UnitEdit(unit.Title ?? "", unit.Email, unit.ParentId, unit.Level ?? 0), http.User.Actor(), cancellationToken);
        return outcome == UnitOutcome.Done ? TypedResults.NoContent() : Refused(http, outcome);
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, OrganisationStore store, long id, CancellationToken cancellationToken)
    {
        if (!http.User.Viewer().Sees(id)) return TypedResults.NotFound();
        var outcome = await store.DeleteAsync(http.User.Viewer(Permissions.PortfolioManagement), id, http.User.Actor(), cancellationToken);
        return outcome == UnitOutcome.Done ? TypedResults.NoContent() : Refused(http, outcome);
    }

    private static IResult Refused(HttpContext http, UnitOutcome outcome)
    {
        if (outcome == UnitOutcome.Missing) return TypedResults.NotFound();
        var text = http.RequestServices.GetRequiredService<Platform.Ui.Localiser>();
        return Problems.Of(outcome switch { UnitOutcome.Refused => StatusCodes.Status403Forbidden, UnitOutcome.BadTitle or UnitOutcome.BadEmail => StatusCodes.Status400BadRequest, _ => StatusCodes.Status409Conflict },
            text["unit.notDone"], text[KeyOf(outcome)]);
    }

    /// <param name="Kind">Only when it is made; a unit stays one.</param>
    internal sealed record NewUnit(string? Kind, string? Title, string? Email, long? ParentId, int? Level);
}
