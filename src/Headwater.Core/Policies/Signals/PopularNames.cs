using System.Collections.Frozen;

namespace Headwater.Core.Policies.Signals;

/// <summary>The popular names of a type of package, indexed.</summary>
internal sealed class PopularNames
{
    private static readonly Lazy<FrozenDictionary<string, PopularNames>> s_all = new(Load);

    private PopularNames(string type, List<string> names)
    {
        Names = names;
        Whole = new NameIndex(names);
        Owners = new NameIndex(type is "npm" or "composer" ? names.Where(n => n.Contains('/', StringComparison.Ordinal)).Select(n => n[..n.IndexOf('/', StringComparison.Ordinal)]).Distinct(StringComparer.Ordinal) : []);
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>By their whole name.</summary>
    public NameIndex Whole { get; }

    /// <summary>By scope or vendor.</summary>
    public NameIndex Owners { get; }

    /// <summary>The names of a type; null when there are none.</summary>
    public static PopularNames? Of(string type) => s_all.Value.GetValueOrDefault(type);

    private static FrozenDictionary<string, PopularNames> Load()
    {
        using var stream = typeof(PopularNames).Assembly.GetManifestResourceStream("signals/popular-names.txt")!;
        using var reader = new StreamReader(stream);
        var (all, names) = (new Dictionary<string, List<string>>(StringComparer.Ordinal), new List<string>());
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('[')) all[line[1..^1]] = names = [];
            else if (line.Length > 0 && line[0] != '#') names.Add(line);
        }

        return all.ToFrozenDictionary(a => a.Key, a => new PopularNames(a.Key, a.Value), StringComparer.Ordinal);
    }
}
