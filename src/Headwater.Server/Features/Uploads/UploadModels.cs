using System.Security.Claims;
using Headwater.Core.Sboms;
using Headwater.Core.Sboms.Quality;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.Uploads;

/// <summary>What comes with a document.</summary>
internal sealed record UploadRequest
{
    /// <summary>A project version by its UUID; or else <see cref="Name"/> and <see cref="Version"/>.</summary>
    public Guid? ProjectVersion { get; init; }

    /// <summary>The project's name; null takes the name and version that the document states for what it describes, when <see cref="NameFromDocument"/> allows.</summary>
    public string? Name { get; init; }

    public string? Version { get; init; }

    public bool NameFromDocument { get; init; }

    /// <summary>Make the project when there is none.</summary>
    public bool AutoCreate { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public Guid? Parent { get; init; }

    public string? ParentName { get; init; }

    public string? ParentVersion { get; init; }

    public bool? IsLatest { get; init; }

    public bool? IsActive { get; init; }

    /// <summary>Pipeline stage: source, build, artifact, test, production.</summary>
    public string? Stage { get; init; }

    /// <summary>Owner and description for a project that is made; what a catalogue knows.</summary>
    public long? OwnerId { get; init; }

    public string? Description { get; init; }

    public required string By { get; init; }

    public required Uploader May { get; init; }
}

/// <summary>What somebody who uploads may do, and where.</summary>
/// <param name="Sees">What exists for him.</param>
/// <param name="Uploads">Where he may upload.</param>
/// <param name="Creates">Where he may make projects.</param>
/// <param name="Manages">Where he may change what was there.</param>
/// <param name="Home">Whose a project is that he makes: null for nobody's, 0 when he did not say which of his units it is.</param>
internal sealed record Uploader(Viewer Sees, Viewer Uploads, Viewer Creates, Viewer Manages, long? Home)
{
    /// <summary>The installation itself.</summary>
    public static Uploader Everything { get; } = new(Viewer.Everything, Viewer.Everything, Viewer.Everything, Viewer.Everything, null);

    /// <param name="unit">The id of the unit for which a new project is to be made, as the request names it.</param>
    public static Uploader Of(ClaimsPrincipal user, string? unit)
    {
        var (uploads, manages, creates) = (user.Viewer(Permissions.BomUpload), user.Viewer(Permissions.PortfolioManagement), user.Viewer(Permissions.ProjectCreationUpload));
        var home = string.IsNullOrWhiteSpace(unit) ? user.Access().Home(creates.IsNothing ? Permissions.PortfolioManagement : Permissions.ProjectCreationUpload) : long.TryParse(unit, out var id) ? id : 0;
        return new Uploader(user.Viewer().Or(uploads), uploads, creates.Or(manages), manages, home);
    }

    /// <summary>Why he may not make a project of his own; null when he may.</summary>
    public UploadOutcome? RefuseProject(long? owner) => Creates.IsNothing ? new UploadOutcome.MayNotCreate() : owner == 0 ? new UploadOutcome.UnitUnclear()
        : Creates.Sees(owner) && Uploads.Sees(owner) ? null : new UploadOutcome.MayNotCreate();
}

/// <summary>What became of an upload. Only <see cref="Accepted"/> leaves anything behind.</summary>
internal abstract record UploadOutcome
{
    /// <summary>Stored and durable; its analysis is a job.</summary>
    internal sealed record Accepted(Guid Token, Guid ProjectVersion, Guid Project, long Job) : UploadOutcome;

    /// <summary>Not a valid SBOM.</summary>
    internal sealed record Invalid(string Detail, IReadOnlyList<SbomError> Errors) : UploadOutcome;

    /// <summary>The pipeline stage is none that there is.</summary>
    internal sealed record BadStage(string Reason) : UploadOutcome;

    internal sealed record Nameless : UploadOutcome;

    /// <summary>Name or version is none that can be shown.</summary>
    internal sealed record BadName(string Reason) : UploadOutcome;

    internal sealed record ProjectMissing : UploadOutcome;

    internal sealed record ParentMissing : UploadOutcome;

    internal sealed record MayNotCreate : UploadOutcome;

    /// <summary>The project is the sum of its parts and has no documents of its own.</summary>
    internal sealed record Collection : UploadOutcome;

    /// <summary>He may make projects in several units and did not say in which.</summary>
    internal sealed record UnitUnclear : UploadOutcome;

    /// <summary>The project may not be uploaded to, or its name is taken by one that does not exist for the one who uploads.</summary>
    internal sealed record Forbidden : UploadOutcome;
}

/// <summary>What the check of a document found out on the way.</summary>
/// <param name="Quality">What the standards say of it.</param>
/// <param name="Stage">The pipeline stage that it states.</param>
/// <param name="Tool">The first tool that it names, with its version.</param>
internal sealed record DocumentFacts(SbomKind Kind, int Components, int Dependencies, string? RootName, string? RootVersion, string? Tool, string? Stage, SbomQuality Quality);
