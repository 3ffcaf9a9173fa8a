using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Curations;

/// <summary>Reads texts that are new, and works out the licences of whatever a text, a rule or a decision touches. What is left to do lies in tables, so a stop anywhere is made good by going on.</summary>
internal sealed class EvaluateJob(LicenceStore licences, TextStore texts, SettingStore settings, IDatabase database, LibraryKey key) : IJobHandler
{
    public const string JobKind = "licences.evaluate";

    /// <summary>With which library everything was worked out, and how far it is with another.</summary>
    private const string DoneWith = "licences.library", DoneTo = "licences.noted";

    private const int Texts = 50, Versions = 1000, Noted = 20_000;

    public static JobRequest Request { get; } = new(JobKind, "all", "licences", "");

    public string Kind => JobKind;

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        await NoteAllAsync(cancellationToken);
        var total = await licences.CountWorkAsync(cancellationToken);
        for (long done = 0; ;)
        {
            var read = await texts.IdentifyAsync(Texts, cancellationToken);
            var made = read > 0 ? 0 : await licences.CatchUpAsync(Versions, cancellationToken);
            if (read + made == 0) return;
            done += read + made;
            await context.ReportAsync((double)done / Math.Max(done, total), $"{done} of {Math.Max(done, total)} texts and component versions", cancellationToken);
        }
    }

    /// <summary>Notes everything when the library is another than it was worked out with, and what is missing when the first start after an update finds nothing.</summary>
    private async Task NoteAllAsync(CancellationToken cancellationToken)
    {
        var with = await settings.GetAsync(DoneWith, cancellationToken);
        var other = with != key.Value;
        if (!other && await licences.IsCompleteAsync(cancellationToken)) return;
        var to = await settings.GetAsync(DoneTo, cancellationToken);
        if (other && string.IsNullOrEmpty(to)) await database.WriteAsync(TextStore.ReadAllAgainAsync, true, cancellationToken);
        _ = long.TryParse(to, out var after);
        while (await licences.NoteMissingAsync(after, Noted, other && with is not null, cancellationToken) is { } last)
            await settings.SetAsync(DoneTo, (after = last).ToString(System.Globalization.CultureInfo.InvariantCulture), cancellationToken);
        await database.WriteAsync(async transaction =>
        {
            await SettingStore.SetAsync(transaction, DoneWith, key.Value);
            await SettingStore.SetAsync(transaction, DoneTo, "");
        }, true, cancellationToken);
    }

    /// <summary>Whether a start has to enqueue it; in an empty installation there is nothing to be worked out.</summary>
    public static async Task<bool> IsDueAsync(LicenceStore licences, SettingStore settings, LibraryKey key, CancellationToken cancellationToken)
    {
        var complete = await licences.IsCompleteAsync(cancellationToken) && await licences.CountWorkAsync(cancellationToken) == 0;
        var with = await settings.GetAsync(DoneWith, cancellationToken);
        if (complete && with is null) await settings.SetAsync(DoneWith, key.Value, cancellationToken);
        return !complete || (with is not null && with != key.Value);
    }
}

/// <summary>After an update of the program, or of its library, everything is worked out in the background.</summary>
internal sealed class EvaluateAtStart(LicenceStore licences, SettingStore settings, LibraryKey key, QueueStore queue, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The server does not wait for it.
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await EvaluateJob.IsDueAsync(licences, settings, key, stoppingToken)) await queue.EnqueueAsync(EvaluateJob.Request with { Priority = JobPriority.Sweep }, stoppingToken);
                return;
            }
            catch (DatabaseUnreachableException)
            {
                await Task.Delay(TimeSpan.FromSeconds(5), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
