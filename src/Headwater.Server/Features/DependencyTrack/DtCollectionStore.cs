using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>
/// Numbers of collections: the sum over their children, as their logic chooses them. A child that is a collection itself stands for its own children.
/// What the viewer may not see adds nothing, and inactive versions do not either.
/// </summary>
internal static class DtCollectionStore
{
    private const long Org = Organisation.Home;

    /// <summary>A ring cannot be made, and nobody nests deeper by hand.</summary>
    private const int Deepest = 16;

    private const int Most = 20_000;

    /// <summary>Puts the sums where a collection has no numbers of its own.</summary>
    public static async Task FillAsync(DbConnection connection, Viewer viewer, IReadOnlyList<DtProject> rows)
    {
        foreach (var row in rows.Where(r => r.CollectionLogic != "NONE")) await FillAsync(connection, viewer, row);
    }

    /// <summary>Ids of the versions whose numbers are summed up for a collection.</summary>
    public static async Task<IReadOnlyList<long>> MembersAsync(DbConnection connection, Viewer viewer, DtProject collection)
    {
        var (members, seen) = (new HashSet<long>(), new HashSet<long> { collection.Id });
        var level = new List<DtProject> { collection };
        for (var depth = 0; depth < Deepest && level.Count > 0 && members.Count < Most; depth++)
        {
            var next = new List<DtProject>();
            foreach (var each in level)
            {
                if (each.Collection) members.UnionWith(await PartsAsync(connection, viewer, each));
                foreach (var child in await ChildrenAsync(connection, viewer, each))
                {
                    if (!seen.Add(child.Id)) continue;
                    if (child.CollectionLogic == "NONE") members.Add(child.Id);
                    else next.Add(child);
                }
            }

            level = next;
        }

        return [.. members.Order()];
    }

    private static async Task FillAsync(DbConnection connection, Viewer viewer, DtProject row)
    {
        var members = await MembersAsync(connection, viewer, row);
        var sum = members.Count == 0 ? new Sum() : await connection.QuerySingleAsync<Sum>($"""
            SELECT COALESCE(SUM(v.components), 0) AS components, COALESCE(SUM(v.covered), 0) AS covered, COALESCE(SUM(v.vulnerable), 0) AS vulnerable, COALESCE(SUM(v.critical), 0) AS critical,
                COALESCE(SUM(v.high), 0) AS high, COALESCE(SUM(v.medium), 0) AS medium, COALESCE(SUM(v.low), 0) AS low, COALESCE(SUM(v.unassigned), 0) AS unassigned, COALESCE(SUM(v.kev), 0) AS kev,
                COALESCE(SUM(v.suppressed), 0) AS suppressed, COALESCE(SUM(v.settled), 0) AS settled, COALESCE(SUM(v.audited), 0) AS audited, MAX(v.metrics_at) AS metrics_at, MIN(v.first_metrics_at) AS first_metrics_at
            FROM project_version v WHERE v.id IN ({string.Join(',', members)})
            """);
        (row.Components, row.Covered, row.Vulnerable, row.Kev, row.Suppressed, row.Settled, row.Audited) = (sum.Components, sum.Covered, sum.Vulnerable, sum.Kev, sum.Suppressed, sum.Settled, sum.Audited);
        (row.Critical, row.High, row.Medium, row.Low, row.Unassigned) = (sum.Critical, sum.High, sum.Medium, sum.Low, sum.Unassigned);
        (row.MetricsAt, row.FirstMetricsAt) = (sum.MetricsAt, sum.FirstMetricsAt);
    }

    private static async Task<IEnumerable<DtProject>> ChildrenAsync(DbConnection connection, Viewer viewer, DtProject parent)
    {
        var chosen = parent.CollectionLogic switch
        {
            CollectionLogics.Tagged => " AND EXISTS (SELECT 1 FROM project_tag t WHERE t.org_id = @Org AND t.tag = @tag AND t.version_id = v.id)",
            CollectionLogics.Latest => " AND v.is_latest = 1",
            _ => "",
        };
        return await connection.QueryAsync<DtProject>($"SELECT {DtProject.Select} {DtProject.From} WHERE v.org_id = @Org AND v.parent_id = @Id AND v.active = 1 AND {viewer.Sees("p.owner_id")}{chosen} ORDER BY v.id LIMIT @Most",
            new { Org, parent.Id, Most, tag = parent.CollectionTag?.Trim().ToLowerInvariant() ?? "" });
    }

    /// <summary>The newest versions of the projects that were made parts of a collection of ours, directly or not.</summary>
    private static Task<IEnumerable<long>> PartsAsync(DbConnection connection, Viewer viewer, DtProject collection) => connection.QueryAsync<long>($"""
        WITH RECURSIVE below (id) AS (SELECT c.id FROM project c WHERE c.org_id = @Org AND c.parent_id = @ProjectId UNION SELECT c.id FROM project c JOIN below b ON c.parent_id = b.id)
        SELECT p.latest_id FROM below b JOIN project p ON p.id = b.id WHERE p.latest_id IS NOT NULL AND p.retired_at IS NULL AND p.id <> @ProjectId AND {viewer.Sees("p.owner_id")} ORDER BY p.latest_id LIMIT @Most
        """, new { Org, collection.ProjectId, Most });

    private sealed record Sum : Numbers
    {
        public int Suppressed { get; set; }
        public int Settled { get; set; }
        public int Audited { get; set; }
        public long? MetricsAt { get; set; }
        public long? FirstMetricsAt { get; set; }
    }
}
