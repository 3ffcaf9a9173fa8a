using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Search;

/// <summary>The words that what somebody may see is named by: owners, projects, components, and what the advisories that hit them are called; for who may see them, people.</summary>
internal sealed class SearchWordStore(IDatabase database, FindingsModule findings, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>So many words are remembered, a hundred bytes each; above, the vocabulary that was not asked for the longest is forgotten.</summary>
    private const int MostWords = 600_000;

    /// <summary>What was read more quickly than this is not remembered; nothing is for longer than a minute, for a name is changed without a document.</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(80), Longest = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>A vocabulary of one's own: a word that stands only out of sight is not even known there. It holds what was uploaded a moment ago.</summary>
    /// <param name="withPeople">Whether the caller may see people.</param>
    public async Task<Vocabulary> GetAsync(Viewer viewer, Viewer findingsSeen, bool withPeople, CancellationToken cancellationToken)
    {
        var (key, generation) = ($"{viewer.Key} {findingsSeen.Key} {withPeople}", await findings.GenerationAsync(cancellationToken));
        lock (_lock)
        {
            Forget(MostWords);
            if (_entries.TryGetValue(key, out var known) && known.Generation == generation)
            {
                known.Asked = time.GetTimestamp();
                return known.Words;
            }
        }

        var start = time.GetTimestamp();
        var words = await ReadAsync(viewer, findingsSeen, withPeople, cancellationToken);
        if (time.GetElapsedTime(start) < Quick) return words;
        lock (_lock)
        {
            _entries.Remove(key);
            Forget(MostWords - words.Count);
            _entries[key] = new Entry(words, generation, start) { Asked = start };
        }

        return words;
    }

    /// <summary>Forgets what is old, and of the rest as much as stands above a number of words. To be called under the lock.</summary>
    private void Forget(int most)
    {
        foreach (var (key, entry) in _entries.ToList())
            if (time.GetElapsedTime(entry.Made) > Longest) _entries.Remove(key);
        var words = _entries.Values.Sum(e => e.Words.Count);
        foreach (var (key, entry) in _entries.OrderBy(e => e.Value.Asked).ToList())
        {
            if (words <= most) return;
            _entries.Remove(key);
            words -= entry.Words.Count;
        }
    }

    private async Task<Vocabulary> ReadAsync(Viewer viewer, Viewer findingsSeen, bool withPeople, CancellationToken cancellationToken)
    {
        if (viewer.IsNothing && !withPeople) return Vocabulary.Of([]);
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
            if (withPeople) await AddAsync("SELECT name, title, email FROM user_account WHERE org_id = @Org", new { Org });
            await AddAsync($"SELECT name FROM project WHERE org_id = @Org AND {viewer.Sees("owner_id")}", new { Org });
            if (part is null) await AddAsync("SELECT k.name, k.group_name FROM component_usage u JOIN component k ON k.id = u.component_id WHERE u.org_id = @Org", new { Org });
            foreach (var ids in part?.Components.Keys.Chunk(2000) ?? []) await AddAsync($"SELECT name, group_name FROM component WHERE id IN ({string.Join(',', ids)})");
            if (findingsSeen.All) await AddAsync("SELECT summary FROM advisory_usage WHERE org_id = @Org", new { Org });
            foreach (var ids in hit?.Advisories.Keys.Chunk(500) ?? []) await AddAsync("SELECT summary FROM advisory_usage WHERE org_id = @Org AND id IN @ids", new { Org, ids });
            return Vocabulary.Of(texts);
        }, cancellationToken);
    }

    private sealed class Entry(Vocabulary words, (long Places, long Content) generation, long made)
    {
        public Vocabulary Words => words;
        public (long Places, long Content) Generation => generation;
        public long Made => made;
        public long Asked;
    }
}
