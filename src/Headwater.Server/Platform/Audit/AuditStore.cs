using System.Data.Common;
using System.Runtime.CompilerServices;
using Dapper;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Audit;

/// <summary>
/// The append-only record of acts. Each row carries the SHA-256 of the row before it and of its own content, so that a removed or
/// altered row shows. The chain is per installation; the transaction that appends holds the writer, so it has one end.
/// </summary>
internal sealed class AuditStore(IDatabase database, TimeProvider time)
{
    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal) { ["at"] = new("id", true) };

    /// <summary>Appends one act in the transaction that performs it.</summary>
    public async Task AppendAsync(DbTransaction transaction, AuditEntry entry)
    {
        await database.LockAsync(transaction, "audit");
        var connection = transaction.Connection!;
        var previous = await connection.QuerySingleOrDefaultAsync<(long Id, string Hash)>("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1", transaction: transaction);
        var id = previous.Id + 1;
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        var hash = AuditChain.Hash(previous.Hash ?? "", id, at, entry);
        await connection.ExecuteAsync("""
            INSERT INTO audit (id, org_id, at, actor, act, subject, detail, before_digest, after_digest, hash)
            VALUES (@id, @org, @at, @Actor, @Act, @Subject, @Detail, @BeforeDigest, @AfterDigest, @hash)
            """, new { id, org = Organisation.Home, at, entry.Actor, entry.Act, entry.Subject, entry.Detail, entry.BeforeDigest, entry.AfterDigest, hash }, transaction);
    }

    /// <summary>Newest first.</summary>
    public Task<Page<AuditRow>> ListAsync(PageRequest request, CancellationToken cancellationToken = default)
    {
        var keyset = Keyset.For(request, Sorts, "at", "id");
        return database.ReadAsync(async connection =>
        {
            var parameters = new { org = Organisation.Home, keyset.KeyValue, keyset.KeyId, keyset.Take };
            var total = await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM audit WHERE org_id = @org", parameters);
            var rows = await connection.QueryAsync<Row>($"SELECT * FROM audit WHERE org_id = @org AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take", parameters);
            var items = rows.Select(r => new AuditRow(r.Id, DateTimeOffset.FromUnixTimeMilliseconds(r.At), r.Actor, r.Act, r.Subject, r.Detail, r.Hash)).ToList();
            return keyset.Page(items, total, r => (r.Id, r.Id));
        }, cancellationToken);
    }

    /// <summary>Every record as it was stored, oldest first, a thousand at a time.</summary>
    public async IAsyncEnumerable<AuditRecord> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var after = long.MinValue; ;)
        {
            var rows = await database.ReadAsync(async connection =>
                (await connection.QueryAsync<Row>("SELECT * FROM audit WHERE id > @after ORDER BY id LIMIT 1000", new { after })).AsList(), cancellationToken);
            foreach (var row in rows)
                yield return new AuditRecord(row.Id, row.At, new AuditEntry(row.Actor, row.Act, row.Subject, row.Detail, row.BeforeDigest, row.AfterDigest), row.Hash);
            if (rows.Count < 1000) yield break;
            after = rows[^1].Id;
        }
    }

    /// <summary>Walks the whole chain.</summary>
    /// <returns>The first record that does not fit; null when all do.</returns>
    public async Task<AuditBreak?> VerifyAsync(CancellationToken cancellationToken = default)
    {
        var chain = new AuditChain();
        await foreach (var record in ReadAllAsync(cancellationToken))
            if (chain.Add(record) is { } broken) return broken;
        return null;
    }

    private sealed class Row
    {
        public long Id { get; set; }
        public long At { get; set; }
        public string Actor { get; set; } = "";
        public string Act { get; set; } = "";
        public string Subject { get; set; } = "";
        public string? Detail { get; set; }
        public string? BeforeDigest { get; set; }
        public string? AfterDigest { get; set; }
        public string Hash { get; set; } = "";
    }
}

/// <param name="Actor">Who: a user's name, <c>key:…</c>, or <c>system</c>.</param>
/// <param name="Act">What, for example <c>sbom.uploaded</c>.</param>
/// <param name="Subject">On what, for example <c>project-version:…</c>.</param>
/// <param name="Detail">Facts as JSON.</param>
internal sealed record AuditEntry(string Actor, string Act, string Subject, string? Detail = null, string? BeforeDigest = null, string? AfterDigest = null);

internal sealed record AuditRow(long Id, DateTimeOffset At, string Actor, string Act, string Subject, string? Detail, string Hash);
