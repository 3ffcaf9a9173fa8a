using System.Data.Common;
using System.Runtime.InteropServices;
using Dapper;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Findings;

/// <summary>
/// Keeps what units add up to, a row for each day on which that changed, by differences: what was counted of a project is kept with it, and what differs is added to
/// its unit and to each above it. Nothing is counted when it is read. When the tree itself changes, the sums are made again from what was counted of projects.
/// </summary>
internal sealed class UnitStore(IDatabase database, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const long DayLength = 86_400_000;

    private static readonly string[] Columns =
    [
        "projects", "documented", "hit", "components", "covered", "not_covered", "no_version", "unidentified", "pending", "vulnerable", "critical", "high", "medium", "low", "unassigned", "kev",
        "suppressed", "settled", "audited",
    ];

    /// <summary>The whole organisation, kept like a unit: what nobody owns lies in it directly.</summary>
    public const long Whole = 0;

    private static readonly string List = string.Join(", ", Columns);

    /// <summary>What counts of a project <c>p</c>; <see cref="From"/> follows.</summary>
    private static readonly string Current = "COALESCE(p.owner_id, 0) AS owner_id, COALESCE(v.max_risk, 0.0) AS max_risk, 1 AS projects, CASE WHEN v.metrics_at IS NULL THEN 0 ELSE 1 END AS documented,"
        + " CASE WHEN COALESCE(v.critical + v.high + v.medium + v.low + v.unassigned, 0) > 0 THEN 1 ELSE 0 END AS hit, " + string.Join(", ", Columns.Skip(3).Select(c => $"COALESCE(v.{c}, 0) AS {c}"));

    /// <summary>Who is retired counts nowhere.</summary>
    private const string From = "FROM project p LEFT JOIN project_version v ON v.id = p.latest_id WHERE p.org_id = @Org AND p.retired_at IS NULL";

    /// <summary>Counts what differs between what was counted of projects and what is. Belongs into the transaction that changed their numbers, their owner, or that they are in use.</summary>
    public async Task ProjectsAsync(DbTransaction transaction, IEnumerable<long> projects)
    {
        await database.LockAsync(transaction, UsageStore.Lock);
        var differences = new Dictionary<long, long[]>();
        var moved = false;
        foreach (var chunk in projects.Distinct().Chunk(500))
        {
            var ids = string.Join(',', chunk);
            var before = await ReadAsync(transaction, $"SELECT project_id, owner_id, max_risk, {List} FROM unit_counted WHERE project_id IN ({ids})");
            var after = await ReadAsync(transaction, $"SELECT p.id, {Current} {From} AND p.id IN ({ids})");
            foreach (var id in chunk)
            {
                var (was, now) = (before.GetValueOrDefault(id), after.GetValueOrDefault(id));
                if (was is null ? now is null : was.Same(now)) continue;
                moved |= (was?.Owner ?? Whole) != (now?.Owner ?? Whole);
                if (was is not null) Add(differences, was.Owner, was.Numbers, -1);
                if (now is not null) Add(differences, now.Owner, now.Numbers, 1);
                await transaction.Connection!.ExecuteAsync("DELETE FROM unit_counted WHERE project_id = @id", new { id }, transaction);
                if (now is not null) await transaction.Connection!.ExecuteAsync($"INSERT INTO unit_counted (project_id, org_id, owner_id, max_risk, {List}) SELECT p.id, @Org, {Current} {From} AND p.id = @id", new { Org, id }, transaction);
            }
        }

        if (moved) await PartStore.PlacesChangedAsync(transaction);
        var units = new Dictionary<long, long[]>();
        foreach (var (owner, numbers) in differences.Where(d => Array.Exists(d.Value, n => n != 0)))
            foreach (var unit in await AboveAsync(transaction, owner)) Add(units, unit, numbers, 1);
        foreach (var (unit, numbers) in units.OrderBy(u => u.Key))
        {
            var (day, last) = await LastAsync(transaction, unit);
            await WriteAsync(transaction, unit, day, [.. last.Zip(numbers, (a, b) => a + b)]);
        }
    }

    /// <summary>Makes the sums again from what was counted of projects. Belongs into the transaction that changed the tree.</summary>
    public async Task TreeChangedAsync(DbTransaction transaction)
    {
        var connection = transaction.Connection!;
        await database.LockAsync(transaction, UsageStore.Lock);
        await connection.ExecuteAsync("""
            UPDATE unit_counted SET owner_id = COALESCE(p.owner_id, 0) FROM project p WHERE p.id = unit_counted.project_id AND COALESCE(p.owner_id, 0) <> unit_counted.owner_id;
            DELETE FROM unit_day WHERE org_id = @Org AND owner_id <> 0 AND owner_id NOT IN (SELECT id FROM owner WHERE org_id = @Org);
            """, new { Org }, transaction);
        await PartStore.PlacesChangedAsync(transaction);
        var own = await ReadAsync(transaction, $"SELECT owner_id, owner_id, MAX(max_risk), {string.Join(", ", Columns.Select(c => $"CAST(SUM({c}) AS BIGINT)"))} FROM unit_counted WHERE org_id = @Org GROUP BY owner_id");
        var parents = (await connection.QueryAsync<(long Id, long? Parent)>("SELECT id, parent_id FROM owner WHERE org_id = @Org ORDER BY id", new { Org }, transaction)).ToDictionary(o => o.Id, o => o.Parent);
        var sums = new Dictionary<long, long[]>();
        foreach (var (owner, line) in own)
        {
            // Whoever bent the tree into a ring lies above himself but counts once.
            var seen = new HashSet<long>();
            Add(sums, Whole, line.Numbers, 1);
            for (long? at = owner; at is { } unit && parents.TryGetValue(unit, out var above) && seen.Add(unit); at = above) Add(sums, unit, line.Numbers, 1);
        }

        foreach (var unit in parents.Keys.Append(Whole))
        {
            var (day, last) = await LastAsync(transaction, unit);
            var sum = sums.GetValueOrDefault(unit) ?? new long[Columns.Length];
            if (!sum.AsSpan().SequenceEqual(last)) await WriteAsync(transaction, unit, day, sum);
        }
    }

    /// <summary>Counts everything from the beginning.</summary>
    public async Task RecountAsync(DbTransaction transaction)
    {
        await transaction.Connection!.ExecuteAsync($"DELETE FROM unit_counted WHERE org_id = @Org; INSERT INTO unit_counted (project_id, org_id, owner_id, max_risk, {List}) SELECT p.id, @Org, {Current} {From};", new { Org }, transaction, 600);
        await TreeChangedAsync(transaction);
    }

    /// <summary>The latest numbers of units, without those that never had a project.</summary>
    public static async Task<Dictionary<long, UnitNumbers>> NowAsync(DbConnection connection, Viewer viewer) => (await connection.QueryAsync<UnitNumbers>($"""
        SELECT w.id AS owner_id, d.day, d.counted_at, {string.Join(", ", Columns.Select(c => "d." + c))}, COALESCE((SELECT MAX(c.max_risk) FROM unit_counted c WHERE c.org_id = @Org AND c.owner_id = w.id), 0.0) AS max_risk
        FROM owner w JOIN unit_day d ON d.org_id = @Org AND d.owner_id = w.id AND d.day = (SELECT MAX(l.day) FROM unit_day l WHERE l.org_id = @Org AND l.owner_id = w.id)
        WHERE w.org_id = @Org AND {viewer.Sees("w.id")}
        """, new { Org })).ToDictionary(u => u.OwnerId);

    /// <summary>The days of all that is visible: of the whole, or of the units that lie in no other visible one, which together are all that is seen of it.</summary>
    public static async Task<IReadOnlyList<UnitNumbers>> TrendAsync(DbConnection connection, Viewer viewer, int days, DateTimeOffset today)
    {
        if (viewer.IsNothing) return [];
        if (viewer.All) return await TrendAsync(connection, [Whole], days, today);
        var tops = (await connection.QueryAsync<long>($"SELECT w.id FROM owner w WHERE w.org_id = @Org AND {viewer.Sees("w.id")} AND (w.parent_id IS NULL OR NOT {viewer.Sees("w.parent_id")}) ORDER BY w.id", new { Org })).AsList();
        return await TrendAsync(connection, tops, days, today);
    }

    /// <summary>One row for each day up to today, since the units had their first; what several had on a day is added up.</summary>
    public static async Task<IReadOnlyList<UnitNumbers>> TrendAsync(DbConnection connection, IReadOnlyList<long> units, int days, DateTimeOffset today)
    {
        if (units.Count == 0) return [];
        var last = today.ToUnixTimeMilliseconds() / DayLength;
        var first = last - days + 1;
        var rows = (await connection.QueryAsync<UnitNumbers>($"""
            SELECT d.owner_id, d.day, d.counted_at, {List} FROM unit_day d WHERE d.org_id = @Org AND d.owner_id IN ({string.Join(',', units)})
                AND d.day >= COALESCE((SELECT MAX(b.day) FROM unit_day b WHERE b.org_id = @Org AND b.owner_id = d.owner_id AND b.day <= @first), 0) ORDER BY d.day
            """, new { Org, first })).AsList();
        if (rows.Count == 0) return [];
        var (trend, now, at) = (new List<UnitNumbers>(days), new Dictionary<long, UnitNumbers>(), 0);
        for (var day = Math.Max(first, rows[0].Day); day <= Math.Max(last, rows[^1].Day); day++)
        {
            for (; at < rows.Count && rows[at].Day <= day; at++) now[rows[at].OwnerId] = rows[at];
            trend.Add(Sum(day, now.Values));
        }

        return trend;
    }

    private static UnitNumbers Sum(long day, IReadOnlyCollection<UnitNumbers> of) => new()
    {
        Day = day, CountedAt = of.Max(u => u.CountedAt), Projects = of.Sum(u => u.Projects), Documented = of.Sum(u => u.Documented), Hit = of.Sum(u => u.Hit), Components = of.Sum(u => u.Components),
        Covered = of.Sum(u => u.Covered), NotCovered = of.Sum(u => u.NotCovered), NoVersion = of.Sum(u => u.NoVersion), Unidentified = of.Sum(u => u.Unidentified), Pending = of.Sum(u => u.Pending),
        Vulnerable = of.Sum(u => u.Vulnerable), Critical = of.Sum(u => u.Critical), High = of.Sum(u => u.High), Medium = of.Sum(u => u.Medium), Low = of.Sum(u => u.Low), Unassigned = of.Sum(u => u.Unassigned), Kev = of.Sum(u => u.Kev),
        Suppressed = of.Sum(u => u.Suppressed), Settled = of.Sum(u => u.Settled), Audited = of.Sum(u => u.Audited),
    };

    private static void Add(Dictionary<long, long[]> sums, long key, long[] numbers, int sign)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out _);
        sum ??= new long[Columns.Length];
        for (var i = 0; i < sum.Length; i++) sum[i] += sign * numbers[i];
    }

    private static async Task<IReadOnlyList<long>> AboveAsync(DbTransaction transaction, long owner) => (await transaction.Connection!.QueryAsync<long>("""
        WITH RECURSIVE above (id) AS (SELECT id FROM owner WHERE org_id = @Org AND id = @owner UNION SELECT o.parent_id FROM above a JOIN owner o ON o.id = a.id WHERE o.parent_id IS NOT NULL)
        SELECT a.id FROM above a JOIN owner o ON o.id = a.id
        """, new { Org, owner }, transaction)).Append(Whole).ToList();

    private static async Task<(long Day, long[] Numbers)> LastAsync(DbTransaction transaction, long unit)
    {
        await using var reader = await transaction.Connection!.ExecuteReaderAsync($"SELECT day, {List} FROM unit_day WHERE org_id = @Org AND owner_id = @unit ORDER BY day DESC LIMIT 1", new { Org, unit }, transaction);
        var numbers = new long[Columns.Length];
        if (!await reader.ReadAsync()) return (0, numbers);
        for (var i = 0; i < numbers.Length; i++) numbers[i] = reader.GetInt64(1 + i);
        return (reader.GetInt64(0), numbers);
    }

    /// <summary>A clock that went back writes to the last day there is, so that the latest row stays the latest.</summary>
    private Task WriteAsync(DbTransaction transaction, long unit, long last, long[] numbers)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var parameters = new DynamicParameters(new { Org, unit, day = Math.Max(last, now / DayLength), now });
        for (var i = 0; i < numbers.Length; i++) parameters.Add(Columns[i], numbers[i]);
        return transaction.Connection!.ExecuteAsync($"""
            INSERT INTO unit_day (org_id, owner_id, day, counted_at, {List}) VALUES (@Org, @unit, @day, @now, {string.Join(", ", Columns.Select(c => "@" + c))})
            ON CONFLICT (org_id, owner_id, day) DO UPDATE SET counted_at = excluded.counted_at, {string.Join(", ", Columns.Select(c => $"{c} = excluded.{c}"))}
            """, parameters, transaction);
    }

    private static async Task<Dictionary<long, Line>> ReadAsync(DbTransaction transaction, string sql)
    {
        var lines = new Dictionary<long, Line>();
        await using var reader = await transaction.Connection!.ExecuteReaderAsync(sql, new { Org }, transaction, 600);
        while (await reader.ReadAsync())
        {
            var numbers = new long[Columns.Length];
            for (var i = 0; i < numbers.Length; i++) numbers[i] = Convert.ToInt64(reader.GetValue(3 + i), System.Globalization.CultureInfo.InvariantCulture);
            lines[reader.GetInt64(0)] = new Line(reader.GetInt64(1), reader.GetDouble(2), numbers);
        }

        return lines;
    }

    private sealed record Line(long Owner, double Risk, long[] Numbers)
    {
        public bool Same(Line? other) => other is not null && Owner == other.Owner && Risk.Equals(other.Risk) && Numbers.AsSpan().SequenceEqual(other.Numbers);
    }
}
