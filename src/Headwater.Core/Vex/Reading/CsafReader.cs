using System.Text;
using System.Text.Json;
using Headwater.Core.Sboms;

namespace Headwater.Core.Vex.Reading;

/// <summary>
/// CSAF 2.0. A vulnerability says of each product its status, and in other lists the flags, impacts and remediations of products and groups; products of which
/// the same is said become one statement.
/// </summary>
internal sealed class CsafReader(VexReading reading)
{
    private readonly Dictionary<string, VexProduct> _products = new(StringComparer.Ordinal);
    /// <summary>Of how many products one is put together; relationships can double that at each step.</summary>
    private const int MaxParts = 64;
    private readonly Dictionary<string, int> _sizes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _groups = new(StringComparer.Ordinal);

    public VexDocument Read(JsonElement root)
    {
        reading.Known(root, string.Empty, ["document", "product_tree", "vulnerabilities"]);
        var document = Document(root.GetProperty("document"u8));
        if (reading.Object(root, "product_tree", string.Empty) is { } tree) Tree(tree, "/product_tree");
        var statements = new List<VexStatement>();
        foreach (var (v, at) in reading.Objects(root, "vulnerabilities", string.Empty)) Vulnerability(v, at, statements);
        return document with { Statements = statements };
    }

    private VexDocument Document(JsonElement d)
    {
        const string at = "/document";
        foreach (var p in d.EnumerateObject()) if (p.Name is not ("category" or "csaf_version" or "publisher" or "title" or "tracking")) reading.Skip($"/document/{p.Name}");
        var category = reading.Text(d, "category", at);
        if (category is not ("csaf_vex" or "csaf_security_advisory")) reading.Warn(at + "/category", $"the profile \"{category}\" is not made for statements on exploitability; what it says of products is read all the same");
        var publisher = reading.Object(d, "publisher", at);
        var tracking = reading.Object(d, "tracking", at);
        string? P(string name) => publisher is { } p ? reading.Text(p, name, at + "/publisher") : null;
        string? T(string name) => tracking is { } t ? reading.Text(t, name, at + "/tracking") : null;
        foreach (var more in new[] { "contact_details", "issuing_authority" }) if (P(more) is not null) reading.Skip($"/document/publisher/{more}");
        if (tracking?.TryGetProperty("aliases"u8, out _) == true) reading.Skip("/document/tracking/aliases");

        var revisions = new List<VexRevision>();
        if (tracking is { } history)
        {
            foreach (var (r, place) in reading.Objects(history, "revision_history", at + "/tracking"))
            {
                if (r.TryGetProperty("legacy_version"u8, out _)) reading.Skip("/document/tracking/revision_history/*/legacy_version");
                revisions.Add(new VexRevision(reading.Text(r, "number", place) ?? string.Empty, reading.Time(r, "date", place), reading.Text(r, "summary", place)));
            }
        }

        string? tooling = null;
        if (tracking is { } made && reading.Object(made, "generator", at + "/tracking") is { } generator && reading.Object(generator, "engine", at + "/tracking/generator") is { } engine)
        {
            var version = reading.Text(engine, "version", at + "/tracking/generator/engine");
            tooling = reading.Text(engine, "name", at + "/tracking/generator/engine");
            if (tooling is not null && version is not null) tooling += " " + version;
            if (generator.TryGetProperty("date"u8, out _)) reading.Skip("/document/tracking/generator/date");
        }

        return new VexDocument
        {
            Format = VexFormat.Csaf,
            FormatVersion = "2.0",
            Id = T("id"),
            Author = P("name"),
            AuthorRole = P("category"),
            Namespace = P("namespace"),
            Title = reading.Text(d, "title", at),
            Tooling = tooling,
            Issued = reading.Time(T("initial_release_date"), at + "/tracking/initial_release_date"),
            Updated = reading.Time(T("current_release_date"), at + "/tracking/current_release_date"),
            Version = T("version"),
            Stage = T("status"),
            Revisions = revisions,
        };
    }

    private void Tree(JsonElement tree, string at)
    {
        Branches(tree, at, new Branch(null, null, null));
        foreach (var (p, place) in reading.Objects(tree, "full_product_names", at)) Define(p, place, new Branch(null, null, null));
        foreach (var (g, place) in reading.Objects(tree, "product_groups", at))
        {
            if (reading.Text(g, "group_id", place) is { } id) _groups.TryAdd(id, [.. reading.Texts(g, "product_ids", place)]);
            if (g.TryGetProperty("summary"u8, out _)) reading.Skip("/product_tree/product_groups/*/summary");
        }

        Relationships(tree, at);
    }

    private readonly record struct Branch(string? Vendor, string? Version, string? Range);

    private void Branches(JsonElement e, string at, Branch above)
    {
        foreach (var (b, place) in reading.Objects(e, "branches", at))
        {
            var name = reading.Text(b, "name", place);
            var category = reading.Text(b, "category", place);
            var here = category switch
            {
                "vendor" => above with { Vendor = name },
                "product_version" => above with { Version = name, Range = null },
                "product_version_range" => above with { Range = name, Version = null },
                _ => above,
            };
            if (category is "architecture" or "host_name" or "language" or "legacy" or "patch_level" or "product_family" or "service_pack" or "specification") reading.Skip($"/product_tree/branches/*/({category})");
            if (reading.Object(b, "product", place) is { } product) Define(product, place + "/product", here);
            // The reader of JSON has bounded the depth.
            Branches(b, place, here);
        }
    }

    private void Define(JsonElement p, string at, Branch branch)
    {
        if (Product(p, at) is not { Id: { } id } product) return;
        if (!_products.TryAdd(id, product with { Supplier = branch.Vendor, Version = branch.Version, VersionRange = branch.Range })) reading.Warn(at, $"the product \"{id}\" is defined more than once; the first definition counts");
    }

    private VexProduct? Product(JsonElement p, string at)
    {
        reading.Known(p, at, ["name", "product_id", "product_identification_helper"]);
        if (reading.Text(p, "product_id", at) is not { } id)
        {
            reading.Fault(at + "/product_id", "a product must have an id");
            return null;
        }

        var product = new VexProduct { Id = id, Name = reading.Text(p, "name", at) };
        if (reading.Object(p, "product_identification_helper", at) is not { } helper) return product;
        at += "/product_identification_helper";
        foreach (var more in helper.EnumerateObject()) if (more.Name is not ("purl" or "cpe" or "hashes")) reading.Skip($"/product_tree/*/product_identification_helper/{more.Name}");
        var hashes = new List<VexHash>();
        foreach (var (file, place) in reading.Objects(helper, "hashes", at))
        {
            var name = reading.Text(file, "filename", place);
            foreach (var (hash, where) in reading.Objects(file, "file_hashes", place))
            {
                if (reading.Text(hash, "algorithm", where) is { } algorithm && reading.Text(hash, "value", where) is { } value) hashes.Add(new VexHash(VexHashes.Model(algorithm), value.ToLowerInvariant(), name));
            }
        }

        return product with { Purl = reading.Text(helper, "purl", at), Cpes = reading.Text(helper, "cpe", at) is { } cpe ? [cpe] : [], Hashes = hashes };
    }

    /// <summary>A relationship defines a product of two others, which may be defined by relationships that come later.</summary>
    private void Relationships(JsonElement tree, string at)
    {
        var open = new Dictionary<string, (JsonElement Element, string At)>(StringComparer.Ordinal);
        foreach (var (r, place) in reading.Objects(tree, "relationships", at))
        {
            if (reading.Object(r, "full_product_name", place) is not { } full || reading.Text(full, "product_id", place + "/full_product_name") is not { } id)
            {
                reading.Fault(place, "a relationship must define a product with an id");
                continue;
            }

            if (_products.ContainsKey(id) || !open.TryAdd(id, (r, place))) reading.Warn(place, $"the product \"{id}\" is defined more than once; the first definition counts");
        }

        foreach (var id in open.Keys) Resolve(id, open, []);
    }

    private VexProduct? Resolve(string id, Dictionary<string, (JsonElement Element, string At)> open, List<string> path)
    {
        if (_products.TryGetValue(id, out var known)) return known;
        if (!open.TryGetValue(id, out var found)) return null;
        var (r, at) = found;
        if (path.Contains(id) || path.Count >= 32)
        {
            reading.Warn(at, $"the product \"{id}\" is defined by way of itself, or too deep");
            return null;
        }

        path.Add(id);
        var component = reading.Text(r, "product_reference", at) is { } a ? Resolve(a, open, path) : null;
        var whole = reading.Text(r, "relates_to_product_reference", at) is { } b ? Resolve(b, open, path) : null;
        path.Remove(id);
        var full = r.GetProperty("full_product_name"u8);
        var own = Product(full, at + "/full_product_name")!;
        VexProduct product;
        if (whole is null || component is null)
        {
            reading.Warn(at, "the relationship refers to a product that is not defined");
            product = own;
        }
        else
        {
            var size = _sizes.GetValueOrDefault(whole.CombinedId ?? string.Empty, 1) + _sizes.GetValueOrDefault(component.CombinedId ?? string.Empty, 1);
            if (own.Purl is not null || own.Cpes.Count > 0 || own.Hashes.Count > 0)
            {
                // The two together have identifiers of their own, which say more than those of the parts.
                reading.Skip("/product_tree/relationships/*/product_reference");
                product = own;
            }
            else if (size > MaxParts)
            {
                reading.Warn(at, $"the product \"{id}\" is put together of more than {MaxParts} others");
                product = own;
            }
            else
            {
                // What already is one within another becomes the inner pair.
                product = whole with
                {
                    Subcomponents = whole.Subcomponents.Count == 0 ? [component] : [.. whole.Subcomponents.Select(s => Deeper(s, component))],
                    Relationship = reading.Text(r, "category", at),
                    CombinedId = id,
                    CombinedName = own.Name,
                };
                _sizes[id] = size;
            }
        }

        _products.TryAdd(id, product);
        return product;
    }

    private static VexProduct Deeper(VexProduct outer, VexProduct innermost) => outer.Subcomponents.Count == 0
        ? outer with { Subcomponents = [innermost] }
        : outer with { Subcomponents = [.. outer.Subcomponents.Select(s => Deeper(s, innermost))] };

    /// <summary>What lists of a vulnerability say of one product.</summary>
    private sealed class Facts
    {
        public List<int> Impacts { get; } = [];

        public List<int> Remediations { get; } = [];

        public string? Label { get; set; }

        public DateTimeOffset? Date { get; set; }

        public string Key()
        {
            var key = new StringBuilder(Label).Append('\n').Append(Date?.UtcTicks);
            foreach (var impact in Impacts) key.Append('\u0001').Append(impact);
            foreach (var action in Remediations) key.Append('\u0002').Append(action);
            return key.ToString();
        }
    }

    /// <summary>What many products share is kept once; only what is put together of several texts takes room of its own.</summary>
    private const int MaxJoined = 64 * 1024 * 1024;
    private long _joined;

    private string? Impact(Facts known, List<string> impacts, string at)
    {
        if (known.Impacts.Count == 0) return null;
        if (known.Impacts.Count == 1) return impacts[known.Impacts[0]];
        _joined += known.Impacts.Sum(i => (long)impacts[i].Length + 1);
        if (_joined > MaxJoined) throw new SbomFormatException(at, $"impacts put together are longer than {MaxJoined} characters");
        return string.Join('\n', known.Impacts.Select(i => impacts[i]));
    }

    private void Vulnerability(JsonElement v, string at, List<VexStatement> statements)
    {
        foreach (var p in v.EnumerateObject())
        {
            if (p.Name is not ("cve" or "ids" or "title" or "notes" or "product_status" or "flags" or "threats" or "remediations")) reading.Skip($"/vulnerabilities/*/{p.Name}");
        }

        if (Named(v, at) is not { } vulnerability)
        {
            reading.Warn(at, "the vulnerability has neither a CVE nor another id, so nothing can be said of it; it is left out");
            return;
        }

        var detail = Notes(v, at, "details");
        var facts = new Dictionary<string, Facts>(StringComparer.Ordinal);
        Flags(v, at, facts);
        var impacts = Threats(v, at, facts);
        var actions = Remediations(v, at, facts);
        if (reading.Object(v, "product_status", at) is not { } status) return;
        if (status.TryGetProperty("recommended"u8, out _)) reading.Skip("/vulnerabilities/*/product_status/recommended");
        foreach (var (group, means) in VexWords.CsafGroups)
        {
            var alike = new Dictionary<string, (Facts Facts, List<VexProduct> Products)>(StringComparer.Ordinal);
            foreach (var id in reading.Texts(status, group, $"{at}/product_status"))
            {
                reading.CountProduct($"{at}/product_status/{group}");
                var known = FactsOf(facts, id);
                var key = known.Key();
                if (!alike.TryGetValue(key, out var entry)) alike.Add(key, entry = (known, []));
                if (!_products.TryGetValue(id, out var product))
                {
                    reading.Warn($"{at}/product_status/{group}", $"the product \"{id}\" is not defined in the product tree");
                    _products.Add(id, product = new VexProduct { Id = id });
                }

                entry.Products.Add(product);
            }

            foreach (var (known, products) in alike.Values)
            {
                reading.CountStatement(at);
                var five = VexWords.JustificationOf(known.Label);
                statements.Add(new VexStatement
                {
                    Vulnerability = vulnerability,
                    Products = products,
                    Status = means,
                    State = group,
                    Justification = five,
                    JustificationWord = five is null ? known.Label : null,
                    ImpactStatement = Impact(known, impacts, at),
                    Actions = [.. known.Remediations.Select(i => actions[i])],
                    Detail = detail,
                    Issued = known.Date,
                });
            }
        }
    }

    private VexVulnerability? Named(JsonElement v, string at)
    {
        var aliases = new List<VexAlias>();
        foreach (var (i, place) in reading.Objects(v, "ids", at))
        {
            if (reading.Text(i, "text", place) is { } text) aliases.Add(new VexAlias(text, reading.Text(i, "system_name", place)));
        }

        var cve = reading.Text(v, "cve", at);
        if (cve is null && aliases.Count == 0) return null;
        var first = cve is null ? aliases[0] : new VexAlias(cve);
        if (cve is null) aliases.RemoveAt(0);
        if (v.TryGetProperty("title"u8, out _)) reading.Skip("/vulnerabilities/*/title");
        return new VexVulnerability(first.Id) { Source = first.Source, Description = Notes(v, at, "description"), Aliases = [.. aliases.Distinct()] };
    }

    private string? Notes(JsonElement v, string at, string category)
    {
        var texts = new List<string>();
        foreach (var (n, place) in reading.Objects(v, "notes", at))
        {
            var kind = reading.Text(n, "category", place);
            if (kind == category && reading.Text(n, "text", place) is { } text) texts.Add(text);
            else if (category == "description" && kind is not ("description" or "details")) reading.Skip($"/vulnerabilities/*/notes/*({kind})");
        }

        return texts.Count == 0 ? null : string.Join("\n\n", texts);
    }

    private const string Everything = "\0";

    private static Facts FactsOf(Dictionary<string, Facts> facts, string product)
    {
        if (facts.TryGetValue(product, out var known)) return known;
        if (!facts.TryGetValue(Everything, out var all)) all = new Facts();
        known = new Facts();
        known.Impacts.AddRange(all.Impacts);
        known.Remediations.AddRange(all.Remediations);
        (known.Label, known.Date) = (all.Label, all.Date);
        facts.Add(product, known);
        return known;
    }

    /// <summary>The products that an entry names, directly and by groups; one that names none is about all.</summary>
    private IEnumerable<Facts> Named(JsonElement e, string at, Dictionary<string, Facts> facts)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var any = false;
        foreach (var id in reading.Texts(e, "product_ids", at)) any |= ids.Add(id);
        foreach (var group in reading.Texts(e, "group_ids", at))
        {
            any = true;
            if (_groups.TryGetValue(group, out var members)) ids.UnionWith(members);
            else reading.Warn(at, $"the group \"{group}\" is not defined in the product tree");
        }

        foreach (var id in ids)
        {
            reading.CountProduct(at);
            yield return FactsOf(facts, id);
        }

        if (any) yield break;
        if (!facts.ContainsKey(Everything)) facts.Add(Everything, new Facts());
        foreach (var known in facts.Values)
        {
            reading.CountProduct(at);
            yield return known;
        }
    }

    private void Flags(JsonElement v, string at, Dictionary<string, Facts> facts)
    {
        foreach (var (f, place) in reading.Objects(v, "flags", at))
        {
            var label = reading.Text(f, "label", place);
            if (label is not null && VexWords.JustificationOf(label) is null) reading.Warn(place + "/label", $"\"{label}\" is not a justification of CSAF; it is kept as it is");
            var date = reading.Time(f, "date", place);
            foreach (var known in Named(f, place, facts))
            {
                if (known.Label is null) (known.Label, known.Date) = (label, date ?? known.Date);
                else reading.Warn(place, "a product has more than one justification; the first one counts");
            }
        }
    }

    private List<string> Threats(JsonElement v, string at, Dictionary<string, Facts> facts)
    {
        var impacts = new List<string>();
        foreach (var (t, place) in reading.Objects(v, "threats", at))
        {
            if (reading.Text(t, "category", place) is var category && category != "impact")
            {
                reading.Skip($"/vulnerabilities/*/threats/*({category})");
                continue;
            }

            if (reading.Text(t, "details", place) is not { } details) continue;
            var date = reading.Time(t, "date", place);
            impacts.Add(details);
            foreach (var known in Named(t, place, facts))
            {
                known.Impacts.Add(impacts.Count - 1);
                known.Date ??= date;
            }
        }

        return impacts;
    }

    private List<VexAction> Remediations(JsonElement v, string at, Dictionary<string, Facts> facts)
    {
        var actions = new List<VexAction>();
        foreach (var (r, place) in reading.Objects(v, "remediations", at))
        {
            foreach (var more in new[] { "entitlements", "restart_required" }) if (r.TryGetProperty(more, out _)) reading.Skip($"/vulnerabilities/*/remediations/*/{more}");
            if (reading.Text(r, "details", place) is not { } details) continue;
            actions.Add(new VexAction(details, reading.Text(r, "category", place), reading.Text(r, "url", place), reading.Time(r, "date", place)));
            foreach (var known in Named(r, place, facts)) known.Remediations.Add(actions.Count - 1);
        }

        return actions;
    }
}
