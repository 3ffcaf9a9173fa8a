using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Projects;

/// <summary>What of a version its copy is to have.</summary>
/// <param name="Version">The name of the copy.</param>
/// <param name="Components">What is in it, with the document that says so.</param>
/// <param name="Dependencies">How that hangs together.</param>
/// <param name="Decisions">What was decided about findings of this version alone; what was decided for the project holds for the copy anyway.</param>
internal sealed record CloneWish(string Version, string By, bool Tags, bool Properties, bool Components, bool Dependencies, bool Decisions, bool Latest);

/// <summary>Copies project versions within their project. Whose the project is stays as it is, for owners belong to projects.</summary>
internal sealed class ProjectCloneStore(ProjectWriteStore projects, FindingsModule findings, AnalysesModule analyses, AuditStore audit, IdSource ids)
{
    private const long Org = Organisation.Home;

    /// <summary>Makes a copy of a version in the same project.</summary>
    /// <returns>Its id.</returns>
    public async Task<long> CloneAsync(DbTransaction transaction, long version, CloneWish wish)
    {
        var connection = transaction.Connection!;
        var from = await connection.QuerySingleAsync<Source>("""
            SELECT v.uuid, v.project_id, p.name, v.version, v.parent_id, v.extra, v.last_upload_id FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.id = @version
            """, new { version }, transaction);
        var tags = wish.Tags ? (await connection.QueryAsync<string>("SELECT tag FROM project_tag WHERE version_id = @version", new { version }, transaction)).AsList() : null;
        var id = await projects.CreateAsync(transaction, new NewProjectVersion(from.Name, wish.Version, wish.By) { ParentId = from.ParentId, Tags = tags });
        var made = await ProjectWriteStore.StateAsync(transaction, id);
        await connection.ExecuteAsync("""
            UPDATE project_version SET group_name = s.group_name, description = s.description, publisher = s.publisher, classifier = s.classifier, purl = s.purl, cpe = s.cpe, swid_tag_id = s.swid_tag_id, extra = @extra
            FROM project_version s WHERE project_version.id = @id AND s.id = @version
            """, new { id, version, extra = wish.Properties ? from.Extra : WithoutProperties(from.Extra) }, transaction);
        if (wish.Components) await CopyContentAsync(transaction, version, id, from, wish);
        if (wish.Decisions) await analyses.CopyAsync(transaction, version, id);
        if (wish.Latest) await connection.ExecuteAsync("UPDATE project_version SET is_latest = CASE WHEN id = @id THEN 1 ELSE 0 END WHERE project_id = @ProjectId", new { id, from.ProjectId }, transaction);
        await ProjectWriteStore.ChooseLatestAsync(transaction, from.ProjectId);
        await findings.CountAsync(transaction, id);
        var copy = await connection.QuerySingleAsync<string>("SELECT uuid FROM project_version WHERE id = @id", new { id }, transaction);
        await audit.AppendAsync(transaction, AuditEntry.Change(wish.By, "project-version.cloned", $"project-version:{copy}", made, await ProjectWriteStore.StateAsync(transaction, id),
            new { from = $"{from.Name} {from.Version}".TrimEnd(), source = from.Uuid, wish.Tags, wish.Properties, wish.Components, wish.Dependencies, wish.Decisions, wish.Latest }));
        return id;
    }

    private async Task CopyContentAsync(DbTransaction transaction, long from, long to, Source source, CloneWish wish)
    {
        var connection = transaction.Connection!;
        // Where the dependencies are left behind, nobody knows any more how a component gets there.
        await connection.ExecuteAsync($"""
            INSERT INTO occurrence (org_id, pv_id, cv_id, flags, depth) SELECT org_id, @to, cv_id, {(wish.Dependencies ? "flags, depth" : "flags & 3, -1")} FROM occurrence WHERE org_id = @Org AND pv_id = @from;
            INSERT INTO occurrence_place (org_id, pv_id, cv_id, places) SELECT org_id, @to, cv_id, places FROM occurrence_place WHERE org_id = @Org AND pv_id = @from;
            """, new { Org, from, to }, transaction);
        if (source.LastUploadId is not { } upload) return;
        var copy = await IdSource.NextAsync(transaction, "upload");
        await connection.ExecuteAsync("""
            INSERT INTO upload (id, org_id, token, pv_id, received_at, stage, format, spec_version, serialization, bytes, sha256, components, dependencies, state, tool, uploaded_by)
            SELECT @copy, org_id, @token, @to, received_at, stage, format, spec_version, serialization, bytes, sha256, components, dependencies, 'done', tool, uploaded_by FROM upload WHERE id = @upload;
            UPDATE project_version SET last_upload_id = @copy, last_upload_at = s.last_upload_at, last_format = s.last_format FROM project_version s WHERE project_version.id = @to AND s.id = @from;
            """, new { copy, token = ids.NewUuid(), from, to, upload }, transaction);
        if (wish.Dependencies) await connection.ExecuteAsync("INSERT INTO upload_graph (upload_id, org_id, graph, nodes) SELECT @copy, org_id, graph, nodes FROM upload_graph WHERE upload_id = @upload", new { copy, upload }, transaction);
    }

    private static string? WithoutProperties(string? extra)
    {
        if (extra is null || JsonNode.Parse(extra) is not JsonObject json) return extra;
        json.Remove("properties");
        return json.Count == 0 ? null : json.ToJsonString();
    }

    private sealed record Source
    {
        public Guid Uuid { get; set; }
        public long ProjectId { get; set; }
        public string Name { get; set; } = "";
        public string Version { get; set; } = "";
        public long? ParentId { get; set; }
        public string? Extra { get; set; }
        public long? LastUploadId { get; set; }
    }
}
