using Headwater.Core.Advisories;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Registries;

namespace Headwater.Server.Features.Components;

/// <summary>A component (a package, any version).</summary>
/// <param name="Type">Package URL type; null when it has none.</param>
/// <param name="Projects">Projects that use any version of it in an active version.</param>
/// <param name="Findings">Null, as <paramref name="Kev"/> and <paramref name="MaxRisk"/> are, for who may not see findings wherever he sees projects.</param>
/// <param name="Covered">Known versions that were looked up in data that covers them; with none, no finding means "unknown".</param>
internal sealed record ComponentRow(long Id, string? Type, string? Group, string Name, string? Purl, string Kind, int Versions, int Projects, SeverityCounts? Findings, bool? Kev, double? MaxRisk, int Covered,
    string? State, string? Plan, DateTimeOffset? SupportEnds)
{
    /// <summary>What a registry says of it; null where none was asked.</summary>
    public ComponentRelease? Release { get; init; }

    /// <summary>The licences of its versions in sight, each once, that of the newest version first.</summary>
    public IReadOnlyList<ComponentLicence> Licences { get; init; } = [];
}

/// <param name="Versions">Those in most projects first, at most a thousand.</param>
/// <param name="AllVersions">How many those are in all.</param>
/// <param name="Findings">Of the versions whose findings the reader may see, the riskiest first, at most a thousand; null when he may see none anywhere.</param>
/// <param name="AllFindings">How many those are in all; null where they are.</param>
/// <param name="Advisories">How many different advisories they come from.</param>
internal sealed record ComponentDetail(ComponentRow Component, IReadOnlyList<ComponentVersionRow> Versions, int AllVersions, IReadOnlyList<FindingRow>? Findings, int? AllFindings, int? Advisories);

/// <param name="Findings">Null, as the three after it are, for who may not see what was found in it.</param>
internal sealed record ComponentVersionRow(
    long Id, long ComponentId, string? Type, string? Group, string Name, string? Version, string? Purl, string Kind, IReadOnlyList<string> Licences,
    CoverageState Coverage, SeverityCounts? Findings, Severity? MaxSeverity, bool? Kev, double? MaxRisk, int Projects)
{
    /// <summary>What a registry says of it; null where none was asked.</summary>
    public VersionRelease? Release { get; init; }

    /// <summary>Its licence as declared, found and concluded; null until it was worked out.</summary>
    public ComponentLicence? Licence { get; init; }
}

/// <param name="OtherVersions">Those in most projects first, at most a thousand.</param>
/// <param name="AllOtherVersions">How many those are in all.</param>
/// <param name="Findings">Null for who may not see the findings of any project that uses it. When the coverage of the version is not <see cref="CoverageState.Covered"/>, none means "unknown".</param>
internal sealed record ComponentVersionDetail(
    ComponentVersionRow Version, string? Description, string? Publisher, string? Copyright, IReadOnlyList<string> Cpes, IReadOnlyList<KeyValuePair<string, string>> Hashes,
    DateTimeOffset FirstSeen, DateTimeOffset? MatchedAt, IReadOnlyList<FindingRow>? Findings, IReadOnlyList<ComponentVersionRow> OtherVersions, int AllOtherVersions);

/// <summary>Where a component version is used.</summary>
internal sealed record UsageRow(
    Guid ProjectUuid, Guid VersionUuid, string ProjectName, string? ProjectVersion, bool IsLatest, long ComponentVersionId, string? ComponentVersion,
    OwnerRef? Owner, bool Direct, int Depth, OccurrenceScope Scope, DateTimeOffset? LastUploadAt)
{
    /// <summary>The licence of the component version, as declared, found and concluded; null until it was worked out.</summary>
    public ComponentLicence? Licence { get; init; }
}
