using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Components;

/// <summary>
/// Which of many components exist for somebody. Names know nothing of units, so what is named so is put against what the viewer's projects use before anything is
/// cut off: first against what their latest versions use, which is in memory, and what is left against their older versions.
/// </summary>
internal sealed class ComponentSightStore(IDatabase database, FindingsModule findings)
{
    private const long Org = Organisation.Home;

    /// <summary>Nobody reads further, and no installation has so many components of one name.</summary>
    private const int MostMatches = 100_000;

    /// <summary>With so few older versions in sight, what is in them is read; with more, each component is looked up by its use.</summary>
    private const int FewVersions = 300;

    /// <summary>Components whose names hold every word (each as a prefix) and that a visible project has: the best first.</summary>
    public async Task<IReadOnlyList<long>> FindAsync(Viewer viewer, string query, int limit, CancellationToken cancellationToken) => viewer.All
        ? await database.SearchTextAsync("component", query, limit, "EXISTS (SELECT 1 FROM component_version uc JOIN occurrence uo ON uo.cv_id = uc.id WHERE uc.component_id = item)", cancellationToken)
        : viewer.IsNothing ? [] : await OfPartAsync(viewer, query, await database.SearchTextAsync("component", query, MostMatches, null, cancellationToken), limit, cancellationToken);

    /// <summary>So many that they came in no order are put in order once those out of sight are gone: how many those are is not to be seen.</summary>
    private async Task<IReadOnlyList<long>> OfPartAsync(Viewer viewer, string query, IReadOnlyList<long> matches, int limit, CancellationToken cancellationToken)
    {
        if (matches.Count <= IDatabase.MostRanked) return await ComponentsAsync(viewer, matches, limit, cancellationToken);
        var part = (await findings.PartAsync(viewer, cancellationToken)).Components;
        IReadOnlyList<long> seen = [.. matches.Where(part.ContainsKey)];
        if (seen.Count < limit) seen = await ComponentsAsync(viewer, matches, IDatabase.MostRanked, cancellationToken);
        if (seen.Count is 0 or > IDatabase.MostRanked) return [.. seen.Take(limit)];
        var ranked = await database.SearchTextAsync("component", query, seen.Count, $"item IN ({string.Join(',', seen)})", cancellationToken);
        return [.. ranked.Where(part.ContainsKey).Concat(ranked.Where(id => !part.ContainsKey(id))).Take(limit)];
    }

    /// <summary>Those of these components that a visible project has, in the order given, except that what is only in older versions comes last.</summary>
    public async Task<IReadOnlyList<long>> ComponentsAsync(Viewer viewer, IReadOnlyList<long> components, int limit, CancellationToken cancellationToken)
    {
        if (viewer.All)
            return await SomeAsync(components, limit, "SELECT c.component_id FROM component_version c WHERE c.component_id IN ({0}) AND EXISTS (SELECT 1 FROM occurrence o WHERE o.cv_id = c.id)", cancellationToken);
        var part = (await findings.PartAsync(viewer, cancellationToken)).Components;
        return await WithOlderAsync(viewer, components, part.ContainsKey, limit, "component_id", cancellationToken);
    }

    /// <summary>The same of component versions.</summary>
    public async Task<IReadOnlyList<long>> VersionsAsync(Viewer viewer, IReadOnlyList<long> versions, int limit, CancellationToken cancellationToken)
    {
        if (viewer.All) return await SomeAsync(versions, limit, "SELECT c.id FROM component_version c WHERE c.id IN ({0}) AND EXISTS (SELECT 1 FROM occurrence o WHERE o.cv_id = c.id)", cancellationToken);
        var part = await findings.PartAsync(viewer, cancellationToken);
        return await WithOlderAsync(viewer, versions, part.Uses, limit, "id", cancellationToken);
    }

    private async Task<IReadOnlyList<long>> WithOlderAsync(Viewer viewer, IReadOnlyList<long> ids, Func<long, bool> isUsed, int limit, string column, CancellationToken cancellationToken)
    {
        var seen = ids.Where(isUsed).Take(limit).ToList();
        var rest = seen.Count == limit ? [] : ids.Where(id => !isUsed(id)).ToList();
        if (rest.Count == 0) return seen;
        var older = await database.ReadAsync(connection => connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM (SELECT 1 AS one {Older(viewer)} LIMIT {FewVersions + 1}) few", new { Org }), cancellationToken);
        if (older == 0) return seen;
        if (older <= FewVersions)
        {
            var known = await database.ReadAsync(async connection => (await connection.QueryAsync<long>(
                $"SELECT DISTINCT c.{column} FROM project p CROSS JOIN project_version v CROSS JOIN occurrence o CROSS JOIN component_version c WHERE {OlderOf(viewer)} AND o.org_id = @Org AND o.pv_id = v.id AND c.id = o.cv_id", new { Org })).ToHashSet(), cancellationToken);
            return [.. seen, .. rest.Where(known.Contains).Take(limit - seen.Count)];
        }

        return [.. seen, .. await SomeAsync(rest, limit - seen.Count, $"SELECT c.{column} FROM component_version c WHERE c.{column} IN ({{0}}) AND {ProjectsModule.Uses(viewer, "c.id")}", cancellationToken)];
    }

    private static string Older(Viewer viewer) => $"FROM project p CROSS JOIN project_version v WHERE {OlderOf(viewer)}";

    private static string OlderOf(Viewer viewer) => $"p.org_id = @Org AND {viewer.Sees("p.owner_id")} AND v.project_id = p.id AND (v.id <> COALESCE(p.latest_id, 0) OR p.retired_at IS NOT NULL)";

    private Task<IReadOnlyList<long>> SomeAsync(IReadOnlyList<long> ids, int limit, string sql, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<long>>(async connection =>
    {
        var found = new List<long>();
        foreach (var chunk in ids.Chunk(200))
        {
            var known = (await connection.QueryAsync<long>(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, string.Join(',', chunk)), new { Org })).ToHashSet();
            found.AddRange(chunk.Where(known.Contains));
            if (found.Count >= limit) break;
        }

        return [.. found.Take(limit)];
    }, cancellationToken);
}
