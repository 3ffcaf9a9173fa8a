using System.Text.Json;
using System.Text.Json.Nodes;

namespace Headwater.Server.Features.People.Scim;

/// <summary>How SCIM writes things (RFC 7643), and how lenient one has to be to those who send them.</summary>
internal static class ScimJson
{
    public const string UserSchema = "urn:ietf:params:scim:schemas:core:2.0:User", GroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group", Media = "application/scim+json";

    public static JsonObject Of(ScimUser user, string root)
    {
        var name = Object(("formatted", user.DisplayName), ("givenName", user.GivenName), ("familyName", user.FamilyName));
        var json = new JsonObject { ["schemas"] = new JsonArray(UserSchema), ["id"] = user.Id.ToString(), ["userName"] = user.UserName, ["active"] = user.Active };
        if (user.ExternalId is not null) json["externalId"] = user.ExternalId;
        if (name.Count > 0) json["name"] = name;
        if (user.DisplayName is not null) json["displayName"] = user.DisplayName;
        if (user.Email is not null) json["emails"] = new JsonArray(new JsonObject { ["value"] = user.Email, ["type"] = "work", ["primary"] = true });
        if (user.Groups.Count > 0) json["groups"] = new JsonArray([.. user.Groups.Select(g => new JsonObject { ["value"] = g.Id.ToString(), ["display"] = g.Name, ["$ref"] = $"{root}/Groups/{g.Id}", ["type"] = "direct" })]);
        json["meta"] = Meta("User", $"{root}/Users/{user.Id}", user.Created, user.Changed, user.Revision);
        return json;
    }

    public static JsonObject Of(ScimGroup group, string root)
    {
        var json = new JsonObject { ["schemas"] = new JsonArray(GroupSchema), ["id"] = group.Id.ToString(), ["displayName"] = group.Name };
        if (group.ExternalId is not null) json["externalId"] = group.ExternalId;
        json["members"] = new JsonArray([.. group.Members.Select(m => new JsonObject { ["value"] = m.Id.ToString(), ["display"] = m.Name, ["$ref"] = $"{root}/Users/{m.Id}", ["type"] = "User" })]);
        json["meta"] = Meta("Group", $"{root}/Groups/{group.Id}", group.Created, group.Changed, group.Revision);
        return json;
    }

    public static JsonObject List(IEnumerable<JsonObject> resources, long total, int start) => List([.. resources], total, start);

    private static JsonObject List(JsonObject[] resources, long total, int start) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:ListResponse"), ["totalResults"] = total, ["startIndex"] = start, ["itemsPerPage"] = resources.Length, ["Resources"] = new JsonArray(resources),
    };

    public static JsonObject Error(int status, string? type, string detail)
    {
        var json = new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:Error"), ["status"] = status.ToString(), ["detail"] = detail };
        if (type is not null) json["scimType"] = type;
        return json;
    }

    public static string Tag(long revision) => $"W/\"{revision}\"";

    /// <summary>Keeps what <c>attributes</c> names, or all but what <c>excludedAttributes</c> names (RFC 7644, section 3.9); by whole attributes.</summary>
    public static JsonObject Narrow(JsonObject json, string? attributes, string? excluded)
    {
        static HashSet<string> Names(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(a => a[(a.LastIndexOf(':') + 1)..].Split('.')[0]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (!string.IsNullOrWhiteSpace(attributes))
        {
            var keep = Names(attributes);
            foreach (var name in json.Select(p => p.Key).Where(k => k is not ("id" or "schemas") && !keep.Contains(k)).ToList()) json.Remove(name);
        }
        else if (!string.IsNullOrWhiteSpace(excluded))
        {
            var drop = Names(excluded);
            foreach (var name in json.Select(p => p.Key).Where(k => k is not ("id" or "schemas") && drop.Contains(k)).ToList()) json.Remove(name);
        }

        return json;
    }

    /// <summary>A member whatever its case; names of attributes have none.</summary>
    public static JsonElement? Get(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object) return null;
        foreach (var member in json.EnumerateObject())
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return member.Value;
        return null;
    }

    /// <summary>A text, or null for none; numbers are taken for texts.</summary>
    /// <exception cref="ScimException">It is something else, or too long.</exception>
    public static string? Text(JsonElement? json, string name)
    {
        var text = json?.ValueKind switch
        {
            null or JsonValueKind.Null or JsonValueKind.Undefined => null,
            JsonValueKind.String => json.Value.GetString(),
            JsonValueKind.Number => json.Value.GetRawText(),
            _ => throw ScimException.Value($"{name} is a text."),
        };
        if (text is { Length: > 256 }) throw ScimException.Value($"{name} has at most 256 characters.");
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }

    /// <summary>A truth; some providers send it as a word.</summary>
    public static bool Truth(JsonElement json, string name) => json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when bool.TryParse(json.GetString(), out var truth) => truth,
        _ => throw ScimException.Value($"{name} is true or false."),
    };

    /// <summary>The address to write to out of a list of them: the primary one, the one for work, the first.</summary>
    public static string? Email(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String) return Text(json, "emails");
        if (json.ValueKind == JsonValueKind.Object) return Text(Get(json, "value"), "emails.value");
        if (json.ValueKind != JsonValueKind.Array) return null;
        var all = json.EnumerateArray().Take(50).ToList();
        var chosen = all.FirstOrDefault(e => Get(e, "primary") is { } primary && Truth(primary, "primary"));
        if (chosen.ValueKind == JsonValueKind.Undefined) chosen = all.FirstOrDefault(e => string.Equals(Text(Get(e, "type"), "type"), "work", StringComparison.OrdinalIgnoreCase));
        if (chosen.ValueKind == JsonValueKind.Undefined) chosen = all.FirstOrDefault();
        return chosen.ValueKind switch { JsonValueKind.Object => Text(Get(chosen, "value"), "emails.value"), JsonValueKind.String => Text(chosen, "emails"), _ => null };
    }

    private static JsonObject Meta(string type, string location, DateTimeOffset created, DateTimeOffset changed, long revision) => new()
    {
        ["resourceType"] = type, ["created"] = created.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"), ["lastModified"] = changed.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"), ["location"] = location, ["version"] = Tag(revision),
    };

    private static JsonObject Object(params (string Name, string? Value)[] members)
    {
        var json = new JsonObject();
        foreach (var (name, value) in members)
            if (value is not null) json[name] = value;
        return json;
    }
}
