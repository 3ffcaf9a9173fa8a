using System.Collections.Concurrent;
using System.Text.Json;

namespace Headwater.Core.Sboms.Schema;

/// <summary>The schema documents that refer to each other.</summary>
internal sealed class SchemaSet(Func<string, Stream?> resolve)
{
    private readonly ConcurrentDictionary<string, SchemaDocument> _documents = new(StringComparer.Ordinal);

    public SchemaDocument Add(string name, Stream stream)
    {
        using (stream)
        {
            return _documents.GetOrAdd(name, _ => new SchemaDocument(this, JsonDocument.Parse(stream).RootElement));
        }
    }

    public SchemaNode Find(SchemaDocument from, string reference)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        var (file, pointer) = hash < 0 ? (reference, string.Empty) : (reference[..hash], Uri.UnescapeDataString(reference[(hash + 1)..]));
        var document = file.Length == 0 ? from : Document(file);
        return document.TryAt(pointer) ?? throw new InvalidOperationException($"The schema refers to {reference}, which does not exist.");
    }

    private SchemaDocument Document(string file)
    {
        if (_documents.TryGetValue(file, out var known)) return known;
        return Add(file, resolve(file) ?? throw new InvalidOperationException($"The schema refers to {file}, which is not at hand."));
    }
}

/// <summary>One schema document, with its nodes by JSON pointer.</summary>
internal sealed class SchemaDocument(SchemaSet set, JsonElement json)
{
    private readonly ConcurrentDictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);

    public SchemaSet Set => set;

    /// <summary>Up to draft-07 a <c>$ref</c> silences everything beside it.</summary>
    public bool RefStandsAlone { get; } = !json.TryGetProperty("$schema"u8, out var s) || s.GetString()!.Contains("draft-0", StringComparison.Ordinal);

    public SchemaNode Root => TryAt(string.Empty)!;

    public SchemaNode? TryAt(string pointer)
    {
        if (_nodes.TryGetValue(pointer, out var known)) return known;
        var at = json;
        foreach (var part in pointer.Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var inner)) at = inner;
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index < at.GetArrayLength()) at = at[index];
            else return null;
        }

        return _nodes.GetOrAdd(pointer, _ => new SchemaNode(this, at));
    }
}
