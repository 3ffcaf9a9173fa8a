using System.Globalization;
using System.Text.Json;
using Headwater.Core.Vex.Reading;
using Headwater.Core.Versions;

namespace Headwater.Core.Vex.Writing;

/// <summary>CycloneDX 1.6. What it has no place for and its properties can hold travels there and comes back when the reader here reads it.</summary>
internal sealed class CycloneDxVexWriter(VexDocument document, DateTimeOffset time, VexLosses losses)
{
    private readonly List<Node> _roots = [];
    private readonly Dictionary<string, Node> _nodes = new(StringComparer.Ordinal);

    /// <summary>A component: a product, or a component within one.</summary>
    private sealed record Node(string Ref, VexProduct Product, bool Inner, string Content)
    {
        public List<Node> Children { get; } = [];
    }

    public int Write(Utf8JsonWriter json)
    {
        losses.Document(document);
        // Components come before what refers to them, so all are found first.
        var statements = document.Statements.Select(s => (Statement: s, Affected: Affected(s))).Where(s => s.Affected.Count > 0 || s.Statement.Products.Count == 0).ToList();
        json.WriteStartObject();
        json.WriteString("$schema"u8, "http://cyclonedx.org/schema/bom-1.6.schema.json");
        json.WriteString("bomFormat"u8, "CycloneDX");
        json.WriteString("specVersion"u8, "1.6");
        var ownSerial = document.Id is { } id && id.StartsWith("urn:uuid:", StringComparison.Ordinal) && Guid.TryParseExact(id[9..], "D", out _) && id == id.ToLowerInvariant();
        json.WriteString("serialNumber"u8, ownSerial ? document.Id : "urn:uuid:" + VexIds.Uuid(document));
        var ownVersion = int.TryParse(document.Version ?? "1", NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0;
        json.WriteNumber("version"u8, ownVersion ? version : 1);
        Metadata(json, ownSerial, ownVersion);
        if (_roots.Count > 0)
        {
            json.WriteStartArray("components"u8);
            foreach (var node in _roots) Component(json, node);
            json.WriteEndArray();
        }

        json.WriteStartArray("vulnerabilities"u8);
        var refs = new HashSet<string>(_nodes.Values.Select(n => n.Ref), StringComparer.Ordinal);
        foreach (var (statement, affected) in statements) Vulnerability(json, statement, affected, refs);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return statements.Count;
    }

    private void Metadata(Utf8JsonWriter json, bool ownSerial, bool ownVersion)
    {
        if (document is { Issued: { } issued, Updated: { } updated } && issued != updated) losses.Add("document", $"that it was first issued on {VexTime.Write(issued)}; CycloneDX has one time for a document");
        json.WriteStartObject("metadata"u8);
        json.WriteString("timestamp"u8, VexTime.Write(document.Time ?? time));
        if (document.Tooling is { } tooling)
        {
            json.WriteStartObject("tools"u8);
            json.WriteStartArray("components"u8);
            json.WriteStartObject();
            json.WriteString("type"u8, "application");
            json.WriteString("name"u8, tooling);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        if (document.Author is { } author)
        {
            if (document.Namespace is { } address)
            {
                json.WriteStartObject("supplier"u8);
                json.WriteString("name"u8, author);
                json.WriteStartArray("url"u8);
                json.WriteStringValue(address);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            else
            {
                json.WriteStartArray("authors"u8);
                json.WriteStartObject();
                json.WriteString("name"u8, author);
                json.WriteEndObject();
                json.WriteEndArray();
            }
        }

        Properties(json,
        [
            (CycloneDxVexReader.IdProperty, ownSerial ? null : document.Id), (CycloneDxVexReader.RoleProperty, document.AuthorRole),
            (CycloneDxVexReader.VersionProperty, ownVersion ? null : document.Version),
        ]);
        json.WriteEndObject();
    }

    private static void Properties(Utf8JsonWriter json, ReadOnlySpan<(string Name, string? Value)> properties)
    {
        var open = false;
        foreach (var (name, value) in properties)
        {
            if (value is null) continue;
            if (!open) json.WriteStartArray("properties"u8);
            open = true;
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteString("value"u8, value);
            json.WriteEndObject();
        }

        if (open) json.WriteEndArray();
    }

    private readonly record struct Target(string Ref, VexProduct Product);

    private List<Target> Affected(VexStatement s)
    {
        var targets = new List<Target>();
        foreach (var given in s.Products)
        {
            var p = given.VersionState is null ? VexIds.Narrow(given) : given;
            var place = VexLosses.Place(s, p);
            if (p.VersionRange is { } range && !(VersRange.TryNormalize(range, out _, out _) && p.Subcomponents.Count == 0) && document.Format != VexFormat.CycloneDx)
            {
                losses.Add(place, p.Subcomponents.Count == 0 ? "the product: its range is none that CycloneDX knows (vers), and without it the statement would cover more"
                    : "the product: CycloneDX has no range for what holds a component, and without it the statement would cover more");
                continue;
            }

            if (Flatten(p).Skip(1).Any(sub => sub.VersionRange is not null))
            {
                losses.Add(place, "the product: CycloneDX has no range for a component within it, and without it the statement would cover more");
                continue;
            }

            if (p.Relationship is not (null or "default_component_of")) losses.Add(place, $"that its component is {p.Relationship}");
            foreach (var cpe in p.Cpes.Skip(1)) losses.Add(place, $"the CPE name {cpe}, which is not the first");
            foreach (var hash in p.Hashes.Where(h => !VexHashes.IsCycloneDx(h.Algorithm))) losses.Add(place, $"the hash by {hash.Algorithm}");
            // What is in another document, and what its own document refers to without having it.
            if ((IsLink(p.Id) || (document.Format == VexFormat.CycloneDx && p is { Name: null, Id: not null })) && p.Subcomponents.Count == 0)
            {
                targets.Add(new Target(p.Id!, p));
                continue;
            }

            var root = Place(null, p with { Subcomponents = [] });
            if (p.Subcomponents.Count == 0) targets.Add(new Target(root.Ref, p));
            else foreach (var leaf in p.Subcomponents.SelectMany(sub => Within(root, sub))) targets.Add(new Target(leaf.Ref, p with { VersionRange = null, VersionState = null }));
        }

        return targets;
    }

    private static IEnumerable<VexProduct> Flatten(VexProduct p) => p.Subcomponents.SelectMany(Flatten).Prepend(p);

    private static bool IsLink(string? id) => id?.StartsWith("urn:cdx:", StringComparison.Ordinal) == true;

    private IEnumerable<Node> Within(Node parent, VexProduct sub)
    {
        var node = Place(parent, sub with { Subcomponents = [] });
        return sub.Subcomponents.Count == 0 ? [node] : sub.Subcomponents.SelectMany(inner => Within(node, inner));
    }

    private Node Place(Node? parent, VexProduct p)
    {
        // Of a version that is said beside the component, the component itself says nothing.
        var component = p.VersionState is null && p.VersionRange is null ? p : p with { Version = null, VersionRange = null, VersionState = null };
        var content = $"{parent?.Ref}\n{component.Id}\n{component.Name}\n{component.Version}\n{component.Purl}\n{component.Supplier}\n{string.Join(' ', component.Cpes)}\n{string.Join(' ', component.Hashes)}";
        if (_nodes.TryGetValue(content, out var known)) return known;
        var wanted = p.Id ?? p.Purl ?? p.Cpes.FirstOrDefault() ?? p.Name ?? "product";
        if (IsLink(wanted)) wanted = wanted[4..];
        if (parent is not null) wanted = $"{parent.Ref}#{wanted}";
        var reference = wanted;
        for (var n = 2; !_refs.Add(reference); n++) reference = $"{wanted}~{n}";
        var node = new Node(reference, component, parent is not null, content);
        _nodes.Add(content, node);
        (parent?.Children ?? _roots).Add(node);
        return node;
    }

    private readonly HashSet<string> _refs = new(StringComparer.Ordinal);

    private static void Component(Utf8JsonWriter json, Node node)
    {
        var p = node.Product;
        var purl = p.Purl is not null && Packages.PackageUrl.TryParse(p.Purl, out var parsed, out _) ? parsed : null;
        json.WriteStartObject();
        json.WriteString("type"u8, "library");
        json.WriteString("bom-ref"u8, node.Ref);
        if (p.Supplier is { } supplier)
        {
            json.WriteStartObject("supplier"u8);
            json.WriteString("name"u8, supplier);
            json.WriteEndObject();
        }

        json.WriteString("name"u8, p.Name ?? purl?.Name ?? p.Id ?? node.Ref);
        if (p.Version is { } version) json.WriteString("version"u8, version);
        var hashes = p.Hashes.Where(h => VexHashes.IsCycloneDx(h.Algorithm)).ToList();
        if (hashes.Count > 0)
        {
            json.WriteStartArray("hashes"u8);
            foreach (var hash in hashes.DistinctBy(h => (h.Algorithm, h.Value)))
            {
                json.WriteStartObject();
                json.WriteString("alg"u8, hash.Algorithm);
                json.WriteString("content"u8, hash.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (p.Cpes.Count > 0) json.WriteString("cpe"u8, p.Cpes[0]);
        if (p.Purl is not null) json.WriteString("purl"u8, p.Purl);
        if (node.Children.Count > 0)
        {
            json.WriteStartArray("components"u8);
            foreach (var child in node.Children) Component(json, child);
            json.WriteEndArray();
        }

        Properties(json,
        [
            (CycloneDxVexReader.SubcomponentProperty, node.Inner ? p.Id ?? string.Empty : null),
            (CycloneDxVexReader.ReferenceProperty, !node.Inner && p.Id != node.Ref ? p.Id ?? string.Empty : null),
        ]);
        json.WriteEndObject();
    }

    private void Vulnerability(Utf8JsonWriter json, VexStatement s, List<Target> affected, HashSet<string> refs)
    {
        losses.Words(s, VexLosses.Place(s));
        var v = s.Vulnerability;
        json.WriteStartObject();
        if (s.Id is { } id && refs.Add(id)) json.WriteString("bom-ref"u8, id);
        json.WriteString("id"u8, v.Id);
        Source(json, v.Source, v.Address);
        if (v.Aliases.Count > 0)
        {
            json.WriteStartArray("references"u8);
            foreach (var alias in v.Aliases.Distinct())
            {
                json.WriteStartObject();
                json.WriteString("id"u8, alias.Id);
                Source(json, alias.Source ?? Guess(alias.Id), null);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (v.Description is { } description) json.WriteString("description"u8, description);
        if (s.Detail is { } detail) json.WriteString("detail"u8, detail);
        Text(json, "recommendation", [.. s.Actions.Where(a => a.Category != "workaround").Select(a => a.Details)]);
        Text(json, "workaround", [.. s.Actions.Where(a => a.Category == "workaround").Select(a => a.Details)]);
        foreach (var a in s.Actions.Where(a => a.Url is not null)) losses.Add(VexLosses.Place(s), $"the address {a.Url}");
        foreach (var a in s.Actions.Where(a => a.Date is not null)) losses.Add(VexLosses.Place(s), $"since when what to do holds ({VexTime.Write(a.Date!.Value)})");
        Analysis(json, s);
        Affects(json, s, affected);
        Properties(json, [(CycloneDxVexReader.JustificationProperty, s is { Justification: { } five, JustificationWord: null } ? VexWords.Of(five) : null)]);
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string[] texts)
    {
        if (texts.Length > 0) json.WriteString(name, string.Join('\n', texts));
    }

    /// <summary>A reference must say who gave it; the prefix says that for the registered ones.</summary>
    private static string Guess(string id) => id.Split('-')[0] switch { "CVE" => "NVD", "GHSA" => "GitHub", var prefix => prefix };

    private static void Source(Utf8JsonWriter json, string? name, string? address)
    {
        if (name is null && address is null) return;
        json.WriteStartObject("source"u8);
        if (name is not null) json.WriteString("name"u8, name);
        if (address is not null) json.WriteString("url"u8, address);
        json.WriteEndObject();
    }

    private void Analysis(Utf8JsonWriter json, VexStatement s)
    {
        var state = VexWords.IsCycloneDxState(s.State) ? s.State : document.Format == VexFormat.CycloneDx ? null : VexWords.CycloneDxOf(s.Status);
        var word = VexWords.IsCycloneDxJustification(s.JustificationWord) ? s.JustificationWord : s.Justification is { } five ? VexWords.CycloneDxOf(five) : null;
        IReadOnlyList<string> responses = s.Responses.Count > 0 || document.Format == VexFormat.CycloneDx ? s.Responses : [.. s.Actions.Select(a => a.Category switch
        {
            "vendor_fix" => "update",
            "workaround" => "workaround_available",
            "none_available" => "can_not_fix",
            "no_fix_planned" => "will_not_fix",
            _ => null,
        }).OfType<string>().Distinct(StringComparer.Ordinal)];
        if (state is null && word is null && responses.Count == 0 && s.ImpactStatement is null && s.Issued is null && s.Updated is null) return;
        json.WriteStartObject("analysis"u8);
        if (state is not null) json.WriteString("state"u8, state);
        if (word is not null) json.WriteString("justification"u8, word);
        if (responses.Count > 0)
        {
            json.WriteStartArray("response"u8);
            foreach (var response in responses) json.WriteStringValue(response);
            json.WriteEndArray();
        }

        if (s.ImpactStatement is { } impact) json.WriteString("detail"u8, impact);
        if (s.Issued is { } issued) json.WriteString("firstIssued"u8, VexTime.Write(issued));
        if (s.Updated is { } updated) json.WriteString("lastUpdated"u8, VexTime.Write(updated));
        json.WriteEndObject();
    }

    private static void Affects(Utf8JsonWriter json, VexStatement s, List<Target> affected)
    {
        if (affected.Count == 0) return;
        json.WriteStartArray("affects"u8);
        foreach (var group in affected.GroupBy(t => t.Ref, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("ref"u8, group.Key);
            var versions = group.Select(t => t.Product).Where(p => p.VersionState is not null || p.VersionRange is not null || (IsLink(group.Key) && p.Version is not null)).DistinctBy(p => (p.Version, p.VersionRange, p.VersionState)).ToList();
            if (versions.Count > 0)
            {
                json.WriteStartArray("versions"u8);
                foreach (var p in versions)
                {
                    json.WriteStartObject();
                    if (p.VersionRange is { } range) json.WriteString("range"u8, range);
                    else if (p.Version is { } version) json.WriteString("version"u8, version);
                    var state = p.VersionState ?? s.Status switch { VexStatus.Affected => null, VexStatus.UnderInvestigation => "unknown", _ => "unaffected" };
                    if (state is not null) json.WriteString("status"u8, state);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
