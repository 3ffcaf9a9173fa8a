namespace Headwater.Server.Platform.Auth;

/// <summary>What a person or a key may do. The names are those of Dependency-Track where it has the same, so that its clients read them.</summary>
[Flags]
internal enum Permissions : long
{
    None = 0,
    BomUpload = 1 << 0,
    ViewPortfolio = 1 << 1,
    ViewVulnerability = 1 << 2,
    ViewPolicyViolation = 1 << 3,
    ViewBadges = 1 << 4,
    PortfolioManagement = 1 << 5,
    ProjectCreationUpload = 1 << 6,
    VulnerabilityAnalysis = 1 << 7,
    PolicyViolationAnalysis = 1 << 8,
    PolicyManagement = 1 << 9,
    AccessManagement = 1 << 10,
    SystemConfiguration = 1 << 11,
    AuditRead = 1 << 12,
    FeedManagement = 1 << 13,
    PeopleManagement = 1 << 14,
    ApproveAsManager = 1 << 15,
    ApproveLegal = 1 << 16,
    ApproveSecurity = 1 << 17,
    ApproveData = 1 << 18,

    /// <summary>To decide what licence a component is under, for every project at once.</summary>
    LicenceDecision = 1 << 19,

    /// <summary>To take in and work on licence incidents and enquiries.</summary>
    CaseHandling = 1 << 21,

    /// <summary>All that Dependency-Track's clients know by name.</summary>
    Compatible = (1 << 12) - 1,

    /// <summary>What a CI job needs to upload and read its verdict.</summary>
    Automation = BomUpload | ViewPortfolio | ViewVulnerability | ViewPolicyViolation | ProjectCreationUpload,

    Viewer = ViewPortfolio | ViewVulnerability | ViewPolicyViolation | ViewBadges,

    Administrator = ((1 << 20) - 1) | CaseHandling,
}

internal static class PermissionNames
{
    private static readonly (Permissions Value, string Name, string TextKey)[] All =
    [
        (Permissions.BomUpload, "BOM_UPLOAD", "permission.bomUpload"),
        (Permissions.ViewPortfolio, "VIEW_PORTFOLIO", "permission.viewPortfolio"),
        (Permissions.ViewVulnerability, "VIEW_VULNERABILITY", "permission.viewVulnerability"),
        (Permissions.ViewPolicyViolation, "VIEW_POLICY_VIOLATION", "permission.viewPolicyViolation"),
        (Permissions.ViewBadges, "VIEW_BADGES", "permission.viewBadges"),
        (Permissions.PortfolioManagement, "PORTFOLIO_MANAGEMENT", "permission.portfolioManagement"),
        (Permissions.ProjectCreationUpload, "PROJECT_CREATION_UPLOAD", "permission.projectCreationUpload"),
        (Permissions.VulnerabilityAnalysis, "VULNERABILITY_ANALYSIS", "permission.vulnerabilityAnalysis"),
        (Permissions.PolicyViolationAnalysis, "POLICY_VIOLATION_ANALYSIS", "permission.policyViolationAnalysis"),
        (Permissions.PolicyManagement, "POLICY_MANAGEMENT", "permission.policyManagement"),
        (Permissions.AccessManagement, "ACCESS_MANAGEMENT", "permission.accessManagement"),
        (Permissions.SystemConfiguration, "SYSTEM_CONFIGURATION", "permission.systemConfiguration"),
        (Permissions.AuditRead, "AUDIT_READ", "permission.auditRead"),
        (Permissions.FeedManagement, "FEED_MANAGEMENT", "permission.feedManagement"),
        (Permissions.PeopleManagement, "PEOPLE_MANAGEMENT", "permission.peopleManagement"),
        (Permissions.ApproveAsManager, "APPROVE_AS_MANAGER", "permission.approveAsManager"),
        (Permissions.ApproveLegal, "APPROVE_LEGAL", "permission.approveLegal"),
        (Permissions.ApproveSecurity, "APPROVE_SECURITY", "permission.approveSecurity"),
        (Permissions.ApproveData, "APPROVE_DATA", "permission.approveData"),
        (Permissions.LicenceDecision, "LICENCE_DECISION", "permission.licenceDecision"),
        (Permissions.CaseHandling, "CASE_HANDLING", "permission.caseHandling"),
    ];

    /// <summary>Every single permission, in the order of the enumeration.</summary>
    public static IReadOnlyList<Permissions> Each { get; } = [.. All.Select(p => p.Value)];

    /// <summary>The names of the permissions in a set.</summary>
    public static IEnumerable<string> Names(this Permissions set) => All.Where(p => set.HasFlag(p.Value)).Select(p => p.Name);

    /// <summary>The key of what a single permission is called on pages.</summary>
    public static string TextKey(this Permissions permission) => All.First(p => p.Value == permission).TextKey;

    public static bool TryParse(string name, out Permissions permission)
    {
        foreach (var (value, text, _) in All)
        {
            if (!string.Equals(text, name, StringComparison.OrdinalIgnoreCase)) continue;
            permission = value;
            return true;
        }

        permission = Permissions.None;
        return false;
    }
}
