using System.Text.Json;
using Headwater.Core.Packages;

namespace Headwater.Core.Vex.Checks.Csaf;

/// <summary>The mandatory tests of products and vulnerabilities: 6.1.1 to 6.1.7, 6.1.11, 6.1.13, 6.1.23 to 6.1.25, 6.1.29, 6.1.31 to 6.1.33.</summary>
internal sealed partial class CsafCheck
{
    private static readonly string[] s_affected = ["first_affected", "known_affected", "last_affected"];
    private static readonly string[] s_fixed = ["first_fixed", "fixed"];
    private static readonly string[] s_statuses = ["first_affected", "first_fixed", "fixed", "known_affected", "known_not_affected", "last_affected", "recommended", "under_investigation"];

    /// <summary>All places that refer to a product.</summary>
    private IEnumerable<(string Text, string At)> References()
    {
        foreach (var (group, at) in _tree.GroupList) foreach (var r in group.Texts("product_ids", at)) yield return r;
        foreach (var (relationship, at) in _tree.Relationships)
        {
            foreach (var name in new[] { "product_reference", "relates_to_product_reference" }) if (relationship.Text(name) is { } id) yield return (id, $"{at}/{name}");
        }

        foreach (var (v, at) in _vulnerabilities)
        {
            foreach (var r in Status(v, at, s_statuses)) yield return r;
            foreach (var list in new[] { "flags", "remediations", "threats" }) foreach (var (e, place) in v.Each(list, at)) foreach (var r in e.Texts("product_ids", place)) yield return r;
            foreach (var (score, place) in v.Each("scores", at)) foreach (var r in score.Texts("products", place)) yield return r;
        }
    }

    private static IEnumerable<(string Text, string At)> Status(JsonElement v, string at, string[] groups) =>
        v.Get("product_status") is { } status ? groups.SelectMany(g => status.Texts(g, at + "/product_status")) : [];

    private void MissingProducts()
    {
        var defined = _tree.Products.Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, at) in References()) if (!defined.Contains(id)) Found(at, $"the product \"{id}\" is not defined in the product tree");
    }

    private void ProductsTwice()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var p in _tree.Products) if (p.Id is { } id && !seen.Add(id)) Found(p.At + "/product_id", $"the product \"{id}\" is defined more than once");
    }

    /// <summary>What is left when everything is taken away that leads nowhere, and then everything that nothing leads to, goes round in a circle.</summary>
    private void CircularProducts()
    {
        var edges = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var places = new List<(string Id, string At)>();
        foreach (var (r, at) in _tree.Relationships)
        {
            if (r.Get("full_product_name").Text("product_id") is not { } id) continue;
            places.Add((id, at + "/full_product_name/product_id"));
            if (!edges.TryGetValue(id, out var to)) edges.Add(id, to = new HashSet<string>(StringComparer.Ordinal));
            foreach (var name in new[] { "product_reference", "relates_to_product_reference" }) if (r.Text(name) is { } other) to.Add(other);
        }

        Peel(edges);
        var back = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var id in edges.Keys) back.TryAdd(id, new HashSet<string>(StringComparer.Ordinal));
        foreach (var (id, to) in edges) foreach (var other in to) if (back.TryGetValue(other, out var from)) from.Add(id);
        Peel(back);
        foreach (var (id, at) in places) if (back.ContainsKey(id)) Found(at, $"the product \"{id}\" is defined by way of itself");
    }

    /// <summary>Takes away every node that has no way to another that is still there.</summary>
    private static void Peel(Dictionary<string, HashSet<string>> edges)
    {
        var into = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (id, to) in edges)
        {
            to.RemoveWhere(other => !edges.ContainsKey(other));
            foreach (var other in to)
            {
                if (!into.TryGetValue(other, out var list)) into.Add(other, list = []);
                list.Add(id);
            }
        }

        var free = new Queue<string>(edges.Where(e => e.Value.Count == 0).Select(e => e.Key));
        while (free.TryDequeue(out var id))
        {
            edges.Remove(id);
            foreach (var from in into.GetValueOrDefault(id, []))
            {
                if (edges.TryGetValue(from, out var to) && to.Remove(id) && to.Count == 0) free.Enqueue(from);
            }
        }
    }

    private void MissingGroups()
    {
        foreach (var (v, at) in _vulnerabilities)
        {
            foreach (var list in new[] { "flags", "remediations", "threats" })
            {
                foreach (var (e, place) in v.Each(list, at))
                {
                    foreach (var (id, where) in e.Texts("group_ids", place)) if (!_tree.Groups.ContainsKey(id)) Found(where, $"the product group \"{id}\" is not defined in the product tree");
                }
            }
        }
    }

    private void GroupsTwice()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (g, at) in _tree.GroupList) if (g.Text("group_id") is { } id && !seen.Add(id)) Found(at + "/group_id", $"the product group \"{id}\" is defined more than once");
    }

    private void ContradictingStatus()
    {
        foreach (var (v, at) in _vulnerabilities)
        {
            var said = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, groups) in new[] { ("affected", s_affected), ("not affected", ["known_not_affected"]), ("fixed", s_fixed), ("under investigation", ["under_investigation"]) })
            {
                foreach (var (id, place) in Status(v, at, groups)) if (!said.TryAdd(id, name) && said[id] != name) Found(place, $"the product \"{id}\" is said to be {said[id]} and {name}");
            }
        }
    }

    private void ScoresTwice()
    {
        foreach (var (v, at) in _vulnerabilities)
        {
            var seen = new HashSet<(string, string)>();
            foreach (var (score, place) in v.Each("scores", at))
            {
                foreach (var name in new[] { "cvss_v2", "cvss_v3" })
                {
                    if (score.Get(name) is not { } cvss) continue;
                    var version = cvss.Text("version") ?? name;
                    foreach (var (product, _) in score.Texts("products", place)) if (!seen.Add((product, version))) Found($"{place}/{name}", $"the product \"{product}\" has more than one score of CVSS {version}");
                }
            }
        }
    }

    private void Weaknesses()
    {
        foreach (var (v, at) in _vulnerabilities)
        {
            if (v.Get("cwe") is not { } cwe || cwe.Text("id") is not { } id) continue;
            var name = CsafSchema.Weakness(id);
            if (name is null) Found(at + "/cwe/id", $"{id} is not in CWE 4.15");
            else if (cwe.Text("name") is { } said && said != name) Found(at + "/cwe/name", $"{id} is called \"{name}\", not \"{said}\"");
        }
    }

    private void PackageUrls()
    {
        foreach (var p in _tree.Products)
        {
            if (p.Element.Get("product_identification_helper").Text("purl") is { } purl && !PackageUrl.TryParse(purl, out _, out var error)) Found(p.At + "/product_identification_helper/purl", error);
        }
    }

    private void CveTwice()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (v, at) in _vulnerabilities) if (v.Text("cve") is { } cve && !seen.Add(cve)) Found(at + "/cve", $"{cve} has more than one item");
    }

    private void Involvements()
    {
        foreach (var (v, at) in _vulnerabilities)
        {
            var seen = new HashSet<(string, DateTimeOffset?)>();
            foreach (var (i, place) in v.Each("involvements", at))
            {
                DateTimeOffset? date = i.Text("date") is { } text && VexTime.TryParse(text, out var time) ? time : null;
                if (i.Text("party") is { } party && !seen.Add((party, date))) Found(place, $"the party \"{party}\" stands there more than once {(date is null ? "without a date" : "with the same date")}");
            }
        }
    }

    /// <summary>The hashes of a file of a product.</summary>
    private IEnumerable<(JsonElement Element, string At)> Files() => _tree.Products.SelectMany(p => p.Element.Get("product_identification_helper").Each("hashes", p.At + "/product_identification_helper"));

    private void HashAlgorithms()
    {
        foreach (var (file, at) in Files())
        {
            var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var (hash, place) in file.Each("file_hashes", at)) if (hash.Text("algorithm") is { } algorithm && !seen.Add(algorithm)) Found(place + "/algorithm", $"the algorithm {algorithm} is used more than once for this file");
        }
    }

    private void RemediationProducts()
    {
        foreach (var (v, at) in _vulnerabilities) foreach (var (r, place) in v.Each("remediations", at)) if (!r.Has("product_ids") && !r.Has("group_ids")) Found(place, "the remediation does not say for which products it is");
    }

    private void FlagProducts()
    {
        foreach (var (v, at) in _vulnerabilities) foreach (var (f, place) in v.Each("flags", at)) if (!f.Has("product_ids") && !f.Has("group_ids")) Found(place, "the flag does not say for which products it is");
    }

    private void RangeAsVersion()
    {
        foreach (var (b, at) in _tree.Branches)
        {
            if (b.Text("category") == "product_version" && b.Text("name") is { } name && CsafProductTree.IsRange(name)) Found(at + "/name", $"\"{name}\" says a range; the category product_version is for one version");
        }
    }

    private void FlagsTwice()
    {
        foreach (var (v, at) in _vulnerabilities)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (f, place) in v.Each("flags", at))
            {
                if (VexWords.JustificationOf(f.Text("label")) is null) continue;
                foreach (var product in _tree.Members(f).Distinct(StringComparer.Ordinal)) if (!seen.Add(product)) Found(place, $"the product \"{product}\" has more than one justification");
            }
        }
    }
}
