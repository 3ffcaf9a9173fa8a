using Headwater.Core.Packages;

namespace Headwater.Core.Vex;

/// <summary>What somebody asks about: a package or product by all that is known of it.</summary>
public sealed record VexSubject
{
    /// <summary>Package URL; with the version when it is known.</summary>
    public PackageUrl? Purl { get; init; }

    /// <summary>Version, when the package URL has none.</summary>
    public string? Version { get; init; }

    /// <summary>The names by which documents may refer to it: <c>bom-ref</c>, BOM-Link, product id, address.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>CPE names.</summary>
    public IReadOnlyList<Cpe> Cpes { get; init; } = [];

    /// <summary>Hashes of its files, algorithms in CycloneDX spelling.</summary>
    public IReadOnlyList<VexHash> Hashes { get; init; } = [];

    /// <summary>A package URL alone.</summary>
    /// <param name="purl">For example <c>pkg:npm/left-pad@1.3.0</c>.</param>
    /// <exception cref="FormatException">It is not valid.</exception>
    public static VexSubject Of(string purl) => new() { Purl = PackageUrl.Parse(purl) };
}

/// <summary>Whether a statement is about something.</summary>
public enum VexCoverage
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>Nobody can tell: the statement is about some versions, and the version is not known or has no place in their order.</summary>
    Unknown,

    /// <summary>It is about the thing itself.</summary>
    Product,

    /// <summary>It is about a component of the product, and that is what was asked about.</summary>
    Component,
}
