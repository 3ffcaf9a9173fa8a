using System.Text.Json.Serialization;

namespace Headwater.Server.Features.Findings;

/// <summary>
/// What was decided about a finding, in the words of CycloneDX (<c>not_affected</c>, <c>code_not_reachable</c>, <c>will_not_fix</c>), which are those of
/// Dependency-Track in lower case. <see cref="NotSet"/> stands where nothing was decided.
/// </summary>
internal sealed record Decision(string State, string? Justification, string? Response, string? Details, bool Suppressed)
{
    public const string NotSet = "not_set";
    public const int LongestText = 10_000;

    public static Decision None { get; } = new(NotSet, null, null, null, false);

    public static IReadOnlyList<string> States { get; } = [NotSet, "in_triage", "exploitable", "not_affected", "false_positive", "resolved"];

    public static IReadOnlyList<string> Justifications { get; } =
    [
        "code_not_present", "code_not_reachable", "requires_configuration", "requires_dependency", "requires_environment", "protected_by_compiler", "protected_at_runtime", "protected_at_perimeter",
        "protected_by_mitigating_control",
    ];

    public static IReadOnlyList<string> Responses { get; } = ["can_not_fix", "will_not_fix", "update", "rollback", "workaround_available"];

    /// <summary>States after which a finding asks for nothing more.</summary>
    public static IReadOnlyList<string> Settling { get; } = ["not_affected", "false_positive", "resolved"];

    /// <summary>True when the finding is no longer open: suppressed, or found not to matter.</summary>
    [JsonIgnore]
    public bool Settled => Suppressed || Settling.Contains(State);

    /// <summary>One of <paramref name="words"/>, whatever the case; null when it is none of them.</summary>
    public static string? Word(IReadOnlyList<string> words, string? text) => words.FirstOrDefault(w => w.Equals(text, StringComparison.OrdinalIgnoreCase));
}

/// <summary>How far a decision reaches among projects.</summary>
internal enum AnalysisScope
{
    /// <summary>One version of one project.</summary>
    Version,

    /// <summary>Every version of one project, now and later.</summary>
    Project,

    /// <summary>Every project.</summary>
    Everywhere,
}

/// <summary>What a decision is about; the parts that are null mean all.</summary>
/// <param name="Vulnerability">Any of its identifiers.</param>
/// <param name="ComponentVersion">One version of the component; null for all, now and later.</param>
internal sealed record AnalysisSubject(string Vulnerability, long Component, long? ComponentVersion, long? Project, long? ProjectVersion);

/// <summary>What is to be different about a decision; null leaves a thing as it is, an empty text clears it.</summary>
internal sealed record AnalysisChange(string By)
{
    public string? State { get; init; }
    public string? Justification { get; init; }
    public string? Response { get; init; }
    public string? Details { get; init; }
    public bool? Suppressed { get; init; }
    public string? Comment { get; init; }

    public Decision Apply(Decision before) => new(State ?? before.State, Some(Justification, before.Justification), Some(Response, before.Response), Some(Details, before.Details), Suppressed ?? before.Suppressed);

    /// <summary>Whether there is anything to keep.</summary>
    public bool IsNothing(Decision before) => Apply(before) == before && string.IsNullOrEmpty(Comment);

    private static string? Some(string? wanted, string? before) => wanted is null ? before : wanted.Length == 0 || wanted == Decision.NotSet ? null : wanted;
}

/// <summary>A comment or a change.</summary>
/// <param name="Changed">The program wrote it down, of a change; false for what a person said, which may look like that.</param>
internal sealed record AnalysisAct(DateTimeOffset At, string By, string Text, bool Changed);

/// <summary>Something that was said or done about a finding, and for what it holds.</summary>
/// <param name="AnyComponentVersion">It holds for every version of the component.</param>
internal sealed record FindingAct(AnalysisAct Act, AnalysisScope Scope, bool AnyComponentVersion);

/// <summary>A decision with what it is about.</summary>
/// <param name="ComponentVersion">Null when it holds for every version of the component.</param>
/// <param name="ProjectVersion">The version's UUID when it holds for that alone.</param>
internal sealed record AnalysisRow(
    Guid Uuid, string Vulnerability, long ComponentId, long? ComponentVersionId, string ComponentName, string? ComponentGroup, string? ComponentVersion,
    AnalysisScope Scope, Guid? ProjectUuid, string? ProjectName, Guid? ProjectVersionUuid, string? ProjectVersion,
    Decision Decision, DateTimeOffset ChangedAt, string ChangedBy, int Findings, int Projects);

/// <summary>A decision with everything that was said and done about it.</summary>
/// <param name="Acts">The newest, the oldest of them first.</param>
/// <param name="CanUndo">True when the last change can be taken back.</param>
/// <param name="AllActs">How many acts there are.</param>
internal sealed record AnalysisDetail(AnalysisRow Analysis, IReadOnlyList<AnalysisAct> Acts, bool CanUndo, int AllActs);

/// <summary>The decision that holds for a finding in a project version.</summary>
internal sealed record FindingAnalysis(Guid Uuid, Decision Decision, AnalysisScope Scope, bool AnyComponentVersion, DateTimeOffset ChangedAt, string ChangedBy);
