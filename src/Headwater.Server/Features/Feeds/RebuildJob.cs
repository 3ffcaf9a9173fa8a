using System.IO.Compression;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Feeds;

/// <summary>Builds the advisory index from a folder and takes EPSS and KEV files that lie in it, then has everything matched again.</summary>
internal sealed class RebuildJob(FeedsModule feeds, QueueStore queue, TimeProvider time) : IJobHandler
{
    public const string JobKind = "feeds.rebuild";

    public string Kind => JobKind;

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        var folder = context.Job.Payload;
        if (!Directory.Exists(folder)) throw new JobFailedException($"There is no folder {folder} on the server.");
        var sources = Directory.EnumerateFileSystemEntries(folder).Where(e => Path.GetFileName(e).ToLowerInvariant() is not ("epss" or "kev")).ToList();
        if (sources.Count > 0)
        {
            try
            {
                var progress = new Progress<AdvisoryBuildProgress>(p => _ = context.ReportAsync(0.9 * p.Done / Math.Max(1, p.Total), p.Stage, CancellationToken.None));
                await Task.Run(() => new AdvisoryIndexBuilder(time).Build(sources, feeds.IndexFile, progress, cancellationToken), cancellationToken);
            }
            catch (InvalidDataException e)
            {
                throw new JobFailedException(e.Message);
            }
        }

        Take(Path.Combine(folder, "epss"), "*.csv*", feeds.EpssFile);
        Take(Path.Combine(folder, "kev"), "*.json*", feeds.KevFile);
        feeds.Reload();
        await queue.EnqueueAsync(new JobRequest(FeedsModule.RematchKind, "all", "findings", ""), cancellationToken);
    }

    /// <summary>Copies the newest file (by name: they carry dates) over ours, unpacked, in one step.</summary>
    private static void Take(string folder, string pattern, string target)
    {
        if (!Directory.Exists(folder) || Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).LastOrDefault() is not { } newest) return;
        var temporary = target + ".tmp";
        using (var source = File.OpenRead(newest))
        using (Stream plain = newest.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(source, CompressionMode.Decompress) : source)
        using (var copy = File.Create(temporary))
        {
            plain.CopyTo(copy);
        }

        File.Move(temporary, target, overwrite: true);
    }
}
