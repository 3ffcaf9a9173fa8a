using System.Data.Common;
using Dapper;

namespace Headwater.Server.Platform.Data;

/// <summary>Small facts the installation remembers about itself.</summary>
internal sealed class SettingStore(IDatabase database)
{
    public Task<string?> GetAsync(string name, CancellationToken cancellationToken = default) => database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<string?>("SELECT value FROM setting WHERE name = @name", new { name }), cancellationToken);

    public Task SetAsync(string name, string value, CancellationToken cancellationToken = default) => database.WriteAsync(transaction => SetAsync(transaction, name, value), cancellationToken: cancellationToken);

    public static Task<string?> GetAsync(DbTransaction transaction, string name) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<string?>("SELECT value FROM setting WHERE name = @name", new { name }, transaction);

    public static Task SetAsync(DbTransaction transaction, string name, string value) => transaction.Connection!.ExecuteAsync(
        "INSERT INTO setting (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value", new { name, value }, transaction);
}
