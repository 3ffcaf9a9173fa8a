using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Headwater.Server.Platform.Data;

/// <summary>The keys that guard cookies and forms, where all nodes find them. The framework asks at the start and about once a day, and cannot wait in another way than this.</summary>
internal sealed class ProtectionKeyStore(IDatabase database, TimeProvider time) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. database.ReadAsync(connection => connection.QueryAsync<string>("SELECT xml FROM protection_key ORDER BY id")).GetAwaiter().GetResult().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName) => database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync(
        "INSERT INTO protection_key (id, xml, created_at) VALUES (@friendlyName, @xml, @now) ON CONFLICT (id) DO NOTHING",
        new { friendlyName, xml = element.ToString(SaveOptions.DisableFormatting), now = time.GetUtcNow() }, transaction)).GetAwaiter().GetResult();
}
