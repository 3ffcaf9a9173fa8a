using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Inbox;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Curations;

/// <summary>Tells those who decide about licences that a version says something else than was decided about.</summary>
internal sealed class LicenceAlarmStore(InboxModule inbox, AccessStore access, TimeProvider time)
{
    private const int Chunk = 500;

    /// <summary>In the transaction that found it. Wake the workers after the commit: webhooks are jobs.</summary>
    public async Task RaiseAsync(DbTransaction transaction, IReadOnlyList<(long ComponentVersion, Guid Curation)> relicensed)
    {
        var people = await access.WhoMayEverywhereAsync(transaction, Permissions.LicenceDecision);
        if (people.Count == 0) return;
        var notes = new List<InboxNote>();
        foreach (var chunk in relicensed.Select(r => r.ComponentVersion).Distinct().Chunk(Chunk))
        {
            // Of many versions at once one is told of each component: they wait in the queue together.
            foreach (var of in (await transaction.Connection!.QueryAsync<Row>("""
                SELECT c.id, c.component_id, k.identity, k.group_name, k.name, c.version, l.declared, l.found FROM component_version c JOIN component k ON k.id = c.component_id LEFT JOIN component_licence l ON l.cv_id = c.id WHERE c.id IN @chunk ORDER BY c.id
                """, new { chunk }, transaction)).GroupBy(r => r.ComponentId))
            {
                var last = of.Last();
                notes.AddRange(people.Select(p => new InboxNote(InboxModule.LicenceChanged, null, p, last.Identity, $"{last.Shown} {last.Version}".Trim(), last.Found ?? last.Declared, 0, time.GetUtcNow(), (int)(last.Id % int.MaxValue), Component: last.ComponentId)));
            }
        }

        await inbox.TellAsync(transaction, notes);
    }

    private sealed class Row
    {
        public long Id { get; set; }
        public long ComponentId { get; set; }
        public string Identity { get; set; } = "";
        public string? GroupName { get; set; }
        public string Name { get; set; } = "";
        public string? Version { get; set; }
        public string? Declared { get; set; }
        public string? Found { get; set; }

        public string Shown => string.IsNullOrEmpty(GroupName) ? Name : $"{GroupName}/{Name}";
    }
}
