using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>Numbers of one day.</summary>
internal sealed record DtDay : Numbers
{
    public long Day { get; set; }
    public int Suppressed { get; set; }
    public int Settled { get; set; }
    public int Audited { get; set; }
    public int Projects { get; set; }
    public int VulnerableProjects { get; set; }

    public static DtDay Of(UnitNumbers n) => new()
    {
        Day = n.Day, Projects = n.Projects, VulnerableProjects = n.Hit, Components = n.Components, Vulnerable = n.Vulnerable, Critical = n.Critical, High = n.High, Medium = n.Medium, Low = n.Low, Unassigned = n.Unassigned,
        Kev = n.Kev, Suppressed = n.Suppressed, Settled = n.Settled, Audited = n.Audited,
    };

    /// <summary>The same in the shape that knows how the interface spells them.</summary>
    public DtProject ToProject() => new()
    {
        Critical = Critical, High = High, Medium = Medium, Low = Low, Unassigned = Unassigned, Kev = Kev, Components = Components, Vulnerable = Vulnerable, Suppressed = Suppressed, Settled = Settled, Audited = Audited,
        MetricsAt = Day * 86_400_000, FirstMetricsAt = Day * 86_400_000,
    };
}

/// <summary>
/// Numbers by the day. A day is only written when something changed, so each day without one repeats the last. What is shown of all that is visible is kept with
/// units and with the whole; no project is counted for it. Retired projects count nowhere.
/// </summary>
internal sealed class DtMetricsStore(IDatabase database, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const string Columns = "d.components, d.vulnerable, d.critical, d.high, d.medium, d.low, d.unassigned, d.kev, d.suppressed, d.settled, d.audited";

    public Task<IReadOnlyList<DtDay>> OfProjectAsync(long version, long since, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var written = (await connection.QueryAsync<DtDay>($"SELECT d.day, {Columns} FROM metrics_day d WHERE {Rows("@version")} ORDER BY d.day", new { Org, version, since })).AsList();
        return EveryDay(written, since);
    }, cancellationToken);

    public async Task<DtDay> PortfolioAsync(Viewer viewer, CancellationToken cancellationToken) =>
        await PortfolioSinceAsync(viewer, Today, cancellationToken) is [.., var now] ? now : new DtDay { Day = Today };

    /// <summary>For each day since there were projects in sight: what they added up to by then.</summary>
    public Task<IReadOnlyList<DtDay>> PortfolioSinceAsync(Viewer viewer, long since, CancellationToken cancellationToken) => since > Today ? Task.FromResult<IReadOnlyList<DtDay>>([]) : database.ReadAsync<IReadOnlyList<DtDay>>(async connection =>
        [.. (await FindingsModule.TrendAsync(connection, viewer, (int)(Today - since) + 1, time.GetUtcNow())).Select(DtDay.Of)], cancellationToken);

    /// <summary>For each day: the last numbers by then of what is summed up for the collection today.</summary>
    public Task<IReadOnlyList<DtDay>> OfCollectionAsync(Viewer viewer, DtProject collection, long since, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var members = await DtCollectionStore.MembersAsync(connection, viewer, collection);
        return members.Count == 0 ? [] : EveryDay(await SummedAsync(connection, $"project_version v CROSS JOIN metrics_day d WHERE v.id IN ({string.Join(',', members)}) AND {Rows("v.id")}", since), since);
    }, cancellationToken);

    /// <summary>Of a version: the last day written before what is asked for, and each after that. What lies further back is not read, however long it is.</summary>
    private static string Rows(string version) => $"d.org_id = @Org AND d.pv_id = {version} AND d.day >= COALESCE((SELECT MAX(b.day) FROM metrics_day b WHERE b.org_id = @Org AND b.pv_id = {version} AND b.day <= @since), 0)";

    /// <summary>The sums over some versions on each day on which one of them changed; right from <paramref name="since"/> on.</summary>
    private static async Task<List<DtDay>> SummedAsync(System.Data.Common.DbConnection connection, string which, long since)
    {
        // Each row counts from its day until the day before the next one of the same version: what it adds there and takes away here, summed up by the day.
        var changes = (await connection.QueryAsync<DtDay>($"""
            WITH spans AS (SELECT d.day, LEAD(d.day) OVER (PARTITION BY d.pv_id ORDER BY d.day) AS until, {Columns} FROM {which}),
            steps AS (SELECT d.day, 1 AS sign, {Columns} FROM spans d UNION ALL SELECT d.until, -1, {Columns} FROM spans d WHERE d.until IS NOT NULL)
            SELECT d.day, SUM(d.sign) AS projects, SUM(CASE WHEN d.vulnerable > 0 THEN d.sign ELSE 0 END) AS vulnerable_projects, {Signed} FROM steps d GROUP BY d.day ORDER BY d.day
            """, new { Org, since })).AsList();
        for (var i = 1; i < changes.Count; i++) changes[i] = Sum(changes[i - 1], changes[i]);
        return changes;
    }

    private long Today => time.GetUtcNow().ToUnixTimeSeconds() / 86_400;

    private static string Signed => string.Join(", ", Columns.Split(", ").Select(c => $"SUM({c} * d.sign) AS {c[2..]}"));

    private static DtDay Sum(DtDay before, DtDay step) => step with
    {
        Projects = before.Projects + step.Projects, VulnerableProjects = before.VulnerableProjects + step.VulnerableProjects, Components = before.Components + step.Components, Vulnerable = before.Vulnerable + step.Vulnerable,
        Critical = before.Critical + step.Critical, High = before.High + step.High, Medium = before.Medium + step.Medium, Low = before.Low + step.Low, Unassigned = before.Unassigned + step.Unassigned, Kev = before.Kev + step.Kev,
        Suppressed = before.Suppressed + step.Suppressed, Settled = before.Settled + step.Settled, Audited = before.Audited + step.Audited,
    };

    private IReadOnlyList<DtDay> EveryDay(List<DtDay> written, long since)
    {
        var days = new List<DtDay>();
        var at = 0;
        for (var day = since; day <= Today; day++)
        {
            while (at + 1 < written.Count && written[at + 1].Day <= day) at++;
            if (written.Count > 0 && written[at].Day <= day) days.Add(written[at] with { Day = day });
        }

        return days;
    }
}
