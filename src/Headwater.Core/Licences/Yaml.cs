using YamlDotNet.RepresentationModel;

namespace Headwater.Core.Licences;

/// <summary>Reads what is asked for from a YAML mapping; what is not there is empty.</summary>
internal static class Yaml
{
    public static string? Text(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) && value is YamlScalarNode { Value: { Length: > 0 } text } ? text : null;

    public static IEnumerable<string> Texts(YamlMappingNode node, string key) => !node.Children.TryGetValue(key, out var value) ? []
        : value is YamlSequenceNode list ? list.Children.OfType<YamlScalarNode>().Select(s => s.Value!) : value is YamlScalarNode { Value: { Length: > 0 } one } ? [one] : [];

    public static IEnumerable<YamlMappingNode> List(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) && value is YamlSequenceNode list ? list.Children.OfType<YamlMappingNode>() : [];
}
