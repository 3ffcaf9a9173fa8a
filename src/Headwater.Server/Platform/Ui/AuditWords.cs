using System.Globalization;
using System.Text;
using System.Text.Json;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Platform.Ui;

/// <summary>
/// What stands in the audit log for programs, in words. The record itself stays as it was written: its hash is made of it. Acts are named by the texts <c>act.…</c>,
/// facts by <c>recorded.…</c>; what has no text of its own shows as it is, and nothing is lost.
/// </summary>
internal static class AuditWords
{
    private const int MostValues = 20;

    /// <summary>Facts whose number is that of a unit or team.</summary>
    private static readonly string[] OfUnits = ["unit", "owner", "ownerId", "parent"];

    public static string Act(Localiser text, string act) => text.Has("act." + act) ? text["act." + act] : act;

    /// <summary>Facts are kept as one JSON object; people read them as words. Null for none.</summary>
    /// <param name="act">That of a change of a project keeps pairs: what was, and what is.</param>
    /// <param name="units">What units and teams are called now; those that are gone keep their number.</param>
    public static string? Facts(Localiser text, string act, string? detail, IReadOnlyDictionary<long, string>? units = null)
    {
        if (detail is not ['{', ..]) return detail is null ? null : text.Has("recorded.value." + detail) ? text["recorded.value." + detail] : detail;
        try
        {
            using var json = JsonDocument.Parse(detail);
            return act == "project.changed" ? string.Join(", ", json.RootElement.EnumerateObject().Select(f => $"{Name(text, f.Name)}: {(f.Value is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2 ? $"{Said(f.Name, pair[0])} → {Said(f.Name, pair[1])}" : Said(f.Name, f.Value))}"))
                : Object(text, json.RootElement, Said);
        }
        catch (JsonException)
        {
            return detail;
        }

        string Said(string name, JsonElement value)
        {
            var ofUnit = OfUnits.Contains(Small(name), StringComparer.Ordinal) || (name is "from" or "to" && (act.EndsWith(".owner-changed", StringComparison.Ordinal) || act.EndsWith(".moved", StringComparison.Ordinal)));
            if (!ofUnit || value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var id)) return Value(text, value, Said);
            return id == 0 ? text["recorded.everywhere"] : units?.GetValueOrDefault(id) ?? value.ToString();
        }
    }

    private static string Object(Localiser text, JsonElement json, Func<string, JsonElement, string> said) => string.Join(", ", json.EnumerateObject().Where(f => f.Value.ValueKind != JsonValueKind.Null && !(f.Value.ValueKind == JsonValueKind.String && f.Value.ValueEquals("")))
        .Select(f => f.Value.ValueKind == JsonValueKind.True ? Name(text, f.Name) : $"{Name(text, f.Name)}: {said(f.Name, f.Value)}"));

    private static string Value(Localiser text, JsonElement value, Func<string, JsonElement, string> said) => value.ValueKind switch
    {
        JsonValueKind.Object => $"({Object(text, value, said)})",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Take(MostValues).Select(v => Value(text, v, said))) + (value.GetArrayLength() > MostValues ? ", …" : ""),
        JsonValueKind.Null => "–",
        JsonValueKind.True => text["recorded.yes"],
        JsonValueKind.False => text["recorded.no"],
        JsonValueKind.String => Word(text, value.GetString()!),
        _ => value.ToString(),
    };

    private static string Word(Localiser text, string word)
    {
        if (word.Length == 0) return "–";
        if (word.Contains('_', StringComparison.Ordinal) && PermissionNames.TryParse(word, out var permission)) return text[permission.TextKey()];
        if (Roles.Find(word) is { } role) return text[role.TextKey];
        if (DateTimeOffset.TryParseExact(word, "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)) return moment.UtcDateTime.ToString("d MMM yyyy, HH:mm 'UTC'", CultureInfo.CurrentCulture);
        return word.Replace('\n', ' ');
    }

    /// <summary>Records of different times wrote names large or small.</summary>
    private static string Small(string name) => name.Length == 0 ? "" : char.ToLowerInvariant(name[0]) + name[1..];

    private static string Name(Localiser text, string name)
    {
        var key = "recorded." + Small(name);
        if (text.Has(key)) return text[key];
        var words = new StringBuilder();
        foreach (var c in name) words.Append(char.IsUpper(c) && words.Length > 0 ? " " : "").Append(char.ToLowerInvariant(c));
        return words.ToString();
    }
}
