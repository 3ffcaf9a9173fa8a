using System.Text.Json;

namespace Headwater.Server.Features.Projects;

/// <summary>What people decide about a project: what an edit changes, and what the audit log makes digests of, however the project was made or renamed.</summary>
internal sealed record ProjectState
{
    public long Id { get; set; }
    public string Name { get; set; } = "";
    public string? Description { get; set; }
    public long? OwnerId { get; set; }
    public string? Kind { get; set; }
    public string? Criticality { get; set; }
    public string? UseContext { get; set; }
    public string? Exposure { get; set; }
    public string? DataClass { get; set; }
    public string Links { get; set; } = "[]";
    public long? RetiredAt { get; set; }
    public long? ParentId { get; set; }
    public bool Collection { get; set; }
    public string Tags { get; set; } = "";
    public string People { get; set; } = "";

    public static string Lines(IEnumerable<string> tags) => string.Join('\n', ProjectWriteStore.Clean(tags).Order(StringComparer.Ordinal));

    public ProjectState With(ProjectEdit edit, long now)
    {
        var tags = (edit.Tags ?? Tags.Split('\n')).Concat(edit.AddTags ?? []).Except(ProjectWriteStore.Clean(edit.RemoveTags ?? []), StringComparer.Ordinal);
        return this with
        {
            Name = edit.Name?.Trim() ?? Name, Description = Or(edit.Description?.Trim(), Description), OwnerId = edit.OwnerId is null ? OwnerId : edit.OwnerId == 0 ? null : edit.OwnerId,
            Kind = Or(edit.Kind, Kind), Criticality = Or(edit.Criticality, Criticality), UseContext = Or(edit.Context, UseContext), Exposure = Or(edit.Exposure, Exposure), DataClass = Or(edit.DataClass, DataClass),
            Links = edit.Links is null ? Links : JsonSerializer.Serialize(edit.Links), Collection = edit.Collection ?? Collection,
            RetiredAt = edit.Retired switch { null => RetiredAt, true => RetiredAt ?? now, false => null }, Tags = Lines(tags),
        };
    }

    private static string? Or(string? edit, string? old) => edit is null ? old : edit.Length == 0 ? null : edit;

    /// <summary>Only what differs, as <c>{"name": ["before", "after"]}</c>.</summary>
    public static string Differences(ProjectState before, ProjectState after)
    {
        var (old, fresh) = (JsonSerializer.SerializeToElement(before), JsonSerializer.SerializeToElement(after));
        return JsonSerializer.Serialize(old.EnumerateObject().Where(p => p.Value.GetRawText() != fresh.GetProperty(p.Name).GetRawText())
            .ToDictionary(p => p.Name, p => new[] { p.Value, fresh.GetProperty(p.Name) }));
    }
}
