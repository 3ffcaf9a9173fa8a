using Headwater.Core.Licences.Expressions;
using Headwater.Core.Packages;

namespace Headwater.Core.Licences.Packages;

/// <summary>What a package says of its licence.</summary>
/// <param name="Source">The file that says it.</param>
/// <param name="Raw">As it is written.</param>
/// <param name="Expression">What it was read as; null when it could not be.</param>
/// <param name="Repairs">What was taken for something else than what is written, each as a sentence.</param>
/// <param name="Error">Why it could not be read, as a sentence; null when it could.</param>
public sealed record DeclaredLicence(string Source, string Raw, LicenceExpression? Expression, IReadOnlyList<string> Repairs, string? Error);

/// <summary>How what is declared and what was found go together.</summary>
public enum LicenceAgreement
{
    /// <summary>Neither was there.</summary>
    Nothing,

    /// <summary>The same licences.</summary>
    Same,

    /// <summary>Licences that the other does not have, on one side or both.</summary>
    Different,

    /// <summary>No file states a licence.</summary>
    OnlyDeclared,

    /// <summary>Nothing is declared, or it could not be read.</summary>
    OnlyFound,
}

/// <summary>A package, or a folder that is none.</summary>
public sealed record ScannedPackage
{
    /// <summary>Where it lies in what was scanned.</summary>
    public required string Path { get; init; }

    /// <summary>By the names of package URLs: npm, nuget, maven …; null for a folder or an archive that is no known package.</summary>
    public string? Kind { get; init; }

    /// <summary>Its package URL; null when it does not say its name.</summary>
    public PackageUrl? Purl { get; init; }

    /// <summary>What it declares; null when it declares nothing.</summary>
    public DeclaredLicence? Declared { get; init; }

    /// <summary>The POM whose licence it takes over and which is not in what was scanned, as <c>group:name:version</c>; null where it declares something, or takes nothing over.</summary>
    public string? InheritsFrom { get; init; }

    /// <summary>What its files state of it, all together; null when none states a licence. A NOTICE counts only where nothing else states one.</summary>
    public LicenceExpression? Found { get; init; }

    /// <summary>What its notices state beside that, of what it brings along of others; null for nothing.</summary>
    public LicenceExpression? ThirdParty { get; init; }

    /// <summary>The files that say something, in the order of their paths.</summary>
    public IReadOnlyList<ScannedFile> Files { get; init; } = [];

    /// <summary>Their copyright statements, each once.</summary>
    public IReadOnlyList<string> Copyrights { get; init; } = [];

    /// <summary>So many files were read.</summary>
    public int FilesRead { get; init; }

    /// <summary>Whether all of it was read that is read by its name: where not, what is not found may be there all the same.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>How declared and found go together.</summary>
    public LicenceAgreement Agreement => (Declared?.Expression, Found) switch
    {
        (null, null) => LicenceAgreement.Nothing,
        (null, _) => LicenceAgreement.OnlyFound,
        (_, null) => LicenceAgreement.OnlyDeclared,
        _ => DeclaredOnly.Count == 0 && FoundOnly.Count == 0 ? LicenceAgreement.Same : LicenceAgreement.Different,
    };

    /// <summary>Licences that are declared and that no file states.</summary>
    public IReadOnlyList<string> DeclaredOnly => Minus(Declared?.Expression, Found);

    /// <summary>Licences that files state and that are not declared.</summary>
    public IReadOnlyList<string> FoundOnly => Minus(Found, Declared?.Expression);

    private static IReadOnlyList<string> Minus(LicenceExpression? left, LicenceExpression? right)
    {
        if (left is null) return [];
        var there = right?.Terms.ToList() ?? [];
        return [.. left.Terms.Where(t => !there.Exists(o => IsSame(t, o))).Select(t => t.ToString()).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The text of a licence does not say whether later versions may be taken, the declaration does: that is no difference.</summary>
    private static bool IsSame(LicenceTerm left, LicenceTerm right) =>
        left.Exception == right.Exception && (left.Licence == right.Licence || (LicenceVersions.Of(left) is { Version: not null } one && LicenceVersions.Of(right) is var two && one.Family == two.Family && one.Version == two.Version));
}
