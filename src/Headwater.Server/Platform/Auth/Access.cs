namespace Headwater.Server.Platform.Auth;

/// <summary>Permissions and where they hold.</summary>
/// <param name="Unit">The unit at the top of <paramref name="Where"/>; null for the whole organisation.</param>
internal sealed record AccessPart(Permissions What, Viewer Where, long? Unit);

/// <summary>
/// What a caller may do, and where. Made for each request from the caller's grants (or the key's), so a change of them acts on the next request
/// on every node.
/// </summary>
internal sealed class Access
{
    private readonly AccessPart? _chosen;

    /// <param name="parts">What has no scope (<see cref="Roles.Indivisible"/>) is dropped unless it holds everywhere.</param>
    /// <param name="chosen">The part of the organisation that the caller has chosen to look at; null for everything.</param>
    public Access(IEnumerable<AccessPart> parts, AccessPart? chosen = null)
    {
        Parts = [.. parts.Select(p => p.Where.All ? p : p with { What = p.What & ~Roles.Indivisible }).Where(p => p.What != Permissions.None && !p.Where.IsNothing)];
        _chosen = chosen;
        foreach (var part in Parts)
        {
            Anywhere |= part.What;
            if (part.Where.All) Everywhere |= part.What;
        }
    }

    public static Access None { get; } = new([]);

    public IReadOnlyList<AccessPart> Parts { get; }

    /// <summary>What the caller may do in at least one place.</summary>
    public Permissions Anywhere { get; }

    /// <summary>What the caller may do in the whole organisation.</summary>
    public Permissions Everywhere { get; }

    /// <summary>The unit chosen to look at; null for everything.</summary>
    public long? ChosenUnit => _chosen?.Unit;

    /// <summary>Where the caller has a permission (a single one).</summary>
    public Viewer Viewer(Permissions permission) => Everywhere.HasFlag(permission) ? Auth.Viewer.Everything
        : Parts.Where(p => p.What.HasFlag(permission)).Aggregate(Auth.Viewer.Nothing, (seen, part) => seen.Or(part.Where));

    /// <summary>The same, narrowed to the part that the caller has chosen to look at.</summary>
    public Viewer InScope(Permissions permission) => _chosen is null ? Viewer(permission) : Viewer(permission).And(_chosen.Where);

    /// <summary>True when the caller has every one of the permissions for what belongs to this owner; null is what belongs to nobody.</summary>
    public bool Can(Permissions all, long? owner) => (Parts.Where(p => p.Where.Sees(owner)).Aggregate(Permissions.None, (may, part) => may | part.What) & all) == all;

    /// <summary>Whose something new is that the caller makes without saying for whom: the chosen unit's, else nobody's when he may everywhere, else the one unit in which he may.</summary>
    /// <returns>Null for nobody's; 0, which no owner has, when it is unclear because there are several units or none.</returns>
    public long? Home(Permissions permission)
    {
        if (_chosen?.Unit is { } chosen && Viewer(permission).Sees(chosen)) return chosen;
        if (Everywhere.HasFlag(permission)) return null;
        return Parts.Where(p => p.What.HasFlag(permission)).Select(p => p.Unit).Distinct().ToList() is [{ } one] ? one : 0;
    }

    /// <summary>What is left when only these permissions are wanted in this place: a key never has more than its maker.</summary>
    public Access Restrict(Permissions permissions, Viewer where, long? unit) => new(Parts.Select(p => new AccessPart(p.What & permissions, p.Where.And(where), unit is { } top && p.Where.Sees(top) ? top : p.Unit)), _chosen);

    /// <summary>The same access with a part of the organisation chosen.</summary>
    public Access Looking(AccessPart chosen) => new(Parts, chosen);
}
