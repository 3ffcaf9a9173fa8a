using System.Globalization;

namespace Headwater.Server.Features.Cases;

/// <summary>How far a case is. Each step follows the one before; see <see cref="CaseFlow"/>.</summary>
internal enum CaseState
{
    Received = 0,
    Acknowledged = 1,
    Verified = 2,
    Decided = 3,
    Remedied = 4,
    Closed = 5,
}

/// <summary>A licence incident or an enquiry.</summary>
/// <param name="Kind"><c>incident</c>: somebody says that a licence is not kept; <c>enquiry</c>: somebody asks, for example for source code.</param>
/// <param name="About">The product, project or component that it is about, in the sender's words.</param>
/// <param name="Licence">The licence that it is about, as an expression; null when nobody has said.</param>
/// <param name="Channel">How it came in, one of <see cref="CaseFlow.Channels"/>.</param>
/// <param name="DueAt">Until when the next step has to be done; null when nothing is due.</param>
/// <param name="Outcome">One of <see cref="CaseFlow.Outcomes"/>; null while nothing is decided.</param>
/// <param name="Handler">Who works on it.</param>
internal sealed record CaseRow(
    long Number, string Kind, CaseState State, string Title, string? About, string? Licence, string Channel, string? Sender, DateTimeOffset ReceivedAt, DateTimeOffset? DueAt, bool Overdue, DateTimeOffset? AcknowledgedAt,
    DateTimeOffset? DecidedAt, DateTimeOffset? ClosedAt, string? Outcome, string? Lessons, string? Handler)
{
    /// <summary>What it is called in letters: <c>LC-17</c>.</summary>
    public string Reference => Name(Number);

    public static string Name(long number) => string.Create(CultureInfo.InvariantCulture, $"LC-{number}");
}

/// <summary>A case with what came and what was done.</summary>
internal sealed record CaseDetail(CaseRow Case, string Body, string? Contact, DateTimeOffset AcknowledgeBy, DateTimeOffset AnswerBy, DateTimeOffset RemedyBy, string CreatedBy, IReadOnlyList<CaseEvent> Events);

/// <param name="Act">One of <see cref="CaseFlow.Acts"/>, <c>received</c>, <c>assigned</c> or <c>forgotten</c>.</param>
internal sealed record CaseEvent(DateTimeOffset At, string Act, string By, string? Text);

/// <summary>A case as it comes in.</summary>
/// <param name="ReceivedAt">Null for now; what came by letter may be older.</param>
internal sealed record NewCase(string? Kind, string? Title, string? Body, string? About, string? Licence, string? Channel, string? Sender, string? Contact, DateTimeOffset? ReceivedAt);

/// <summary>A step, or a note.</summary>
/// <param name="Text">What was found, decided, done or learnt.</param>
/// <param name="Outcome">With <c>decide</c>.</param>
internal sealed record CaseStep(string? Act, string? Text, string? Outcome);

/// <summary>How cases are taken in.</summary>
/// <param name="FormOn">Whether everybody can send an enquiry without signing in.</param>
/// <param name="Intro">What stands above the form; null for the usual words.</param>
/// <param name="Contact">Where else somebody can write to; null for nowhere.</param>
internal sealed record CaseSettings(bool FormOn, string? Intro, string? Contact, int AcknowledgeHours, int AnswerDays, int RemedyDays)
{
    /// <summary>GPL-3.0, section 8, gives thirty days from the first notice to put things right.</summary>
    public static CaseSettings Usual { get; } = new(false, null, null, 48, 14, 30);
}

/// <summary>Which cases are asked for.</summary>
/// <param name="Status"><c>open</c>, <c>overdue</c>, <c>closed</c>; null for all.</param>
internal sealed record CaseFilter(string? Status, string? Kind, bool Mine);
