using Headwater.Core.Advisories;

namespace Headwater.Server.Features.Inbox;

/// <summary>Something that an owner, or a person, is told.</summary>
/// <param name="Kind"><c>finding.appeared</c>, <c>finding.retracted</c>, <c>finding.exploited</c>, <c>finding.many</c>, <c>support.ending</c>.</param>
/// <param name="Subject">What it is about: an advisory, the package of a support plan, or nothing.</param>
/// <param name="Projects">Projects of the owner that it is about.</param>
/// <param name="Count">Advisories, where it is about several.</param>
/// <param name="Reason">Why a finding is gone, as the feature that keeps findings counts them; of a support plan the days before its end at which this is said, 0 when it has ended.</param>
/// <param name="Component">Of a support plan: the component.</param>
/// <param name="Day">Of a support plan: its last day.</param>
/// <param name="ForMe">It is meant for the person and for nobody else.</param>
internal sealed record InboxRow(long Id, string Kind, string Subject, string? Summary, Severity Severity, int Projects, int Count, int Reason, long? OwnerId, string? OwnerTitle, DateTimeOffset CreatedAt, bool Read, long? Component = null, DateTimeOffset? Day = null, bool ForMe = false);

/// <summary>Something that another feature tells an owner or a person; where both are null, whoever sees everything.</summary>
/// <param name="Subject">What it is about, as programs know it.</param>
/// <param name="Name">The same as people know it.</param>
/// <param name="More">A line below; null for none.</param>
/// <param name="Stage">Days before the end at which this is said; 0 when it has passed.</param>
internal sealed record InboxNote(string Kind, long? OwnerId, long? PersonId, string Subject, string Name, string? More, int Projects, long Component, DateTimeOffset Day, int Stage);

/// <summary>Which notifications are asked for.</summary>
/// <param name="Mine">Only of teams that the person belongs to, and to the person; else everything visible.</param>
internal sealed record InboxFilter(bool Unread, bool Mine, string? Kind);
