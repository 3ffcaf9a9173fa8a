using System.Text.Json;

namespace Headwater.Server.Features.People.Scim;

/// <summary>Reads the operations of a PATCH as the standard writes them and as directories send them (capital letters, one operation without a list).</summary>
internal static class ScimPatch
{
    private const int Most = 1000;

    public static IEnumerable<(string Operation, string? Path, JsonElement? Value)> Read(JsonElement json)
    {
        if (ScimJson.Get(json, "Operations") is not { ValueKind: JsonValueKind.Array } operations) throw ScimException.Syntax("A PATCH has a list of Operations.");
        if (operations.GetArrayLength() > Most) throw new ScimException(StatusCodes.Status413PayloadTooLarge, "tooMany", $"A PATCH has at most {Most} operations.");
        foreach (var one in operations.EnumerateArray())
        {
            var operation = ScimJson.Text(ScimJson.Get(one, "op"), "op")?.ToLowerInvariant();
            if (operation is not ("add" or "replace" or "remove")) throw ScimException.Syntax($"“{operation}” is no operation; there are add, replace and remove.");
            yield return (operation, ScimJson.Text(ScimJson.Get(one, "path"), "path"), ScimJson.Get(one, "value"));
        }
    }
}
