using Dapper;
using Microsoft.Data.Sqlite;

namespace Headwater.Server.Platform.Data.Sqlite;

/// <summary>
/// What the query planner is told about the tables, written once instead of measured: rows in all, then rows for each longer prefix of the
/// index. Without it the planner takes the organisation, which leads every key, for a good filter, and reads whole tables; measured on an
/// empty database it would be wrong as well. Plans stay the same from the first row to the last.
/// </summary>
internal static class PlannerStatistics
{
    private static readonly (string Table, string Index, string Rows)[] All =
    [
        ("occurrence", "occurrence", "20000000 20000000 200 1"),
        ("occurrence", "occurrence_component", "20000000 100 1 1"),
        ("component", "sqlite_autoindex_component_1", "300000 1"),
        ("component_version", "sqlite_autoindex_component_version_1", "1000000 1"),
        ("component_version", "component_version_component", "1000000 4"),
        ("component_hash", "component_hash", "3000000 2 1"),
        ("component_usage", "component_usage", "300000 300000 1"),
        ("component_usage", "component_usage_risk", "300000 300000 1000 1"),
        ("component_usage", "component_usage_projects", "300000 300000 1000 1"),
        ("component_usage", "component_usage_versions", "300000 300000 10000 1"),
        ("component_usage", "component_usage_findings", "300000 300000 10000 1"),
        ("component", "component_by_name", "300000 2 1"),
        ("advisory_usage", "advisory_usage", "20000 20000 1"),
        ("advisory_usage", "advisory_usage_risk", "20000 20000 10 1"),
        ("finding", "finding", "300000 5 1"),
        ("finding", "finding_by_id", "300000 15 1"),
        ("project", "sqlite_autoindex_project_1", "100000 1"),
        ("project", "sqlite_autoindex_project_2", "100000 100000 1"),
        ("project", "project_by_owner", "100000 100000 50 50 1"),
        ("project", "project_by_name", "100000 100000 1 1 1 1"),
        ("project", "project_by_risk", "100000 100000 100 1 1 1"),
        ("project", "project_by_findings", "100000 100000 500 1 1 1"),
        ("project", "project_by_components", "100000 100000 100 1 1 1"),
        ("project", "project_by_upload", "100000 100000 2 1 1 1 1"),
        ("advisory_usage", "advisory_usage_projects", "20000 20000 10 1"),
        ("project", "project_by_latest", "100000 1 1 1 1"),
        ("version_usage", "version_usage", "300000 300000 1"),
        ("usage_counted", "usage_counted_version", "100000 1"),
        ("usage_settled", "usage_settled", "1000 5 1"),
        ("number_work", "number_work", "10000 10000 1"),
        ("project_version", "sqlite_autoindex_project_version_1", "200000 1"),
        ("project_version", "sqlite_autoindex_project_version_2", "200000 200000 2 1"),
        ("project_version", "project_version_parent", "200000 200000 50"),
        ("project_version", "project_version_project", "200000 2"),
        ("project_tag", "project_tag", "200000 200000 200 1"),
        ("project_tag", "project_tag_version", "200000 2"),
        ("upload", "sqlite_autoindex_upload_1", "500000 1"),
        ("upload", "upload_version", "500000 500000 3 1"),
        ("upload", "upload_document", "500000 1"),
        ("metrics_day", "metrics_day", "5000000 5000000 90 1"),
        ("job", "job_next", "1000 500 2 1"),
    ];

    public static void Write(SqliteConnection connection)
    {
        connection.Execute("ANALYZE sqlite_schema"); // Makes the table that the statistics lie in.
        using var transaction = connection.BeginTransaction();
        connection.Execute("DELETE FROM sqlite_stat1", transaction: transaction);
        connection.Execute("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (@Table, @Index, @Rows)", All.Select(s => new { s.Table, s.Index, s.Rows }), transaction);
        transaction.Commit();
        connection.Execute("ANALYZE sqlite_schema"); // Has them read again.
    }
}
