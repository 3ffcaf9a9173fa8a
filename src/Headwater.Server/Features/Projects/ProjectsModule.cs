using System.Data.Common;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.Projects;

/// <summary>Projects and what is in them: the front door for other features.</summary>
internal sealed class ProjectsModule(ProjectWriteStore store, GraphStore graphs, ProjectCloneStore clones, ProjectStore projects, ArchiveStore archive)
{
    /// <summary>Queued when documents may have lost the last upload that names them; the feature that keeps documents does it.</summary>
    public const string SweepKind = "documents.sweep";

    /// <summary>Why a name or a version of a project is refused; null when it is not.</summary>
    public static string? RefuseName(string? text) => ProjectNames.Refuse(text);

    /// <summary>The stages of the pipeline, first to last.</summary>
    public static ProjectWord Stages => ProjectWords.Stage;

    /// <summary>What a file of numbers by day has.</summary>
    public static IReadOnlyList<(string Name, Func<DayPoint, object?> Value)> Days => VersionFiles.Days;

    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton<ProjectsModule>().AddSingleton<ProjectStore>().AddSingleton<ContentStore>().AddSingleton<GraphStore>().AddSingleton<ProjectWriteStore>().AddSingleton<ProjectCloneStore>().AddSingleton<ProjectFactStore>().AddSingleton<ProjectEditStore>().AddSingleton<StageStore>().AddSingleton<ArchiveStore>()
            .AddSingleton(ProjectStore.Named).AddSingleton(ProjectStore.NamedVersions);

    public static void MapEndpoints(IEndpointRouteBuilder app) => ProjectsApi.Map(app);

    public static Task<long?> FindAsync(DbConnection connection, DbTransaction? transaction, string name, string? version) => ProjectWriteStore.FindAsync(connection, transaction, name, version);

    public static Task<long?> FindAsync(DbConnection connection, DbTransaction? transaction, Guid uuid) => ProjectWriteStore.FindAsync(connection, transaction, uuid);

    public static Task<long?> VisibleAsync(DbConnection connection, DbTransaction? transaction, Viewer viewer, Guid uuid) => ProjectWriteStore.VisibleAsync(connection, transaction, viewer, uuid);

    public static Task<ProjectHold?> HoldAsync(DbConnection connection, DbTransaction? transaction, string name) => ProjectWriteStore.HoldAsync(connection, transaction, name);

    public static Task<ProjectHold?> HoldAsync(DbConnection connection, DbTransaction? transaction, long version) => ProjectWriteStore.HoldAsync(connection, transaction, version);

    /// <summary>True for a version that has no documents of its own.</summary>
    public static Task<bool> IsCollectionAsync(DbConnection connection, long version) => ProjectWriteStore.IsCollectionAsync(connection, version);

    /// <inheritdoc cref="ProjectCloneStore.CloneAsync"/>
    public Task<long> CloneAsync(DbTransaction transaction, long version, CloneWish wish) => clones.CloneAsync(transaction, version, wish);

    /// <summary>The condition, as SQL, under which a component version is in some version of a visible project.</summary>
    /// <param name="componentVersion">The column that holds its id.</param>
    public static string Uses(Viewer viewer, string componentVersion) => ContentStore.Uses(viewer, componentVersion);

    public static Task ReplaceTagsAsync(DbTransaction transaction, long version, IReadOnlyList<string> tags) => ProjectWriteStore.ReplaceTagsAsync(transaction, version, tags);

    public static Task ChooseLatestAsync(DbTransaction transaction, long project) => ProjectWriteStore.ChooseLatestAsync(transaction, project);

    /// <summary>The days of all that is visible.</summary>
    /// <param name="today">The last day to show.</param>
    public static Task<IReadOnlyList<DayPoint>> TrendAsync(DbConnection connection, Viewer viewer, DateTimeOffset today) => ProjectStore.TrendAsync(connection, viewer, today);

    public static Task<IReadOnlyList<UploadRow>> RecentUploadsAsync(DbConnection connection, Viewer viewer, int count) => ContentStore.UploadsAsync(connection, viewer, "1 = 1", new { }, count);

    public Task<long> CreateAsync(DbTransaction transaction, NewProjectVersion it) => store.CreateAsync(transaction, it);

    public Task<bool> UpdateAsync(DbTransaction transaction, long id, ProjectChange change) => store.UpdateAsync(transaction, id, change);

    public Task DeleteAsync(DbTransaction transaction, long id, string by) => store.DeleteAsync(transaction, id, by);

    /// <inheritdoc cref="GraphStore.WhyEachAsync"/>
    public Task<IReadOnlyDictionary<(Guid Version, long ComponentVersion), WhyHere>> WhyEachAsync(Viewer viewer, IReadOnlyCollection<(Guid Version, long ComponentVersion)> uses, int limit, CancellationToken cancellationToken) => graphs.WhyEachAsync(viewer, uses, limit, cancellationToken);

    /// <summary>A version in sight; null when there is none.</summary>
    public Task<ProjectVersionDetail?> VersionAsync(Viewer viewer, Guid version, CancellationToken cancellationToken) => projects.GetVersionAsync(viewer, version, cancellationToken);

    /// <summary>The newest document of a version that was analysed; null when there is none in sight.</summary>
    /// <param name="stage">Of this stage; null for whatever stage.</param>
    public async Task<UploadRow?> NewestDocumentAsync(Viewer viewer, Guid version, string? stage, CancellationToken cancellationToken) =>
        (await archive.ListAsync(viewer, new Platform.Data.PageRequest { Size = Platform.Data.PageRequest.LargestSize }, new ArchiveFilter(stage, version), cancellationToken)).Items.FirstOrDefault(u => u.State == "done");

    /// <summary>A document in sight; null when there is none.</summary>
    public async Task<UploadRow?> DocumentAsync(Viewer viewer, Guid token, CancellationToken cancellationToken) => (await archive.GetAsync(viewer, token, cancellationToken))?.Upload;

    /// <inheritdoc cref="ArchiveStore.OpenAsync"/>
    public Task<FileStream?> OpenAsync(UploadRow document, CancellationToken cancellationToken) => archive.OpenAsync(document, cancellationToken);

    /// <summary>What the file of a document is called.</summary>
    public static string FileName(UploadRow document) => ArchiveApi.FileName(document);
}
