using System.Text.Json.Nodes;

namespace Headwater.Server.Features.People.Scim;

/// <summary>What the endpoint says of itself (RFC 7643, sections 5 to 7).</summary>
internal static class ScimSchemas
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/ServiceProviderConfig", (HttpContext http) => ScimApi.Json(Config(ScimApi.Base(http))));
        api.MapGet("/ResourceTypes", (HttpContext http) => ScimApi.Json(ScimJson.List(Types(ScimApi.Base(http)), 2, 1)));
        api.MapGet("/ResourceTypes/{name}", (HttpContext http, string name) => ScimApi.Json(Types(ScimApi.Base(http)).FirstOrDefault(t => t["id"]!.GetValue<string>() == name) ?? throw ScimException.Missing("resource type", name)));
        api.MapGet("/Schemas", (HttpContext http) => ScimApi.Json(ScimJson.List(Schemas(ScimApi.Base(http)), 2, 1)));
        api.MapGet("/Schemas/{id}", (HttpContext http, string id) => ScimApi.Json(Schemas(ScimApi.Base(http)).FirstOrDefault(s => s["id"]!.GetValue<string>() == id) ?? throw ScimException.Missing("schema", id)));
    }

    private static JsonObject Config(string root) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"),
        ["patch"] = new JsonObject { ["supported"] = true }, ["bulk"] = new JsonObject { ["supported"] = false, ["maxOperations"] = 0, ["maxPayloadSize"] = 0 }, ["filter"] = new JsonObject { ["supported"] = true, ["maxResults"] = 500 },
        ["changePassword"] = new JsonObject { ["supported"] = false }, ["sort"] = new JsonObject { ["supported"] = false }, ["etag"] = new JsonObject { ["supported"] = true },
        ["authenticationSchemes"] = new JsonArray(new JsonObject { ["type"] = "oauthbearertoken", ["name"] = "API key", ["description"] = "An API key that may manage people, as a bearer token.", ["primary"] = true }),
        ["meta"] = new JsonObject { ["resourceType"] = "ServiceProviderConfig", ["location"] = root + "/ServiceProviderConfig" },
    };

    private static JsonObject[] Types(string root) => [Type("User", "/Users", ScimJson.UserSchema, root), Type("Group", "/Groups", ScimJson.GroupSchema, root)];

    private static JsonObject Type(string name, string endpoint, string schema, string root) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:ResourceType"), ["id"] = name, ["name"] = name, ["endpoint"] = endpoint, ["schema"] = schema,
        ["meta"] = new JsonObject { ["resourceType"] = "ResourceType", ["location"] = $"{root}/ResourceTypes/{name}" },
    };

    private static JsonObject[] Schemas(string root) =>
    [
        Schema(ScimJson.UserSchema, "User", root,
            Attribute("userName", required: true, unique: "server"), Attribute("displayName"), Attribute("active", "boolean"), Complex("name", false, Attribute("formatted"), Attribute("givenName"), Attribute("familyName")),
            Complex("emails", true, Attribute("value"), Attribute("type"), Attribute("primary", "boolean")), Complex("groups", true, Attribute("value", writable: false), Attribute("display", writable: false), Attribute("$ref", "reference", writable: false))),
        Schema(ScimJson.GroupSchema, "Group", root,
            Attribute("displayName", required: true, unique: "server"), Complex("members", true, Attribute("value"), Attribute("display", writable: false), Attribute("$ref", "reference", writable: false), Attribute("type"))),
    ];

    private static JsonObject Schema(string id, string name, string root, params JsonNode[] attributes) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:Schema"), ["id"] = id, ["name"] = name, ["attributes"] = new JsonArray(attributes), ["meta"] = new JsonObject { ["resourceType"] = "Schema", ["location"] = $"{root}/Schemas/{id}" },
    };

    private static JsonObject Attribute(string name, string type = "string", bool required = false, string unique = "none", bool writable = true) => new()
    {
        ["name"] = name, ["type"] = type, ["multiValued"] = false, ["required"] = required, ["caseExact"] = false, ["mutability"] = writable ? "readWrite" : "readOnly", ["returned"] = "default", ["uniqueness"] = unique,
    };

    private static JsonObject Complex(string name, bool many, params JsonNode[] parts)
    {
        var json = Attribute(name, "complex", writable: name != "groups");
        json["multiValued"] = many;
        json["subAttributes"] = new JsonArray(parts);
        return json;
    }
}
