namespace Headwater.Server.Platform.Auth;

/// <summary>
/// What a caller may see: the whole organisation, or the projects of some units (and teams). Every read of projects, and of anything that is counted
/// over projects, takes one, so that no list, number or message tells of what lies outside.
/// </summary>
/// <param name="All">The whole organisation, unowned projects included.</param>
/// <param name="Units">Ids of the owners whose projects are visible, with all units and teams below them already in the list; empty when <paramref name="All"/>.</param>
internal sealed record Viewer(bool All, IReadOnlyList<long> Units)
{
    /// <summary>For work that nobody in particular asked for: jobs, the start of the server, operator commands.</summary>
    public static Viewer Everything { get; } = new(true, []);

    public static Viewer Nothing { get; } = new(false, []);

    /// <summary>Tells this from any other viewer that sees something else; short, for keys.</summary>
    public string Key => All ? "all" : Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(string.Join(',', Units.Order()))).AsSpan(0, 16));

    /// <summary>The condition, as SQL, under which a project with this owner column is visible.</summary>
    public string Sees(string ownerColumn) => All ? "1=1" : Units.Count == 0 ? "1=0" : $"{ownerColumn} IN ({string.Join(',', Units)})";

    public bool IsNothing => !All && Units.Count == 0;

    /// <summary>True when what belongs to this owner (null: to nobody) is visible.</summary>
    public bool Sees(long? owner) => All || (owner is { } id && Units.Contains(id));

    /// <summary>True when this sees all that the other sees.</summary>
    public bool Covers(Viewer other) => All || (!other.All && other.Units.All(new HashSet<long>(Units).Contains));

    /// <summary>What either sees.</summary>
    public Viewer Or(Viewer other) => All || other.All ? Everything : Units.Count == 0 ? other : other.Units.Count == 0 ? this : new(false, [.. Units.Union(other.Units)]);

    /// <summary>What both see.</summary>
    public Viewer And(Viewer other) => All ? other : other.All ? this : new(false, [.. Units.Intersect(other.Units)]);
}
