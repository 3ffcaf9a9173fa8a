namespace Headwater.Core.Licences.Curations;

/// <summary>In which form a file of curations is.</summary>
public enum CurationFormat
{
    /// <summary>Package curations of the OSS Review Toolkit: a list of <c>id</c> and <c>curations</c>.</summary>
    Ort,

    /// <summary>Curations of ClearlyDefined: <c>coordinates</c> and <c>revisions</c>, one document for each package.</summary>
    ClearlyDefined,
}

/// <summary>What a file says of the licence of a package.</summary>
/// <param name="Package">Its package URL without a version.</param>
/// <param name="Version">One version; null for all or for a range.</param>
/// <param name="Range">A range of versions as <c>vers:</c>; null for one version or all.</param>
/// <param name="Licence">The concluded licence as it is written.</param>
/// <param name="Comment">What the file says about it; null for nothing.</param>
/// <param name="Line">Where it stands, from 1; 0 for what was not read from a file.</param>
public sealed record PackageCuration(string Package, string? Version, string? Range, string Licence, string? Comment, int Line = 0);

/// <summary>Something in a file that is no statement about the licence of a package, or none that can be taken.</summary>
/// <param name="Line">Where it stands, from 1.</param>
/// <param name="Subject">What it is about, as the file says it.</param>
/// <param name="Why">Why it cannot be taken, as a sentence.</param>
public sealed record CurationOmission(int Line, string Subject, string Why);

/// <summary>What was read of a file.</summary>
/// <param name="Format">In which form it is; null when it is in none.</param>
/// <param name="Curations">What it says of licences, in order.</param>
/// <param name="Omitted">All that it says beyond that, or that cannot be taken.</param>
/// <param name="Error">Why it cannot be read, with the line, as a sentence; null when it can.</param>
public sealed record CurationFileContent(CurationFormat? Format, IReadOnlyList<PackageCuration> Curations, IReadOnlyList<CurationOmission> Omitted, string? Error);
