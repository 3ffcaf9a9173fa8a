namespace Headwater.Server.Features.Cases;

/// <summary>
/// The way of a case.
/// <code>
/// received ─► acknowledged ─► verified ─► decided ─► remedied ─► closed
///     └─────────────┴── decided at once: no violation of ours, a plain question ──► closed
/// </code>
/// What was decided to be a violation is remedied before it is closed. Every step can be taken back, with a reason.
/// </summary>
internal static class CaseFlow
{
    public static IReadOnlyList<string> Kinds { get; } = ["incident", "enquiry"];

    public static IReadOnlyList<string> Channels { get; } = ["form", "e-mail", "letter", "telephone", "issue", "internal"];

    public static IReadOnlyList<string> Acts { get; } = ["acknowledge", "verify", "decide", "remedy", "close", "back", "note"];

    /// <summary>What a case can come to; <c>violation</c> is the only one that has to be remedied.</summary>
    public static IReadOnlyList<string> Outcomes { get; } = ["violation", "no-violation", "source-provided", "answered", "not-ours", "withdrawn", "spam"];

    /// <summary>The steps that can be taken.</summary>
    public static IReadOnlyList<string> Next(CaseState state, string? outcome) => state switch
    {
        CaseState.Received => ["acknowledge", "decide", "note"],
        CaseState.Acknowledged => ["verify", "decide", "back", "note"],
        CaseState.Verified => ["decide", "back", "note"],
        CaseState.Decided => outcome == "violation" ? ["remedy", "back", "note"] : ["close", "back", "note"],
        CaseState.Remedied => ["close", "back", "note"],
        _ => ["back", "note"],
    };

    /// <summary>What may be decided: that there is a violation, or none, needs to be verified first.</summary>
    public static IReadOnlyList<string> OutcomesIn(CaseState state) => state == CaseState.Verified ? Outcomes : [.. Outcomes.Where(o => o is not ("violation" or "no-violation"))];

    /// <summary>Where a step leads; null for a note.</summary>
    public static CaseState? After(string act) => act switch { "acknowledge" => CaseState.Acknowledged, "verify" => CaseState.Verified, "decide" => CaseState.Decided, "remedy" => CaseState.Remedied, "close" => CaseState.Closed, _ => null };

    /// <summary>The state before, as this case has come by it.</summary>
    public static CaseState Before(CaseState state, string? outcome, bool wasVerified, bool wasAcknowledged) => state switch
    {
        CaseState.Closed => outcome == "violation" ? CaseState.Remedied : CaseState.Decided,
        CaseState.Remedied => CaseState.Decided,
        CaseState.Decided => wasVerified ? CaseState.Verified : wasAcknowledged ? CaseState.Acknowledged : CaseState.Received,
        CaseState.Verified => CaseState.Acknowledged,
        _ => CaseState.Received,
    };

    /// <summary>Whether a step needs words: whoever reads the case later has to know what was found, done or why it was taken back.</summary>
    public static bool NeedsText(string act) => act is "verify" or "decide" or "remedy" or "back" or "note";
}
