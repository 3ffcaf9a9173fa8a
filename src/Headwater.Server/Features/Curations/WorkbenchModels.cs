namespace Headwater.Server.Features.Curations;

/// <summary>By what the queue is put together.</summary>
internal enum QueueBy
{
    Component,
    Text,
    Declared,
}

/// <summary>Which part of the queue is asked for.</summary>
/// <param name="Reason">Null for all.</param>
internal sealed record QueueFilter(QueueBy By = QueueBy.Component, LicenceReason? Reason = null, string? Words = null);

/// <summary>Component versions that wait together for a decision.</summary>
/// <param name="Shown">The component, how the text begins, or what is declared.</param>
/// <param name="Versions">How many component versions these are.</param>
/// <param name="Projects">How often the latest versions of projects in sight use them.</param>
/// <param name="Reason">Why they wait; the gravest of several.</param>
/// <param name="ComponentVersionId">The one that most projects use: the one to look at.</param>
internal sealed record QueueGroup(long ComponentVersionId, string Shown, string? Type, string? Version, string? Declared, string? Found, int Versions, int Projects, LicenceReason Reason);

/// <summary>Something that a person may conclude, and where it comes from.</summary>
/// <param name="SourceKey">The key of the words that say so.</param>
internal sealed record Proposal(string Expression, string SourceKey);

/// <summary>How many wait for a decision.</summary>
/// <param name="Versions">Component versions in use.</param>
/// <param name="ByReason">The same by why they wait.</param>
internal sealed record QueueCount(int Versions, IReadOnlyDictionary<LicenceReason, int> ByReason);
