using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Licences;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Curations;

/// <summary>Works out the licence of component versions, once for the whole installation, and keeps it.</summary>
internal sealed class LicenceStore(IDatabase database, DeclaredReader reader, LicenceAlarmStore alarms, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const int Chunk = 500;

    internal const string CurationColumns = """
        id, uuid, scope, identity, version, range, sha256, said, expression, reason, note, evidence, created_at, created_by, valid_until, state, ended_at, ended_by, replaced_by, declared_then, found_then, text_then, version_then, origin, confirmed
        """;

    /// <summary>Of component versions that were added just now, in their transaction: they have no texts yet.</summary>
    public async Task LearnAsync(DbTransaction transaction, IReadOnlyList<LearntVersion> versions)
    {
        if (versions.Count == 0) return;
        var curations = await CurationsAsync(transaction, versions, []);
        var own = await OwnAsync(transaction, versions);
        await SaveAsync(transaction, versions.Select(v => (v.Id, LicenceVerdict.Of(new LicenceEvidence(v, [], curations(v, []), own), reader, time.GetUtcNow()))));
    }

    /// <summary>Of component versions that are known, from all that the tables hold.</summary>
    public async Task WorkOutAsync(DbTransaction transaction, IReadOnlyCollection<long> ids)
    {
        foreach (var chunk in ids.Chunk(Chunk))
        {
            var versions = (await transaction.Connection!.QueryAsync<VersionColumns>(
                """
                SELECT c.id, k.identity, c.version, c.licences, CASE WHEN c.detail LIKE '%"Concluded":%' THEN c.detail END AS detail, CASE WHEN c.declared_by = 0 AND r.said <> '[]' THEN r.said END AS registry
                FROM component_version c JOIN component k ON k.id = c.component_id LEFT JOIN registry_licence r ON r.cv_id = c.id WHERE c.id IN @chunk ORDER BY c.id
                """,
                new { chunk }, transaction)).Select(v => v.ToVersion()).ToList();
            var texts = await TextStore.OfVersionsAsync(transaction.Connection!, transaction, chunk);
            var curations = await CurationsAsync(transaction, versions, [.. texts.SelectMany(t => t).Select(t => t.Sha256).Distinct(StringComparer.Ordinal)]);
            var own = await OwnAsync(transaction, versions);
            await SaveAsync(transaction, versions.Select(v =>
            {
                IReadOnlyList<StatedText> stated = [.. texts[v.Id].Select(t => new StatedText(t.Name, t.Kind, t.Sha256, t.Expression, t.IsUnrecognised))];
                return (v.Id, LicenceVerdict.Of(new LicenceEvidence(v, stated, curations(v, stated), own), reader, time.GetUtcNow()));
            }));
        }
    }

    /// <summary>The organisation's own licences, where some document names a licence that the library does not have.</summary>
    private async Task<IReadOnlyDictionary<string, string>> OwnAsync(DbTransaction transaction, IReadOnlyList<LearntVersion> versions) =>
        versions.Any(v => reader.Read(v.Licences, v.Concluded).Problem == LicenceReason.UnknownReference) ? await LicencesModule.OwnNamesAsync(transaction) : System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Notes what waits because it names a licence that nobody knew.</summary>
    /// <returns>How much that is.</returns>
    public static Task<int> NoteNamingAsync(DbTransaction transaction, string licence) => transaction.Connection!.ExecuteAsync(
        $"INSERT INTO licence_work (cv_id) SELECT cv_id FROM component_licence WHERE reason = {(int)LicenceReason.UnknownReference} AND LOWER(declared) LIKE @like ESCAPE '\\' ON CONFLICT (cv_id) DO NOTHING", new { like = Like.Containing(licence) }, transaction);

    /// <summary>Works out what has been noted, a part at a time.</summary>
    /// <returns>How many were.</returns>
    public Task<int> CatchUpAsync(int most, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var ids = (await transaction.Connection!.QueryAsync<long>("SELECT cv_id FROM licence_work ORDER BY cv_id LIMIT @most", new { most }, transaction)).AsList();
        if (ids.Count == 0) return 0;
        await WorkOutAsync(transaction, ids);
        await transaction.Connection!.ExecuteAsync($"DELETE FROM licence_work WHERE cv_id IN ({string.Join(',', ids)})", transaction: transaction);
        return ids.Count;
    }, true, cancellationToken);

    public Task<long> CountWorkAsync(CancellationToken cancellationToken) => database.ReadAsync(connection => connection.QuerySingleAsync<long>("SELECT (SELECT COUNT(*) FROM licence_work) + (SELECT COUNT(*) FROM text_work)"), cancellationToken);

    /// <summary>Notes component versions of which nothing is kept yet, from an id on; the versions of one call are noted in one transaction.</summary>
    /// <returns>The last that was looked at; null at the end.</returns>
    public Task<long?> NoteMissingAsync(long after, int most, bool all, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var last = await transaction.Connection!.QuerySingleAsync<long?>("SELECT MAX(id) FROM (SELECT id FROM component_version WHERE id > @after ORDER BY id LIMIT @most) part", new { after, most }, transaction);
        if (last is null) return last;
        await transaction.Connection!.ExecuteAsync($"""
            INSERT INTO licence_work (cv_id) SELECT c.id FROM component_version c WHERE c.id > @after AND c.id <= @last{(all ? "" : " AND NOT EXISTS (SELECT 1 FROM component_licence l WHERE l.cv_id = c.id)")} ON CONFLICT (cv_id) DO NOTHING
            """, new { after, last }, transaction);
        return last;
    }, true, cancellationToken);

    /// <summary>Whether the licence of every component version was worked out.</summary>
    public Task<bool> IsCompleteAsync(CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        await connection.QueryFirstOrDefaultAsync<long?>("SELECT c.id FROM component_version c WHERE NOT EXISTS (SELECT 1 FROM component_licence l WHERE l.cv_id = c.id) LIMIT 1") is null, cancellationToken);

    /// <summary>What was worked out for component versions; what was not yet is left out.</summary>
    public static async Task<Dictionary<long, ComponentLicence>> OfVersionsAsync(DbConnection connection, IEnumerable<long> versions)
    {
        var known = new Dictionary<long, ComponentLicence>();
        foreach (var chunk in versions.Distinct().Chunk(Chunk))
            foreach (var row in await connection.QueryAsync<LicenceColumns>("""
                SELECT l.cv_id, l.declared, l.found, l.concluded, l.concluded_by, l.reason, l.curation, l.registry AS differing, c.licences, c.declared_by, r.registry, r.said, r.asked_at
                FROM component_licence l JOIN component_version c ON c.id = l.cv_id LEFT JOIN registry_licence r ON r.cv_id = l.cv_id WHERE l.cv_id IN @chunk
                """, new { chunk })) known[row.CvId] = row.ToLicence();
        return known;
    }

    /// <summary>What the versions of components say, each once. One version stands for all that say the same, so that no more than that is read whole.</summary>
    /// <param name="uses">The condition, as SQL, under which a component version (a column) is in sight.</param>
    public static async Task<ILookup<long, ComponentLicence>> OfComponentsAsync(DbConnection connection, Viewer viewer, IEnumerable<long> components, Func<Viewer, string, string> uses)
    {
        var samples = new List<(long Component, long Version)>();
        foreach (var chunk in components.Distinct().Chunk(Chunk))
        {
            samples.AddRange(await connection.QueryAsync<(long, long)>($"""
                SELECT c.component_id, MAX(c.id) FROM component_version c JOIN component_licence l ON l.cv_id = c.id WHERE c.component_id IN @chunk AND {uses(viewer, "c.id")}
                GROUP BY c.component_id, l.declared, l.found, l.concluded, l.concluded_by, l.reason, l.registry, c.declared_by, CASE WHEN l.declared IS NULL THEN c.licences ELSE '' END ORDER BY 2 DESC
                """, new { chunk }));
        }

        var licences = await OfVersionsAsync(connection, samples.Select(s => s.Version));
        return samples.ToLookup(s => s.Component, s => licences[s.Version]);
    }

    /// <summary>Everything about the licences of what is in a project version, by component version; null when it is not in sight.</summary>
    public Task<IReadOnlyList<LicensedComponent>?> OfProjectVersionAsync(Viewer viewer, Guid version, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<LicensedComponent>?>(async connection =>
        await connection.QuerySingleOrDefaultAsync<long?>($"SELECT v.id FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.org_id = @Org AND v.uuid = @version AND {viewer.Sees("p.owner_id")}", new { Org, version }) is { } pv
            ? await KnownAsync(connection, "CASE WHEN o.flags >= 4 THEN 1 ELSE 0 END", "FROM occurrence o JOIN component_version c ON c.id = o.cv_id", "o.org_id = @Org AND o.pv_id = @id", pv) : null, cancellationToken);

    /// <summary>The same of one component version; null when it is not in sight.</summary>
    public Task<LicensedComponent?> OfVersionAsync(Viewer viewer, long id, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        (await KnownAsync(connection, "0", "FROM component_version c", $"c.id = @id AND {Uses(viewer, "c.id")}", id)).FirstOrDefault(), cancellationToken);

    /// <summary>The same of the one with this package URL.</summary>
    public async Task<LicensedComponent?> FindAsync(Viewer viewer, string identity, CancellationToken cancellationToken) =>
        await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<long?>("SELECT id FROM component_version WHERE identity = @identity", new { identity }), cancellationToken) is { } id ? await OfVersionAsync(viewer, id, cancellationToken) : null;

    /// <summary>What its documents say, read.</summary>
    public Reading Read(LicensedComponent component) => reader.Read(TypeMaps.ToJson(component.Said), []);

    /// <summary>An expression that was kept, read; null for none.</summary>
    public Core.Licences.Expressions.LicenceExpression? Parse(string? expression) => reader.Parse(expression);

    /// <summary>The condition, as SQL, under which a component version is in some version of a visible project.</summary>
    internal static string Uses(Viewer viewer, string componentVersion) => viewer.All ? "1=1" : $"""
        EXISTS (SELECT 1 FROM occurrence so JOIN project_version sv ON sv.id = so.pv_id JOIN project sp ON sp.id = sv.project_id WHERE so.cv_id = {componentVersion} AND {viewer.Sees("sp.owner_id")})
        """;

    private static async Task<IReadOnlyList<LicensedComponent>> KnownAsync(DbConnection connection, string direct, string from, string where, long id)
    {
        var rows = (await connection.QueryAsync<ComponentColumns>($"""
            SELECT c.id, c.component_id, c.identity, k.type, k.group_name, k.name, c.version, c.purl, c.licences, c.detail, {direct} AS direct
            {from} JOIN component k ON k.id = c.component_id WHERE {where} ORDER BY LOWER(k.name), k.id, c.id
            """, new { Org, id })).AsList();
        var licences = await OfVersionsAsync(connection, rows.Select(r => r.Id));
        var texts = await TextStore.OfVersionsAsync(connection, null, rows.Select(r => r.Id));
        return [.. rows.Select(r =>
        {
            var facts = ComponentFacts.Parse(r.Detail);
            return new LicensedComponent(r.Id, r.ComponentId, r.Type, r.GroupName, r.Name, r.Version, r.Purl, r.Direct, DeclaredReader.Declared(r.Licences, facts.Concluded ?? []), licences.GetValueOrDefault(r.Id), facts.Copyright, [.. texts[r.Id]]) { Identity = r.Identity };
        })];
    }

    private async Task SaveAsync(DbTransaction transaction, IEnumerable<(long Id, LicenceVerdict Verdict)> verdicts)
    {
        var relicensed = new List<(long Id, Guid Curation)>();
        using (var save = new PreparedCommand(transaction, """
            INSERT INTO component_licence (cv_id, declared, found, concluded, concluded_by, reason, curation, terms, registry) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8)
            ON CONFLICT (cv_id) DO UPDATE SET declared = excluded.declared, found = excluded.found, concluded = excluded.concluded, concluded_by = excluded.concluded_by, reason = excluded.reason, curation = excluded.curation,
                terms = excluded.terms, registry = excluded.registry
            """, 9))
        using (var before = new PreparedCommand(transaction, "SELECT reason FROM component_licence WHERE cv_id = @p0", 1))
        {
            foreach (var (id, v) in verdicts)
            {
                if (v.Reason == LicenceReason.Relicensed)
                {
                    save.Flush();
                    if (before.Scalar(id) is not (long)LicenceReason.Relicensed) relicensed.Add((id, v.Curation!.Value));
                }

                save.Add(id, v.Declared, v.Found, v.Concluded, (long)v.By, (long)v.Reason, v.Curation?.ToString("D"), v.Terms, v.Registry);
            }
        }

        if (relicensed.Count > 0) await alarms.RaiseAsync(transaction, relicensed);
    }

    /// <summary>The decisions that may reach each of some component versions.</summary>
    private static async Task<Func<LearntVersion, IReadOnlyList<StatedText>, IReadOnlyList<Curation>>> CurationsAsync(DbTransaction transaction, IReadOnlyList<LearntVersion> versions, IReadOnlyList<string> texts)
    {
        var connection = transaction.Connection!;
        if (await connection.QueryFirstOrDefaultAsync<long?>("SELECT 1 FROM curation WHERE org_id = @Org AND state = 0 LIMIT 1", new { Org }, transaction) is null) return (_, _) => [];
        var found = new List<Curation>();
        foreach (var chunk in versions.Select(v => v.Identity).Distinct(StringComparer.Ordinal).Chunk(Chunk))
            found.AddRange((await connection.QueryAsync<CurationRow>($"SELECT {CurationColumns} FROM curation WHERE org_id = @Org AND identity IN @chunk AND state = 0", new { Org, chunk }, transaction)).Select(c => c.ToCuration()));
        foreach (var chunk in texts.Chunk(Chunk))
            found.AddRange((await connection.QueryAsync<CurationRow>($"SELECT {CurationColumns} FROM curation WHERE org_id = @Org AND sha256 IN @chunk AND state = 0", new { Org, chunk }, transaction)).Select(c => c.ToCuration()));
        // Few decide about words, and what was noted says few different ones.
        foreach (var chunk in versions.Select(v => v.Licences).Where(l => l != "[]").Distinct(StringComparer.Ordinal).Chunk(Chunk))
            found.AddRange((await connection.QueryAsync<CurationRow>($"SELECT {CurationColumns} FROM curation WHERE org_id = @Org AND said IN @chunk AND said IS NOT NULL AND state = 0", new { Org, chunk }, transaction)).Select(c => c.ToCuration()));
        var (byIdentity, byText, bySaid) = (found.ToLookup(c => c.Subject.Identity ?? ""), found.ToLookup(c => c.Subject.Sha256 ?? ""), found.ToLookup(c => c.Subject.Said ?? ""));
        return (version, stated) => [.. byIdentity[version.Identity], .. stated.SelectMany(t => byText[t.Sha256]).Distinct(), .. bySaid[version.Licences]];
    }

    private sealed class VersionColumns
    {
        public long Id { get; set; }
        public string Identity { get; set; } = "";
        public string? Version { get; set; }
        public string Licences { get; set; } = "";
        public string? Detail { get; set; }
        public string? Registry { get; set; }

        public LearntVersion ToVersion() => new(Id, Identity, Version, Licences, (Detail is null ? null : ComponentFacts.Parse(Detail).Concluded) ?? [], Registry);
    }

    private sealed class ComponentColumns
    {
        public long Id { get; set; }
        public long ComponentId { get; set; }
        public string Identity { get; set; } = "";
        public string? Type { get; set; }
        public string? GroupName { get; set; }
        public string Name { get; set; } = "";
        public string? Version { get; set; }
        public string? Purl { get; set; }
        public string Licences { get; set; } = "";
        public string? Detail { get; set; }
        public bool Direct { get; set; }
    }

    private sealed class LicenceColumns
    {
        public long CvId { get; set; }
        public string? Declared { get; set; }
        public string? Found { get; set; }
        public string? Concluded { get; set; }
        public int ConcludedBy { get; set; }
        public int Reason { get; set; }
        public Guid? Curation { get; set; }

        public string? Differing { get; set; }
        public string Licences { get; set; } = "";
        public int DeclaredBy { get; set; }
        public string? Registry { get; set; }
        public string? Said { get; set; }
        public DateTimeOffset? AskedAt { get; set; }

        public ComponentLicence ToLicence() => new(Declared, Found, Concluded, (ConcludedBy)ConcludedBy, (LicenceReason)Reason, Curation)
        {
            Said = TypeMaps.FromJson(Licences), DeclaredBy = (DeclaredBy)DeclaredBy, Registry = Registry is { } name && AskedAt is { } at ? new RegistryWord(name, TypeMaps.FromJson(Said), at, Differing) : null,
        };
    }
}
