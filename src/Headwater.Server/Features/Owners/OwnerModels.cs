using Headwater.Server.Features.Findings;

namespace Headwater.Server.Features.Owners;

/// <summary>Who owns something: a team, or an organisation unit.</summary>
internal sealed record OwnerRef(long Id, string Kind, string Name, string Title, string? Email);

/// <summary>A node of the organisation tree with what lies below it.</summary>
/// <param name="Kind"><c>unit</c> or <c>team</c>.</param>
/// <param name="Projects">Projects owned by it and by everything below it.</param>
/// <param name="Covered">Component versions of those that were looked up; with none, no finding means "unknown".</param>
internal sealed record OwnerRow(long Id, string Kind, string Name, string Title, string? Email, long? ParentId, int Level, int Projects, SeverityCounts Findings, int Kev, double MaxRisk, int Covered);

/// <summary>A unit or team with its place in the tree (root first), what hangs directly below it, and its numbers day by day, the last being today.</summary>
internal sealed record OwnerDetail(OwnerRow Owner, IReadOnlyList<OwnerRef> Ancestors, IReadOnlyList<OwnerRow> Children, IReadOnlyList<UnitNumbers> Trend);

/// <summary>A finding with where it hits, for the list of what matters most.</summary>
/// <param name="Owners">Those with the most hit projects, first; the others are in the count only.</param>
/// <param name="OwnerCount">How many owners have a hit project.</param>
internal sealed record TopRisk(FindingRow Finding, int Projects, IReadOnlyList<OwnerRef> Owners, int OwnerCount, IReadOnlyList<string> ProjectNames, int WithoutOwner);

/// <summary>What became of giving a project to an owner.</summary>
internal enum OwnerChanged
{
    Done,

    /// <summary>There is no such project or owner, as far as the one who asks may know.</summary>
    Missing,

    /// <summary>He may not take it from whom it belongs to, or not give it to that one.</summary>
    Refused,
}
