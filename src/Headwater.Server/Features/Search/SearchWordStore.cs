using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Search;

/// <summary>The words that what somebody may see is named by: owners, projects, components, and what the advisories that hit them are called.</summary>
internal sealed class SearchWordStore(IDatabase database, FindingsModule findings, Remembered remembered)
{
    private const long Org = Organisation.Home;

    /// <summary>A vocabulary of one's own: a word that stands only out of sight is not even known there.</summary>
    public async Task<Vocabulary> GetAsync(Viewer viewer, Viewer findingsSeen, CancellationToken cancellationToken) =>
        (await remembered.GetAsync($"search.words {viewer.Key} {findingsSeen.Key} {(viewer.All && findingsSeen.All ? 0 : await findings.PlacesAsync(cancellationToken))}", token => ReadAsync(viewer, findingsSeen, token), cancellationToken)).Answer;

    private async Task<Vocabulary> ReadAsync(Viewer viewer, Viewer findingsSeen, CancellationToken cancellationToken)
    {
        if (viewer.IsNothing) return Vocabulary.Of([]);
        var part = viewer.All ? null : await findings.PartAsync(viewer, cancellationToken);
        var hit = findingsSeen.All || findingsSeen.IsNothing ? null : await findings.PartAsync(findingsSeen, cancellationToken);
        return await database.ReadAsync(async connection =>
        {
            var texts = new List<string>();
            async Task AddAsync(string sql, object? parameters = null)
            {
                await using var reader = await connection.ExecuteReaderAsync(sql, parameters);
                while (await reader.ReadAsync(cancellationToken))
                    for (var i = 0; i < reader.FieldCount; i++)
                        if (!reader.IsDBNull(i)) texts.Add(reader.GetString(i));
            }

            await AddAsync($"SELECT title, email FROM owner WHERE org_id = @Org AND {viewer.Sees("id")}", new { Org });
            await AddAsync($"SELECT name FROM project WHERE org_id = @Org AND {viewer.Sees("owner_id")}", new { Org });
            if (part is null) await AddAsync("SELECT k.name, k.group_name FROM component_usage u JOIN component k ON k.id = u.component_id WHERE u.org_id = @Org", new { Org });
            foreach (var ids in part?.Components.Keys.Chunk(2000) ?? []) await AddAsync($"SELECT name, group_name FROM component WHERE id IN ({string.Join(',', ids)})");
            if (findingsSeen.All) await AddAsync("SELECT summary FROM advisory_usage WHERE org_id = @Org", new { Org });
            foreach (var ids in hit?.Advisories.Keys.Chunk(500) ?? []) await AddAsync("SELECT summary FROM advisory_usage WHERE org_id = @Org AND id IN @ids", new { Org, ids });
            return Vocabulary.Of(texts);
        }, cancellationToken);
    }
}
