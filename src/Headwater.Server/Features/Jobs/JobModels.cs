namespace Headwater.Server.Features.Jobs;

/// <summary>A job in the background.</summary>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>done</c>, <c>dead</c>.</param>
/// <param name="Progress">0..1.</param>
/// <param name="Subject">The project and version, feed or webhook it is about; null when it is about none.</param>
internal sealed record JobRow(long Id, string Kind, string Key, string State, int Priority, double Progress, string? ProgressText, int Attempts,
    DateTimeOffset CreatedAt, DateTimeOffset RunAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string? LastError, string? Subject)
{
    /// <summary>What a person is told beside its kind: never an identifier that only programs know. Null for nothing.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string? About => Subject ?? (Key.Length == 0 || Key == "all" || char.IsAsciiDigit(Key[0]) || Guid.TryParse(Key, out _) ? null : Key);
}

/// <summary>Something that recurs, and what it is about; null when its kind says so.</summary>
internal sealed record ScheduledJob(Platform.Jobs.ScheduleRow Schedule, string? Subject);

/// <summary>Something that recurs, for programs.</summary>
/// <param name="EverySeconds">Either this or <paramref name="DailyAt"/> (HH:mm, UTC).</param>
internal sealed record ScheduleView(string Name, string Kind, string? Subject, long? EverySeconds, string? DailyAt, bool Enabled, DateTimeOffset NextAt, DateTimeOffset? LastAt, long? LastJobId)
{
    public static ScheduleView Of(ScheduledJob job)
    {
        var row = job.Schedule;
        return new(row.Name, row.Kind, job.Subject, (long?)row.Cadence.Every?.TotalSeconds, row.Cadence.Daily?.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture), row.Enabled, row.NextAt, row.LastAt, row.LastJobId);
    }
}
