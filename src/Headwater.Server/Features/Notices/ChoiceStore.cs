using System.Globalization;
using Dapper;
using Headwater.Core.Licences;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Packages;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Notices;

/// <summary>Which alternatives of licences are used. Each is recorded with who chose it and why.</summary>
internal sealed class ChoiceStore(IDatabase database, LicenceLibrary library, AuditStore audit, IdSource ids, TimeProvider time)
{
    public const int LongestReason = 2000;
    private const long Org = Organisation.Home;

    private static string Columns(string where) => $"""
        SELECT c.uuid, c.owner_id, w.title, c.identity, c.expression, c.chosen, c.reason, c.created_at, c.created_by FROM licence_choice c LEFT JOIN owner w ON w.id = c.owner_id
        WHERE c.org_id = @Org AND {where} ORDER BY c.expression, c.identity, c.owner_id, c.id
        """;

    /// <summary>Those that hold everywhere, and those of units in sight.</summary>
    public Task<IReadOnlyList<LicenceChoiceRow>> ListAsync(Viewer viewer, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<LicenceChoiceRow>>(async connection =>
        [.. (await connection.QueryAsync<Row>(Columns($"(c.owner_id = 0 OR {viewer.Sees("c.owner_id")})"), new { Org })).Select(r => r.ToRow())], cancellationToken);

    /// <summary>Those that hold in the projects of a unit, the nearest of them first.</summary>
    /// <param name="path">The ids of the unit and of those above it, the topmost first.</param>
    public Task<IReadOnlyList<LicenceChoiceRow>> HoldingAsync(IReadOnlyList<long> path, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<LicenceChoiceRow>>(async connection =>
    {
        long[] owners = [0, .. path];
        var rows = await connection.QueryAsync<Row>(Columns("c.owner_id IN @owners"), new { Org, owners });
        return [.. rows.OrderByDescending(r => Array.IndexOf(owners, r.OwnerId)).ThenBy(r => r.Identity.Length == 0).Select(r => r.ToRow())];
    }, cancellationToken);

    /// <summary>Chooses an alternative; one that was chosen before for the same takes its place.</summary>
    /// <returns>The choice, or why it cannot be.</returns>
    public async Task<(LicenceChoiceRow? Made, string? Refusal)> ChooseAsync(LicenceChoiceRequest request, string by, CancellationToken cancellationToken)
    {
        if (library.Expressions.Parse(request.Expression ?? "", ExpressionMode.Lenient).Expression is not { } expression) return (null, "The expression is no licence expression.");
        if (library.Expressions.Parse(request.Chosen ?? "", ExpressionMode.Lenient).Expression is not { } chosen) return (null, "What was chosen is no licence expression.");
        if (LicenceChoices.Of(expression) is not { Count: > 1 } ways) return (null, "The expression leaves nothing to choose.");
        if (LicenceChoices.Of(chosen) is not [var way] || !ways.Any(w => w.Count == way.Count && w.All(way.Contains))) return (null, $"What was chosen is not on offer; that is one of: {string.Join("; ", ways.Take(20).Select(w => string.Join(" AND ", w)))}.");
        if (string.IsNullOrWhiteSpace(request.Reason)) return (null, "Say why: whoever reads the notice wants to know.");
        if (request.Reason.Length > LongestReason) return (null, $"The reason is longer than {LongestReason} characters.");
        var identity = "";
        if (!string.IsNullOrWhiteSpace(request.Component))
        {
            if (Identity(request.Component) is not { } known) return (null, "The component is no package URL.");
            identity = known;
        }

        var row = new Row
        {
            Uuid = ids.NewUuid(), OwnerId = request.Unit ?? 0, Identity = identity, Expression = expression.ToString(), Chosen = string.Join(" AND ", way), Reason = request.Reason.Trim(), CreatedAt = time.GetUtcNow(), CreatedBy = by,
        };
        var refused = await database.WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            if (row.OwnerId != 0 && await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM owner WHERE org_id = @Org AND id = @OwnerId", new { Org, row.OwnerId }, transaction) == 0) return "There is no such unit or team.";
            await audit.HoldAsync(transaction);
            var before = await connection.QuerySingleOrDefaultAsync<(string Uuid, string Chosen, string Reason)?>("SELECT uuid, chosen, reason FROM licence_choice WHERE org_id = @Org AND owner_id = @OwnerId AND identity = @Identity AND expression = @Expression",
                new { Org, row.OwnerId, row.Identity, row.Expression }, transaction);
            await connection.ExecuteAsync("DELETE FROM licence_choice WHERE org_id = @Org AND owner_id = @OwnerId AND identity = @Identity AND expression = @Expression", new { Org, row.OwnerId, row.Identity, row.Expression }, transaction);
            var id = await IdSource.NextAsync(transaction, "licence_choice");
            await connection.ExecuteAsync("""
                INSERT INTO licence_choice (id, org_id, uuid, owner_id, identity, expression, chosen, reason, created_at, created_by)
                VALUES (@id, @Org, @Uuid, @OwnerId, @Identity, @Expression, @Chosen, @Reason, @CreatedAt, @CreatedBy)
                """, new { id, Org, row.Uuid, row.OwnerId, row.Identity, row.Expression, row.Chosen, row.Reason, row.CreatedAt, row.CreatedBy }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "licence.chosen", Subject(row), before is { } was ? new { was.Chosen, was.Reason } : null, new { row.Chosen, row.Reason },
                new { expression = row.Expression, chosen = row.Chosen, reason = row.Reason, unit = row.OwnerId == 0 ? null : (long?)row.OwnerId }));
            return null;
        }, cancellationToken: cancellationToken);
        return refused is null ? (row.ToRow(), null) : (null, refused);
    }

    /// <summary>Takes a choice back.</summary>
    /// <param name="may">Where the caller may choose.</param>
    public Task<bool> RemoveAsync(Viewer may, Guid uuid, string by, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var row = (await transaction.Connection!.QueryAsync<Row>(Columns("c.uuid = @uuid"), new { Org, uuid }, transaction)).FirstOrDefault();
        if (row is null || !may.Sees(row.OwnerId == 0 ? null : row.OwnerId)) return false;
        await transaction.Connection!.ExecuteAsync("DELETE FROM licence_choice WHERE org_id = @Org AND uuid = @uuid", new { Org, uuid }, transaction);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "licence.choice-removed", Subject(row), new { row.Chosen, row.Reason }, null, new { expression = row.Expression, chosen = row.Chosen }));
        return true;
    }, cancellationToken: cancellationToken);

    /// <summary>The package URL of a component whatever its version; null for what is none.</summary>
    public static string? Identity(string purl) => PackageUrl.TryParse(purl.Trim(), out var read, out _) ? read.Coordinates : null;

    private static string Subject(Row row) => row.Identity.Length > 0 ? $"component:{row.Identity}" : string.Create(CultureInfo.InvariantCulture, $"owner:{row.OwnerId}");

    private sealed class Row
    {
        public Guid Uuid { get; set; }
        public long OwnerId { get; set; }
        public string? Title { get; set; }
        public string Identity { get; set; } = "";
        public string Expression { get; set; } = "";
        public string Chosen { get; set; } = "";
        public string Reason { get; set; } = "";
        public DateTimeOffset CreatedAt { get; set; }
        public string CreatedBy { get; set; } = "";

        public LicenceChoiceRow ToRow() => new(Uuid, OwnerId == 0 ? null : OwnerId, Title, Identity.Length == 0 ? null : Identity, Expression, Chosen, Reason, CreatedAt, CreatedBy);
    }
}
