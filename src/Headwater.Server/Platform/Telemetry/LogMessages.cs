namespace Headwater.Server.Platform.Telemetry;

/// <summary>Every line that the server logs.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Debug, "Job {Id} ({Kind} {Key}) done in {Milliseconds:F0} ms.")]
    public static partial void JobDone(this ILogger log, long id, string kind, string key, double milliseconds);

    [LoggerMessage(63, LogLevel.Warning, "Job {Id} ({Kind} {Key}) is given back: {Reason}")]
    public static partial void JobReturned(this ILogger log, long id, string kind, string key, string reason);

    [LoggerMessage(30, LogLevel.Warning, "Documents that nothing uses could not be deleted: {Reason}")]
    public static partial void SweepFailed(this ILogger log, string reason);

    [LoggerMessage(61, LogLevel.Warning, "Messages of other nodes are not heard at present: {Reason}")]
    public static partial void ListeningBroke(this ILogger log, string reason);

    [LoggerMessage(33, LogLevel.Warning, "{Source} could not be measured.")]
    public static partial void MetricsFailed(this ILogger log, Exception exception, string source);

    [LoggerMessage(2, LogLevel.Warning, "Job {Id} ({Kind} {Key}) failed at attempt {Attempt}.")]
    public static partial void JobFailed(this ILogger log, Exception exception, long id, string kind, string key, int attempt);

    [LoggerMessage(3, LogLevel.Error, "A worker could not reach the job table; it tries again.")]
    public static partial void WorkerFailed(this ILogger log, Exception exception);

    [LoggerMessage(62, LogLevel.Warning, "Job {Id} ({Kind} {Key}) was taken over by another node; what was done of it here does not count.")]
    public static partial void LeaseLost(this ILogger log, long id, string kind, string key);

    [LoggerMessage(34, LogLevel.Error, "What recurs could not be looked at; it is tried again.")]
    public static partial void ScheduleFailed(this ILogger log, Exception exception);

    [LoggerMessage(32, LogLevel.Warning, "Whether another node has replaced the advisory data could not be seen: {Reason}")]
    public static partial void FeedWatchFailed(this ILogger log, string reason);

    [LoggerMessage(35, LogLevel.Error, "{Setting} does not make a registry: {Reason}")]
    public static partial void RegistryRefused(this ILogger log, string setting, string reason);

    [LoggerMessage(4, LogLevel.Error, "Unhandled failure at {Path}.")]
    public static partial void Unhandled(this ILogger log, Exception exception, string path);

    [LoggerMessage(5, LogLevel.Warning, "Sign-in of {Name} refused.")]
    public static partial void SignInRefused(this ILogger log, string name);

    [LoggerMessage(6, LogLevel.Warning, "Tags were ignored: the key may not manage the portfolio.")]
    public static partial void TagsIgnored(this ILogger log);

    [LoggerMessage(7, LogLevel.Warning, "The advisory index could not be opened: {Reason}")]
    public static partial void IndexUnusable(this ILogger log, string reason);

    [LoggerMessage(8, LogLevel.Warning, "{File} was not loaded: {Reason}")]
    public static partial void SampleRefused(this ILogger log, string file, string reason);

    [LoggerMessage(40, LogLevel.Warning, "Signing in at the identity provider failed: {Reason}")]
    public static partial void ProviderFailed(this ILogger log, string reason);
}
