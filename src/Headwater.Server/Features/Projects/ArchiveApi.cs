using Headwater.Core.Sboms;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Projects;

internal static class ArchiveApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/archive", ListAsync).Takes("stage", [.. ProjectWords.Stage.Values.Select(v => v.Value), ProjectWord.None]).Require(Permissions.ViewPortfolio).WithSummary("Every document that was taken, newest first (stage = a stage, or none)");
        var one = api.MapGroup("/uploads/{uuid:guid}");
        one.MapGet("", GetAsync).Produces<ArchivedDocument>().Require(Permissions.ViewPortfolio).WithSummary("A document with its quality by NTIA and BSI TR-03183-2");
        one.MapGet("/document", DocumentAsync).Require(Permissions.ViewPortfolio).WithSummary("The document as it came");
        one.MapGet("/export", ExportAsync).Require(Permissions.ViewPortfolio).WithRequestTimeout(HttpModule.SlowPolicy)
            .WithSummary("The document in another form (target = " + string.Join(", ", SbomWriter.Targets) + "); with losses=true what that form cannot say");
    }

    /// <summary>What a file of documents has.</summary>
    public static readonly (string Name, Func<UploadRow, object?> Value)[] Columns =
    [
        ("received", u => u.ReceivedAt), ("project:project", u => u.ProjectName), ("project:version", u => u.ProjectVersion), ("stage:stage", u => u.Stage), ("format:format", u => u.Format), ("format:spec version", u => u.SpecVersion),
        ("format:serialisation", u => u.Serialization), ("components:components", u => u.Components), ("dependencies", u => u.Dependencies), ("size:bytes", u => u.Bytes), ("ntia:ntia", u => u.Ntia), ("bsi:bsi", u => u.Bsi), ("tool:tool", u => u.Tool),
        ("by:sent by", u => u.By), ("state", u => u.State), ("hash:sha256", u => u.Sha256), ("token", u => u.Token.ToString()),
    ];

    private static Task<IResult> ListAsync(HttpContext http, ArchiveStore store, [AsParameters] Listing listing, string? stage, CancellationToken cancellationToken) =>
        listing.AnswerAsync("sbom-archive", (page, token) => store.ListAsync(http.User.InScope(), page, new ArchiveFilter(stage), token), Columns, cancellationToken);

    private static async Task<IResult> GetAsync(HttpContext http, ArchiveStore store, Guid uuid, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        listing.RefuseAsNoList();
        if (await store.GetAsync(http.User.Viewer(), uuid, cancellationToken) is not { } it) return TypedResults.NotFound();
        return string.IsNullOrEmpty(listing.Format) ? TypedResults.Ok(it) : listing.AnswerWhole("quality", (it.Quality?.Results ?? []).SelectMany(r => r.Elements.Select(e => (r, e))), VersionFiles.Quality, cancellationToken);
    }

    private static async Task<IResult> DocumentAsync(HttpContext http, ArchiveStore store, Guid uuid, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(http.User.Viewer(), uuid, cancellationToken) is not { } it) return TypedResults.NotFound();
        if (await store.OpenAsync(it.Upload, cancellationToken) is not { } document) return Gone();
        return TypedResults.Stream(document, Type(it.Upload.Format, it.Upload.Serialization), FileName(it.Upload));
    }

    private static async Task<IResult> ExportAsync(HttpContext http, ArchiveStore store, Guid uuid, string? target, bool? losses, CancellationToken cancellationToken)
    {
        if (target is null || !SbomWriter.Targets.Contains(target)) return Problems.Of(StatusCodes.Status400BadRequest, "There is no such form", "The target is one of " + string.Join(", ", SbomWriter.Targets) + ".");
        if (await store.GetAsync(http.User.Viewer(), uuid, cancellationToken) is not { } it) return TypedResults.NotFound();
        if (it.Upload.Bytes > ArchiveStore.LargestExport)
            return Problems.Of(StatusCodes.Status413PayloadTooLarge, "The document is too large to be put into another form here", $"At most {ArchiveStore.LargestExport:N0} bytes are; fetch it as it came and run: headwater sbom convert FILE --to {target}");
        if (await store.ExportAsync(it.Upload, target, cancellationToken) is not { } made) return Gone();
        if (losses == true)
        {
            await made.Document.DisposeAsync();
            return TypedResults.Ok(new { target, losses = made.Losses });
        }

        http.Response.Headers["Headwater-Losses"] = made.Losses.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var parts = target.Split('-');
        return TypedResults.Stream(made.Document, Type(parts[0], parts[2]), Name(it.Upload, $"{parts[0]}-{parts[1]}", Ending(parts[2])));
    }

    private static IResult Gone() => Problems.Of(StatusCodes.Status410Gone, "The document's file is gone", "The record of it is still there. Restore the folder data/blobs from a backup.");

    private static string Ending(string serialization) => serialization switch { "xml" => "xml", "yaml" => "yaml", "tag-value" or "tag" => "spdx", "rdf" => "rdf.xml", _ => "json" };

    private static string Type(string format, string serialization) => (format.ToLowerInvariant(), serialization) switch
    {
        ("cyclonedx", "xml") => "application/vnd.cyclonedx+xml", ("cyclonedx", _) => "application/vnd.cyclonedx+json", (_, "tag-value" or "tag") => "text/spdx", (_, "xml" or "rdf") => "application/xml",
        (_, "yaml") => "application/yaml", _ => "application/spdx+json",
    };

    /// <summary>What the file of a document is called.</summary>
    public static string FileName(UploadRow upload) => Name(upload, upload.Format.ToLowerInvariant(), Ending(upload.Serialization));

    /// <summary>For a file's name: what any file system takes.</summary>
    private static string Name(UploadRow upload, string format, string ending) =>
        string.Concat($"{upload.ProjectName}-{upload.ProjectVersion}".TrimEnd('-').Select(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_').Take(120)) + $".{format}.{ending}";
}
