using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headwater.Server.Features.Findings;

/// <summary>The facts of a component version that are shown and never asked for by the database.</summary>
/// <param name="Concluded">Which of its licences the document says were concluded by somebody and not declared; null for none.</param>
internal sealed record ComponentFacts(string? Description, string? Publisher, string? Copyright, List<string>? Cpes, Dictionary<string, string>? Hashes, List<string>? Concluded = null)
{
    public static ComponentFacts None { get; } = new(null, null, null, null, null);

    public string ToJson() => JsonSerializer.Serialize(this, FactsJson.Default.ComponentFacts);

    public static ComponentFacts Parse(string? json) => string.IsNullOrEmpty(json) ? None : JsonSerializer.Deserialize(json, FactsJson.Default.ComponentFacts) ?? None;
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ComponentFacts))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class FactsJson : JsonSerializerContext;
