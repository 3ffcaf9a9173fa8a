using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.DependencyTrack;

internal static class ProjectApi
{
    // Kept as they come and given back, nothing here looks at them.
    private static readonly string[] Kept = ["externalReferences", "supplier", "manufacturer", "authors", "author", "collectionLogic", "collectionTag", "properties"];

    public static void Map(RouteGroupBuilder api)
    {
        var projects = api.MapGroup("/v1/project");
        projects.MapGet("", AllAsync).Require(Permissions.ViewPortfolio);
        projects.MapGet("/lookup", LookupAsync).Require(Permissions.ViewPortfolio);
        projects.MapGet("/latest/{name}", LatestAsync).Require(Permissions.ViewPortfolio);
        projects.MapGet("/tag/{tag}", (HttpContext http, DependencyTrackStore store, string tag, bool? excludeInactive, bool? onlyRoot, CancellationToken cancellationToken) =>
            ListAsync(http, store, new DtProjectFilter { Tag = tag, ExcludeInactive = excludeInactive == true, OnlyRoot = onlyRoot == true }, cancellationToken)).Require(Permissions.ViewPortfolio);
        projects.MapGet("/classifier/{classifier}", (HttpContext http, DependencyTrackStore store, string classifier, bool? excludeInactive, CancellationToken cancellationToken) =>
            ListAsync(http, store, new DtProjectFilter { Classifier = classifier, ExcludeInactive = excludeInactive == true }, cancellationToken)).Require(Permissions.ViewPortfolio);
        projects.MapGet("/{uuid}", GetAsync).Require(Permissions.ViewPortfolio);
        projects.MapGet("/{uuid}/children", ChildrenAsync).Require(Permissions.ViewPortfolio);
        projects.MapPut("/clone", CloneAsync).Require(Permissions.PortfolioManagement).WithRequestTimeout(Platform.Http.HttpModule.SlowPolicy).WithSummary("Copies a version within its project");
        api.MapGet("/v1/tag", TagsAsync).Require(Permissions.ViewPortfolio).WithSummary("Tags in use, with how many projects have them");
        projects.MapPut("", CreateAsync).Require(Permissions.PortfolioManagement);
        projects.MapPost("", UpdateAsync).Require(Permissions.PortfolioManagement);
        projects.MapPatch("/{uuid}", PatchAsync).Require(Permissions.PortfolioManagement);
        projects.MapDelete("/{uuid}", DeleteAsync).Require(Permissions.PortfolioManagement);
    }

    private static async Task<IResult> TagsAsync(HttpContext http, DependencyTrackStore store, CancellationToken cancellationToken)
    {
        var (total, tags) = await store.TagsAsync(http.User.Viewer(), DtRequest.Paging(http.Request), cancellationToken);
        // What is not there yet (policies, rules for notices) has none.
        return DtRequest.List(http, total, tags.Select(t => new JsonObject { ["name"] = t.Tag, ["projectCount"] = t.Projects, ["collectionProjectCount"] = 0, ["policyCount"] = 0, ["notificationRuleCount"] = 0 }));
    }

    /// <summary>The copy is made when this answers; whoever asks for the token hears that nothing is being processed.</summary>
    private static async Task<IResult> CloneAsync(HttpContext http, DependencyTrackStore store, Platform.Data.IdSource ids, CancellationToken cancellationToken)
    {
        if (await DtRequest.BodyAsync(http.Request, cancellationToken) is not { } body) return Refused(null);
        if (!DtRequest.TryUuid(body.Text("project"), out var uuid)) return DtRequest.BadUuid();
        if (body.Text("version")?.Trim() is not { Length: > 0 } version) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "The copy needs a version of its own.");
        if (ProjectsModule.RefuseName(version) is { } reason) return DtRequest.Sentence(StatusCodes.Status400BadRequest, reason);
        var wish = new CloneWish(version, http.User.Actor(), Flag("includeTags"), Flag("includeProperties"), Flag("includeComponents"), Flag("includeDependencies"), Flag("includeAuditHistory"), Flag("makeCloneLatest"));
        var (outcome, made) = await store.CloneAsync(DtWriter.Of(http), uuid, wish, cancellationToken);
        return outcome == DtChange.Done ? TypedResults.Ok(new { token = ids.NewUuid(), projectUuid = made })
            : outcome == DtChange.Taken ? DtRequest.Sentence(StatusCodes.Status409Conflict, "A project with the specified name and version already exists.") : Answer(outcome);

        bool Flag(string name) => body.Flag(name) == true;
    }

    /// <summary>One old client sends its filter as the body of the GET, so that is looked at too.</summary>
    private static async Task<IResult> AllAsync(HttpContext http, DependencyTrackStore store, string? name, bool? excludeInactive, bool? onlyRoot, string? notAssignedToTeamWithUuid, CancellationToken cancellationToken)
    {
        Guid? team = null;
        if (!string.IsNullOrEmpty(notAssignedToTeamWithUuid))
        {
            if (!DtRequest.TryUuid(notAssignedToTeamWithUuid, out var uuid)) return DtRequest.BadUuid();
            team = uuid;
        }

        var body = await DtRequest.BodyAsync(http.Request, cancellationToken);
        return await ListAsync(http, store, new DtProjectFilter
        {
            Name = string.IsNullOrEmpty(name) ? body?.Text("name") : name, ExcludeInactive = excludeInactive ?? body?.Flag("excludeInactive") ?? false, OnlyRoot = onlyRoot == true, NotOfTeam = team,
        }, cancellationToken);
    }

    private static async Task<IResult> ListAsync(HttpContext http, DependencyTrackStore store, DtProjectFilter filter, CancellationToken cancellationToken)
    {
        var (total, rows) = await store.ListAsync(http.User.Viewer(), DtRequest.Paging(http.Request), filter, cancellationToken);
        return DtRequest.List(http, total, rows.Select(r => r.ToJson()));
    }

    private static async Task<IResult> LookupAsync(HttpContext http, DependencyTrackStore store, string? name, string? version, CancellationToken cancellationToken) =>
        string.IsNullOrEmpty(name) || await store.LookupAsync(http.User.Viewer(), name, version, cancellationToken) is not { } project ? DtRequest.ProjectMissing() : TypedResults.Json(await WithVersionsAsync(http, store, project, cancellationToken));

    private static async Task<IResult> LatestAsync(HttpContext http, DependencyTrackStore store, string name, CancellationToken cancellationToken) =>
        await store.LatestAsync(http.User.Viewer(), name, cancellationToken) is { } project ? TypedResults.Json(await WithVersionsAsync(http, store, project, cancellationToken)) : DtRequest.ProjectMissing();

    private static async Task<IResult> GetAsync(HttpContext http, DependencyTrackStore store, string uuid, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        return await store.GetAsync(http.User.Viewer(), id, cancellationToken) is { } project ? TypedResults.Json(await WithVersionsAsync(http, store, project, cancellationToken)) : DtRequest.ProjectMissing();
    }

    private static async Task<IResult> ChildrenAsync(HttpContext http, DependencyTrackStore store, string uuid, bool? excludeInactive, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        if (await store.GetAsync(http.User.Viewer(), id, cancellationToken) is null) return DtRequest.ProjectMissing();
        return await ListAsync(http, store, new DtProjectFilter { Parent = id, ExcludeInactive = excludeInactive == true }, cancellationToken);
    }

    private static async Task<IResult> CreateAsync(HttpContext http, DependencyTrackStore store, CancellationToken cancellationToken)
    {
        if (await DtRequest.BodyAsync(http.Request, cancellationToken) is not { } body || ReadChange(http, body, out var parent, out var refusal) is not { } change) return Refused(null);
        if (refusal is not null) return refusal;
        if (string.IsNullOrWhiteSpace(change.Name)) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "A project needs a name.");
        var (outcome, uuid) = await store.CreateAsync(DtWriter.Of(http), change, parent, cancellationToken);
        if (outcome != DtChange.Done) return Answer(outcome);
        return TypedResults.Json(await WithVersionsAsync(http, store, (await store.GetAsync(http.User.Viewer(), uuid, cancellationToken))!, cancellationToken), statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> UpdateAsync(HttpContext http, DependencyTrackStore store, CancellationToken cancellationToken)
    {
        if (await DtRequest.BodyAsync(http.Request, cancellationToken) is not { } body || ReadChange(http, body, out var parent, out var refusal) is not { } change) return Refused(null);
        if (refusal is not null) return refusal;
        if (!DtRequest.TryUuid(body.Text("uuid"), out var uuid)) return DtRequest.BadUuid();
        var outcome = await store.UpdateAsync(DtWriter.Of(http), uuid, change, parent, cancellationToken);
        if (outcome is not (DtChange.Done or DtChange.Unchanged)) return Answer(outcome);
        return TypedResults.Json(await WithVersionsAsync(http, store, (await store.GetAsync(http.User.Viewer(), uuid, cancellationToken))!, cancellationToken));
    }

    private static async Task<IResult> PatchAsync(HttpContext http, DependencyTrackStore store, string uuid, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        if (await DtRequest.BodyAsync(http.Request, cancellationToken) is not { } body || ReadChange(http, body, out var parent, out var refusal) is not { } change) return Refused(null);
        if (refusal is not null) return refusal;
        var outcome = await store.UpdateAsync(DtWriter.Of(http), id, change, parent, cancellationToken);
        if (outcome != DtChange.Done) return Answer(outcome);
        return TypedResults.Json(await WithVersionsAsync(http, store, (await store.GetAsync(http.User.Viewer(), id, cancellationToken))!, cancellationToken));
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, DependencyTrackStore store, string uuid, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        return await store.DeleteAsync(DtWriter.Of(http), id, http.User.Actor(), cancellationToken) is var outcome && outcome == DtChange.Done ? TypedResults.NoContent() : Answer(outcome);
    }

    private static async Task<JsonObject> WithVersionsAsync(HttpContext http, DependencyTrackStore store, DtProject project, CancellationToken cancellationToken)
    {
        var json = project.ToJson();
        json["versions"] = new JsonArray([.. (await store.VersionsOfAsync(http.User.Viewer(), project.ProjectId, cancellationToken)).Select(v =>
        {
            var entry = new JsonObject { ["uuid"] = v.Uuid, ["active"] = v.Active, ["isLatest"] = v.IsLatest };
            if (v.Version.Length > 0) entry["version"] = v.Version;
            return (JsonNode)entry;
        })]);
        return json;
    }

    private static IResult Refused(IResult? reason) => reason ?? DtRequest.Sentence(StatusCodes.Status400BadRequest, "A JSON object is expected.");

    private static IResult Answer(DtChange outcome) => outcome switch
    {
        DtChange.Unchanged => TypedResults.StatusCode(StatusCodes.Status304NotModified),
        DtChange.Missing => DtRequest.ProjectMissing(),
        DtChange.Forbidden => DtRequest.ProjectForbidden(),
        DtChange.ParentMissing => DtRequest.Sentence(StatusCodes.Status404NotFound, "The parent project could not be found."),
        DtChange.Taken => DtRequest.Sentence(StatusCodes.Status409Conflict, "A project with the specified name already exists."),
        DtChange.Ring => DtRequest.Sentence(StatusCodes.Status409Conflict, "The new parent lies below the project itself."),
        _ => throw new InvalidOperationException(outcome.ToString()),
    };

    private static ProjectChange? ReadChange(HttpContext http, JsonElement body, out Guid? parent, out IResult? refusal)
    {
        (parent, refusal) = (null, null);
        if (body.Member("parent") is { ValueKind: JsonValueKind.Object } up && up.Text("uuid") is { } text)
        {
            if (DtRequest.TryUuid(text, out var uuid)) parent = uuid;
            else refusal = DtRequest.BadUuid();
        }

        foreach (var name in (ReadOnlySpan<string>)["name", "version", "group", "description", "publisher", "classifier", "purl", "cpe", "swidTagId"])
        {
            var value = body.Text(name);
            if (value is { Length: > 1024 }) refusal = DtRequest.Sentence(StatusCodes.Status400BadRequest, $"{name} has more than 1024 characters.");
            else if (name is "name" or "version" && ProjectsModule.RefuseName(value) is { } reason) refusal = DtRequest.Sentence(StatusCodes.Status400BadRequest, reason);
        }

        if (body.Text("collectionLogic") is { } logic && !CollectionLogics.All.Contains(logic))
            refusal = DtRequest.Sentence(StatusCodes.Status400BadRequest, $"collectionLogic is none of {string.Join(", ", CollectionLogics.All)}.");
        var extra = new JsonObject();
        foreach (var name in Kept)
            if (body.Member(name) is { ValueKind: not JsonValueKind.Null } value) extra[name] = JsonNode.Parse(value.GetRawText());
        return new ProjectChange(http.User.Actor())
        {
            Name = body.Text("name"), Version = body.Text("version"), IsLatest = body.Flag("isLatest"), Active = body.Flag("active"), Group = body.Text("group"), Description = body.Text("description"),
            Publisher = body.Text("publisher"), Classifier = body.Text("classifier"), Purl = body.Text("purl"), Cpe = body.Text("cpe"), SwidTagId = body.Text("swidTagId"), Tags = body.Tags("tags"),
            Extra = extra.Count > 0 ? extra.ToJsonString() : null,
        };
    }
}
