using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Components;

/// <summary>Decisions about components. Each is recorded with its state before and after.</summary>
internal sealed class CareStore(IDatabase database, AuditStore audit, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>How long before its end a support plan is shown as ending.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(60);

    /// <summary>The decisions, which hold for everybody; who looks after it is said only to who sees that unit.</summary>
    public Task<ComponentCare> GetAsync(Viewer viewer, long component, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        if (await ReadAsync(connection, null, component) is not { } row) return ComponentCare.None;
        var care = row.ToCare();
        return viewer.Sees(row.OwnerId) ? care : care with { Owner = null, Person = null, PersonLeft = false };
    }, cancellationToken);

    /// <summary>Components in sight whose support plan ends soon or has ended.</summary>
    public Task<int> EndingAsync(Viewer viewer, CancellationToken cancellationToken = default) => database.ReadAsync(async connection => (int)await connection.QuerySingleAsync<long>($"""
        SELECT COUNT(*) FROM component_care ca WHERE ca.org_id = @Org AND ca.ends_at < @until
        AND EXISTS (SELECT 1 FROM component_version c WHERE c.component_id = ca.component_id AND {ProjectsModule.Uses(viewer, "c.id")})
        """, new { Org, until = time.GetUtcNow() + Ahead }), cancellationToken);

    /// <returns>Null when it was done, else what is wrong.</returns>
    public Task<string?> SetStateAsync(long component, StateChange change, string by, CancellationToken cancellationToken = default) => CareWords.Refuse(change) is { } reason ? Task.FromResult<string?>(reason)
        : SetAsync(component, "component.state-changed", by, (before, _) => Task.FromResult<(Row?, string?)>((before with
        {
            State = Text(change.State), Reason = Text(change.Reason), Replacement = Text(change.Replacement), Deadline = At(change.Deadline), StateBy = by, StateAt = time.GetUtcNow(),
        }, null)), cancellationToken);

    /// <returns>Null when it was done, else what is wrong.</returns>
    public Task<string?> SetPlanAsync(long component, PlanChange change, string by, CancellationToken cancellationToken = default) => CareWords.Refuse(change) is { } reason ? Task.FromResult<string?>(reason)
        : SetAsync(component, "component.support-changed", by, async (before, transaction) =>
        {
            var connection = transaction.Connection!;
            if (change.OwnerId is { } owner && await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM owner WHERE org_id = @Org AND id = @owner", new { Org, owner }, transaction) == 0) return (null, "There is no such unit or team.");
            long? person = null;
            if (Text(change.Person)?.ToLowerInvariant() is { } who)
            {
                person = await connection.QueryFirstOrDefaultAsync<long?>("SELECT id FROM user_account WHERE org_id = @Org AND (LOWER(name) = @who OR LOWER(email) = @who) ORDER BY active DESC, id LIMIT 1", new { Org, who }, transaction);
                if (person is null) return (null, $"There is nobody with the account or address {change.Person}.");
            }

            return (before with
            {
                Plan = Text(change.Plan), Provider = Text(change.Provider), Note = Text(change.Note), EndsAt = At(change.Ends), OwnerId = change.OwnerId, PersonId = person, PlanBy = by, PlanAt = time.GetUtcNow(),
            }, null);
        }, cancellationToken);

    private Task<string?> SetAsync(long component, string act, string by, Func<Row, DbTransaction, Task<(Row? After, string? Refusal)>> change, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var before = await ReadAsync(connection, transaction, component) ?? new Row();
        var (after, refusal) = await change(before, transaction);
        if (after is null) return refusal;
        await connection.ExecuteAsync("""
            INSERT INTO component_care (org_id, component_id, state, reason, replacement, deadline, state_by, state_at, plan, provider, note, ends_at, owner_id, person_id, plan_by, plan_at)
            VALUES (@Org, @component, @State, @Reason, @Replacement, @Deadline, @StateBy, @StateAt, @Plan, @Provider, @Note, @EndsAt, @OwnerId, @PersonId, @PlanBy, @PlanAt)
            ON CONFLICT (org_id, component_id) DO UPDATE SET state = excluded.state, reason = excluded.reason, replacement = excluded.replacement, deadline = excluded.deadline, state_by = excluded.state_by,
                state_at = excluded.state_at, plan = excluded.plan, provider = excluded.provider, note = excluded.note, ends_at = excluded.ends_at, owner_id = excluded.owner_id, person_id = excluded.person_id,
                plan_by = excluded.plan_by, plan_at = excluded.plan_at
            """, new
        {
            Org, component, after.State, after.Reason, after.Replacement, after.Deadline, after.StateBy, after.StateAt, after.Plan, after.Provider, after.Note, after.EndsAt, after.OwnerId, after.PersonId, after.PlanBy, after.PlanAt,
        }, transaction);
        var identity = await connection.QuerySingleAsync<string>("SELECT identity FROM component WHERE id = @component", new { component }, transaction);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, act, $"component:{identity}", State(before), State(after),
            act == "component.state-changed" ? new { from = before.State, to = after.State, after.Reason, after.Replacement } : new { from = before.Plan, to = after.Plan, after.Provider }));
        return null;
    }, cancellationToken: cancellationToken);

    private static Task<Row?> ReadAsync(DbConnection connection, DbTransaction? transaction, long component) => connection.QuerySingleOrDefaultAsync<Row?>($"""
        SELECT ca.state, ca.reason, ca.replacement, ca.deadline, ca.state_by, ca.state_at, ca.plan, ca.provider, ca.note, ca.ends_at, ca.person_id, ca.plan_by, ca.plan_at, {OwnersModule.Select}, a.name AS person, a.active AS person_active
        FROM component_care ca LEFT JOIN owner w ON w.id = ca.owner_id LEFT JOIN user_account a ON a.id = ca.person_id WHERE ca.org_id = @Org AND ca.component_id = @component
        """, new { Org, component }, transaction);

    private static object State(Row row) => new { row.State, row.Reason, row.Replacement, row.Deadline, row.Plan, row.Provider, row.Note, row.EndsAt, row.OwnerId, row.PersonId };

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static DateTimeOffset? At(DateOnly? day) => day is { } it ? new DateTimeOffset(it.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) : null;

    private sealed record Row : OwnerColumns
    {
        public string? State { get; set; }
        public string? Reason { get; set; }
        public string? Replacement { get; set; }
        public DateTimeOffset? Deadline { get; set; }
        public string? StateBy { get; set; }
        public DateTimeOffset? StateAt { get; set; }
        public string? Plan { get; set; }
        public string? Provider { get; set; }
        public string? Note { get; set; }
        public DateTimeOffset? EndsAt { get; set; }
        public long? PersonId { get; set; }
        public string? PlanBy { get; set; }
        public DateTimeOffset? PlanAt { get; set; }
        public string? Person { get; set; }
        public bool? PersonActive { get; set; }

        public ComponentCare ToCare() => new(State, Reason, Replacement, Deadline, StateBy, StateAt, Plan, Provider, Note, EndsAt, Owner, Person, PersonActive == false, PlanBy, PlanAt);
    }
}
