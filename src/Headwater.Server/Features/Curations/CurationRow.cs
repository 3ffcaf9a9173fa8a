using System.Text.Json;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Curations;

/// <summary>A row of the table of decisions.</summary>
internal class CurationRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public int Scope { get; set; }
    public string? Identity { get; set; }
    public string? Version { get; set; }
    public string? Range { get; set; }
    public string? Sha256 { get; set; }
    public string? Said { get; set; }
    public string Expression { get; set; } = "";
    public string Reason { get; set; } = "";
    public string? Note { get; set; }
    public string Evidence { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }
    public string CreatedBy { get; set; } = "";
    public DateTimeOffset? ValidUntil { get; set; }
    public int State { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public string? EndedBy { get; set; }
    public Guid? ReplacedBy { get; set; }
    public string? DeclaredThen { get; set; }
    public string? FoundThen { get; set; }
    public string? TextThen { get; set; }
    public string? VersionThen { get; set; }
    public string? Origin { get; set; }
    public string? Confirmed { get; set; }

    /// <summary>What was said wherever it was confirmed.</summary>
    public IReadOnlyList<SaidThen> ToConfirmed() => Confirmed is null ? [] : JsonSerializer.Deserialize(Confirmed, SaidThenJson.Default.SaidThenArray) ?? [];

    public Curation ToCuration() => new(Id, Uuid, new CurationSubject((CurationScope)Scope, Identity, Version, Range, Sha256, Said), Expression, Reason, Note, TypeMaps.FromJson(Evidence), CreatedAt, CreatedBy, ValidUntil, (CurationState)State,
        DeclaredThen is null ? [] : [new SaidThen(DeclaredThen, FoundThen, VersionThen), .. ToConfirmed()]);
}
