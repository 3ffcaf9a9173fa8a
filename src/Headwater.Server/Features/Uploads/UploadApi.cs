using Headwater.Core.Sboms;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Uploads;

/// <summary>Uploads from our own pages: the answer says where to look, and a form without script is sent there.</summary>
internal static class UploadApi
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost(Api.Root + "/uploads", UploadAsync).Require(Permissions.BomUpload).WithRequestTimeout(HttpModule.SlowPolicy).DisableAntiforgery().WithMetadata(new AuthModule.GuardsItself())
            .WithTags("Uploads").WithSummary("Uploads an SBOM (multipart/form-data: bom, projectName, projectVersion, stage)");

    private static async Task<IResult> UploadAsync(HttpContext http, UploadsModule uploads, HttpLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            using var form = await UploadForm.ReadAsync(http.Request, uploads, UploadForm.DocumentField, fields => AuthModule.IsFromHereAsync(http, fields.GetValueOrDefault("__RequestVerificationToken")), cancellationToken);
            if (form is null) return AuthModule.NotFromHere();
            if (form.Document is null || form.Document.Length == 0) return Refuse(http, "There is no document in the upload", "Choose a CycloneDX or SPDX file.", []);
            var name = form.Fields.GetValueOrDefault("projectName");
            var outcome = await uploads.AcceptAsync(new UploadRequest
            {
                May = Uploader.Of(http.User, form.Fields.GetValueOrDefault("unit")), Name = name, NameFromDocument = string.IsNullOrWhiteSpace(name), Version = form.Fields.GetValueOrDefault("projectVersion"), AutoCreate = form.Fields.GetValueOrDefault("autoCreate") != "false",
                Stage = form.Fields.GetValueOrDefault("stage")?.Trim().ToLowerInvariant() is { Length: > 0 } stage ? stage : null, By = http.User.Actor(),
            }, form.Document, cancellationToken);
            return outcome switch
            {
                UploadOutcome.Accepted accepted => Accept(http, accepted),
                UploadOutcome.Invalid invalid => Refuse(http, "The document is not a valid SBOM", invalid.Detail, invalid.Errors),
                UploadOutcome.Nameless => Refuse(http, "The project has no name", "Neither the form nor the document names a project.", []),
                UploadOutcome.BadStage bad => Refuse(http, "There is no such stage", bad.Reason, []),
                UploadOutcome.BadName bad => Refuse(http, "The project cannot be named so", bad.Reason, []),
                UploadOutcome.ProjectMissing => Refuse(http, "There is no such project", "It may have been deleted meanwhile.", []),
                UploadOutcome.Collection => Refuse(http, "The project is a collection", "It shows the sum of its parts and has no documents of its own: upload to one of the parts.", []),
                UploadOutcome.UnitUnclear => Refuse(http, "It is not clear whose the project is", "You may make projects in several units: choose one, in the form or at the top of the page.", []),
                UploadOutcome.Forbidden => Refuse(http, "You may not upload to a project of this name", "Choose another name, or ask for access to it.", [], StatusCodes.Status403Forbidden),
                _ => Problems.Of(StatusCodes.Status403Forbidden, "You may not make new projects", "Name an existing project, or ask for the permission PROJECT_CREATION_UPLOAD."),
            };
        }
        catch (Exception e) when (e is DocumentTooLargeException or BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge })
        {
            var tooLarge = Problems.TooLarge(limits.MaxUploadBytes);
            return WantsPage(http) ? Refuse(http, tooLarge.ProblemDetails.Title!, tooLarge.ProblemDetails.Detail!, []) : tooLarge;
        }
        catch (InvalidDataException e)
        {
            return Refuse(http, "The upload cannot be read", e.Message, []);
        }
    }

    private static IResult Accept(HttpContext http, UploadOutcome.Accepted accepted)
    {
        var href = $"/versions/{accepted.ProjectVersion}";
        return WantsPage(http) ? TypedResults.Redirect(http.Request.PathBase + href) : TypedResults.Ok(new { token = accepted.Token, jobId = accepted.Job, href, projectVersion = accepted.ProjectVersion, project = accepted.Project });
    }

    private static IResult Refuse(HttpContext http, string title, string detail, IReadOnlyList<SbomError> errors, int status = StatusCodes.Status400BadRequest)
    {
        if (!WantsPage(http)) return Problems.Of(status, title, detail, errors);
        var said = string.Join(" ", errors.Take(3).Select(e => $"{e.At}: {e.Message}").Prepend($"{title}. {detail}"));
        return TypedResults.Redirect($"{http.Request.PathBase}/upload?error={Uri.EscapeDataString(said.Length > 1000 ? said[..1000] : said)}");
    }

    private static bool WantsPage(HttpContext http) => http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
