using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Registries;

/// <summary>What a registry says of a licence, made fit to be kept: words as documents say them, a few at most.</summary>
internal static class LicenceWords
{
    private const int Most = 32, Longest = 500;

    /// <summary>What is kept of a version that was looked at and says nothing.</summary>
    public const string None = "[]";

    /// <returns>A list as JSON; null for nothing.</returns>
    public static string? Kept(IEnumerable<string?> said) => TypeMaps.ToJson(said.Select(Plain).OfType<string>().Distinct(StringComparer.Ordinal).Take(Most)) is var json && json == None ? null : json;

    /// <summary>One of the ways in which a registry says it; what is told by the first is not told by those after it.</summary>
    public static string? First(params ReadOnlySpan<string?> inOrder)
    {
        foreach (var one in inOrder)
            if (Plain(one) is { } plain) return TypeMaps.ToJson([plain]);
        return null;
    }

    /// <summary>The licence of a version as npm has it: a text, an object with a type, or a list of either.</summary>
    public static List<string?> OfNpm(JsonTokens json)
    {
        var said = new List<string?>();
        if (json.Is(System.Text.Json.JsonTokenType.StartArray)) foreach (var _ in json.Items()) said.Add(One());
        else said.Add(One());
        return said;

        string? One()
        {
            if (!json.Is(System.Text.Json.JsonTokenType.StartObject)) return json.Value();
            string? type = null, url = null;
            foreach (var member in json.Members())
            {
                if (member is "type" or "name") type ??= json.Value();
                else if (member == "url") url = json.Value();
            }

            return type ?? url;
        }
    }

    // A whole text in the place of a name is no name.
    private static string? Plain(string? text)
    {
        if (text is null || text.Length > Longest * 4) return null;
        var plain = string.Join(' ', new string([.. text.Select(c => char.IsControl(c) ? ' ' : c).Where(c => !char.IsSurrogate(c))]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return plain.Length is 0 or > Longest || plain is "NOASSERTION" or "NONE" or "true" or "false" || plain.Equals("unknown", StringComparison.OrdinalIgnoreCase) ? null : plain;
    }
}
