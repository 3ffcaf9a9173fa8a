using System.Text.Json;
using System.Text.Json.Serialization;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Backup;

/// <summary>
/// The first part of a backup: what it is and what it was made from. A backup is a gzipped tar file, so that any tool opens it; its parts come in this order:
/// <code>
/// backup.json                          this
/// tables/NAME/000001.jsonl …           rows in the order of the key, one JSON array a line, a few megabytes a part; bytes in Base64
/// search/000001.jsonl …                searchable texts: kind, number, text
/// files/…                              documents, advisory data, keys: the data folder without the database
/// digests.json                         the SHA-256 of every part before it, and how many rows each table has
/// </code>
/// </summary>
internal sealed record BackupManifest
{
    public const string Part = "backup.json";
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    public required string Program { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string Engine { get; init; }

    public required bool Keys { get; init; }

    /// <summary>Name and checksum of each migration that the tables have seen.</summary>
    public required IReadOnlyDictionary<string, string> Migrations { get; init; }

    public required IReadOnlyList<BackupTable> Tables { get; init; }
}

internal sealed record BackupTable(string Name, IReadOnlyList<BackupColumn> Columns);

internal sealed record BackupColumn(string Name, ColumnKind Kind);

/// <summary>The last part.</summary>
/// <param name="Parts">Name and SHA-256 (hexadecimal) of every other part.</param>
/// <param name="Rows">How many rows each table has.</param>
/// <param name="AuditHead">The hash of the newest record of the audit log, to be held against it later.</param>
internal sealed record BackupDigests(IReadOnlyDictionary<string, string> Parts, IReadOnlyDictionary<string, long> Rows, long Texts, string? AuditHead)
{
    public const string Part = "digests.json";
}

[JsonSerializable(typeof(BackupManifest))]
[JsonSerializable(typeof(BackupDigests))]
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, UseStringEnumConverter = true)]
internal sealed partial class BackupJson : JsonSerializerContext;
