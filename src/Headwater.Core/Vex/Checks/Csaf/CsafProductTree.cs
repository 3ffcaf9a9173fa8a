using System.Text.Json;
using Headwater.Core.Sboms;

namespace Headwater.Core.Vex.Checks.Csaf;

/// <summary>The products, groups and relationships of a document, by what its tests ask for.</summary>
internal sealed class CsafProductTree
{
    private static readonly string[] s_ranges = ["after", "all", "before", "earlier", "later", "prior", "versions"];

    /// <summary>A full product name, its place, and the categories of the branches above it (from the root on; null outside of branches).</summary>
    public readonly record struct Product(JsonElement Element, string At, IReadOnlyList<string>? Path)
    {
        public string? Id => Element.Text("product_id");
    }

    public CsafProductTree(JsonElement root)
    {
        if (root.Get("product_tree") is not { } tree) return;
        Walk(tree, "/product_tree", []);
        foreach (var (p, at) in tree.Each("full_product_names", "/product_tree")) Products.Add(new Product(p, at, null));
        foreach (var (r, at) in tree.Each("relationships", "/product_tree"))
        {
            Relationships.Add((r, at));
            if (r.Get("full_product_name") is { } full) Products.Add(new Product(full, at + "/full_product_name", null));
        }

        foreach (var (g, at) in tree.Each("product_groups", "/product_tree"))
        {
            GroupList.Add((g, at));
            if (g.Text("group_id") is { } id) Groups.TryAdd(id, [.. g.Texts("product_ids", at).Select(p => p.Text)]);
        }
    }

    /// <summary>All definitions of products.</summary>
    public List<Product> Products { get; } = [];

    /// <summary>All branches.</summary>
    public List<(JsonElement Element, string At)> Branches { get; } = [];

    public List<(JsonElement Element, string At)> Relationships { get; } = [];

    public List<(JsonElement Element, string At)> GroupList { get; } = [];

    /// <summary>Members of groups by the group's id.</summary>
    public Dictionary<string, string[]> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>So often a document may name products by their groups, in all its tests: a large group in many entries would cost the product of both.</summary>
    private const long MaxMembers = 50_000_000;
    private long _members;

    /// <summary>The products that an entry names, directly and through groups.</summary>
    /// <exception cref="SbomFormatException">Too many.</exception>
    public IEnumerable<string> Members(JsonElement entry)
    {
        foreach (var (id, _) in entry.Texts("product_ids", string.Empty)) yield return id;
        foreach (var (group, _) in entry.Texts("group_ids", string.Empty))
        {
            var members = Groups.GetValueOrDefault(group, []);
            if ((_members += members.Length) > MaxMembers) throw new SbomFormatException("/product_tree/product_groups", $"products are named through groups more than {MaxMembers} times");
            foreach (var id in members) yield return id;
        }
    }

    /// <summary>True for a version that says a range (test 6.1.31): by a sign anywhere, or by one of the words; <c>after-eight</c> holds none of them as a word.</summary>
    public static bool IsRange(string version) => version.AsSpan().ContainsAny('<', '>')
        || version.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Any(word => s_ranges.Contains(word));

    private void Walk(JsonElement e, string at, IReadOnlyList<string> path)
    {
        // As deep as the reader of JSON allows.
        foreach (var (b, place) in e.Each("branches", at))
        {
            Branches.Add((b, place));
            IReadOnlyList<string> here = [.. path, b.Text("category") ?? string.Empty];
            if (b.Get("product") is { } product) Products.Add(new Product(product, place + "/product", here));
            Walk(b, place, here);
        }
    }
}
