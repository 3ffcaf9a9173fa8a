using System.Data.Common;
using Dapper;
using Headwater.Core.Sboms;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Uploads;

/// <summary>Writes what a document says: component versions once for all, occurrences by difference.</summary>
internal sealed class IngestStore(IDatabase database, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const string AddHash = "INSERT INTO component_hash (value, cv_id) VALUES (@p0, @p1) ON CONFLICT DO NOTHING";

    /// <summary>The ids of component versions, in order; those not known yet are added.</summary>
    public Task<IReadOnlyList<long>> InternAsync(IReadOnlyList<InternedComponent> batch, CancellationToken cancellationToken) => database.WriteAsync<IReadOnlyList<long>>(async transaction =>
    {
        var ids = new long[batch.Count];
        var fresh = new List<int>();
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        using (var find = new PreparedCommand(transaction, "SELECT id FROM component_version WHERE identity = @p0", 1))
        using (var learn = new PreparedCommand(transaction, """
            UPDATE component_version SET licences = CASE WHEN licences = '[]' THEN @p1 ELSE licences END, detail = COALESCE(detail, @p2) WHERE id = @p0 AND ((licences = '[]' AND @p1 <> '[]') OR (detail IS NULL AND CAST(@p2 AS TEXT) IS NOT NULL))
            """, 3))
        using (var hash = new PreparedCommand(transaction, AddHash, 2))
        {
            for (var i = 0; i < batch.Count; i++)
            {
                if (find.Scalar(batch[i].Identity) is long id)
                {
                    ids[i] = id;
                    // What the first document that named it did not say.
                    if (batch[i].Licences != "[]" || batch[i].Detail is not null) learn.Execute(id, batch[i].Licences, batch[i].Detail);
                    // Strongest first: where that one is known already, so are the others, and most uploads say nothing new.
                    foreach (var told in batch[i].Hashes.OrderByDescending(h => h.Value.Length))
                        if (hash.Execute(told.Value.ToLowerInvariant(), id) == 0) break;
                }
                else if (first.TryAdd(batch[i].Identity, i))
                {
                    fresh.Add(i);
                }
            }
        }

        if (fresh.Count > 0) await AddAsync(transaction, batch, fresh, ids);
        for (var i = 0; i < ids.Length; i++)
            if (ids[i] == 0) ids[i] = ids[first[batch[i].Identity]];
        return ids;
    }, true, cancellationToken);

    /// <summary>
    /// Makes an upload's content that of its project version, unless a later upload has done so. What came and what went is noted for the
    /// counting that follows.
    /// </summary>
    /// <returns>False when the project was deleted meanwhile.</returns>
    public Task<bool> ReplaceAsync(PendingUpload upload, long job, DependencyGraph graph, long[] nodes, List<Occurrence> occurrences,
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
            using var insert = new PreparedCommand(transaction, """
                INSERT INTO occurrence (org_id, pv_id, cv_id, flags, depth) VALUES (@p0, @p1, @p2, @p3, @p4)
                ON CONFLICT (org_id, pv_id, cv_id) DO UPDATE SET flags = excluded.flags, depth = excluded.depth
                """, 5);
            using var insertBack = new PreparedCommand(transaction, "INSERT INTO occurrence_by_component (org_id, cv_id, pv_id) VALUES (@p0, @p1, @p2)", 3);
            using var note = new PreparedCommand(transaction, "INSERT INTO usage_work (job_id, cv_id) VALUES (@p0, @p1) ON CONFLICT DO NOTHING", 2);
            foreach (var occurrence in occurrences)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var stays = before.Remove(occurrence.ComponentVersion, out var old);
                if (stays && old == occurrence) continue;
                insert.Execute(Org, upload.PvId, occurrence.ComponentVersion, (long)occurrence.Flags, (long)occurrence.Depth);
                if (stays) continue;
                insertBack.Execute(Org, occurrence.ComponentVersion, upload.PvId);
                note.Execute(job, occurrence.ComponentVersion);
            }

            using var delete = new PreparedCommand(transaction, "DELETE FROM occurrence WHERE org_id = @p0 AND pv_id = @p1 AND cv_id = @p2", 3);
            using var deleteBack = new PreparedCommand(transaction, "DELETE FROM occurrence_by_component WHERE org_id = @p0 AND cv_id = @p2 AND pv_id = @p1", 3);
            foreach (var gone in before.Keys)
            {
                delete.Execute(Org, upload.PvId, gone);
                deleteBack.Execute(Org, upload.PvId, gone);
                note.Execute(job, gone);
            }

            await connection.ExecuteAsync("DELETE FROM occurrence_place WHERE org_id = @Org AND pv_id = @PvId", new { Org, upload.PvId }, transaction);
            using var place = new PreparedCommand(transaction, "INSERT INTO occurrence_place (org_id, pv_id, cv_id, places) VALUES (@p0, @p1, @p2, @p3)", 4);
            foreach (var (componentVersion, found) in places) place.Execute(Org, upload.PvId, componentVersion, TypeMaps.ToJson(found));

            await connection.ExecuteAsync("UPDATE project_version SET last_upload_id = @Id WHERE id = @PvId", new { upload.Id, upload.PvId }, transaction);
            await ProjectsModule.ChooseLatestAsync(transaction, upload.ProjectId, job);
            return true;
        }, true, cancellationToken);
    }

    public static Task FinishAsync(DbTransaction transaction, long upload) =>
        transaction.Connection!.ExecuteAsync("""
            UPDATE upload SET state = 'done', error = NULL WHERE id = @upload;
            INSERT INTO stage_upload (org_id, pv_id, stage, upload_id, at) SELECT org_id, pv_id, COALESCE(stage, ''), id, received_at FROM upload WHERE id = @upload
            ON CONFLICT (org_id, pv_id, stage) DO UPDATE SET upload_id = excluded.upload_id, at = excluded.at WHERE excluded.upload_id > stage_upload.upload_id;
            """, new { upload }, transaction);

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
            insert.Execute(next, components[it.ComponentIdentity], it.Identity, it.Purl, it.Version, it.Licences, it.Detail, now);
            foreach (var known in it.Hashes) hash.Execute(known.Value.ToLowerInvariant(), next);
            ids[i] = next++;
        }
    }

    private async Task<Dictionary<string, long>> AddComponentsAsync(DbTransaction transaction, IReadOnlyList<InternedComponent> batch, List<int> fresh)
    {
        var known = new Dictionary<string, long>(StringComparer.Ordinal);
        var missing = new List<InternedComponent>();
        using (var find = new PreparedCommand(transaction, "SELECT id FROM component WHERE identity = @p0", 1))
        {
            foreach (var it in fresh.Select(i => batch[i]))
            {
                if (known.ContainsKey(it.ComponentIdentity)) continue;
                var id = find.Scalar(it.ComponentIdentity) as long?;
                known[it.ComponentIdentity] = id ?? 0;
                if (id is null) missing.Add(it);
            }
        }

        if (missing.Count == 0) return known;
        var next = await IdSource.NextAsync(transaction, "component", missing.Count);
        using var insert = new PreparedCommand(transaction, "INSERT INTO component (id, identity, type, group_name, name, kind) VALUES (@p0, @p1, @p2, @p3, @p4, @p5)", 6);
        foreach (var it in missing)
        {
            insert.Execute(next, it.ComponentIdentity, it.Type, it.Group, it.Name, it.Kind);
            known[it.ComponentIdentity] = next++;
        }

        await database.IndexNewTextAsync(transaction, "component", missing.Select(it => (known[it.ComponentIdentity], $"{it.Name} {it.Group} {it.Type}")));
        return known;
    }
}
