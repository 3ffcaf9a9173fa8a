using System.Text.Json;

namespace Headwater.Server.Features.People.Scim;

/// <summary>A group as the directory sees it.</summary>
internal sealed record ScimGroup
{
    public Guid Id { get; init; }
    public string Name { get; init; } = "";
    public string? ExternalId { get; init; }
    public DateTimeOffset Created { get; init; }
    public DateTimeOffset Changed { get; init; }
    public long Revision { get; init; }
    public IReadOnlyList<(Guid Id, string Name)> Members { get; init; } = [];

    /// <summary>The group that a POST or PUT describes.</summary>
    public ScimGroup Described(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) throw ScimException.Syntax("A group is a JSON object.");
        return this with
        {
            Name = ScimJson.Text(ScimJson.Get(json, "displayName"), "displayName") ?? throw ScimException.Value("displayName is missing."),
            ExternalId = ScimJson.Text(ScimJson.Get(json, "externalId"), "externalId"),
            Members = ScimJson.Get(json, "members") is { } members ? Ids(members) : [],
        };
    }

    /// <summary>The group after the operations of a PATCH, in their order.</summary>
    public ScimGroup Patched(JsonElement json)
    {
        var group = this;
        foreach (var (operation, path, value) in ScimPatch.Read(json))
        {
            if (path is null)
            {
                if (operation == "remove") throw new ScimException(StatusCodes.Status400BadRequest, "noTarget", "remove needs a path.");
                if (value is not { ValueKind: JsonValueKind.Object } many) throw ScimException.Value("Without a path the value is an object.");
                foreach (var member in many.EnumerateObject()) group = group.Apply(operation, member.Name, member.Value);
            }
            else
            {
                group = group.Apply(operation, path, value);
            }
        }

        return group;
    }

    private ScimGroup Apply(string operation, string path, JsonElement? value)
    {
        if (path.StartsWith(ScimJson.GroupSchema + ":", StringComparison.OrdinalIgnoreCase)) path = path[(ScimJson.GroupSchema.Length + 1)..];
        switch (path.ToLowerInvariant())
        {
            case "displayname" when operation != "remove": return this with { Name = ScimJson.Text(value, "displayName") ?? throw ScimException.Value("displayName is empty.") };
            case "displayname": throw new ScimException(StatusCodes.Status400BadRequest, "mutability", "displayName cannot be removed.");
            case "externalid": return this with { ExternalId = operation == "remove" ? null : ScimJson.Text(value, "externalId") };
            case "members" when operation == "replace": return this with { Members = value is { } all ? Ids(all) : [] };
            case "members" when operation == "add": return this with { Members = [.. Members.UnionBy(value is { } more ? Ids(more) : [], m => m.Id)] };
            case "members": return this with { Members = value is { ValueKind: JsonValueKind.Array or JsonValueKind.Object } some ? [.. Members.ExceptBy(Ids(some).Select(m => m.Id), m => m.Id)] : [] };
            case "id" or "schemas" or "meta": return this;
            case var filtered when filtered.StartsWith("members[", StringComparison.Ordinal):
                if (operation != "remove") throw ScimException.Path("Members are added by value, not by a filter.");
                var gone = Meant(ScimFilter.Parse(path));
                return this with { Members = [.. Members.Where(m => !gone.Contains(m.Id))] };
            default: throw ScimException.Path($"A group has no {path}.");
        }
    }

    private static HashSet<Guid> Meant(ScimFilter filter) => filter switch
    {
        ScimFilter.Compare { Path: "members.value", Operator: "eq", Value: string text } => [IdOf(text)],
        ScimFilter.Either either => [.. Meant(either.Left), .. Meant(either.Right)],
        _ => throw ScimException.Path("Members are removed by members[value eq \"…\"]."),
    };

    private static IReadOnlyList<(Guid Id, string Name)> Ids(JsonElement json)
    {
        var all = json.ValueKind == JsonValueKind.Array ? json.EnumerateArray().ToList() : [json];
        return [.. all.Select(m => IdOf(ScimJson.Text(m.ValueKind == JsonValueKind.String ? m : ScimJson.Get(m, "value"), "members.value") ?? throw ScimException.Value("A member has a value."))).Distinct().Select(id => (id, ""))];
    }

    private static Guid IdOf(string text) => Guid.TryParse(text, out var id) ? id : throw ScimException.Value($"There is no user {text}.");
}
