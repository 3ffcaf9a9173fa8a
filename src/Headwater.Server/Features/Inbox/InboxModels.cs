using Headwater.Core.Advisories;

namespace Headwater.Server.Features.Inbox;

/// <summary>A piece of news as one person sees it: one line, however many owners it is told to.</summary>
/// <param name="Kind"><c>finding.appeared</c>, <c>finding.retracted</c>, <c>finding.exploited</c>, <c>finding.many</c>, <c>support.ending</c>, <c>licence.changed</c>, <c>case.waits</c>.</param>
/// <param name="Subject">What it is about: an advisory, what happened to many, or the component of a support plan.</param>
/// <param name="Projects">Projects that it is about, of those owners whose projects the person may see.</param>
/// <param name="Count">Advisories, where it is about several.</param>
/// <param name="Reason">Why a finding is gone, as the feature that keeps findings counts them; of a support plan the days before its end at which this is said, 0 when it has ended.</param>
/// <param name="Owners">How many visible owners are told; projects that nobody owns count as one.</param>
/// <param name="OwnerId">The owner where it is one; null for nobody and for several.</param>
/// <param name="Component">Of a support plan, and of a licence that changed: the component.</param>
/// <param name="Case">Of a case: its number.</param>
/// <param name="Day">Of a support plan: its last day.</param>
/// <param name="ForMe">It is meant for the person and for nobody else.</param>
internal sealed record InboxRow(long Id, string Kind, string Subject, string? Summary, Severity Severity, int Projects, int Count, int Reason, int Owners, long? OwnerId, string? OwnerTitle, DateTimeOffset CreatedAt, bool Read,
    long? Component = null, long? Case = null, DateTimeOffset? Day = null, bool ForMe = false)
{
    /// <summary>Only findings have a severity.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOfFinding => Component is null && Case is null;
}

/// <summary>Something that another feature tells an owner or a person; where both are null, whoever sees everything.</summary>
/// <param name="Subject">What it is about, as programs know it.</param>
/// <param name="Name">The same as people know it.</param>
/// <param name="More">A line below; null for none.</param>
/// <param name="Stage">Days before the end at which this is said; 0 when it has passed.</param>
/// <param name="Component">The component that it is about, if it is one.</param>
/// <param name="Case">The number of the case that it is about, if it is one.</param>
internal sealed record InboxNote(string Kind, long? OwnerId, long? PersonId, string Subject, string Name, string? More, int Projects, DateTimeOffset Day, int Stage, long? Component = null, long? Case = null);

/// <summary>Which news is asked for.</summary>
/// <param name="Chosen">Only what the person wants to hear of; else everything visible.</param>
internal sealed record InboxFilter(bool Unread, bool Chosen, string? Kind);

/// <summary>Whose projects a person wants to hear of.</summary>
internal enum InboxScope
{
    /// <summary>Of the teams that the person belongs to.</summary>
    Teams = 1,

    /// <summary>Of a unit and what is below it.</summary>
    Unit = 2,

    /// <summary>Of everything that may be seen.</summary>
    All = 3,
}

/// <summary>What may have happened.</summary>
[Flags]
internal enum InboxKinds
{
    None = 0,
    Appeared = 1,
    Retracted = 2,
    Exploited = 4,
    Support = 8,
    Licence = 16,
    Case = 32,
    All = Appeared | Retracted | Exploited | Support | Licence | Case,
}

/// <summary>What a person wants to hear of. It narrows the inbox and the number in the top bar; what may be seen is decided elsewhere, and at the moment of reading.</summary>
/// <param name="UnitId">With <see cref="InboxScope.Unit"/>.</param>
/// <param name="Least">From this severity on. What is not rated, and what is known to be exploited, is told of in any case.</param>
internal sealed record InboxChoice(InboxScope Scope, long? UnitId, Severity Least, InboxKinds Kinds)
{
    /// <summary>For who has chosen nothing: the own teams' projects, and everything for who is in none.</summary>
    public static InboxChoice Default(bool hasTeams) => new(hasTeams ? InboxScope.Teams : InboxScope.All, null, Severity.Unknown, InboxKinds.All);

    /// <summary>The words that <c>news.kind</c> has, and for many at once <c>news.subject</c>.</summary>
    public IReadOnlyList<string> Words => [.. Names.Where(n => Kinds.HasFlag(n.Kind)).Select(n => n.Word)];

    public static IReadOnlyList<(InboxKinds Kind, string Word)> Names { get; } =
        [(InboxKinds.Appeared, "finding.appeared"), (InboxKinds.Exploited, "finding.exploited"), (InboxKinds.Retracted, "finding.retracted"), (InboxKinds.Support, InboxModule.SupportEnding), (InboxKinds.Licence, InboxModule.LicenceChanged), (InboxKinds.Case, InboxModule.CaseWaits)];
}

/// <summary>A person who reads the inbox.</summary>
/// <param name="HasTeams">Belongs to a team, so that there is something that is meant for that person.</param>
/// <param name="Chose">False while <paramref name="Choice"/> is the default.</param>
internal sealed record InboxPerson(long Id, bool HasTeams, InboxChoice Choice, bool Chose);
