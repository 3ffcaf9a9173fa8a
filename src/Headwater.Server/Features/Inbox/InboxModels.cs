using Headwater.Core.Advisories;

namespace Headwater.Server.Features.Inbox;

/// <summary>Something that an owner, or a person, is told.</summary>
/// <param name="Kind"><c>finding.appeared</c>, <c>finding.retracted</c>, <c>finding.exploited</c>, <c>finding.many</c>.</param>
/// <param name="Subject">What it is about: an advisory, or nothing.</param>
/// <param name="Projects">Projects of the owner that it is about.</param>
/// <param name="Count">Advisories, where it is about several.</param>
/// <param name="Reason">Why a finding is gone, as the feature that keeps findings counts them.</param>
internal sealed record InboxRow(long Id, string Kind, string Subject, string? Summary, Severity Severity, int Projects, int Count, int Reason, long? OwnerId, string? OwnerTitle, DateTimeOffset CreatedAt, bool Read);

/// <summary>Which notifications are asked for.</summary>
/// <param name="Mine">Only of teams that the person belongs to, and to the person; else everything visible.</param>
internal sealed record InboxFilter(bool Unread, bool Mine, string? Kind);
