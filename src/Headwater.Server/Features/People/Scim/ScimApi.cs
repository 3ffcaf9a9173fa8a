using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.People.Scim;

/// <summary>
/// SCIM 2.0 (RFC 7643, RFC 7644) for directories: joiners, movers and leavers arrive by themselves. The bearer is an API key that may manage people.
/// </summary>
internal static class ScimApi
{
    public const string Root = "/scim/v2";

    private const int DefaultCount = 100, MostCount = 500, MostBytes = 8 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Root).Require(Permissions.PeopleManagement).ExcludeFromDescription().AddEndpointFilter(async (context, next) =>
        {
            try
            {
                return await next(context);
            }
            catch (ScimException e)
            {
                return Json(ScimJson.Error(e.Status, e.Type, e.Message), e.Status);
            }
            catch (JsonException e)
            {
                return Json(ScimJson.Error(StatusCodes.Status400BadRequest, "invalidSyntax", $"The body is not JSON: {e.Message}"), StatusCodes.Status400BadRequest);
            }
        });
        api.MapGet("/Users", async (HttpContext http, ScimStore store, string? filter, int? startIndex, int? count, CancellationToken cancellationToken) =>
        {
            var (users, total) = await store.UsersAsync(Blank(filter), Start(startIndex), Count(count), cancellationToken);
            return Json(ScimJson.List(users.Select(u => Narrowed(http, ScimJson.Of(u, Base(http)))), total, Start(startIndex)));
        });
        api.MapPost("/Users", async (HttpContext http, ScimStore store, CancellationToken cancellationToken) => Answer(http, await store.CreateUserAsync(new ScimUser().Described(await BodyAsync(http)), http.User.Actor(), cancellationToken), StatusCodes.Status201Created));
        api.MapGet("/Users/{id}", async (HttpContext http, ScimStore store, string id, CancellationToken cancellationToken) => Answer(http, await store.UserAsync(Id("user", id), cancellationToken)));
        api.MapPut("/Users/{id}", async (HttpContext http, ScimStore store, string id, CancellationToken cancellationToken) =>
        {
            var body = await BodyAsync(http);
            return Answer(http, await store.ChangeUserAsync(Id("user", id), user => user.Described(body), Match(http), http.User.Actor(), cancellationToken));
        });
        api.MapPatch("/Users/{id}", async (HttpContext http, ScimStore store, string id, CancellationToken cancellationToken) =>
        {
            var body = await BodyAsync(http);
            return Answer(http, await store.ChangeUserAsync(Id("user", id), user => user.Patched(body), Match(http), http.User.Actor(), cancellationToken));
        });
        api.MapDelete("/Users/{id}", async (HttpContext http, ScimStore store, string id, CancellationToken cancellationToken) =>
        {
            await store.DeleteUserAsync(Id("user", id), Match(http), http.User.Actor(), cancellationToken);
            return Results.NoContent();
        });
        api.MapGet("/Groups", async (HttpContext http, ScimGroupStore store, string? filter, int? startIndex, int? count, CancellationToken cancellationToken) =>
        {
            var (groups, total) = await store.GroupsAsync(Blank(filter), Start(startIndex), Count(count), WantsMembers(http), cancellationToken);
            return Json(ScimJson.List(groups.Select(g => Narrowed(http, ScimJson.Of(g, Base(http)))), total, Start(startIndex)));
        });
        api.MapPost("/Groups", async (HttpContext http, ScimGroupStore store, CancellationToken cancellationToken) => Answer(http, await store.CreateAsync(new ScimGroup().Described(await BodyAsync(http)), http.User.Actor(), cancellationToken), StatusCodes.Status201Created));
        api.MapGet("/Groups/{id}", async (HttpContext http, ScimGroupStore store, string id, CancellationToken cancellationToken) => Answer(http, await store.GroupAsync(Id("group", id), WantsMembers(http), cancellationToken)));
        api.MapPut("/Groups/{id}", async (HttpContext http, ScimGroupStore store, string id, CancellationToken cancellationToken) =>
        {
            var body = await BodyAsync(http);
            return Answer(http, await store.ChangeAsync(Id("group", id), group => group.Described(body), Match(http), http.User.Actor(), cancellationToken));
        });
        api.MapPatch("/Groups/{id}", async (HttpContext http, ScimGroupStore store, string id, CancellationToken cancellationToken) =>
        {
            var body = await BodyAsync(http);
            return Answer(http, await store.ChangeAsync(Id("group", id), group => group.Patched(body), Match(http), http.User.Actor(), cancellationToken));
        });
        api.MapDelete("/Groups/{id}", async (HttpContext http, ScimGroupStore store, string id, CancellationToken cancellationToken) =>
        {
            await store.DeleteAsync(Id("group", id), Match(http), http.User.Actor(), cancellationToken);
            return Results.NoContent();
        });
        ScimSchemas.Map(api);
    }

    /// <summary>Gives refusals that come before any route (no key, a wrong one, no such path) the form that the standard wants.</summary>
    public static void UseErrors(IApplicationBuilder app) => app.UseWhen(http => http.Request.Path.StartsWithSegments("/scim", StringComparison.OrdinalIgnoreCase), scim => scim.Use(async (http, next) =>
    {
        await next(http);
        var status = http.Response.StatusCode;
        if (status < 400 || http.Response.HasStarted || http.Response.ContentLength > 0 || http.Response.ContentType is not null) return;
        if (status == StatusCodes.Status401Unauthorized) http.Response.Headers.WWWAuthenticate = "Bearer";
        await Json(ScimJson.Error(status, null, status switch
        {
            StatusCodes.Status401Unauthorized => "Send an API key as a bearer token.", StatusCodes.Status403Forbidden => "The key may not manage people.", StatusCodes.Status404NotFound => "There is nothing here.",
            StatusCodes.Status405MethodNotAllowed => "That cannot be done here.", _ => "The request failed.",
        }), status).ExecuteAsync(http);
    }));

    public static IResult Json(JsonObject json, int status = StatusCodes.Status200OK) => Results.Text(json.ToJsonString(), ScimJson.Media, statusCode: status);

    public static string Base(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}{Root}";

    private static IResult Answer(HttpContext http, ScimUser user, int status = StatusCodes.Status200OK) => Answer(http, ScimJson.Of(user, Base(http)), user.Revision, status);

    private static IResult Answer(HttpContext http, ScimGroup group, int status = StatusCodes.Status200OK) => Answer(http, ScimJson.Of(group, Base(http)), group.Revision, status);

    private static IResult Answer(HttpContext http, JsonObject json, long revision, int status)
    {
        var tag = ScimJson.Tag(revision);
        http.Response.Headers.ETag = tag;
        if (status == StatusCodes.Status201Created) http.Response.Headers.Location = json["meta"]!["location"]!.GetValue<string>();
        return HttpMethods.IsGet(http.Request.Method) && http.Request.Headers.IfNoneMatch.ToString() == tag ? Results.StatusCode(StatusCodes.Status304NotModified) : Json(Narrowed(http, json), status);
    }

    private static JsonObject Narrowed(HttpContext http, JsonObject json) => ScimJson.Narrow(json, http.Request.Query["attributes"], http.Request.Query["excludedAttributes"]);

    private static bool WantsMembers(HttpContext http)
    {
        var (only, excluded) = (http.Request.Query["attributes"].ToString(), http.Request.Query["excludedAttributes"].ToString());
        return only.Length > 0 ? only.Contains("members", StringComparison.OrdinalIgnoreCase) : !excluded.Contains("members", StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<JsonElement> BodyAsync(HttpContext http)
    {
        if (http.Request.ContentLength > MostBytes) throw new ScimException(StatusCodes.Status413PayloadTooLarge, "tooMany", $"A request has at most {MostBytes:N0} bytes.");
        using var memory = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0;)
        {
            memory.Write(buffer, 0, read);
            if (memory.Length > MostBytes) throw new ScimException(StatusCodes.Status413PayloadTooLarge, "tooMany", $"A request has at most {MostBytes:N0} bytes.");
        }

        using var document = JsonDocument.Parse(memory.ToArray(), new JsonDocumentOptions { MaxDepth = 32 });
        return document.RootElement.Clone();
    }

    private static string? Match(HttpContext http) => http.Request.Headers.IfMatch.ToString() is { Length: > 0 } match ? match : null;

    private static string? Blank(string? filter) => string.IsNullOrWhiteSpace(filter) ? null : filter;

    private static int Start(int? index) => Math.Max(1, index ?? 1);

    private static int Count(int? count) => Math.Clamp(count ?? DefaultCount, 0, MostCount);

    private static Guid Id(string kind, string id) => Guid.TryParse(id, out var uuid) ? uuid : throw ScimException.Missing(kind, id.Length > 100 ? id[..100] : id);
}
