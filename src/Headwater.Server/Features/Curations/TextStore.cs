using System.Data.Common;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Dapper;
using Headwater.Core.Licences;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Curations;

/// <summary>
/// The texts of component versions: each is kept and read once, however many come with it. They are rows and no files, because there are many, they are small, and they come by the thousand within the
/// transaction of an upload.
/// </summary>
internal sealed class TextStore(IDatabase database, LibraryKey key, LicenceLibrary library, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const int Chunk = 500;

    /// <summary>Keeps texts and remembers whose they are; what is to be worked out anew is noted.</summary>
    /// <param name="by">Who added them; null for a document.</param>
    /// <returns>How many are new with their component version.</returns>
    public async Task<int> AddAsync(DbTransaction transaction, IReadOnlyList<NewText> texts, string source, string? by)
    {
        if (texts.Count == 0) return 0;
        var connection = transaction.Connection!;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var known = new HashSet<(long, string, string)>();
        foreach (var chunk in texts.Select(t => t.ComponentVersion).Distinct().Chunk(Chunk))
            known.UnionWith(await connection.QueryAsync<(long, string, string)>("SELECT cv_id, name, sha256 FROM component_text WHERE cv_id IN @chunk", new { chunk }, transaction));
        var hashes = new Dictionary<string, string>(ReferenceEqualityComparer.Instance);
        var fresh = new List<(NewText Text, string Sha256)>();
        foreach (var text in texts)
        {
            if (!hashes.TryGetValue(text.Text, out var sha256)) hashes[text.Text] = sha256 = TextFacts.Hash(text.Text);
            if (known.Add((text.ComponentVersion, text.Name, sha256))) fresh.Add((text, sha256));
        }

        if (fresh.Count == 0) return 0;
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chunk in fresh.Select(f => f.Sha256).Distinct(StringComparer.Ordinal).Chunk(Chunk))
            kept.UnionWith(await connection.QueryAsync<string>("SELECT sha256 FROM licence_text WHERE sha256 IN @chunk", new { chunk }, transaction));
        using (var insert = new PreparedCommand(transaction, "INSERT INTO licence_text (sha256, packed, length, added_at) VALUES (@p0, @p1, @p2, @p3) ON CONFLICT (sha256) DO NOTHING", 4))
        using (var work = new PreparedCommand(transaction, "INSERT INTO text_work (sha256) VALUES (@p0) ON CONFLICT (sha256) DO NOTHING", 1))
        {
            foreach (var (text, sha256) in fresh.DistinctBy(f => f.Sha256))
            {
                if (!kept.Add(sha256)) continue;
                insert.Add(sha256, Pack(text.Text), (long)text.Text.Length, now);
                work.Add(sha256);
            }
        }

        using (var insert = new PreparedCommand(transaction, "INSERT INTO component_text (cv_id, name, sha256, kind, source, added_at, added_by) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6) ON CONFLICT (cv_id, name, sha256) DO NOTHING", 7))
            foreach (var (text, sha256) in fresh) insert.Add(text.ComponentVersion, text.Name, sha256, (long)text.Kind, source, now, by);
        using (var work = new PreparedCommand(transaction, "INSERT INTO licence_work (cv_id) VALUES (@p0) ON CONFLICT (cv_id) DO NOTHING", 1))
            foreach (var cv in fresh.Select(f => f.Text.ComponentVersion).Distinct()) work.Add(cv);
        return fresh.Count;
    }

    /// <summary>Takes a text off a component version; the text itself stays for whoever else has it.</summary>
    public static async Task<bool> RemoveAsync(DbTransaction transaction, long componentVersion, string name, string sha256)
    {
        var gone = await transaction.Connection!.ExecuteAsync("DELETE FROM component_text WHERE cv_id = @componentVersion AND name = @name AND sha256 = @sha256", new { componentVersion, name, sha256 }, transaction) > 0;
        if (gone) await transaction.Connection!.ExecuteAsync("INSERT INTO licence_work (cv_id) VALUES (@componentVersion) ON CONFLICT (cv_id) DO NOTHING", new { componentVersion }, transaction);
        return gone;
    }

    /// <summary>Reads texts that have not been read by the library in use.</summary>
    /// <returns>How many were.</returns>
    public async Task<int> IdentifyAsync(int most, CancellationToken cancellationToken)
    {
        var (texts, rules) = await database.ReadAsync(async connection =>
        {
            var texts = (await connection.QueryAsync<(string Sha256, byte[]? Packed)>("SELECT w.sha256, t.packed FROM text_work w LEFT JOIN licence_text t ON t.sha256 = w.sha256 ORDER BY w.sha256 LIMIT @most", new { most })).AsList();
            var rules = (await connection.QueryAsync<RuleColumns>("SELECT sha256, rule, start_line, end_line, phrase FROM text_rule WHERE org_id = @Org AND ended_at IS NULL AND (sha256 IS NULL OR sha256 IN @of)", new { Org, of = texts.Select(t => t.Sha256).ToList() })).ToLookup(r => r.Sha256 ?? "", r => r.ToPassage());
            return (texts, rules);
        }, cancellationToken);
        if (texts.Count == 0) return 0;
        var facts = texts.Where(t => t.Packed is not null).Select(t => (t.Sha256, Fact: TextFacts.Of(library, Unpack(t.Packed!), [.. rules[t.Sha256], .. rules[""]]))).ToList();
        await database.WriteAsync(async transaction =>
        {
            using (var insert = new PreparedCommand(transaction, """
                INSERT INTO text_fact (sha256, library, expression, effective, left_out, matches, copyrights, remark, unrecognised) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8)
                ON CONFLICT (sha256) DO UPDATE SET library = excluded.library, expression = excluded.expression, effective = excluded.effective, left_out = excluded.left_out, matches = excluded.matches,
                    copyrights = excluded.copyrights, remark = excluded.remark, unrecognised = excluded.unrecognised
                """, 9))
            using (var phrase = new PreparedCommand(transaction, "INSERT INTO text_phrase (phrase, sha256) VALUES (@p0, @p1) ON CONFLICT DO NOTHING", 2))
            {
                foreach (var (sha256, fact) in facts)
                {
                    insert.Add(sha256, key.Value, fact.Expression, fact.Effective, (long)fact.LeftOut, JsonSerializer.Serialize(fact.Matches, TextJson.Default.IReadOnlyListTextMatch), TypeMaps.ToJson(fact.Copyrights), fact.Remark, fact.IsUnrecognised ? 1L : 0L);
                    foreach (var passage in fact.Matches.Select(m => m.Phrase).Distinct(StringComparer.Ordinal)) phrase.Add(passage, sha256);
                }
            }

            var of = texts.Select(t => t.Sha256).ToList();
            await transaction.Connection!.ExecuteAsync("INSERT INTO licence_work (cv_id) SELECT DISTINCT cv_id FROM component_text WHERE sha256 IN @of ON CONFLICT (cv_id) DO NOTHING; DELETE FROM text_work WHERE sha256 IN @of", new { of }, transaction);
        }, true, cancellationToken);
        return texts.Count;
    }

    /// <summary>Every text is read anew.</summary>
    public static Task ReadAllAgainAsync(DbTransaction transaction) => transaction.Connection!.ExecuteAsync("INSERT INTO text_work (sha256) SELECT sha256 FROM licence_text WHERE 1 = 1 ON CONFLICT (sha256) DO NOTHING", transaction: transaction);

    /// <summary>The texts of component versions.</summary>
    public static async Task<ILookup<long, ComponentText>> OfVersionsAsync(DbConnection connection, DbTransaction? transaction, IEnumerable<long> versions)
    {
        var texts = new List<ComponentText>();
        foreach (var chunk in versions.Distinct().Chunk(Chunk))
        {
            texts.AddRange((await connection.QueryAsync<Row>("""
                SELECT t.cv_id, t.name, t.kind, t.sha256, t.source, f.effective, f.copyrights, CASE WHEN f.sha256 IS NULL THEN 0 ELSE 1 END AS is_read, COALESCE(f.unrecognised, 0) AS unrecognised
                FROM component_text t LEFT JOIN text_fact f ON f.sha256 = t.sha256 WHERE t.cv_id IN @chunk ORDER BY t.cv_id, t.kind, t.name, t.sha256
                """, new { chunk }, transaction)).Select(r => r.ToText()));
        }

        return texts.ToLookup(t => t.ComponentVersionId);
    }

    /// <summary>The words of texts, by hash; what is not kept is left out.</summary>
    public Task<Dictionary<string, string>> ReadAsync(IEnumerable<string> hashes, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var chunk in hashes.Distinct(StringComparer.Ordinal).Chunk(Chunk))
            foreach (var (sha256, packed) in await connection.QueryAsync<(string, byte[])>("SELECT sha256, packed FROM licence_text WHERE sha256 IN @chunk", new { chunk })) texts[sha256] = Unpack(packed);
        return texts;
    }, cancellationToken);

    /// <summary>What a text states, with its passages; null until it is read.</summary>
    public Task<TextFact?> FactAsync(string sha256, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        await connection.QuerySingleOrDefaultAsync<FactRow>("SELECT expression, effective, left_out, matches, copyrights, remark, unrecognised FROM text_fact WHERE sha256 = @sha256", new { sha256 }) is { } row
            ? new TextFact(row.Expression, row.Effective, row.LeftOut, JsonSerializer.Deserialize(row.Matches, TextJson.Default.IReadOnlyListTextMatch) ?? [], TypeMaps.FromJson(row.Copyrights), row.Remark, row.Unrecognised) : null, cancellationToken);

    private static byte[] Pack(string text)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, true)) deflate.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private static string Unpack(byte[] packed)
    {
        using var deflate = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var reader = new StreamReader(deflate, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private sealed class Row
    {
        public long CvId { get; set; }
        public string Name { get; set; } = "";
        public int Kind { get; set; }
        public string Sha256 { get; set; } = "";
        public string Source { get; set; } = "";
        public string? Effective { get; set; }
        public string? Copyrights { get; set; }
        public bool IsRead { get; set; }
        public bool Unrecognised { get; set; }

        public ComponentText ToText() => new(CvId, Name, (TextKind)Kind, Sha256, Source, Effective, TypeMaps.FromJson(Copyrights), IsRead, Unrecognised);
    }

    private sealed class FactRow
    {
        public string? Expression { get; set; }
        public string? Effective { get; set; }
        public int LeftOut { get; set; }
        public string Matches { get; set; } = "";
        public string Copyrights { get; set; } = "";
        public string? Remark { get; set; }
        public bool Unrecognised { get; set; }
    }

    private sealed class RuleColumns
    {
        public string? Sha256 { get; set; }
        public string? Rule { get; set; }
        public int? StartLine { get; set; }
        public int? EndLine { get; set; }
        public string? Phrase { get; set; }

        public LeftOutPassage ToPassage() => new(Sha256, Rule, StartLine ?? 0, EndLine ?? 0, Phrase);
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(IReadOnlyList<TextMatch>))]
internal sealed partial class TextJson : System.Text.Json.Serialization.JsonSerializerContext;
