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

    /// <summary>What a CI job needs to upload and read its verdict.</summary>
    Automation = BomUpload | ViewPortfolio | ViewVulnerability | ViewPolicyViolation | ProjectCreationUpload,

    Viewer = ViewPortfolio | ViewVulnerability | ViewPolicyViolation | ViewBadges,

    Administrator = (1 << 12) - 1,
}

internal static class PermissionNames
{
    private static readonly (Permissions Value, string Name)[] All =
    [
        (Permissions.BomUpload, "BOM_UPLOAD"),
        (Permissions.ViewPortfolio, "VIEW_PORTFOLIO"),
        (Permissions.ViewVulnerability, "VIEW_VULNERABILITY"),
        (Permissions.ViewPolicyViolation, "VIEW_POLICY_VIOLATION"),
        (Permissions.ViewBadges, "VIEW_BADGES"),
        (Permissions.PortfolioManagement, "PORTFOLIO_MANAGEMENT"),
        (Permissions.ProjectCreationUpload, "PROJECT_CREATION_UPLOAD"),
        (Permissions.VulnerabilityAnalysis, "VULNERABILITY_ANALYSIS"),
        (Permissions.PolicyViolationAnalysis, "POLICY_VIOLATION_ANALYSIS"),
        (Permissions.PolicyManagement, "POLICY_MANAGEMENT"),
        (Permissions.AccessManagement, "ACCESS_MANAGEMENT"),
        (Permissions.SystemConfiguration, "SYSTEM_CONFIGURATION"),
    ];

    /// <summary>Every single permission, in the order of the enumeration.</summary>
    public static IReadOnlyList<Permissions> Each { get; } = [.. All.Select(p => p.Value)];

    /// <summary>The names of the permissions in a set.</summary>
    public static IEnumerable<string> Names(this Permissions set) => All.Where(p => set.HasFlag(p.Value)).Select(p => p.Name);

    public static bool TryParse(string name, out Permissions permission)
    {
        foreach (var (value, text) in All)
        {
            if (!string.Equals(text, name, StringComparison.OrdinalIgnoreCase)) continue;
            permission = value;
            return true;
        }

        permission = Permissions.None;
        return false;
    }
}
