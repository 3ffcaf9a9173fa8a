using Dapper;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Projects;

/// <summary>What is known at which stage of the pipeline.</summary>
internal sealed class StageStore(IDatabase database, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private static readonly TimeSpan FreshFor = TimeSpan.FromDays(90);

    /// <summary>The share of the visible estate that each stage covers.</summary>
    public Task<EstateCoverage> CoverageAsync(Viewer viewer, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        var estate = $"p.org_id = @Org AND p.retired_at IS NULL AND p.collection = 0 AND {viewer.Sees("p.owner_id")}";
        var projects = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM project p WHERE {estate}", new { Org });
        var any = await connection.QuerySingleAsync<long>($"""
            SELECT COUNT(DISTINCT v.project_id) FROM stage_upload s JOIN project_version v ON v.id = s.pv_id JOIN project p ON p.id = v.project_id WHERE s.org_id = @Org AND {estate}
            """, new { Org });
        var since = time.GetUtcNow() - FreshFor;
        var stages = (await connection.QueryAsync<(string Stage, long Projects, long Fresh, long Newest)>($"""
            SELECT x.stage, COUNT(*), SUM(CASE WHEN x.newest >= @since THEN 1 ELSE 0 END), MAX(x.newest) FROM (
                SELECT s.stage, v.project_id, MAX(s.at) AS newest FROM stage_upload s JOIN project_version v ON v.id = s.pv_id JOIN project p ON p.id = v.project_id
                WHERE s.org_id = @Org AND {estate} GROUP BY s.stage, v.project_id) x GROUP BY x.stage
            """, new { Org, since })).ToDictionary(s => s.Stage);
        return new EstateCoverage((int)projects, (int)any, [.. ProjectWords.Stage.Values.Select(v => v.Value).Append("").Select(stage => stages.TryGetValue(stage, out var known)
            ? new StageCoverage(stage, (int)known.Projects, (int)known.Fresh, DateTimeOffset.FromUnixTimeMilliseconds(known.Newest)) : new StageCoverage(stage, 0, 0, null))]);
    }, cancellationToken);

    /// <summary>Compares the newest document of each stage. Null when there is no such project in sight.</summary>
    /// <param name="version">Only documents of this version; null for the newest of each stage in any version.</param>
    public Task<StageComparison?> CompareAsync(Viewer viewer, Guid project, Guid? version, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        if (await connection.QuerySingleOrDefaultAsync<long?>($"SELECT p.id FROM project p WHERE p.org_id = @Org AND p.uuid = @project AND {viewer.Sees("p.owner_id")}", new { Org, project }) is not { } id) return null;
        var newest = (await connection.QueryAsync<(string Stage, long Upload)>("SELECT s.stage, MAX(s.upload_id) FROM stage_upload s JOIN project_version v ON v.id = s.pv_id WHERE s.org_id = @Org AND v.project_id = @id"
            + (version is null ? "" : " AND v.uuid = @version") + " AND s.stage <> '' GROUP BY s.stage", new { Org, id, version })).ToDictionary(s => s.Stage, s => s.Upload);
        var (stages, contents) = (new List<StageContent>(), new List<HashSet<long>>());
        foreach (var (stage, _) in ProjectWords.Stage.Values)
        {
            if (!newest.TryGetValue(stage, out var upload)) continue;
            var row = (await ContentStore.UploadsAsync(connection, viewer, "u.id = @upload", new { upload }, 1)).FirstOrDefault();
            var nodes = await connection.QuerySingleOrDefaultAsync<byte[]>("SELECT nodes FROM upload_graph WHERE upload_id = @upload AND org_id = @Org", new { upload, Org });
            if (row is null || nodes is null) continue;
            contents.Add([.. NodeList.FromBytes(nodes).Where(n => n > 0)]);
            stages.Add(new StageContent(stage, row, contents[^1].Count));
        }

        if (stages.Count < 2) return new StageComparison(stages, [], 0);
        var facts = await GraphStore.FactsAsync(connection, contents.SelectMany(c => c));
        return StageDifference.Between(stages, contents, facts);
    }, cancellationToken);
}
