using System.Data.Common;
using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Findings;

/// <summary>
/// What of the findings, each counted once however many projects have it, is not open any more: those that are settled in every latest version in sight that has them. Decisions are few beside what they
/// are about, so they are where the search begins.
/// </summary>
internal static class SettledStore
{
    private const long Org = Organisation.Home;

    /// <returns>How many of each severity, and how many of them are known to be exploited.</returns>
    public static async Task<(SeverityCounts Findings, int Kev)> EverywhereAsync(DbConnection connection, DbTransaction? transaction, Viewer viewer)
    {
        var mine = $"p.org_id = @Org AND p.retired_at IS NULL AND {viewer.Sees("p.owner_id")}";
        var settled = (await connection.QueryAsync<(long Version, string Finding, long Projects)>($"""
            SELECT d.cv_id, d.finding_id, COUNT(*) FROM finding_decision d JOIN project p ON p.latest_id = d.pv_id WHERE d.org_id = @Org AND d.settled = 1 AND {mine} GROUP BY d.cv_id, d.finding_id
            """, new { Org }, transaction)).AsList();
        var (counts, kev) = (new int[5], 0);
        foreach (var chunk in settled.GroupBy(s => s.Version).Chunk(500))
        {
            var versions = string.Join(',', chunk.Select(s => s.Key));
            var uses = (await connection.QueryAsync<(long Version, long Projects)>(viewer.All ? $"SELECT cv_id, projects FROM version_usage WHERE org_id = @Org AND cv_id IN ({versions})"
                : $"SELECT o.cv_id, COUNT(*) FROM occurrence o JOIN project p ON p.latest_id = o.pv_id WHERE o.cv_id IN ({versions}) AND {mine} GROUP BY o.cv_id", new { Org }, transaction)).ToDictionary(u => u.Version, u => u.Projects);
            var everywhere = chunk.SelectMany(s => s).Where(s => uses.TryGetValue(s.Version, out var projects) && s.Projects >= projects).Select(s => (s.Version, s.Finding)).ToHashSet();
            if (everywhere.Count == 0) continue;
            foreach (var (version, id, severity, exploited) in await connection.QueryAsync<(long, string, long, bool)>($"SELECT cv_id, id, severity, kev FROM finding WHERE affected = 1 AND cv_id IN ({versions})", transaction: transaction))
            {
                if (!everywhere.Contains((version, id))) continue;
                counts[(Severity)severity switch { Severity.Critical => 0, Severity.High => 1, Severity.Medium => 2, Severity.Low => 3, _ => 4 }]++;
                if (exploited) kev++;
            }
        }

        return (new SeverityCounts(counts[0], counts[1], counts[2], counts[3], counts[4]), kev);
    }
}
