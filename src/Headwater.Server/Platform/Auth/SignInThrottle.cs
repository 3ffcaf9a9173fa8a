namespace Headwater.Server.Platform.Auth;

/// <summary>
/// Slows down guessing: after five refusals within five minutes for a name or an address, further tries are refused unread until the
/// window has passed. Kept in memory; a restart forgives.
/// </summary>
internal sealed class SignInThrottle(TimeProvider time)
{
    private const int Allowed = 5, Remembered = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Count, DateTimeOffset Since)> _refusals = new(StringComparer.Ordinal);

    public bool Blocks(params ReadOnlySpan<string> subjects)
    {
        lock (_lock)
        {
            foreach (var subject in subjects)
                if (_refusals.TryGetValue(subject, out var seen) && seen.Count >= Allowed && time.GetUtcNow() - seen.Since < Window) return true;
            return false;
        }
    }

    public void Refused(params ReadOnlySpan<string> subjects)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_refusals.Count > Remembered)
                foreach (var old in _refusals.Where(r => now - r.Value.Since >= Window).Select(r => r.Key).ToList()) _refusals.Remove(old);
            if (_refusals.Count > Remembered) _refusals.Clear();
            foreach (var subject in subjects)
                _refusals[subject] = _refusals.TryGetValue(subject, out var seen) && now - seen.Since < Window ? (seen.Count + 1, seen.Since) : (1, now);
        }
    }

    public void Accepted(string subject)
    {
        lock (_lock) _refusals.Remove(subject);
    }
}
