using System.Data.Common;
using Dapper;
using Headwater.Core.Licences.Facts;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Licences;

/// <summary>What became of a change of an own licence.</summary>
internal enum OwnLicenceOutcome
{
    Done,
    Missing,
    Taken,
    TooMany,
}

/// <summary>Licences of the organisation itself. Each act is recorded with what was there before and after.</summary>
internal sealed class OwnLicenceStore(IDatabase database, AuditStore audit, IEnumerable<LicenceListener> listeners, QueueStore queue, TimeProvider time)
{
    public const int Most = 2_000;

    private const long Org = Organisation.Home;

    private const string Facts = "licence, title, category, flags, note, see_also, created_at, created_by, changed_at, changed_by, retired_at, retired_by";

    public static NamedKind Named { get; } = NamedKind.Of("licence", _ => "SELECT licence AS id, licence AS name, '/licences/' || licence AS page FROM own_licence WHERE org_id = @Org AND licence IN @ids");

    /// <summary>All, retired ones too, without their texts.</summary>
    public Task<IReadOnlyList<OwnLicence>> ListAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<OwnLicence>>(async connection =>
        [.. (await connection.QueryAsync<Row>($"SELECT {Facts} FROM own_licence WHERE org_id = @Org ORDER BY licence_key", new { Org })).Select(r => r.ToLicence())], cancellationToken);

    /// <summary>What they are called, retired ones too: what is under one stays under it.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> NamesAsync(DbTransaction transaction) =>
        (await transaction.Connection!.QueryAsync<string>("SELECT licence FROM own_licence WHERE org_id = @Org", new { Org }, transaction)).ToDictionary(l => l, StringComparer.OrdinalIgnoreCase);

    public Task<OwnLicence?> GetAsync(string id, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Facts}, text FROM own_licence WHERE org_id = @Org AND licence_key = @key", new { Org, key = Key(id) }))?.ToLicence(), cancellationToken);

    /// <summary>Adds one.</summary>
    /// <param name="input">Nothing is wrong with it (<see cref="OwnLicenceInput.Refusal"/>).</param>
    public async Task<OwnLicenceOutcome> AddAsync(OwnLicenceInput input, string by, CancellationToken cancellationToken = default)
    {
        var outcome = await InsertAsync(input, by, cancellationToken);
        if (outcome == OwnLicenceOutcome.Done) queue.Wake();
        return outcome;
    }

    private Task<OwnLicenceOutcome> InsertAsync(OwnLicenceInput input, string by, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        await audit.HoldAsync(transaction);
        if (await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM own_licence WHERE org_id = @Org", new { Org }, transaction) >= Most) return OwnLicenceOutcome.TooMany;
        var id = await IdSource.NextAsync(transaction, "own_licence");
        var added = await connection.ExecuteAsync("""
            INSERT INTO own_licence (id, org_id, licence_key, licence, title, category, flags, text, note, see_also, created_at, created_by, changed_at, changed_by)
            VALUES (@id, @Org, @key, @licence, @title, @category, @flags, @text, @note, @see, @now, @by, @now, @by) ON CONFLICT (org_id, licence_key) DO NOTHING
            """, Values(input, input.Id!, by, id), transaction);
        if (added == 0) return OwnLicenceOutcome.Taken;
        foreach (var listener in listeners) await listener.AddedAsync(transaction, input.Id!);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "licence.added", $"licence:{input.Id}", null, await StateAsync(transaction, input.Id!), new { category = input.Category }));
        return OwnLicenceOutcome.Done;
    }, cancellationToken: cancellationToken);

    public Task<OwnLicenceOutcome> ChangeAsync(string id, OwnLicenceInput input, string by, CancellationToken cancellationToken = default) => ActAsync(id, "licence.changed", by,
        "UPDATE own_licence SET title = @title, category = @category, flags = @flags, text = @text, note = @note, see_also = @see, changed_at = @now, changed_by = @by WHERE org_id = @Org AND licence_key = @key", Values(input, id, by, 0), cancellationToken);

    /// <summary>Retires one, or takes that back. What is under it stays under it.</summary>
    public Task<OwnLicenceOutcome> RetireAsync(string id, bool retired, string by, CancellationToken cancellationToken = default) => ActAsync(id, retired ? "licence.retired" : "licence.restored", by,
        $"UPDATE own_licence SET retired_at = {(retired ? "@now" : "NULL")}, retired_by = {(retired ? "@by" : "NULL")} WHERE org_id = @Org AND licence_key = @key AND retired_at IS {(retired ? "NULL" : "NOT NULL")}", new { Org, key = Key(id), now = time.GetUtcNow(), by }, cancellationToken);

    private Task<OwnLicenceOutcome> ActAsync(string id, string act, string by, string sql, object values, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        await audit.HoldAsync(transaction);
        if (await StateAsync(transaction, id) is not { } before) return OwnLicenceOutcome.Missing;
        await transaction.Connection!.ExecuteAsync(sql, values, transaction);
        var licence = await transaction.Connection!.QuerySingleAsync<string>("SELECT licence FROM own_licence WHERE org_id = @Org AND licence_key = @key", new { Org, key = Key(id) }, transaction);
        var entry = AuditEntry.Change(by, act, $"licence:{licence}", before, await StateAsync(transaction, id));
        if (!entry.IsSame) await audit.AppendAsync(transaction, entry);
        return OwnLicenceOutcome.Done;
    }, cancellationToken: cancellationToken);

    private static Task<object?> StateAsync(System.Data.Common.DbTransaction transaction, string id) => AuditStore.StateAsync(transaction, "SELECT licence, title, category, flags, text, note, see_also, retired_at FROM own_licence WHERE org_id = @Org AND licence_key = @key", new { Org, key = Key(id) });

    private object Values(OwnLicenceInput input, string licence, string by, long id) => new
    {
        id, Org, key = Key(licence), licence, title = input.Name!.Trim(), category = input.Category, flags = string.Join(',', input.Flags ?? []), text = Text(input.Text)?.Replace("\r\n", "\n", StringComparison.Ordinal), note = Text(input.Note)?.Trim(),
        see = string.Join('\n', input.SeeAlso ?? []), now = time.GetUtcNow(), by,
    };

    private static string Key(string id) => id.ToLowerInvariant();

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private sealed class Row
    {
        public string Licence { get; set; } = "";
        public string Title { get; set; } = "";
        public string Category { get; set; } = "";
        public string Flags { get; set; } = "";
        public string? Text { get; set; }
        public string? Note { get; set; }
        public string SeeAlso { get; set; } = "";
        public DateTimeOffset CreatedAt { get; set; }
        public string CreatedBy { get; set; } = "";
        public DateTimeOffset ChangedAt { get; set; }
        public string ChangedBy { get; set; } = "";
        public DateTimeOffset? RetiredAt { get; set; }
        public string? RetiredBy { get; set; }

        public OwnLicence ToLicence() => new(Licence, Title, Enum.TryParse<LicenceCategory>(Category, true, out var category) ? category : LicenceCategory.Unclassified,
            [.. Flags.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(f => Enum.Parse<LicenceFlag>(f, true)).Order()], Text, Note, SeeAlso.Split('\n', StringSplitOptions.RemoveEmptyEntries), CreatedAt, CreatedBy, ChangedAt, ChangedBy, RetiredAt, RetiredBy);
    }
}
