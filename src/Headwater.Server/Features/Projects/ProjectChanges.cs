namespace Headwater.Server.Features.Projects;

/// <summary>A project version to be made.</summary>
internal sealed record NewProjectVersion(string Name, string? Version, string By)
{
    public long? ParentId { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>For a project that does not exist yet.</summary>
    public string? Description { get; init; }

    /// <summary>For a project that does not exist yet.</summary>
    public long? OwnerId { get; init; }
}

/// <summary>Whose a project is.</summary>
internal sealed record ProjectHold
{
    public long ProjectId { get; set; }
    public long? OwnerId { get; set; }
}

/// <summary>What is to be different about a project version; null leaves a thing as it is.</summary>
internal sealed record ProjectChange(string By)
{
    public string? Name { get; init; }
    public string? Version { get; init; }
    public bool? IsLatest { get; init; }
    public bool? Active { get; init; }
    public long? ParentId { get; init; }
    public string? Group { get; init; }
    public string? Description { get; init; }
    public string? Publisher { get; init; }
    public string? Classifier { get; init; }
    public string? Purl { get; init; }
    public string? Cpe { get; init; }
    public string? SwidTagId { get; init; }
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Fields of the compatible API that are kept and given back as they came, as a JSON object.</summary>
    public string? Extra { get; init; }
}
