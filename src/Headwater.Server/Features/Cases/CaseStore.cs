using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Inbox;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Cases;

/// <summary>Cases and what was done about them.</summary>
internal sealed class CaseStore(IDatabase database, AuditStore audit, InboxModule inbox, AccessStore access, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>So many enquiries of the form wait to be looked at, at most: then the form takes no more.</summary>
    public const int MostWaiting = 500;

    /// <summary>What is due next; nothing for what is closed, or only to be closed.</summary>
    private const string Due = "CASE WHEN c.state = 0 THEN c.acknowledge_by WHEN c.state IN (1, 2) THEN c.answer_by WHEN c.state = 3 AND c.outcome = 'violation' THEN c.remedy_by ELSE 9000000000000000 END";

    private const string Select = $"""
        SELECT c.id, c.number, c.kind, c.state, c.title, c.body, c.about, c.licence, c.channel, c.sender, c.contact, c.received_at, c.acknowledge_by, c.answer_by, c.remedy_by, c.acknowledged_at, c.decided_at, c.closed_at, c.outcome, c.lessons,
            c.created_by, {Due} AS due, a.name AS handler FROM licence_case c LEFT JOIN user_account a ON a.id = c.handler_id
        """;

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal)
    {
        ["due"] = new(Due), ["number"] = new("c.number", true), ["received"] = new("c.received_at", true), ["title"] = new("LOWER(c.title)"), ["state"] = new("c.state"),
    };

    public static NamedKind Named { get; } = NamedKind.Of("case", viewer => viewer.All ? "SELECT CAST(number AS TEXT) AS id, title AS name, '/cases/' || number AS page FROM licence_case WHERE org_id = @Org AND CAST(number AS TEXT) IN @ids" : null) with
    {
        Called = @"SELECT 'case:' || number FROM licence_case WHERE org_id = @org AND LOWER(title) LIKE @subject ESCAPE '\'",
    };

    /// <summary>What is due first comes first.</summary>
    /// <param name="me">The account whose cases <see cref="CaseFilter.Mine"/> means.</param>
    public Task<Page<CaseRow>> ListAsync(PageRequest request, CaseFilter filter, long? me, CancellationToken cancellationToken = default)
    {
        var keyset = Keyset.For(request, Sorts, "due", "c.id");
        var now = time.GetUtcNow();
        var conditions = new List<string> { "c.org_id = @Org" };
        if (filter.Status is "open") conditions.Add("c.state < 5");
        if (filter.Status is "closed") conditions.Add("c.state = 5");
        if (filter.Status is "overdue") conditions.Add($"{Due} < @now");
        if (filter.Kind is not null) conditions.Add("c.kind = @Kind");
        if (filter.Mine) conditions.Add("c.handler_id = @me");
        var like = Like.Containing(request.Filter);
        if (like is not null) conditions.Add(@"(LOWER(c.title) LIKE @like ESCAPE '\' OR LOWER(COALESCE(c.about, '')) LIKE @like ESCAPE '\' OR LOWER(COALESCE(c.sender, '')) LIKE @like ESCAPE '\' OR LOWER(COALESCE(c.licence, '')) LIKE @like ESCAPE '\' OR 'lc-' || c.number LIKE @like ESCAPE '\')");
        var where = string.Join(" AND ", conditions);
        return database.ReadAsync(async connection =>
        {
            var parameters = new { Org, now, filter.Kind, me, like, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM licence_case c WHERE {where}", parameters);
            var rows = (await connection.QueryAsync<Row>($"{Select.Replace("SELECT c.id", $"SELECT {keyset.Expression} AS sort_key, c.id", StringComparison.Ordinal)} WHERE {where} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters)).AsList();
            var page = keyset.Page(rows, total, r => (r.SortKey!, r.Id));
            return new Page<CaseRow>([.. page.Items.Select(r => r.ToCase(now))], page.Total, page.Next, page.Previous);
        }, cancellationToken);
    }

    /// <summary>How many there are, by <see cref="CaseFilter.Status"/>.</summary>
    public Task<IReadOnlyDictionary<string, int>> CountsAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyDictionary<string, int>>(async connection =>
    {
        var (open, closed, overdue) = await connection.QuerySingleAsync<(long, long, long)>($"""
            SELECT COALESCE(SUM(CASE WHEN c.state < 5 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN c.state = 5 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN {Due} < @now THEN 1 ELSE 0 END), 0) FROM licence_case c WHERE c.org_id = @Org
            """, new { Org, now = time.GetUtcNow() });
        return new Dictionary<string, int>(StringComparer.Ordinal) { ["open"] = (int)open, ["closed"] = (int)closed, ["overdue"] = (int)overdue };
    }, cancellationToken);

    public Task<CaseDetail?> GetAsync(long number, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        if (await FindAsync(connection, number) is not { } row) return null;
        var events = await connection.QueryAsync<EventRow>("SELECT at, act, by_name, text FROM case_event WHERE org_id = @Org AND case_id = @Id ORDER BY id", new { Org, row.Id });
        return row.ToDetail(time.GetUtcNow(), [.. events.Select(e => new CaseEvent(e.At, e.Act, e.ByName, e.Text))]);
    }, cancellationToken);

    /// <summary>How many cases that came by the form nobody has looked at.</summary>
    public Task<long> WaitingAsync(CancellationToken cancellationToken) => database.ReadAsync(connection => connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM licence_case WHERE org_id = @Org AND state = 0 AND channel = 'form'", new { Org }), cancellationToken);

    /// <summary>Takes a case in.</summary>
    /// <returns>Its number.</returns>
    public Task<long> ReceiveAsync(NewCase input, CaseSettings settings, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        await database.LockAsync(transaction, "case");
        var connection = transaction.Connection!;
        var now = time.GetUtcNow();
        var received = input.ReceivedAt ?? now;
        var number = await connection.QuerySingleAsync<long>("SELECT COALESCE(MAX(number), 0) + 1 FROM licence_case WHERE org_id = @Org", new { Org }, transaction);
        var id = await IdSource.NextAsync(transaction, "licence_case");
        await connection.ExecuteAsync("""
            INSERT INTO licence_case (id, org_id, number, kind, state, title, body, about, licence, channel, sender, contact, received_at, acknowledge_by, answer_by, remedy_by, created_by)
            VALUES (@id, @Org, @number, @Kind, 0, @Title, @Body, @About, @Licence, @Channel, @Sender, @Contact, @received, @acknowledge, @answer, @remedy, @by)
            """, new
        {
            id, Org, number, input.Kind, input.Title, Body = input.Body ?? "", input.About, input.Licence, input.Channel, input.Sender, input.Contact, received,
            acknowledge = received.AddHours(settings.AcknowledgeHours), answer = received.AddDays(settings.AnswerDays), remedy = received.AddDays(settings.RemedyDays), by,
        }, transaction);
        await AddEventAsync(transaction, id, now, "received", by, null);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "case.received", Subject(number), null, await StateAsync(transaction, number), new { kind = input.Kind, channel = input.Channel }));
        // Who writes a case down knows of it; of what comes by the form nobody does.
        if (input.Channel == "form")
            await inbox.TellAsync(transaction, [.. (await access.WhoMayEverywhereAsync(transaction, Permissions.CaseHandling)).Select(p => Note(p, number, input.Title!, input.About, now, 0))]);
        return number;
    }, cancellationToken: cancellationToken);

    /// <summary>Tells of each step that is overdue once: who handles the case, or everybody who may.</summary>
    /// <returns>How many cases somebody was told of.</returns>
    public Task<int> RemindAsync(CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        await database.LockAsync(transaction, "case");
        var connection = transaction.Connection!;
        var now = time.GetUtcNow();
        var late = (await connection.QueryAsync<(long Id, long Number, string Title, string? About, long State, long Due, long? Handler)>($"""
            SELECT c.id, c.number, c.title, c.about, c.state, {Due}, a.id FROM licence_case c LEFT JOIN user_account a ON a.id = c.handler_id AND a.active = 1 WHERE c.org_id = @Org AND c.told = 0 AND {Due} < @now ORDER BY c.id
            """, new { Org, now }, transaction)).AsList();
        if (late.Count == 0) return 0;
        var all = await access.WhoMayEverywhereAsync(transaction, Permissions.CaseHandling);
        await inbox.TellAsync(transaction, [.. late.SelectMany(l => (l.Handler is { } handler ? [handler] : all).Select(p => Note(p, l.Number, l.Title, l.About, DateTimeOffset.FromUnixTimeMilliseconds(l.Due), (int)l.State + 1)))]);
        await connection.ExecuteAsync("UPDATE licence_case SET told = 1 WHERE id IN @ids", new { ids = late.Select(l => l.Id).ToList() }, transaction);
        return late.Count;
    }, true, cancellationToken);

    private static InboxNote Note(long person, long number, string title, string? about, DateTimeOffset day, int stage) => new(InboxModule.CaseWaits, null, person, Subject(number), $"{CaseRow.Name(number)} {title}", about, 0, day, stage, Case: number);

    /// <summary>Takes a step, writes a note, or takes the last step back.</summary>
    public Task<CaseOutcome> StepAsync(long number, CaseStep step, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        await database.LockAsync(transaction, "case");
        var connection = transaction.Connection!;
        if (await FindAsync(connection, number, transaction) is not { } row) return CaseOutcome.NotFound;
        var (act, text) = (step.Act ?? "", Text(step.Text));
        var state = (CaseState)row.State;
        if (!CaseFlow.Next(state, row.Outcome).Contains(act)) return CaseOutcome.NotNow;
        if (CaseFlow.NeedsText(act) && text is null) return CaseOutcome.NoText;
        if (act == "decide" && !CaseFlow.OutcomesIn(state).Contains(step.Outcome)) return CaseOutcome.NoOutcome;
        var before = await StateAsync(transaction, number);
        var now = time.GetUtcNow();
        var acts = (await connection.QueryAsync<string>("SELECT act FROM case_event WHERE org_id = @Org AND case_id = @Id ORDER BY id", new { Org, row.Id }, transaction)).AsList();
        var to = act == "back" ? CaseFlow.Before(state, row.Outcome, row.VerifiedAt(acts), row.AcknowledgedAt is not null) : CaseFlow.After(act) ?? state;
        await connection.ExecuteAsync("""
            UPDATE licence_case SET state = @to, acknowledged_at = @acknowledged, decided_at = @decided, closed_at = @closed, outcome = @outcome, lessons = @lessons, told = CASE WHEN state = @to THEN told ELSE 0 END WHERE id = @Id
            """, new
        {
            row.Id, to = (long)to, acknowledged = to == CaseState.Received ? null : act == "acknowledge" ? now : row.AcknowledgedAt, decided = to < CaseState.Decided ? null : act == "decide" ? now : row.DecidedAt,
            closed = to == CaseState.Closed ? row.ClosedAt ?? now : (DateTimeOffset?)null, outcome = to < CaseState.Decided ? null : act == "decide" ? step.Outcome : row.Outcome, lessons = act == "close" ? text : row.Lessons,
        }, transaction);
        await AddEventAsync(transaction, row.Id, now, act == "back" ? "back" : act, by, act == "decide" ? $"{step.Outcome}: {text}" : text);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, act == "note" ? "case.noted" : "case.moved", Subject(number), before, await StateAsync(transaction, number), new { act, from = state.ToString(), to = to.ToString(), outcome = step.Outcome }));
        return CaseOutcome.Done;
    }, cancellationToken: cancellationToken);

    /// <summary>Says who works on it.</summary>
    /// <param name="person">An account or address; empty for nobody.</param>
    public Task<CaseOutcome> AssignAsync(long number, string? person, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await FindAsync(connection, number, transaction) is not { } row) return CaseOutcome.NotFound;
        (long Id, string Name)? handler = null;
        if (Text(person)?.ToLowerInvariant() is { } who)
        {
            handler = await connection.QueryFirstOrDefaultAsync<(long, string)?>("SELECT id, name FROM user_account WHERE org_id = @Org AND active = 1 AND (LOWER(name) = @who OR LOWER(email) = @who) ORDER BY id LIMIT 1", new { Org, who }, transaction);
            if (handler is null) return CaseOutcome.NoSuchPerson;
        }

        if (handler?.Name == row.Handler) return CaseOutcome.Done;
        var before = await StateAsync(transaction, number);
        await connection.ExecuteAsync("UPDATE licence_case SET handler_id = @handler WHERE id = @Id", new { row.Id, handler = handler?.Id }, transaction);
        await AddEventAsync(transaction, row.Id, time.GetUtcNow(), "assigned", by, handler?.Name);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "case.assigned", Subject(number), before, await StateAsync(transaction, number), new { to = handler?.Name }));
        return CaseOutcome.Done;
    }, cancellationToken: cancellationToken);

    /// <summary>Forgets who has sent a closed case: name and contact go, what it was about stays.</summary>
    public Task<CaseOutcome> ForgetSenderAsync(long number, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        if (await FindAsync(transaction.Connection!, number, transaction) is not { } row) return CaseOutcome.NotFound;
        if ((CaseState)row.State != CaseState.Closed) return CaseOutcome.NotNow;
        if (row.Sender is null && row.Contact is null) return CaseOutcome.Done;
        var before = await StateAsync(transaction, number);
        await transaction.Connection!.ExecuteAsync("UPDATE licence_case SET sender = NULL, contact = NULL WHERE id = @Id", new { row.Id }, transaction);
        await AddEventAsync(transaction, row.Id, time.GetUtcNow(), "forgotten", by, null);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "case.sender-forgotten", Subject(number), before, await StateAsync(transaction, number)));
        return CaseOutcome.Done;
    }, cancellationToken: cancellationToken);

    private static string Subject(long number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"case:{number}");

    /// <summary>For the audit log. Who has sent it is no decision, and would stay in digests of nothing else.</summary>
    private static Task<object?> StateAsync(DbTransaction transaction, long number) =>
        AuditStore.StateAsync(transaction, "SELECT kind, state, title, body, about, licence, channel, received_at, outcome, lessons, handler_id FROM licence_case WHERE org_id = @Org AND number = @number", new { Org, number });

    private static Task<Row?> FindAsync(DbConnection connection, long number, DbTransaction? transaction = null) =>
        connection.QuerySingleOrDefaultAsync<Row?>($"{Select} WHERE c.org_id = @Org AND c.number = @number", new { Org, number }, transaction);

    private static async Task AddEventAsync(DbTransaction transaction, long id, DateTimeOffset at, string act, string by, string? text) => await transaction.Connection!.ExecuteAsync(
        "INSERT INTO case_event (id, org_id, case_id, at, act, by_name, text) VALUES (@next, @Org, @id, @at, @act, @by, @text)", new { next = await IdSource.NextAsync(transaction, "case_event"), Org, id, at, act, by, text }, transaction);

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private sealed class EventRow
    {
        public DateTimeOffset At { get; set; }
        public string Act { get; set; } = "";
        public string ByName { get; set; } = "";
        public string? Text { get; set; }
    }

    private sealed class Row
    {
        public object? SortKey { get; set; }
        public long Id { get; set; }
        public long Number { get; set; }
        public string Kind { get; set; } = "";
        public long State { get; set; }
        public string Title { get; set; } = "";
        public string Body { get; set; } = "";
        public string? About { get; set; }
        public string? Licence { get; set; }
        public string Channel { get; set; } = "";
        public string? Sender { get; set; }
        public string? Contact { get; set; }
        public DateTimeOffset ReceivedAt { get; set; }
        public DateTimeOffset AcknowledgeBy { get; set; }
        public DateTimeOffset AnswerBy { get; set; }
        public DateTimeOffset RemedyBy { get; set; }
        public DateTimeOffset? AcknowledgedAt { get; set; }
        public DateTimeOffset? DecidedAt { get; set; }
        public DateTimeOffset? ClosedAt { get; set; }
        public string? Outcome { get; set; }
        public string? Lessons { get; set; }
        public string CreatedBy { get; set; } = "";
        public long Due { get; set; }
        public string? Handler { get; set; }

        /// <summary>Whether it was verified before it was decided, as its events tell; what was taken back does not count.</summary>
        public bool VerifiedAt(List<string> acts)
        {
            var decided = acts.LastIndexOf("decide");
            return decided > 0 && acts[..decided].FindLastIndex(a => a is "verify" or "back") is var last and >= 0 && acts[last] == "verify";
        }

        public CaseRow ToCase(DateTimeOffset now)
        {
            var due = Due < 9000000000000000 ? DateTimeOffset.FromUnixTimeMilliseconds(Due) : (DateTimeOffset?)null;
            return new CaseRow(Number, Kind, (CaseState)State, Title, About, Licence, Channel, Sender, ReceivedAt, due, due < now, AcknowledgedAt, DecidedAt, ClosedAt, Outcome, Lessons, Handler);
        }

        public CaseDetail ToDetail(DateTimeOffset now, IReadOnlyList<CaseEvent> events) => new(ToCase(now), Body, Contact, AcknowledgeBy, AnswerBy, RemedyBy, CreatedBy, events);
    }
}

/// <summary>What became of an act on a case.</summary>
internal enum CaseOutcome
{
    Done,
    NotFound,

    /// <summary>The case is not at the step where this can be done.</summary>
    NotNow,
    NoText,
    NoOutcome,
    NoSuchPerson,
}
