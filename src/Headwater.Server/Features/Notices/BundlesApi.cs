using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Notices;

internal static class BundlesApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root).WithTags("Notices");
        api.MapGet("/versions/{uuid:guid}/bundles", async Task<IResult> (HttpContext http, BundleStore store, ProjectsModule projects, Guid uuid, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            await projects.VersionAsync(http.User.Viewer(), uuid, cancellationToken) is null ? TypedResults.NotFound() : await listing.AnswerAsync("bundles", (page, token) => store.ListAsync(http.User.Viewer(), page, uuid, token), Columns, cancellationToken))
            .Require(Permissions.ViewPortfolio).WithSummary("The compliance bundles of a version, newest first");
        api.MapPost("/versions/{uuid:guid}/bundles", OrderAsync).Produces<BundleRow>(StatusCodes.Status202Accepted).Require(Permissions.BomUpload).WithSummary("Orders a compliance bundle for a release (release, keepUntil, stage); a job makes it");
        var bundles = api.MapGroup("/bundles");
        bundles.MapGet("", (HttpContext http, BundleStore store, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            listing.AnswerAsync("bundles", (page, token) => store.ListAsync(http.User.InScope(), page, null, token), Columns, cancellationToken)).Require(Permissions.ViewPortfolio).WithSummary("All compliance bundles that are kept, newest first");
        var one = bundles.MapGroup("/{bundle:guid}");
        one.MapGet("", async Task<IResult> (HttpContext http, BundleStore store, Guid bundle, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.Viewer(), bundle, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Produces<BundleRow>().Require(Permissions.ViewPortfolio).WithSummary("A compliance bundle");
        one.MapGet("/content", ContentAsync).Require(Permissions.ViewPortfolio).WithSummary("The bundle itself: notices in every format, the document, texts, what source is owed, what is open, and a manifest with digests");
        one.MapPatch("", ExtendAsync).Require(Permissions.PortfolioManagement).WithSummary("Keeps a bundle for longer (keepUntil: a later day)");
        one.MapDelete("", async Task<IResult> (HttpContext http, BundleStore store, Guid bundle, CancellationToken cancellationToken) => await store.DeleteAsync(http.User.Viewer(Permissions.PortfolioManagement), bundle, http.User.Actor(), cancellationToken) switch
        {
            (BundleDeletion.Done, _) => TypedResults.NoContent(),
            (BundleDeletion.Kept, { } kept) => Problems.Of(StatusCodes.Status409Conflict, "The bundle has to be kept", $"It is kept until {kept.LastDay:O}; until that day has passed nobody can delete it."),
            _ => TypedResults.NotFound(),
        }).Require(Permissions.PortfolioManagement).WithSummary("Deletes a bundle whose day has passed");
    }

    /// <summary>What a file of bundles has.</summary>
    public static readonly (string Name, Func<BundleRow, object?> Value)[] Columns =
    [
        ("created", b => b.CreatedAt), ("project:project", b => b.ProjectName), ("project:version", b => b.ProjectVersion), ("release", b => b.Release), ("keepUntil:keep until", b => b.LastDay.ToString("O", System.Globalization.CultureInfo.InvariantCulture)), ("state", b => b.State), ("components", b => b.Components),
        ("gaps:open items", b => b.Gaps), ("signed:signed by", b => b.SignedBy), ("signed:signed at", b => b.SignedAt), ("size:bytes", b => b.Bytes), ("hash:sha256", b => b.Sha256), ("sbom sha256", b => b.SbomSha256), ("by:ordered by", b => b.CreatedBy), ("uuid", b => b.Uuid.ToString()),
    ];

    /// <summary>The name of a release and its last day, or why they cannot be.</summary>
    public static (string? Release, DateTimeOffset KeepUntil, string? Refusal) Read(BundleRequest request, DateTimeOffset now)
    {
        var release = request.Release?.Trim();
        if (string.IsNullOrEmpty(release)) return (null, default, "Name the release.");
        if (release.Length > BundleStore.LongestRelease || release.Any(char.IsControl)) return (null, default, $"The name of the release has at most {BundleStore.LongestRelease} characters, and no line breaks.");
        var until = request.KeepUntil is { } day ? Until(day) : Until(DateOnly.FromDateTime(now.UtcDateTime).AddYears(10));
        if (until <= now) return (null, default, "The last day on which it is kept is one to come.");
        return until > now.AddYears(100) ? (null, default, "It is kept for at most a hundred years.") : (release, until, null);
    }

    /// <summary>The day that is named is the last one.</summary>
    public static DateTimeOffset Until(DateOnly day) => new(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);

    private static async Task<IResult> OrderAsync(HttpContext http, BundleStore store, ProjectsModule projects, TimeProvider time, Guid uuid, BundleRequest request, CancellationToken cancellationToken)
    {
        var may = http.User.Viewer(Permissions.BomUpload).And(http.User.Viewer());
        if (await projects.VersionAsync(may, uuid, cancellationToken) is not { } version) return TypedResults.NotFound();
        var (release, until, refusal) = Read(request, time.GetUtcNow());
        if (release is null) return Problems.Of(StatusCodes.Status400BadRequest, "The bundle cannot be so", refusal!);
        if (await projects.NewestDocumentAsync(may, uuid, string.IsNullOrEmpty(request.Stage) ? null : request.Stage, cancellationToken) is not { } document) return NoticesApi.Refused(new NoticeOutcome.NoDocument(version));
        var bundle = await store.OrderAsync(version, document, release, until, http.User.Actor(), cancellationToken);
        return TypedResults.Accepted($"{http.Request.PathBase}{Api.Root}/bundles/{bundle.Uuid}", bundle);
    }

    private static async Task<IResult> ContentAsync(HttpContext http, BundleStore store, Guid bundle, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(http.User.Viewer(), bundle, cancellationToken) is not { } it) return TypedResults.NotFound();
        if (it.Sha256 is null) return Problems.Of(StatusCodes.Status409Conflict, "The bundle is not made yet", it.Error ?? "Its job waits or runs; look again in a moment.");
        if (await store.OpenAsync(it, cancellationToken) is not { } file) return Problems.Of(StatusCodes.Status410Gone, "The bundle's file is gone", "The record of it is still there. Restore the folder data/blobs from a backup.");
        http.Response.Headers.ETag = $"\"{it.Sha256}\"";
        return TypedResults.Stream(file, "application/zip", string.Concat($"{it.ProjectName}-{it.Release}".Select(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_').Take(120)) + ".compliance.zip");
    }

    private static async Task<IResult> ExtendAsync(HttpContext http, BundleStore store, Guid bundle, BundleChange change, CancellationToken cancellationToken)
    {
        if (change.KeepUntil is not { } day) return Problems.Of(StatusCodes.Status400BadRequest, "There is no day", "keepUntil is the last day on which the bundle is kept, as 2036-12-31.");
        return await store.ExtendAsync(http.User.Viewer(Permissions.PortfolioManagement), bundle, Until(day), http.User.Actor(), cancellationToken) switch
        {
            true => TypedResults.NoContent(),
            false => Problems.Of(StatusCodes.Status409Conflict, "It is kept for as long already", "A bundle can be kept for longer, never for less."),
            null => TypedResults.NotFound(),
        };
    }
}
