using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Curations;

/// <summary>Decisions, to read: those about components, texts and words that somebody has in sight.</summary>
internal sealed class CurationListStore(IDatabase database)
{
    private const long Org = Organisation.Home;

    /// <summary>Precedents are shown beside a decision to be made; nobody reads more.</summary>
    private const int MostPrecedents = 20;

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal)
    {
        ["created"] = new("r.created_at", true),
        ["subject"] = new("LOWER(COALESCE(r.identity, r.said, r.sha256, ''))"),
        ["licence"] = new("LOWER(r.expression)"),
        ["until"] = new("COALESCE(r.valid_until, 9000000000000000)"),
    };

    /// <summary>Sorts: <c>created</c> (default), <c>subject</c>, <c>licence</c>, <c>until</c>.</summary>
    public Task<Page<CurationLine>> ListAsync(Viewer viewer, CurationFilter filter, PageRequest request, CancellationToken cancellationToken)
    {
        var keyset = Keyset.For(request, Sorts, "created", "r.id");
        var like = Like.Containing(request.Filter);
        var from = $"FROM curation r WHERE r.org_id = @Org AND {InSight(viewer)}{(filter.Every ? "" : " AND r.state = @state")}{(filter.Identity is null ? "" : " AND r.identity = @Identity")}"
            + (like is null ? "" : @" AND (LOWER(COALESCE(r.identity, '')) LIKE @like ESCAPE '\' OR LOWER(COALESCE(r.said, '')) LIKE @like ESCAPE '\' OR LOWER(r.expression) LIKE @like ESCAPE '\' OR LOWER(COALESCE(r.note, '')) LIKE @like ESCAPE '\')");
        return database.ReadAsync(async connection =>
        {
            var parameters = new { Org, state = (long)(filter.State ?? CurationState.Active), filter.Identity, like, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>("SELECT COUNT(*) " + from, parameters);
            var rows = (await connection.QueryAsync<Row>($"SELECT {Columns(viewer)}, {keyset.Expression} AS sort_key {from} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters)).AsList();
            var page = keyset.Page(rows, total, r => (r.SortKey!, r.Id));
            return new Page<CurationLine>([.. page.Items.Select(r => r.ToLine())], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    public Task<CurationLine?> GetAsync(Viewer viewer, Guid uuid, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns(viewer)} FROM curation r WHERE r.org_id = @Org AND r.uuid = @uuid AND {InSight(viewer)}", new { Org, uuid }))?.ToLine(), cancellationToken);

    /// <summary>What was decided before about exactly the same, newest first, the decision itself included.</summary>
    public Task<IReadOnlyList<CurationLine>> HistoryAsync(Viewer viewer, CurationLine of, CancellationToken cancellationToken) => OfAsync(viewer, """
        r.scope = @scope AND COALESCE(r.identity, '') = COALESCE(@Identity, '') AND COALESCE(r.version, '') = COALESCE(@Version, '') AND COALESCE(r.range, '') = COALESCE(@Range, '') AND COALESCE(r.sha256, '') = COALESCE(@Sha256, '')
            AND COALESCE(r.said, '') = COALESCE(@Said, '')
        """, new { Org, scope = (long)of.Scope, of.Identity, of.Version, of.Range, of.Sha256, of.Said }, cancellationToken);

    /// <summary>What was decided about a component, about the texts that a version of it comes with, and about the words that it declares.</summary>
    public async Task<IReadOnlyList<CurationLine>> PrecedentsAsync(Viewer viewer, LicensedComponent it, CancellationToken cancellationToken)
    {
        var texts = it.Texts.Select(t => t.Sha256).Append("").ToList();
        return await OfAsync(viewer, """
            (r.identity = (SELECT k.identity FROM component k WHERE k.id = @ComponentId) OR r.sha256 IN @texts OR r.text_then IN @texts OR r.said = (SELECT c.licences FROM component_version c WHERE c.id = @ComponentVersionId AND c.licences <> '[]')
                OR r.declared_then = (SELECT c.licences FROM component_version c WHERE c.id = @ComponentVersionId AND c.licences <> '[]'))
            """, new { Org, it.ComponentId, it.ComponentVersionId, texts }, cancellationToken);
    }

    /// <summary>All that hold, for a file that others read.</summary>
    public async Task<IReadOnlyList<CurationLine>> AllAsync(Viewer viewer, int most, CancellationToken cancellationToken) => await database.ReadAsync<IReadOnlyList<CurationLine>>(async connection =>
        [.. (await connection.QueryAsync<Row>($"SELECT {Columns(viewer)} FROM curation r WHERE r.org_id = @Org AND r.state = 0 AND {InSight(viewer)} ORDER BY r.identity, r.id LIMIT {most}", new { Org })).Select(r => r.ToLine())], cancellationToken);

    private Task<IReadOnlyList<CurationLine>> OfAsync(Viewer viewer, string where, object parameters, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<CurationLine>>(async connection =>
        [.. (await connection.QueryAsync<Row>($"SELECT {Columns(viewer)} FROM curation r WHERE r.org_id = @Org AND {where} AND {InSight(viewer)} ORDER BY CASE WHEN r.state = 0 THEN 0 ELSE 1 END, r.id DESC LIMIT {MostPrecedents}", parameters)).Select(r => r.ToLine())], cancellationToken);

    private static string Columns(Viewer viewer) => $"""
        r.*, (SELECT MIN(k.id) FROM component k WHERE k.identity = r.identity) AS component_id,
            (SELECT COUNT(*) FROM component_licence l WHERE l.curation = r.uuid AND l.concluded_by = 3 AND {LicenceStore.Uses(viewer, "l.cv_id")}) AS holds
        """;

    /// <summary>A decision about what is out of sight would tell its name.</summary>
    private static string InSight(Viewer viewer) => viewer.All ? "1=1" : $"""
        (EXISTS (SELECT 1 FROM component k JOIN component_version c ON c.component_id = k.id WHERE k.identity = r.identity AND {LicenceStore.Uses(viewer, "c.id")})
            OR (r.sha256 IS NOT NULL AND EXISTS (SELECT 1 FROM component_text t WHERE t.sha256 = r.sha256 AND {LicenceStore.Uses(viewer, "t.cv_id")}))
            OR (r.said IS NOT NULL AND EXISTS (SELECT 1 FROM component_version c WHERE SUBSTR(c.licences, 1, 200) = SUBSTR(r.said, 1, 200) AND c.licences <> '[]' AND c.licences = r.said AND {LicenceStore.Uses(viewer, "c.id")})))
        """;

    private sealed class Row : CurationRow
    {
        public long? ComponentId { get; set; }
        public int Holds { get; set; }
        public object? SortKey { get; set; }

        public CurationLine ToLine() => new(Uuid, (CurationScope)Scope, Identity, ComponentId, CurationStore.Shown(new CurationSubject((CurationScope)Scope, Identity, Version, Range, Sha256, Said)), Version, Range, Sha256, Said, Expression, Reason, Note,
            TypeMaps.FromJson(Evidence), CreatedAt, CreatedBy, ValidUntil, (CurationState)State, EndedAt, EndedBy, ReplacedBy, DeclaredThen, FoundThen, TextThen, VersionThen, Origin, Holds, ToConfirmed());
    }
}
