using Headwater.Core.Sboms;
using Headwater.Server.Features.Uploads;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>Uploads, in every way in which clients send them, and the question whether one is still being worked on.</summary>
internal static class BomApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapMethods("/v1/bom", ["POST", "PUT"], UploadAsync).Require(Permissions.BomUpload).WithRequestTimeout(HttpModule.SlowPolicy)
            .DisableAntiforgery().WithSummary("Uploads an SBOM (multipart/form-data, or JSON with the document in Base64)");
        api.MapGet("/v1/event/token/{token}", ProcessingAsync).WithSummary("Whether an upload is still being analysed");
        api.MapGet("/v1/bom/token/{token}", ProcessingAsync).Require(Permissions.BomUpload).WithSummary("Whether an upload is still being analysed (older clients)");
        api.MapGet("/v1/bom/cyclonedx/project/{uuid}", BomExport.ExportAsync).Require(Permissions.ViewPortfolio).WithRequestTimeout(HttpModule.SlowPolicy).WithSummary("A project version as CycloneDX");
    }

    private static async Task<IResult> UploadAsync(HttpContext http, UploadsModule uploads, HttpLimits limits, ILogger<UploadsModule> log, CancellationToken cancellationToken)
    {
        try
        {
            using var body = await DtDocument.ReadAsync(http.Request, uploads, limits, "bom", cancellationToken);
            if (body.Refusal is { } unreadable) return unreadable;
            var (request, refusal) = ToRequest(http, body.Field, body.Tags);
            if (refusal is not null) return refusal;
            if (body.Document is not { Length: > 0 } received) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "No BOM file provided.");
            if (request!.Tags is { Count: > 0 } && request.May.Manages.IsNothing) log.TagsIgnored();
            return Answer(await uploads.AcceptAsync(request, received, cancellationToken));
        }
        catch (DocumentTooLargeException)
        {
            return Problems.TooLarge(limits.MaxUploadBytes);
        }
        catch (InvalidDataException e)
        {
            return DtRequest.Invalid("The upload cannot be unpacked or taken apart.", [new SbomError("", e.Message)]);
        }
    }

    public static IResult Answer(UploadOutcome outcome) => outcome switch
    {
        UploadOutcome.Accepted accepted => TypedResults.Ok(new { token = accepted.Token, projectUuid = accepted.ProjectVersion }),
        UploadOutcome.Invalid invalid => DtRequest.Invalid(invalid.Detail, invalid.Errors),
        UploadOutcome.BadStage bad => DtRequest.Sentence(StatusCodes.Status400BadRequest, bad.Reason),
        UploadOutcome.BadName bad => DtRequest.Sentence(StatusCodes.Status400BadRequest, bad.Reason),
        UploadOutcome.Nameless => DtRequest.Sentence(StatusCodes.Status400BadRequest, "Name the project: either project with a UUID, or projectName and projectVersion."),
        UploadOutcome.ProjectMissing => DtRequest.ProjectMissing(),
        UploadOutcome.Forbidden => DtRequest.ProjectForbidden(),
        UploadOutcome.UnitUnclear => DtRequest.Sentence(StatusCodes.Status400BadRequest, "You may make projects in several units: name one as \"unit\"."),
        UploadOutcome.ParentMissing => DtRequest.Sentence(StatusCodes.Status404NotFound, "The parent component could not be found."),
        UploadOutcome.Collection => DtRequest.Sentence(StatusCodes.Status400BadRequest, "A collection project has no BOM of its own: upload to its children."),
        UploadOutcome.MayNotCreate => DtRequest.Sentence(StatusCodes.Status401Unauthorized, "The principal does not have permission to create project."),
        _ => throw new InvalidOperationException(outcome.GetType().Name),
    };

    private static async Task<IResult> ProcessingAsync(HttpContext http, string token, DependencyTrackStore store, CancellationToken cancellationToken) =>
        DtRequest.TryUuid(token, out var uuid) ? TypedResults.Ok(new { processing = await store.IsProcessingAsync(http.User.Viewer(), uuid, cancellationToken) }) : DtRequest.BadUuid();

    private static (UploadRequest? Request, IResult? Refusal) ToRequest(HttpContext http, Func<string, string?> field, IReadOnlyList<string>? tags)
    {
        Guid? project = null, parent = null;
        if (field("project") is { Length: > 0 } text)
        {
            if (!DtRequest.TryUuid(text, out var uuid)) return (null, DtRequest.BadUuid());
            project = uuid;
        }

        if (field("parentUUID") is { Length: > 0 } parentText)
        {
            if (!DtRequest.TryUuid(parentText, out var uuid)) return (null, DtRequest.BadUuid());
            parent = uuid;
        }

        return (new UploadRequest
        {
            ProjectVersion = project, Name = field("projectName"), Version = field("projectVersion"), AutoCreate = Flag("autoCreate") == true, Tags = tags, Parent = parent,
            ParentName = field("parentName"), ParentVersion = field("parentVersion"), IsLatest = Flag("isLatest") ?? Flag("isLatestProjectVersion"), IsActive = Flag("isActive"),
            Stage = field("stage")?.Trim().ToLowerInvariant() is { Length: > 0 } stage ? stage : null, By = http.User.Actor(), May = Uploader.Of(http.User, field("unit")),
        }, null);

        bool? Flag(string name) => bool.TryParse(field(name), out var flag) ? flag : null;
    }
}
