namespace Headwater.Server.Tests;

/// <summary>A clock that goes on a tenth of a second each time it is asked: whatever is worked out took long, and is remembered.</summary>
internal sealed class SlowClock : TimeProvider
{
    private long _asked;

    public override long TimestampFrequency => 10;

    public override long GetTimestamp() => Interlocked.Increment(ref _asked);
}
