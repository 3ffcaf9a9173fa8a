using System.Text.Json;
using Headwater.Core.Licences.Identification;

namespace Headwater.Cli.Licences;

/// <summary>What a text states, as <c>licence identify</c> and <c>licence scan</c> write it.</summary>
internal static class StatedJson
{
    /// <summary>The expression of a text; a lone exception by its name; NONE where it was read and states nothing, and NOASSERTION where it was not read to its end or says something that could not be read.</summary>
    public static string Expression(IdentifiedText found, bool isRead) => found.Expression?.ToString() ?? (!isRead ? "NOASSERTION" : found.LoneExceptions is [var exception, ..] ? exception : found.Remark is null ? "NONE" : "NOASSERTION");

    public static void Matches(Utf8JsonWriter json, IEnumerable<IdentifiedMatch> matches)
    {
        json.WriteStartArray("matches"u8);
        foreach (var match in matches)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, match.Expression);
            json.WriteNumber("start"u8, match.StartLine);
            json.WriteNumber("end"u8, match.EndLine);
            json.WriteNumber("coverage"u8, Math.Round(match.Coverage, 3));
            json.WriteString("kind"u8, match.Kind.ToString().ToLowerInvariant());
            json.WriteString("by"u8, match.By.ToString().ToLowerInvariant());
            json.WriteString("rule"u8, match.Rule);
            json.WriteBoolean("concludes"u8, match.Concludes);
            if (match.Added is not null) json.WriteString("added"u8, match.Added);
            if (match.Note is not null) json.WriteString("note"u8, match.Note);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
