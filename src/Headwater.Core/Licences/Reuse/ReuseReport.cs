namespace Headwater.Core.Licences.Reuse;

/// <summary>Where a statement about a file stands.</summary>
public enum ReuseSource
{
    /// <summary>In the file.</summary>
    FileHeader,

    /// <summary>In the file of the same name with <c>.license</c> behind it.</summary>
    DotLicense,

    /// <summary>In a <c>REUSE.toml</c>.</summary>
    ReuseToml,

    /// <summary>In <c>.reuse/dep5</c>.</summary>
    Dep5,
}

/// <summary>A copyright notice or a licence expression that holds for a file.</summary>
/// <param name="Value">As it is written.</param>
/// <param name="Source">The path of the file it stands in.</param>
/// <param name="Kind">What kind of file that is.</param>
/// <param name="IsValid">False for what should be a licence expression and is none.</param>
public sealed record ReuseStatement(string Value, string Source, ReuseSource Kind, bool IsValid = true);

/// <summary>A covered file, and what holds for it.</summary>
/// <param name="Path">Below the project's folder.</param>
/// <param name="Copyrights">Its copyright notices, each once.</param>
/// <param name="Licences">Its licence expressions, each once.</param>
public sealed record ReuseFile(string Path, IReadOnlyList<ReuseStatement> Copyrights, IReadOnlyList<ReuseStatement> Licences);

/// <summary>Something that is told and decides nothing, or that could not be read.</summary>
/// <param name="Path">The file.</param>
/// <param name="Message">A sentence.</param>
public sealed record ReuseRemark(string Path, string Message);

/// <summary>Whether a project keeps to the REUSE Specification 3.3, and where it does not. Paths and identifiers are sorted.</summary>
public sealed record ReuseReport
{
    /// <summary>The version of the specification.</summary>
    public const string Specification = "3.3";

    /// <summary>What is wrong with <c>REUSE.toml</c> or <c>dep5</c> themselves. When there is anything, nothing else was looked at.</summary>
    public IReadOnlyList<ReuseRemark> Errors { get; init; } = [];

    /// <summary>All covered files that could be read.</summary>
    public IReadOnlyList<ReuseFile> Files { get; init; } = [];

    /// <summary>Identifiers that are neither on the SPDX list nor a <c>LicenseRef-</c>, and the files that name them.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> BadLicences { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Licences in <c>LICENSES/</c> whose identifier is deprecated.</summary>
    public IReadOnlyList<string> DeprecatedLicences { get; init; } = [];

    /// <summary>Licences in <c>LICENSES/</c> whose file name has no extension, and their paths.</summary>
    public IReadOnlyDictionary<string, string> LicencesWithoutExtension { get; init; } = new Dictionary<string, string>();

    /// <summary>Licences that files name and whose text is not in <c>LICENSES/</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> MissingLicences { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Licences in <c>LICENSES/</c> that no file names.</summary>
    public IReadOnlyList<string> UnusedLicences { get; init; } = [];

    /// <summary>Licences and exceptions that files name.</summary>
    public IReadOnlyList<string> UsedLicences { get; init; } = [];

    /// <summary>The texts in <c>LICENSES/</c>: identifiers and paths.</summary>
    public IReadOnlyDictionary<string, string> LicenceTexts { get; init; } = new Dictionary<string, string>();

    /// <summary>Files that could not be read.</summary>
    public IReadOnlyList<ReuseRemark> ReadErrors { get; init; } = [];

    /// <summary>What should be licence expressions and is none, by the file it stands in.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> InvalidExpressions { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Covered files without a copyright notice.</summary>
    public IReadOnlyList<string> WithoutCopyright { get; init; } = [];

    /// <summary>Covered files without a licence.</summary>
    public IReadOnlyList<string> WithoutLicence { get; init; } = [];

    /// <summary>What is worth a look and decides nothing.</summary>
    public IReadOnlyList<ReuseRemark> Remarks { get; init; } = [];

    /// <summary>Whether the project keeps to the specification.</summary>
    public bool IsConformant => Errors.Count == 0 && BadLicences.Count == 0 && DeprecatedLicences.Count == 0 && LicencesWithoutExtension.Count == 0 && MissingLicences.Count == 0 && UnusedLicences.Count == 0 && ReadErrors.Count == 0
        && InvalidExpressions.Count == 0 && WithoutCopyright.Count == 0 && WithoutLicence.Count == 0;
}
