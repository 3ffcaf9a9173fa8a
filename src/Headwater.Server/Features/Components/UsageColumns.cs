using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Findings;

namespace Headwater.Server.Features.Components;

/// <summary>A use as the stores read it from a row.</summary>
internal record UsageColumns : OwnerColumns
{
    public Guid ProjectUuid { get; set; }
    public Guid VersionUuid { get; set; }
    public string Name { get; set; } = "";
    public string ProjectVersion { get; set; } = "";
    public bool IsLatest { get; set; }
    public long PvId { get; set; }
    public long CvId { get; set; }
    public string? Version { get; set; }
    public int Flags { get; set; }
    public int Depth { get; set; }
    public DateTimeOffset? LastUploadAt { get; set; }

    public UsageRow ToRow() => new(ProjectUuid, VersionUuid, Name, ProjectVersion.Length == 0 ? null : ProjectVersion, IsLatest, CvId, Version, Owner, Flags >= 4, Depth, (OccurrenceScope)(Flags & 3), LastUploadAt);
}
