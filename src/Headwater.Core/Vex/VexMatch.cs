using Headwater.Core.Advisories;
using Headwater.Core.Packages;
using Headwater.Core.Versions;

namespace Headwater.Core.Vex;

/// <summary>
/// Which statements are about a package, and what follows from them. A package URL in a statement covers another when type, namespace and name are the same, every qualifier that the statement has is there with the same
/// value, and the version is the same; without a version it covers all. A version or range that stands beside it narrows that.
/// </summary>
public static class VexMatch
{
    /// <summary>Whether the package URL of a statement covers another, as OpenVEX's own tools decide it.</summary>
    /// <param name="stated">That of the statement.</param>
    /// <param name="target">That of what is asked about.</param>
    public static bool Covers(PackageUrl stated, PackageUrl target)
    {
        ArgumentNullException.ThrowIfNull(stated);
        ArgumentNullException.ThrowIfNull(target);
        return Names(stated, target) && (stated.Version is null || (target.Version is not null && Same(stated.Version, target.Version, stated)));
    }

    /// <summary>Whether a product of a statement covers what is asked about.</summary>
    /// <param name="product">The product.</param>
    /// <param name="target">The product that is asked about, or the component by itself.</param>
    /// <param name="component">The component within <paramref name="target"/> that is asked about; null to ask about the product as a whole.</param>
    /// <returns>A statement without subcomponents is about all components of its product. One with subcomponents also answers a question about the product as a whole.</returns>
    public static VexCoverage Covers(VexProduct product, VexSubject target, VexSubject? component = null)
    {
        ArgumentNullException.ThrowIfNull(product);
        ArgumentNullException.ThrowIfNull(target);
        var whole = Identity(product, target);
        if (whole == VexCoverage.None || component is null || product.Subcomponents.Count == 0) return whole;
        var best = product.Subcomponents.Select(sub => Inner(sub, component)).DefaultIfEmpty(VexCoverage.None).Max();
        if (best == VexCoverage.None) return VexCoverage.None;
        return best == VexCoverage.Unknown || whole == VexCoverage.Unknown ? VexCoverage.Unknown : VexCoverage.Component;
    }

    /// <summary>Whether a statement covers what is asked about: the best of its products.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="target">The product that is asked about.</param>
    /// <param name="component">The component within it, or null.</param>
    public static VexCoverage Covers(VexStatement statement, VexSubject target, VexSubject? component = null)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var best = VexCoverage.None;
        foreach (var product in statement.Products)
        {
            var coverage = Covers(product, target, component);
            if (coverage > best) best = coverage;
        }

        return best;
    }

    /// <summary>Whether a statement is about a vulnerability, by its name or one of its other names.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="vulnerability">A name, for example <c>CVE-2021-44228</c>; letter case does not count.</param>
    public static bool IsAbout(VexStatement statement, string vulnerability)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var v = statement.Vulnerability;
        return v.Id.Equals(vulnerability, StringComparison.OrdinalIgnoreCase) || v.Aliases.Any(a => a.Id.Equals(vulnerability, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>What the documents say of a vulnerability in a product.</summary>
    /// <param name="documents">The documents; the later in the list goes before the earlier when all else is equal.</param>
    /// <param name="vulnerabilities">The names of the vulnerability.</param>
    /// <param name="target">The product.</param>
    /// <param name="component">The component within it, or null.</param>
    /// <returns>Null when no statement is about it.</returns>
    public static VexConclusion? Conclude(IEnumerable<VexDocument> documents, IReadOnlyCollection<string> vulnerabilities, VexSubject target, VexSubject? component = null)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(vulnerabilities);
        var sources = new List<VexSource>();
        foreach (var document in documents)
        {
            foreach (var statement in document.Statements)
            {
                if (!vulnerabilities.Any(v => IsAbout(statement, v))) continue;
                var coverage = Covers(statement, target, component);
                if (coverage != VexCoverage.None) sources.Add(new VexSource(document, statement, coverage, statement.TimeIn(document)));
            }
        }

        return sources.Count == 0 ? null : VexConclusion.Of(sources);
    }

    private static VexCoverage Inner(VexProduct sub, VexSubject component)
    {
        var own = sub.Subcomponents.Count == 0 ? Identity(sub, component) : VexCoverage.None;
        foreach (var deeper in sub.Subcomponents)
        {
            var coverage = Inner(deeper, component);
            if (coverage > own) own = coverage;
        }

        return own;
    }

    private static bool Names(PackageUrl stated, PackageUrl target)
    {
        if (stated.Type != target.Type || stated.Namespace != target.Namespace || stated.Name != target.Name) return false;
        if (stated.Subpath is not null && stated.Subpath != target.Subpath) return false;
        foreach (var (key, value) in stated.Qualifiers) if (target.Qualifier(key) != value) return false;
        return true;
    }

    private static VexCoverage Identity(VexProduct p, VexSubject target)
    {
        if (p.Id is not null && target.Ids.Contains(p.Id)) return Narrow(p, target, VersionOf(target));
        if (p.Hashes.Any(h => target.Hashes.Any(t => t.Algorithm == h.Algorithm && t.Value.Equals(h.Value, StringComparison.OrdinalIgnoreCase)))) return VexCoverage.Product;
        var best = VexCoverage.None;
        if (target.Purl is not null && p.Purl is not null && PackageUrl.TryParse(p.Purl, out var stated, out _) && Names(stated, target.Purl)) best = Versioned(p, stated, target);
        if (best == VexCoverage.Product) return best;
        foreach (var text in p.Cpes)
        {
            if (!Cpe.TryParse(text, out var cpe, out _)) continue;
            foreach (var other in target.Cpes)
            {
                if (!Covers(cpe, other)) continue;
                var coverage = Narrow(p, target, other.Version is { IsAny: false, IsNotApplicable: false } version ? version.Text : VersionOf(target));
                if (coverage > best) best = coverage;
            }
        }

        return best;
    }

    private static string? VersionOf(VexSubject target) => target.Purl?.Version ?? target.Version;

    private static VexCoverage Versioned(VexProduct p, PackageUrl stated, VexSubject target)
    {
        var version = VersionOf(target);
        // What is said of just this statement goes before what the URL says, which may be another version of the same thing.
        if (p.VersionRange is not null || p is { VersionState: not null, Version: not null }) return Narrow(p, target, version);
        if (stated.Version is null) return p.Version is null ? VexCoverage.Product : Narrow(p, target, version);
        // As in OpenVEX's own tools a statement on one version says nothing of a target without one.
        return version is not null && Same(stated.Version, version, stated) ? VexCoverage.Product : VexCoverage.None;
    }

    private static VexCoverage Narrow(VexProduct p, VexSubject target, string? version)
    {
        if (p.VersionRange is { } range)
        {
            if (version is null) return VexCoverage.Unknown;
            if (!VersRange.TryNormalize(range, out var vers, out _)) return VexCoverage.Unknown;
            return vers.Contains(version) switch { true => VexCoverage.Product, false => VexCoverage.None, _ => VexCoverage.Unknown };
        }

        if (p.Version is null) return VexCoverage.Product;
        if (version is null) return VexCoverage.Unknown;
        return Same(p.Version, version, target.Purl) ? VexCoverage.Product : VexCoverage.None;
    }

    /// <summary>The same text, or the same place in the order of the ecosystem (<c>1.0</c> and <c>1.0.0</c> of PyPI).</summary>
    private static bool Same(string left, string right, PackageUrl? purl)
    {
        if (left == right) return true;
        if (purl is null) return false;
        var scheme = PackageEcosystem.Of(purl) is { } ecosystem ? VersionSchemes.ForEcosystem(ecosystem) : VersionSchemes.ForVers(purl.Type);
        return scheme?.Compare(left, right) == 0;
    }

    private static bool Covers(Cpe stated, Cpe target) =>
        Covers(stated.Part, target.Part) && Covers(stated.Vendor, target.Vendor) && Covers(stated.Product, target.Product) && Covers(stated.Version, target.Version) && Covers(stated.Update, target.Update)
        && Covers(stated.Edition, target.Edition) && Covers(stated.Language, target.Language) && Covers(stated.SoftwareEdition, target.SoftwareEdition)
        && Covers(stated.TargetSoftware, target.TargetSoftware) && Covers(stated.TargetHardware, target.TargetHardware) && Covers(stated.Other, target.Other);

    private static bool Covers(CpeAttribute stated, CpeAttribute target) => stated.IsAny || stated.Bound == target.Bound;
}
