namespace Headwater.Server.Platform.Auth;

/// <summary>A role: what whoever has it may do, in the unit for which it was given and below.</summary>
/// <param name="Name">As it stands in the database, in imports and in the interface.</param>
/// <param name="TextKey">The key of what it is called on pages.</param>
internal sealed record Role(string Name, string TextKey, Permissions Permissions)
{
    /// <summary>What it allows in a place.</summary>
    /// <param name="unit">0 for the whole organisation.</param>
    public Permissions In(long unit) => unit == 0 ? Permissions : Permissions & ~Roles.Indivisible;
}

/// <summary>The one table of who may do what.</summary>
internal static class Roles
{
    /// <summary>What cannot be given for a part of the organisation: it has no parts.</summary>
    public const Permissions Indivisible = Permissions.SystemConfiguration | Permissions.AuditRead | Permissions.FeedManagement | Permissions.PeopleManagement | Permissions.PolicyManagement | Permissions.LicenceDecision | Permissions.CaseHandling;

    // Not the people: whoever sets passwords and puts people into groups could make himself anything.
    private const Permissions Lead = Permissions.Viewer | Permissions.Automation | Permissions.PortfolioManagement | Permissions.VulnerabilityAnalysis | Permissions.PolicyViolationAnalysis
        | Permissions.PolicyManagement | Permissions.FeedManagement | Permissions.AuditRead | Permissions.ApproveAsManager | Permissions.ApproveLegal | Permissions.ApproveSecurity | Permissions.ApproveData | Permissions.LicenceDecision | Permissions.CaseHandling;

    /// <summary>From least to most.</summary>
    public static IReadOnlyList<Role> Each { get; } =
    [
        new("viewer", "role.viewer", Permissions.Viewer),
        new("developer", "role.developer", Permissions.Viewer | Permissions.Automation),
        new("line-manager", "role.lineManager", Permissions.Viewer | Permissions.ApproveAsManager),
        new("approver-legal", "role.approverLegal", Permissions.Viewer | Permissions.PolicyViolationAnalysis | Permissions.ApproveLegal | Permissions.LicenceDecision | Permissions.CaseHandling),
        new("approver-security", "role.approverSecurity", Permissions.Viewer | Permissions.VulnerabilityAnalysis | Permissions.ApproveSecurity),
        new("approver-data", "role.approverData", Permissions.Viewer | Permissions.ApproveData),
        new("ospo-lead", "role.ospoLead", Lead),
        new("auditor", "role.auditor", Permissions.Viewer | Permissions.AuditRead),
        new("administrator", "role.administrator", Permissions.Administrator),
    ];

    /// <summary>The role of this name; null when there is none.</summary>
    public static Role? Find(string? name) => Each.FirstOrDefault(r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
