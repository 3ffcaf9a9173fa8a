using System.Text.Json.Nodes;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>The holder of an API key, as the interface knows it: a team with one key.</summary>
internal sealed record DtTeam
{
    public Guid Uuid { get; set; }
    public string PublicId { get; set; } = "";
    public string Comment { get; set; } = "";
    public long Permissions { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public string CreatedBy { get; set; } = "";
    public DateTimeOffset? LastUsedAt { get; set; }

    public string Name => Comment.Length > 0 ? Comment : PublicId;
}

/// <summary>Teams. A key here belongs to nobody but itself, so each is a team of its own, named as its comment.</summary>
internal static class TeamApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var teams = api.MapGroup("/v1/team");
        teams.MapGet("", AllAsync).Require(Permissions.AccessManagement).WithSummary("Holders of API keys, each as a team with its key and permissions");
        teams.MapGet("/self", Self).WithSummary("The team of the key that asks");
        teams.MapGet("/visible", VisibleAsync).WithSummary("Teams that the caller knows of, by name");
        teams.MapGet("/{uuid}", GetAsync).Require(Permissions.AccessManagement);
    }

    private static async Task<IResult> AllAsync(HttpContext http, DependencyTrackStore store, CancellationToken cancellationToken)
    {
        var (total, rows) = await store.TeamsAsync(http.User.Viewer(Permissions.AccessManagement), DtRequest.Paging(http.Request), null, cancellationToken);
        return DtRequest.List(http, total, rows.Select(ToJson));
    }

    private static async Task<IResult> GetAsync(HttpContext http, DependencyTrackStore store, string uuid, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        var (_, rows) = await store.TeamsAsync(http.User.Viewer(Permissions.AccessManagement), DtRequest.Paging(http.Request) with { Filter = null, Offset = 0 }, id, cancellationToken);
        return rows.Count > 0 ? TypedResults.Json(ToJson(rows[0])) : DtRequest.Sentence(StatusCodes.Status404NotFound, "The team could not be found.");
    }

    private static async Task<IResult> VisibleAsync(HttpContext http, DependencyTrackStore store, CancellationToken cancellationToken)
    {
        var own = Guid.TryParse(http.User.FindFirst(KeyAuthentication.KeyUuidClaim)?.Value, out var uuid) ? new JsonObject { ["uuid"] = uuid, ["name"] = NameOf(http) } : null;
        var manages = http.User.Viewer(Permissions.AccessManagement);
        if (manages.IsNothing) return DtRequest.List<JsonObject>(http, own is null ? 0 : 1, own is null ? [] : [own]);
        var (total, rows) = await store.TeamsAsync(manages, DtRequest.Paging(http.Request), null, cancellationToken);
        return DtRequest.List(http, total, rows.Select(t => new JsonObject { ["uuid"] = t.Uuid, ["name"] = t.Name }));
    }

    private static IResult Self(HttpContext http)
    {
        if (http.User.FindFirst(KeyAuthentication.KeyUuidClaim)?.Value is not { } uuid) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "Only an API key has a team.");
        return TypedResults.Ok(new { uuid, name = NameOf(http), permissions = (http.User.Permissions() & Permissions.Compatible).Names().Select(name => new { name }) });
    }

    private static string NameOf(HttpContext http) => http.User.FindFirst(System.Security.Claims.ClaimTypes.Surname)?.Value is { Length: > 0 } comment ? comment : http.User.Actor();

    private static JsonObject ToJson(DtTeam team)
    {
        var key = new JsonObject
        {
            ["publicId"] = team.PublicId, ["maskedKey"] = $"{ApiKeyFormat.Prefix}{team.PublicId}{new string('*', 33)}", ["comment"] = team.Comment, ["created"] = team.CreatedAt.ToUnixTimeMilliseconds(), ["legacy"] = false,
        };
        if (team.LastUsedAt is { } used) key["lastUsed"] = used.ToUnixTimeMilliseconds();
        var json = new JsonObject { ["uuid"] = team.Uuid, ["name"] = team.Name, ["apiKeys"] = new JsonArray(key) };
        foreach (var members in (ReadOnlySpan<string>)["ldapUsers", "managedUsers", "oidcUsers", "mappedLdapGroups", "mappedOidcGroups"]) json[members] = new JsonArray();
        json["permissions"] = new JsonArray([.. ((Permissions)team.Permissions & Permissions.Compatible).Names().Select(name => (JsonNode)new JsonObject { ["name"] = name })]);
        return json;
    }
}
