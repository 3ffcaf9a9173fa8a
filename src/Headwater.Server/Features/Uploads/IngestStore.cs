using System.Data.Common;
using Dapper;
using Headwater.Core.Sboms;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Uploads;

/// <summary>Writes what a document says: component versions once for all, occurrences by difference.</summary>
internal sealed class IngestStore(IDatabase database, FindingsModule findings, CurationsModule curations, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const int Chunk = 500; // Within every engine's number of parameters.
    private const string AddHash = "INSERT INTO component_hash (value, cv_id) VALUES (@p0, @p1) ON CONFLICT DO NOTHING";

    /// <summary>The ids of component versions, in order; those not known yet are added.</summary>
    public Task<IReadOnlyList<long>> InternAsync(IReadOnlyList<InternedComponent> batch, CancellationToken cancellationToken) => database.WriteAsync<IReadOnlyList<long>>(async transaction =>
    {
        var ids = new long[batch.Count];
        var (fresh, learnt) = (new List<int>(), new HashSet<long>());
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        var known = await KnownAsync(transaction, batch);
        var told = await ToldHashesAsync(transaction, batch);
        using (var learn = new PreparedCommand(transaction, """
            UPDATE component_version SET licences = CASE WHEN @p1 <> '[]' AND (licences = '[]' OR declared_by = 1) THEN @p1 ELSE licences END, declared_by = CASE WHEN @p1 <> '[]' THEN 0 ELSE declared_by END, detail = COALESCE(detail, CAST(@p2 AS TEXT)) WHERE id = @p0
            """, 3))
        using (var hash = new PreparedCommand(transaction, AddHash, 2))
        {
            for (var i = 0; i < batch.Count; i++)
            {
                var it = batch[i];
                if (known.TryGetValue(it.Identity, out var row))
                {
                    ids[i] = row.Id;
                    // What the first document that named it did not say; what a registry says in its stead gives way.
                    if ((row.LacksLicences && it.Licences != "[]") || (row.LacksDetail && it.Detail is not null))
                    {
                        learn.Add(row.Id, it.Licences, it.Detail);
                        if (row.LacksLicences && it.Licences != "[]") learnt.Add(row.Id);
                    }

                    foreach (var value in it.Hashes.Select(h => h.Value.ToLowerInvariant()))
                        if (told.Add((value, row.Id))) hash.Add(value, row.Id);
                }
                else if (first.TryAdd(it.Identity, i))
                {
                    fresh.Add(i);
                }
            }
        }

        if (fresh.Count > 0) await AddAsync(transaction, batch, fresh, ids);
        if (learnt.Count > 0) await curations.WorkOutAsync(transaction, learnt);
        for (var i = 0; i < ids.Length; i++)
            if (ids[i] == 0) ids[i] = ids[first[batch[i].Identity]];
        return ids;
    }, true, cancellationToken);

    /// <summary>Keeps the texts that a document holds with the component versions that they belong to.</summary>
    public Task KeepTextsAsync(IReadOnlyList<NewText> texts, CancellationToken cancellationToken) =>
        texts.Count == 0 ? Task.CompletedTask : database.WriteAsync(transaction => curations.AddTextsAsync(transaction, texts, "sbom", null), true, cancellationToken);

    /// <summary>
    /// Makes an upload's content that of its project version, unless a later upload has done so, and counts what came and what went.
    /// </summary>
    /// <returns>False when the project was deleted meanwhile.</returns>
    public Task<bool> ReplaceAsync(PendingUpload upload, DependencyGraph graph, long[] nodes, List<Occurrence> occurrences,
        IEnumerable<(long ComponentVersion, IReadOnlyList<string> Places)> places, CancellationToken cancellationToken)
    {
        var (graphBytes, nodeBytes) = (graph.ToBytes(), NodeList.ToBytes(nodes));
        return database.WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            var row = await connection.QuerySingleOrDefaultAsync<(long Id, long? Newest)?>(
                "SELECT u.id, v.last_upload_id FROM upload u JOIN project_version v ON v.id = u.pv_id WHERE u.id = @Id", new { upload.Id }, transaction);
            if (row is not { } known) return false;
            await connection.ExecuteAsync("""
                INSERT INTO upload_graph (upload_id, org_id, graph, nodes) VALUES (@Id, @Org, @graphBytes, @nodeBytes)
                ON CONFLICT (upload_id) DO UPDATE SET graph = excluded.graph, nodes = excluded.nodes
                """, new { upload.Id, Org, graphBytes, nodeBytes }, transaction);
            if (known.Newest > upload.Id) return true;
            var before = (await connection.QueryAsync<(long Id, long Flags, long Depth)>("SELECT cv_id, flags, depth FROM occurrence WHERE org_id = @Org AND pv_id = @PvId", new { Org, upload.PvId }, transaction))
                .ToDictionary(o => o.Id, o => new Occurrence(o.Id, (int)o.Flags, (int)o.Depth));
            await WriteOccurrencesAsync(transaction, upload.PvId, before, occurrences, places, cancellationToken);
            await connection.ExecuteAsync("UPDATE project_version SET last_upload_id = @Id WHERE id = @PvId", new { upload.Id, upload.PvId }, transaction);
            await ProjectsModule.ChooseLatestAsync(transaction, upload.ProjectId);
            await findings.CountAsync(transaction, upload.PvId);
            return true;
        }, true, cancellationToken);
    }

    /// <summary>Only what differs. All of it is done when this returns: what follows reads it.</summary>
    private static async Task WriteOccurrencesAsync(DbTransaction transaction, long version, Dictionary<long, Occurrence> before, List<Occurrence> occurrences,
        IEnumerable<(long ComponentVersion, IReadOnlyList<string> Places)> places, CancellationToken cancellationToken)
    {
        using var insert = new PreparedCommand(transaction, "INSERT INTO occurrence (org_id, pv_id, cv_id, flags, depth) VALUES (@p0, @p1, @p2, @p3, @p4)", 5);
        using var update = new PreparedCommand(transaction, "UPDATE occurrence SET flags = @p3, depth = @p4 WHERE org_id = @p0 AND pv_id = @p1 AND cv_id = @p2", 5);
        foreach (var occurrence in occurrences)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var stays = before.Remove(occurrence.ComponentVersion, out var old);
            if (stays && old == occurrence) continue;
            (stays ? update : insert).Add(Org, version, occurrence.ComponentVersion, (long)occurrence.Flags, (long)occurrence.Depth);
        }

        using var delete = new PreparedCommand(transaction, "DELETE FROM occurrence WHERE org_id = @p0 AND pv_id = @p1 AND cv_id = @p2", 3);
        foreach (var gone in before.Keys) delete.Add(Org, version, gone);

        await transaction.Connection!.ExecuteAsync("DELETE FROM occurrence_place WHERE org_id = @Org AND pv_id = @version", new { Org, version }, transaction);
        using var place = new PreparedCommand(transaction, "INSERT INTO occurrence_place (org_id, pv_id, cv_id, places) VALUES (@p0, @p1, @p2, @p3)", 4);
        foreach (var (componentVersion, found) in places) place.Add(Org, version, componentVersion, TypeMaps.ToJson(found));
    }

    public static Task FinishAsync(DbTransaction transaction, long upload) =>
        transaction.Connection!.ExecuteAsync("""
            UPDATE upload SET state = 'done', error = NULL WHERE id = @upload;
            INSERT INTO stage_upload (org_id, pv_id, stage, upload_id, at) SELECT org_id, pv_id, COALESCE(stage, ''), id, received_at FROM upload WHERE id = @upload
            ON CONFLICT (org_id, pv_id, stage) DO UPDATE SET upload_id = excluded.upload_id, at = excluded.at WHERE excluded.upload_id > stage_upload.upload_id;
            """, new { upload }, transaction);

    private static async Task<Dictionary<string, Known>> KnownAsync(DbTransaction transaction, IReadOnlyList<InternedComponent> batch)
    {
        var known = new Dictionary<string, Known>(batch.Count, StringComparer.Ordinal);
        foreach (var chunk in batch.Select(b => b.Identity).Distinct(StringComparer.Ordinal).Chunk(Chunk))
        {
            foreach (var row in await transaction.Connection!.QueryAsync<Known>("""
                SELECT id, identity, CASE WHEN licences = '[]' OR declared_by = 1 THEN 1 ELSE 0 END AS lacks_licences, CASE WHEN detail IS NULL THEN 1 ELSE 0 END AS lacks_detail FROM component_version WHERE identity IN @chunk
                """, new { chunk }, transaction)) known[row.Identity] = row;
        }

        return known;
    }

    private static async Task<HashSet<(string Value, long Id)>> ToldHashesAsync(DbTransaction transaction, IReadOnlyList<InternedComponent> batch)
    {
        var told = new HashSet<(string, long)>();
        foreach (var chunk in batch.SelectMany(b => b.Hashes).Select(h => h.Value.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Chunk(Chunk))
            told.UnionWith(await transaction.Connection!.QueryAsync<(string, long)>("SELECT value, cv_id FROM component_hash WHERE value IN @chunk", new { chunk }, transaction));
        return told;
    }

    private sealed class Known
    {
        public long Id { get; set; }
        public string Identity { get; set; } = "";
        public bool LacksLicences { get; set; }
        public bool LacksDetail { get; set; }
    }

    private async Task AddAsync(DbTransaction transaction, IReadOnlyList<InternedComponent> batch, List<int> fresh, long[] ids)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var components = await AddComponentsAsync(transaction, batch, fresh);
        var next = await IdSource.NextAsync(transaction, "component_version", fresh.Count);
        using var insert = new PreparedCommand(transaction, """
            INSERT INTO component_version (id, component_id, identity, purl, version, licences, detail, first_seen) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7)
            """, 8);
        using var hash = new PreparedCommand(transaction, AddHash, 2);
        foreach (var i in fresh)
        {
            var it = batch[i];
            insert.Add(next, components[it.ComponentIdentity], it.Identity, it.Purl, it.Version, it.Licences, it.Detail, now);
            foreach (var known in it.Hashes) hash.Add(known.Value.ToLowerInvariant(), next);
            ids[i] = next++;
        }

        insert.Flush(); // Whoever is told of their licences reads their names.
        await curations.LearnAsync(transaction, fresh.ConvertAll(i => new LearntVersion(ids[i], batch[i].ComponentIdentity, batch[i].Version, batch[i].Licences, batch[i].Concluded)));
    }

    private async Task<Dictionary<string, long>> AddComponentsAsync(DbTransaction transaction, IReadOnlyList<InternedComponent> batch, List<int> fresh)
    {
        var known = new Dictionary<string, long>(StringComparer.Ordinal);
        var missing = new List<InternedComponent>();
        foreach (var chunk in fresh.Select(i => batch[i].ComponentIdentity).Distinct(StringComparer.Ordinal).Chunk(Chunk))
            foreach (var (id, identity) in await transaction.Connection!.QueryAsync<(long, string)>("SELECT id, identity FROM component WHERE identity IN @chunk", new { chunk }, transaction)) known[identity] = id;
        foreach (var it in fresh.Select(i => batch[i]))
            if (known.TryAdd(it.ComponentIdentity, 0)) missing.Add(it);

        if (missing.Count == 0) return known;
        var next = await IdSource.NextAsync(transaction, "component", missing.Count);
        using var insert = new PreparedCommand(transaction, "INSERT INTO component (id, identity, type, group_name, name, kind) VALUES (@p0, @p1, @p2, @p3, @p4, @p5)", 6);
        foreach (var it in missing)
        {
            insert.Add(next, it.ComponentIdentity, it.Type, it.Group, it.Name, it.Kind);
            known[it.ComponentIdentity] = next++;
        }

        await database.IndexNewTextAsync(transaction, "component", missing.Select(it => (known[it.ComponentIdentity], $"{it.Name} {it.Group} {it.Type}")));
        return known;
    }
}
