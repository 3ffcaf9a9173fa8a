using System.CommandLine;
using System.Text.Json;
using Headwater.Core.Packages;

namespace Headwater.Cli.Lines;

/// <summary><c>headwater purl parse|build</c>.</summary>
internal static class PurlCommands
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8 };

    public static Command Create() => new("purl", "Package URLs, by ECMA-427.")
    {
        LineCommand.Create("parse", "Takes package URLs apart: one JSON object a line.", "purl", """
            headwater purl parse 'pkg:npm/%40angular/core@12.0.0'
            cut -f2 inventory.tsv | headwater purl parse | jq -r .name
            """, Parse),
        LineCommand.Create("build", "Puts package URLs together from JSON objects, one a line: type, namespace, name, version, qualifiers, subpath.", "object", """
            echo '{"type":"maven","namespace":"org.slf4j","name":"slf4j-api","version":"2.0.9"}' | headwater purl build
            headwater purl parse < purls.txt | headwater purl build
            """, Build),
    };

    private static void Parse(string line, LineOutput output)
    {
        if (!PackageUrl.TryParse(line, out var purl, out var error))
        {
            output.Error(error!);
            return;
        }

        var json = output.Json();
        json.WriteStartObject();
        json.WriteString("purl"u8, purl!.ToString());
        json.WriteString("type"u8, purl.Type);
        json.WriteString("namespace"u8, purl.Namespace);
        json.WriteString("name"u8, purl.Name);
        json.WriteString("version"u8, purl.Version);
        if (purl.Qualifiers.Count == 0)
        {
            json.WriteNull("qualifiers"u8);
        }
        else
        {
            json.WriteStartObject("qualifiers"u8);
            foreach (var (key, value) in purl.Qualifiers) json.WriteString(key, value);
            json.WriteEndObject();
        }

        json.WriteString("subpath"u8, purl.Subpath);
        json.WriteEndObject();
        output.EndJson();
    }

    private static void Build(string line, LineOutput output)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Strict);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                output.Error("A JSON object is expected, for example {\"type\":\"npm\",\"name\":\"lodash\"}.");
            }
            else if (PackageUrl.TryBuild(Text(root, "type"), Text(root, "namespace"), Text(root, "name"), Text(root, "version"), Qualifiers(root), Text(root, "subpath"),
                out var purl, out var error))
            {
                output.Text(purl!.ToString());
            }
            else
            {
                output.Error(error!);
            }
        }
        catch (JsonException exception)
        {
            output.Error($"Not JSON, at byte {exception.BytePositionInLine ?? 0}: {FirstSentence(exception.Message)}");
        }
        catch (FormatException exception)
        {
            output.Error(exception.Message);
        }
        catch (InvalidOperationException)
        {
            output.Error("A string holds half of a surrogate pair, which is no character.");
        }
    }

    private static string? Text(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw new FormatException($"'{name}' must be a string or null.");
    }

    private static List<KeyValuePair<string, string>>? Qualifiers(JsonElement parent)
    {
        if (!parent.TryGetProperty("qualifiers", out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.Object) throw new FormatException("'qualifiers' must be an object of strings or null.");
        var qualifiers = new List<KeyValuePair<string, string>>();
        foreach (var property in value.EnumerateObject())
        {
            // A null value is an absent qualifier, as an empty one is by the specification.
            if (property.Value.ValueKind == JsonValueKind.Null) continue;
            if (property.Value.ValueKind != JsonValueKind.String) throw new FormatException($"The qualifier '{property.Name}' must be a string.");
            qualifiers.Add(new(property.Name, property.Value.GetString()!));
        }

        return qualifiers;
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message : message[..(end + 1)];
    }
}
