using System.Data.Common;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Curations;

/// <summary>
/// Declared, found, concluded: the licences of component versions, their texts, and what people decided about them. The front door for other features.
/// </summary>
internal sealed class CurationsModule(LicenceStore licences, TextStore texts, QueueStore queue)
{
    /// <summary>To be joined where a component version is <c>c</c>, as <c>lic</c>.</summary>
    public const string Join = "LEFT JOIN component_licence lic ON lic.cv_id = c.id";

    /// <summary>As much of the list of terms of <c>component_licence</c> as its index holds.</summary>
    public static string TermsBegin => "SUBSTR(terms, 1, 200)";

    /// <summary>The condition, as SQL beside <see cref="Join"/>, under which no licence is concluded.</summary>
    public const string IsOpen = "lic.reason > 0";

    /// <summary>The condition, as SQL beside <see cref="Join"/>, under which a licence is concluded, else declared; bind the parameter as <see cref="TermPattern"/> makes it.</summary>
    public static string Has(string parameter) => $"LOWER(COALESCE(lic.terms, c.licences)) LIKE {parameter} ESCAPE '\\'";

    /// <summary>The pattern for a licence, an exception or a whole expression; null where none is asked for.</summary>
    public static string? TermPattern(string? licence) => string.IsNullOrWhiteSpace(licence) ? null : Platform.Data.Like.Containing($"\"{licence.Trim()}\"");

    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton<CurationsModule>().AddSingleton<LibraryKey>().AddSingleton<DeclaredReader>().AddSingleton<LicenceStore>().AddSingleton<TextStore>().AddSingleton<LicenceAlarmStore>().AddSingleton<CurationStore>().AddSingleton<TextRuleStore>().AddSingleton<WorkbenchStore>().AddSingleton<CurationListStore>().AddSingleton<TextWork>().AddSingleton<CurationExchange>().AddSingleton<ArchiveWork>()
            .AddSingleton(CurationStore.Named).AddSingleton(TextRuleStore.Named).AddSingleton<IJobHandler, ExpireJob>().AddSingleton(ExpireJob.Daily)
            .AddSingleton<IJobHandler, EvaluateJob>().AddHostedService<EvaluateAtStart>();

    public static void MapEndpoints(IEndpointRouteBuilder app) => CurationsApi.Map(app);

    /// <summary>Works out the licences of component versions in the transaction that adds them.</summary>
    public Task LearnAsync(DbTransaction transaction, IReadOnlyList<LearntVersion> versions) => licences.LearnAsync(transaction, versions);

    /// <summary>The same of component versions that are known and of which more was said now.</summary>
    public Task WorkOutAsync(DbTransaction transaction, IReadOnlyCollection<long> versions) => licences.WorkOutAsync(transaction, versions);

    /// <summary>Keeps texts that came with component versions; they are read by a job. Wake the workers after the commit.</summary>
    /// <param name="source"><c>sbom</c>, <c>archive</c>, <c>registry</c>, <c>person</c>.</param>
    /// <param name="by">Who added them; null for a document.</param>
    public async Task<int> AddTextsAsync(DbTransaction transaction, IReadOnlyList<NewText> found, string source, string? by)
    {
        var added = await texts.AddAsync(transaction, found, source, by);
        if (added > 0) await queue.EnqueueAsync(transaction, EvaluateJob.Request);
        return added;
    }

    /// <summary>The licences of component versions, for those of which they were worked out.</summary>
    public static Task<Dictionary<long, ComponentLicence>> OfVersionsAsync(DbConnection connection, IEnumerable<long> versions) => LicenceStore.OfVersionsAsync(connection, versions);

    /// <summary>Everything about the licences of what is in a project version, texts and copyrights included; null when it is not in sight.</summary>
    public Task<IReadOnlyList<LicensedComponent>?> OfProjectVersionAsync(Viewer viewer, Guid version, CancellationToken cancellationToken) => licences.OfProjectVersionAsync(viewer, version, cancellationToken);

    /// <summary>The texts of component versions.</summary>
    public static Task<ILookup<long, ComponentText>> TextsOfAsync(DbConnection connection, IEnumerable<long> versions) => TextStore.OfVersionsAsync(connection, null, versions);

    /// <summary>The words of texts by their hashes; what is not kept is left out.</summary>
    public Task<Dictionary<string, string>> TextsAsync(IEnumerable<string> hashes, CancellationToken cancellationToken) => texts.ReadAsync(hashes, cancellationToken);
}
