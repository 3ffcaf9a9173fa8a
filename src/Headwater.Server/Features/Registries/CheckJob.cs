using System.Globalization;
using System.Net.Http.Headers;
using Headwater.Server.Features.Registries.Protocols;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http.Outgoing;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Registries;

/// <summary>
/// Asks the registries of one type of package about the components that are in use and due, in slices: a slice asks for half a minute at most, keeps what came, and
/// puts the next one at the end of the queue. All types share one lane, so that waiting for others never holds more than one worker.
/// <code>
/// due, by number ─► 100 at a time ─► 4 at once ─► registries in order ─► 200: kept │ 404: the next one │ failure: kept as an error, asked again later
///                                                                        └► 429, 401, or 8 failures in a row: the registry rests, and what it was to answer stays due
/// </code>
/// </summary>
internal sealed class CheckJob(RegistryStore registries, ReleaseStore releases, OutgoingClient http, DataFolder data, IdSource ids, QueueStore queue, IDatabase database, TimeProvider time) : IJobHandler
{
    public const string JobKind = "registries.check";

    private const int Batch = 100, AtOnce = 4, MostInARow = 8;
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(30), Each = TimeSpan.FromHours(24), AfterFailure = TimeSpan.FromHours(4), Rest = TimeSpan.FromMinutes(15), LongestRest = TimeSpan.FromHours(24);

    public string Kind => JobKind;

    public static JobRequest For(string type, long after = 0) => new(JobKind, type, "registries", after == 0 ? type : $"{type}:{after.ToString(CultureInfo.InvariantCulture)}", JobPriority.Sweep);

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        var colon = context.Job.Payload.IndexOf(':', StringComparison.Ordinal);
        var (type, after) = colon < 0 ? (context.Job.Payload, 0L) : (context.Job.Payload[..colon], long.Parse(context.Job.Payload[(colon + 1)..], CultureInfo.InvariantCulture));
        if (RegistryProtocol.For(type) is not { } protocol || await registries.WorkAsync(type, cancellationToken) is not { Count: > 0 } work) return;
        await releases.PlaceNewAsync(cancellationToken);
        var client = new RegistryClient(http, data, ids);
        var lines = work.Select(r => new AskedRegistry(r, time)).ToList();
        var (started, done, due) = (time.GetTimestamp(), 0, await releases.CountDueAsync(type, cancellationToken));
        var more = false;
        try
        {
            while (lines.Any(l => !l.Rests) && await releases.DueAsync(type, after, Batch, cancellationToken) is { Count: > 0 } batch)
            {
                var asked = new List<Asked>(batch.Count);
                await Parallel.ForEachAsync(batch, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (component, cancel) =>
                {
                    if (await AskAsync(protocol, client, lines, component, cancel) is not { } answer) return;
                    lock (asked) asked.Add(answer);
                });
                if (await releases.SaveAsync(type, asked, cancellationToken)) queue.Wake();
                (after, done) = (batch[^1].Id, done + batch.Count);
                await context.ReportAsync(due == 0 ? 1 : Math.Min(1, (double)done / due), $"{protocol.Title}: {done} of {due} components", cancellationToken);
                if (more = time.GetElapsedTime(started) > Slice && batch.Count == Batch) break;
            }
        }
        finally
        {
            foreach (var line in lines.Where(l => l.WasAsked || l.Error is not null))
                await registries.WentAsync(line.Registry.Id, line.Asked, line.Found, line.Answered, line.Error, line.RestsUntil, CancellationToken.None);
        }

        if (!more) return;
        await database.WriteAsync(async transaction =>
        {
            await queue.CompleteAsync(transaction, context.Job);
            await queue.EnqueueAsync(transaction, For(type, after));
        }, true, cancellationToken);
        context.Completed = true;
        queue.Wake();
    }

    /// <returns>What is to be kept; null when the component stays due.</returns>
    private async Task<Asked?> AskAsync(RegistryProtocol protocol, RegistryClient client, List<AskedRegistry> lines, DueComponent component, CancellationToken cancellationToken)
    {
        var question = new PackageQuestion(protocol.Type, component.Group, component.Name, component.Used, null, null);
        var next = time.GetUtcNow() + Each;
        long? last = null;
        foreach (var line in lines.Where(l => l.Registry.MayHearOf(question.FullName)))
        {
            if (line.Rests) return null; // Whether it has it is not known, and the next one is not asked in its stead.
            var known = component.RegistryId == line.Registry.Id && !component.Used.Any(u => u.IsNew);
            try
            {
                var answer = await protocol.AskAsync(client, line.Registry, known ? question with { Etag = component.Etag, LastModified = component.LastModified } : question, cancellationToken);
                line.Went(answer.Facts is not null || answer.IsUnchanged);
                if (answer.Facts is not null || answer.IsUnchanged) return new Asked(component, ReleaseState.Found, line.Registry.Id, answer, null, next);
                last = line.Registry.Id;
            }
            catch (OutgoingException e)
            {
                return line.Failed(e) ? null : new Asked(component, null, null, null, e.Message, e.Passing ? time.GetUtcNow() + AfterFailure : next);
            }
            catch (Exception e) when (RegistryClient.Unreadable(e, line.Registry) is { } sentence)
            {
                return line.Failed(new OutgoingException(sentence, false)) ? null : new Asked(component, null, null, null, sentence, next);
            }
        }

        return last is null ? new Asked(component, ReleaseState.NotAsked, null, null, null, next) : new Asked(component, ReleaseState.NotThere, last, PackageAnswer.NotThere, null, next);
    }

    /// <summary>A registry during one slice: what it was asked, and whether it is left alone.</summary>
    private sealed class AskedRegistry(RegistryWork registry, TimeProvider time)
    {
        private readonly Lock _lock = new();
        private int _inARow;

        public RegistryWork Registry => registry;

        public int Asked { get; private set; }

        public int Found { get; private set; }

        public bool Answered { get; private set; }

        public bool WasAsked { get; private set; }

        public string? Error { get; private set; } = registry.Problem;

        public DateTimeOffset? RestsUntil { get; private set; } = registry.PausedUntil > time.GetUtcNow() ? registry.PausedUntil : null;

        public bool Rests => RestsUntil is not null || registry.Problem is not null;

        public void Went(bool found)
        {
            lock (_lock)
            {
                (WasAsked, Answered, _inARow) = (true, true, 0);
                Asked++;
                if (found) Found++;
            }
        }

        /// <returns>True when it is left alone from now on: what it was asked then is no fault of the component's.</returns>
        public bool Failed(OutgoingException e)
        {
            lock (_lock)
            {
                WasAsked = true;
                if (RestsUntil is not null) return true;
                _inARow++;
                if (e.Status == 429 || (e.Status == 503 && e.RetryAfter is not null))
                {
                    var rest = Wait(e.RetryAfter) ?? Rest;
                    RestsUntil = time.GetUtcNow() + (rest < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : rest > LongestRest ? LongestRest : rest);
                    Error = $"{registry.Name} asks to be left alone for {Math.Ceiling((RestsUntil.Value - time.GetUtcNow()).TotalSeconds):0} s ({e.Status}).";
                }
                else if (e.Status == 401 || _inARow >= MostInARow)
                {
                    RestsUntil = time.GetUtcNow() + Rest;
                    Error = e.Status == 401 ? $"{e.Message} Check its user and secret." : $"{_inARow} questions in a row got no answer, so it is left alone for a while. The last: {e.Message}";
                }

                return RestsUntil is not null;
            }
        }

        private TimeSpan? Wait(RetryConditionHeaderValue? after) => after?.Delta ?? (after?.Date is { } at ? at - time.GetUtcNow() : null);
    }
}
