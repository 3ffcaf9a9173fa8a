using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.People;

/// <summary>Somebody who has left, with what still counts on them.</summary>
/// <param name="Projects">The first of the parts in projects in sight.</param>
/// <param name="AllProjects">How many parts those are.</param>
internal sealed record Leaver(long Id, string Called, DateTimeOffset? LeftAt, IReadOnlyList<ProjectPart> Projects, int AllProjects);

/// <summary>A team or unit all of whose members have left.</summary>
/// <param name="Projects">Visible projects that it owns.</param>
internal sealed record EmptyTeam(long Id, string Title, int Members, int Projects);

/// <summary>What lost its people: a part of the leavers and of the teams, and how many there are.</summary>
/// <param name="Projects">Distinct projects that count on any of all leavers.</param>
internal sealed record Orphans(IReadOnlyList<Leaver> Leavers, int AllLeavers, IReadOnlyList<EmptyTeam> Teams, int AllTeams, int Projects)
{
    public static Orphans None { get; } = new([], 0, [], 0, 0);
}

/// <summary>What somebody left behind, and who takes it on.</summary>
internal sealed class OrphanStore(IDatabase database, AuditStore audit)
{
    private const long Org = Organisation.Home;
    /// <summary>The most parts in projects that are named of a leaver.</summary>
    public const int MostParts = 50;

    private const string Holders = "SELECT person_id, part FROM project_person WHERE project_id = @ProjectId ORDER BY person_id, part", Members = "SELECT person_id, source FROM team_member WHERE owner_id = @team ORDER BY person_id";

    /// <summary>Projects in sight and in use that nobody stands for; who sees a unit alone sees none of them.</summary>
    public Task<int> UnownedAsync(Viewer viewer, CancellationToken cancellationToken) => database.ReadAsync(connection => connection.QuerySingleAsync<int>(
        $"SELECT COUNT(*) FROM project p WHERE p.org_id = @Org AND p.owner_id IS NULL AND p.retired_at IS NULL AND {viewer.Sees("p.owner_id")}", new { Org }), cancellationToken);

    /// <param name="viewer">Which projects and teams may be named.</param>
    /// <param name="from">How many leavers are passed over.</param>
    /// <param name="fromTeam">How many teams are.</param>
    /// <param name="size">How many of each are told; none for who wants to know only how many there are.</param>
    public Task<Orphans> ListAsync(Viewer viewer, int from = 0, int fromTeam = 0, int size = 200, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        // Asked on every look at the overview, and mostly nobody has left.
        if (await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM user_account WHERE org_id = @Org AND active = 0", new { Org }) == 0) return Orphans.None;
        var held = $"FROM project_person h JOIN user_account u ON u.id = h.person_id JOIN project p ON p.id = h.project_id WHERE h.person_id IN (SELECT id FROM user_account WHERE org_id = @Org AND active = 0) AND {viewer.Sees("p.owner_id")}";
        var empty = $"FROM owner w JOIN team_member t ON t.owner_id = w.id JOIN user_account u ON u.id = t.person_id WHERE w.org_id = @Org AND {viewer.Sees("w.id")} GROUP BY w.id, w.title HAVING SUM(u.active) = 0";
        var parameters = new { Org, from, fromTeam, size, MostParts };
        var (people, projects) = await connection.QuerySingleAsync<(long, long)>($"SELECT COUNT(DISTINCT h.person_id), COUNT(DISTINCT h.project_id) {held}", parameters);
        var allTeams = await connection.QuerySingleAsync<int>($"SELECT COUNT(*) FROM (SELECT w.id {empty}) q", parameters);
        if (size == 0) return new Orphans([], (int)people, [], allTeams, (int)projects);
        var leavers = (await connection.QueryAsync<LeaverRow>($"SELECT u.id, u.name, u.title, u.left_at, COUNT(*) AS parts {held} GROUP BY u.id, u.name, u.title, u.left_at ORDER BY LOWER(COALESCE(u.title, u.name)), u.id LIMIT @size OFFSET @from", parameters)).AsList();
        var parts = (await connection.QueryAsync<PartRow>($"""
            SELECT q.person_id, q.project, q.project_name, q.part FROM (SELECT h.person_id, p.uuid AS project, p.name AS project_name, h.part, ROW_NUMBER() OVER (PARTITION BY h.person_id ORDER BY LOWER(p.name), p.id, h.part) AS place
                {held} AND h.person_id IN ({string.Join(',', leavers.Select(l => l.Id).DefaultIfEmpty())})) q WHERE q.place <= @MostParts ORDER BY q.person_id, q.place
            """, parameters)).ToLookup(p => p.PersonId, p => new ProjectPart(p.Project, p.ProjectName, p.Part));
        var teams = await connection.QueryAsync<TeamRow>($"SELECT w.id, w.title, COUNT(*) AS members, (SELECT COUNT(*) FROM project p WHERE p.org_id = @Org AND p.owner_id = w.id) AS projects {empty} ORDER BY LOWER(w.title), w.id LIMIT @size OFFSET @fromTeam", parameters);
        return new Orphans([.. leavers.Select(l => new Leaver(l.Id, string.IsNullOrWhiteSpace(l.Title) ? l.Name : l.Title, l.LeftAt, [.. parts[l.Id]], l.Parts))], (int)people,
            [.. teams.Select(t => new EmptyTeam(t.Id, t.Title, t.Members, t.Projects))], allTeams, (int)projects);
    }, cancellationToken);

    /// <summary>Gives a leaver's parts in projects, and places in teams, to somebody who is here; or to nobody.</summary>
    /// <param name="manages">Only in what the caller may change.</param>
    /// <param name="to">Null to take the leaver off without anybody in their place.</param>
    /// <returns>How many parts and places were handed over; null when the one has not left or the other is not here.</returns>
    public Task<int?> HandOverAsync(long from, long? to, Viewer manages, string by, CancellationToken cancellationToken = default) => database.WriteAsync<int?>(async transaction =>
    {
        var connection = transaction.Connection!;
        var names = (await connection.QueryAsync<(long Id, string Name, long Active)>("SELECT id, name, active FROM user_account WHERE org_id = @Org AND id IN (@from, @other)", new { Org, from, other = to ?? from }, transaction)).ToDictionary(p => p.Id);
        if (!names.TryGetValue(from, out var leaver) || leaver.Active == 1 || (to is { } heir && (!names.TryGetValue(heir, out var found) || found.Active == 0))) return null;
        var parts = (await connection.QueryAsync<HeldRow>($"SELECT h.project_id, p.uuid AS project, h.part FROM project_person h JOIN project p ON p.id = h.project_id WHERE h.person_id = @from AND p.org_id = @Org AND {manages.Sees("p.owner_id")}", new { Org, from }, transaction)).AsList();
        foreach (var part in parts)
        {
            var before = await AuditStore.StateAsync(transaction, Holders, new { part.ProjectId });
            if (to is not null) await connection.ExecuteAsync("INSERT INTO project_person (project_id, person_id, part) VALUES (@ProjectId, @to, @Part) ON CONFLICT (project_id, person_id, part) DO NOTHING", new { part.ProjectId, to, part.Part }, transaction);
            await connection.ExecuteAsync("DELETE FROM project_person WHERE project_id = @ProjectId AND person_id = @from AND part = @Part", new { part.ProjectId, from, part.Part }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "project.handed-over", $"project:{part.Project}", before, await AuditStore.StateAsync(transaction, Holders, new { part.ProjectId }), new { from = leaver.Name, to = to is { } id ? names[id].Name : null, part.Part }));
        }

        var teams = (await connection.QueryAsync<(long Id, string Kind, string Name)>($"SELECT w.id, w.kind, w.name FROM team_member t JOIN owner w ON w.id = t.owner_id WHERE t.person_id = @from AND w.org_id = @Org AND {manages.Sees("w.id")}", new { Org, from }, transaction)).AsList();
        foreach (var (team, kind, name) in teams)
        {
            var before = await AuditStore.StateAsync(transaction, Members, new { team });
            if (to is not null) await connection.ExecuteAsync("INSERT INTO team_member (owner_id, person_id, source) VALUES (@team, @to, 'manual') ON CONFLICT (owner_id, person_id) DO NOTHING", new { team, to }, transaction);
            await connection.ExecuteAsync("DELETE FROM team_member WHERE owner_id = @team AND person_id = @from", new { team, from }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, kind + ".handed-over", "owner:" + name, before, await AuditStore.StateAsync(transaction, Members, new { team }), new { from = leaver.Name, to = to is { } id ? names[id].Name : null }));
        }

        return parts.Count + teams.Count;
    }, cancellationToken: cancellationToken);

    private sealed class LeaverRow
    {
        public long Id { get; set; }
        public string Name { get; set; } = "";
        public string? Title { get; set; }
        public DateTimeOffset? LeftAt { get; set; }
        public int Parts { get; set; }
    }

    private sealed class PartRow
    {
        public long PersonId { get; set; }
        public Guid Project { get; set; }
        public string ProjectName { get; set; } = "";
        public string Part { get; set; } = "";
    }

    private sealed class TeamRow
    {
        public long Id { get; set; }
        public string Title { get; set; } = "";
        public int Members { get; set; }
        public int Projects { get; set; }
    }

    private sealed class HeldRow
    {
        public long ProjectId { get; set; }
        public Guid Project { get; set; }
        public string Part { get; set; } = "";
    }
}
