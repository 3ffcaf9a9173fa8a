using System.Data.Common;
using Headwater.Core.Advisories;
using Headwater.Server.Features.Advisories;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Demo;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Headwater.Server.Tests.Features;

/// <summary>
/// What lists and questions cost in a portfolio of a thousand projects, in steps of the embedded engine's machine: the same on every computer, however busy. A
/// statement that falls back to reading whole tables takes several times as many.
/// </summary>
public sealed class WorkOfQueriesTests : IAsyncLifetime
{
    private const int Projects = 1000;

    /// <summary>Measured: 11,000 to 14,000 for a page of projects, 20,000 more when every row is read, joined and sorted; 36,000 for a page of components with their versions, of 500 components.</summary>
    private const int Walk = 18_000, Join = 28_000, Versions = 45_000;

    /// <summary>Measured: 20,300 for projects by owner, whose projects are counted by owner before those of a few are sorted.</summary>
    private const int Grouped = 22_000;

    private readonly TestHost _host = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-test-").FullName;
    private CountingDatabase? _database;

    public async ValueTask InitializeAsync()
    {
        if (TestDatabase.IsPostgres) Assert.Skip("Steps are counted by the embedded engine.");
        await _host.InitializeAsync();
        DemoTests.WriteAdvisories(_folder, 500);
        new AdvisoryIndexBuilder(TimeProvider.System).Build([Path.Combine(_folder, "npm")], Path.Combine(_host.DataFolder, "advisories.hwx"));
        await _host.Get<DemoLoader>().LoadAsync(Projects, 1, _folder, Path.Combine(_folder, "none"), _ => { }, default);
        _database = new CountingDatabase(_host.Get<IDatabase>());
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task ListsAndQuestions_WalkAlongTheirIndexes()
    {
        var projects = Make<ProjectStore>();
        var components = Make<ComponentStore>();
        var advisories = Make<AdvisoryStore>();
        var questions = Make<UsageQueryStore>();
        var usages = Make<ComponentUsageStore>();
        var unit = new Viewer(false, (await _host.Get<OwnerStore>().TreeAsync(Viewer.Everything)).Where(o => o.Kind == "team").Take(3).Select(o => o.Id).ToList());
        var over = new List<string>();

        foreach (var viewer in new[] { Viewer.Everything, unit })
        {
            foreach (var sort in new[] { "name", "risk", "components", "findings", "uploaded", "owner" })
            {
                await HoldAsync($"projects by {sort}", () => projects.ListAsync(viewer, new PageRequest { Sort = sort }, new ProjectFilter()), sort == "owner" ? Grouped : Walk);
                if (viewer.All) await HoldAsync($"projects by {sort}, far down", () => projects.ListAsync(viewer, new PageRequest { Sort = sort, Offset = Projects / 2 }, new ProjectFilter()), sort == "owner" ? Grouped : Walk);
            }
        }

        foreach (var sort in new[] { "risk", "projects", "versions", "findings" }) await HoldAsync($"components by {sort}", () => components.ListAsync(Viewer.Everything, Viewer.Everything, new PageRequest { Sort = sort }), Versions);
        await HoldAsync("advisories by risk", () => advisories.AffectingUsAsync(Viewer.Everything, new PageRequest()));
        await HoldAsync("advisories searched", () => advisories.SearchAsync(Viewer.Everything, "lodash", 10));
        await HoldAsync("who uses lodash below 4.17.22", () => questions.AskAsync(Viewer.Everything, "lodash <4.17.22", new PageRequest()));
        var popular = (await components.ListAsync(Viewer.Everything, Viewer.Everything, new PageRequest { Sort = "projects", Size = 1 })).Items[0];
        popular.Projects.ShouldBeGreaterThan(300);
        await HoldAsync("uses of the most used component", () => usages.OfComponentAsync(Viewer.Everything, popular.Id, new PageRequest()), Join);
        var uses = await usages.OfComponentAsync(Viewer.Everything, popular.Id, new PageRequest());
        var next = await usages.OfComponentAsync(Viewer.Everything, popular.Id, new PageRequest { After = uses.Next });
        uses.Items.Concat(next.Items).Select(u => u.ProjectName).ShouldBeInOrder();
        over.ShouldBeEmpty();

        async Task HoldAsync<T>(string what, Func<Task<T>> ask, int most = Walk)
        {
            await ask();
            _database!.Steps = 0;
            await ask();
            if (_database.Steps > most) over.Add($"{what}: {_database.Steps:N0} steps");
        }
    }

    [Fact]
    public async Task AListReadWhole_IsFoundOut()
    {
        _database!.Steps = 0;
        await _database.ReadAsync(connection => Dapper.SqlMapper.QuerySingleAsync<long>(connection, "SELECT COUNT(*) FROM project p WHERE p.org_id = 1 AND p.retired_at IS NULL"));
        await _database.ReadAsync(async connection => await Dapper.SqlMapper.QueryAsync<long>(connection,
            "SELECT p.id, (SELECT COUNT(*) FROM project_version x WHERE x.project_id = p.id) FROM project p LEFT JOIN project_version v ON v.id = p.latest_id LEFT JOIN owner w ON w.id = p.owner_id ORDER BY v.max_risk + 0 DESC, p.id LIMIT 51"));
        _database.Steps.ShouldBeGreaterThan(Walk);
    }

    private T Make<T>() => ActivatorUtilities.CreateInstance<T>(_host.Services, _database!);

    /// <summary>Counts what reads make the engine do.</summary>
    internal sealed class CountingDatabase(IDatabase inner) : IDatabase
    {
        private const int Each = 100;

        public long Steps { get; set; }

        public event Action<string>? Notified { add => inner.Notified += value; remove => inner.Notified -= value; }

        public bool IsShared => inner.IsShared;

        public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken = default) => inner.ReadAsync(async connection =>
        {
            var handle = ((SqliteConnection)connection).Handle!;
            SQLitePCL.raw.sqlite3_progress_handler(handle, Each, _ =>
            {
                Steps += Each;
                return 0;
            }, null);
            try
            {
                return await work(connection);
            }
            finally
            {
                SQLitePCL.raw.sqlite3_progress_handler(handle, 0, null, null);
            }
        }, cancellationToken);

        public Task MigrateAsync(CancellationToken cancellationToken = default) => inner.MigrateAsync(cancellationToken);
        public Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> work, bool background = false, CancellationToken cancellationToken = default) => inner.WriteAsync(work, background, cancellationToken);
        public Task<IReadOnlyCollection<string>?> NodesAsync(DbTransaction transaction) => inner.NodesAsync(transaction);
        public Task LockAsync(DbTransaction transaction, string name) => inner.LockAsync(transaction, name);
        public Task NotifyAsync(DbTransaction transaction, string topic) => inner.NotifyAsync(transaction, topic);
        public Task IndexTextAsync(DbTransaction transaction, string kind, long id, string text) => inner.IndexTextAsync(transaction, kind, id, text);
        public Task IndexNewTextAsync(DbTransaction transaction, string kind, IEnumerable<(long Id, string Text)> things) => inner.IndexNewTextAsync(transaction, kind, things);
        public Task UnindexTextAsync(DbTransaction transaction, string kind, long id) => inner.UnindexTextAsync(transaction, kind, id);
        public Task<IReadOnlyList<long>> SearchTextAsync(string kind, string query, int limit, string? where = null, CancellationToken cancellationToken = default) => inner.SearchTextAsync(kind, query, limit, where, cancellationToken);
    }
}
