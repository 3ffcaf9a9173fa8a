namespace Headwater.Server.Features.Curations;

/// <summary>The columns that files of component versions, and of whatever uses them, have about licences.</summary>
internal sealed record LicenceFiles
{
    private static readonly (string Name, Func<ComponentLicence, object?> Value)[] Each =
    [
        ("licence:concluded", l => l.Concluded), ("declared:declared", l => l.Declared), ("found:found", l => l.Found), ("licence:concluded by", l => l.By == ConcludedBy.Nothing ? null : l.By.ToString().ToLowerInvariant()),
        ("licence:unresolved", l => l.Reason == LicenceReason.None ? null : l.Reason.ToString()), ("declared:declared by", l => l.DeclaredBy == DeclaredBy.Registry ? "registry " + l.Registry?.Registry : l.Said.Count > 0 ? "document" : null),
        ("declared:registry declares", l => l.Registry?.Differing),
    ];

    /// <summary>Concluded, declared, found, by what it was concluded or why it was not, who declares it, and what the registry declares where that is something else.</summary>
    public static IEnumerable<(string Name, Func<T, object?> Value)> Columns<T>(Func<T, ComponentLicence?> licence) => Each.Select(c => (c.Name, (Func<T, object?>)(row => licence(row) is { } l ? c.Value(l) : null)));

    /// <summary>The same for rows that stand for several component versions: what each says, once.</summary>
    public static IEnumerable<(string Name, Func<T, object?> Value)> Columns<T>(Func<T, IReadOnlyList<ComponentLicence>> licences) =>
        Each.Select(c => (c.Name, (Func<T, object?>)(row => licences(row).Select(c.Value).OfType<string>().Distinct(StringComparer.Ordinal).ToList())));
}
