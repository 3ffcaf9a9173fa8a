using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Components;

/// <summary>The answer to "which projects use this?".</summary>
/// <param name="Query">As it was typed.</param>
/// <param name="Problem">Why there is no answer; null when there is one.</param>
/// <param name="Components">The components of that name in use in what the caller sees, most versions first.</param>
/// <param name="Projects">The projects, one page; its total is exact unless <paramref name="Truncated"/>.</param>
/// <param name="Visible">Projects that the caller sees in all: the denominator.</param>
/// <param name="WithoutOwner">Of the projects found, those nobody owns.</param>
/// <param name="Truncated">True when more components have the name, or one has more versions, than one question looks at: there may be more projects.</param>
internal sealed record UsageAnswer(string Query, string? Problem, IReadOnlyList<AskedComponent> Components, Page<ProjectUse> Projects, long Visible, long WithoutOwner, bool Truncated)
{
    public static UsageAnswer Refused(string query, string problem) => new(query, problem, [], Page<ProjectUse>.Empty, 0, 0, false);
}

/// <summary>A component that a question is about.</summary>
/// <param name="Versions">Its versions in use within the range.</param>
/// <param name="Unclear">Versions in use of which it cannot be told whether they are within the range.</param>
internal sealed record AskedComponent(long Id, string? Type, string? Group, string Name, IReadOnlyList<string> Versions, int Unclear);

/// <summary>A project whose latest version uses what was asked for.</summary>
/// <param name="Direct">Whether the project itself needs it; null where the document does not say how it gets there.</param>
internal sealed record ProjectUse(Guid ProjectUuid, string Project, Guid VersionUuid, string? ProjectVersion, OwnerRef? Owner, IReadOnlyList<string> ComponentVersions, bool? Direct, double Risk, DateTimeOffset? LastUploadAt)
{
    /// <summary>The licences of these component versions as declared, found and concluded, each once.</summary>
    public IReadOnlyList<ComponentLicence> Licences { get; init; } = [];
}
