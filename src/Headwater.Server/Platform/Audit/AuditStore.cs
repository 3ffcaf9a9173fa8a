using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Audit;

/// <summary>
/// The append-only record of acts. Each row carries the SHA-256 of the row before it and of its own content, so that a removed or
/// altered row shows. The chain is per installation; the transaction that appends holds the writer, so it has one end.
/// </summary>
internal sealed class AuditStore(IDatabase database, TimeProvider time, Subjects subjects)
{
    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal) { ["at"] = new("id", true) };

    /// <summary>Appends one act in the transaction that performs it.</summary>
    public Task AppendAsync(DbTransaction transaction, AuditEntry entry) => AppendAsync(transaction, [entry]);

    /// <summary>Appends what one act did to many things.</summary>
    public async Task AppendAsync(DbTransaction transaction, IReadOnlyList<AuditEntry> entries)
    {
        if (entries.Count == 0) return;
        await HoldAsync(transaction);
        var connection = transaction.Connection!;
        var (id, previous) = await connection.QuerySingleOrDefaultAsync<(long Id, string Hash)>("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1", transaction: transaction);
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var entry in entries)
        {
            previous = AuditChain.Hash(previous ?? "", ++id, at, entry);
            await connection.ExecuteAsync("""
                INSERT INTO audit (id, org_id, at, actor, act, subject, detail, before_digest, after_digest, hash)
                VALUES (@id, @org, @at, @Actor, @Act, @Subject, @Detail, @BeforeDigest, @AfterDigest, @hash)
                """, new { id, org = Organisation.Home, at, entry.Actor, entry.Act, entry.Subject, entry.Detail, entry.BeforeDigest, entry.AfterDigest, hash = previous }, transaction);
        }
    }

    /// <summary>Takes the end of the log until the transaction ends. What is read after it is what the record before says was there; nobody else's act comes between reading and writing.</summary>
    public Task HoldAsync(DbTransaction transaction) => database.LockAsync(transaction, "audit");

    /// <summary>What a statement reads, for <see cref="AuditEntry.Change"/>: what the act is about, and nothing that changes by itself. Its rows need an order of their own.</summary>
    /// <returns>Null when it reads nothing.</returns>
    public static async Task<object?> StateAsync(DbTransaction transaction, string sql, object parameters) =>
        (await transaction.Connection!.QueryAsync(sql, parameters, transaction)).Select(row => new Dictionary<string, object?>((IDictionary<string, object?>)row)).ToList() is { Count: > 0 } rows ? rows : null;

    /// <summary>All records, newest first.</summary>
    public Task<Page<AuditRow>> ListAsync(PageRequest request, CancellationToken cancellationToken = default) => ListAsync(new AuditFilter(), request, cancellationToken);

    /// <summary>Newest first, unless the request says otherwise.</summary>
    public Task<Page<AuditRow>> ListAsync(AuditFilter filter, PageRequest request, CancellationToken cancellationToken = default)
    {
        var keyset = Keyset.For(request, Sorts, "at", "id");
        var where = Where(filter);
        return database.ReadAsync(async connection =>
        {
            var parameters = new
            {
                org = Organisation.Home, actor = Contains(filter.Actor), act = filter.Act, acts = filter.Act is null ? null : Escape(filter.Act) + "%", subject = Contains(filter.Subject),
                begin = filter.Begin, end = filter.End, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip,
            };
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM audit WHERE {where}", parameters);
            var rows = (await connection.QueryAsync<Row>($"SELECT * FROM audit WHERE {where} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters)).AsList();
            // Whoever may read the log reads the whole of it, whatever part of the organisation he looks at. What is gone is called what its record says.
            var names = await subjects.NamesAsync(connection, Viewer.Everything, rows.Select(Named));
            foreach (var row in rows)
                if (!names.ContainsKey(Named(row)) && RecordedName(row.Detail) is { } recorded) names[Named(row)] = new SubjectName("", recorded, null);
            var items = rows.Select(r =>
            {
                var name = names.GetValueOrDefault(Named(r));
                return new AuditRow(r.Id, DateTimeOffset.FromUnixTimeMilliseconds(r.At), r.Actor, r.Act, r.Subject, name?.Name, name?.Page, r.Detail, r.BeforeDigest, r.AfterDigest, r.Hash);
            }).ToList();
            return keyset.Page(items, total, r => (r.Id, r.Id));
        }, cancellationToken);
    }

    /// <summary>The acts that there are records of.</summary>
    public Task<IReadOnlyList<string>> ActsAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<string>>(async connection =>
        (await connection.QueryAsync<string>("""
            WITH RECURSIVE acts (act) AS (
                SELECT MIN(act) FROM audit WHERE org_id = @org
                UNION ALL SELECT (SELECT MIN(a.act) FROM audit a WHERE a.org_id = @org AND a.act > acts.act) FROM acts WHERE acts.act IS NOT NULL)
            SELECT act FROM acts WHERE act IS NOT NULL
            """, new { org = Organisation.Home })).AsList(), cancellationToken);

    private string Where(AuditFilter filter)
    {
        List<string> where = ["org_id = @org"];
        if (filter.Actor is not null) where.Add(@"LOWER(actor) LIKE @actor ESCAPE '\'");
        if (filter.Act is not null) where.Add(filter.Act.EndsWith('.') ? @"act LIKE @acts ESCAPE '\'" : "act = @act");
        if (filter.Begin is not null) where.Add("at >= @begin");
        if (filter.End is not null) where.Add("at < @end");
        if (filter.Subject is not null) where.Add($@"(LOWER(subject) LIKE @subject ESCAPE '\' OR {subjects.Called("subject")})");
        return string.Join(" AND ", where);
    }

    /// <summary>What a record is about, for all: a unit and a team may have one name, and the act says which of them it was.</summary>
    private static string Named(Row row) => row.Subject.StartsWith("owner:", StringComparison.Ordinal) ? row.Act.Split('.')[0] + row.Subject["owner".Length..] : row.Subject;

    private static string? RecordedName(string? detail)
    {
        if (detail is not ['{', ..]) return null;
        try
        {
            using var json = JsonDocument.Parse(detail);
            string? Text(string name) => json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            return Text("name") is { Length: > 0 } name ? $"{name} {Text("version")}".TrimEnd() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Contains(string? text) => text is null ? null : $"%{Escape(text.ToLowerInvariant())}%";

    private static string Escape(string text) => text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);

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
internal sealed record AuditEntry(string Actor, string Act, string Subject, string? Detail = null, string? BeforeDigest = null, string? AfterDigest = null)
{
    /// <summary>An act that changed something, with the digest of what it was about before and after.</summary>
    /// <param name="before">Null for what was not there; else rows of <see cref="AuditStore.StateAsync"/>, or any value that JSON can say.</param>
    /// <param name="after">Null for what is not there any more.</param>
    /// <param name="detail">Facts, as an object or as the text to keep.</param>
    public static AuditEntry Change(string actor, string act, string subject, object? before, object? after, object? detail = null) =>
        new(actor, act, subject, detail as string ?? (detail is null ? null : JsonSerializer.Serialize(detail, detail.GetType())), Digest(before), Digest(after));

    /// <summary>True when nothing is different.</summary>
    public bool IsSame => BeforeDigest == AfterDigest;

    /// <summary>The digests of nothing, of the first row, of the first two, and so on up to all, for a list that loses its rows one act at a time. Each row is read once, however many there are.</summary>
    /// <returns>One more than there are rows.</returns>
    public static IReadOnlyList<string?> DigestsOfFirst(IReadOnlyList<Dictionary<string, object?>> rows)
    {
        var digests = new List<string?>(rows.Count + 1) { null };
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows)
        {
            hash.AppendData(digests.Count == 1 ? "["u8 : ","u8);
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(row));
            using var closed = hash.Clone();
            closed.AppendData("]"u8);
            digests.Add(Convert.ToHexStringLower(closed.GetHashAndReset()));
        }

        return digests;
    }

    private static string? Digest(object? state) => state is null ? null : Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(state, state.GetType())));
}

/// <param name="SubjectName">What the subject is called, or was when the record was written; null when nothing says.</param>
/// <param name="Path">Its page, below the path prefix; null when it has none any more.</param>
internal sealed record AuditRow(long Id, DateTimeOffset At, string Actor, string Act, string Subject, string? SubjectName, string? Path, string? Detail, string? BeforeDigest, string? AfterDigest, string Hash);
