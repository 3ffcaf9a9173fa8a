using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Core.Sboms.Schema;

namespace Headwater.Core.Sboms.CycloneDx;

/// <summary>
/// Writes CycloneDX 1.4 to 1.7:
/// <code>
/// model ── plan (root, nesting, edges) ── builder (newest JSON) ── fitter (what the target cannot say) ── output (JSON or XML)
/// </code>
/// </summary>
internal static class CycloneDxWriter
{
    /// <summary>More losses than this are not listed one by one.</summary>
    private const int MaxLosses = 1000;

    internal static IReadOnlyList<SbomError> Write(SbomDocument document, string target, Stream output)
    {
        var parts = target.Split('-');
        var (version, xml) = (parts[1], parts[2] == "xml");
        var losses = new List<SbomError>();
        var more = 0;
        void Lost(string at, string what)
        {
            if (losses.Count < MaxLosses) losses.Add(new SbomError(at, what));
            else more++;
        }

        using (var into = xml ? (CycloneDxOutput)new CycloneDxXmlOutput(output, version, Lost) : new CycloneDxJsonOutput(output, version))
        {
            new Run(document, version, into, Lost).Write();
        }

        if (more > 0) losses.Add(new SbomError("/", $"{more} more losses are not listed"));
        return losses;
    }

    private sealed class Run(SbomDocument document, string version, CycloneDxOutput output, Action<string, string> lost)
    {
        private readonly JsonSchema _schema = CycloneDxSchemas.Json(version);
        private readonly CycloneDxFitter _fitter = new(version, lost);
        private readonly CycloneDxBuilder _builder = new(document, version, lost);
        private readonly CycloneDxPlan _plan = new(document, lost);

        public void Write()
        {
            string? serial = null;
            if (document.Kind.Format == SbomFormat.Spdx) SpdxOnly.Report(document, lost);
            if (document.Metadata.SerialNumber is { } given && (document.Kind.Format == SbomFormat.CycloneDx || given.StartsWith("urn:uuid:", StringComparison.Ordinal))) serial = (string?)_fitter.Fit(JsonValue.Create(given), _schema.Property("serialNumber")!, "/serialNumber");
            output.Start(serial, document.Metadata.Version);
            if (document.Metadata.Name is { } name && name != _plan.Root?.Name) lost("/name", $"CycloneDX documents have no name of their own (\"{name}\")");

            var metadata = _builder.Metadata(_plan.Root is { } root ? Component(root, "/metadata/component") : null);
            if (metadata.Count > 0 && _fitter.Fit(metadata, _schema.Property("metadata")!, "/metadata") is { } fitted) output.Value("metadata", fitted);

            // The XML form has one order in which its parts must come; JSON is content with it.
            List("components", _plan.Top, (c, at) => Component(c, at), (c, node) => node["bom-ref"] = c.Ref);
            List("services", _plan.TopServices, (s, at) => Service(s, at, 0), (s, node) => node["bom-ref"] = s.Ref);
            Extra("externalReferences");
            List("dependencies", _plan.Edges, (e, _) => Dependency(e.Key, e.Value.DependsOn, e.Value.Provides));
            List("compositions", document.Compositions, (c, _) => _builder.Composition(c));
            Extra("properties");
            List("vulnerabilities", document.Vulnerabilities, (v, _) => _builder.Vulnerability(v));
            foreach (var part in new[] { "annotations", "formulation", "declarations", "definitions", "citations", "signature" }) Extra(part);
            foreach (var extra in document.Extras)
            {
                if (document.Kind.Format != SbomFormat.CycloneDx) lost("/" + extra.Name, "CycloneDX has no place for this part of an SPDX document");
                else if (_schema.Property(extra.Name) is null) lost("/" + extra.Name, $"has no place in CycloneDX {version}");
            }

            _builder.ReportLicenceTexts();
        }

        private void List<T>(string name, IEnumerable<T> items, Func<T, string, JsonNode> make, Action<T, JsonNode>? distinguish = null)
        {
            var schema = _schema.Property(name)!.Items!;
            var seen = new HashSet<ulong>();
            var (index, open) = (0, false);
            foreach (var item in items)
            {
                var at = $"/{name}/{index++}";
                if (_fitter.Fit(make(item, at), schema, at) is not { } node) continue;
                // What has a reference of its own is equal to nothing else.
                if (node is not JsonObject o || (!o.ContainsKey("bom-ref") && !o.ContainsKey("ref") && !seen.Add(Hash(node))))
                {
                    // Equal elements may not be listed twice; two components are two all the same.
                    if (distinguish is null) continue;
                    distinguish(item, node);
                    seen.Add(Hash(node));
                }

                if (!open) output.StartList(name);
                open = true;
                output.Item(name, node);
            }

            if (open) output.EndList();
        }

        private void Extra(string name)
        {
            if (document.Kind.Format != SbomFormat.CycloneDx) return;
            foreach (var extra in document.Extras.Where(e => e.Name == name))
            {
                if (_schema.Property(name) is not { } schema) continue;
                if (_fitter.Fit(CycloneDxBuilder.Node(extra.Json), schema, "/" + name) is { } node) output.Value(name, node);
            }
        }

        private JsonObject Component(SbomComponent c, string at)
        {
            var o = _builder.Component(c, _plan.NeedsRef(c.Ref, c.RefIsGenerated), at);
            var inside = _plan.Inside(c.Ref);
            if (inside.Count == 0) return o;
            var list = new JsonArray();
            var seen = new HashSet<ulong>();
            for (var i = 0; i < inside.Count; i++)
            {
                var nested = Component(inside[i], $"{at}/components/{i}");
                if (!nested.ContainsKey("bom-ref") && !seen.Add(Hash(nested))) nested["bom-ref"] = inside[i].Ref;
                list.Add((JsonNode)nested);
            }

            o["components"] = list;
            return o;
        }

        private JsonObject Service(SbomService s, string at, int depth)
        {
            var o = _builder.Service(s, _plan.NeedsRef(s.Ref, s.RefIsGenerated), at);
            var inside = _plan.ServicesInside(s.Ref);
            if (inside.Count > 0 && depth < 64) o["services"] = new JsonArray([.. inside.Select((n, i) => (JsonNode)Service(n, $"{at}/services/{i}", depth + 1))]);
            return o;
        }

        private static JsonObject Dependency(string from, List<string> dependsOn, List<string> provides)
        {
            var o = new JsonObject { ["ref"] = from };
            if (dependsOn.Count > 0) o["dependsOn"] = new JsonArray([.. dependsOn.Select(r => (JsonNode)r)]);
            if (provides.Count > 0) o["provides"] = new JsonArray([.. provides.Select(r => (JsonNode)r)]);
            return o;
        }

        private static ulong Hash(JsonNode node)
        {
            using var document = JsonSerializer.SerializeToDocument(node, CycloneDxNodes.Default.JsonNode);
            return JsonHash.Of(document.RootElement);
        }
    }
}
