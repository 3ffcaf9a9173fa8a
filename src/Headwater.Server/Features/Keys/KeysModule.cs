using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Keys;

internal static class KeysModule
{
    private static readonly string Known = string.Join(", ", PermissionNames.Each.SelectMany(p => p.Names()));

    public static void AddServices(IServiceCollection services) => services.AddSingleton<KeyStore>();

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/keys").WithTags("Keys");
        api.MapGet("", async (KeyStore store, CancellationToken cancellationToken) => TypedResults.Ok((await store.ListAsync(cancellationToken)).Select(View))).Require(Permissions.AccessManagement);
        api.MapPost("", CreateAsync).Require(Permissions.AccessManagement).WithSummary("Makes an API key; its secret is in the answer and nowhere else");
        api.MapDelete("/{id:long}", async (HttpContext http, KeyStore store, long id, CancellationToken cancellationToken) =>
            await store.RevokeAsync(id, http.User.Actor(), cancellationToken) ? Results.NoContent() : Results.NotFound()).Require(Permissions.AccessManagement);
    }

    /// <summary>Nobody gives away more than he has himself.</summary>
    private static async Task<IResult> CreateAsync(HttpContext http, KeyStore store, NewKeyRequest request, CancellationToken cancellationToken)
    {
        var permissions = Permissions.None;
        foreach (var name in request.Permissions ?? [.. Permissions.Automation.Names()])
        {
            if (!PermissionNames.TryParse(name, out var permission)) return Problems.Of(StatusCodes.Status400BadRequest, $"There is no permission {name}", $"There are {Known}.");
            permissions |= permission;
        }

        if (!http.User.May(permissions)) return Problems.Of(StatusCodes.Status403Forbidden, "The key would be allowed more than you are", "A key has at most the permissions of the one who makes it.");
        var made = await store.CreateAsync(request.Comment ?? "", permissions, http.User.Actor(), cancellationToken);
        return TypedResults.Json(new { key = made.Secret, made.Key.Id, made.Key.PublicId, made.Key.Comment, permissions = permissions.Names() }, statusCode: StatusCodes.Status201Created);
    }

    private static object View(KeyRow key) => new { key.Id, key.PublicId, key.Comment, permissions = key.Permissions.Names(), key.CreatedAt, key.CreatedBy, key.LastUsedAt };

    /// <param name="Permissions">Names; null for what a build pipeline needs.</param>
    internal sealed record NewKeyRequest(string? Comment, IReadOnlyList<string>? Permissions);
}
