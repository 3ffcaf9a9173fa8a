using System.Text.Json;
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
            var (request, document, refusal) = http.Request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true
                ? await ReadFormAsync(http, uploads, cancellationToken)
                : await ReadJsonAsync(http, uploads, limits, cancellationToken);
            using var received = document;
            if (refusal is not null) return refusal;
            if (received is null || received.Length == 0) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "No BOM file provided.");
            if (request!.Tags is { Count: > 0 } && request.May.Manages.IsNothing) log.TagsIgnored();
            return Answer(await uploads.AcceptAsync(request, received, cancellationToken));
        }
        catch (DocumentTooLargeException)
        {
            return Problems.TooLarge(limits.MaxUploadBytes);
        }
        catch (InvalidDataException e)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "The uploaded BOM is invalid", "The upload cannot be unpacked or taken apart.", new[] { new SbomError("", e.Message) });
        }
    }

    public static IResult Answer(UploadOutcome outcome) => outcome switch
    {
        UploadOutcome.Accepted accepted => TypedResults.Ok(new { token = accepted.Token, projectUuid = accepted.ProjectVersion }),
        UploadOutcome.Invalid invalid => Problems.Of(StatusCodes.Status400BadRequest, "The uploaded BOM is invalid", invalid.Detail, invalid.Errors),
        UploadOutcome.BadStage bad => DtRequest.Sentence(StatusCodes.Status400BadRequest, bad.Reason),
        UploadOutcome.BadName bad => DtRequest.Sentence(StatusCodes.Status400BadRequest, bad.Reason),
        UploadOutcome.Nameless => DtRequest.Sentence(StatusCodes.Status400BadRequest, "Name the project: either project with a UUID, or projectName and projectVersion."),
        UploadOutcome.ProjectMissing => DtRequest.ProjectMissing(),
        UploadOutcome.Forbidden => DtRequest.ProjectForbidden(),
        UploadOutcome.UnitUnclear => DtRequest.Sentence(StatusCodes.Status400BadRequest, "You may make projects in several units: name one as \"unit\"."),
        UploadOutcome.ParentMissing => DtRequest.Sentence(StatusCodes.Status404NotFound, "The parent component could not be found."),
        UploadOutcome.MayNotCreate => DtRequest.Sentence(StatusCodes.Status401Unauthorized, "The principal does not have permission to create project."),
        _ => throw new InvalidOperationException(outcome.GetType().Name),
    };

    private static async Task<IResult> ProcessingAsync(HttpContext http, string token, DependencyTrackStore store, CancellationToken cancellationToken) =>
        DtRequest.TryUuid(token, out var uuid) ? TypedResults.Ok(new { processing = await store.IsProcessingAsync(http.User.Viewer(), uuid, cancellationToken) }) : DtRequest.BadUuid();

    private static async Task<(UploadRequest? Request, SpooledDocument? Document, IResult? Refusal)> ReadFormAsync(HttpContext http, UploadsModule uploads, CancellationToken cancellationToken)
    {
        var form = await UploadForm.ReadAsync(http.Request, uploads, null, cancellationToken);
        List<string>? tags = form!.Fields.TryGetValue("projectTags", out var list) ? [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)] : null;
        var (request, refusal) = ToRequest(http, name => form.Fields.GetValueOrDefault(name), tags);
        return (request, form.Document, refusal);
    }

    private static async Task<(UploadRequest? Request, SpooledDocument? Document, IResult? Refusal)> ReadJsonAsync(HttpContext http, UploadsModule uploads, HttpLimits limits, CancellationToken cancellationToken)
    {
        if (http.Request.ContentLength > limits.MaxJsonUploadBytes) return (null, null, TooLargeForJson(limits));
        using var body = new MemoryStream((int)(http.Request.ContentLength ?? 0));
        var buffer = new byte[64 * 1024];
        for (int read; (read = await http.Request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + read > limits.MaxJsonUploadBytes) return (null, null, TooLargeForJson(limits));
            body.Write(buffer, 0, read);
        }

        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(WithoutMark(body), new JsonDocumentOptions { MaxDepth = 16 });
        }
        catch (JsonException e)
        {
            return (null, null, Problems.Of(StatusCodes.Status400BadRequest, "The request body is not JSON", $"Line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: send a JSON object with the document in Base64 as \"bom\", or multipart/form-data."));
        }

        using (json)
        {
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || root.Member("bom") is not { ValueKind: JsonValueKind.String } bom)
                return (null, null, DtRequest.Sentence(StatusCodes.Status400BadRequest, "No BOM file provided."));
            if (!TryDecode(bom, out var bytes))
                return (null, null, Problems.Of(StatusCodes.Status400BadRequest, "The uploaded BOM is invalid", "The value of \"bom\" is not Base64."));
            var (request, refusal) = ToRequest(http, name => root.Flag(name) is { } flag ? flag ? "true" : "false" : root.Text(name), root.Tags("projectTags"));
            if (refusal is not null) return (null, null, refusal);
            return (request, await uploads.SpoolAsync(new MemoryStream(bytes), cancellationToken), null);
        }
    }

    private static bool TryDecode(JsonElement text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out byte[]? bytes)
    {
        try
        {
            return text.TryGetBytesFromBase64(out bytes);
        }
        catch (InvalidOperationException)
        {
            bytes = null; // An escape in it is half a character.
            return false;
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(MemoryStream body)
    {
        var bytes = body.GetBuffer().AsMemory(0, (int)body.Length);
        return bytes.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes[3..] : bytes;
    }

    private static IResult TooLargeForJson(HttpLimits limits) => Problems.Of(StatusCodes.Status413PayloadTooLarge, "The upload is too large for JSON",
        $"A JSON body may have at most {limits.MaxJsonUploadBytes:N0} bytes, because it is held in memory. Send multipart/form-data with POST, which takes {limits.MaxUploadBytes:N0} bytes, or raise Headwater:MaxJsonUploadBytes.");

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
