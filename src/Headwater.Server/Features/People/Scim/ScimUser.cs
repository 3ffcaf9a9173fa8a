using System.Text.Json;

namespace Headwater.Server.Features.People.Scim;

/// <summary>A person as the directory sees them.</summary>
internal sealed record ScimUser
{
    public Guid Id { get; init; }
    public string UserName { get; init; } = "";
    public string? ExternalId { get; init; }
    public string? DisplayName { get; init; }
    public string? GivenName { get; init; }
    public string? FamilyName { get; init; }
    public string? Email { get; init; }
    public bool Active { get; init; } = true;
    public DateTimeOffset Created { get; init; }
    public DateTimeOffset Changed { get; init; }
    public long Revision { get; init; }
    public IReadOnlyList<(Guid Id, string Name)> Groups { get; init; } = [];

    /// <summary>What may be sent of a person and is not kept: less is known here than there, on purpose.</summary>
    private static readonly HashSet<string> NotKept = new(StringComparer.OrdinalIgnoreCase)
    {
        "schemas", "id", "meta", "groups", "nickName", "profileUrl", "title", "userType", "preferredLanguage", "locale", "timezone", "password", "phoneNumbers", "ims", "photos", "addresses", "entitlements", "roles", "x509Certificates",
    };

    /// <summary>The user that a POST or PUT describes; what it does not say is empty, except that nobody comes back by silence about <c>active</c>.</summary>
    public ScimUser Described(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) throw ScimException.Syntax("A user is a JSON object.");
        var user = new ScimUser { Id = Id, Active = Active, Created = Created, Changed = Changed, Revision = Revision, Groups = Groups };
        foreach (var member in json.EnumerateObject()) user = user.With(member.Name, member.Value, lenient: true);
        return user.UserName.Length == 0 ? throw ScimException.Value("userName is missing.") : user.Named();
    }

    /// <summary>The user after the operations of a PATCH (RFC 7644, section 3.5.2), in their order.</summary>
    public ScimUser Patched(JsonElement json)
    {
        var user = this;
        foreach (var (operation, path, value) in ScimPatch.Read(json))
        {
            if (path is null)
            {
                if (operation == "remove") throw new ScimException(StatusCodes.Status400BadRequest, "noTarget", "remove needs a path.");
                if (value is not { ValueKind: JsonValueKind.Object } many) throw ScimException.Value("Without a path the value is an object.");
                foreach (var member in many.EnumerateObject()) user = user.With(member.Name, member.Value, lenient: false);
            }
            else
            {
                user = operation == "remove" ? user.Without(path) : user.With(path, value ?? throw ScimException.Value($"{operation} needs a value."), lenient: false);
            }
        }

        return user.UserName.Length == 0 ? throw ScimException.Value("userName cannot be removed.") : user.Named();
    }

    private ScimUser With(string path, JsonElement value, bool lenient)
    {
        if (value.ValueKind == JsonValueKind.Null) return lenient ? this : Without(path);
        switch (Plain(path))
        {
            case "username": return this with { UserName = ScimJson.Text(value, "userName") ?? "" };
            case "externalid": return this with { ExternalId = ScimJson.Text(value, "externalId") };
            case "displayname": return this with { DisplayName = ScimJson.Text(value, "displayName") };
            case "name.formatted": return DisplayName is null ? this with { DisplayName = ScimJson.Text(value, "name.formatted") } : this;
            case "name.givenname": return this with { GivenName = ScimJson.Text(value, "name.givenName") };
            case "name.familyname": return this with { FamilyName = ScimJson.Text(value, "name.familyName") };
            case "name.middlename" or "name.honorificprefix" or "name.honorificsuffix": return this;
            case "name" when value.ValueKind == JsonValueKind.Object:
                var user = this;
                foreach (var part in value.EnumerateObject()) user = user.With("name." + part.Name, part.Value, lenient);
                return user;
            case "active": return this with { Active = ScimJson.Truth(value, "active") };
            case "emails" or "emails.value": return this with { Email = ScimJson.Email(value) };
            case "emails.type" or "emails.primary" or "emails.display": return this;
            case var name when NotKept.Contains(name.Split('.')[0]) || name.StartsWith("urn:", StringComparison.Ordinal): return this;
            case var name: return lenient ? this : throw ScimException.Path($"A user has no {name}.");
        }
    }

    private ScimUser Without(string path) => Plain(path) switch
    {
        "username" or "active" => throw new ScimException(StatusCodes.Status400BadRequest, "mutability", $"{path} cannot be removed."),
        "externalid" => this with { ExternalId = null },
        "displayname" => this with { DisplayName = null },
        "name" => this with { GivenName = null, FamilyName = null },
        "name.givenname" => this with { GivenName = null },
        "name.familyname" => this with { FamilyName = null },
        "emails" or "emails.value" => this with { Email = null },
        var name when NotKept.Contains(name.Split('.')[0]) || name.StartsWith("urn:", StringComparison.Ordinal) || name.StartsWith("name.", StringComparison.Ordinal) || name.StartsWith("emails.", StringComparison.Ordinal) => this,
        var name => throw ScimException.Path($"A user has no {name}."),
    };

    /// <summary>Somebody without a display name is called by the parts of the name.</summary>
    private ScimUser Named() => DisplayName is not null || (GivenName ?? FamilyName) is null ? this : this with { DisplayName = string.Join(' ', new[] { GivenName, FamilyName }.OfType<string>()) };

    /// <summary>Lower case, without the schema in front and without a filter in brackets: there is one address here, whichever is meant.</summary>
    private static string Plain(string path)
    {
        if (path.StartsWith(ScimJson.UserSchema + ":", StringComparison.OrdinalIgnoreCase)) path = path[(ScimJson.UserSchema.Length + 1)..];
        var open = path.IndexOf('[', StringComparison.Ordinal);
        if (open >= 0)
        {
            var close = path.LastIndexOf(']');
            if (close < open) throw ScimException.Path($"The path {path} does not close its bracket.");
            ScimFilter.Parse(path[..(close + 1)]);
            path = path[..open] + path[(close + 1)..];
        }

        return path.ToLowerInvariant();
    }
}
