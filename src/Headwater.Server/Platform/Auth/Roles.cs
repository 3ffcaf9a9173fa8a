namespace Headwater.Server.Platform.Auth;

/// <summary>A role: what whoever has it may do, in the unit for which it was given and below.</summary>
/// <param name="Name">As it stands in the database, in imports and in the interface.</param>
internal sealed record Role(string Name, Permissions Permissions);

/// <summary>The one table of who may do what.</summary>
internal static class Roles
{
    /// <summary>What cannot be given for a part of the organisation: it has no parts.</summary>
    public const Permissions Indivisible = Permissions.SystemConfiguration | Permissions.AuditRead | Permissions.FeedManagement | Permissions.PeopleManagement | Permissions.PolicyManagement;

    private const Permissions Lead = Permissions.Viewer | Permissions.Automation | Permissions.PortfolioManagement | Permissions.VulnerabilityAnalysis | Permissions.PolicyViolationAnalysis
        | Permissions.PolicyManagement | Permissions.FeedManagement | Permissions.PeopleManagement | Permissions.AuditRead | Permissions.ApproveAsManager | Permissions.ApproveLegal | Permissions.ApproveSecurity | Permissions.ApproveData;

    /// <summary>From least to most.</summary>
    public static IReadOnlyList<Role> Each { get; } =
    [
        new("viewer", Permissions.Viewer),
        new("developer", Permissions.Viewer | Permissions.Automation),
        new("line-manager", Permissions.Viewer | Permissions.ApproveAsManager),
        new("approver-legal", Permissions.Viewer | Permissions.PolicyViolationAnalysis | Permissions.ApproveLegal),
        new("approver-security", Permissions.Viewer | Permissions.VulnerabilityAnalysis | Permissions.ApproveSecurity),
        new("approver-data", Permissions.Viewer | Permissions.ApproveData),
        new("ospo-lead", Lead),
        new("auditor", Permissions.Viewer | Permissions.AuditRead),
        new("administrator", Permissions.Administrator),
    ];

    /// <summary>The role of this name; null when there is none.</summary>
    public static Role? Find(string? name) => Each.FirstOrDefault(r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
