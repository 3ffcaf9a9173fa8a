namespace Headwater.Core.Sboms.Quality;

/// <summary>What a standard asks of a component. Null from <see cref="Missing"/> when it is there, else what is wrong.</summary>
internal sealed record ComponentRule(string Id, string Name, string Clause, QualityLevel Level, Func<SbomComponent, string?> Missing);

/// <summary>What a standard asks of the document as a whole.</summary>
internal sealed record DocumentRule(string Id, string Name, string Clause, QualityLevel Level, Func<DocumentFacts, string?> Missing);

/// <summary>What is known of a document when it has been read.</summary>
internal sealed record DocumentFacts(SbomKind Kind, SbomMetadata Metadata, bool HasRoot, bool RootSaysDependencies, bool StatesCompleteness, long Vulnerabilities);

/// <summary>A standard's questions, in its order. <c>Dependencies</c> is what it asks of each component's dependencies, which takes the whole document to answer.</summary>
internal sealed record QualityStandard(string Id, string Name, IReadOnlyList<DocumentRule> Document, IReadOnlyList<ComponentRule> Components, ComponentRule? Dependencies)
{
    /// <summary>NTIA, The Minimum Elements For a Software Bill of Materials, 12 July 2021, table 1.</summary>
    public static QualityStandard Ntia { get; } = new("ntia", "NTIA minimum elements (2021)",
    [
        new("ntia.author", "Author of the SBOM data", "Data fields", QualityLevel.Required,
            d => d.Metadata.Authors.Exists(QualityFacts.Known) || d.Metadata.Tools.Exists(t => !string.IsNullOrWhiteSpace(t.Name ?? t.Vendor)) || QualityFacts.Known(d.Metadata.Supplier) || QualityFacts.Known(d.Metadata.Manufacturer)
                ? null : "neither an author nor a tool is named"),
        new("ntia.timestamp", "Timestamp", "Data fields", QualityLevel.Required, d => QualityFacts.IsTimestamp(d.Metadata.Timestamp) ? null : "there is no time, or not one of RFC 3339"),
        new("ntia.dependencies", "Dependency relationship", "Data fields", QualityLevel.Required,
            d => !d.HasRoot ? "the document names nothing that it describes" : d.RootSaysDependencies || d.StatesCompleteness ? null : "what is described states no dependency, and nothing says that it has none"),
    ],
    [
        new("ntia.supplier", "Supplier name", "Data fields", QualityLevel.Required, c => QualityFacts.Known(c.Supplier) || QualityFacts.Known(c.Manufacturer) ? null : "no supplier and no manufacturer is named"),
        new("ntia.name", "Component name", "Data fields", QualityLevel.Required, c => string.IsNullOrWhiteSpace(c.Name) ? "it has no name" : null),
        new("ntia.version", "Version of the component", "Data fields", QualityLevel.Required, c => string.IsNullOrWhiteSpace(c.Version) ? "it has no version" : null),
        new("ntia.identifiers", "Other unique identifiers", "Data fields", QualityLevel.Required, c => QualityFacts.Identified(c) ? null : "no package URL, CPE or other identifier is given"),
    ], null);

    /// <summary>BSI TR-03183-2, version 2.1.0 of 20 August 2025, sections 4 and 5.2.</summary>
    public static QualityStandard Bsi { get; } = new("bsi", "BSI TR-03183-2 v2.1.0",
    [
        new("bsi.format", "Format and version", "4", QualityLevel.Required, d => Version.TryParse(d.Kind.SpecVersion, out var version) && version >= (d.Kind.Format == SbomFormat.CycloneDx ? new Version(1, 6) : new Version(3, 0))
            ? null : $"{d.Kind.FormatName} {d.Kind.SpecVersion} is older than CycloneDX 1.6 and SPDX 3.0.1"),
        new("bsi.creator", "Creator of the SBOM", "5.2.1", QualityLevel.Required,
            d => QualityFacts.Reachable(d.Metadata.Manufacturer) || d.Metadata.Authors.Exists(a => QualityFacts.IsEmail(a.Email) || QualityFacts.IsUrl(a.Name)) || QualityFacts.Reachable(d.Metadata.Supplier) ? null : QualityFacts.Contact),
        new("bsi.timestamp", "Timestamp", "5.2.1", QualityLevel.Required, d => QualityFacts.IsTimestamp(d.Metadata.Timestamp) ? null : "there is no time, or not one of RFC 3339"),
        new("bsi.no-vulnerabilities", "No vulnerability information inside", "3.1", QualityLevel.Required, d => d.Vulnerabilities == 0 ? null : $"the document states {d.Vulnerabilities} vulnerabilities; they belong into a document of their own"),
        new("bsi.uri", "URI of the SBOM", "5.2.3", QualityLevel.Additional, d => QualityFacts.IsUri(d.Metadata.SerialNumber) ? null : "there is no serial number and no namespace that is a URI"),
    ],
    [
        new("bsi.component-creator", "Component creator", "5.2.2", QualityLevel.Required,
            c => QualityFacts.Reachable(c.Manufacturer) || c.Authors.Exists(a => QualityFacts.IsEmail(a.Email)) || QualityFacts.Reachable(c.Supplier) ? null : QualityFacts.Contact),
        new("bsi.name", "Component name", "5.2.2", QualityLevel.Required, c => string.IsNullOrWhiteSpace(c.Name) ? "it has no name" : null),
        new("bsi.version", "Component version", "5.2.2", QualityLevel.Required, c => string.IsNullOrWhiteSpace(c.Version) ? "it has no version" : null),
        new("bsi.filename", "File name", "5.2.2", QualityLevel.Required, c => QualityFacts.Property(c, "bsi:component:filename") is not null || !string.IsNullOrWhiteSpace(c.Spdx?.PackageFileName) ? null : "its file is not named"),
        new("bsi.licence", "Distribution licences", "5.2.2, 6.1", QualityLevel.Required, c => QualityFacts.Licensed(c, LicenceAcknowledgement.Concluded, LicenceAcknowledgement.Unspecified) switch
        {
            true => null, false => "a licence is not an SPDX identifier or expression", _ => "no licence is given (other than a declared one)",
        }),
        new("bsi.hash", "Hash of the deployable component", "5.2.2", QualityLevel.Required,
            c => QualityFacts.References(c, "distribution", "distribution-intake").Any(r => QualityFacts.HasSha512(r.Hashes)) || QualityFacts.HasSha512(c.Hashes) ? null : "there is no SHA-512"),
        Property("bsi.executable", "Executable property", "bsi:component:executable", "executable", "non-executable"),
        Property("bsi.archive", "Archive property", "bsi:component:archive", "archive", "no archive"),
        Property("bsi.structured", "Structured property", "bsi:component:structured", "structured", "unstructured"),
        new("bsi.source-uri", "URI of the source code", "5.2.4", QualityLevel.Additional, c => QualityFacts.References(c, "vcs", "source-distribution").Any(r => QualityFacts.IsUrl(r.Url)) || QualityFacts.IsUrl(c.Spdx?.SourceInfo) ? null : "no URL of its source is given"),
        new("bsi.deployable-uri", "URI of the deployable form", "5.2.4", QualityLevel.Additional, c => QualityFacts.References(c, "distribution", "distribution-intake").Any(r => QualityFacts.IsUrl(r.Url)) ? null : "no URL of its file is given"),
        new("bsi.identifiers", "Other unique identifiers", "5.2.4", QualityLevel.Additional, c => QualityFacts.Identified(c) ? null : "no package URL, CPE or other identifier is given"),
        new("bsi.original-licence", "Original licences", "5.2.4", QualityLevel.Additional, c => QualityFacts.Licensed(c, LicenceAcknowledgement.Declared) switch
        {
            true => null, false => "a declared licence is not an SPDX identifier or expression", _ => "no declared licence is given",
        }),
        new("bsi.effective-licence", "Effective licence", "5.2.5", QualityLevel.Optional,
            c => (QualityFacts.Property(c, "bsi:component:effectiveLicense") ?? QualityFacts.Property(c, "bsi:component:effectiveLicence")) is { } licence && ListedLicences.Accepts(licence) ? null : "it is not said"),
        new("bsi.source-hash", "Hash of the source code", "5.2.5", QualityLevel.Optional, c => QualityFacts.References(c, "source-distribution", "vcs").Any(r => QualityFacts.HasHash(r.Hashes)) ? null : "it is not said"),
        new("bsi.security-txt", "URL of the security.txt", "5.2.5", QualityLevel.Optional, c => QualityFacts.References(c, "rfc-9116").Any(r => QualityFacts.IsUrl(r.Url)) ? null : "it is not said"),
    ], new ComponentRule("bsi.dependencies", "Dependencies on other components", "5.2.2", QualityLevel.Required, _ => null));

    /// <summary>The taxonomy's words; tools in wide use write true and false, which say the same.</summary>
    private static ComponentRule Property(string id, string name, string property, string yes, string no) => new(id, name, "5.2.2", QualityLevel.Required, c => QualityFacts.Property(c, property) switch
    {
        null => $"the property {property} is missing", var value when value == yes || value == no || value is "true" or "false" => null, _ => $"the property {property} is neither “{yes}” nor “{no}”",
    });
}
