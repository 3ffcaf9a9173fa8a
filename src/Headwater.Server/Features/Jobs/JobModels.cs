namespace Headwater.Server.Features.Jobs;

/// <summary>A job in the background.</summary>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>done</c>, <c>dead</c>.</param>
/// <param name="Progress">0..1.</param>
/// <param name="Subject">The project and version it is about; null when it is about none.</param>
internal sealed record JobRow(long Id, string Kind, string Key, string State, int Priority, double Progress, string? ProgressText, int Attempts,
    DateTimeOffset CreatedAt, DateTimeOffset RunAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string? LastError, string? Subject);
