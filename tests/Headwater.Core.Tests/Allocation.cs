namespace Headwater.Core.Tests;

/// <summary>What a piece of work allocates when nothing else is counted in.</summary>
internal static class Allocation
{
    /// <summary>
    /// Bytes that the work allocates on this thread. The least of several rounds: the runtime charges a thread with the unused rest of its
    /// allocation area when a collection, caused by any other test, falls into the round, but what the work itself allocates it allocates each time.
    /// </summary>
    public static long Of(Action work)
    {
        work();
        var least = long.MaxValue;
        for (var round = 0; round < 20 && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
