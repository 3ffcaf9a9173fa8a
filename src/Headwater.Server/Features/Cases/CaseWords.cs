namespace Headwater.Server.Features.Cases;

/// <summary>The keys of texts about cases.</summary>
internal static class CaseWords
{
    /// <summary>Why an act was refused.</summary>
    public static string Of(CaseOutcome outcome) => outcome switch
    {
        CaseOutcome.NotFound => "cases.gone",
        CaseOutcome.NotNow => "cases.notNow",
        CaseOutcome.NoText => "cases.noText",
        CaseOutcome.NoOutcome => "cases.noOutcome",
        CaseOutcome.NoSuchPerson => "cases.noSuchPerson",
        _ => "cases.done",
    };

    public static string State(CaseState state) => state switch
    {
        CaseState.Received => "cases.received", CaseState.Acknowledged => "cases.acknowledged", CaseState.Verified => "cases.verified", CaseState.Decided => "cases.decided", CaseState.Remedied => "cases.remedied", _ => "cases.closed",
    };

    public static string Kind(string kind) => kind == "incident" ? "cases.incident" : "cases.enquiry";

    public static string Channel(string channel) => channel switch { "form" => "cases.byForm", "e-mail" => "cases.byMail", "letter" => "cases.byLetter", "telephone" => "cases.byTelephone", "issue" => "cases.byIssue", _ => "cases.byInternal" };

    public static string Outcome(string outcome) => outcome switch
    {
        "violation" => "cases.violation", "no-violation" => "cases.noViolation", "source-provided" => "cases.sourceProvided", "answered" => "cases.answered", "not-ours" => "cases.notOurs", "withdrawn" => "cases.withdrawn", _ => "cases.spam",
    };

    /// <summary>What a step is called on its button.</summary>
    public static string Act(string act) => act switch
    {
        "acknowledge" => "cases.acknowledge", "verify" => "cases.verify", "decide" => "cases.decide", "remedy" => "cases.remedy", "close" => "cases.close", "back" => "cases.back", _ => "cases.note",
    };

    /// <summary>What an event is called in the history.</summary>
    public static string Event(string act) => act switch
    {
        "received" => "cases.wasReceived", "acknowledge" => "cases.wasAcknowledged", "verify" => "cases.wasVerified", "decide" => "cases.wasDecided", "remedy" => "cases.wasRemedied", "close" => "cases.wasClosed", "back" => "cases.wasTakenBack",
        "assigned" => "cases.wasAssigned", "forgotten" => "cases.wasForgotten", _ => "cases.wasNoted",
    };

    /// <summary>What the field for the words of the next step asks for.</summary>
    public static string Ask(CaseState state) => state switch
    {
        CaseState.Received => "cases.askAcknowledge", CaseState.Acknowledged => "cases.askVerify", CaseState.Verified => "cases.askDecide", CaseState.Decided => "cases.askRemedy", CaseState.Remedied => "cases.askClose", _ => "cases.askNote",
    };
}
