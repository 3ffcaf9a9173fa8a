using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Findings;

/// <summary>Applies what was decided to the findings of project versions, in the transaction that makes their numbers.</summary>
internal static class DecisionStore
{
    private const long Org = Organisation.Home;

    /// <summary>The more particular decision wins: for one version before one for the project before one for all; for one version of the component before one for all.</summary>
    private const string MostParticular = "CASE WHEN a.pv_id IS NOT NULL THEN 0 WHEN a.project_id IS NOT NULL THEN 1 ELSE 2 END, CASE WHEN a.cv_id IS NOT NULL THEN 0 ELSE 1 END, a.changed_at DESC, a.id DESC";

    /// <summary>Finds the decision that holds for each finding of some versions, or of all.</summary>
    public static async Task ApplyAsync(DbTransaction transaction, IReadOnlyCollection<long>? versions)
    {
        if (!await AnyAsync(transaction)) return;
        var list = versions is null ? null : $"({string.Join(',', versions.DefaultIfEmpty())})";
        var of = list is null ? "" : $" AND pv_id IN {list}";
        var reach = list is null ? "" : $" AND (a.pv_id IN {list} OR (a.pv_id IS NULL AND (a.project_id IS NULL OR a.project_id IN (SELECT project_id FROM project_version WHERE id IN {list}))))";
        await transaction.Connection!.ExecuteAsync($"""
            DELETE FROM finding_decision WHERE org_id = @Org{of};
            INSERT INTO finding_decision (org_id, pv_id, cv_id, finding_id, analysis_id, settled, suppressed, audited)
            SELECT @Org, pv_id, cv_id, finding_id, analysis_id, settled, suppressed, audited FROM (
                SELECT b.pv_id, b.cv_id, f.id AS finding_id, a.id AS analysis_id, a.suppressed,
                    CASE WHEN a.suppressed = 1 OR a.state IN ('not_affected', 'false_positive', 'resolved') THEN 1 ELSE 0 END AS settled, CASE WHEN a.state <> 'not_set' THEN 1 ELSE 0 END AS audited,
                    ROW_NUMBER() OVER (PARTITION BY b.pv_id, b.cv_id, f.id ORDER BY {MostParticular}) AS place
                FROM analysis a
                JOIN component_version c ON c.component_id = a.component_id AND (a.cv_id IS NULL OR a.cv_id = c.id)
                JOIN finding f ON f.cv_id = c.id AND (f.id = a.vulnerability OR f.ids LIKE '%"' || a.vulnerability || '"%')
                JOIN occurrence b ON b.org_id = a.org_id AND b.cv_id = c.id
                JOIN project_version v ON v.id = b.pv_id AND (a.pv_id IS NULL OR a.pv_id = v.id) AND (a.project_id IS NULL OR a.project_id = v.project_id)
                WHERE a.org_id = @Org AND (a.state <> 'not_set' OR a.suppressed = 1){reach}{(list is null ? "" : $" AND b.pv_id IN {list}")}) ranked
            WHERE place = 1;
            """, new { Org }, transaction, 3600);
    }

    /// <summary>Takes what is settled out of the numbers just made, and counts it apart.</summary>
    public static async Task CorrectAsync(DbTransaction transaction, IReadOnlyCollection<long>? versions)
    {
        if (!await AnyAsync(transaction)) return;
        var list = versions is null ? null : $"({string.Join(',', versions.DefaultIfEmpty())})";
        var of = list is null ? "" : $" AND d.pv_id IN {list}";
        await transaction.Connection!.ExecuteAsync($"""
            UPDATE project_version SET suppressed = 0, settled = 0, audited = 0 WHERE org_id = @Org AND (suppressed > 0 OR settled > 0 OR audited > 0){(list is null ? "" : $" AND id IN {list}")};

            UPDATE project_version SET vulnerable = m.vulnerable, critical = m.critical, high = m.high, medium = m.medium, low = m.low, unassigned = m.unassigned, kev = m.kev, max_risk = m.max_risk,
                suppressed = m.suppressed, settled = m.settled, audited = m.audited
            FROM (SELECT o.pv_id, COUNT(DISTINCT CASE WHEN COALESCE(d.settled, 0) = 0 THEN o.cv_id END) AS vulnerable,
                    {Open("f.severity = 5")} AS critical, {Open("f.severity = 4")} AS high, {Open("f.severity = 3")} AS medium, {Open("f.severity = 2")} AS low, {Open("f.severity < 2")} AS unassigned,
                    {Open("f.kev = 1")} AS kev, COALESCE(MAX(CASE WHEN COALESCE(d.settled, 0) = 0 THEN f.risk END), 0) AS max_risk,
                    SUM(COALESCE(d.suppressed, 0)) AS suppressed, SUM(CASE WHEN d.settled = 1 AND d.suppressed = 0 THEN 1 ELSE 0 END) AS settled,
                    SUM(CASE WHEN d.audited = 1 AND d.suppressed = 0 THEN 1 ELSE 0 END) AS audited
                FROM occurrence o JOIN finding f ON f.cv_id = o.cv_id AND f.affected = 1
                LEFT JOIN finding_decision d ON d.org_id = o.org_id AND d.pv_id = o.pv_id AND d.cv_id = o.cv_id AND d.finding_id = f.id
                WHERE o.org_id = @Org AND o.pv_id IN (SELECT d.pv_id FROM finding_decision d WHERE d.org_id = @Org{of}) GROUP BY o.pv_id) m
            WHERE project_version.id = m.pv_id;
            """, new { Org }, transaction, 3600);
    }

    /// <summary>Most installations decide about few findings, and a new one about none; then there is nothing to look for.</summary>
    private static async Task<bool> AnyAsync(DbTransaction transaction) => await transaction.Connection!.QueryFirstOrDefaultAsync<long?>(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM analysis WHERE org_id = @Org) OR EXISTS (SELECT 1 FROM finding_decision WHERE org_id = @Org)", new { Org }, transaction) is not null;

    private static string Open(string what) => $"SUM(CASE WHEN {what} AND COALESCE(d.settled, 0) = 0 THEN 1 ELSE 0 END)";
}
