using System.Data.Common;
using System.Text.Json;
using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Inbox;

/// <summary>What a person reads: news about projects that may be seen at that moment, what of it is read, and what the person wants to hear of.</summary>
internal sealed class InboxStore(IDatabase database, AccessStore access, AuditStore audit, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>More are not counted for the top bar.</summary>
    public const int MostCounted = 100;

    /// <summary>What is older counts as read: who comes back after a year, or for the first time, does not begin with thousands.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(90);

    /// <summary>The account of this name as a reader; null for what is no person, as an API key.</summary>
    public Task<InboxPerson?> PersonAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        if (await connection.QuerySingleOrDefaultAsync<Person?>("""
            SELECT a.id, CASE WHEN EXISTS (SELECT 1 FROM team_member t WHERE t.person_id = a.id) THEN 1 ELSE 0 END AS has_teams, c.scope, c.unit_id, COALESCE(c.severity, 0) AS severity, COALESCE(c.kinds, 0) AS kinds
            FROM user_account a LEFT JOIN news_choice c ON c.person_id = a.id WHERE a.org_id = @Org AND a.name = @name
            """, new { Org, name }) is not { } it) return null;
        // A unit that is no more leaves the choice as it was before there was one.
        var chose = it.Scope is { } scope && ((InboxScope)scope != InboxScope.Unit || it.UnitId is not null);
        return new InboxPerson(it.Id, it.HasTeams, chose ? new InboxChoice((InboxScope)it.Scope!.Value, it.UnitId, (Severity)it.Severity, (InboxKinds)it.Kinds) : InboxChoice.Default(it.HasTeams), chose);
    }, cancellationToken);

    /// <summary>News of what is visible, newest first.</summary>
    public async Task<Page<InboxRow>> ListAsync(Viewer viewer, InboxPerson person, PageRequest request, InboxFilter filter, CancellationToken cancellationToken)
    {
        var keyset = Keyset.For(request, new Dictionary<string, SortKey> { ["id"] = new("w.id", true) }, "id", "w.id");
        var part = await PartAsync(viewer, person, filter.Chosen, cancellationToken);
        var where = Where(part, person, filter);
        return await database.ReadAsync(async connection =>
        {
            var parameters = new { Org, person = person.Id, least = (long)person.Choice.Least, filter.Kind, since = Since, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM news w WHERE {where}", parameters);
            var rows = (await connection.QueryAsync<Line>($"""
                SELECT w.id, w.kind, w.subject, w.created_at, CASE WHEN {Unread} THEN 0 ELSE 1 END AS is_read FROM news w WHERE {where} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip
                """, parameters)).AsList();
            var told = rows.Count == 0 ? [] : (await connection.QueryAsync<Told>($"""
                SELECT q.*, o.title AS owner_title FROM (
                    SELECT n.news_id, COUNT(*) AS owners, SUM(n.projects) AS projects, MAX(n.severity) AS severity, MAX(n.count) AS count, MAX(n.reason) AS reason, MAX(n.args) AS args, MAX(n.owner_id) AS owner_id, MAX(CASE WHEN n.person_id IS NULL THEN 0 ELSE 1 END) AS for_me
                    FROM notification n JOIN news w ON w.id = n.news_id WHERE n.news_id IN ({string.Join(',', rows.Select(r => r.Id))}) AND {part} GROUP BY n.news_id) q LEFT JOIN owner o ON o.id = q.owner_id
                """, parameters)).ToDictionary(t => t.NewsId);
            return keyset.Page(rows.ConvertAll(r => r.ToRow(told[r.Id])), total, r => (r.Id, r.Id));
        }, cancellationToken);
    }

    /// <summary>How many are unread of what the person wants to hear of, counted to <see cref="MostCounted"/>: every page asks.</summary>
    public async Task<int> CountUnreadAsync(Viewer viewer, InboxPerson person, CancellationToken cancellationToken)
    {
        var where = Where(await PartAsync(viewer, person, true, cancellationToken), person, new InboxFilter(true, true, null));
        return await database.ReadAsync(connection => connection.QuerySingleAsync<int>($"SELECT COUNT(*) FROM (SELECT 1 AS one FROM news w WHERE {where} LIMIT {MostCounted}) q",
            new { Org, person = person.Id, least = (long)person.Choice.Least, since = Since }), cancellationToken);
    }

    /// <summary>Marks one piece of news. What somebody has read changes nothing for anybody else, so it is no act, and no record is made of it.</summary>
    /// <returns>False when there is no such news that the person may see.</returns>
    public async Task<bool> MarkAsync(Viewer viewer, InboxPerson person, long id, bool read, CancellationToken cancellationToken)
    {
        var where = Where(await PartAsync(viewer, person, false, cancellationToken), person, new InboxFilter(false, false, null));
        return await database.WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            var parameters = new { Org, person = person.Id, id, now = time.GetUtcNow() };
            if (await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM news w WHERE w.id = @id AND {where}", parameters, transaction) == 0) return false;
            if (read)
            {
                await connection.ExecuteAsync("INSERT INTO news_read (person_id, news_id, read_at) VALUES (@person, @id, @now) ON CONFLICT DO NOTHING", parameters, transaction);
                return true;
            }

            // What lies below the mark is read without a row of its own; the mark goes below it, and the others between get rows.
            await connection.ExecuteAsync("""
                INSERT INTO news_read (person_id, news_id, read_at) SELECT @person, w.id, @now FROM news w JOIN notification_mark m ON m.person_id = @person WHERE w.id >= @id AND w.id <= m.up_to ON CONFLICT DO NOTHING;
                UPDATE notification_mark SET up_to = @id - 1 WHERE person_id = @person AND up_to >= @id;
                DELETE FROM news_read WHERE person_id = @person AND news_id = @id;
                """, parameters, transaction);
            return true;
        }, cancellationToken: cancellationToken);
    }

    /// <summary>Marks everything up to now as read.</summary>
    public Task MarkAllAsync(InboxPerson person, CancellationToken cancellationToken) => database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
        INSERT INTO notification_mark (person_id, up_to) SELECT @Id, COALESCE(MAX(id), 0) FROM news WHERE org_id = @Org
        ON CONFLICT (person_id) DO UPDATE SET up_to = excluded.up_to;
        DELETE FROM news_read WHERE person_id = @Id;
        """, new { Org, person.Id }, transaction), cancellationToken: cancellationToken);

    /// <summary>Keeps what a person wants to hear of.</summary>
    public Task ChooseAsync(InboxPerson person, InboxChoice choice, string by, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        const string State = "SELECT scope, unit_id, severity, kinds FROM news_choice WHERE person_id = @Id";
        var before = await AuditStore.StateAsync(transaction, State, new { person.Id });
        await transaction.Connection!.ExecuteAsync("""
            INSERT INTO news_choice (person_id, scope, unit_id, severity, kinds) VALUES (@Id, @scope, @unit, @severity, @kinds)
            ON CONFLICT (person_id) DO UPDATE SET scope = excluded.scope, unit_id = excluded.unit_id, severity = excluded.severity, kinds = excluded.kinds
            """, new { person.Id, scope = (long)choice.Scope, unit = choice.UnitId, severity = (long)choice.Least, kinds = (long)choice.Kinds }, transaction);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "inbox.chosen", $"person:{person.Id}", before, await AuditStore.StateAsync(transaction, State, new { person.Id }),
            new { scope = choice.Scope.ToString(), unit = choice.UnitId, severity = choice.Least.ToString(), kinds = choice.Kinds.ToString() }));
    }, cancellationToken: cancellationToken);

    private DateTimeOffset Since => time.GetUtcNow() - Fresh;

    private const string Unread = """
        w.created_at >= @since AND NOT EXISTS (SELECT 1 FROM news_read r WHERE r.person_id = @person AND r.news_id = w.id)
            AND w.id > COALESCE((SELECT m.up_to FROM notification_mark m WHERE m.person_id = @person), 0)
        """;

    /// <summary>The notifications below news <c>w</c> that are about something visible, and wanted.</summary>
    private async Task<string> PartAsync(Viewer viewer, InboxPerson person, bool chosen, CancellationToken cancellationToken)
    {
        if (!chosen) return $"(n.person_id = @person OR (n.person_id IS NULL AND {viewer.Sees("n.owner_id")}))";
        var choice = person.Choice;
        if (choice is { Scope: InboxScope.Unit, UnitId: { } unit }) viewer = viewer.And((await access.TreeAsync(cancellationToken)).Below(unit));
        var teams = choice.Scope == InboxScope.Teams ? " AND n.owner_id IN (SELECT t.owner_id FROM team_member t WHERE t.person_id = @person)" : "";
        var severity = choice.Least > Severity.Unknown ? " AND (n.severity >= @least OR n.severity = 0 OR w.kind = 'finding.exploited')" : "";
        return $"(n.person_id = @person OR (n.person_id IS NULL AND {viewer.Sees("n.owner_id")}{teams}{severity}))";
    }

    private static string Where(string part, InboxPerson person, InboxFilter filter)
    {
        var where = $"w.org_id = @Org AND EXISTS (SELECT 1 FROM notification n WHERE n.news_id = w.id AND {part})";
        if (filter.Chosen && person.Choice.Kinds != InboxKinds.All)
        {
            var words = string.Join(',', person.Choice.Words.Append("").Select(w => $"'{w}'"));
            where += $" AND (w.kind IN ({words}) OR (w.kind = 'finding.many' AND w.subject IN ({words})))";
        }

        if (filter.Kind is not null) where += " AND (w.kind = @Kind OR (w.kind = 'finding.many' AND w.subject = @Kind))";
        return filter.Unread ? $"{where} AND {Unread}" : where;
    }

    private sealed class Person
    {
        public long Id { get; set; }
        public bool HasTeams { get; set; }
        public long? Scope { get; set; }
        public long? UnitId { get; set; }
        public long Severity { get; set; }
        public long Kinds { get; set; }
    }

    private sealed class Line
    {
        public long Id { get; set; }
        public string Kind { get; set; } = "";
        public string Subject { get; set; } = "";
        public DateTimeOffset CreatedAt { get; set; }
        public bool IsRead { get; set; }

        public InboxRow ToRow(Told told)
        {
            var args = JsonSerializer.Deserialize<Args>(told.Args) ?? new Args(null, null, null, null, null);
            return new InboxRow(Id, Kind, args.Name ?? Subject, args.Summary, (Severity)told.Severity, told.Projects, told.Count, told.Reason, told.Owners, told.Owners == 1 ? told.OwnerId : null, told.Owners == 1 ? told.OwnerTitle : null,
                CreatedAt, IsRead, args.Component, args.Case, args.Day, told.ForMe);
        }
    }

    private sealed record Args(string? Summary, string? Name, long? Component, long? Case, DateTimeOffset? Day);

    private sealed class Told
    {
        public long NewsId { get; set; }
        public int Owners { get; set; }
        public int Projects { get; set; }
        public int Severity { get; set; }
        public int Count { get; set; }
        public int Reason { get; set; }
        public string Args { get; set; } = "";
        public long? OwnerId { get; set; }
        public string? OwnerTitle { get; set; }
        public bool ForMe { get; set; }
    }
}
