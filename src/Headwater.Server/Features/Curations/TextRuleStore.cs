using System.Data.Common;
using Dapper;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Curations;

/// <summary>A passage of which somebody said that it is no licence here.</summary>
/// <param name="Sha256">The text; null where it holds for the same words in every text.</param>
/// <param name="Sample">How the passage begins.</param>
/// <param name="Texts">How many texts it is applied to.</param>
internal sealed record TextRuleLine(Guid Uuid, string? Sha256, string? Rule, int? StartLine, int? EndLine, string Expression, string Sample, string Reason, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? EndedAt, string? EndedBy, int Texts);

/// <summary>Keeps what people say is no licence, and has the texts read again that it is about.</summary>
internal sealed class TextRuleStore(IDatabase database, TextStore texts, LicenceStore licences, QueueStore queue, AuditStore audit, IdSource ids, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const int LongestReason = 2000, LongestSample = 300;

    public static NamedKind Named { get; } = NamedKind.Of("text-rule", viewer => viewer.All ? "SELECT uuid AS id, sample AS name, NULL AS page FROM text_rule WHERE org_id = @Org AND uuid IN @ids" : null);

    /// <summary>Says of a passage of a text that it is no licence.</summary>
    /// <param name="everywhere">Whether that holds for the same words in every text.</param>
    public async Task<CurationOutcome> AddAsync(Viewer viewer, long componentVersion, string sha256, string rule, int startLine, int endLine, bool everywhere, string? reason, string by, CancellationToken cancellationToken)
    {
        if (await licences.OfVersionAsync(viewer, componentVersion, cancellationToken) is not { } it || !it.Texts.Any(t => t.Sha256 == sha256)) return CurationOutcome.Refused("There is no such text of this component version.");
        if (await texts.FactAsync(sha256, cancellationToken) is not { } fact) return CurationOutcome.Refused("The text is not read yet; try again in a moment.");
        if (fact.Matches.FirstOrDefault(m => m.Rule == rule && m.StartLine == startLine && m.EndLine == endLine) is not { } match) return CurationOutcome.Refused("There is no such passage in the text.");
        if (string.IsNullOrWhiteSpace(reason)) return CurationOutcome.Refused("Say in a few words why it is no licence here.");
        if (reason.Length > LongestReason) return CurationOutcome.Refused($"The reason is longer than {LongestReason} characters.");
        var passage = TextFacts.Passage((await texts.ReadAsync([sha256], cancellationToken))[sha256], startLine, endLine);
        var uuid = ids.NewUuid();
        await database.WriteAsync(async transaction =>
        {
            await transaction.Connection!.ExecuteAsync("""
                INSERT INTO text_rule (id, org_id, uuid, sha256, rule, start_line, end_line, phrase, expression, sample, reason, created_at, created_by)
                VALUES (@id, @Org, @uuid, @of, @rule, @from, @to, @Phrase, @Expression, @sample, @reason, @now, @by)
                """, new
            {
                id = await IdSource.NextAsync(transaction, "text_rule"), Org, uuid, of = everywhere ? null : sha256, rule, from = (long)startLine, to = (long)endLine, match.Phrase, match.Expression,
                sample = passage.Length > LongestSample ? passage[..LongestSample] + "…" : passage, reason = reason.Trim(), now = time.GetUtcNow(), by,
            }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "text-rule.made", $"text-rule:{uuid}", null, await StateAsync(transaction, uuid), new { licence = match.Expression, everywhere, reason = reason.Trim() }));
            await ReadAgainAsync(transaction, everywhere ? null : sha256, match.Phrase);
        }, cancellationToken: cancellationToken);
        queue.Wake();
        return new CurationOutcome(uuid, null);
    }

    /// <summary>Takes it back.</summary>
    public async Task<bool> EndAsync(Guid uuid, string by, CancellationToken cancellationToken)
    {
        var done = await database.WriteAsync(async transaction =>
        {
            var before = await StateAsync(transaction, uuid);
            var row = await transaction.Connection!.QuerySingleOrDefaultAsync<(string? Sha256, string Phrase)?>("UPDATE text_rule SET ended_at = @now, ended_by = @by WHERE org_id = @Org AND uuid = @uuid AND ended_at IS NULL RETURNING sha256, phrase", new { Org, uuid, now = time.GetUtcNow(), by }, transaction);
            if (row is not { } it) return false;
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "text-rule.ended", $"text-rule:{uuid}", before, await StateAsync(transaction, uuid)));
            await ReadAgainAsync(transaction, it.Sha256, it.Phrase);
            return true;
        }, cancellationToken: cancellationToken);
        if (done) queue.Wake();
        return done;
    }

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal) { ["created"] = new("r.created_at", true) };

    /// <summary>All of them, newest first; for those who decide, since they hold everywhere.</summary>
    public Task<Page<TextRuleLine>> ListAsync(PageRequest request, bool every, CancellationToken cancellationToken)
    {
        var keyset = Keyset.For(request, Sorts, "created", "r.id");
        var like = Like.Containing(request.Filter);
        var from = $"FROM text_rule r WHERE r.org_id = @Org{(every ? "" : " AND r.ended_at IS NULL")}{(like is null ? "" : @" AND (LOWER(r.sample) LIKE @like ESCAPE '\' OR LOWER(r.reason) LIKE @like ESCAPE '\' OR LOWER(r.expression) LIKE @like ESCAPE '\')")}";
        return database.ReadAsync(async connection =>
        {
            var parameters = new { Org, like, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>("SELECT COUNT(*) " + from, parameters);
            var rows = (await connection.QueryAsync<Row>($"""
                SELECT r.*, CASE WHEN r.ended_at IS NOT NULL THEN 0 WHEN r.sha256 IS NOT NULL THEN 1 ELSE (SELECT COUNT(*) FROM text_phrase p WHERE p.phrase = r.phrase) END AS texts, {keyset.Expression} AS sort_key
                {from} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip
                """, parameters)).AsList();
            var page = keyset.Page(rows, total, r => (r.SortKey!, r.Id));
            return new Page<TextRuleLine>([.. page.Items.Select(r => r.ToLine())], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    private static Task<object?> StateAsync(DbTransaction transaction, Guid uuid) => AuditStore.StateAsync(transaction, "SELECT * FROM text_rule WHERE org_id = @Org AND uuid = @uuid", new { Org, uuid });

    private async Task ReadAgainAsync(DbTransaction transaction, string? sha256, string phrase)
    {
        await transaction.Connection!.ExecuteAsync($"INSERT INTO text_work (sha256) {(sha256 is null ? "SELECT sha256 FROM text_phrase WHERE phrase = @phrase" : "SELECT sha256 FROM licence_text WHERE sha256 = @sha256")} ON CONFLICT (sha256) DO NOTHING", new { sha256, phrase }, transaction);
        await queue.EnqueueAsync(transaction, EvaluateJob.Request);
    }

    private sealed class Row
    {
        public long Id { get; set; }
        public Guid Uuid { get; set; }
        public string? Sha256 { get; set; }
        public string? Rule { get; set; }
        public int? StartLine { get; set; }
        public int? EndLine { get; set; }
        public string Expression { get; set; } = "";
        public string Sample { get; set; } = "";
        public string Reason { get; set; } = "";
        public DateTimeOffset CreatedAt { get; set; }
        public string CreatedBy { get; set; } = "";
        public DateTimeOffset? EndedAt { get; set; }
        public string? EndedBy { get; set; }
        public int Texts { get; set; }
        public object? SortKey { get; set; }

        public TextRuleLine ToLine() => new(Uuid, Sha256, Rule, StartLine, EndLine, Expression, Sample, Reason, CreatedAt, CreatedBy, EndedAt, EndedBy, Texts);
    }
}
