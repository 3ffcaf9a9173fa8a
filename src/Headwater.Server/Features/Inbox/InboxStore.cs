using System.Data.Common;
using System.Text.Json;
using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Inbox;

/// <summary>What owners are told, and who has read it.</summary>
internal sealed class InboxStore(IDatabase database, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>An owner whom one change would tell of more advisories than these is told once, of all of them.</summary>
    private const int MostEach = 20;

    /// <summary>More are not counted for the top bar.</summary>
    public const int MostCounted = 100;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    /// <summary>
    /// Tells owners of what became of findings in the latest versions of their projects: once for each advisory and owner. Belongs into the transaction of the match, so that
    /// nobody is told of what is not, and nothing that is goes untold.
    /// </summary>
    /// <returns>The ids of what was added.</returns>
    public async Task<IReadOnlyList<long>> TellOfFindingsAsync(DbTransaction transaction)
    {
        var connection = transaction.Connection!;
        var news = (await connection.QueryAsync<News>("""
            SELECT e.finding, CASE WHEN e.kind = 3 THEN 1 ELSE e.kind END AS kind, p.owner_id, MAX(e.reason) AS reason, MAX(e.summary) AS summary, MAX(e.severity) AS severity, COUNT(DISTINCT p.id) AS projects
            FROM finding_event e JOIN occurrence o ON o.cv_id = e.cv_id JOIN project p ON p.org_id = @Org AND p.latest_id = o.pv_id
            WHERE e.told = 0 AND e.affected = 1 GROUP BY e.finding, CASE WHEN e.kind = 3 THEN 1 ELSE e.kind END, p.owner_id
            """, new { Org }, transaction, 600)).AsList();
        await connection.ExecuteAsync("UPDATE finding_event SET told = 1 WHERE told = 0", transaction: transaction);
        var told = news.GroupBy(n => n.OwnerId).SelectMany(Messages).ToList();
        if (told.Count == 0) return [];
        var first = await IdSource.NextAsync(transaction, "notification", told.Count);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        using var insert = new PreparedCommand(transaction, "INSERT INTO notification (id, org_id, owner_id, kind, subject, args, severity, projects, created_at) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8)", 9);
        for (var i = 0; i < told.Count; i++)
        {
            var it = told[i];
            insert.Execute(first + i, Org, it.Owner, it.Kind, it.Subject, JsonSerializer.Serialize(it.Args), (long)it.Severity, it.Projects, now);
        }

        return [.. Enumerable.Range(0, told.Count).Select(i => first + i)];
    }

    /// <summary>Tells of what other features found.</summary>
    /// <returns>The ids of what was added.</returns>
    public async Task<IReadOnlyList<long>> TellAsync(DbTransaction transaction, IReadOnlyList<InboxNote> notes)
    {
        if (notes.Count == 0) return [];
        var first = await IdSource.NextAsync(transaction, "notification", notes.Count);
        for (var i = 0; i < notes.Count; i++)
        {
            var it = notes[i];
            await transaction.Connection!.ExecuteAsync("""
                INSERT INTO notification (id, org_id, owner_id, person_id, kind, subject, args, severity, projects, created_at) VALUES (@id, @Org, @OwnerId, @PersonId, @Kind, @Subject, @args, 0, @projects, @now)
                """, new
            {
                id = first + i, Org, it.OwnerId, it.PersonId, it.Kind, it.Subject, args = JsonSerializer.Serialize(new Args(it.More, 1, it.Stage) { Name = it.Name, Component = it.Component, Day = it.Day }), projects = (long)it.Projects, now = time.GetUtcNow(),
            }, transaction);
        }

        return [.. Enumerable.Range(0, notes.Count).Select(i => first + i)];
    }

    /// <summary>What a person may see, newest first.</summary>
    public Task<Page<InboxRow>> ListAsync(Viewer viewer, long person, PageRequest request, InboxFilter filter, CancellationToken cancellationToken)
    {
        var keyset = Keyset.For(request, new Dictionary<string, SortKey> { ["id"] = new("n.id", true) }, "id", "n.id");
        var where = Where(viewer, filter) + (filter.Kind is null ? "" : " AND n.kind = @Kind");
        return database.ReadAsync(async connection =>
        {
            var parameters = new { Org, person, filter.Kind, keyset.KeyValue, keyset.KeyId, keyset.Take };
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM notification n WHERE {where}", parameters);
            var rows = (await connection.QueryAsync<Line>($"""
                SELECT n.id, n.kind, n.subject, n.args, n.severity, n.projects, n.owner_id, w.title AS owner_title, n.created_at, CASE WHEN n.person_id IS NULL THEN 0 ELSE 1 END AS for_me, CASE WHEN {Unread} THEN 0 ELSE 1 END AS is_read
                FROM notification n LEFT JOIN owner w ON w.id = n.owner_id WHERE {where} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take
                """, parameters)).Select(l => l.ToRow()).ToList();
            return keyset.Page(rows, total, r => (r.Id, r.Id));
        }, cancellationToken);
    }

    /// <summary>How many are unread, counted to <see cref="MostCounted"/>: every page asks.</summary>
    public Task<int> CountUnreadAsync(Viewer viewer, long person, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var mine = await HasTeamsAsync(connection, person);
        return await connection.QuerySingleAsync<int>($"SELECT COUNT(*) FROM (SELECT 1 AS one FROM notification n WHERE {Where(viewer, new InboxFilter(true, mine, null))} LIMIT {MostCounted}) q", new { Org, person });
    }, cancellationToken);

    /// <summary>True when a person belongs to a team, so that there is something that is meant for that person.</summary>
    public Task<bool> HasTeamsAsync(long person, CancellationToken cancellationToken) => database.ReadAsync(connection => HasTeamsAsync(connection, person), cancellationToken);

    /// <summary>The number of an account; null for what is no person.</summary>
    public Task<long?> PersonAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<long?>("SELECT id FROM user_account WHERE org_id = @Org AND name = @name", new { Org, name }), cancellationToken);

    /// <returns>False when there is no such notification that the person may see.</returns>
    public Task<bool> MarkAsync(Viewer viewer, long person, long id, bool read, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var parameters = new { Org, person, id, now = time.GetUtcNow() };
        if (await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM notification n WHERE n.id = @id AND {Where(viewer, new InboxFilter(false, false, null))}", parameters, transaction) == 0) return false;
        if (read)
        {
            await connection.ExecuteAsync("INSERT INTO notification_read (person_id, notification_id, read_at) VALUES (@person, @id, @now) ON CONFLICT DO NOTHING", parameters, transaction);
            return true;
        }

        // What lies below the mark is read without a row of its own; the mark goes below it, and the others between get rows.
        await connection.ExecuteAsync("""
            INSERT INTO notification_read (person_id, notification_id, read_at) SELECT @person, n.id, @now FROM notification n JOIN notification_mark m ON m.person_id = @person WHERE n.id >= @id AND n.id <= m.up_to ON CONFLICT DO NOTHING;
            UPDATE notification_mark SET up_to = @id - 1 WHERE person_id = @person AND up_to >= @id;
            DELETE FROM notification_read WHERE person_id = @person AND notification_id = @id;
            """, parameters, transaction);
        return true;
    }, cancellationToken: cancellationToken);

    /// <summary>Marks everything up to now as read.</summary>
    public Task MarkAllAsync(long person, CancellationToken cancellationToken) => database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
        INSERT INTO notification_mark (person_id, up_to) SELECT @person, COALESCE(MAX(id), 0) FROM notification WHERE org_id = @Org
        ON CONFLICT (person_id) DO UPDATE SET up_to = excluded.up_to;
        DELETE FROM notification_read WHERE person_id = @person;
        """, new { Org, person }, transaction), cancellationToken: cancellationToken);

    public Task PruneAsync(CancellationToken cancellationToken) => database.WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync("DELETE FROM notification WHERE created_at < @before", new { before = time.GetUtcNow() - Kept }, transaction), true, cancellationToken);

    private const string Unread = """
        NOT EXISTS (SELECT 1 FROM notification_read r WHERE r.person_id = @person AND r.notification_id = n.id)
            AND n.id > COALESCE((SELECT m.up_to FROM notification_mark m WHERE m.person_id = @person), 0)
        """;

    private static string Where(Viewer viewer, InboxFilter filter)
    {
        var where = $"n.org_id = @Org AND (n.person_id = @person OR (n.person_id IS NULL AND {viewer.Sees("n.owner_id")}))";
        if (filter.Mine) where += " AND (n.person_id = @person OR n.owner_id IN (SELECT t.owner_id FROM team_member t WHERE t.person_id = @person))";
        return filter.Unread ? $"{where} AND {Unread}" : where;
    }

    private static async Task<bool> HasTeamsAsync(DbConnection connection, long person) =>
        await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM team_member WHERE person_id = @person", new { person }) > 0;

    private static IEnumerable<Message> Messages(IGrouping<long?, News> of)
    {
        foreach (var kind in of.GroupBy(n => n.Kind))
        {
            var name = kind.Key switch { 2 => "finding.retracted", 4 => "finding.exploited", _ => "finding.appeared" };
            if (kind.Count() > MostEach)
            {
                var worst = kind.OrderByDescending(n => n.Severity).ThenBy(n => n.Finding, StringComparer.Ordinal).First();
                yield return new Message(of.Key, "finding.many", name, (Severity)worst.Severity, kind.Max(n => n.Projects), new Args(null, kind.Count(), 0));
                continue;
            }

            foreach (var one in kind.OrderBy(n => n.Severity).ThenBy(n => n.Finding, StringComparer.Ordinal))
                yield return new Message(of.Key, name, one.Finding, (Severity)one.Severity, one.Projects, new Args(one.Summary, 1, one.Reason));
        }
    }

    private sealed record Message(long? Owner, string Kind, string Subject, Severity Severity, long Projects, Args Args);

    private sealed record Args(string? Summary, int Count, int Reason)
    {
        public string? Name { get; init; }
        public long? Component { get; init; }
        public DateTimeOffset? Day { get; init; }
    }

    private sealed class News
    {
        public string Finding { get; set; } = "";
        public int Kind { get; set; }
        public long? OwnerId { get; set; }
        public int Reason { get; set; }
        public string? Summary { get; set; }
        public int Severity { get; set; }
        public long Projects { get; set; }
    }

    private sealed class Line
    {
        public long Id { get; set; }
        public string Kind { get; set; } = "";
        public string Subject { get; set; } = "";
        public string Args { get; set; } = "";
        public int Severity { get; set; }
        public int Projects { get; set; }
        public long? OwnerId { get; set; }
        public string? OwnerTitle { get; set; }
        public DateTimeOffset CreatedAt { get; set; }
        public bool IsRead { get; set; }
        public bool ForMe { get; set; }

        public InboxRow ToRow()
        {
            var args = JsonSerializer.Deserialize<Args>(Args) ?? new Args(null, 1, 0);
            return new InboxRow(Id, Kind, args.Name ?? Subject, args.Summary, (Severity)Severity, Projects, args.Count, args.Reason, OwnerId, OwnerTitle, CreatedAt, IsRead, args.Component, args.Day, ForMe);
        }
    }
}
