using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Grants;

internal static class GrantsApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/access").WithTags("Access");
        api.MapGet("/me", Me).WithSummary("What the caller may do, and where");
        api.MapGet("/roles", ([AsParameters] Listing listing, CancellationToken cancellationToken) => listing.AnswerWhole("roles", Roles.Each, [("name", r => r.Name), ("permissions", r => r.Permissions.Names().ToList())], r => new { r.Name, permissions = r.Permissions.Names() }, cancellationToken)).Require(Permissions.AccessManagement).WithSummary("The roles and what each allows");
        api.MapGet("/grants", ListAsync).Takes("role", [.. Roles.Each.Select(r => r.Name)]).Require(Permissions.AccessManagement).WithSummary("Who has which role, in the units that the caller manages");
        api.MapPut("/grants", GrantAsync).Require(Permissions.AccessManagement).WithSummary("Gives a role (person by name, role, unit; without a unit in the whole organisation)");
        api.MapDelete("/grants", RevokeAsync).Require(Permissions.AccessManagement).WithSummary("Takes a role that was given by hand");
    }

    private static Ok<MyAccess> Me(HttpContext http) => TypedResults.Ok(new MyAccess(http.User.Actor(),
        [.. http.User.Access().Parts.Select(p => new MyPart(p.Unit, [.. p.What.Names()]))], http.User.Access().ChosenUnit));

    private static Task<IResult> ListAsync(HttpContext http, GrantStore store, [AsParameters] Listing listing, long? person, string? role, CancellationToken cancellationToken) => listing.AnswerAsync("grants",
        (page, token) => store.ListAsync(http.User.Viewer(Permissions.AccessManagement), page, person, role, token),
        [
            ("person", g => g.Name), ("name", g => g.Title), ("active", g => g.Active), ("role", g => g.Role), ("unit", g => g.UnitId == 0 ? null : g.UnitId), ("unitTitle", g => g.Unit), ("source", g => g.Source),
            ("granted", g => g.GrantedAt), ("by", g => g.GrantedBy),
        ], cancellationToken);

    private static async Task<IResult> GrantAsync(HttpContext http, GrantsModule grants, GrantStore store, GrantRequest request, CancellationToken cancellationToken) =>
        Answer(await store.PersonAsync(request.Person ?? "", cancellationToken) is { } person
            ? await grants.GrantAsync(http.User, new GrantWish(person, request.Role ?? "", request.Unit ?? 0), cancellationToken) : GrantOutcome.NoSuchPerson);

    private static async Task<IResult> RevokeAsync(HttpContext http, GrantsModule grants, GrantStore store, string person, string role, long? unit, CancellationToken cancellationToken) =>
        Answer(await store.PersonAsync(person, cancellationToken) is { } id ? await grants.RevokeAsync(http.User, new GrantWish(id, role, unit ?? 0), cancellationToken) : GrantOutcome.Missing);

    private static IResult Answer(GrantOutcome outcome) => outcome switch
    {
        GrantOutcome.Done => TypedResults.NoContent(),
        GrantOutcome.NoSuchPerson => Problems.Of(StatusCodes.Status400BadRequest, "There is no such person", "Name a person as at sign-in."),
        GrantOutcome.NoSuchRole => Problems.Of(StatusCodes.Status400BadRequest, "There is no such role", $"There are {string.Join(", ", Roles.Each.Select(r => r.Name))}."),
        GrantOutcome.NoSuchUnit => Problems.Of(StatusCodes.Status400BadRequest, "There is no such unit", "Name the id of a unit or team; leave it out for the whole organisation."),
        GrantOutcome.TooMuch => Problems.Of(StatusCodes.Status403Forbidden, "The role would allow more than you are", "A role is given and taken by whoever may do all of it there, and manage access."),
        GrantOutcome.LastAdministrator => Problems.Of(StatusCodes.Status409Conflict, "It is the last administrator", "Make somebody else administrator of the whole organisation first."),
        _ => Problems.Of(StatusCodes.Status404NotFound, "There is no such role to take", "It may be taken already. A role that comes from a group is taken in the group."),
    };

    internal sealed record GrantRequest(string? Person, string? Role, long? Unit);

    /// <param name="Unit">The unit at the top of where it holds; null for the whole organisation.</param>
    internal sealed record MyPart(long? Unit, IReadOnlyList<string> Permissions);

    /// <param name="Scope">The unit chosen to look at; null for everything.</param>
    internal sealed record MyAccess(string Name, IReadOnlyList<MyPart> Access, long? Scope);
}
