using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Curations;

/// <summary>
/// What registries declare. Where no document declares anything for a component version it counts as declared, and stands with it as such; a document that comes later takes its place. One answer may be about
/// thousands of versions, so whatever follows is done for all of them at once.
/// </summary>
internal sealed class RegistryWordStore(LicenceStore licences, QueueStore queue)
{
    private const int Chunk = 500;

    /// <summary>So many are worked out with the answer; more are left to the job.</summary>
    private const int AtOnce = 2000;

    /// <summary>Keeps what was heard.</summary>
    /// <returns>Whether anything is declared otherwise now. Wake the workers after the commit then.</returns>
    public async Task<bool> HearAsync(DbTransaction transaction, IReadOnlyList<HeardLicence> heard, DateTimeOffset at)
    {
        var (known, changed, gone) = (await KnownAsync(transaction, heard), new List<long>(), new List<long>());
        using (var put = new PreparedCommand(transaction, """
            INSERT INTO registry_licence (cv_id, registry_id, registry, said, asked_at) VALUES (@p0, @p1, @p2, @p3, @p4)
            ON CONFLICT (cv_id) DO UPDATE SET registry_id = excluded.registry_id, registry = excluded.registry, said = excluded.said, asked_at = excluded.asked_at
            """, 5))
        {
            foreach (var it in heard)
            {
                var before = known.GetValueOrDefault(it.ComponentVersionId);
                if (it is { Said: { } said, RegistryId: { } registry })
                {
                    put.Add(it.ComponentVersionId, registry, it.Registry ?? "", said, at.ToUnixTimeMilliseconds());
                    if (said != (before?.Said ?? "[]")) changed.Add(it.ComponentVersionId);
                }
                else if (before is not null && before.RegistryId != it.RegistryId)
                {
                    // Another registry answers for the package now, or none: what the former said is no longer what is said.
                    gone.Add(it.ComponentVersionId);
                    if (before.Said != "[]") changed.Add(it.ComponentVersionId);
                }
            }
        }

        foreach (var chunk in gone.Chunk(Chunk)) await transaction.Connection!.ExecuteAsync("DELETE FROM registry_licence WHERE cv_id IN @chunk", new { chunk }, transaction);
        foreach (var chunk in changed.Chunk(Chunk))
        {
            await transaction.Connection!.ExecuteAsync("""
                UPDATE component_version SET licences = COALESCE((SELECT r.said FROM registry_licence r WHERE r.cv_id = component_version.id), '[]'),
                    declared_by = CASE WHEN EXISTS (SELECT 1 FROM registry_licence r WHERE r.cv_id = component_version.id AND r.said <> '[]') THEN 1 ELSE 0 END
                WHERE id IN @chunk AND (licences = '[]' OR declared_by = 1)
                """, new { chunk }, transaction);
        }

        if (changed.Count <= AtOnce) await licences.WorkOutAsync(transaction, changed);
        else
        {
            foreach (var chunk in changed.Chunk(Chunk)) await transaction.Connection!.ExecuteAsync("INSERT INTO licence_work (cv_id) SELECT c.id FROM component_version c WHERE c.id IN @chunk ON CONFLICT (cv_id) DO NOTHING", new { chunk }, transaction);
            await queue.EnqueueAsync(transaction, EvaluateJob.Request);
        }

        return changed.Count > 0;
    }

    /// <summary>A registry is called otherwise.</summary>
    public static Task RenameAsync(DbTransaction transaction, long registry, string name) => transaction.Connection!.ExecuteAsync("UPDATE registry_licence SET registry = @name WHERE registry_id = @registry AND registry <> @name", new { registry, name }, transaction);

    /// <summary>A registry is no longer there, and nothing that it said counts.</summary>
    public async Task ForgetAsync(DbTransaction transaction, long registry)
    {
        var connection = transaction.Connection!;
        if (await connection.ExecuteAsync("INSERT INTO licence_work (cv_id) SELECT r.cv_id FROM registry_licence r WHERE r.registry_id = @registry AND r.said <> '[]' ON CONFLICT (cv_id) DO NOTHING", new { registry }, transaction) > 0) await queue.EnqueueAsync(transaction, EvaluateJob.Request);
        await connection.ExecuteAsync("UPDATE component_version SET licences = '[]', declared_by = 0 WHERE declared_by = 1 AND id IN (SELECT r.cv_id FROM registry_licence r WHERE r.registry_id = @registry)", new { registry }, transaction);
        await connection.ExecuteAsync("DELETE FROM registry_licence WHERE registry_id = @registry", new { registry }, transaction);
    }

    private static async Task<Dictionary<long, Known>> KnownAsync(DbTransaction transaction, IReadOnlyList<HeardLicence> heard)
    {
        var known = new Dictionary<long, Known>();
        foreach (var chunk in heard.Select(h => h.ComponentVersionId).Chunk(Chunk))
            foreach (var row in await transaction.Connection!.QueryAsync<Known>("SELECT cv_id, registry_id, said FROM registry_licence WHERE cv_id IN @chunk", new { chunk }, transaction)) known[row.CvId] = row;
        return known;
    }

    private sealed class Known
    {
        public long CvId { get; set; }
        public long RegistryId { get; set; }
        public string Said { get; set; } = "";
    }
}
