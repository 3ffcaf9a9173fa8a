namespace Headwater.Server.Platform.Jobs;

/// <summary>
/// A job that recurs. A feature registers one as a service (<c>services.AddSingleton(new RecurringJob(…))</c>), and it is scheduled from the next start on; what is
/// added while the server runs goes to <see cref="ScheduleStore.SetAsync(System.Data.Common.DbTransaction, RecurringJob, bool)"/>.
/// </summary>
/// <param name="Name">Tells it from every other, for example <c>metrics.daily</c>.</param>
/// <param name="Job">What is enqueued when it is due; a run that still waits stands for the next as well.</param>
/// <param name="Cadence">How often.</param>
internal sealed record RecurringJob(string Name, JobRequest Job, Cadence Cadence);
