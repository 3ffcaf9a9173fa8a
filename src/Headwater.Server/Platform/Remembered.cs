using System.Collections.Concurrent;

namespace Headwater.Server.Platform;

/// <summary>
/// Answers that cost too much to be worked out for each that asks. What is worked out quickly never is remembered, so a small installation always shows
/// what is; what takes longer is shown for twenty times as long as it took, at most a minute. Who asks later than that, and no later than a quarter of an hour, is
/// shown the old answer once more, with its age, while it is made anew in the background.
/// </summary>
/// <param name="most">So many answers are held; beyond, those made the longest ago go.</param>
/// <param name="forgotten">How old an answer may be and still be shown; a quarter of an hour when it is not said.</param>
internal sealed class Remembered(TimeProvider time, int most = 500, TimeSpan? forgotten = null)
{
    private const int Times = 20;

    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(80), Longest = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _forgotten = forgotten ?? TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <param name="key">What was asked, and for whom: everything the answer depends on but time.</param>
    /// <param name="make">Works the answer out; it is not cancelled when the one who asked first has left.</param>
    /// <returns>The answer, and when it was worked out.</returns>
    public async Task<(T Answer, DateTimeOffset At)> GetAsync<T>(string key, Func<CancellationToken, Task<T>> make, CancellationToken cancellationToken) where T : class
    {
        if (_entries.TryGetValue(key, out var known) && known.Answer is T answer && time.GetElapsedTime(known.Made) < _forgotten)
        {
            if (time.GetElapsedTime(known.Made) > known.Keep && Interlocked.Exchange(ref known.Renewing, 1) == 0)
                _ = Task.Run(() => RenewAsync(key, known, make), CancellationToken.None);
            return (answer, known.At);
        }

        var fresh = await MakeAsync(key, make).WaitAsync(cancellationToken);
        return ((T)fresh.Answer, fresh.At);
    }

    /// <summary>What <see cref="GetAsync"/> would answer without working it out; null when it would have to.</summary>
    public T? Known<T>(string key) where T : class => _entries.TryGetValue(key, out var known) && time.GetElapsedTime(known.Made) < _forgotten ? known.Answer as T : null;

    private async Task RenewAsync<T>(string key, Entry known, Func<CancellationToken, Task<T>> make) where T : class
    {
        try
        {
            await MakeAsync(key, make);
        }
        catch (Exception e) when (e is System.Data.Common.DbException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // The old answer stays, and whoever asks next tries again.
        }
        finally
        {
            Interlocked.Exchange(ref known.Renewing, 0);
        }
    }

    private async Task<Entry> MakeAsync<T>(string key, Func<CancellationToken, Task<T>> make) where T : class
    {
        var start = time.GetTimestamp();
        var answer = await make(CancellationToken.None);
        var cost = time.GetElapsedTime(start);
        var entry = new Entry(answer, time.GetUtcNow(), time.GetTimestamp(), cost * Times > Longest ? Longest : cost * Times);
        if (cost < Quick)
        {
            _entries.TryRemove(key, out _);
            return entry;
        }

        if (_entries.Count >= most)
            foreach (var old in _entries.OrderBy(e => e.Value.Made).Take(Math.Max(1, most / 4))) _entries.TryRemove(old);
        _entries[key] = entry;
        return entry;
    }

    private sealed class Entry(object answer, DateTimeOffset at, long made, TimeSpan keep)
    {
        public object Answer => answer;
        public DateTimeOffset At => at;
        public long Made => made;
        public TimeSpan Keep => keep;
        public int Renewing;
    }
}
