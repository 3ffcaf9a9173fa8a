using System.Data.Common;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Findings;

/// <summary>
/// What people decide about findings: the front door for other features. A decision outlives every upload, because it belongs to the component, the
/// vulnerability and the project it is about, and is applied whenever the numbers of a project version are made.
/// </summary>
internal sealed class AnalysesModule(AnalysisStore store)
{
    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton<AnalysesModule>().AddSingleton<AnalysisStore>().AddSingleton<IJobHandler, AnalysisJob>().AddSingleton(AnalysisStore.Named);

    public static void MapEndpoints(IEndpointRouteBuilder app) => AnalysesApi.Map(app);

    /// <inheritdoc cref="AnalysisStore.FindingAsync"/>
    public Task<FindingColumns?> FindingAsync(Viewer viewer, Guid projectVersion, long componentVersion, string vulnerability, CancellationToken cancellationToken) =>
        store.FindingAsync(viewer, projectVersion, componentVersion, vulnerability, cancellationToken);

    /// <summary>A decision by what it is about, exactly that.</summary>
    public Task<AnalysisDetail?> GetAsync(Viewer viewer, AnalysisSubject subject, bool withActs, CancellationToken cancellationToken) => store.GetAsync(viewer, subject, withActs, cancellationToken);

    /// <inheritdoc cref="AnalysisStore.HoldingAsync"/>
    public Task<AnalysisDetail?> HoldingAsync(Viewer viewer, FindingColumns finding, bool withActs, CancellationToken cancellationToken) => store.HoldingAsync(viewer, finding.PvId, finding.CvId, finding.Id, withActs, cancellationToken);

    /// <inheritdoc cref="AnalysisStore.ActsAsync"/>
    public Task<Page<FindingAct>> ActsAsync(FindingColumns finding, int from, int size, CancellationToken cancellationToken) => store.ActsAsync(finding, from, size, cancellationToken);

    /// <summary>Decides, or changes what was decided, or comments. The numbers follow at once, or by a job where very many project versions are touched.</summary>
    public Task<Guid> DecideAsync(AnalysisSubject subject, AnalysisChange change, CancellationToken cancellationToken) => store.DecideAsync(subject, change, cancellationToken);

    /// <summary>Many decisions as one act: all of them, or none.</summary>
    public Task DecideAsync(IReadOnlyList<(AnalysisSubject Subject, AnalysisChange Change)> decisions, CancellationToken cancellationToken) => store.DecideAsync(decisions, cancellationToken);

    /// <inheritdoc cref="AnalysisStore.UndoAsync"/>
    public Task<bool> UndoAsync(Viewer viewer, Guid uuid, string by, CancellationToken cancellationToken) => store.UndoAsync(viewer, uuid, by, cancellationToken);

    /// <inheritdoc cref="AnalysisStore.CopyAsync"/>
    public Task CopyAsync(DbTransaction transaction, long from, long to) => store.CopyAsync(transaction, from, to);
}
