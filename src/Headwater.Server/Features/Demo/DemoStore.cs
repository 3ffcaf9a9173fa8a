using System.Buffers.Binary;
using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Demo;

/// <summary>Writes a demonstration portfolio, each table in the order of its key.</summary>
internal sealed class DemoStore(IDatabase database, ITables tables, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const int Part = 2_000_000;

    public Task<long> CountProjectsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM project WHERE org_id = @Org", new { Org }), cancellationToken);

    /// <returns>The id of the first; the others follow.</returns>
    public Task<long> AddOwnersAsync(IReadOnlyList<DemoOwner> owners, Dice random, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var first = await IdSource.NextAsync(transaction, "owner", owners.Count);
        await tables.LoadAsync(transaction, "owner", ["id", "org_id", "kind", "name", "title", "parent_id", "level", "uuid"],
            owners.Select((o, i) => new object?[] { first + i, Org, o.Kind, o.Name, o.Title, o.Parent is { } p ? first + p : null, (long)o.Level, NewUuid(random) }), cancellationToken);
        await database.IndexNewTextAsync(transaction, "owner", owners.Select((o, i) => (first + i, $"{o.Title} {o.Name}")));
        return first;
    }, true, cancellationToken);

    /// <returns>The id of the first component version; the others follow, package after package.</returns>
    public Task<long> AddComponentsAsync(IReadOnlyList<DemoPackage> packages, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var component = await IdSource.NextAsync(transaction, "component", packages.Count);
        await tables.LoadAsync(transaction, "component", ["id", "identity", "type", "group_name", "name", "kind"],
            packages.Select((p, i) => new object?[] { component + i, p.Identity, p.Purl.Type, p.Purl.Namespace, p.Purl.Name, "library" }), cancellationToken);
        await database.IndexNewTextAsync(transaction, "component", packages.Select((p, i) => (component + i, $"{p.Purl.Name} {p.Purl.Namespace} {p.Purl.Type}")));
        var first = await IdSource.NextAsync(transaction, "component_version", packages.Sum(p => p.Versions.Count));
        var next = first;
        await tables.LoadAsync(transaction, "component_version", ["id", "component_id", "identity", "purl", "version", "licences", "first_seen"],
            packages.SelectMany((p, i) => p.Versions.Select(v => p.Purl.WithVersion(v).ToString()).Zip(p.Versions,
                (purl, version) => new object?[] { next++, component + i, purl, purl, version, p.Licences, now })), cancellationToken);
        return first;
    }, true, cancellationToken);

    /// <summary>Adds projects with a version and an upload each; the document of all uploads is one.</summary>
    /// <returns>The id of the first project version; the others follow.</returns>
    public Task<long> AddProjectsAsync(int count, IReadOnlyList<long> teams, (string Sha256, long Bytes) document, Dice random, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var project = await IdSource.NextAsync(transaction, "project", count);
        var version = await IdSource.NextAsync(transaction, "project_version", count);
        var upload = await IdSource.NextAsync(transaction, "upload", count);
        // Some projects belong to nobody and some have not been uploaded for long, as everywhere.
        var owners = Enumerable.Range(0, count).Select(_ => random.Next(33) == 0 ? (long?)null : teams[random.Next(teams.Count)]).ToArray();
        var times = Enumerable.Range(0, count).Select(_ => now - (long)(Math.Pow(random.NextDouble(), 2) * 130 * 86_400_000)).ToArray();
        await tables.LoadAsync(transaction, "project", ["id", "org_id", "uuid", "name", "owner_id", "latest_id", "created_at"],
            Enumerable.Range(0, count).Select(i => new object?[] { project + i, Org, NewUuid(random), DemoOrganisation.ProjectName(i), owners[i], version + i, times[i] }), cancellationToken);
        await tables.LoadAsync(transaction, "project_version", ["id", "org_id", "uuid", "project_id", "version", "is_latest", "created_at", "last_upload_id", "last_upload_at", "last_format"],
            Enumerable.Range(0, count).Select(i => new object?[] { version + i, Org, NewUuid(random), project + i, "1.0.0", 1L, times[i], upload + i, times[i], "CycloneDX" }), cancellationToken);
        await tables.LoadAsync(transaction, "upload",
            ["id", "org_id", "token", "pv_id", "received_at", "format", "spec_version", "serialization", "bytes", "sha256", "components", "dependencies", "state", "tool", "uploaded_by"],
            Enumerable.Range(0, count).Select(i => new object?[]
            {
                upload + i, Org, NewUuid(random), version + i, times[i], "CycloneDX", "1.5", "Json", document.Bytes, document.Sha256, (long)DemoPlan.Each, 0L, "done", "headwater demo", "demo",
            }), cancellationToken);
        await database.IndexNewTextAsync(transaction, "project", Enumerable.Range(0, count).Select(i => (project + i, DemoOrganisation.ProjectName(i))));
        return version;
    }, true, cancellationToken);

    /// <summary>Adds occurrences, and makes the index that leads the other way when all are there.</summary>
    /// <param name="occurrences">Of each project version in turn, its component versions in order; numbered from 0.</param>
    public async Task AddOccurrencesAsync((int Version, bool Direct)[][] occurrences, long firstProjectVersion, long firstComponentVersion, Action<string> progress, CancellationToken cancellationToken)
    {
        var indexes = await database.WriteAsync(transaction => tables.DropIndexesAsync(transaction, "occurrence"), true, cancellationToken);
        var row = new object?[5];
        await InPartsAsync("occurrence", ["org_id", "pv_id", "cv_id", "flags", "depth"], occurrences.SelectMany((of, i) => of.Select(o =>
        {
            (row[0], row[1], row[2], row[3], row[4]) = (Org, firstProjectVersion + i, firstComponentVersion + o.Version, o.Direct ? 5L : 1L, o.Direct ? 1L : 2L);
            return row;
        })), done => progress($"{done:N0} occurrences"), cancellationToken);
        progress("Indexes are being made");
        await database.WriteAsync(transaction => Tables.MakeIndexesAsync(transaction, indexes), true, cancellationToken);
    }

    public Task TidyAsync(CancellationToken cancellationToken) => tables.SettleAsync(cancellationToken);

    private async Task InPartsAsync(string table, string[] columns, IEnumerable<object?[]> rows, Action<long> progress, CancellationToken cancellationToken)
    {
        using var all = rows.GetEnumerator();
        var more = all.MoveNext();
        for (long done = 0; more;)
        {
            done += await database.WriteAsync(transaction =>
            {
                return tables.LoadAsync(transaction, table, columns, Take(), cancellationToken);

                IEnumerable<object?[]> Take()
                {
                    for (var count = 0; more && count < Part; more = all.MoveNext(), count++) yield return all.Current;
                }
            }, true, cancellationToken);
            progress(done);
        }
    }

    private static string NewUuid(Dice random)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, random.NextBits());
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], random.NextBits());
        (bytes[6], bytes[8]) = ((byte)((bytes[6] & 0x0f) | 0x40), (byte)((bytes[8] & 0x3f) | 0x80));
        return new Guid(bytes, bigEndian: true).ToString("D");
    }
}
