using System.Data.Common;
using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Findings;

/// <summary>The lives of findings.</summary>
internal sealed class EventStore(IDatabase database)
{
    private const long Org = Organisation.Home;

    private const string Columns = """
        e.id, e.finding, e.ids, e.summary, e.severity, e.kind, e.reason, e.advisory, e.modified, e.at, c.id AS cv_id, c.component_id, c.version, k.name, k.group_name
        """;

    /// <summary>Keeps events in the transaction that causes them.</summary>
    public static async Task AddAsync(DbTransaction transaction, IReadOnlyList<FindingEvent> events, DateTimeOffset now)
    {
        if (events.Count == 0) return;
        var first = await IdSource.NextAsync(transaction, "finding_event", events.Count);
        using var earlier = new PreparedCommand(transaction, "SELECT COUNT(*) FROM finding_event WHERE cv_id = @p0 AND finding = @p1 AND kind = 2", 2);
        using var insert = new PreparedCommand(transaction, """
            INSERT INTO finding_event (id, cv_id, finding, ids, summary, severity, affected, kind, reason, advisory, modified, at, told) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, 0)
            """, 12);
        for (var i = 0; i < events.Count; i++)
        {
            var e = events[i];
            var kind = e.Kind == FindingEventKind.Appeared && earlier.Scalar(e.ComponentVersion, e.Finding) is > 0L ? FindingEventKind.Reappeared : e.Kind;
            insert.Execute(first + i, e.ComponentVersion, e.Finding, e.Ids, e.Summary, (long)e.Severity, e.Affected ? 1L : 0L, (long)kind, (long)e.Reason, e.Advisory, e.Modified?.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds());
        }
    }

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal) { ["at"] = new("e.id", true) };

    /// <summary>What became of the findings of an advisory in components that are visible, newest first.</summary>
    public Task<Page<FindingEventRow>> OfAdvisoryAsync(Viewer viewer, IReadOnlyList<string> ids, PageRequest request, CancellationToken cancellationToken) => ListAsync($"""
        FROM finding_event e JOIN component_version c ON c.id = e.cv_id JOIN component k ON k.id = c.component_id
        WHERE e.finding IN @ids AND EXISTS (SELECT 1 FROM occurrence o JOIN project_version v ON v.id = o.pv_id JOIN project p ON p.id = v.project_id
            WHERE o.org_id = @Org AND o.cv_id = e.cv_id AND {viewer.Sees("p.owner_id")})
        """, ids.Take(200), null, request, cancellationToken);

    /// <summary>Findings that are reported no more of what is in a project version, newest first; none when that is not visible.</summary>
    public Task<Page<FindingEventRow>> GoneFromAsync(Viewer viewer, Guid version, PageRequest request, CancellationToken cancellationToken) => ListAsync($"""
        FROM finding_event e JOIN component_version c ON c.id = e.cv_id JOIN component k ON k.id = c.component_id
        JOIN project_version v ON v.org_id = @Org AND v.uuid = @version JOIN occurrence o ON o.org_id = @Org AND o.pv_id = v.id AND o.cv_id = e.cv_id JOIN project p ON p.id = v.project_id
        WHERE e.kind = 2 AND {viewer.Sees("p.owner_id")} AND NOT EXISTS (SELECT 1 FROM finding f WHERE f.cv_id = e.cv_id AND f.id = e.finding)
            AND NOT EXISTS (SELECT 1 FROM finding_event l WHERE l.cv_id = e.cv_id AND l.finding = e.finding AND l.id > e.id)
        """, [], version, request, cancellationToken);

    private Task<Page<FindingEventRow>> ListAsync(string from, IEnumerable<string> ids, Guid? version, PageRequest request, CancellationToken cancellationToken)
    {
        var keyset = Keyset.For(request, Sorts, "at", "e.id");
        return database.ReadAsync(async connection =>
        {
            var parameters = new { Org, ids, version, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {from}", parameters);
            var rows = total == 0 ? [] : (await connection.QueryAsync<Row>($"SELECT {Columns} {from} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters)).AsList();
            var page = keyset.Page(rows, total, r => (r.Id, r.Id));
            return new Page<FindingEventRow>([.. page.Items.Select(r => r.ToRow())], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    private sealed class Row
    {
        public long Id { get; set; }
        public string Finding { get; set; } = "";
        public string Ids { get; set; } = "";
        public string? Summary { get; set; }
        public int Severity { get; set; }
        public int Kind { get; set; }
        public int Reason { get; set; }
        public string? Advisory { get; set; }
        public DateTimeOffset? Modified { get; set; }
        public DateTimeOffset At { get; set; }
        public long CvId { get; set; }
        public long ComponentId { get; set; }
        public string? Version { get; set; }
        public string Name { get; set; } = "";
        public string? GroupName { get; set; }

        public FindingEventRow ToRow() => new(Finding, TypeMaps.FromJson(Ids), Summary, (Severity)Severity, (FindingEventKind)Kind, (RetractionReason)Reason, Advisory, Modified, At, ComponentId, CvId, Name, GroupName, Version);
    }
}
