using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Owners;

/// <summary>The organisation's units and teams.</summary>
internal sealed class OwnerStore(IDatabase database, AuditStore audit, AccessStore access, FindingsModule findings, Platform.Remembered remembered, TimeProvider time)
{
    private const long Org = Organisation.Home;

    private const int MostNamed = 50, Many = 2000, TrendDays = 90;

    /// <summary>What units are called.</summary>
    public static NamedKind NamedUnits { get; } = NamedKind.Of("unit", viewer => $"SELECT name AS id, title AS name, '/owners/' || id AS page FROM owner WHERE org_id = @Org AND kind = 'unit' AND name IN @ids AND {viewer.Sees("id")}") with { Called = @"SELECT 'owner:' || name FROM owner WHERE org_id = @org AND kind = 'unit' AND LOWER(title) LIKE @subject ESCAPE '\'" };

    /// <summary>What teams are called.</summary>
    public static NamedKind NamedTeams { get; } = NamedKind.Of("team", viewer => $"SELECT name AS id, title AS name, '/owners/' || id AS page FROM owner WHERE org_id = @Org AND kind = 'team' AND name IN @ids AND {viewer.Sees("id")}") with { Called = @"SELECT 'owner:' || name FROM owner WHERE org_id = @org AND kind = 'team' AND LOWER(title) LIKE @subject ESCAPE '\'" };

    /// <summary>What people decide about a unit or team, for the audit log.</summary>
    internal const string State = "SELECT kind, name, title, email, parent_id, level FROM owner WHERE id = @id";

    internal const string Below = "(WITH RECURSIVE below (id) AS (SELECT @ownerId UNION SELECT c.id FROM owner c JOIN below b ON c.parent_id = b.id) SELECT id FROM below)";

    /// <summary>The tree as far as it is visible, parents before children, siblings by title.</summary>
    public async Task<IReadOnlyList<OwnerRow>> TreeAsync(Viewer viewer, CancellationToken cancellationToken = default)
    {
        return await database.ReadAsync(async connection => await TreeAsync(connection, viewer, await FindingsModule.UnitsAsync(connection, viewer)), cancellationToken);
    }

    public async Task<OwnerDetail?> GetAsync(Viewer viewer, long id, CancellationToken cancellationToken = default)
    {
        var tree = await TreeAsync(viewer, cancellationToken);
        if (tree.FirstOrDefault(o => o.Id == id) is not { } owner) return null;
        return await database.ReadAsync(async connection => new OwnerDetail(owner, [.. (await PathAsync(connection, viewer, id)).SkipLast(1)], [.. tree.Where(o => o.ParentId == id)],
            await FindingsModule.UnitTrendAsync(connection, [id], TrendDays, time.GetUtcNow())), cancellationToken);
    }

    /// <summary>The findings that matter most in latest versions, one per advisory, with who owns what they hit.</summary>
    /// <param name="ownerId">Only in projects of this unit or team and of everything below it.</param>
    public async Task<IReadOnlyList<TopRisk>> TopRisksAsync(Viewer viewer, int count, long? ownerId = null, CancellationToken cancellationToken = default) =>
        (await remembered.GetAsync($"risks {viewer.Key} {await findings.PlacesAsync(cancellationToken)} {ownerId} {count}", token => FindTopRisksAsync(viewer, count, ownerId, token), cancellationToken)).Answer;

    private async Task<IReadOnlyList<TopRisk>> FindTopRisksAsync(Viewer viewer, int count, long? ownerId, CancellationToken cancellationToken)
    {
        // For the whole organisation the counted table knows the order; for a part of it the part's own count does.
        if (ownerId is { } id)
            viewer = viewer.And(new Viewer(false, await database.ReadAsync(async connection => (await connection.QueryAsync<long>($"SELECT id FROM owner WHERE id IN {Below}", new { ownerId = id })).AsList(), cancellationToken)));
        var ids = viewer.All
            ? await database.ReadAsync(async connection => (await connection.QueryAsync<string>("SELECT id FROM advisory_usage WHERE org_id = @Org ORDER BY risk DESC, projects DESC, id LIMIT @count", new { Org, count })).AsList(), cancellationToken)
            : [.. (await findings.PartAsync(viewer, cancellationToken)).TopRisks(count)];
        return await RisksAsync(viewer, ids, cancellationToken);
    }

    private Task<IReadOnlyList<TopRisk>> RisksAsync(Viewer viewer, IReadOnlyList<string> ids, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<TopRisk>>(async connection =>
    {
        var part = $"AND {viewer.Sees("p.owner_id")}";
        var risks = new List<TopRisk>();
        foreach (var id in ids)
        {
            var finding = await connection.QueryFirstOrDefaultAsync<FindingColumns>($"""
                SELECT {FindingColumns.Select} FROM finding f JOIN component_version c ON c.id = f.cv_id JOIN component k ON k.id = c.component_id
                WHERE f.id = @id AND f.affected = 1 AND EXISTS (SELECT 1 FROM occurrence o JOIN project p ON p.org_id = @Org AND p.latest_id = o.pv_id WHERE o.cv_id = f.cv_id {part})
                ORDER BY f.risk DESC, f.cv_id LIMIT 1
                """, new { Org, id });
            if (finding is null) continue; // Retracted since the order was made.
            await FindingsModule.SeenAsync(connection, viewer, [finding]);
            // Tens of thousands of projects may be hit: they are counted by owner, and the first few by name stand for the rest.
            var from = $"FROM project p WHERE p.org_id = @Org {part} AND p.latest_id IN (SELECT o.pv_id FROM finding f JOIN occurrence o ON o.cv_id = f.cv_id WHERE f.id = @id AND f.affected = 1)";
            var hit = (await connection.QueryAsync<HitRow>($"""
                SELECT h.hits, {OwnersModule.Select} FROM (SELECT p.owner_id, COUNT(*) AS hits {from} GROUP BY p.owner_id) h LEFT JOIN owner w ON w.id = h.owner_id ORDER BY h.hits DESC, w.id
                """, new { Org, id })).AsList();
            var total = hit.Sum(h => h.Hits);
            // The inner limit, which none reaches, keeps PostgreSQL from walking all projects by name to look for the few that are hit.
            var names = (await connection.QueryAsync<string>(total <= Many ? $"SELECT h.name FROM (SELECT p.name {from} LIMIT {Many + 1}) h ORDER BY h.name LIMIT {MostNamed}" : $"""
                SELECT p.name FROM project p WHERE p.org_id = @Org {part} AND EXISTS (SELECT 1 FROM finding f JOIN occurrence x ON x.org_id = @Org AND x.pv_id = p.latest_id AND x.cv_id = f.cv_id WHERE f.id = @id AND f.affected = 1)
                ORDER BY LOWER(p.name), p.id LIMIT {MostNamed}
                """, new { Org, id })).AsList();
            // The projects are those of every version that is hit, so every version is named.
            var versions = (await connection.QueryAsync<string?>($"""
                SELECT DISTINCT c.version FROM finding f JOIN component_version c ON c.id = f.cv_id JOIN occurrence o ON o.cv_id = c.id
                JOIN project p ON p.org_id = @Org AND p.latest_id = o.pv_id WHERE f.id = @id AND f.affected = 1 AND c.component_id = @ComponentId {part} ORDER BY c.version LIMIT 5
                """, new { Org, id, finding.ComponentId })).AsList();
            var row = finding.ToRow();
            if (versions.Count > 1) row = row with { ComponentVersion = string.Join(", ", versions.Take(4)) + (versions.Count > 4 ? ", …" : "") };
            var owners = hit.Select(h => h.Owner).OfType<OwnerRef>().ToList();
            risks.Add(new TopRisk(row, total, [.. owners.Take(MostNamed)], owners.Count, names, hit.Where(h => h.Owner is null).Sum(h => h.Hits)));
        }

        return risks;
    }, cancellationToken);

    /// <summary>An owner and those above it that are visible, the topmost first.</summary>
    public static async Task<IReadOnlyList<OwnerRef>> PathAsync(DbConnection connection, Viewer viewer, long? ownerId)
    {
        if (ownerId is null) return [];
        return [.. (await connection.QueryAsync<OwnerLine>($"""
            WITH RECURSIVE above (id, level) AS (SELECT @ownerId, 0 UNION SELECT o.parent_id, a.level + 1 FROM above a JOIN owner o ON o.id = a.id WHERE o.parent_id IS NOT NULL AND a.level < 32)
            SELECT o.id, o.kind, o.name, o.title, o.email FROM above a JOIN owner o ON o.id = a.id WHERE {viewer.Sees("o.id")} ORDER BY a.level DESC
            """, new { ownerId })).Select(o => new OwnerRef(o.Id, o.Kind, o.Name, o.Title, o.Email)).DistinctBy(o => o.Id)];
    }

    /// <summary>Sets units and teams by kind and name; those not named stay.</summary>
    /// <returns>Ids by kind and name.</returns>
    public async Task<Dictionary<(string Kind, string Name), long>> UpsertAsync(IReadOnlyList<CatalogueGroup> groups, CancellationToken cancellationToken)
    {
        var ids = await database.WriteAsync(transaction => UpsertAsync(transaction, groups), cancellationToken: cancellationToken);
        access.TreeChanged();
        return ids;
    }

    private async Task<Dictionary<(string Kind, string Name), long>> UpsertAsync(DbTransaction transaction, IReadOnlyList<CatalogueGroup> groups)
    {
        var connection = transaction.Connection!;
        var before = new Dictionary<long, object?>();
        foreach (var group in groups)
        {
            var id = await connection.QuerySingleOrDefaultAsync<long?>("SELECT id FROM owner WHERE org_id = @Org AND kind = @Kind AND name = @Name", new { Org, group.Kind, group.Name }, transaction)
                ?? await IdSource.NextAsync(transaction, "owner");
            before.TryAdd(id, await AuditStore.StateAsync(transaction, State, new { id }));
            await connection.ExecuteAsync("""
                INSERT INTO owner (id, org_id, kind, name, title, email) VALUES (@id, @Org, @Kind, @Name, @Title, @Email)
                ON CONFLICT (id) DO UPDATE SET title = excluded.title, email = excluded.email
                """, new { id, Org, group.Kind, group.Name, group.Title, group.Email }, transaction);
            await database.IndexTextAsync(transaction, "owner", id, $"{group.Title} {group.Name} {group.Email}");
        }

        var ids = (await connection.QueryAsync<(long Id, string Kind, string Name)>("SELECT id, kind, name FROM owner WHERE org_id = @Org", new { Org }, transaction)).ToDictionary(o => (o.Kind, o.Name), o => o.Id);
        foreach (var group in groups.Where(g => g.Parent is not null))
        {
            var parent = ids.TryGetValue(("unit", group.Parent!), out var unit) ? unit : ids.TryGetValue(("team", group.Parent!), out var team) ? team : (long?)null;
            var id = ids[(group.Kind, group.Name)];
            if (parent is not null && parent != id) await connection.ExecuteAsync("UPDATE owner SET parent_id = @parent WHERE id = @id", new { parent, id }, transaction);
        }

        await access.TreeChangedAsync(transaction);
        await findings.TreeChangedAsync(transaction);
        foreach (var group in groups.DistinctBy(g => (g.Kind, g.Name)))
        {
            var id = ids[(group.Kind, group.Name)];
            var changed = AuditEntry.Change("system", group.Kind + (before[id] is null ? ".created" : ".changed"), "owner:" + group.Name, before[id], await AuditStore.StateAsync(transaction, State, new { id }), new { catalogue = group.Title });
            if (!changed.IsSame) await audit.AppendAsync(transaction, changed);
        }

        return ids;
    }

    /// <summary>Gives a project to an owner, or to nobody; the record says who did it and whose it was.</summary>
    /// <param name="sees">What the one who does it may see: whatever lies outside does not exist for him.</param>
    /// <param name="manages">Where he may: he can neither take from elsewhere nor give to elsewhere.</param>
    public Task<OwnerChanged> ChangeOwnerAsync(Viewer sees, Viewer manages, Guid project, long? ownerId, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await connection.QuerySingleOrDefaultAsync<ProjectOwner>("SELECT id, owner_id FROM project WHERE org_id = @Org AND uuid = @project", new { Org, project }, transaction) is not { } before || !sees.Sees(before.OwnerId)) return OwnerChanged.Missing;
        if (ownerId is not null && !sees.Sees(ownerId)) return OwnerChanged.Missing;
        if (!manages.Sees(before.OwnerId) || !manages.Sees(ownerId)) return OwnerChanged.Refused;
        if (before.OwnerId == ownerId) return OwnerChanged.Done;
        var changed = await connection.ExecuteAsync(
            "UPDATE project SET owner_id = @ownerId WHERE id = @Id AND (@ownerId IS NULL OR EXISTS (SELECT 1 FROM owner WHERE org_id = @Org AND id = @ownerId))", new { Org, ownerId, before.Id }, transaction);
        if (changed == 0) return OwnerChanged.Missing;
        await findings.PlacesChangedAsync(transaction, [before.Id]);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "project.owner-changed", $"project:{project}", new { owner = before.OwnerId }, new { owner = ownerId }, new { from = before.OwnerId, to = ownerId }));
        return OwnerChanged.Done;
    }, cancellationToken: cancellationToken);

    private static async Task<IReadOnlyList<OwnerRow>> TreeAsync(DbConnection connection, Viewer viewer, Dictionary<long, UnitNumbers> numbers)
    {
        var owners = (await connection.QueryAsync<OwnerLine>($"SELECT id, kind, name, title, email, parent_id FROM owner WHERE org_id = @Org AND {viewer.Sees("id")} ORDER BY LOWER(title), id", new { Org })).AsList();
        var known = owners.Select(o => o.Id).ToHashSet();
        var children = owners.ToLookup(o => o.ParentId is { } parent && known.Contains(parent) ? parent : 0);
        var rows = new List<OwnerRow>(owners.Count);
        var placed = new HashSet<long>();
        // Top-down with a stack of our own: the tree's depth is whatever was imported.
        var stack = new Stack<(OwnerLine Owner, int Level)>(children[0].Reverse().Select(o => (o, 0)));
        var rest = new Queue<OwnerLine>(owners);
        while (stack.TryPop(out var next) || TryRing(out next))
        {
            if (!placed.Add(next.Owner.Id)) continue;
            var own = numbers.GetValueOrDefault(next.Owner.Id);
            rows.Add(new OwnerRow(next.Owner.Id, next.Owner.Kind, next.Owner.Name, next.Owner.Title, next.Owner.Email, next.Owner.ParentId is { } above && viewer.Sees(above) ? above : null, next.Level, own?.Projects ?? 0, own?.Severities ?? SeverityCounts.None, own?.Kev ?? 0, own?.MaxRisk ?? 0, own?.Covered ?? 0));
            foreach (var child in children[next.Owner.Id].Reverse()) stack.Push((child, next.Level + 1));
        }

        // What hangs in a ring has no top; whoever comes first by title is taken for it, so that nobody vanishes.
        bool TryRing(out (OwnerLine Owner, int Level) top)
        {
            while (rest.TryDequeue(out var owner))
            {
                top = (owner, 0);
                if (!placed.Contains(owner.Id)) return true;
            }

            top = default;
            return false;
        }

        // Sums hold what lies below already; the greatest risk goes up. What comes later lies deeper, so each row is complete before its parent asks.
        var at = rows.Select((row, i) => (row.Id, i)).ToDictionary(x => x.Id, x => x.i);
        for (var i = rows.Count - 1; i >= 0; i--)
        {
            if (rows[i].ParentId is not { } parentId || !at.TryGetValue(parentId, out var p) || p >= i) continue;
            if (rows[i].MaxRisk > rows[p].MaxRisk) rows[p] = rows[p] with { MaxRisk = rows[i].MaxRisk };
        }

        return rows;
    }

    private sealed class ProjectOwner
    {
        public long Id { get; set; }
        public long? OwnerId { get; set; }
    }

    private sealed class OwnerLine
    {
        public long Id { get; set; }
        public string Kind { get; set; } = "";
        public string Name { get; set; } = "";
        public string Title { get; set; } = "";
        public string? Email { get; set; }
        public long? ParentId { get; set; }
    }

    private sealed record HitRow : OwnerColumns
    {
        public int Hits { get; set; }
    }
}
