using System.Data.Common;
using System.Text.Json;
using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Inbox;

/// <summary>Writes what owners are told: one piece of news for what happened, and one notification below it for each owner.</summary>
internal sealed class NewsStore(IDatabase database, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>An owner whom one change would tell of more advisories than these is told once, of all of them.</summary>
    private const int MostEach = 20;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(400), DeliveriesKept = TimeSpan.FromDays(30);

    /// <summary>
    /// Tells owners of what became of findings in the latest versions of their projects: once for each advisory and owner. Belongs into the transaction of the match, so that
    /// nobody is told of what is not, and nothing that is goes untold.
    /// </summary>
    /// <returns>The first and the last notification; null when there is nothing to tell.</returns>
    public async Task<(long First, long Last)?> TellOfFindingsAsync(DbTransaction transaction)
    {
        var connection = transaction.Connection!;
        var (from, to) = await connection.QuerySingleAsync<(long?, long?)>("SELECT MIN(id), MAX(id) FROM finding_event WHERE told = 0", transaction: transaction);
        if (from is null) return null;
        var parameters = new { Org, from, to };
        // A project that uses several of the versions is one; what is said of a finding is said once and not with each of its uses.
        var of = (await connection.QueryAsync<Found>($"""
            SELECT e.finding, {Kind} AS kind, MAX(e.reason) AS reason, MAX(e.summary) AS summary, MAX(e.severity) AS severity FROM finding_event e WHERE {Untold} GROUP BY e.finding, {Kind}
            """, parameters, transaction)).ToDictionary(f => (f.Finding, f.Kind));
        var found = (await connection.QueryAsync<(string Finding, long Kind, long? Owner, long Projects)>($"""
            WITH hit AS (SELECT DISTINCT e.finding, {Kind} AS kind, o.pv_id FROM finding_event e JOIN occurrence o ON o.cv_id = e.cv_id WHERE {Untold})
            SELECT h.finding, h.kind, p.owner_id, COUNT(*) FROM hit h JOIN project p ON p.org_id = @Org AND p.latest_id = h.pv_id GROUP BY h.finding, h.kind, p.owner_id
            """, parameters, transaction, 600)).Select(h => of[(h.Finding, (int)h.Kind)].For(h.Owner, h.Projects)).ToList();
        await connection.ExecuteAsync("UPDATE finding_event SET told = 1 WHERE told = 0 AND id BETWEEN @from AND @to", parameters, transaction);
        var told = found.GroupBy(n => n.OwnerId).SelectMany(Messages).GroupBy(m => (m.Kind, m.Subject)).OrderBy(g => g.Max(m => m.Severity)).ThenBy(g => g.Key.Subject, StringComparer.Ordinal).ToList();
        var count = told.Sum(g => g.Count());
        if (count == 0) return null;
        var first = await IdSource.NextAsync(transaction, "notification", count);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        using (var news = new PreparedCommand(transaction, "INSERT INTO news (id, org_id, kind, subject, created_at) VALUES (@p0, @p1, @p2, @p3, @p4)", 5))
        {
            var at = first;
            foreach (var group in told)
            {
                news.Add(at, Org, group.Key.Kind, group.Key.Subject, now);
                at += group.Count();
            }
        }

        using var insert = new PreparedCommand(transaction, """
            INSERT INTO notification (id, org_id, owner_id, kind, subject, args, severity, projects, created_at, news_id, count, reason) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11)
            """, 12);
        var id = first;
        foreach (var group in told)
        {
            var head = id;
            foreach (var it in group)
                insert.Add(id++, Org, it.Owner, it.Kind, it.Subject, JsonSerializer.Serialize(new { it.Summary }), (long)it.Severity, it.Projects, now, head, (long)it.Count, (long)it.Reason);
        }

        return (first, first + count - 1);
    }

    /// <summary>Tells of what other features found.</summary>
    /// <returns>The first and the last notification; null when there is nothing to tell.</returns>
    public async Task<(long First, long Last)?> TellAsync(DbTransaction transaction, IReadOnlyList<InboxNote> notes)
    {
        if (notes.Count == 0) return null;
        var first = await IdSource.NextAsync(transaction, "notification", notes.Count);
        var (id, now) = (first, time.GetUtcNow());
        foreach (var news in notes.GroupBy(n => (n.Kind, n.Subject, n.Stage)))
        {
            var head = id;
            await transaction.Connection!.ExecuteAsync("INSERT INTO news (id, org_id, kind, subject, created_at) VALUES (@head, @Org, @Kind, @Subject, @now)", new { head, Org, news.Key.Kind, news.Key.Subject, now }, transaction);
            foreach (var it in news)
            {
                await transaction.Connection!.ExecuteAsync("""
                    INSERT INTO notification (id, org_id, owner_id, person_id, kind, subject, args, severity, projects, created_at, news_id, count, reason)
                    VALUES (@id, @Org, @OwnerId, @PersonId, @Kind, @Subject, @args, 0, @projects, @now, @head, 1, @stage)
                    """, new
                {
                    id = id++, Org, it.OwnerId, it.PersonId, it.Kind, it.Subject, args = JsonSerializer.Serialize(new { Summary = it.More, it.Name, it.Component, it.Case, it.Day }), projects = (long)it.Projects, now, head, stage = (long)it.Stage,
                }, transaction);
            }
        }

        return (first, id - 1);
    }

    /// <summary>Forgets news older than 400 days and deliveries older than a month.</summary>
    public Task PruneAsync(CancellationToken cancellationToken) => database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
        DELETE FROM news WHERE created_at < @before;
        DELETE FROM notification WHERE created_at < @before;
        DELETE FROM webhook_delivery WHERE created_at < @month AND state <> 'waiting';
        """, new { before = time.GetUtcNow() - Kept, month = time.GetUtcNow() - DeliveriesKept }, transaction), true, cancellationToken);

    private static IEnumerable<Message> Messages(IGrouping<long?, Found> of)
    {
        foreach (var kind in of.GroupBy(n => n.Kind))
        {
            var name = kind.Key switch { 2 => "finding.retracted", 4 => "finding.exploited", _ => "finding.appeared" };
            if (kind.Count() > MostEach)
            {
                yield return new Message(of.Key, "finding.many", name, (Severity)kind.Max(n => n.Severity), kind.Max(n => n.Projects), null, kind.Count(), 0);
                continue;
            }

            foreach (var one in kind) yield return new Message(of.Key, name, one.Finding, (Severity)one.Severity, one.Projects, one.Summary, 1, one.Reason);
        }
    }

    private sealed record Message(long? Owner, string Kind, string Subject, Severity Severity, long Projects, string? Summary, int Count, int Reason);

    /// <summary>Reported again is as much news as reported.</summary>
    private const string Kind = "CASE WHEN e.kind = 3 THEN 1 ELSE e.kind END";

    private const string Untold = "e.id BETWEEN @from AND @to AND e.told = 0 AND e.affected = 1";

    private sealed record Found
    {
        public string Finding { get; set; } = "";
        public int Kind { get; set; }
        public long? OwnerId { get; set; }
        public int Reason { get; set; }
        public string? Summary { get; set; }
        public int Severity { get; set; }
        public long Projects { get; set; }

        public Found For(long? owner, long projects) => this with { OwnerId = owner, Projects = projects };
    }
}
