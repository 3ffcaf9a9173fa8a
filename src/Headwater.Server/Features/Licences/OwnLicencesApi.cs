using Headwater.Core.Licences;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Ui;

namespace Headwater.Server.Features.Licences;

/// <summary>Licences of the organisation itself: they hold in the whole of it.</summary>
internal static class OwnLicencesApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("", AddAsync).Require(Permissions.LicenceDecision).WithSummary("Adds a licence of the organisation itself: {\"id\":\"LicenseRef-…\",\"name\",\"category\",\"flags\",\"text\",\"note\",\"seeAlso\"}");
        api.MapPut("/{id}", ChangeAsync).Require(Permissions.LicenceDecision).WithSummary("Changes a licence of the organisation itself");
        api.MapPost("/{id}/retire", (HttpContext http, OwnLicenceStore store, string id, CancellationToken cancellationToken) => RetireAsync(http, store, id, true, cancellationToken)).Require(Permissions.LicenceDecision).WithSummary("Retires one: it is listed no longer, and what is under it stays so");
        api.MapPost("/{id}/restore", (HttpContext http, OwnLicenceStore store, string id, CancellationToken cancellationToken) => RetireAsync(http, store, id, false, cancellationToken)).Require(Permissions.LicenceDecision).WithSummary("Takes that back");
    }

    private static async Task<IResult> AddAsync(HttpContext http, LicenceLibrary library, OwnLicenceStore store, Localiser text, OwnLicenceInput licence, CancellationToken cancellationToken)
    {
        if (licence.Refusal(library, true) is { } wrong) return Refused(wrong, text);
        return await store.AddAsync(licence, http.User.Actor(), cancellationToken) switch
        {
            OwnLicenceOutcome.Taken => Problems.Of(StatusCodes.Status409Conflict, "There is one already", text["library.refused.taken"]),
            OwnLicenceOutcome.TooMany => Problems.Of(StatusCodes.Status409Conflict, "There are too many", text["library.refused.tooMany", OwnLicenceStore.Most]),
            _ => TypedResults.Created($"{http.Request.PathBase}{Api.Root}/licences/{licence.Id}"),
        };
    }

    private static async Task<IResult> ChangeAsync(HttpContext http, LicenceLibrary library, OwnLicenceStore store, Localiser text, string id, OwnLicenceInput licence, CancellationToken cancellationToken)
    {
        if (licence.Refusal(library, false) is { } wrong) return Refused(wrong, text);
        return await store.ChangeAsync(id, licence, http.User.Actor(), cancellationToken) == OwnLicenceOutcome.Missing ? TypedResults.NotFound() : TypedResults.NoContent();
    }

    private static async Task<IResult> RetireAsync(HttpContext http, OwnLicenceStore store, string id, bool retired, CancellationToken cancellationToken) =>
        await store.RetireAsync(id, retired, http.User.Actor(), cancellationToken) == OwnLicenceOutcome.Missing ? TypedResults.NotFound() : TypedResults.NoContent();

    private static IResult Refused((string Field, string Key) wrong, Localiser text) => Problems.Of(StatusCodes.Status400BadRequest, "The licence cannot be so", text[wrong.Key], new[] { new { parameter = wrong.Field, detail = text[wrong.Key] } });
}
