namespace Headwater.Server.Platform.Http;

/// <summary>Whether the server may be sent requests: not while it is still filling itself for the first time, and not once it is to stop.</summary>
internal sealed class Readiness
{
    private int _busy;
    private volatile bool _draining;

    public bool IsReady => Volatile.Read(ref _busy) == 0 && !_draining;

    public bool IsDraining => _draining;

    /// <summary>From now on requests are answered, and whoever asks is told to send them elsewhere.</summary>
    public void Drain() => _draining = true;

    /// <summary>Not ready until the answer is disposed of.</summary>
    public IDisposable Hold()
    {
        Interlocked.Increment(ref _busy);
        return new Held(this);
    }

    private sealed class Held(Readiness readiness) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0) Interlocked.Decrement(ref readiness._busy);
        }
    }
}
