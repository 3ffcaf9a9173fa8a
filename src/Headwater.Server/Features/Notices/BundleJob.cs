using System.Data.Common;
using System.Security.Cryptography;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Notices;

/// <summary>Makes a compliance bundle: into a file first, which becomes an archived document in the transaction that says so.</summary>
internal sealed class BundleJob(BundleStore bundles, SignOffStore signOffs, NoticeMaker maker, ProjectsModule projects, DataFolder data, IdSource ids) : IJobHandler
{
    public const string JobKind = "notices.bundle";

    public string Kind => JobKind;

    public static JobRequest For(Guid bundle, long version) => new(JobKind, bundle.ToString(), $"notices:{version}", bundle.ToString(), JobPriority.Normal);

    public string? SubjectOf(string key, string lane) => "bundle:" + key;

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        if (await bundles.FindWorkAsync(Guid.Parse(context.Job.Payload), cancellationToken) is not { } work) return;
        await context.ReportAsync(0.05, "notice", cancellationToken);
        if (await projects.VersionAsync(Viewer.Everything, work.Version, cancellationToken) is not { } version || await projects.DocumentAsync(Viewer.Everything, work.Document, cancellationToken) is not { } document)
            throw new JobFailedException("The version or its document is no longer there.");
        var made = await maker.MakeAsync(version, document, false, NoticeMaker.LargestBundle, cancellationToken) switch
        {
            NoticeOutcome.Made it => it.Notice,
            NoticeOutcome.TooLarge it => throw new JobFailedException($"The document has {it.Document.Bytes:N0} bytes, and at most {it.Most:N0} are put into a bundle. Fetch it and run: headwater notice FILE"),
            _ => throw new JobFailedException("The document's file is gone. Restore the folder data/blobs from a backup."),
        };
        var signOff = await signOffs.OfAsync(version.Version.Id, made.Notice.InputSha256, cancellationToken);
        var path = Path.Combine(data.Spool, ids.NewUuid().ToString("N"));
        try
        {
            string sha256;
            long bytes;
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 128 * 1024))
            {
                await using var blob = await projects.OpenAsync(document, cancellationToken) ?? throw new JobFailedException("The document's file is gone. Restore the folder data/blobs from a backup.");
                await BundleWriter.WriteAsync(work.Bundle, made, signOff, blob, file, (progress, what) => context.ReportAsync(progress, what, cancellationToken), cancellationToken);
                file.Flush(flushToDisk: true);
                file.Position = 0;
                sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
                bytes = file.Length;
            }

            await bundles.MadeAsync(work.Bundle, new MadeBundle(sha256, bytes, made.Notice.InputSha256, made.Notice.Entries.Count, made.Notice.Gaps.Count, signOff), path, context.Job, cancellationToken);
            context.Completed = true;
        }
        finally
        {
            if (File.Exists(path)) File.Delete(path);
        }
    }

    public Task GiveUpAsync(ClaimedJob job, string error, CancellationToken cancellationToken) => bundles.SetFailedAsync(job.Id, error, cancellationToken);

    public Task TryAgainAsync(DbTransaction transaction, long job) => BundleStore.SetFailedAsync(transaction, job, null);
}
