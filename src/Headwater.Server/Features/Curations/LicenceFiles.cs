namespace Headwater.Server.Features.Curations;

/// <summary>The columns that files of component versions have about licences.</summary>
internal sealed record LicenceFiles
{
    /// <summary>Concluded, declared, found, by what it was concluded, and why it was not.</summary>
    public static IEnumerable<(string Name, Func<T, object?> Value)> Columns<T>(Func<T, ComponentLicence?> licence) =>
    [
        ("licence:concluded", row => licence(row)?.Concluded), ("declared:declared", row => licence(row)?.Declared), ("found:found", row => licence(row)?.Found),
        ("licence:concluded by", row => licence(row) is { By: not ConcludedBy.Nothing } l ? l.By.ToString().ToLowerInvariant() : null),
        ("licence:unresolved", row => licence(row) is { Reason: not LicenceReason.None } l ? l.Reason.ToString() : null),
    ];
}
