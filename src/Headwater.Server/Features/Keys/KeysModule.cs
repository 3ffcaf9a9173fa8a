using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Keys;

internal static class KeysModule
{
    private static readonly string Known = string.Join(", ", PermissionNames.Each.SelectMany(p => p.Names()));

    public static void AddServices(IServiceCollection services) => services.AddSingleton<KeyStore>().AddSingleton<KeyMaking>();

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/keys").WithTags("Keys");
        api.MapGet("", async (HttpContext http, KeyStore store, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            listing.AnswerWhole("keys", (await store.ListAsync(http.User.Viewer(Permissions.AccessManagement), 0, Listing.MostRows, cancellationToken)).Keys, Columns, View, cancellationToken)).Require(Permissions.AccessManagement).WithSummary("API keys of the units that the caller manages");
        api.MapPost("", CreateAsync).Require(Permissions.AccessManagement).WithSummary("Makes an API key; its secret is in the answer and nowhere else");
        api.MapDelete("/{id:long}", async (HttpContext http, KeyStore store, long id, CancellationToken cancellationToken) =>
            await store.RevokeAsync(http.User.Viewer(Permissions.AccessManagement), id, http.User.Actor(), cancellationToken) ? Results.NoContent() : Results.NotFound()).Require(Permissions.AccessManagement);
        api.MapPost("/{id:long}/take-over", async (HttpContext http, KeyMaking making, long id, CancellationToken cancellationToken) => await making.TakeOverAsync(http.User, id, cancellationToken) switch
        {
            KeyRefusal.None => Results.NoContent(),
            KeyRefusal.TooMuch => Problems.Of(StatusCodes.Status403Forbidden, "The key is allowed more than you are", "Whoever takes it over has to have its permissions where it has them."),
            _ => Results.NotFound(),
        }).Require(Permissions.AccessManagement).WithSummary("Binds a key to the caller instead of the one who made it, who may have left");
    }

    private static async Task<IResult> CreateAsync(HttpContext http, KeyMaking making, NewKeyRequest request, CancellationToken cancellationToken)
    {
        var permissions = Permissions.None;
        foreach (var name in request.Permissions ?? [.. Permissions.Automation.Names()])
        {
            if (!PermissionNames.TryParse(name, out var permission)) return Problems.Of(StatusCodes.Status400BadRequest, $"There is no permission {name}", $"There are {Known}.");
            permissions |= permission;
        }

        var (made, refusal) = await making.MakeAsync(http.User, request.Comment ?? "", permissions, request.Unit ?? 0, request.ExpiresAt, cancellationToken);
        if (made is null)
        {
            return refusal switch
            {
                KeyRefusal.NoSuchUnit => Problems.Of(StatusCodes.Status400BadRequest, "There is no such unit", "Name the id of a unit or team; leave it out for the whole organisation."),
                KeyRefusal.Indivisible => Problems.Of(StatusCodes.Status400BadRequest, "A key for a unit cannot have these permissions", $"{string.Join(", ", Roles.Indivisible.Names())} are for the whole organisation."),
                KeyRefusal.Past => Problems.Of(StatusCodes.Status400BadRequest, "The key would have expired already", "expiresAt is a moment to come, as 2030-01-31T00:00:00Z."),
                _ => Problems.Of(StatusCodes.Status403Forbidden, "The key would be allowed more than you are", "A key has at most the permissions of the one who makes it, and where he has them."),
            };
        }

        return TypedResults.Json(new { key = made.Secret, made.Key.Id, made.Key.PublicId, made.Key.Comment, permissions = permissions.Names(), unit = Unit(made.Key), made.Key.ExpiresAt }, statusCode: StatusCodes.Status201Created);
    }

    private static readonly (string Name, Func<KeyRow, object?> Value)[] Columns =
    [
        ("id", k => k.Id), ("comment", k => k.Comment), ("key", k => ApiKeyFormat.Prefix + k.PublicId), ("unit", k => k.Unit), ("permissions", k => k.Permissions.Names().ToList()), ("expires", k => k.ExpiresAt), ("created", k => k.CreatedAt), ("created by", k => k.CreatedBy),
        ("maker active", k => k.MakerActive), ("last used", k => k.LastUsedAt),
    ];

    private static object View(KeyRow key) => new { key.Id, key.PublicId, key.Comment, permissions = key.Permissions.Names(), key.CreatedAt, key.CreatedBy, key.LastUsedAt, unit = Unit(key), unitTitle = key.Unit, key.ExpiresAt, key.MakerActive };

    private static long? Unit(KeyRow key) => key.UnitId == 0 ? null : key.UnitId;

    /// <param name="Permissions">Names; null for what a build pipeline needs.</param>
    /// <param name="Unit">Id of the unit or team for which it is; null for the whole organisation.</param>
    internal sealed record NewKeyRequest(string? Comment, IReadOnlyList<string>? Permissions, long? Unit = null, DateTimeOffset? ExpiresAt = null);
}
