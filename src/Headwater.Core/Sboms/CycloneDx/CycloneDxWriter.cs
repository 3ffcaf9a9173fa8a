using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Core.Sboms.Schema;

namespace Headwater.Core.Sboms.CycloneDx;

/// <summary>
/// Writes CycloneDX 1.0 to 1.7:
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
            new Run(document, version, into, !xml, Lost).Write();
        }

        if (more > 0) losses.Add(new SbomError("/", $"{more} more losses are not listed"));
        return losses;
    }

    private sealed class Run(SbomDocument document, string version, CycloneDxOutput output, bool json, Action<string, string> lost)
    {
        private readonly JsonSchema _schema = CycloneDxSchemas.Writing(version);
        private readonly bool _hasMetadata = version is not ("1.0" or "1.1");
        private readonly bool _hasRefs = version != "1.0";
        private readonly CycloneDxFitter _fitter = new(version, lost);
        private readonly CycloneDxBuilder _builder = new(document, version, lost);
        private readonly CycloneDxPlan _plan = new(document, lost);

        public void Write()
        {
            string? serial = null;
            if (document.Kind.Format == SbomFormat.Spdx) SpdxOnly.Report(document, lost);
            if (document.Metadata.SerialNumber is { } given && (document.Kind.Format == SbomFormat.CycloneDx || given.StartsWith("urn:uuid:", StringComparison.Ordinal)))
            {
                if (_schema.Property("serialNumber") is { } schema) serial = (string?)_fitter.Fit(JsonValue.Create(given), schema, "/serialNumber");
                else lost("/serialNumber", $"has no place in CycloneDX {version}");
            }

            output.Start(serial, document.Metadata.Version ?? (Demands("version") ? 1 : null));
            if (document.Metadata.Name is { } name && name != _plan.Root?.Name) lost("/name", $"CycloneDX documents have no name of their own (\"{name}\")");

            Metadata();

            // The XML form has one order in which its parts must come; JSON is content with it.
            List("components", _hasMetadata || _plan.Root is null ? _plan.Top : [_plan.Root, .. _plan.Top], (c, at) => Component(c, at), _hasRefs ? (c, node) => node["bom-ref"] = c.Ref : null);
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

            if (!_hasRefs && document.Components.Any(c => !c.RefIsGenerated)) lost("/components", $"CycloneDX {version} has no place for the references of components");
            _builder.ReportLicenceTexts();
            _fitter.ReportDemanded();
        }

        /// <summary>Before 1.2 a document said nothing of itself: what it describes is then the first of its components.</summary>
        private void Metadata()
        {
            if (_hasMetadata)
            {
                var metadata = _builder.Metadata(_plan.Root is { } root ? Component(root, "/metadata/component") : null);
                if (metadata.Count > 0 && _fitter.Fit(metadata, _schema.Property("metadata")!, "/metadata") is { } fitted) output.Value("metadata", fitted);
                return;
            }

            foreach (var (name, _) in _builder.Metadata(null)) lost("/metadata/" + name, $"has no place in CycloneDX {version}");
            if (_plan.Root is { } described) lost("/metadata/component", $"CycloneDX {version} does not say what a document describes; \"{described.Name}\" was written as the first of the components");
        }

        /// <summary>True, and told, when the version must be written where the document has none.</summary>
        private bool Demands(string name)
        {
            if (!json || !_schema.Required.Contains(name)) return false;
            lost("/" + name, $"CycloneDX {version} demands it; 1 was written");
            return true;
        }

        private void List<T>(string name, IEnumerable<T> items, Func<T, string, JsonNode> make, Action<T, JsonNode>? distinguish = null)
        {
            if (_schema.Property(name)?.Items is not { } schema)
            {
                var count = items.Count();
                if (count > 0) lost("/" + name, $"has no place in CycloneDX {version}; {count} {(count == 1 ? "was" : "were")} left out");
                return;
            }

            var seen = new HashSet<ulong>();
            var (index, open) = (0, false);
            // Before 1.2 the list of components had to be there.
            if (name == "components" && !_hasMetadata)
            {
                output.StartList(name);
                open = true;
            }

            foreach (var item in items)
            {
                var at = $"/{name}/{index++}";
                if (_fitter.Fit(make(item, at), schema, at) is not { } node) continue;
                // What has a reference of its own is equal to nothing else.
                if (_hasRefs && (node is not JsonObject o || (!o.ContainsKey("bom-ref") && !o.ContainsKey("ref") && !seen.Add(Hash(node)))))
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
            var o = _builder.Component(c, _hasRefs && _plan.NeedsRef(c.Ref, c.RefIsGenerated), at);
            var inside = _plan.Inside(c.Ref);
            if (inside.Count == 0) return o;
            var list = new JsonArray();
            var seen = new HashSet<ulong>();
            for (var i = 0; i < inside.Count; i++)
            {
                var nested = Component(inside[i], $"{at}/components/{i}");
                if (_hasRefs && !nested.ContainsKey("bom-ref") && !seen.Add(Hash(nested))) nested["bom-ref"] = inside[i].Ref;
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
