using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Headwater.EndToEnd;

/// <summary>SBOMs that the tests send.</summary>
internal static class SampleBom
{
    public static string Path(string name) => System.IO.Path.Combine(Repository.Root, "samples", "sboms", name);

    /// <summary>A CycloneDX document from purls and the edges between them.</summary>
    /// <param name="edges">Lines <c>a: b c</c>, where a is a purl's name or <c>root</c>.</param>
    public static byte[] Of(string name, string version, string[] purls, params string[] edges)
    {
        static string NameOf(string purl) => purl.Split('@')[0].Split('/')[^1];
        var root = new JsonObject { ["type"] = "application", ["bom-ref"] = "root", ["name"] = name, ["version"] = version };
        var components = new JsonArray();
        foreach (var purl in purls)
        {
            var parts = purl.Split('@')[0].Split('/');
            var component = new JsonObject { ["type"] = "library", ["bom-ref"] = NameOf(purl), ["name"] = NameOf(purl), ["version"] = purl.Split('@')[1], ["purl"] = purl };
            if (parts.Length == 3) component["group"] = parts[1];
            component["licenses"] = new JsonArray(new JsonObject { ["license"] = new JsonObject { ["id"] = "Apache-2.0" } });
            components.Add(component);
        }

        var dependencies = new JsonArray();
        foreach (var edge in edges)
        {
            var (from, to) = (edge.Split(": ")[0], edge.Split(": ")[1].Split(' '));
            dependencies.Add(new JsonObject { ["ref"] = from, ["dependsOn"] = new JsonArray([.. to.Select(t => (JsonNode)t)]) });
        }

        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["bomFormat"] = "CycloneDX", ["specVersion"] = "1.6", ["version"] = 1,
            ["metadata"] = new JsonObject { ["component"] = root }, ["components"] = components, ["dependencies"] = dependencies,
        });
    }

    /// <summary>A real document with its components repeated, under other versions, until there are <paramref name="count"/>.</summary>
    public static byte[] Multiplied(int count)
    {
        var document = JsonNode.Parse(File.ReadAllBytes(Path("juice-shop-14.1.1.cdx.json")))!.AsObject();
        var components = document["components"]!.AsArray();
        var edges = document["dependencies"]!.AsArray();
        foreach (var component in components) component!.AsObject().Remove("components");
        var (originals, originalEdges) = (components.Select(c => c!.AsObject()).ToList(), edges.Select(e => e!.AsObject()).ToList());
        for (var copy = 1; components.Count < count; copy++)
        {
            var mark = string.Create(CultureInfo.InvariantCulture, $"-copy.{copy}");
            foreach (var original in originals.Take(count - components.Count))
            {
                var component = original.DeepClone().AsObject();
                component["bom-ref"] = original["bom-ref"]!.GetValue<string>() + mark;
                component["version"] = original["version"]?.GetValue<string>() + mark;
                if (original["purl"]?.GetValue<string>() is { } purl) component["purl"] = purl.Split('?')[0] + mark;
                components.Add(component);
            }

            var present = components.Select(c => c!["bom-ref"]!.GetValue<string>()).ToHashSet();
            foreach (var original in originalEdges)
            {
                var from = original["ref"]!.GetValue<string>() + mark;
                if (!present.Contains(from)) continue;
                JsonNode[] to = [.. (original["dependsOn"]?.AsArray() ?? []).Select(t => t!.GetValue<string>() + mark).Where(present.Contains).Select(t => (JsonNode)t)];
                edges.Add(new JsonObject { ["ref"] = from, ["dependsOn"] = new JsonArray(to) });
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(document);
    }
}
