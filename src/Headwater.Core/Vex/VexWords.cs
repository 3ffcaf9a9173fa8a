namespace Headwater.Core.Vex;

/// <summary>
/// The words of the three formats and how they stand for each other. A map is for display and for other formats; the word of the source is kept beside it
/// (<see cref="VexStatement.State"/>, <see cref="VexStatement.JustificationWord"/>). docs/vex.md has the tables.
/// </summary>
public static class VexWords
{
    private static readonly (string Word, VexStatus Status)[] s_states =
    [
        ("exploitable", VexStatus.Affected), ("in_triage", VexStatus.UnderInvestigation), ("false_positive", VexStatus.NotAffected), ("not_affected", VexStatus.NotAffected),
        ("resolved", VexStatus.Fixed), ("resolved_with_pedigree", VexStatus.Fixed),
    ];

    private static readonly (string Word, VexStatus Status)[] s_groups =
    [
        ("first_affected", VexStatus.Affected), ("known_affected", VexStatus.Affected), ("last_affected", VexStatus.Affected),
        ("first_fixed", VexStatus.Fixed), ("fixed", VexStatus.Fixed), ("known_not_affected", VexStatus.NotAffected), ("under_investigation", VexStatus.UnderInvestigation),
    ];

    private static readonly (string Word, VexJustification Justification)[] s_nine =
    [
        ("code_not_present", VexJustification.VulnerableCodeNotPresent), ("code_not_reachable", VexJustification.VulnerableCodeNotInExecutePath),
        ("requires_configuration", VexJustification.VulnerableCodeNotInExecutePath), ("requires_dependency", VexJustification.ComponentNotPresent),
        ("requires_environment", VexJustification.VulnerableCodeNotInExecutePath), ("protected_by_compiler", VexJustification.InlineMitigationsAlreadyExist),
        ("protected_at_runtime", VexJustification.InlineMitigationsAlreadyExist), ("protected_at_perimeter", VexJustification.InlineMitigationsAlreadyExist),
        ("protected_by_mitigating_control", VexJustification.InlineMitigationsAlreadyExist),
    ];

    /// <summary>The status in OpenVEX's word: <c>not_affected</c>, <c>affected</c>, <c>fixed</c>, <c>under_investigation</c>.</summary>
    /// <param name="status">The status.</param>
    public static string Of(VexStatus status) => status switch
    {
        VexStatus.NotAffected => "not_affected",
        VexStatus.Affected => "affected",
        VexStatus.Fixed => "fixed",
        _ => "under_investigation",
    };

    /// <summary>The justification in the word of OpenVEX and CSAF.</summary>
    /// <param name="justification">The justification.</param>
    public static string Of(VexJustification justification) => justification switch
    {
        VexJustification.ComponentNotPresent => "component_not_present",
        VexJustification.VulnerableCodeNotPresent => "vulnerable_code_not_present",
        VexJustification.VulnerableCodeNotInExecutePath => "vulnerable_code_not_in_execute_path",
        VexJustification.VulnerableCodeCannotBeControlledByAdversary => "vulnerable_code_cannot_be_controlled_by_adversary",
        _ => "inline_mitigations_already_exist",
    };

    /// <summary>The justification in CycloneDX's word that is nearest.</summary>
    /// <param name="justification">The justification.</param>
    /// <returns>Null when none means the same: CycloneDX has no word for code that an attacker has no influence on.</returns>
    public static string? CycloneDxOf(VexJustification justification) => justification switch
    {
        VexJustification.ComponentNotPresent or VexJustification.VulnerableCodeNotPresent => "code_not_present",
        VexJustification.VulnerableCodeNotInExecutePath => "code_not_reachable",
        VexJustification.InlineMitigationsAlreadyExist => "protected_by_mitigating_control",
        _ => null,
    };

    /// <summary>The state of CycloneDX for a status.</summary>
    /// <param name="status">The status.</param>
    public static string CycloneDxOf(VexStatus status) => status switch
    {
        VexStatus.NotAffected => "not_affected",
        VexStatus.Affected => "exploitable",
        VexStatus.Fixed => "resolved",
        _ => "in_triage",
    };

    /// <summary>The group of <c>product_status</c> in CSAF for a status.</summary>
    /// <param name="status">The status.</param>
    public static string CsafOf(VexStatus status) => status switch
    {
        VexStatus.NotAffected => "known_not_affected",
        VexStatus.Affected => "known_affected",
        VexStatus.Fixed => "fixed",
        _ => "under_investigation",
    };

    /// <summary>Reads a status in any format's word.</summary>
    /// <param name="word">OpenVEX status, CSAF group or CycloneDX state.</param>
    /// <returns>Null for a word that is none.</returns>
    public static VexStatus? StatusOf(string? word) => word switch
    {
        "affected" => VexStatus.Affected,
        _ => Find(s_groups, word) ?? Find(s_states, word),
    };

    /// <summary>Reads a justification in any format's word; of CycloneDX's nine the nearest of the five.</summary>
    /// <param name="word">The word.</param>
    /// <returns>Null for a word that is none.</returns>
    public static VexJustification? JustificationOf(string? word)
    {
        foreach (var five in Enum.GetValues<VexJustification>()) if (Of(five) == word) return five;
        return Find(s_nine, word);
    }

    /// <summary>The groups of <c>product_status</c> that state a status, in the order of CSAF's schema. <c>recommended</c> states none.</summary>
    internal static IEnumerable<(string Word, VexStatus Status)> CsafGroups => s_groups;

    internal static bool IsCycloneDxState(string? word) => Find(s_states, word) is not null;

    internal static bool IsCsafGroup(string? word) => Find(s_groups, word) is not null;

    internal static bool IsCycloneDxJustification(string? word) => Find(s_nine, word) is not null;

    private static T? Find<T>((string Word, T Value)[] all, string? word) where T : struct
    {
        foreach (var (known, value) in all) if (known == word) return value;
        return null;
    }
}
