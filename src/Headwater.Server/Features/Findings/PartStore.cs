using System.Data.Common;
using System.Diagnostics;
using Dapper;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Findings;

/// <summary>
/// What those who see a part only see counted: worked out here from what is kept with each project, and remembered for as long as nothing has changed. Two
/// numbers in the database tell that, so it holds for every node. When a project has come or gone, nothing older is shown to anybody; when contents or findings have
/// changed, what took long to work out is shown a little longer (as <see cref="Platform.Remembered"/> does) while it is made anew.
/// </summary>
internal sealed class PartStore(IDatabase database, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>So many rows are remembered, a hundred bytes each; above, what was not asked for the longest is forgotten.</summary>
    private const int MostRows = 400_000;

    /// <summary>With more versions than this in use, reading what is known of all is quicker than asking for some.</summary>
    private const int Few = 20_000;

    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(80), Longest = TimeSpan.FromMinutes(1), Forgotten = TimeSpan.FromMinutes(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<Entry>> _making = new(StringComparer.Ordinal);

    /// <summary>Something that is counted has changed: belongs into the transaction that changed it.</summary>
    public static Task ContentChangedAsync(DbTransaction transaction) => transaction.Connection!.ExecuteAsync("UPDATE usage_generation SET content = content + 1 WHERE org_id = @Org", new { Org }, transaction);

    /// <summary>A project has come into a unit, or left one: belongs into the transaction that changed it.</summary>
    public static Task PlacesChangedAsync(DbTransaction transaction) => transaction.Connection!.ExecuteAsync("UPDATE usage_generation SET places = places + 1 WHERE org_id = @Org", new { Org }, transaction);

    public async Task<PartUsage> GetAsync(Viewer viewer, CancellationToken cancellationToken)
    {
        if (viewer.IsNothing) return PartUsage.Nothing;
        var now = await database.ReadAsync(connection => GenerationAsync(connection), cancellationToken);
        var key = viewer.Key;
        Task<Entry> making;
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var known) && known.Generation.Places == now.Places)
            {
                known.Asked = time.GetTimestamp();
                if (known.Generation.Content == now.Content) return known.Usage;
                var age = time.GetElapsedTime(known.Made);
                if (known.Cost >= Quick && age < Forgotten)
                {
                    var keep = known.Cost * 20;
                    if (age > (keep > Longest ? Longest : keep)) _ = StartAsync(key, viewer);
                    return known.Usage;
                }
            }

            // Who shares the work of another must not be shown what was read before the other's project had gone.
            making = StartAsync($"{key} {now.Places} {now.Content}", viewer);
        }

        return (await making.WaitAsync(cancellationToken)).Usage;
    }

    /// <summary>Starts to work it out unless that is being done. To be called under the lock.</summary>
    private Task<Entry> StartAsync(string work, Viewer viewer)
    {
        if (_making.TryGetValue(work, out var making)) return making;
        return _making[work] = Task.Run(async () =>
        {
            try
            {
                var start = Stopwatch.GetTimestamp();
                var (usage, generation) = await database.ReadAsync(connection => CountAsync(connection, viewer), CancellationToken.None);
                var entry = new Entry(usage, generation, Stopwatch.GetElapsedTime(start), time.GetTimestamp()) { Asked = time.GetTimestamp() };
                Keep(viewer.Key, entry);
                return entry;
            }
            finally
            {
                lock (_lock) _making.Remove(work);
            }
        });
    }

    private void Keep(string key, Entry entry)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var newer) && (newer.Generation.Places > entry.Generation.Places || newer.Generation.Content > entry.Generation.Content)) return;
            _entries[key] = entry;
            var rows = _entries.Values.Sum(e => (long)e.Usage.Weight);
            foreach (var (old, forgotten) in _entries.OrderBy(e => e.Value.Asked).ToList())
            {
                if (rows <= MostRows || old == key) break;
                _entries.Remove(old);
                rows -= forgotten.Usage.Weight;
            }
        }
    }

    public Task<(long Places, long Content)> GenerationAsync(CancellationToken cancellationToken) => database.ReadAsync(async connection => await GenerationAsync(connection) is var now ? (now.Places, now.Content) : default, cancellationToken);

    public Task<long> PlacesAsync(CancellationToken cancellationToken) => database.ReadAsync(async connection => (await GenerationAsync(connection)).Places, cancellationToken);

    private static async Task<Generation> GenerationAsync(DbConnection connection) => await connection.QuerySingleAsync<Generation>("SELECT places, content FROM usage_generation WHERE org_id = @Org", new { Org });

    /// <summary>In one snapshot, so that the numbers and their generation belong together.</summary>
    private static async Task<(PartUsage Usage, Generation Generation)> CountAsync(DbConnection connection, Viewer viewer)
    {
        var generation = await GenerationAsync(connection);
        var tally = new PartTally();
        await using (var reader = await connection.ExecuteReaderAsync($"SELECT u.pv_id, u.content FROM project p JOIN usage_counted u ON u.project_id = p.id WHERE p.org_id = @Org AND {viewer.Sees("p.owner_id")}", new { Org }, commandTimeout: 600))
        {
            while (await reader.ReadAsync()) tally.AddProject(reader.GetInt64(0), (byte[])reader.GetValue(1));
        }

        tally.Close();
        foreach (var ids in tally.Versions.Count > Few ? [""] : tally.Versions.Chunk(1000).Select(c => string.Join(',', c)))
        {
            await ReadVersionsAsync(connection, tally, ids.Length == 0 ? "" : $" WHERE id IN ({ids})");
            await ReadFindingsAsync(connection, tally, ids.Length == 0 ? "" : $" AND cv_id IN ({ids})");
        }

        var settled = (await connection.QueryAsync<(long Pv, long Cv, string Id)>($"""
            SELECT d.pv_id, d.cv_id, d.finding_id FROM finding_decision d JOIN project p ON p.org_id = @Org AND p.latest_id = d.pv_id WHERE d.org_id = @Org AND d.settled = 1 AND {viewer.Sees("p.owner_id")}
            """, new { Org })).ToLookup(d => d.Pv, d => (d.Cv, d.Id));
        return (tally.Count(settled), generation);
    }

    private static async Task ReadVersionsAsync(DbConnection connection, PartTally tally, string which)
    {
        var facts = new int[7];
        await using var reader = await connection.ExecuteReaderAsync("SELECT id, component_id, max_risk, coverage, critical, high, medium, low, unassigned, kev FROM component_version" + which, commandTimeout: 600);
        while (await reader.ReadAsync())
        {
            for (var i = 0; i < facts.Length; i++) facts[i] = (int)reader.GetInt64(3 + i);
            tally.AddVersion(reader.GetInt64(0), reader.GetInt64(1), facts, reader.GetDouble(2));
        }
    }

    private static async Task ReadFindingsAsync(DbConnection connection, PartTally tally, string which)
    {
        await using var reader = await connection.ExecuteReaderAsync("SELECT cv_id, id, severity, kev, malicious, risk, score, epss, epss_percentile, published FROM finding WHERE affected = 1" + which, commandTimeout: 600);
        while (await reader.ReadAsync())
        {
            tally.AddFinding(new PartFinding(reader.GetInt64(0), reader.GetString(1), (int)reader.GetInt64(2), Number(6), Number(7), Number(8), reader.GetInt64(3) == 1, reader.GetInt64(4) == 1, reader.GetDouble(5),
                reader.IsDBNull(9) ? null : reader.GetInt64(9)));
        }

        double? Number(int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
    }

    private sealed record Generation
    {
        public long Places { get; set; }
        public long Content { get; set; }
    }

    private sealed class Entry(PartUsage usage, Generation generation, TimeSpan cost, long made)
    {
        public PartUsage Usage => usage;
        public Generation Generation => generation;
        public TimeSpan Cost => cost;
        public long Made => made;
        public long Asked;
    }
}
