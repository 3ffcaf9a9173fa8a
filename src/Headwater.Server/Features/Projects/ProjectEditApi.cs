using System.Text.Json;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Projects;

/// <summary>Making, changing and deleting projects in our own interface. A PATCH is a merge patch (RFC 7396): what is not named stays, null takes away.</summary>
internal static class ProjectEditApi
{
    private const int LargestBody = 1024 * 1024, MostAtOnce = 10_000;

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/projects", CreateAsync).Require(Permissions.PortfolioManagement).WithSummary("Makes a project: name, description, ownerId, kind, criticality, context, exposure, dataClass, tags, links, people, parent, collection");
        api.MapPatch("/projects/{uuid:guid}", ChangeAsync).Require(Permissions.PortfolioManagement).WithSummary("Changes what is known of a project (merge patch)");
        api.MapPost("/projects/bulk", BulkAsync).Require(Permissions.PortfolioManagement).WithSummary("Changes many projects alike: {\"projects\": [uuid], \"change\": {…}}");
        api.MapDelete("/projects/{uuid:guid}", DeleteAsync).Require(Permissions.PortfolioManagement).WithSummary("Deletes a project with all its versions and documents");
        api.MapPatch("/versions/{uuid:guid}", ChangeVersionAsync).Require(Permissions.PortfolioManagement).WithSummary("Changes a version: {\"version\", \"latest\", \"active\"}");
        api.MapDelete("/versions/{uuid:guid}", DeleteVersionAsync).Require(Permissions.PortfolioManagement).WithSummary("Deletes a version; its project stays");
    }

    public static IResult Answer(EditOutcome outcome) => outcome.State switch
    {
        EditState.Done => TypedResults.Ok(new { uuid = outcome.Uuid, changed = true }),
        EditState.Unchanged => TypedResults.Ok(new { uuid = outcome.Uuid, changed = false }),
        EditState.Missing => TypedResults.NotFound(),
        EditState.Taken => Problems.Of(StatusCodes.Status409Conflict, "The name is taken", outcome.Reason!),
        _ => Problems.Of(StatusCodes.Status400BadRequest, "The change cannot be made", outcome.Reason!),
    };

    private static async Task<IResult> CreateAsync(HttpContext http, ProjectEditStore store, CancellationToken cancellationToken)
    {
        var (edit, refusal) = await ReadAsync(http, root => root, cancellationToken);
        if (refusal is not null) return refusal;
        var outcome = await store.CreateAsync(http.User.Viewer(Permissions.PortfolioManagement), edit!, http.User.Actor(), cancellationToken);
        return outcome.State == EditState.Done ? TypedResults.Created($"{http.Request.PathBase}{http.Request.Path}/{outcome.Uuid}", new { uuid = outcome.Uuid }) : Answer(outcome);
    }

    private static async Task<IResult> ChangeAsync(HttpContext http, ProjectEditStore store, Guid uuid, CancellationToken cancellationToken)
    {
        var (edit, refusal) = await ReadAsync(http, root => root, cancellationToken);
        return refusal ?? Answer(await store.ChangeAsync(http.User.Viewer(Permissions.PortfolioManagement), uuid, edit!, http.User.Actor(), cancellationToken));
    }

    private static async Task<IResult> BulkAsync(HttpContext http, ProjectEditStore store, CancellationToken cancellationToken)
    {
        var projects = new List<Guid>();
        string? odd = null;
        var (edit, refusal) = await ReadAsync(http, root =>
        {
            if (root.TryGetProperty("projects", out var list) && list.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in list.EnumerateArray())
                {
                    if (item.ValueKind == JsonValueKind.String && item.TryGetGuid(out var uuid)) projects.Add(uuid);
                    else odd ??= item.GetRawText();
                }
            }

            return root.TryGetProperty("change", out var change) ? change : default;
        }, cancellationToken);
        if (refusal is not null) return refusal;
        if (odd is not null) return Problems.Of(StatusCodes.Status400BadRequest, "projects is a list of UUIDs", $"{(odd.Length > 80 ? odd[..80] : odd)} is none.");
        if (projects.Count is 0 or > MostAtOnce) return Problems.Of(StatusCodes.Status400BadRequest, "Which projects?", $"Name 1 to {MostAtOnce:N0} projects in projects.");
        if (edit!.Name is not null) return Problems.Of(StatusCodes.Status400BadRequest, "Many projects cannot have one name", "Leave name out of the change.");
        var outcomes = await store.ChangeAllAsync(http.User.Viewer(Permissions.PortfolioManagement), projects, edit, http.User.Actor(), cancellationToken);
        return TypedResults.Ok(new
        {
            changed = outcomes.Count(o => o.Outcome.State == EditState.Done), unchanged = outcomes.Count(o => o.Outcome.State == EditState.Unchanged),
            refused = outcomes.Where(o => o.Outcome.State is not (EditState.Done or EditState.Unchanged)).Select(o => new { project = o.Project, reason = o.Outcome.Reason }),
        });
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, ProjectEditStore store, Guid uuid, CancellationToken cancellationToken) =>
        await store.DeleteAsync(http.User.Viewer(Permissions.PortfolioManagement), uuid, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound();

    private static async Task<IResult> ChangeVersionAsync(HttpContext http, ProjectEditStore store, Guid uuid, VersionEdit edit, CancellationToken cancellationToken) =>
        Answer(await store.ChangeVersionAsync(http.User.Viewer(Permissions.PortfolioManagement), uuid, edit.Version, edit.Latest, edit.Active, http.User.Actor(), cancellationToken));

    private static async Task<IResult> DeleteVersionAsync(HttpContext http, ProjectEditStore store, Guid uuid, CancellationToken cancellationToken) =>
        await store.DeleteVersionAsync(http.User.Viewer(Permissions.PortfolioManagement), uuid, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound();

    internal sealed record VersionEdit(string? Version, bool? Latest, bool? Active);

    /// <summary>Reads the body and tells null ("take away") from absent ("leave"), which a plain binding cannot.</summary>
    private static async Task<(ProjectEdit? Edit, IResult? Refusal)> ReadAsync(HttpContext http, Func<JsonElement, JsonElement> change, CancellationToken cancellationToken)
    {
        if (http.Request.ContentLength > LargestBody) return (null, Problems.Of(StatusCodes.Status413PayloadTooLarge, "The body is too large", $"At most {LargestBody:N0} bytes are taken."));
        try
        {
            using var json = await JsonDocument.ParseAsync(new BoundedStream(http.Request.Body, LargestBody), new JsonDocumentOptions { MaxDepth = 16 }, cancellationToken);
            if (json.RootElement.ValueKind != JsonValueKind.Object || change(json.RootElement) is not { ValueKind: JsonValueKind.Object } it)
                return (null, Problems.Of(StatusCodes.Status400BadRequest, "A JSON object is expected", "Send the change as a JSON object."));
            return (Read(it), null);
        }
        catch (JsonException e)
        {
            return (null, Problems.Of(StatusCodes.Status400BadRequest, "The request body cannot be read", e.Path is { Length: > 0 } path ? $"{path}: the value is not of the right kind." : e.Message));
        }
        catch (InvalidOperationException e)
        {
            return (null, Problems.Of(StatusCodes.Status400BadRequest, "The request body cannot be read", e.Message));
        }
    }

    private static ProjectEdit Read(JsonElement it) => new()
    {
        Name = Text(it, "name"), Description = Text(it, "description"), OwnerId = Has(it, "ownerId", out var owner) ? owner.ValueKind == JsonValueKind.Null ? 0 : owner.Deserialize<long>(Web) : null,
        Kind = Text(it, "kind"), Criticality = Text(it, "criticality"), Context = Text(it, "context"), Exposure = Text(it, "exposure"), DataClass = Text(it, "dataClass"),
        Tags = List<string>(it, "tags"), AddTags = List<string>(it, "addTags"), RemoveTags = List<string>(it, "removeTags"), Links = List<ProjectAddress>(it, "links"), People = List<ProjectHolder>(it, "people"),
        Parent = Has(it, "parent", out var parent) ? parent.ValueKind == JsonValueKind.Null ? Guid.Empty : parent.Deserialize<Guid>(Web) : null, Collection = Flag(it, "collection"), Retired = Flag(it, "retired"),
    };

    private static bool Has(JsonElement it, string name, out JsonElement value) => it.TryGetProperty(name, out value);

    private static string? Text(JsonElement it, string name) => Has(it, name, out var value) ? value.ValueKind == JsonValueKind.Null ? "" : value.Deserialize<string>(Web) : null;

    private static bool? Flag(JsonElement it, string name) => Has(it, name, out var value) ? value.ValueKind == JsonValueKind.Null ? false : value.Deserialize<bool>(Web) : null;

    private static List<T>? List<T>(JsonElement it, string name)
    {
        if (!Has(it, name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Null) return [];
        var list = value.Deserialize<List<T>>(Web)!;
        return list.Any(item => item is null) ? throw new JsonException("null is no member of the list.", "$." + name, null, null) : list;
    }
}
