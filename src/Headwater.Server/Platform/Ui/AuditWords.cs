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

    public static string Act(Localiser text, string act) => text.Has("act." + act) ? text["act." + act] : act;

    /// <summary>Facts are kept as one JSON object; people read them as words. Null for none.</summary>
    /// <param name="act">That of a change of a project keeps pairs: what was, and what is.</param>
    public static string? Facts(Localiser text, string act, string? detail)
    {
        if (detail is not ['{', ..]) return detail is null ? null : text.Has("recorded.value." + detail) ? text["recorded.value." + detail] : detail;
        try
        {
            using var json = JsonDocument.Parse(detail);
            return act == "project.changed" ? string.Join(", ", json.RootElement.EnumerateObject().Select(f => $"{Name(text, f.Name)}: {(f.Value is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2 ? $"{Value(text, pair[0])} → {Value(text, pair[1])}" : Value(text, f.Value))}"))
                : Object(text, json.RootElement);
        }
        catch (JsonException)
        {
            return detail;
        }
    }

    private static string Object(Localiser text, JsonElement json) => string.Join(", ", json.EnumerateObject().Where(f => f.Value.ValueKind != JsonValueKind.Null && !(f.Value.ValueKind == JsonValueKind.String && f.Value.ValueEquals("")))
        .Select(f => f.Value.ValueKind == JsonValueKind.True ? Name(text, f.Name) : $"{Name(text, f.Name)}: {Value(text, f.Value)}"));

    private static string Value(Localiser text, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"({Object(text, value)})",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Take(MostValues).Select(v => Value(text, v))) + (value.GetArrayLength() > MostValues ? ", …" : ""),
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
    private static string Name(Localiser text, string name)
    {
        var key = "recorded." + char.ToLowerInvariant(name[0]) + name[1..];
        if (text.Has(key)) return text[key];
        var words = new StringBuilder();
        foreach (var c in name) words.Append(char.IsUpper(c) && words.Length > 0 ? " " : "").Append(char.ToLowerInvariant(c));
        return words.ToString();
    }
}
