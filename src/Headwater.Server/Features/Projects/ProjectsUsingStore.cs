using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Projects;

/// <summary>The projects <c>p</c> whose latest version has one of some component versions, as SQL for a list of them.</summary>
/// <param name="Mine">The condition on <c>p</c> that the list has besides; it names the organisation as <c>@Org</c>.</param>
/// <param name="ComponentVersions">Literals in the statement: an engine that sees them knows how many uses to expect.</param>
internal sealed record ProjectsUsing(string Mine, IReadOnlyCollection<long> ComponentVersions)
{
    /// <summary>How many looks into an index cost as much as reading a found project and sorting it.</summary>
    private const long LooksForOneRow = 4;

    /// <summary>Up to so many are sorted without asking whether walking would be quicker.</summary>
    private const long Few = 500;

    private readonly string _ids = string.Join(',', ComponentVersions.DefaultIfEmpty());

    /// <summary>Whether it is quicker to walk all rows in order and to look into each, than to read those that are found and to sort them.</summary>
    /// <param name="passed">How many found rows lie before the end of the page.</param>
    /// <param name="all">How many rows are walked at most.</param>
    /// <param name="total">How many are found.</param>
    /// <param name="looks">How many looks into an index each walked row takes.</param>
    public static bool WalksSooner(long passed, long all, long total, int looks = 1) => (double)passed * all * looks / total < LooksForOneRow * total;

    /// <summary>How many there are, and how many of them have an owner.</summary>
    public Task<(long Total, long Owned)> CountAsync(DbConnection connection, object parameters) =>
        connection.QuerySingleAsync<(long, long)>($"SELECT COUNT(*), COUNT(p.owner_id) FROM (SELECT DISTINCT o.pv_id FROM occurrence o WHERE o.cv_id IN ({_ids})) h JOIN project p ON p.latest_id = h.pv_id WHERE {Mine}", parameters);

    /// <summary>
    /// Where a page of them comes from, conditions included. Walking all projects in order and looking into each is quicker while the page is near and many are found; else what was found is sorted.
    /// </summary>
    /// <param name="total">How many there are.</param>
    public async Task<string> FromAsync(DbConnection connection, PageRequest request, long total, object parameters)
    {
        var sorted = $"FROM (SELECT DISTINCT o.pv_id FROM occurrence o WHERE o.cv_id IN ({_ids})) h JOIN project p ON p.latest_id = h.pv_id WHERE {Mine}";
        if (total <= Few) return sorted;
        var all = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM project p WHERE {Mine}", parameters);
        var passed = (long)Math.Max(0, request.Offset ?? 0) + Math.Clamp(request.Size, 1, PageRequest.LargestSize);
        return WalksSooner(passed, all, total, ComponentVersions.Count) ? $"FROM project p WHERE {Mine} AND EXISTS (SELECT 1 FROM occurrence x WHERE x.org_id = @Org AND x.pv_id = p.latest_id AND x.cv_id IN ({_ids}))" : sorted;
    }
}
