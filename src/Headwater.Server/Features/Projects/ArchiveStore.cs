using System.Text.Json;
using Dapper;
using Headwater.Core.Sboms;
using Headwater.Core.Sboms.Quality;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Projects;

/// <summary>Every document that was ever taken, as it came: to find, to fetch, to judge and to write in another form.</summary>
internal sealed class ArchiveStore(IDatabase database, BlobFolder blobs, DataFolder data, IdSource ids)
{
    /// <summary>Larger documents are not put into another form here, because that takes the whole of one in memory; the command line does it.</summary>
    public const long LargestExport = 64L * 1024 * 1024;

    private const long Org = Organisation.Home;
    private readonly SemaphoreSlim _exports = new(2);

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal)
    {
        ["received"] = new("u.received_at", true),
        ["project"] = new("LOWER(p.name)"),
        ["components"] = new("u.components", true),
        ["size"] = new("u.bytes", true),
        ["ntia"] = new("COALESCE(u.quality_ntia, -1)", true),
        ["bsi"] = new("COALESCE(u.quality_bsi, -1)", true),
    };

    /// <summary>Sorts: <c>received</c> (default), <c>project</c>, <c>components</c>, <c>size</c>, <c>ntia</c>, <c>bsi</c>. The filter finds project names, tools, uploaders and the beginning of a hash.</summary>
    public Task<Page<UploadRow>> ListAsync(Viewer viewer, PageRequest request, ArchiveFilter filter, CancellationToken cancellationToken = default)
    {
        var keyset = Keyset.For(request, Sorts, "received", "u.id");
        var like = Like.Containing(request.Filter);
        var hash = request.Filter?.Trim() is { Length: >= 6 } text && text.All(char.IsAsciiHexDigit) ? text.ToLowerInvariant() + "%" : null;
        var ofStage = filter.Stage switch { null => "", ProjectWord.None => " AND u.stage IS NULL", _ => " AND u.stage = @Stage" };
        // Those of one version or project are few, and are where any engine begins by itself.
        var one = (filter.Version is null ? "" : " AND v.uuid = @Version") + (filter.Project is null ? "" : " AND p.uuid = @Project");
        // What one version had before is only asked where its documents stand below each other.
        var previous = filter.Version is null ? "" : ", (SELECT b.token FROM upload b WHERE b.org_id = @Org AND b.pv_id = u.pv_id AND b.id < u.id ORDER BY b.id DESC LIMIT 1) AS previous";
        // Who sees all and looks for nothing needs no project to know which documents come next: an index on each order does. By the name of the project, projects are walked in that order.
        var whole = viewer.All && like is null && one.Length == 0;
        var byName = keyset.Expression.Contains("p.", StringComparison.Ordinal);
        var join = one.Length == 0 && (byName || !viewer.All) ? "CROSS JOIN" : ",";
        string From(string tables) => whole && !byName ? $"FROM upload u WHERE u.org_id = @Org{ofStage}"
            : $"FROM {tables} WHERE p.org_id = @Org AND v.project_id = p.id AND u.org_id = @Org AND u.pv_id = v.id AND {viewer.Sees("p.owner_id")}"
            + (like is null ? "" : " AND (LOWER(p.name) LIKE @like ESCAPE '\\' OR LOWER(COALESCE(u.tool, '')) LIKE @like ESCAPE '\\' OR LOWER(u.uploaded_by) LIKE @like ESCAPE '\\'" + (hash is null ? "" : " OR u.sha256 LIKE @hash") + ")") + ofStage + one;
        var fromProjects = From($"project p {join} project_version v {join} upload u");
        return database.ReadAsync(async connection =>
        {
            var parameters = new { Org, like, hash, filter.Stage, filter.Version, filter.Project, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>("SELECT COUNT(*) " + (whole ? $"FROM upload u WHERE u.org_id = @Org{ofStage}" : fromProjects), parameters);
            var from = fromProjects;
            if (!viewer.All && !byName && one.Length == 0 && total > 0)
            {
                // Who sees most of it is quicker along the index of the order, who sees little from his own projects.
                var all = await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM upload u WHERE u.org_id = @Org", parameters);
                if (ProjectsUsing.WalksSooner(keyset.Skip + keyset.Take, all, total)) from = From("upload u CROSS JOIN project_version v CROSS JOIN project p");
            }

            var rows = await connection.QueryAsync<ContentStore.UploadColumns>($"""
                SELECT {ContentStore.UploadSelect}{previous}, s.sort_key
                FROM (SELECT u.id, {keyset.Expression} AS sort_key {from} AND {keyset.Where} AND {keyset.Bound} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip) s
                JOIN upload u ON u.id = s.id JOIN project_version v ON v.id = u.pv_id JOIN project p ON p.id = v.project_id ORDER BY s.sort_key {keyset.Direction}, s.id {keyset.Direction}
                """, parameters);
            var page = keyset.Page(rows.AsList(), total, r => (r.SortKey!, r.Id));
            return new Page<UploadRow>([.. page.Items.Select(r => r.ToRow())], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    /// <summary>A document with what the standards say of it; null when there is none in sight.</summary>
    public async Task<ArchivedDocument?> GetAsync(Viewer viewer, Guid token, CancellationToken cancellationToken = default)
    {
        var (row, json, components) = await database.ReadAsync(async connection =>
        {
            var row = (await ContentStore.UploadsAsync(connection, viewer, "u.token = @token", new { token }, 1)).FirstOrDefault();
            if (row is null) return ((UploadRow?)null, (string?)null, (int?)null);
            var graph = await GraphStore.OfUploadAsync(connection, row.Id);
            return ((UploadRow?)row, await connection.QuerySingleAsync<string?>("SELECT quality FROM upload WHERE id = @Id", new { row.Id }), graph?.Nodes.Where(n => n > 0).Distinct().Count());
        }, cancellationToken);
        if (row is null) return null;
        var quality = json is not null ? JsonSerializer.Deserialize<SbomQuality>(json, JsonSerializerOptions.Web) : await JudgeAsync(row, cancellationToken);
        return new ArchivedDocument(row, quality, components);
    }

    /// <summary>The document as it came; null when its file is gone.</summary>
    public async Task<FileStream?> OpenAsync(UploadRow row, CancellationToken cancellationToken)
    {
        try
        {
            return await blobs.OpenAsync(row.Sha256, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The document in another form, in a file that goes when it is closed, and what that form cannot say. Null when its file is gone.</summary>
    public async Task<(FileStream Document, IReadOnlyList<SbomError> Losses)?> ExportAsync(UploadRow row, string target, CancellationToken cancellationToken)
    {
        await _exports.WaitAsync(cancellationToken);
        try
        {
            if (await OpenAsync(row, cancellationToken) is not { } blob) return null;
            return await Task.Run(() => Export(blob, target, cancellationToken), cancellationToken);
        }
        finally
        {
            _exports.Release();
        }
    }

    private (FileStream, IReadOnlyList<SbomError>) Export(FileStream blob, string target, CancellationToken cancellationToken)
    {
        SbomDocument document;
        using (blob) SbomDocument.Read(blob, out document, new SbomReadOptions { Validate = false }, cancellationToken);
        var path = Path.Combine(Directory.CreateDirectory(data.File("spool")).FullName, ids.NewUuid().ToString("N"));
        var output = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 128 * 1024, FileOptions.DeleteOnClose);
        try
        {
            var losses = SbomWriter.Write(document, target, output);
            output.Position = 0;
            return (output, losses);
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    private async Task<SbomQuality?> JudgeAsync(UploadRow row, CancellationToken cancellationToken)
    {
        if (await OpenAsync(row, cancellationToken) is not { } blob) return null;
        await using (blob)
            return await Task.Run(() => QualityCheck.Read(blob, out var quality, new SbomReadOptions { Validate = false }, cancellationToken).Valid ? quality : null, cancellationToken);
    }
}

/// <summary>Which documents are asked for.</summary>
/// <param name="Stage">Of this stage; <c>none</c> for those that name none.</param>
/// <param name="Version">Of this version of a project.</param>
/// <param name="Project">Of any version of this project.</param>
internal readonly record struct ArchiveFilter(string? Stage = null, Guid? Version = null, Guid? Project = null);

/// <summary>A document of the archive.</summary>
/// <param name="Quality">Null when the document cannot be read any more.</param>
/// <param name="Components">How many components its entries are; null until it is analysed.</param>
internal sealed record ArchivedDocument(UploadRow Upload, SbomQuality? Quality, int? Components);
