using System.Globalization;
using Headwater.Core.Licences.Notices;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Notices;

internal static class NoticesApi
{
    private static readonly string[] Formats = ["text", "markdown", "html", "json", "docx"];

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root).WithTags("Notices");
        var version = api.MapGroup("/versions/{uuid:guid}/notice");
        version.MapGet("", GetAsync).Takes("format", Formats).Takes("stage", [.. ProjectsModule.Stages.Values.Select(v => v.Value)]).Require(Permissions.ViewPortfolio).WithRequestTimeout(HttpModule.SlowPolicy)
            .WithSummary("The notice of a version's newest document (format = text, markdown, html, json (default) or docx; stage = of a stage; dev=true with what is not delivered). Headwater-Gaps says how much is missing");
        version.MapGet("/sign-offs", async Task<IResult> (HttpContext http, SignOffStore store, Guid uuid, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            await store.ListAsync(http.User.Viewer(), uuid, cancellationToken) is { } all ? listing.AnswerWhole("sign-offs", all, SignOffs, cancellationToken) : TypedResults.NotFound()).Produces<IReadOnlyList<SignOffRow>>().Require(Permissions.ViewPortfolio).WithSummary("Who signed the notice of a version, newest first");
        version.MapPost("/sign-offs", SignAsync).Produces<SignOffRow>().Require(Permissions.ApproveLegal).WithRequestTimeout(HttpModule.SlowPolicy).WithSummary("Signs the notice of a version whose inputs have this digest");
        version.MapDelete("/sign-offs/{id:guid}", async Task<IResult> (HttpContext http, SignOffStore store, Guid uuid, Guid id, CancellationToken cancellationToken) =>
            await store.WithdrawAsync(http.User.Viewer(Permissions.ApproveLegal), uuid, id, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound()).Require(Permissions.ApproveLegal).WithSummary("Takes a sign-off back");

        var choices = api.MapGroup("/licence-choices");
        choices.MapGet("", async (HttpContext http, ChoiceStore store, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            listing.AnswerWhole("licence-choices", await store.ListAsync(http.User.Viewer(), cancellationToken), Columns, cancellationToken)).Produces<IReadOnlyList<LicenceChoiceRow>>().Require(Permissions.ViewPortfolio).WithSummary("Which alternatives of licences are used, and why");
        choices.MapPost("", ChooseAsync).Produces<LicenceChoiceRow>().Require(Permissions.PolicyViolationAnalysis).WithSummary("Chooses an alternative, for a component or all that leave this choice, in a unit or everywhere");
        choices.MapDelete("/{id:guid}", async Task<IResult> (HttpContext http, ChoiceStore store, Guid id, CancellationToken cancellationToken) =>
            await store.RemoveAsync(http.User.Viewer(Permissions.PolicyViolationAnalysis), id, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound()).Require(Permissions.PolicyViolationAnalysis).WithSummary("Takes a choice back");

        var settings = api.MapGroup("/notice-settings");
        settings.MapGet("", async (NoticeSettingsStore store, CancellationToken cancellationToken) => TypedResults.Ok(await store.GetAsync(cancellationToken))).Require(Permissions.ViewPortfolio).WithSummary("What the organisation says in its notices");
        settings.MapPut("", async Task<IResult> (HttpContext http, NoticeSettingsStore store, NoticeSettingsRequest request, CancellationToken cancellationToken) =>
            await store.SetAsync(request, http.User.Actor(), cancellationToken) is { } refusal ? Problems.Of(StatusCodes.Status400BadRequest, "The settings cannot be so", refusal) : TypedResults.NoContent()).Require(Permissions.SystemConfiguration).WithSummary("Sets what the organisation says in its notices");
    }

    /// <summary>What a file of choices has.</summary>
    public static readonly (string Name, Func<LicenceChoiceRow, object?> Value)[] Columns =
    [
        ("expression", c => c.Expression), ("chosen", c => c.Chosen), ("component", c => c.Identity), ("unit", c => c.UnitTitle), ("reason", c => c.Reason), ("by", c => c.CreatedBy), ("at", c => c.CreatedAt), ("uuid", c => c.Uuid.ToString()),
    ];

    /// <summary>What a file of sign-offs has.</summary>
    private static readonly (string Name, Func<SignOffRow, object?> Value)[] SignOffs =
    [
        ("at", s => s.SignedAt), ("by", s => s.SignedBy), ("note", s => s.Note), ("components", s => s.Components), ("gaps", s => s.Gaps), ("input sha256", s => s.InputSha256), ("sbom sha256", s => s.SbomSha256), ("ended", s => s.EndedAt), ("ended by", s => s.EndedBy),
        ("uuid", s => s.Uuid.ToString()),
    ];

    private static async Task<IResult> GetAsync(HttpContext http, NoticeMaker maker, Guid uuid, string? format, string? stage, bool? dev, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(format) && !Formats.Contains(format)) return Problems.Of(StatusCodes.Status400BadRequest, "There is no such format", $"The format is one of {string.Join(", ", Formats)}.");
        var outcome = await maker.MakeAsync(http.User.Viewer(), uuid, string.IsNullOrEmpty(stage) ? null : stage, dev == true, NoticeMaker.LargestFile, cancellationToken);
        if (outcome is not NoticeOutcome.Made { Notice: var made }) return Refused(outcome);
        var kind = string.IsNullOrEmpty(format) ? NoticeFormat.Json : Enum.Parse<NoticeFormat>(format, ignoreCase: true);
        http.Response.Headers["Headwater-Gaps"] = made.Notice.Gaps.Count.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers.ETag = $"\"{made.Notice.InputSha256}-{made.Notice.Input.Date}-{NoticeWriter.Extension(kind)}\"";
        // Made before anything is sent, so that what fails can still be told. It is downloaded, never shown: an HTML page of others has no business among ours.
        var file = new MemoryStream();
        NoticeWriter.Write(made.Notice, kind, file, cancellationToken);
        file.Position = 0;
        return TypedResults.Stream(file, NoticeWriter.MediaType(kind), $"NOTICE-{Plain($"{made.Version.Version.ProjectName}-{made.Version.Version.Version}".TrimEnd('-'))}.{NoticeWriter.Extension(kind)}");
    }

    /// <summary>Why there is no notice, as a problem.</summary>
    public static IResult Refused(NoticeOutcome outcome) => outcome switch
    {
        NoticeOutcome.NoDocument => Problems.Of(StatusCodes.Status404NotFound, "There is no document to make a notice of", "Nothing was uploaded to this version (and stage), or it is not analysed yet."),
        NoticeOutcome.TooLarge it => Problems.Of(StatusCodes.Status413PayloadTooLarge, "The document is too large to be read while you wait", $"It has {it.Document.Bytes:N0} bytes and at most {it.Most:N0} are read. Order a bundle, which is made in the background, or fetch the document and run: headwater notice FILE"),
        NoticeOutcome.Gone => Problems.Of(StatusCodes.Status410Gone, "The document's file is gone", "The record of it is still there. Restore the folder data/blobs from a backup."),
        _ => TypedResults.NotFound(),
    };

    private static async Task<IResult> SignAsync(HttpContext http, NoticeMaker maker, SignOffStore store, Guid uuid, SignOffRequest request, CancellationToken cancellationToken)
    {
        if (request.Note?.Length > SignOffStore.LongestNote) return Problems.Of(StatusCodes.Status400BadRequest, "The note is too long", $"It has at most {SignOffStore.LongestNote} characters.");
        var outcome = await maker.MakeAsync(http.User.Viewer(Permissions.ApproveLegal), uuid, string.IsNullOrEmpty(request.Stage) ? null : request.Stage, false, NoticeMaker.LargestFile, cancellationToken);
        if (outcome is not NoticeOutcome.Made { Notice: var made }) return Refused(outcome);
        // Only what was read is signed: it may have changed since.
        if (request.InputSha256 != made.Notice.InputSha256) return Problems.Of(StatusCodes.Status409Conflict, "The notice says something else by now", $"The digest of its inputs is {made.Notice.InputSha256}. Read it again, and sign that.");
        return TypedResults.Ok(await store.SignAsync(made, request.Note, http.User.Actor(), cancellationToken));
    }

    private static async Task<IResult> ChooseAsync(HttpContext http, ChoiceStore store, LicenceChoiceRequest request, CancellationToken cancellationToken)
    {
        if (!http.User.Viewer(Permissions.PolicyViolationAnalysis).Sees(request.Unit)) return Problems.Of(StatusCodes.Status403Forbidden, "You may not choose there", "Name a unit or team in which you have the permission POLICY_VIOLATION_ANALYSIS.");
        var (made, refusal) = await store.ChooseAsync(request, http.User.Actor(), cancellationToken);
        return made is null ? Problems.Of(StatusCodes.Status400BadRequest, "This cannot be chosen", refusal!) : TypedResults.Ok(made);
    }

    private static string Plain(string text) => string.Concat(text.Select(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_').Take(120));
}
