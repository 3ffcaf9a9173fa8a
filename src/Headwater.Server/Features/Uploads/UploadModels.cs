using Headwater.Core.Sboms;

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

    public bool MayCreate { get; init; }

    public bool MayManage { get; init; }
}

/// <summary>What became of an upload. Only <see cref="Accepted"/> leaves anything behind.</summary>
internal abstract record UploadOutcome
{
    /// <summary>Stored and durable; its analysis is a job.</summary>
    internal sealed record Accepted(Guid Token, Guid ProjectVersion, Guid Project, long Job) : UploadOutcome;

    /// <summary>Not a valid SBOM.</summary>
    internal sealed record Invalid(string Detail, IReadOnlyList<SbomError> Errors) : UploadOutcome;

    internal sealed record Nameless : UploadOutcome;

    /// <summary>Name or version is none that can be shown.</summary>
    internal sealed record BadName(string Reason) : UploadOutcome;

    internal sealed record ProjectMissing : UploadOutcome;

    internal sealed record ParentMissing : UploadOutcome;

    internal sealed record MayNotCreate : UploadOutcome;
}

/// <summary>What the check of a document found out on the way.</summary>
/// <param name="Tool">The first tool that it names, with its version.</param>
internal sealed record DocumentFacts(SbomKind Kind, int Components, int Dependencies, string? RootName, string? RootVersion, string? Tool);
