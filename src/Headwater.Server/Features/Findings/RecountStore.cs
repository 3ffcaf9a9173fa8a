using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Findings;

/// <summary>
/// Counts everything from the beginning: for an installation that was made before usage was counted by differences, for what was loaded in bulk, and to
/// mend. It holds the writer while it works and keeps a few numbers for each occurrence and component version in memory.
/// </summary>
internal sealed class RecountStore(IDatabase database, ITables tables, UnitStore units, NumbersStore numbers, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const string Setting = "usage.counted", UnitSetting = "units.counted";

    /// <summary>Counts once what was never counted.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<string?>("SELECT value FROM setting WHERE name = @Setting", new { Setting }), cancellationToken) is null)
            await RunAsync(_ => { }, cancellationToken);
        else if (await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<string?>("SELECT value FROM setting WHERE name = @UnitSetting", new { UnitSetting }), cancellationToken) is null)
            await database.WriteAsync(async transaction =>
            {
                await units.RecountAsync(transaction);
                await numbers.PortfolioAsync(transaction, true);
                await transaction.Connection!.ExecuteAsync("INSERT INTO setting (name, value) VALUES (@UnitSetting, '1') ON CONFLICT (name) DO NOTHING", new { UnitSetting }, transaction);
            }, true, cancellationToken);
    }

    /// <param name="progress">Told what is being done.</param>
    public Task RunAsync(Action<string> progress, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        await database.LockAsync(transaction, UsageStore.Lock);
        var connection = transaction.Connection!;
        progress("Reading what is known of components");
        var components = await ReadComponentsAsync(connection, transaction);
        progress("Reading what projects use");
        var (projects, latest, versions) = await ReadProjectsAsync(connection, transaction);
        var content = await ReadOccurrencesAsync(connection, transaction, versions.Count, versions);
        await DecisionStore.ApplyAsync(transaction, null);
        var settled = (await connection.QueryAsync<(long Pv, long Cv, string Id)>("SELECT pv_id, cv_id, finding_id FROM finding_decision WHERE org_id = @Org AND settled = 1", new { Org }, transaction))
            .ToLookup(d => d.Pv, d => (d.Cv, d.Id));
        progress("Counting");
        var tally = new Tally(components, versions.Count);
        var place = versions.Select((id, i) => (id, i)).ToDictionary(v => v.id, v => v.i);
        for (var i = 0; i < versions.Count; i++) tally.AddVersion(i, content.Of(i));
        for (var i = 0; i < projects.Count; i++)
            if (latest[i] is { } id && place.TryGetValue(id, out var at)) tally.AddProject(projects[i], content.Of(at), settled[id].ToHashSet());

        progress("Storing the numbers");
        await WriteAsync(transaction, tally, content, projects, latest, versions, place, cancellationToken);
        await PartStore.ContentChangedAsync(transaction);
        await units.RecountAsync(transaction);
        await numbers.PortfolioAsync(transaction, true);
        await connection.ExecuteAsync("INSERT INTO setting (name, value) VALUES (@Setting, '1'), (@UnitSetting, '1') ON CONFLICT (name) DO NOTHING", new { Setting, UnitSetting }, transaction);
    }, true, cancellationToken);

    private async Task WriteAsync(DbTransaction transaction, Tally tally, Content content, List<long> projects, List<long?> latest, List<long> versions, Dictionary<long, int> place, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await connection.ExecuteAsync("""
            DELETE FROM version_usage WHERE org_id = @Org;
            DELETE FROM component_usage WHERE org_id = @Org;
            DELETE FROM advisory_usage WHERE org_id = @Org;
            DELETE FROM usage_counted WHERE org_id = @Org;
            DELETE FROM usage_settled WHERE org_id = @Org;
            DELETE FROM number_work WHERE org_id = @Org;
            """, new { Org }, transaction, 600);
        await tables.LoadAsync(transaction, "version_usage", ["org_id", "cv_id", "projects"], tally.VersionUses().Select(u => new object?[] { Org, u.Id, u.Uses }), cancellationToken);
        await connection.ExecuteAsync($"""
            INSERT INTO component_usage (org_id, component_id, projects, versions, vulnerable, covered, not_covered, no_version, unidentified, pending, critical, high, medium, low, unassigned, kev, max_risk, findings)
            SELECT @Org, c.component_id, 0, {UsageStore.Sums} FROM component_version c JOIN version_usage u ON u.org_id = @Org AND u.cv_id = c.id WHERE c.id > 0 GROUP BY c.component_id;
            INSERT INTO advisory_usage (org_id, id, ids, summary, severity, score, epss, epss_percentile, kev, malicious, risk, published, components, projects)
            SELECT @Org, f.id, {UsageStore.AdvisoryFacts}, COUNT(*), 0 FROM finding f JOIN version_usage u ON u.org_id = @Org AND u.cv_id = f.cv_id WHERE f.affected = 1 GROUP BY f.id;
            """, new { Org }, transaction, 600);
        using (var component = new PreparedCommand(transaction, "UPDATE component_usage SET projects = @p2 WHERE org_id = @p0 AND component_id = @p1", 3))
            foreach (var (id, uses) in tally.ComponentUses()) component.Execute(Org, id, uses);
        using (var advisory = new PreparedCommand(transaction, "UPDATE advisory_usage SET projects = @p2 WHERE org_id = @p0 AND id = @p1", 3))
            foreach (var (id, uses) in tally.AdvisoryUses()) advisory.Execute(Org, id, uses);
        await connection.ExecuteAsync("DELETE FROM advisory_usage WHERE org_id = @Org AND projects = 0", new { Org }, transaction);
        await tables.LoadAsync(transaction, "usage_settled", ["project_id", "id", "org_id"], tally.Settled.Select(s => new object?[] { s.Project, s.Id, Org }), cancellationToken);
        await tables.LoadAsync(transaction, "usage_counted", ["project_id", "org_id", "pv_id", "content"],
            projects.Select((id, i) => (id, latest: latest[i])).Where(p => p.latest is not null)
                .Select(p => new object?[] { p.id, Org, p.latest, NodeList.ToBytes(place.TryGetValue(p.latest!.Value, out var at) ? tally.Ids(content.Of(at)) : []) }), cancellationToken);

        // Numbers are compared first: a recount of a portfolio that was right writes nothing.
        using (var update = new PreparedCommand(transaction, """
            UPDATE project_version SET components = @p1, direct = @p2, covered = @p3, not_covered = @p4, no_version = @p5, unidentified = @p6, pending = @p7, vulnerable = @p8, critical = @p9, high = @p10,
                medium = @p11, low = @p12, unassigned = @p13, kev = @p14, max_risk = @p15, metrics_at = @p16, first_metrics_at = COALESCE(first_metrics_at, @p16)
            WHERE id = @p0 AND (components <> @p1 OR direct <> @p2 OR covered <> @p3 OR not_covered <> @p4 OR no_version <> @p5 OR unidentified <> @p6 OR pending <> @p7 OR vulnerable <> @p8 OR critical <> @p9
                OR high <> @p10 OR medium <> @p11 OR low <> @p12 OR unassigned <> @p13 OR kev <> @p14 OR max_risk <> @p15)
            """, 17))
        {
            for (var i = 0; i < versions.Count; i++)
            {
                var n = tally.NumbersOf(i);
                update.Execute(versions[i], n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12], n[13], tally.RiskOf(i), now);
            }
        }

        await DecisionStore.CorrectAsync(transaction, null);
        await connection.ExecuteAsync($"""
            {UsageStore.TakeOver};
            {NumbersStore.DaysOf("metrics_at = @now")}
            """, new { Org, now, day = now / 86_400_000 }, transaction, 600);
    }

    private static async Task<Components> ReadComponentsAsync(DbConnection connection, DbTransaction transaction)
    {
        var rows = new Components();
        await using (var reader = await connection.ExecuteReaderAsync("SELECT id, component_id, coverage, critical, high, medium, low, unassigned, kev, max_risk FROM component_version ORDER BY id", transaction: transaction))
        {
            while (await reader.ReadAsync())
                rows.Add(reader.GetInt64(0), reader.GetInt64(1), [reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8)], reader.GetDouble(9));
        }

        await using var findings = await connection.ExecuteReaderAsync("SELECT cv_id, id FROM finding WHERE affected = 1", transaction: transaction);
        while (await findings.ReadAsync()) rows.AddFinding(findings.GetInt64(0), findings.GetString(1));
        return rows;
    }

    private static async Task<(List<long> Projects, List<long?> Latest, List<long> Versions)> ReadProjectsAsync(DbConnection connection, DbTransaction transaction)
    {
        var (projects, latest) = (new List<long>(), new List<long?>());
        foreach (var (id, version) in await connection.QueryAsync<(long, long?)>("SELECT id, latest_id FROM project WHERE org_id = @Org ORDER BY id", new { Org }, transaction))
        {
            projects.Add(id);
            latest.Add(version);
        }

        return (projects, latest, (await connection.QueryAsync<long>("SELECT id FROM project_version WHERE org_id = @Org AND last_upload_id IS NOT NULL ORDER BY id", new { Org }, transaction)).AsList());
    }

    /// <summary>In whatever order the engine reads fastest; put in order here.</summary>
    private static async Task<Content> ReadOccurrencesAsync(DbConnection connection, DbTransaction transaction, int versions, List<long> ids)
    {
        var place = ids.Select((id, i) => (id, i)).ToDictionary(v => v.id, v => v.i);
        var content = new Content(versions);
        await using var reader = await connection.ExecuteReaderAsync("SELECT pv_id, cv_id, flags FROM occurrence WHERE org_id = @Org", new { Org }, transaction, 3600);
        while (await reader.ReadAsync())
            if (place.TryGetValue(reader.GetInt64(0), out var at)) content.Add(at, reader.GetInt64(1), reader.GetInt64(2) >= 4);
        content.Order();
        return content;
    }
}
