using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Findings;

/// <summary>An advisory that began or ceased to affect a component version.</summary>
internal readonly record struct FindingChange(long ComponentVersion, string Id, bool Gained);

/// <summary>
/// Who uses what, counted by differences: what of a project has been counted is kept with it, so a change costs what it changes and not what the whole
/// portfolio holds. Usage counts the latest version of each project.
/// </summary>
internal sealed class UsageStore
{
    private const long Org = Organisation.Home;

    /// <summary>The name of the lock that every counting transaction takes first: it reads what others have counted.</summary>
    public const string Lock = "usage";

    /// <summary>Up to so many uses an advisory's projects are simply counted again.</summary>
    private const long CheapToCount = 20_000;

    /// <summary>What of the used versions <c>c</c> of a component is summed up, in the order of the columns from <c>versions</c> to <c>findings</c>.</summary>
    internal const string Sums = """
        COUNT(*), SUM(CASE WHEN c.critical + c.high + c.medium + c.low + c.unassigned > 0 THEN 1 ELSE 0 END),
            SUM(CASE WHEN c.coverage = 1 THEN 1 ELSE 0 END), SUM(CASE WHEN c.coverage = 2 THEN 1 ELSE 0 END), SUM(CASE WHEN c.coverage = 3 THEN 1 ELSE 0 END),
            SUM(CASE WHEN c.coverage = 4 THEN 1 ELSE 0 END), SUM(CASE WHEN c.coverage = 0 THEN 1 ELSE 0 END),
            SUM(c.critical), SUM(c.high), SUM(c.medium), SUM(c.low), SUM(c.unassigned), SUM(c.kev), MAX(c.max_risk), SUM(c.critical + c.high + c.medium + c.low + c.unassigned)
        """;

    /// <summary>What is shown of an advisory, in the order of the columns from <c>ids</c> to <c>published</c>.</summary>
    internal const string AdvisoryFacts = "MAX(f.ids), MAX(f.summary), MAX(f.severity), MAX(f.score), MAX(f.epss), MAX(f.epss_percentile), MAX(f.kev), MAX(f.malicious), MAX(f.risk), MIN(f.published)";

    /// <summary>The numbers that projects are sorted by, from their latest versions <c>v</c>; a condition may follow.</summary>
    internal const string TakeOver = """
        UPDATE project SET max_risk = v.max_risk, findings = v.critical + v.high + v.medium + v.low + v.unassigned, components = v.components, uploaded_at = COALESCE(v.last_upload_at, 0)
        FROM project_version v WHERE v.id = project.latest_id
        """;

    public static string InUse(string componentVersion) => $"EXISTS (SELECT 1 FROM version_usage used WHERE used.org_id = {Org} AND used.cv_id = {componentVersion} AND used.projects > 0)";

    /// <summary>The projects whose usage may differ after a change of this version: the one it belongs to, and the one that it was counted for.</summary>
    public static async Task<IReadOnlyList<long>> ProjectsOfAsync(DbTransaction transaction, long version) => (await transaction.Connection!.QueryAsync<long>("""
        SELECT project_id FROM project_version WHERE id = @version UNION SELECT project_id FROM usage_counted WHERE pv_id = @version
        """, new { version }, transaction)).AsList();

    /// <summary>
    /// Counts what differs between what was counted for a project and what its latest version holds now, and what was decided about that. Belongs into the
    /// transaction that changed either.
    /// </summary>
    public static async Task ContentChangedAsync(DbTransaction transaction, long project)
    {
        var connection = transaction.Connection!;
        var latest = await connection.QuerySingleOrDefaultAsync<long?>("SELECT latest_id FROM project WHERE id = @project", new { project }, transaction);
        var counted = await connection.QuerySingleOrDefaultAsync<Counted>("SELECT pv_id, content FROM usage_counted WHERE project_id = @project", new { project }, transaction);
        var before = counted is null ? [] : NodeList.FromBytes(counted.Content);
        var after = latest is null ? [] : (await connection.QueryAsync<long>("SELECT cv_id FROM occurrence WHERE org_id = @Org AND pv_id = @latest ORDER BY cv_id", new { Org, latest }, transaction)).ToArray();
        var decided = await DecidedAsync(transaction, project, latest);
        var same = before.AsSpan().SequenceEqual(after);
        if (same && counted?.PvId == latest && decided.IsEmpty) return;
        await PartStore.ContentChangedAsync(transaction);
        if (!same || !decided.IsEmpty) await ApplyAsync(transaction, project, before, after, decided);
        if (latest is null)
            await connection.ExecuteAsync("DELETE FROM usage_counted WHERE project_id = @project", new { project }, transaction);
        else
            await connection.ExecuteAsync("""
                INSERT INTO usage_counted (project_id, org_id, pv_id, content) VALUES (@project, @Org, @latest, @content)
                ON CONFLICT (project_id) DO UPDATE SET pv_id = excluded.pv_id, content = excluded.content
                """, new { project, Org, latest, content = NodeList.ToBytes(after) }, transaction);
    }

    /// <summary>Counts what decisions about these versions change, where they are the latest of their projects.</summary>
    public static async Task DecisionsChangedAsync(DbTransaction transaction, IReadOnlyCollection<long> versions)
    {
        var projects = await transaction.Connection!.QueryAsync<long>($"""
            SELECT u.project_id FROM usage_counted u WHERE u.pv_id IN ({Ids(versions.DefaultIfEmpty())})
                AND (EXISTS (SELECT 1 FROM usage_settled s WHERE s.project_id = u.project_id) OR EXISTS (SELECT 1 FROM finding_decision d WHERE d.org_id = @Org AND d.pv_id = u.pv_id AND d.settled = 1))
            ORDER BY u.project_id
            """, new { Org }, transaction);
        foreach (var project in projects) await ContentChangedAsync(transaction, project);
    }

    /// <summary>
    /// Counts what new findings change: the sums of the components, the projects of the advisories; and notes the project versions whose numbers they make old.
    /// </summary>
    /// <param name="versions">Component versions whose coverage or findings differ.</param>
    /// <param name="changes">What began and ceased to affect them.</param>
    /// <param name="retold">Advisories of which something else than whom they affect is different.</param>
    public static async Task FindingsChangedAsync(DbTransaction transaction, IReadOnlyList<long> versions, IReadOnlyList<FindingChange> changes, IReadOnlySet<string> retold)
    {
        if (versions.Count == 0 && changes.Count == 0 && retold.Count == 0) return;
        await PartStore.ContentChangedAsync(transaction);
        var connection = transaction.Connection!;
        var used = new HashSet<long>();
        foreach (var chunk in versions.Chunk(500))
        {
            await connection.ExecuteAsync($"""
                INSERT INTO number_work (org_id, pv_id) SELECT DISTINCT org_id, pv_id FROM occurrence WHERE org_id = @Org AND cv_id IN ({Ids(chunk)}) ON CONFLICT DO NOTHING
                """, new { Org }, transaction, 600);
            used.UnionWith(await connection.QueryAsync<long>($"SELECT cv_id FROM version_usage WHERE org_id = @Org AND cv_id IN ({Ids(chunk)})", new { Org }, transaction));
            var components = await connection.QueryAsync<long>($"SELECT DISTINCT component_id FROM component_version WHERE id IN ({Ids(chunk.Where(used.Contains).Append(0))})", transaction: transaction);
            await SumComponentsAsync(transaction, components.AsList());
        }

        // What no latest version has counts nowhere.
        foreach (var ids in retold.Chunk(500)) await SumAdvisoriesAsync(transaction, ids);
        var byId = changes.Where(c => used.Contains(c.ComponentVersion)).ToLookup(c => c.Id, StringComparer.Ordinal);
        foreach (var ids in byId.Select(g => g.Key).Chunk(500))
        {
            await SumAdvisoriesAsync(transaction, ids);
            var uses = (await connection.QueryAsync<(string Id, long Uses)>("""
                SELECT f.id, SUM(u.projects) FROM finding f JOIN version_usage u ON u.org_id = @Org AND u.cv_id = f.cv_id WHERE f.id IN @ids AND f.affected = 1 GROUP BY f.id
                """, new { Org, ids }, transaction)).ToDictionary(u => u.Id, u => u.Uses, StringComparer.Ordinal);
            foreach (var id in ids) await CountProjectsAsync(transaction, id, [.. byId[id]], uses.GetValueOrDefault(id));
        }
    }

    /// <summary>Makes the sums of components over their used versions; how many projects use them is not touched.</summary>
    public static async Task SumComponentsAsync(DbTransaction transaction, IReadOnlyList<long> components)
    {
        foreach (var chunk in components.Chunk(500))
        {
            var ids = Ids(chunk);
            await transaction.Connection!.ExecuteAsync($"""
                INSERT INTO component_usage (org_id, component_id, projects, versions, vulnerable, covered, not_covered, no_version, unidentified, pending, critical, high, medium, low, unassigned, kev, max_risk, findings)
                SELECT @Org, c.component_id, 0, {Sums} FROM component_version c JOIN version_usage u ON u.org_id = @Org AND u.cv_id = c.id AND u.projects > 0
                WHERE c.component_id IN ({ids}) GROUP BY c.component_id
                ON CONFLICT (org_id, component_id) DO UPDATE SET versions = excluded.versions, vulnerable = excluded.vulnerable, covered = excluded.covered, not_covered = excluded.not_covered,
                    no_version = excluded.no_version, unidentified = excluded.unidentified, pending = excluded.pending, critical = excluded.critical, high = excluded.high, medium = excluded.medium,
                    low = excluded.low, unassigned = excluded.unassigned, kev = excluded.kev, max_risk = excluded.max_risk, findings = excluded.findings;
                DELETE FROM component_usage WHERE org_id = @Org AND component_id IN ({ids})
                    AND NOT EXISTS (SELECT 1 FROM component_version c JOIN version_usage u ON u.org_id = @Org AND u.cv_id = c.id AND u.projects > 0 WHERE c.component_id = component_usage.component_id);
                """, new { Org }, transaction);
        }
    }

    private static async Task ApplyAsync(DbTransaction transaction, long project, long[] before, long[] after, Decided decided)
    {
        var (gone, came) = (before.Except(after).ToList(), after.Except(before).ToList());
        var fresh = await CountAsync(transaction, gone, came);
        var facts = await FactsAsync(transaction, before.Union(after));

        if (fresh.Count > 0)
        {
            await SumComponentsAsync(transaction, [.. fresh.Select(v => facts.Component[v]).Distinct()]);
            foreach (var ids in fresh.SelectMany(v => facts.Advisories[v]).Distinct(StringComparer.Ordinal).Chunk(500)) await SumAdvisoriesAsync(transaction, ids);
        }

        var (oldComponents, newComponents) = (before.Select(v => facts.Component[v]).ToHashSet(), after.Select(v => facts.Component[v]).ToHashSet());
        using (var component = new PreparedCommand(transaction, "UPDATE component_usage SET projects = projects + @p2 WHERE org_id = @p0 AND component_id = @p1", 3))
        {
            foreach (var (id, sign) in Differences(oldComponents, newComponents).OrderBy(d => d.Item)) component.Add(Org, id, sign);
        }

        var oldAdvisories = before.SelectMany(v => facts.Advisories[v]).ToHashSet(StringComparer.Ordinal);
        oldAdvisories.ExceptWith(decided.Before);
        var hit = after.SelectMany(v => facts.Advisories[v]).ToHashSet(StringComparer.Ordinal);
        var open = after.SelectMany(v => facts.Advisories[v].Where(id => !decided.Now.Contains((v, id)))).ToHashSet(StringComparer.Ordinal);
        await AddAsync(transaction, Differences(oldAdvisories, open));
        if (decided.IsEmpty) return;
        await transaction.Connection!.ExecuteAsync("DELETE FROM usage_settled WHERE project_id = @project", new { project }, transaction);
        foreach (var id in hit.Except(open))
            await transaction.Connection!.ExecuteAsync("INSERT INTO usage_settled (org_id, id, project_id) VALUES (@Org, @id, @project)", new { Org, id, project }, transaction);
    }

    /// <summary>Adds to and takes from the projects of advisories. One that affects none leaves the list, and comes back with the first.</summary>
    private static async Task AddAsync(DbTransaction transaction, IEnumerable<(string Id, long Sign)> differences)
    {
        var all = differences.OrderBy(d => d.Id, StringComparer.Ordinal).ToList();
        foreach (var came in all.Where(d => d.Sign > 0).Select(d => d.Id).Chunk(500))
        {
            var known = (await transaction.Connection!.QueryAsync<string>("SELECT id FROM advisory_usage WHERE org_id = @Org AND id IN @came", new { Org, came }, transaction)).ToHashSet(StringComparer.Ordinal);
            if (known.Count < came.Length) await SumAdvisoriesAsync(transaction, [.. came.Where(id => !known.Contains(id))]);
        }

        using (var add = new PreparedCommand(transaction, "UPDATE advisory_usage SET projects = projects + @p2 WHERE org_id = @p0 AND id = @p1", 3))
        {
            foreach (var (id, sign) in all) add.Add(Org, id, sign);
        }

        using var drop = new PreparedCommand(transaction, "DELETE FROM advisory_usage WHERE org_id = @p0 AND id = @p1 AND projects <= 0", 2);
        foreach (var (id, _) in all.Where(d => d.Sign < 0)) drop.Add(Org, id);
    }

    /// <summary>Advisories that were settled in a project when it was counted, and findings that are settled in its latest version now.</summary>
    private static async Task<Decided> DecidedAsync(DbTransaction transaction, long project, long? latest)
    {
        var before = await transaction.Connection!.QueryAsync<string>("SELECT id FROM usage_settled WHERE project_id = @project", new { project }, transaction);
        var now = await transaction.Connection!.QueryAsync<(long, string)>("SELECT cv_id, finding_id FROM finding_decision WHERE org_id = @Org AND pv_id = @pv AND settled = 1", new { Org, pv = latest ?? 0 }, transaction);
        return new Decided(before.AsList(), now.ToHashSet());
    }

    /// <returns>Those that had no use before, and those that have none now.</returns>
    private static async Task<List<long>> CountAsync(DbTransaction transaction, List<long> gone, List<long> came)
    {
        var (turned, unused) = (new List<long>(), new List<long>());
        // Many in one statement: whoever counts holds up all others that count, and a turn to a database over a network takes longer than the row.
        foreach (var chunk in gone.Select(v => (Id: v, Sign: -1)).Concat(came.Select(v => (Id: v, Sign: 1))).OrderBy(v => v.Id).Chunk(500))
        {
            var signs = chunk.ToDictionary(v => v.Id, v => v.Sign);
            foreach (var (id, uses) in await transaction.Connection!.QueryAsync<(long, long)>($"""
                INSERT INTO version_usage (org_id, cv_id, projects) VALUES {string.Join(',', chunk.Select(v => $"({Org},{v.Id},{v.Sign})"))}
                ON CONFLICT (org_id, cv_id) DO UPDATE SET projects = version_usage.projects + excluded.projects RETURNING cv_id, projects
                """, transaction: transaction))
            {
                if (uses <= 0) unused.Add(id);
                else if (uses == 1 && signs[id] > 0) turned.Add(id);
            }
        }

        foreach (var ids in unused.Chunk(500)) await transaction.Connection!.ExecuteAsync($"DELETE FROM version_usage WHERE org_id = @Org AND cv_id IN ({Ids(ids)})", new { Org }, transaction);
        turned.AddRange(unused);
        return turned;
    }

    private static async Task<(Dictionary<long, long> Component, ILookup<long, string> Advisories)> FactsAsync(DbTransaction transaction, IEnumerable<long> versions)
    {
        var component = new Dictionary<long, long>();
        var found = new List<(long Version, string Id)>();
        foreach (var chunk in versions.Chunk(1000))
        {
            foreach (var (id, of) in await transaction.Connection!.QueryAsync<(long, long)>($"SELECT id, component_id FROM component_version WHERE id IN ({Ids(chunk)})", transaction: transaction)) component[id] = of;
            found.AddRange(await transaction.Connection!.QueryAsync<(long, string)>($"SELECT cv_id, id FROM finding WHERE affected = 1 AND cv_id IN ({Ids(chunk)})", transaction: transaction));
        }

        return (component, found.ToLookup(f => f.Version, f => f.Id));
    }

    /// <summary>Makes what is shown of advisories, and how many used component versions they affect; one that affects none any more goes.</summary>
    private static Task SumAdvisoriesAsync(DbTransaction transaction, string[] ids) => transaction.Connection!.ExecuteAsync($"""
        INSERT INTO advisory_usage (org_id, id, ids, summary, severity, score, epss, epss_percentile, kev, malicious, risk, published, components, projects)
        SELECT @Org, f.id, {AdvisoryFacts}, COUNT(*), 0 FROM finding f JOIN version_usage u ON u.org_id = @Org AND u.cv_id = f.cv_id AND u.projects > 0
        WHERE f.id IN @ids AND f.affected = 1 GROUP BY f.id
        ON CONFLICT (org_id, id) DO UPDATE SET ids = excluded.ids, summary = excluded.summary, severity = excluded.severity, score = excluded.score, epss = excluded.epss,
            epss_percentile = excluded.epss_percentile, kev = excluded.kev, malicious = excluded.malicious, risk = excluded.risk, published = excluded.published, components = excluded.components;
        DELETE FROM advisory_usage WHERE org_id = @Org AND id IN @ids
            AND NOT EXISTS (SELECT 1 FROM finding f JOIN version_usage u ON u.org_id = @Org AND u.cv_id = f.cv_id AND u.projects > 0 WHERE f.id = advisory_usage.id AND f.affected = 1);
        """, new { Org, ids }, transaction);

    /// <summary>Counts the projects of one advisory: all of them again where that is cheap or most of it is new, else only those that use what changed.</summary>
    private static async Task CountProjectsAsync(DbTransaction transaction, string id, IReadOnlyList<FindingChange> changes, long uses)
    {
        var connection = transaction.Connection!;
        var changed = Ids(changes.Select(c => c.ComponentVersion));
        if (uses <= CheapToCount || await connection.QuerySingleAsync<long>($"SELECT COALESCE(SUM(projects), 0) FROM version_usage WHERE org_id = @Org AND cv_id IN ({changed})", new { Org }, transaction) * 20 > uses)
        {
            await connection.ExecuteAsync("""
                UPDATE advisory_usage SET projects = (SELECT COUNT(DISTINCT o.pv_id) FROM finding f JOIN occurrence o ON o.cv_id = f.cv_id
                    JOIN project p ON p.org_id = @Org AND p.latest_id = o.pv_id
                    WHERE f.id = @id AND f.affected = 1 AND NOT EXISTS (SELECT 1 FROM usage_settled s WHERE s.project_id = p.id AND s.id = @id)) WHERE org_id = @Org AND id = @id;
                DELETE FROM advisory_usage WHERE org_id = @Org AND id = @id AND projects <= 0;
                """, new { Org, id }, transaction, 600);
            return;
        }

        var (gained, lost) = (changes.Where(c => c.Gained).Select(c => c.ComponentVersion).ToHashSet(), changes.Where(c => !c.Gained).Select(c => c.ComponentVersion).ToHashSet());
        var affected = (await connection.QueryAsync<long>("SELECT cv_id FROM finding WHERE id = @id AND affected = 1", new { id }, transaction)).ToHashSet();
        var users = (await connection.QueryAsync<(long Pv, long Cv)>($"""
            SELECT o.pv_id, o.cv_id FROM occurrence o JOIN project p ON p.org_id = @Org AND p.latest_id = o.pv_id WHERE o.cv_id IN ({changed})
                AND NOT EXISTS (SELECT 1 FROM usage_settled s WHERE s.project_id = p.id AND s.id = @id)
            """, new { Org, id }, transaction)).ToLookup(u => u.Pv, u => u.Cv);
        long difference = 0;
        foreach (var user in users)
        {
            var content = await connection.QueryAsync<long>("SELECT cv_id FROM occurrence WHERE org_id = @Org AND pv_id = @Key", new { Org, user.Key }, transaction);
            if (content.Any(v => affected.Contains(v) && !gained.Contains(v))) continue; // Affected before and after, by something else.
            difference += (user.Any(gained.Contains) ? 1 : 0) - (user.Any(lost.Contains) ? 1 : 0);
        }

        await connection.ExecuteAsync("UPDATE advisory_usage SET projects = projects + @difference WHERE org_id = @Org AND id = @id", new { Org, id, difference }, transaction);
    }

    private static IEnumerable<(T Item, long Sign)> Differences<T>(HashSet<T> before, HashSet<T> after) =>
        before.Except(after, before.Comparer).Select(i => (i, -1L)).Concat(after.Except(before, before.Comparer).Select(i => (i, 1L)));

    private static string Ids(IEnumerable<long> ids) => string.Join(',', ids);

    private sealed class Counted
    {
        public long PvId { get; set; }
        public byte[] Content { get; set; } = [];
    }

    private sealed record Decided(IReadOnlyList<string> Before, HashSet<(long ComponentVersion, string Id)> Now)
    {
        public bool IsEmpty => Before.Count == 0 && Now.Count == 0;
    }
}
