using System.Data.Common;
using System.Text.Json;
using Dapper;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Findings;

/// <summary>Keeps what people decide about findings, with its history, and sees to it that the numbers follow.</summary>
internal sealed class AnalysisStore(IDatabase database, MatchStore match, QueueStore queue, AuditStore audit, IdSource ids, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>Decisions are called by what they are about.</summary>
    public static NamedKind Named { get; } = NamedKind.Of("analysis", viewer => viewer.All ? "SELECT uuid AS id, vulnerability AS name, NULL AS page FROM analysis WHERE org_id = @Org AND uuid IN @ids" : null) with { Called = @"SELECT 'analysis:' || uuid FROM analysis WHERE org_id = @org AND LOWER(vulnerability) LIKE @subject ESCAPE '\'" };

    /// <summary>Stands with the further acts of a change, whose snapshot is with the first; a comment has none.</summary>
    private const string PartOfAChange = "";

    /// <summary>So many versions are counted while the person waits; the rest by a job.</summary>
    private const int CountedAtOnce = 20;

    private const string Subject = """
        a.org_id = @Org AND a.vulnerability = @Vulnerability AND a.component_id = @Component AND COALESCE(a.cv_id, 0) = COALESCE(@ComponentVersion, 0)
        AND COALESCE(a.project_id, 0) = COALESCE(@Project, 0) AND COALESCE(a.pv_id, 0) = COALESCE(@ProjectVersion, 0)
        """;

    private const string Columns = "a.id, a.uuid, a.vulnerability, a.component_id, a.cv_id, a.project_id, a.pv_id, a.state, a.justification, a.response, a.details, a.suppressed, a.changed_at, a.changed_by";

    /// <summary>Needs <c>@Org</c>; the place a decision is for is visible, or the decision is for every place and a visible project has what it is about.</summary>
    private static string Listed(Viewer viewer) => $"""
        FROM analysis a JOIN component k ON k.id = a.component_id LEFT JOIN component_version c ON c.id = a.cv_id LEFT JOIN project_version v ON v.id = a.pv_id
        LEFT JOIN project p ON p.id = COALESCE(a.project_id, v.project_id)
        WHERE a.org_id = @Org AND ((a.project_id IS NULL AND a.pv_id IS NULL{InSight(viewer)}) OR ((a.project_id IS NOT NULL OR a.pv_id IS NOT NULL) AND {viewer.Sees("p.owner_id")}))
        """;

    /// <summary>Of a component that is out of sight, a decision would tell its name, what hits it and what people said.</summary>
    private static string InSight(Viewer viewer) => viewer.All ? "" : $"""
         AND EXISTS (SELECT 1 FROM component_version sc JOIN occurrence so ON so.cv_id = sc.id JOIN project_version sv ON sv.id = so.pv_id JOIN project sp ON sp.id = sv.project_id
            WHERE sc.component_id = a.component_id AND (a.cv_id IS NULL OR sc.id = a.cv_id) AND {viewer.Sees("sp.owner_id")})
        """;

    private static string Row(Viewer viewer) => $"""
        {Columns}, k.name AS component_name, k.group_name, c.version AS component_version, p.uuid AS project_uuid, p.name AS project_name, v.uuid AS version_uuid, v.version AS version_name,
        (SELECT COUNT(*) FROM finding_decision d JOIN project_version e ON e.id = d.pv_id JOIN project q ON q.id = e.project_id WHERE d.analysis_id = a.id AND {viewer.Sees("q.owner_id")}) AS findings,
        (SELECT COUNT(DISTINCT e.project_id) FROM finding_decision d JOIN project_version e ON e.id = d.pv_id JOIN project q ON q.id = e.project_id WHERE d.analysis_id = a.id AND {viewer.Sees("q.owner_id")}) AS projects
        """;

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal)
    {
        ["changed"] = new("a.changed_at", true),
        ["vulnerability"] = new("a.vulnerability"),
        ["component"] = new("LOWER(k.name)"),
        ["state"] = new("a.state"),
        ["project"] = new("COALESCE(LOWER(p.name), '')"),
    };

    /// <summary>Decisions that hold: what was taken back, or only commented on, is asked for as the state <c>not_set</c>. Sorts: <c>changed</c> (default), <c>vulnerability</c>, <c>component</c>, <c>state</c>, <c>project</c>.</summary>
    public Task<Page<AnalysisRow>> ListAsync(Viewer viewer, PageRequest request, string? state, CancellationToken cancellationToken)
    {
        var keyset = Keyset.For(request, Sorts, "changed", "a.id");
        var like = Like.Containing(request.Filter);
        var from = Listed(viewer) + (state is null ? " AND (a.state <> 'not_set' OR a.suppressed = 1)" : state == "suppressed" ? " AND a.suppressed = 1" : " AND a.state = @state")
            + (like is null ? "" : " AND (LOWER(a.vulnerability) LIKE @like ESCAPE '\\' OR LOWER(k.name) LIKE @like ESCAPE '\\' OR LOWER(COALESCE(p.name, '')) LIKE @like ESCAPE '\\')");
        return database.ReadAsync(async connection =>
        {
            var parameters = new { Org, state, like, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>("SELECT COUNT(*) " + from, parameters);
            var rows = await connection.QueryAsync<Found>($"SELECT {Row(viewer)}, {keyset.Expression} AS sort_key {from} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters);
            var page = keyset.Page(rows.AsList(), total, r => (r.SortKey!, r.Id));
            return new Page<AnalysisRow>([.. page.Items.Select(r => r.ToRow())], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    /// <summary>The most acts that are told together with a decision.</summary>
    public const int MostActs = 500;

    /// <param name="from">How many of the newest acts are passed over.</param>
    public Task<AnalysisDetail?> GetAsync(Viewer viewer, Guid uuid, int from, CancellationToken cancellationToken) =>
        GetAsync(viewer, "a.uuid = @uuid", new { Org, uuid }, from, MostActs, cancellationToken);

    /// <param name="withActs">With everything that was said and done about it; else how much that is.</param>
    public Task<AnalysisDetail?> GetAsync(Viewer viewer, AnalysisSubject subject, bool withActs, CancellationToken cancellationToken) => GetAsync(viewer, Subject,
        new { Org, subject.Vulnerability, subject.Component, subject.ComponentVersion, subject.Project, subject.ProjectVersion }, 0, withActs ? int.MaxValue : 0, cancellationToken);

    /// <summary>The decision that holds for a finding in a project version, be it made for that or for more.</summary>
    /// <param name="withActs">With everything that was said and done about it; else how much that is.</param>
    public async Task<AnalysisDetail?> HoldingAsync(Viewer viewer, long projectVersion, long componentVersion, string finding, bool withActs, CancellationToken cancellationToken) => await GetAsync(viewer,
        "a.id = (SELECT d.analysis_id FROM finding_decision d WHERE d.org_id = @Org AND d.pv_id = @projectVersion AND d.cv_id = @componentVersion AND d.finding_id = @finding)",
        new { Org, projectVersion, componentVersion, finding }, 0, withActs ? int.MaxValue : 0, cancellationToken);

    /// <summary>Everything that was said and done about a finding, under whichever decision that reaches it, newest first.</summary>
    public Task<Page<FindingAct>> ActsAsync(FindingColumns finding, int from, int size, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        const string Said = """
            FROM analysis a JOIN analysis_act t ON t.analysis_id = a.id JOIN project_version v ON v.id = @PvId
            WHERE a.org_id = @Org AND a.component_id = @ComponentId AND (a.cv_id IS NULL OR a.cv_id = @CvId) AND (a.pv_id IS NULL OR a.pv_id = v.id) AND (a.project_id IS NULL OR a.project_id = v.project_id)
                AND (a.vulnerability = @Id OR @Ids LIKE '%"' || a.vulnerability || '"%')
            """;
        var parameters = new { Org, finding.PvId, finding.ComponentId, finding.CvId, finding.Id, finding.Ids, from, size };
        var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {Said}", parameters);
        var acts = await connection.QueryAsync<(DateTimeOffset At, string Actor, string Text, string? Snapshot, long? CvId, long? ProjectId, long? PvId)>($"SELECT t.at, t.actor, t.text, t.snapshot, a.cv_id, a.project_id, a.pv_id {Said} ORDER BY t.id DESC LIMIT @size OFFSET @from", parameters);
        return Page<FindingAct>.At([.. acts.Select(t => new FindingAct(new AnalysisAct(t.At, t.Actor, t.Text, t.Snapshot is not null), Reach(t.ProjectId, t.PvId), t.CvId is null))], from, size, total);
    }, cancellationToken);

    /// <summary>Decides, or changes what was decided, or comments.</summary>
    public async Task<Guid> DecideAsync(AnalysisSubject subject, AnalysisChange change, CancellationToken cancellationToken)
    {
        var uuid = await database.WriteAsync(transaction => DecideAsync(transaction, subject, change), cancellationToken: cancellationToken);
        queue.Wake();
        return uuid;
    }

    /// <summary>Many decisions as one act: all of them, or none.</summary>
    public async Task DecideAsync(IReadOnlyList<(AnalysisSubject Subject, AnalysisChange Change)> decisions, CancellationToken cancellationToken)
    {
        await database.WriteAsync(async transaction =>
        {
            foreach (var (subject, change) in decisions) await WriteAsync(transaction, subject, change);
            foreach (var subject in decisions.Select(d => d.Subject).DistinctBy(s => (s.Component, s.ComponentVersion, s.Project, s.ProjectVersion))) await RecountAsync(transaction, subject);
        }, cancellationToken: cancellationToken);
        queue.Wake();
    }

    /// <summary>Takes the last change back; that is a change too, and stands in the history.</summary>
    /// <returns>False when there is nothing to take back.</returns>
    public async Task<bool> UndoAsync(Viewer viewer, Guid uuid, string by, CancellationToken cancellationToken)
    {
        var undone = await database.WriteAsync(async transaction =>
        {
            var row = await transaction.Connection!.QuerySingleOrDefaultAsync<Found>($"SELECT {Row(viewer)} {Listed(viewer)} AND a.uuid = @uuid", new { Org, uuid }, transaction);
            var last = row is null ? null : await transaction.Connection!.QueryFirstOrDefaultAsync<string?>("SELECT snapshot FROM analysis_act WHERE analysis_id = @Id AND snapshot <> '' ORDER BY id DESC LIMIT 1", new { row.Id }, transaction);
            if (row is null || last is null || (row.PvId is null && row.ProjectId is null && !viewer.All)) return false;
            var before = JsonSerializer.Deserialize<Decision>(last)!;
            await WriteAsync(transaction, row.ToSubject(), new AnalysisChange(by)
            {
                State = before.State, Justification = before.Justification ?? "", Response = before.Response ?? "", Details = before.Details ?? "", Suppressed = before.Suppressed,
            });
            await RecountAsync(transaction, row.ToSubject());
            return true;
        }, cancellationToken: cancellationToken);
        queue.Wake();
        return undone;
    }

    /// <summary>Of some decisions, those whose last change <see cref="UndoAsync"/> would take back for this caller.</summary>
    public Task<HashSet<Guid>> UndoableAsync(Viewer viewer, IReadOnlyList<Guid> decisions, CancellationToken cancellationToken) => viewer.IsNothing || decisions.Count == 0 ? Task.FromResult(new HashSet<Guid>()) : database.ReadAsync(async connection =>
        (await connection.QueryAsync<string>($"""
            SELECT a.uuid {Listed(viewer)} AND a.uuid IN @uuids {(viewer.All ? "" : "AND (a.pv_id IS NOT NULL OR a.project_id IS NOT NULL)")} AND EXISTS (SELECT 1 FROM analysis_act t WHERE t.analysis_id = a.id AND t.snapshot IS NOT NULL)
            """, new { Org, uuids = decisions.Select(d => d.ToString()) })).Select(Guid.Parse).ToHashSet(), cancellationToken);

    /// <summary>Gives a version's own decisions to another one.</summary>
    public async Task CopyAsync(DbTransaction transaction, long from, long to)
    {
        foreach (var row in (await transaction.Connection!.QueryAsync<Found>($"SELECT {Columns} FROM analysis a WHERE a.org_id = @Org AND a.pv_id = @from ORDER BY a.id", new { Org, from }, transaction)).AsList())
        {
            var id = await IdSource.NextAsync(transaction, "analysis");
            await transaction.Connection!.ExecuteAsync("""
                INSERT INTO analysis (id, org_id, uuid, vulnerability, component_id, cv_id, project_id, pv_id, state, justification, response, details, suppressed, changed_at, changed_by)
                SELECT @id, org_id, @uuid, vulnerability, component_id, cv_id, project_id, @to, state, justification, response, details, suppressed, changed_at, changed_by FROM analysis WHERE id = @Id0
                """, new { id, uuid = ids.NewUuid(), to, Id0 = row.Id }, transaction);
            foreach (var act in (await transaction.Connection!.QueryAsync<long>("SELECT id FROM analysis_act WHERE analysis_id = @Id ORDER BY id", new { row.Id }, transaction)).AsList())
                await transaction.Connection!.ExecuteAsync("INSERT INTO analysis_act (id, analysis_id, at, actor, text, snapshot) SELECT @next, @id, at, actor, text, snapshot FROM analysis_act WHERE id = @act",
                    new { next = await IdSource.NextAsync(transaction, "analysis_act"), id, act }, transaction);
        }
    }

    /// <summary>The finding that is meant in a project version: by any of its identifiers, in any case.</summary>
    public Task<FindingColumns?> FindingAsync(Viewer viewer, Guid projectVersion, long componentVersion, string vulnerability, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        (await MatchStore.SeenAsync(connection, viewer, await connection.QueryAsync<FindingColumns>($"""
            SELECT {FindingColumns.Select}, o.flags, o.depth, o.pv_id, v.project_id, {FindingColumns.DecisionSelect} FROM occurrence o JOIN project_version v ON v.id = o.pv_id JOIN project p ON p.id = v.project_id
            JOIN finding f ON f.cv_id = o.cv_id JOIN component_version c ON c.id = f.cv_id JOIN component k ON k.id = c.component_id {FindingColumns.DecisionJoin}
            WHERE o.org_id = @Org AND v.uuid = @projectVersion AND o.cv_id = @componentVersion AND {viewer.Sees("p.owner_id")}
            """, new { Org, projectVersion, componentVersion }))).Find(f => f.Id.Equals(vulnerability, StringComparison.OrdinalIgnoreCase) || TypeMaps.FromJson(f.Ids).Contains(vulnerability, StringComparer.OrdinalIgnoreCase)), cancellationToken);

    /// <summary>Project versions whose numbers a decision touches.</summary>
    public Task<IReadOnlyList<long>> TouchedAsync(Guid uuid, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<long>>(async connection =>
        await connection.QuerySingleOrDefaultAsync<Found>($"SELECT {Columns} FROM analysis a WHERE a.uuid = @uuid", new { uuid }) is { } row ? await TouchedAsync(connection, null, row.ToSubject(), int.MaxValue) : [], cancellationToken);

    private Task<AnalysisDetail?> GetAsync(Viewer viewer, string which, object parameters, int from, int most, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var row = await connection.QuerySingleOrDefaultAsync<Found>($"SELECT {Row(viewer)} {Listed(viewer)} AND {which}", parameters);
        if (row is null) return null;
        List<(DateTimeOffset At, string Actor, string Text, string? Snapshot)> acts = most == 0 ? [] : (await connection.QueryAsync<(DateTimeOffset At, string Actor, string Text, string? Snapshot)>("SELECT at, actor, text, snapshot FROM analysis_act WHERE analysis_id = @Id ORDER BY id DESC LIMIT @most OFFSET @from", new { row.Id, from, most })).AsList();
        acts.Reverse();
        var (all, undoable) = await connection.QuerySingleAsync<(long, long)>("SELECT COUNT(*), COUNT(snapshot) FROM analysis_act WHERE analysis_id = @Id", new { row.Id });
        return new AnalysisDetail(row.ToRow(), [.. acts.Select(a => new AnalysisAct(a.At, a.Actor, a.Text, a.Snapshot is not null))], undoable > 0, (int)all);
    }, cancellationToken);

    private async Task<Guid> DecideAsync(DbTransaction transaction, AnalysisSubject subject, AnalysisChange change)
    {
        var (uuid, changed) = await WriteAsync(transaction, subject, change);
        if (changed) await RecountAsync(transaction, subject);
        return uuid;
    }

    private async Task<(Guid Uuid, bool Changed)> WriteAsync(DbTransaction transaction, AnalysisSubject subject, AnalysisChange change)
    {
        var connection = transaction.Connection!;
        var now = time.GetUtcNow();
        var parameters = new { Org, subject.Vulnerability, subject.Component, subject.ComponentVersion, subject.Project, subject.ProjectVersion };
        var row = await connection.QuerySingleOrDefaultAsync<Found>($"SELECT {Columns} FROM analysis a WHERE {Subject}", parameters, transaction);
        if (row is null)
        {
            row = new Found { Id = await IdSource.NextAsync(transaction, "analysis"), Uuid = ids.NewUuid(), State = Decision.NotSet };
            await connection.ExecuteAsync("""
                INSERT INTO analysis (id, org_id, uuid, vulnerability, component_id, cv_id, project_id, pv_id, state, suppressed, changed_at, changed_by)
                VALUES (@Id, @Org, @Uuid, @Vulnerability, @Component, @ComponentVersion, @Project, @ProjectVersion, @State, 0, @now, @By)
                """, new { row.Id, Org, row.Uuid, subject.Vulnerability, subject.Component, subject.ComponentVersion, subject.Project, subject.ProjectVersion, row.State, now, change.By }, transaction);
        }

        var before = row.ToDecision();
        var after = change.Apply(before);
        if (after != before)
        {
            await connection.ExecuteAsync("""
                UPDATE analysis SET state = @State, justification = @Justification, response = @Response, details = @Details, suppressed = @suppressed, changed_at = @now, changed_by = @By WHERE id = @Id
                """, new { after.State, after.Justification, after.Response, after.Details, suppressed = after.Suppressed ? 1L : 0L, now, change.By, row.Id }, transaction);
            var snapshot = JsonSerializer.Serialize(before);
            foreach (var text in Differences(before, after))
            {
                await ActAsync(text, snapshot);
                snapshot = PartOfAChange; // One act of a change can be taken back: that takes back the whole of it.
            }

            await audit.AppendAsync(transaction, AuditEntry.Change(change.By, "finding.analysed", $"analysis:{row.Uuid}", before, after, new { subject, before, after }));
        }

        if (change.Comment is { Length: > 0 } comment)
        {
            await ActAsync(comment, null);
            // What is said with a decision belongs to its record; said alone, it is an act of its own. The words stand with the decision.
            if (after == before) await audit.AppendAsync(transaction, AuditEntry.Change(change.By, "finding.commented", $"analysis:{row.Uuid}", null, comment, new { subject }));
        }

        return (row.Uuid, after != before);

        async Task ActAsync(string text, string? snapshot) => await connection.ExecuteAsync("INSERT INTO analysis_act (id, analysis_id, at, actor, text, snapshot) VALUES (@id, @analysis, @now, @By, @text, @snapshot)",
            new { id = await IdSource.NextAsync(transaction, "analysis_act"), analysis = row.Id, now, change.By, text, snapshot }, transaction);
    }

    private static AnalysisScope Reach(long? project, long? version) => version is not null ? AnalysisScope.Version : project is not null ? AnalysisScope.Project : AnalysisScope.Everywhere;

    private static IEnumerable<string> Differences(Decision before, Decision after)
    {
        if (before.State != after.State) yield return $"Analysis: {Said(before.State)} → {Said(after.State)}";
        if (before.Justification != after.Justification) yield return $"Justification: {Said(before.Justification)} → {Said(after.Justification)}";
        if (before.Response != after.Response) yield return $"Response: {Said(before.Response)} → {Said(after.Response)}";
        if (before.Details != after.Details) yield return $"Details: {after.Details ?? "removed"}";
        if (before.Suppressed != after.Suppressed) yield return after.Suppressed ? "Suppressed" : "No longer suppressed";

        static string Said(string? word) => (word ?? Decision.NotSet).ToUpperInvariant();
    }

    private async Task RecountAsync(DbTransaction transaction, AnalysisSubject subject)
    {
        var connection = transaction.Connection!;
        var touched = await TouchedAsync(connection, transaction, subject, CountedAtOnce + 1);
        if (touched.Count > CountedAtOnce)
        {
            var uuid = await connection.QuerySingleAsync<Guid>($"SELECT a.uuid FROM analysis a WHERE {Subject}", new { Org, subject.Vulnerability, subject.Component, subject.ComponentVersion, subject.Project, subject.ProjectVersion }, transaction);
            await queue.EnqueueAsync(transaction, new JobRequest(AnalysisJob.JobKind, uuid.ToString(), "analysis", uuid.ToString()));
            return;
        }

        foreach (var version in touched) await RecountAsync(transaction, version);
    }

    /// <summary>Makes the numbers of one project version again, and of what its advisories are counted under.</summary>
    public Task RecountAsync(DbTransaction transaction, long version) => match.CountAsync(transaction, version);

    private static async Task<IReadOnlyList<long>> TouchedAsync(DbConnection connection, DbTransaction? transaction, AnalysisSubject subject, int most) => (await connection.QueryAsync<long>($"""
        SELECT DISTINCT b.pv_id FROM component_version c JOIN occurrence b ON b.org_id = @Org AND b.cv_id = c.id JOIN project_version v ON v.id = b.pv_id
        WHERE c.component_id = @Component{(subject.ComponentVersion is null ? "" : " AND c.id = @ComponentVersion")}{(subject.Project is null ? "" : " AND v.project_id = @Project")}
            {(subject.ProjectVersion is null ? "" : " AND v.id = @ProjectVersion")} ORDER BY b.pv_id LIMIT @most
        """, new { Org, subject.Component, subject.ComponentVersion, subject.Project, subject.ProjectVersion, most }, transaction)).AsList();

    private sealed record Found
    {
        public long Id { get; set; }
        public Guid Uuid { get; set; }
        public string Vulnerability { get; set; } = "";
        public long ComponentId { get; set; }
        public long? CvId { get; set; }
        public long? ProjectId { get; set; }
        public long? PvId { get; set; }
        public string State { get; set; } = "";
        public string? Justification { get; set; }
        public string? Response { get; set; }
        public string? Details { get; set; }
        public bool Suppressed { get; set; }
        public DateTimeOffset ChangedAt { get; set; }
        public string ChangedBy { get; set; } = "";
        public string ComponentName { get; set; } = "";
        public string? GroupName { get; set; }
        public string? ComponentVersion { get; set; }
        public Guid? ProjectUuid { get; set; }
        public string? ProjectName { get; set; }
        public Guid? VersionUuid { get; set; }
        public string? VersionName { get; set; }
        public int Findings { get; set; }
        public int Projects { get; set; }
        public object? SortKey { get; set; }

        public Decision ToDecision() => new(State, Justification, Response, Details, Suppressed);

        public AnalysisSubject ToSubject() => new(Vulnerability, ComponentId, CvId, ProjectId, PvId);

        public AnalysisRow ToRow() => new(Uuid, Vulnerability, ComponentId, CvId, ComponentName, GroupName, ComponentVersion, Reach(ProjectId, PvId),
            ProjectUuid, ProjectName, VersionUuid, string.IsNullOrEmpty(VersionName) ? null : VersionName, ToDecision(), ChangedAt, ChangedBy, Findings, Projects);
    }
}
