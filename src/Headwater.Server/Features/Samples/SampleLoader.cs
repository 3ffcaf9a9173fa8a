using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Overview;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Uploads;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Features.Samples;

/// <summary>
/// Fills an empty installation from a folder: <c>catalogue/</c> (descriptors that name owners and documents), the documents, <c>advisories/</c>
/// and <c>licences/</c>. Interrupted, it goes on at the next start; what somebody has put in himself is never mixed with samples.
/// </summary>
internal sealed class SampleLoader(FeedsModule feeds, OwnersModule owners, UploadsModule uploads, OverviewModule overview, SampleLicences licences, SettingStore settings, TimeProvider time, ILogger<SampleLoader> log)
{
    private const string Setting = "samples", Started = "started", Done = "done";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    public async Task LoadAsync(string folder, CancellationToken cancellationToken)
    {
        var state = await settings.GetAsync(Setting, cancellationToken);
        if (state == Done || (state is null && (await overview.GetAsync(Viewer.Everything, cancellationToken)).Projects > 0)) return;
        if (!Directory.Exists(folder))
        {
            log.SampleRefused(folder, "There is no such folder.");
            return;
        }

        await settings.SetAsync(Setting, Started, cancellationToken);
        var advisories = Path.Combine(folder, "advisories");
        if (Directory.Exists(advisories) && !feeds.Status().Loaded)
        {
            foreach (var job in await feeds.AddFolderAsync(Path.GetFullPath(advisories), "Samples", "system", cancellationToken))
                await WaitAsync(async () => await feeds.IsPendingAsync(job, cancellationToken), cancellationToken);
        }

        var catalogue = OwnersModule.ReadCatalogue(Path.Combine(folder, "catalogue"));
        foreach (var problem in catalogue.Problems) log.SampleRefused("catalogue", problem);
        var groups = await owners.ImportGroupsAsync(catalogue, cancellationToken);
        foreach (var project in catalogue.Projects)
        {
            long? owner = project.Owner is null ? null : groups.TryGetValue(("team", project.Owner), out var team) ? team : groups.TryGetValue(("unit", project.Owner), out var unit) ? unit : null;
            foreach (var document in project.Documents) await LoadAsync(folder, project, owner, document, cancellationToken);
        }

        await licences.LoadAsync(Path.Combine(folder, "licences"), cancellationToken);
        await settings.SetAsync(Setting, Done, cancellationToken);
    }

    private async Task LoadAsync(string folder, CatalogueProject project, long? owner, CatalogueDocument document, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(folder);
        var path = Path.GetFullPath(Path.Combine(root, document.File));
        if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !File.Exists(path))
        {
            log.SampleRefused(document.File, "There is no such file in the folder.");
            return;
        }

        await using var stream = File.OpenRead(path);
        using var received = await uploads.SpoolAsync(stream, cancellationToken);
        if (await uploads.HasDocumentAsync(project.Name, document.Version, received, cancellationToken)) return;
        var outcome = await uploads.AcceptAsync(new UploadRequest
        {
            Name = project.Name, Version = document.Version, AutoCreate = true, May = Uploader.Everything, By = "system", OwnerId = owner, Description = project.Description,
            Tags = project.Type is null ? null : [project.Type],
        }, received, cancellationToken);
        if (outcome is UploadOutcome.Accepted accepted)
            await WaitAsync(async () => await uploads.IsPendingAsync(accepted.Token, cancellationToken) == true, cancellationToken);
        else
            log.SampleRefused(document.File, outcome is UploadOutcome.Invalid invalid ? $"{invalid.Detail}: {string.Join("; ", invalid.Errors.Take(3).Select(e => $"{e.At}: {e.Message}"))}" : outcome.GetType().Name);
    }

    private async Task WaitAsync(Func<Task<bool>> busy, CancellationToken cancellationToken)
    {
        while (await busy()) await Task.Delay(Look, time, cancellationToken);
    }
}
