using System.IO.Compression;
using System.Text.Json;

namespace Headwater.Core.Licences.Building;

/// <summary>The folder of data files that the library is built from (<c>src/Headwater.LicenceLibrary/Data</c>; NOTICE names where each comes from).</summary>
internal sealed class LicenceData(string folder)
{
    public string Folder => folder;

    /// <summary>The objects of a file with one on each line, packed or not.</summary>
    public IEnumerable<JsonElement> Lines(string file)
    {
        using var reader = new StreamReader(Open(file));
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0) continue;
            using var json = JsonDocument.Parse(line);
            yield return json.RootElement.Clone();
        }
    }

    public JsonElement Json(string file)
    {
        using var stream = Open(file);
        using var json = JsonDocument.Parse(stream);
        return json.RootElement.Clone();
    }

    public Stream Open(string file)
    {
        var stream = File.OpenRead(Path.Combine(folder, file));
        return file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    /// <summary>A file of <c>key: value</c> and of <c>key:</c> with a list below, as the mappings are; comments begin sections.</summary>
    public IEnumerable<(string Section, string Key, string Value)> Mapping(string file)
    {
        var (section, key) = ("", "");
        foreach (var raw in File.ReadLines(Path.Combine(folder, file)))
        {
            var line = raw.TrimEnd();
            if (line.StartsWith('#')) section = line.TrimStart('#', ' ');
            else if (line.StartsWith("- ", StringComparison.Ordinal)) yield return (section, key, line[2..].Trim().Trim('"'));
            else if (line.Length > 0 && line != "---" && Split(line) is var (k, v) && k is not null)
            {
                key = k;
                if (v.Length > 0) yield return (section, key, v);
            }
        }

        static (string? Key, string Value) Split(string line)
        {
            if (line[0] is '"' or '\'')
            {
                var end = line.IndexOf(line[0], 1);
                return end < 0 || end + 1 >= line.Length ? default : (line[1..end], line[(end + 2)..].Trim().Trim('"'));
            }

            return line.IndexOf(": ", StringComparison.Ordinal) is var at and > 0 ? (line[..at], line[(at + 2)..].Trim().Trim('"')) : line.EndsWith(':') ? (line[..^1], "") : default;
        }
    }
}

internal static class JsonReading
{
    public static string? Text(this JsonElement element, string property) => element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static bool Flag(this JsonElement element, string property) => element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.True;

    public static int? Number(this JsonElement element, string property) => element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;

    public static IEnumerable<string> Texts(this JsonElement element, string property) => element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(v => v.GetString()).OfType<string>() : [];
}
