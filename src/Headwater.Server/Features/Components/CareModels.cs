using Headwater.Server.Features.Owners;

namespace Headwater.Server.Features.Components;

/// <summary>What people decided about a component: its place in its life, and who looks after it. Null where nobody has.</summary>
/// <param name="State">One of <see cref="CareWords.States"/>.</param>
/// <param name="Replacement">What to use instead: a name or a package URL.</param>
/// <param name="Deadline">Until when it may stay.</param>
/// <param name="Plan">One of <see cref="CareWords.Plans"/>.</param>
/// <param name="Provider">Whom the contract is with, or who the expert is.</param>
/// <param name="Ends">When the plan ends.</param>
/// <param name="PersonLeft">True when the person has left: nobody looks after it any more.</param>
internal sealed record ComponentCare(
    string? State, string? Reason, string? Replacement, DateTimeOffset? Deadline, string? StateBy, DateTimeOffset? StateAt,
    string? Plan, string? Provider, string? Note, DateTimeOffset? Ends, OwnerRef? Owner, string? Person, bool PersonLeft, string? PlanBy, DateTimeOffset? PlanAt)
{
    public static ComponentCare None { get; } = new(null, null, null, null, null, null, null, null, null, null, null, null, false, null, null);
}

/// <summary>Where a component is to stand; an empty state takes the decision back.</summary>
internal sealed record StateChange(string? State, string? Reason, string? Replacement, DateOnly? Deadline);

/// <summary>How a component is to be supported; an empty plan takes it back.</summary>
/// <param name="Person">Account or e-mail address.</param>
internal sealed record PlanChange(string? Plan, string? Provider, string? Note, DateOnly? Ends, long? OwnerId, string? Person);

/// <summary>The words of decisions about components, each with the text that names it.</summary>
internal static class CareWords
{
    public static IReadOnlyList<(string Value, string Key)> States { get; } =
    [
        ("proposed", "care.proposed"), ("approved", "care.approved"), ("in-use", "care.inUse"), ("deprecated", "care.deprecated"), ("banned", "care.banned"), ("removed", "care.removed"),
    ];

    public static IReadOnlyList<(string Value, string Key)> Plans { get; } = [("community", "care.community"), ("expert", "care.expert"), ("contract", "care.contract"), ("none", "care.accepted")];

    public static string? KeyOf(IReadOnlyList<(string Value, string Key)> words, string? value) => words.FirstOrDefault(w => w.Value == value).Key;

    /// <summary>What is wrong with a change; null when nothing is.</summary>
    public static string? Refuse(StateChange it)
    {
        if (!string.IsNullOrEmpty(it.State) && KeyOf(States, it.State) is null) return $"The state is one of {string.Join(", ", States.Select(s => s.Value))}.";
        if (it.State is "deprecated" or "banned" or "removed" && string.IsNullOrWhiteSpace(it.Reason)) return "Say why: a reason is needed for deprecated, banned and removed.";
        return Long(it.Reason) ?? Long(it.Replacement);
    }

    /// <summary>What is wrong with a change; null when nothing is.</summary>
    public static string? Refuse(PlanChange it)
    {
        if (!string.IsNullOrEmpty(it.Plan) && KeyOf(Plans, it.Plan) is null) return $"The plan is one of {string.Join(", ", Plans.Select(p => p.Value))}.";
        if (it.Plan == "contract" && string.IsNullOrWhiteSpace(it.Provider)) return "Say whom the contract is with.";
        return Long(it.Provider) ?? Long(it.Note) ?? Long(it.Person);
    }

    private static string? Long(string? text) => text is { Length: > 2000 } ? "A text has at most 2,000 characters." : text?.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) == true ? "A text has characters that cannot be printed." : null;
}
