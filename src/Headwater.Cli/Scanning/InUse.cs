using System.Text.Json;

namespace Headwater.Cli.Scanning;

/// <summary>The files that a server has in use, as it lists them in <c>feeds/in-use.json</c> of its data folder; paths are relative to that folder.</summary>
internal sealed record InUse(IReadOnlyList<string> Advisories, string? Epss, string? Kev)
{
    /// <returns>Null when the path is no such list.</returns>
    /// <exception cref="InvalidDataException">It is one, and cannot be read.</exception>
    public static InUse? Read(string path)
    {
        if (Path.GetExtension(path) != ".json") return null;
        try
        {
            var root = Path.GetDirectoryName(Path.GetFullPath(path))!;
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var files = json.RootElement.GetProperty("advisories").EnumerateArray().Select(f => Path.Combine(root, f.GetString()!)).ToList();
            if (files.Count == 0) throw new InvalidDataException("The server has no advisories loaded.");
            return new InUse(files, One("epss"), One("kev"));

            string? One(string name) => json.RootElement.TryGetProperty(name, out var file) && file.GetString() is { } text ? Path.Combine(root, text) : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException("It is not a list of a server's files.", e);
        }
    }
}
