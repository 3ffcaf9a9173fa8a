namespace Headwater.Server.Platform.Auth;

/// <summary>
/// Slows down guessing: after five refusals within five minutes for a name or an address, further tries are refused unread until the
/// window has passed. A try counts as refused from its beginning until it is accepted, so that many at once are no way around. Kept in
/// memory; a restart forgives.
/// </summary>
internal sealed class SignInThrottle(TimeProvider time)
{
    private const int Allowed = 5, Remembered = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Count, DateTimeOffset Since)> _refusals = new(StringComparer.Ordinal);

    /// <summary>Counts a try; <see cref="Accepted"/> takes it back.</summary>
    /// <returns>False when there were too many: it is not counted and must not be looked at.</returns>
    public bool Begin(params ReadOnlySpan<string> subjects)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            foreach (var subject in subjects)
                if (_refusals.TryGetValue(subject, out var seen) && seen.Count >= Allowed && now - seen.Since < Window) return false;
            if (_refusals.Count > Remembered)
                foreach (var old in _refusals.Where(r => now - r.Value.Since >= Window).Select(r => r.Key).ToList()) _refusals.Remove(old);
            if (_refusals.Count > Remembered) _refusals.Clear();
            foreach (var subject in subjects)
                _refusals[subject] = _refusals.TryGetValue(subject, out var seen) && now - seen.Since < Window ? (seen.Count + 1, seen.Since) : (1, now);
            return true;
        }
    }

    /// <summary>Forgets what was counted for a name; of others (an address has many names) only the one try.</summary>
    public void Accepted(string name, params ReadOnlySpan<string> others)
    {
        lock (_lock)
        {
            _refusals.Remove(name);
            foreach (var other in others)
                if (_refusals.TryGetValue(other, out var seen) && seen.Count > 0) _refusals[other] = (seen.Count - 1, seen.Since);
        }
    }
}
