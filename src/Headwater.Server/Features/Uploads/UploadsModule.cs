using Headwater.Core.Sboms;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Features.Uploads;

/// <summary>
/// How a document gets in:
/// <code>
/// body → spool file (hash, unpack, fsync) → names looked up → checked, streaming → blob + rows + job in one transaction → token
///                                                                                     job: read again → interned → occurrences → matched → numbers
/// </code>
/// Whatever is refused leaves nothing behind.
/// </summary>
internal sealed class UploadsModule(UploadStore store, DataFolder data, IdSource ids, HttpLimits limits, Instruments instruments)
{
    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton<UploadsModule>().AddSingleton(UploadStore.Named).AddSingleton(UploadStore.Documents).AddSingleton<UploadStore>().AddSingleton<IngestStore>().AddSingleton<IJobHandler, IngestJob>()
            .AddSingleton<DocumentSweep>().AddSingleton<IJobHandler>(s => s.GetRequiredService<DocumentSweep>()).AddHostedService(s => s.GetRequiredService<DocumentSweep>())
            .AddHostedService<ReaderWarmUp>();

    public static void MapEndpoints(IEndpointRouteBuilder app) => UploadApi.Map(app);

    /// <summary>By which a component of a document is told from every other in the whole installation, its version included.</summary>
    public static string IdentityOf(SbomComponent component) => InternedComponent.From(component).Identity;

    /// <summary>Receives a body into a file; see <see cref="SpooledFile.ReceiveAsync"/>.</summary>
    public Task<SpooledDocument> SpoolAsync(Stream body, CancellationToken cancellationToken) => SpoolAsync(body, limits.MaxUploadBytes, cancellationToken);

    /// <summary>Takes a received document, or says why not.</summary>
    public async Task<UploadOutcome> AcceptAsync(UploadRequest request, SpooledDocument document, CancellationToken cancellationToken)
    {
        var outcome = await DecideAsync(request, document, cancellationToken);
        // Whoever tries names to find out which are taken out of his sight leaves a trace of each.
        if (outcome is UploadOutcome.Forbidden) await store.RecordRefusalAsync(request, cancellationToken);
        return outcome;
    }

    private async Task<UploadOutcome> DecideAsync(UploadRequest request, SpooledDocument document, CancellationToken cancellationToken)
    {
        if ((ProjectsModule.RefuseName(request.Name?.Trim()) ?? ProjectsModule.RefuseName(request.Version?.Trim())) is { } reason) return new UploadOutcome.BadName(reason);
        if (request.Stage is { } stage && !ProjectsModule.Stages.Knows(stage)) return new UploadOutcome.BadStage($"The stage is one of {string.Join(", ", ProjectsModule.Stages.Values.Select(v => v.Value))}; “{(stage.Length > 40 ? stage[..40] + "…" : stage)}” is not.");
        UploadTarget? target = null;
        var named = request.ProjectVersion is not null || !string.IsNullOrWhiteSpace(request.Name);
        if (named || !request.NameFromDocument)
        {
            (target, var missing) = await store.FindTargetAsync(request, cancellationToken);
            if (missing is not null) return missing;
        }

        var (facts, invalid) = await Task.Run(() => DocumentCheck.Run(document.File.Path, cancellationToken), cancellationToken);
        if (invalid is not null) return invalid;
        request = request with { Stage = request.Stage ?? facts!.Stage };
        if (target is null)
        {
            request = request with { Name = facts!.RootName, Version = string.IsNullOrWhiteSpace(request.Version) ? facts.RootVersion : request.Version };
            if ((ProjectsModule.RefuseName(request.Name) ?? ProjectsModule.RefuseName(request.Version)) is { } unfit) return new UploadOutcome.BadName($"{unfit} The document calls it so; name it yourself.");
            (target, var missing) = await store.FindTargetAsync(request, cancellationToken);
            if (missing is not null) return missing;
        }

        var outcome = await store.AcceptAsync(request, target!, document.File, facts!, cancellationToken);
        if (outcome is UploadOutcome.Accepted)
        {
            instruments.Uploads.Add(1);
            instruments.UploadBytes.Add(document.Length);
        }

        return outcome;
    }

    /// <summary>Goes the way of an upload up to the point where something would be stored, in memory alone: the spool folder is for what people send.</summary>
    public async Task TryAsync(byte[] document, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(document);
        await store.FindTargetAsync(new UploadRequest { Name = "-", By = "", May = Uploader.Everything }, cancellationToken);
        var (facts, _) = await Task.Run(() => DocumentCheck.Run(stream, cancellationToken), cancellationToken);
        if (facts is null) return;
        stream.Position = 0;
        var sink = new IngestSink(batch => [.. batch.Select((_, i) => i + 1L)], _ => { });
        SbomReader.Read(stream, sink, new SbomReadOptions { Validate = false }, cancellationToken);
        sink.Finish();
    }

    public Task<bool?> IsPendingAsync(Guid token, CancellationToken cancellationToken) => store.IsPendingAsync(token, cancellationToken);

    public Task<bool> HasDocumentAsync(string name, string? version, SpooledDocument document, CancellationToken cancellationToken) =>
        store.HasDocumentAsync(name, version, document.File.Sha256, cancellationToken);

    private async Task<SpooledDocument> SpoolAsync(Stream body, long limit, CancellationToken cancellationToken) =>
        new(await SpooledFile.ReceiveAsync(body, data, ids, limit, cancellationToken));
}

/// <summary>A document that was received and not yet taken; dispose of it.</summary>
internal sealed record SpooledDocument(SpooledFile File) : IDisposable
{
    public long Length => File.Length;

    public Stream Open() => System.IO.File.OpenRead(File.Path);

    public void Dispose() => File.Dispose();
}
