using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace Headwater.Server.Platform.Data;

/// <summary>Applies the numbered scripts that the database has not seen, each in one transaction, and remembers their checksums.</summary>
internal static class Migrator
{
    /// <summary>Which migrations a database has seen.</summary>
    public const string Table = "schema_migration";

    /// <param name="only">Names and checksums of those to apply; all when null.</param>
    public static async Task RunAsync(DbConnection connection, Func<string, string> render, TimeProvider time, IReadOnlyDictionary<string, string>? only = null)
    {
        if (only is not null) RefuseUnknown(only);
        await connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)");
        var applied = (await connection.QueryAsync<(string Name, string Checksum)>("SELECT name, checksum FROM schema_migration")).ToDictionary(m => m.Name, m => m.Checksum, StringComparer.Ordinal);
        foreach (var (name, sql) in Scripts())
        {
            var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            if (applied.TryGetValue(name, out var known))
            {
                if (known != checksum)
                    throw new InvalidOperationException($"Migration {name} was changed after it had been applied to this database. Restore the program version that made the database, or restore a backup.");
                continue;
            }

            if (only?.ContainsKey(name) == false) continue;
            await using var transaction = await connection.BeginTransactionAsync();
            // Some make what is kept from years of rows: they take the time they take.
            await connection.ExecuteAsync(render(sql), transaction: transaction, commandTimeout: 0);
            await connection.ExecuteAsync("INSERT INTO schema_migration (name, checksum, applied_at) VALUES (@name, @checksum, @now)", new { name, checksum, now = time.GetUtcNow() }, transaction);
            await transaction.CommitAsync();
        }
    }

    /// <summary>Migrations that this program has and the database has not seen.</summary>
    public static async Task<IReadOnlyList<string>> PendingAsync(DbConnection connection)
    {
        var applied = (await connection.QueryAsync<string>("SELECT name FROM schema_migration")).ToHashSet(StringComparer.Ordinal);
        return [.. Scripts().Select(s => s.Name).Where(n => !applied.Contains(n))];
    }

    /// <summary>What the database was made by must be known here, or this program would not understand it.</summary>
    /// <exception cref="InvalidOperationException">One is not.</exception>
    public static void RefuseUnknown(IReadOnlyDictionary<string, string> wanted)
    {
        var known = Scripts().ToDictionary(s => s.Name, s => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(s.Sql))), StringComparer.Ordinal);
        foreach (var (name, checksum) in wanted.OrderBy(w => w.Key, StringComparer.Ordinal))
            if (known.GetValueOrDefault(name) != checksum)
                throw new InvalidOperationException($"It was made by {(known.ContainsKey(name) ? "another" : "a newer")} version of the program: the migration {name} is {(known.ContainsKey(name) ? "not the same" : "not known")} here. Use that version, or a newer one.");
    }

    private static IEnumerable<(string Name, string Sql)> Scripts()
    {
        const string Prefix = "migrations/";
        var assembly = typeof(Migrator).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name[Prefix.Length..], reader.ReadToEnd().ReplaceLineEndings("\n"));
        }
    }
}
