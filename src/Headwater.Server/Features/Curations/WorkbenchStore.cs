using Headwater.Core.Licences.Identification;
using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Curations;

/// <summary>
/// What waits for a decision, by how many projects it holds up. Only what is in use waits: how often each component version is used is kept, and what a part of the organisation uses is in memory.
/// </summary>
internal sealed class WorkbenchStore(IDatabase database, FindingsModule findings, DeclaredReader reader)
{
    private const long Org = Organisation.Home;

    /// <summary>The queue, what holds up most projects first.</summary>
    public async Task<Page<QueueGroup>> ListAsync(Viewer viewer, QueueFilter filter, PageRequest request, CancellationToken cancellationToken)
    {
        var groups = await GroupsAsync(viewer, filter, cancellationToken);
        var page = Page<Group>.Of(groups, request.InOwnOrder());
        return new Page<QueueGroup>(await ShowAsync(filter, page.Items, cancellationToken), page.Total, page.Next, page.Previous);
    }

    /// <summary>The component version to be looked at in a place of the queue; null behind its end.</summary>
    public async Task<long?> AtAsync(Viewer viewer, QueueFilter filter, int place, CancellationToken cancellationToken)
    {
        var groups = await GroupsAsync(viewer, filter, cancellationToken);
        return place < 0 || place >= groups.Count ? null : groups[place].Sample;
    }

    /// <summary>How many component versions wait.</summary>
    public async Task<QueueCount> CountAsync(Viewer viewer, CancellationToken cancellationToken)
    {
        var part = viewer.All ? null : await findings.PartAsync(viewer, cancellationToken);
        var rows = await database.ReadAsync(async connection => part is null
            ? (await connection.QueryAsync<(long Reason, long Count)>("SELECT l.reason, COUNT(*) FROM component_licence l JOIN version_usage u ON u.org_id = @Org AND u.cv_id = l.cv_id AND u.projects > 0 WHERE l.reason > 0 GROUP BY l.reason", new { Org })).ToDictionary(r => (LicenceReason)r.Reason, r => (int)r.Count)
            : (await connection.QueryAsync<(long Id, long Reason)>("SELECT cv_id, reason FROM component_licence WHERE reason > 0")).Where(r => part.Uses(r.Id)).CountBy(r => (LicenceReason)r.Reason).ToDictionary(r => r.Key, r => r.Value), cancellationToken);
        return new QueueCount(rows.Values.Sum(), rows);
    }

    /// <summary>What a person may conclude with one key, the likeliest first.</summary>
    public IReadOnlyList<Proposal> Proposals(LicensedComponent it, IReadOnlyList<CurationLine> precedent)
    {
        var proposals = new List<Proposal>();
        var (found, declared) = (reader.Parse(it.Licence?.Found), reader.Parse(it.Licence?.Declared));
        if (it.Licence?.Reason is LicenceReason.Relicensed or LicenceReason.Expired) Of(it.Licence.Curation);
        if (found is not null) Add(found.ToString(), "proposal.found");
        if (declared is not null && !declared.Terms.Any(StatedLicence.IsVague)) Add(declared.ToString(), "proposal.declared");
        if (it.Licence?.Registry is { } word && reader.Read(TypeMaps.ToJson(word.Said), []) is { Problem: LicenceReason.None, Text: { } theirs }) Add(theirs, "proposal.registry");
        if (found is not null && declared is not null && !declared.Terms.Any(StatedLicence.IsVague)) Add(Core.Licences.Expressions.LicenceExpression.All(declared, found).ToString(), "proposal.both");
        foreach (var line in precedent.Where(p => p.State == CurationState.Active).Concat(precedent)) Add(line.Expression, "proposal.precedent");
        foreach (var text in it.Texts.Where(t => t.Expression is not null)) Add(text.Expression!, "proposal.text");
        // Where nothing is declared and there is no text, nobody knows that there is no licence: that takes more than one key.
        if (proposals.Count > 0) Add("NONE", "proposal.none");
        return [.. proposals.Take(9)];

        void Of(Guid? uuid)
        {
            if (precedent.FirstOrDefault(p => p.Uuid == uuid) is { } line) Add(line.Expression, "proposal.before");
        }

        void Add(string expression, string source)
        {
            if (!proposals.Exists(p => p.Expression == expression)) proposals.Add(new Proposal(expression, source));
        }
    }

    private async Task<List<Group>> GroupsAsync(Viewer viewer, QueueFilter filter, CancellationToken cancellationToken)
    {
        var part = viewer.All ? null : await findings.PartAsync(viewer, cancellationToken);
        var like = Like.Containing(filter.Words);
        var key = filter.By switch { QueueBy.Text => "t.sha256", QueueBy.Declared => "c.licences", _ => "CAST(c.component_id AS TEXT)" };
        var sql = $"""
            SELECT {key} AS key, l.cv_id, c.component_id, l.reason, {(part is null ? "u.projects" : "0 AS projects")}
            FROM component_licence l JOIN component_version c ON c.id = l.cv_id{(like is null ? "" : " JOIN component k ON k.id = c.component_id")}
            {(filter.By == QueueBy.Text ? "JOIN component_text t ON t.cv_id = l.cv_id AND t.kind IN (0, 3)" : "")} {(part is null ? "JOIN version_usage u ON u.org_id = @Org AND u.cv_id = l.cv_id AND u.projects > 0" : "")}
            WHERE l.reason > 0{(filter.Reason is null ? "" : " AND l.reason = @reason")}{(filter.By == QueueBy.Declared ? " AND c.licences <> '[]'" : "")}
            {(like is null ? "" : @" AND (LOWER(k.name) LIKE @like ESCAPE '\' OR LOWER(k.identity) LIKE @like ESCAPE '\' OR LOWER(l.terms) LIKE @like ESCAPE '\')")}
            """;
        var rows = await database.ReadAsync(connection => connection.QueryAsync<Waiting>(sql, new { Org, reason = (long?)filter.Reason, like }), cancellationToken);
        var groups = new Dictionary<string, Group>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (part is not null && !part.Uses(row.CvId)) continue;
            if (!groups.TryGetValue(row.Key, out var group)) groups[row.Key] = group = new Group(row.Key);
            // What a part uses is counted by component and not by version; then one of its versions stands for all.
            group.Add(row, part is null ? row.Projects : part.Components.GetValueOrDefault(row.ComponentId)?.Projects ?? 0, part is not null);
        }

        return [.. groups.Values.OrderByDescending(g => g.Projects).ThenByDescending(g => g.Versions).ThenBy(g => g.Sample)];
    }

    private Task<IReadOnlyList<QueueGroup>> ShowAsync(QueueFilter filter, IReadOnlyList<Group> groups, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<QueueGroup>>(async connection =>
    {
        if (groups.Count == 0) return [];
        var rows = (await connection.QueryAsync<Shown>("""
            SELECT c.id, k.type, k.group_name, k.name, c.version, c.licences, l.declared, l.found FROM component_version c JOIN component k ON k.id = c.component_id JOIN component_licence l ON l.cv_id = c.id WHERE c.id IN @of
            """, new { of = groups.Select(g => g.Sample).ToList() })).ToDictionary(r => r.Id);
        return [.. groups.Where(g => rows.ContainsKey(g.Sample)).Select(g =>
        {
            var it = rows[g.Sample];
            var said = string.Join(", ", TypeMaps.FromJson(it.Licences));
            var shown = filter.By == QueueBy.Declared ? said : string.IsNullOrEmpty(it.GroupName) ? it.Name : $"{it.GroupName}/{it.Name}";
            return new QueueGroup(g.Sample, shown, it.Type, it.Version, it.Declared ?? (said.Length == 0 ? null : said), it.Found, g.Versions, g.Projects, g.Reason);
        })];
    }, cancellationToken);

    private sealed class Waiting
    {
        public string Key { get; set; } = "";
        public long CvId { get; set; }
        public long ComponentId { get; set; }
        public int Reason { get; set; }
        public int Projects { get; set; }
    }

    private sealed class Shown
    {
        public long Id { get; set; }
        public string? Type { get; set; }
        public string? GroupName { get; set; }
        public string Name { get; set; } = "";
        public string? Version { get; set; }
        public string Licences { get; set; } = "";
        public string? Declared { get; set; }
        public string? Found { get; set; }
    }

    private sealed class Group(string key)
    {
        private readonly HashSet<long> _components = [];
        private int _most = -1;

        public string Key => key;

        public long Sample { get; private set; }

        public int Versions { get; private set; }

        public int Projects { get; private set; }

        public LicenceReason Reason { get; private set; }

        public void Add(Waiting row, int projects, bool ofComponent)
        {
            Versions++;
            if (!ofComponent || _components.Add(row.ComponentId)) Projects += projects;
            if ((LicenceReason)row.Reason > Reason) Reason = (LicenceReason)row.Reason;
            if (projects < _most || (projects == _most && row.CvId < Sample)) return;
            (_most, Sample) = (projects, row.CvId);
        }
    }
}
