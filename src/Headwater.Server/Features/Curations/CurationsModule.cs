using System.Data.Common;
using Headwater.Server.Features.Licences;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Curations;

/// <summary>
/// Declared, found, concluded: the licences of component versions, their texts, and what people decided about them. The front door for other features.
/// </summary>
internal sealed class CurationsModule(LicenceStore licences, TextStore texts, RegistryWordStore registries, TextWork work, CurationStore decisions, QueueStore queue)
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
        services.AddSingleton<CurationsModule>().AddSingleton<LibraryKey>().AddSingleton<DeclaredReader>().AddSingleton<LicenceStore>().AddSingleton<TextStore>().AddSingleton<RegistryWordStore>().AddSingleton<LicenceAlarmStore>().AddSingleton<CurationStore>().AddSingleton<TextRuleStore>().AddSingleton<WorkbenchStore>().AddSingleton<CurationListStore>().AddSingleton<TextWork>().AddSingleton<CurationExchange>().AddSingleton<ArchiveWork>()
            .AddSingleton(CurationStore.Named).AddSingleton(TextRuleStore.Named).AddSingleton<IJobHandler, ExpireJob>().AddSingleton(ExpireJob.Daily)
            .AddSingleton<IJobHandler, EvaluateJob>().AddHostedService<EvaluateAtStart>()
            .AddSingleton(s => new LicenceListener((transaction, id) => NameAsync(transaction, id, s.GetRequiredService<QueueStore>())));

    public static void MapEndpoints(IEndpointRouteBuilder app) => CurationsApi.Map(app);

    /// <summary>What names a licence that nobody knew is worked out again when the organisation adds it.</summary>
    private static async Task NameAsync(DbTransaction transaction, string licence, QueueStore queue)
    {
        if (await LicenceStore.NoteNamingAsync(transaction, licence) > 0) await queue.EnqueueAsync(transaction, EvaluateJob.Request);
    }

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

    /// <summary>Keeps what registries declare, which counts where no document declares anything.</summary>
    /// <returns>Whether anything is declared otherwise now. Wake the workers after the commit then.</returns>
    public Task<bool> HearAsync(DbTransaction transaction, IReadOnlyList<HeardLicence> heard, DateTimeOffset at) => registries.HearAsync(transaction, heard, at);

    /// <summary>A registry is called otherwise.</summary>
    public static Task RegistryRenamedAsync(DbTransaction transaction, long registry, string name) => RegistryWordStore.RenameAsync(transaction, registry, name);

    /// <summary>A registry was taken away, and what it declared with it. Wake the workers after the commit.</summary>
    public Task RegistryGoneAsync(DbTransaction transaction, long registry) => registries.ForgetAsync(transaction, registry);

    /// <summary>The licences of component versions, for those of which they were worked out.</summary>
    public static Task<Dictionary<long, ComponentLicence>> OfVersionsAsync(DbConnection connection, IEnumerable<long> versions) => LicenceStore.OfVersionsAsync(connection, versions);

    /// <summary>What the versions of components that are in sight say, each once, that of the newest version first.</summary>
    /// <param name="uses">The condition, as SQL, under which a component version (a column) is in sight.</param>
    public static Task<ILookup<long, ComponentLicence>> OfComponentsAsync(DbConnection connection, Viewer viewer, IEnumerable<long> components, Func<Viewer, string, string> uses) => LicenceStore.OfComponentsAsync(connection, viewer, components, uses);

    /// <summary>What these say, each once, for a line that stands for several component versions; what was not worked out yet is left out.</summary>
    public static IReadOnlyList<ComponentLicence> Together(IEnumerable<long> versions, Dictionary<long, ComponentLicence> of) =>
        [.. versions.Distinct().Select(of.GetValueOrDefault).OfType<ComponentLicence>().DistinctBy(l => (l.Declared, l.Found, l.Concluded, l.By, l.Reason, l.DeclaredBy, l.Declared is null ? string.Join('\n', l.Said) : null, l.Registry?.Differing))];

    /// <summary>What is known of the licence of a component version, by its package URL; null when it is not in sight.</summary>
    public Task<LicensedComponent?> FindAsync(Viewer viewer, string identity, CancellationToken cancellationToken) => licences.FindAsync(viewer, identity, cancellationToken);

    /// <summary>Adds texts to a component version, as a person does.</summary>
    /// <returns>Why they were not added, as a sentence; null when they were.</returns>
    public Task<string?> AddTextsAsync(Viewer viewer, long componentVersion, IReadOnlyList<NewText> found, string source, string by, CancellationToken cancellationToken) => work.AddAsync(viewer, componentVersion, found, source, by, cancellationToken);

    /// <summary>Decides about a licence, as a person does.</summary>
    public Task<CurationOutcome> DecideAsync(Viewer viewer, long componentVersion, CurationWish wish, string by, CancellationToken cancellationToken) => decisions.DecideAsync(viewer, componentVersion, wish, by, cancellationToken);

    /// <summary>Whether texts are still to be read, or licences to be worked out.</summary>
    public async Task<bool> IsBusyAsync(CancellationToken cancellationToken) => await licences.CountWorkAsync(cancellationToken) > 0;

    /// <summary>Everything about the licences of what is in a project version, texts and copyrights included; null when it is not in sight.</summary>
    public Task<IReadOnlyList<LicensedComponent>?> OfProjectVersionAsync(Viewer viewer, Guid version, CancellationToken cancellationToken) => licences.OfProjectVersionAsync(viewer, version, cancellationToken);

    /// <summary>The texts of component versions.</summary>
    public static Task<ILookup<long, ComponentText>> TextsOfAsync(DbConnection connection, IEnumerable<long> versions) => TextStore.OfVersionsAsync(connection, null, versions);

    /// <summary>By which a text is kept.</summary>
    public static string HashOf(string text) => TextFacts.Hash(text);

    /// <summary>The words of texts by their hashes; what is not kept is left out.</summary>
    public Task<Dictionary<string, string>> TextsAsync(IEnumerable<string> hashes, CancellationToken cancellationToken) => texts.ReadAsync(hashes, cancellationToken);
}
