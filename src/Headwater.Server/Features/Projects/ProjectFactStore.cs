using System.Data.Common;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Projects;

/// <summary>What people keep about projects, to read.</summary>
internal sealed class ProjectFactStore(IDatabase database)
{
    private const long Org = Organisation.Home;
    private const int MostParts = 500;

    /// <summary>Null when there is no such project in sight.</summary>
    public Task<ProjectFacts?> GetAsync(Viewer viewer, Guid uuid, CancellationToken cancellationToken = default) =>
        database.ReadAsync(connection => GetAsync(connection, viewer, uuid), cancellationToken);

    /// <summary>The project of a name; null when there is none in sight.</summary>
    public Task<Guid?> FindAsync(Viewer viewer, string name, CancellationToken cancellationToken = default) => database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<Guid?>($"SELECT uuid FROM project WHERE org_id = @Org AND name = @name AND {viewer.Sees("owner_id")}", new { Org, name }), cancellationToken);

    /// <summary>Its name; null when there is none in sight.</summary>
    public Task<string?> NameAsync(Viewer viewer, Guid project, CancellationToken cancellationToken = default) => database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<string?>($"SELECT name FROM project WHERE org_id = @Org AND uuid = @project AND {viewer.Sees("owner_id")}", new { Org, project }), cancellationToken);

    /// <summary>Tags of projects in sight, the most used first.</summary>
    public Task<IReadOnlyList<string>> TagsAsync(Viewer viewer, int limit, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<string>>(async connection =>
        (await connection.QueryAsync<string>($"""
            SELECT t.tag FROM tag_of_project t JOIN project p ON p.id = t.project_id WHERE t.org_id = @Org AND {viewer.Sees("p.owner_id")} GROUP BY t.tag ORDER BY COUNT(*) DESC, t.tag LIMIT @limit
            """, new { Org, limit })).AsList(), cancellationToken);

    /// <summary>Accounts of people, for a form that offers them.</summary>
    public Task<IReadOnlyList<string>> AccountsAsync(int limit, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<string>>(async connection =>
        (await connection.QueryAsync<string>("SELECT name FROM user_account WHERE org_id = @Org AND active = 1 ORDER BY name LIMIT @limit", new { Org, limit })).AsList(), cancellationToken);

    internal static async Task<ProjectFacts?> GetAsync(DbConnection connection, Viewer viewer, Guid uuid)
    {
        var row = await connection.QuerySingleOrDefaultAsync<FactRow>($"""
            SELECT p.id, p.kind, p.criticality, p.use_context, p.exposure, p.data_class, p.links, p.retired_at, p.collection, q.uuid AS parent_uuid, q.name AS parent_name
            FROM project p LEFT JOIN project q ON q.id = p.parent_id AND {viewer.Sees("q.owner_id")} WHERE p.org_id = @Org AND p.uuid = @uuid AND {viewer.Sees("p.owner_id")}
            """, new { Org, uuid });
        if (row is null) return null;
        var key = new { Org, row.Id, MostParts };
        var tags = await connection.QueryAsync<string>("SELECT tag FROM tag_of_project WHERE project_id = @Id ORDER BY tag", key);
        var people = await connection.QueryAsync<PersonRow>("""
            SELECT h.part, u.name, u.title, u.email, u.active FROM project_person h JOIN user_account u ON u.id = h.person_id WHERE h.project_id = @Id ORDER BY h.part, u.name
            """, key);
        var parts = await connection.QueryAsync<(string Uuid, string Name)>($"""
            SELECT uuid, name FROM project WHERE org_id = @Org AND parent_id = @Id AND retired_at IS NULL AND {viewer.Sees("owner_id")} ORDER BY LOWER(name), id LIMIT @MostParts
            """, key);
        var sums = await SumsAsync(connection, viewer, [row.Id]);
        return new ProjectFacts(row.Traits, tags.AsList(), Links(row.Links), [.. people.Select(p => new ProjectPerson(p.Part, p.Name, p.Title, p.Email, !p.Active))],
            row.ParentUuid is { } parent ? new ProjectName(parent, row.ParentName!) : null, [.. parts.Select(p => new ProjectName(Guid.Parse(p.Uuid), p.Name))], sums.GetValueOrDefault(row.Id));
    }

    /// <summary>The numbers of what is part of some projects, directly or not, added up for each; those without parts are left out.</summary>
    internal static async Task<Dictionary<long, ProjectSum>> SumsAsync(DbConnection connection, Viewer viewer, IReadOnlyCollection<long> projects)
    {
        if (projects.Count == 0) return [];
        return (await connection.QueryAsync<SumRow>($"""
            WITH RECURSIVE below (root, id) AS (SELECT id, id FROM project WHERE id IN ({string.Join(',', projects)}) UNION SELECT b.root, c.id FROM project c JOIN below b ON c.parent_id = b.id)
            SELECT b.root, COUNT(*) AS projects, COALESCE(SUM(v.components), 0) AS components, COALESCE(SUM(v.covered), 0) AS covered, COALESCE(SUM(v.not_covered), 0) AS not_covered,
                COALESCE(SUM(v.no_version), 0) AS no_version, COALESCE(SUM(v.unidentified), 0) AS unidentified, COALESCE(SUM(v.pending), 0) AS pending, COALESCE(SUM(v.vulnerable), 0) AS vulnerable,
                COALESCE(SUM(v.critical), 0) AS critical, COALESCE(SUM(v.high), 0) AS high, COALESCE(SUM(v.medium), 0) AS medium, COALESCE(SUM(v.low), 0) AS low,
                COALESCE(SUM(v.unassigned), 0) AS unassigned, COALESCE(SUM(v.kev), 0) AS kev, COALESCE(MAX(v.max_risk), 0) AS max_risk
            FROM below b JOIN project p ON p.id = b.id JOIN project_version v ON v.id = p.latest_id
            WHERE b.root <> b.id AND p.retired_at IS NULL AND {viewer.Sees("p.owner_id")} GROUP BY b.root
            """)).ToDictionary(s => s.Root, s => new ProjectSum(s.Projects, s.Severities, s.Coverage, s.Vulnerable, s.Kev, s.MaxRisk));
    }

    internal static IReadOnlyList<ProjectAddress> Links(string? json) => string.IsNullOrEmpty(json) || json == "[]" ? [] : JsonSerializer.Deserialize<List<ProjectAddress>>(json) ?? [];

    private sealed class FactRow
    {
        public long Id { get; set; }
        public string? Kind { get; set; }
        public string? Criticality { get; set; }
        public string? UseContext { get; set; }
        public string? Exposure { get; set; }
        public string? DataClass { get; set; }
        public string? Links { get; set; }
        public DateTimeOffset? RetiredAt { get; set; }
        public bool Collection { get; set; }
        public Guid? ParentUuid { get; set; }
        public string? ParentName { get; set; }

        public ProjectTraits Traits => new(Kind, Criticality, UseContext, Exposure, DataClass, RetiredAt, Collection);
    }

    private sealed class PersonRow
    {
        public string Part { get; set; } = "";
        public string Name { get; set; } = "";
        public string? Title { get; set; }
        public string? Email { get; set; }
        public bool Active { get; set; }
    }

    private sealed record SumRow : Numbers
    {
        public long Root { get; set; }
        public int Projects { get; set; }
    }
}
