using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Registries;

/// <summary>A component that is to be asked about.</summary>
internal sealed record DueComponent(long Id, string? Group, string Name, long? RegistryId, string? Etag, string? LastModified, IReadOnlyList<UsedVersion> Used);

/// <summary>What is to be kept of asking about a component.</summary>
/// <param name="State">Null when asking failed: what is known stays.</param>
/// <param name="Facts">Null when there is nothing new.</param>
internal sealed record Asked(DueComponent Component, ReleaseState? State, long? RegistryId, PackageAnswer? Answer, string? Error, DateTimeOffset NextAt);

/// <summary>What registries say of components and of their versions in use.</summary>
internal sealed class ReleaseStore(IDatabase database, FindingsModule findings, CurationsModule curations, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const int MostVersions = 500;

    /// <summary>Up to which component version the gap to the latest is known, where that is known for its component.</summary>
    private const string PlacedUpTo = "registries.placed";

    /// <summary>Components of a type that are in use and due, by their number.</summary>
    public Task<IReadOnlyList<DueComponent>> DueAsync(string type, long after, int count, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<DueComponent>>(async connection =>
    {
        var due = (await connection.QueryAsync<(long Id, string? Group, string Name, long? Registry, string? Etag, string? Modified)>($"""
            SELECT k.id, k.group_name, k.name, r.registry_id, r.etag, r.modified {Due} AND u.component_id > @after ORDER BY u.component_id LIMIT @count
            """, new { Org, type, after, count, now = time.GetUtcNow() })).AsList();
        if (due.Count == 0) return [];
        var versions = (await connection.QueryAsync<(long Component, long Id, string Version, long? Published, long IsNew, long Wants)>("""
            SELECT c.component_id, c.id, c.version, v.published_at, CASE WHEN v.listed IS NULL THEN 1 ELSE 0 END, CASE WHEN l.cv_id IS NULL THEN 1 ELSE 0 END
            FROM component_version c LEFT JOIN version_release v ON v.org_id = @Org AND v.cv_id = c.id LEFT JOIN registry_licence l ON l.cv_id = c.id WHERE c.component_id IN @ids AND c.version IS NOT NULL AND c.version <> '' ORDER BY c.id DESC
            """, new { Org, ids = due.Select(d => d.Id) })).ToLookup(v => v.Component);
        return [.. due.Select(d => new DueComponent(d.Id, d.Group, d.Name, d.Registry, d.Etag, d.Modified,
            [.. versions[d.Id].Take(MostVersions).Select(v => new UsedVersion(v.Id, v.Version, v.Published is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, v.IsNew == 1) { WantsLicence = v.Wants == 1 })]))];
    }, cancellationToken);

    public Task<long> CountDueAsync(string type, CancellationToken cancellationToken) => database.ReadAsync(connection =>
        connection.QuerySingleAsync<long>($"SELECT COUNT(*) {Due}", new { Org, type, now = time.GetUtcNow() }), cancellationToken);

    private const string Due = """
        FROM component_usage u JOIN component k ON k.id = u.component_id LEFT JOIN component_release r ON r.org_id = u.org_id AND r.component_id = u.component_id
        WHERE u.org_id = @Org AND u.projects > 0 AND k.type = @type AND (r.component_id IS NULL OR r.next_at <= @now)
        """;

    /// <summary>Keeps what came of a number of questions, in one step.</summary>
    /// <returns>Whether licences are declared otherwise now. Wake the workers then.</returns>
    public Task<bool> SaveAsync(string type, IReadOnlyCollection<Asked> all, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var now = time.GetUtcNow();
        var (heard, names) = (new List<HeardLicence>(), (await connection.QueryAsync<(long Id, string Name)>("SELECT id, name FROM registry WHERE org_id = @Org AND type = @type", new { Org, type }, transaction)).ToDictionary(r => r.Id, r => r.Name));
        foreach (var it in all)
        {
            var (id, facts) = (it.Component.Id, it.Answer?.Facts);
            if (it.State is null || it.Answer is { IsUnchanged: true })
            {
                // What is known stays as it is.
                await connection.ExecuteAsync("""
                    INSERT INTO component_release (org_id, component_id, state, next_at, error) VALUES (@Org, @id, 0, @NextAt, @Error)
                    ON CONFLICT (org_id, component_id) DO UPDATE SET next_at = excluded.next_at, error = excluded.error, checked_at = CASE WHEN @answered = 1 THEN @now ELSE component_release.checked_at END
                    """, new { Org, id, it.NextAt, it.Error, now, answered = it.State is null ? 0L : 1L }, transaction);
                continue;
            }

            await connection.ExecuteAsync("""
                INSERT INTO component_release (org_id, component_id, registry_id, state, checked_at, next_at, error, etag, modified, latest, latest_at, latest_pre, deprecated)
                VALUES (@Org, @id, @RegistryId, @state, @checkedAt, @NextAt, NULL, @etag, @modified, @latest, @latestAt, @pre, @deprecated)
                ON CONFLICT (org_id, component_id) DO UPDATE SET registry_id = excluded.registry_id, state = excluded.state, checked_at = excluded.checked_at, next_at = excluded.next_at, error = NULL, etag = excluded.etag,
                    modified = excluded.modified, latest = excluded.latest, latest_at = excluded.latest_at, latest_pre = excluded.latest_pre, deprecated = excluded.deprecated
                """, new
            {
                Org, id, it.RegistryId, state = (long)it.State, checkedAt = it.State == ReleaseState.NotAsked ? (DateTimeOffset?)null : now, it.NextAt, etag = it.Answer?.Etag, modified = it.Answer?.LastModified,
                latest = facts?.Latest, latestAt = facts?.LatestAt, pre = facts?.LatestIsPreRelease == true ? 1L : 0L, deprecated = facts?.Deprecated,
            }, transaction);
            foreach (var version in it.Component.Used)
            {
                var fact = facts?.Versions.GetValueOrDefault(version.Id);
                var published = fact?.PublishedAt ?? version.PublishedAt;
                var (gap, days) = Behind(type, version.Version, published, facts?.Latest, facts?.LatestAt);
                await SetVersionAsync(connection, transaction, version.Id, fact?.Listed, published, fact?.Withdrawn ?? Withdrawal.None, fact?.Reason, gap, days);
                heard.Add(new HeardLicence(version.Id, facts is null ? null : it.RegistryId, it.RegistryId is { } of ? names.GetValueOrDefault(of) : null, fact?.Licences));
            }
        }

        return await curations.HearAsync(transaction, heard, now);
    }, true, cancellationToken);

    /// <summary>
    /// Gives component versions that have come since the last question their place behind the latest, which is known already. Nobody is asked for that; when the version was
    /// published is known after the next question.
    /// </summary>
    public Task PlaceNewAsync(CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var from = long.TryParse(await connection.QuerySingleOrDefaultAsync<string?>("SELECT value FROM setting WHERE name = @PlacedUpTo", new { PlacedUpTo }, transaction), out var number) ? number : 0;
        var to = await connection.QuerySingleAsync<long>("SELECT COALESCE(MAX(id), 0) FROM component_version", transaction: transaction);
        if (to <= from) return;
        var rows = await connection.QueryAsync<(long Id, string Type, string Version, string Latest)>("""
            SELECT c.id, k.type, c.version, r.latest FROM component_version c JOIN component k ON k.id = c.component_id JOIN component_release r ON r.org_id = @Org AND r.component_id = c.component_id
            LEFT JOIN version_release v ON v.org_id = @Org AND v.cv_id = c.id WHERE c.id > @from AND c.id <= @to AND c.version IS NOT NULL AND k.type IS NOT NULL AND r.latest IS NOT NULL AND v.cv_id IS NULL
            """, new { Org, from, to }, transaction);
        foreach (var (id, type, version, latest) in rows) await SetVersionAsync(connection, transaction, id, null, null, Withdrawal.None, null, Stability.Gap(type, version, latest), null);
        await connection.ExecuteAsync("INSERT INTO setting (name, value) VALUES (@PlacedUpTo, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value", new { PlacedUpTo, value = to.ToString(System.Globalization.CultureInfo.InvariantCulture) }, transaction);
    }, true, cancellationToken);

    /// <summary>What is known of components, for those of them of which anything is.</summary>
    public static async Task<Dictionary<long, ComponentRelease>> OfComponentsAsync(DbConnection connection, Viewer viewer, IEnumerable<long> components, Func<Viewer, string, string> uses)
    {
        var found = new Dictionary<long, ComponentRelease>();
        foreach (var chunk in components.Distinct().Chunk(500))
        {
            var worst = (await connection.QueryAsync<(long Component, long? Gap, long Withdrawn)>($"""
                SELECT c.component_id, MAX(v.gap), MAX(v.withdrawn) FROM component_version c JOIN version_release v ON v.org_id = @Org AND v.cv_id = c.id
                WHERE c.component_id IN @chunk AND {uses(viewer, "c.id")} GROUP BY c.component_id
                """, new { Org, chunk })).ToDictionary(w => w.Component);
            foreach (var row in await connection.QueryAsync<Row>($"SELECT {ComponentColumns} FROM component_release r LEFT JOIN registry g ON g.id = r.registry_id WHERE r.org_id = @Org AND r.component_id IN @chunk", new { Org, chunk }))
            {
                var (_, gap, withdrawn) = worst.GetValueOrDefault(row.ComponentId);
                found[row.ComponentId] = row.ToRelease((VersionGap?)(int?)gap, (Withdrawal)withdrawn);
            }
        }

        return found;
    }

    /// <summary>What is known of component versions, for those of them of which anything is.</summary>
    public static async Task<Dictionary<long, VersionRelease>> OfVersionsAsync(DbConnection connection, IEnumerable<long> versions)
    {
        var found = new Dictionary<long, VersionRelease>();
        foreach (var chunk in versions.Distinct().Chunk(500))
        {
            foreach (var row in await connection.QueryAsync<Row>($"""
                SELECT c.id AS cv_id, {ComponentColumns}, v.listed, v.published_at, v.withdrawn, v.reason, v.gap, v.behind_days FROM component_version c JOIN component_release r ON r.org_id = @Org AND r.component_id = c.component_id
                LEFT JOIN version_release v ON v.org_id = @Org AND v.cv_id = c.id LEFT JOIN registry g ON g.id = r.registry_id WHERE c.id IN @chunk
                """, new { Org, chunk })) found[row.CvId] = row.ToVersion();
        }

        return found;
    }

    /// <summary>How many components in the latest versions of what is visible have data.</summary>
    public async Task<ReleaseCoverage> CoverageAsync(Viewer viewer, CancellationToken cancellationToken)
    {
        if (viewer.All) return await CoverageAsync("FROM component_usage u LEFT JOIN component_release r ON r.org_id = @Org AND r.component_id = u.component_id WHERE u.org_id = @Org AND u.projects > 0", new { Org }, cancellationToken);
        var part = (await findings.PartAsync(viewer, cancellationToken)).Components;
        return await database.ReadAsync(async connection =>
        {
            if (await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM registry WHERE org_id = @Org", new { Org }) == 0) return ReleaseCoverage.None;
            var known = (await connection.QueryAsync<(long Component, long State, long? At)>("SELECT component_id, state, checked_at FROM component_release WHERE org_id = @Org", new { Org })).Where(r => part.ContainsKey(r.Component)).ToList();
            return new ReleaseCoverage(true, known.Count(r => r.State == 1), part.Count, known.Max(r => r.At) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);
        }, cancellationToken);
    }

    /// <summary>The same of the components of one project version, which the caller has checked to be visible.</summary>
    public Task<ReleaseCoverage> CoverageAsync(long projectVersion, CancellationToken cancellationToken) => CoverageAsync("""
        FROM occurrence o JOIN component_version c ON c.id = o.cv_id LEFT JOIN component_release r ON r.org_id = @Org AND r.component_id = c.component_id WHERE o.org_id = @Org AND o.pv_id = @projectVersion
        """, new { Org, projectVersion }, cancellationToken);

    private Task<ReleaseCoverage> CoverageAsync(string from, object parameters, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        if (await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM registry WHERE org_id = @Org", new { Org }) == 0) return ReleaseCoverage.None;
        var (all, known, newest) = await connection.QuerySingleAsync<(long, long, long?)>($"SELECT COUNT(*), COALESCE(SUM(CASE WHEN r.state = 1 THEN 1 ELSE 0 END), 0), MAX(r.checked_at) {from}", parameters);
        return new ReleaseCoverage(true, known, all, newest is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);
    }, cancellationToken);

    internal static (VersionGap? Gap, int? Days) Behind(string type, string used, DateTimeOffset? usedAt, string? latest, DateTimeOffset? latestAt)
    {
        if (latest is null || Stability.Gap(type, used, latest) is not { } gap) return (null, null);
        return (gap, gap != VersionGap.None && usedAt is { } from && latestAt is { } to ? (int)Math.Max(0, (to - from).TotalDays) : null);
    }

    private static Task SetVersionAsync(DbConnection connection, DbTransaction transaction, long version, bool? listed, DateTimeOffset? published, Withdrawal withdrawn, string? reason, VersionGap? gap, int? days) => connection.ExecuteAsync("""
        INSERT INTO version_release (org_id, cv_id, listed, published_at, withdrawn, reason, gap, behind_days) VALUES (@Org, @version, @listed, @published, @withdrawn, @reason, @gap, @days)
        ON CONFLICT (org_id, cv_id) DO UPDATE SET listed = excluded.listed, published_at = excluded.published_at, withdrawn = excluded.withdrawn, reason = excluded.reason, gap = excluded.gap, behind_days = excluded.behind_days
        """, new { Org, version, listed = listed is { } it ? it ? 1L : 0L : (long?)null, published, withdrawn = (long)withdrawn, reason, gap = (long?)gap, days = (long?)days }, transaction);

    private const string ComponentColumns = "r.component_id, r.state, r.latest, r.latest_at, r.latest_pre, r.deprecated, r.checked_at, r.error, g.name AS registry";

    private sealed class Row
    {
        public long CvId { get; set; }
        public long ComponentId { get; set; }
        public int State { get; set; }
        public string? Latest { get; set; }
        public DateTimeOffset? LatestAt { get; set; }
        public bool LatestPre { get; set; }
        public string? Deprecated { get; set; }
        public DateTimeOffset? CheckedAt { get; set; }
        public string? Error { get; set; }
        public string? Registry { get; set; }
        public bool? Listed { get; set; }
        public DateTimeOffset? PublishedAt { get; set; }
        public int? Withdrawn { get; set; }
        public string? Reason { get; set; }
        public int? Gap { get; set; }
        public int? BehindDays { get; set; }

        public ComponentRelease ToRelease(VersionGap? gap, Withdrawal withdrawn) => new((ReleaseState)State, Latest, LatestAt, LatestPre, Deprecated, CheckedAt, Error, Registry, gap, withdrawn);

        public VersionRelease ToVersion()
        {
            var (gap, withdrawn) = ((VersionGap?)Gap, (Withdrawal)(Withdrawn ?? 0));
            return new VersionRelease(Listed, PublishedAt, withdrawn, Reason, gap, BehindDays, ToRelease(gap, withdrawn));
        }
    }
}
