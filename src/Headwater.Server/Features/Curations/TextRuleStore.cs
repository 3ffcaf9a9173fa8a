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
/// <param name="ComponentVersions">How many component versions come with these.</param>
/// <param name="ComponentVersionId">One of them, and <paramref name="Example"/> what it is called; null where none comes with the text any more.</param>
/// <param name="ExampleText">The text of that one.</param>
internal sealed record TextRuleLine(Guid Uuid, string? Sha256, string? Rule, int? StartLine, int? EndLine, string Expression, string Sample, string Reason, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? EndedAt, string? EndedBy, int Texts)
{
    public int ComponentVersions { get; init; }

    public long? ComponentVersionId { get; init; }

    public string? Example { get; init; }

    public string? ExampleText { get; init; }
}

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

    /// <summary>Lets one hold again that was taken back.</summary>
    public async Task<bool> RestoreAsync(Guid uuid, string by, CancellationToken cancellationToken)
    {
        var done = await database.WriteAsync(async transaction =>
        {
            var before = await StateAsync(transaction, uuid);
            var row = await transaction.Connection!.QuerySingleOrDefaultAsync<(string? Sha256, string Phrase)?>("UPDATE text_rule SET ended_at = NULL, ended_by = NULL WHERE org_id = @Org AND uuid = @uuid AND ended_at IS NOT NULL RETURNING sha256, phrase", new { Org, uuid }, transaction);
            if (row is not { } it) return false;
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "text-rule.restored", $"text-rule:{uuid}", before, await StateAsync(transaction, uuid)));
            await ReadAgainAsync(transaction, it.Sha256, it.Phrase);
            return true;
        }, cancellationToken: cancellationToken);
        if (done) queue.Wake();
        return done;
    }

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal) { ["created"] = new("r.created_at", true), ["licence"] = new("LOWER(r.expression)"), ["by"] = new("LOWER(r.created_by)") };

    public Task<TextRuleLine?> GetAsync(Guid uuid, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        (await connection.QuerySingleOrDefaultAsync<Row>("SELECT r.* FROM text_rule r WHERE r.org_id = @Org AND r.uuid = @uuid", new { Org, uuid }))?.ToLine(), cancellationToken);

    /// <summary>All of them; for those who decide, since they hold everywhere. Sorts: <c>created</c> (default, newest first), <c>licence</c>, <c>by</c>.</summary>
    public Task<Page<TextRuleLine>> ListAsync(PageRequest request, bool every, CancellationToken cancellationToken)
    {
        var keyset = Keyset.For(request, Sorts, "created", "r.id");
        var like = Like.Containing(request.Filter);
        var from = $"FROM text_rule r WHERE r.org_id = @Org{(every ? "" : " AND r.ended_at IS NULL")}{(like is null ? "" : @" AND (LOWER(r.sample) LIKE @like ESCAPE '\' OR LOWER(r.reason) LIKE @like ESCAPE '\' OR LOWER(r.expression) LIKE @like ESCAPE '\')")}";
        return database.ReadAsync(async connection =>
        {
            var parameters = new { Org, like, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>("SELECT COUNT(*) " + from, parameters);
            var rows = (await connection.QueryAsync<Row>($"SELECT r.*, {keyset.Expression} AS sort_key {from} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters)).AsList();
            var page = keyset.Page(rows, total, r => (r.SortKey!, r.Id));
            var where = await AppliedAsync(connection, page.Items);
            return new Page<TextRuleLine>([.. page.Items.Select(r => where.TryGetValue(r.Uuid, out var at)
                ? r.ToLine() with { Texts = at.Texts, ComponentVersions = at.Versions, ComponentVersionId = at.Example, Example = at.Name, ExampleText = at.Text } : r.ToLine())], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    /// <summary>Where the rules of a page that hold are applied, each with the newest component version that comes with such a text.</summary>
    private static async Task<Dictionary<Guid, Applied>> AppliedAsync(DbConnection connection, IEnumerable<Row> rows)
    {
        var applied = new Dictionary<Guid, Applied>();
        foreach (var rule in rows.Where(r => r.EndedAt is null))
        {
            var texts = rule.Sha256 is null ? "(SELECT p.sha256 FROM text_phrase p WHERE p.phrase = @Phrase)" : "(@Sha256)";
            var (count, versions, example) = await connection.QuerySingleAsync<(long, long, long?)>($"""
                SELECT {(rule.Sha256 is null ? "(SELECT COUNT(*) FROM text_phrase p WHERE p.phrase = @Phrase)" : "1")}, COUNT(DISTINCT t.cv_id), MAX(t.cv_id) FROM component_text t WHERE t.sha256 IN {texts}
                """, new { rule.Phrase, rule.Sha256 });
            var named = example is null ? default : await connection.QuerySingleAsync<(string Name, string? Version, string Text)>($"""
                SELECT k.name, c.version, (SELECT MIN(t.sha256) FROM component_text t WHERE t.cv_id = c.id AND t.sha256 IN {texts}) FROM component_version c JOIN component k ON k.id = c.component_id WHERE c.id = @example
                """, new { rule.Phrase, rule.Sha256, example });
            applied[rule.Uuid] = new Applied((int)count, (int)versions, example, $"{named.Name} {named.Version}".Trim(), named.Text);
        }

        return applied;
    }

    private sealed record Applied(int Texts, int Versions, long? Example, string Name, string? Text);

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
        public string? Phrase { get; set; }
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
