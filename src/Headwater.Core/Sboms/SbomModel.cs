using System.Text.Json;

namespace Headwater.Core.Sboms;

/// <summary>What a document says about itself.</summary>
public sealed partial class SbomMetadata
{
    /// <summary>CycloneDX serial number or SPDX document namespace.</summary>
    public string? SerialNumber { get; set; }

    /// <summary>The document's name (SPDX) or null.</summary>
    public string? Name { get; set; }

    /// <summary>CycloneDX document version; null when not said.</summary>
    public int? Version { get; set; }

    /// <summary>When it was made, as written.</summary>
    public string? Timestamp { get; set; }

    /// <summary>Tools that made it.</summary>
    public List<SbomTool> Tools { get; } = [];

    /// <summary>People and organisations that made it.</summary>
    public List<SbomContact> Authors { get; } = [];

    /// <summary>Who supplies the described thing.</summary>
    public SbomOrganisation? Supplier { get; set; }

    /// <summary>Who made the described thing.</summary>
    public SbomOrganisation? Manufacturer { get; set; }

    /// <summary>Life cycle phases as written (build, post-build, …).</summary>
    public List<string> Lifecycles { get; } = [];

    /// <summary>Licences of the document's own data.</summary>
    public List<SbomLicence> Licences { get; } = [];

    /// <summary>Name-value properties.</summary>
    public List<SbomProperty> Properties { get; } = [];

    /// <summary>What is not typed, as JSON.</summary>
    public List<SbomExtra> Extras { get; } = [];
}

/// <summary>The kinds of component of CycloneDX 1.7 and of SPDX (primary package purpose).</summary>
public enum SbomComponentKind
{
    /// <summary>Not said.</summary>
    Unspecified,
#pragma warning disable CS1591 // The names are those of the standards.
    Application, Framework, Library, Container, Platform, OperatingSystem, Device, DeviceDriver, Firmware, File,
    MachineLearningModel, Data, CryptographicAsset, Source, Archive, Install, Other,
#pragma warning restore CS1591
}

/// <summary>Whether a component is part of what runs.</summary>
public enum SbomScope
{
    /// <summary>Not said (CycloneDX: required).</summary>
    Unspecified,

    /// <summary>Needed at run time.</summary>
    Required,

    /// <summary>May be left out.</summary>
    Optional,

    /// <summary>For build or test only.</summary>
    Excluded,
}

/// <summary>A component, package or file.</summary>
public sealed partial class SbomComponent
{
    /// <summary>The reference by which the document's edges name it; made up (and <see cref="RefIsGenerated"/>) when the document gives none.</summary>
    public required string Ref { get; set; }

    /// <summary>True when the document gave no reference.</summary>
    public bool RefIsGenerated { get; set; }

    /// <summary>The component that it is nested in; null at the top.</summary>
    public string? ParentRef { get; set; }

    /// <summary>True for the component that the document describes.</summary>
    public bool IsRoot { get; set; }

    /// <summary>What kind of thing it is.</summary>
    public SbomComponentKind Kind { get; set; }

    /// <summary>Group or namespace (Maven groupId, npm scope); null when none.</summary>
    public string? Group { get; set; }

    /// <summary>Name.</summary>
    public required string Name { get; set; }

    /// <summary>Version; null when not said.</summary>
    public string? Version { get; set; }

    /// <summary>A <c>vers:</c> range instead of a version (CycloneDX 1.7, external components).</summary>
    public string? VersionRange { get; set; }

    /// <summary>Package URL as written; null when not said.</summary>
    public string? Purl { get; set; }

    /// <summary>CPE names as written.</summary>
    public List<string> Cpes { get; } = [];

    /// <summary>SWID tag, OmniBOR, SWHID and other identities: (type, value).</summary>
    public List<SbomIdentity> Identities { get; } = [];

    /// <summary>Scope.</summary>
    public SbomScope Scope { get; set; }

    /// <summary>Description.</summary>
    public string? Description { get; set; }

    /// <summary>Copyright text.</summary>
    public string? Copyright { get; set; }

    /// <summary>Publisher.</summary>
    public string? Publisher { get; set; }

    /// <summary>Authors.</summary>
    public List<SbomContact> Authors { get; } = [];

    /// <summary>Supplier.</summary>
    public SbomOrganisation? Supplier { get; set; }

    /// <summary>Manufacturer (CycloneDX) or originator (SPDX).</summary>
    public SbomOrganisation? Manufacturer { get; set; }

    /// <summary>Media type.</summary>
    public string? MimeType { get; set; }

    /// <summary>True when it was modified from the original.</summary>
    public bool? Modified { get; set; }

    /// <summary>True when it is not delivered with the root but expected in its environment (CycloneDX 1.7).</summary>
    public bool? IsExternal { get; set; }

    /// <summary>Hashes.</summary>
    public List<SbomHash> Hashes { get; } = [];

    /// <summary>Licences, declared and concluded.</summary>
    public List<SbomLicence> Licences { get; } = [];

    /// <summary>External references; SPDX download location and home page are of the types <c>distribution</c> and <c>website</c>.</summary>
    public List<SbomExternalReference> ExternalReferences { get; } = [];

    /// <summary>Tags.</summary>
    public List<string> Tags { get; } = [];

    /// <summary>Name-value properties.</summary>
    public List<SbomProperty> Properties { get; } = [];

    /// <summary>What is not typed (pedigree, evidence, model card, crypto properties, …), as JSON.</summary>
    public List<SbomExtra> Extras { get; } = [];
}

/// <summary>A service (CycloneDX).</summary>
public sealed class SbomService
{
    /// <summary>Reference.</summary>
    public required string Ref { get; set; }

    /// <summary>True when the document gave no reference.</summary>
    public bool RefIsGenerated { get; set; }

    /// <summary>The service it is nested in.</summary>
    public string? ParentRef { get; set; }

    /// <summary>Group.</summary>
    public string? Group { get; set; }

    /// <summary>Name.</summary>
    public required string Name { get; set; }

    /// <summary>Version.</summary>
    public string? Version { get; set; }

    /// <summary>Description.</summary>
    public string? Description { get; set; }

    /// <summary>Provider.</summary>
    public SbomOrganisation? Provider { get; set; }

    /// <summary>Endpoints.</summary>
    public List<string> Endpoints { get; } = [];

    /// <summary>Needs authentication.</summary>
    public bool? Authenticated { get; set; }

    /// <summary>Crosses a trust boundary.</summary>
    public bool? CrossesTrustBoundary { get; set; }

    /// <summary>Licences.</summary>
    public List<SbomLicence> Licences { get; } = [];

    /// <summary>External references.</summary>
    public List<SbomExternalReference> ExternalReferences { get; } = [];

    /// <summary>Name-value properties.</summary>
    public List<SbomProperty> Properties { get; } = [];

    /// <summary>What is not typed (data flows, release notes, …), as JSON.</summary>
    public List<SbomExtra> Extras { get; } = [];
}

/// <summary>How two elements relate.</summary>
public enum SbomRelationshipKind
{
    /// <summary><c>From</c> depends on <c>To</c>.</summary>
    DependsOn,

    /// <summary>Like <see cref="DependsOn"/> but for build only.</summary>
    BuildDependsOn,

    /// <summary>Like <see cref="DependsOn"/> but for development only.</summary>
    DevDependsOn,

    /// <summary>Like <see cref="DependsOn"/> but for test only.</summary>
    TestDependsOn,

    /// <summary>Like <see cref="DependsOn"/> but may be absent.</summary>
    OptionalDependsOn,

    /// <summary>Expected to be provided by the environment.</summary>
    ProvidedDependsOn,

    /// <summary><c>From</c> contains <c>To</c>.</summary>
    Contains,

    /// <summary><c>From</c> implements or provides <c>To</c> (CycloneDX <c>provides</c>).</summary>
    Provides,

    /// <summary>The document describes <c>To</c>.</summary>
    Describes,

    /// <summary>Any other; <see cref="SbomRelationship.NativeType"/> says which.</summary>
    Other,
}

/// <summary>An edge. A CycloneDX dependency node without edges is one with an empty <paramref name="To"/>.</summary>
/// <param name="Kind">What it means, with the direction turned so that <c>From</c> is the one that needs.</param>
/// <param name="From">Reference of the one that needs or contains.</param>
/// <param name="To">Reference of the needed; null for a node that states that it depends on nothing.</param>
/// <param name="NativeType">The source's own type when <paramref name="Kind"/> alone would not bring it back (SPDX <c>GENERATED_FROM</c>, <c>DEPENDENCY_OF</c>, …).</param>
/// <param name="Comment">A comment on it.</param>
public sealed record SbomRelationship(SbomRelationshipKind Kind, string From, string? To, string? NativeType = null, string? Comment = null);

/// <summary>A statement on completeness.</summary>
/// <param name="Aggregate">As written: complete, incomplete, unknown, not_specified, ….</param>
/// <param name="Assemblies">References whose content it is about.</param>
/// <param name="Dependencies">References whose dependencies it is about.</param>
/// <param name="Extras">What is not typed.</param>
public sealed record SbomComposition(string Aggregate, IReadOnlyList<string> Assemblies, IReadOnlyList<string> Dependencies, IReadOnlyList<SbomExtra> Extras);

/// <summary>A vulnerability stated by the document.</summary>
public sealed class SbomVulnerability
{
    /// <summary>Reference.</summary>
    public string? Ref { get; set; }

    /// <summary>Identifier, for example <c>CVE-2021-44228</c>.</summary>
    public string? Id { get; set; }

    /// <summary>Analysis state as written (exploitable, not_affected, …); null when not analysed.</summary>
    public string? AnalysisState { get; set; }

    /// <summary>Justification as written.</summary>
    public string? AnalysisJustification { get; set; }

    /// <summary>References of affected components.</summary>
    public List<string> Affects { get; } = [];

    /// <summary>The whole statement in the shape of CycloneDX JSON, so that nothing is lost.</summary>
    public JsonElement Json { get; set; }
}

/// <summary>A licence text defined in the document.</summary>
/// <param name="Id">For example <c>LicenseRef-1</c>.</param>
/// <param name="Name">Name.</param>
/// <param name="Text">Text.</param>
/// <param name="SeeAlso">Addresses.</param>
/// <param name="Comment">Comment.</param>
public sealed record SbomLicenceText(string Id, string? Name, string? Text, IReadOnlyList<string> SeeAlso, string? Comment);

/// <summary>A part that is not typed, kept as JSON.</summary>
/// <param name="Name">The property's name in the source format.</param>
/// <param name="Json">Its value.</param>
public readonly record struct SbomExtra(string Name, JsonElement Json);

/// <summary>A tool.</summary>
public sealed record SbomTool(string? Vendor, string? Name, string? Version);

/// <summary>A person or a named contact.</summary>
public sealed record SbomContact(string? Name, string? Email = null, string? Phone = null);

/// <summary>An organisation (or, in SPDX, a person) with addresses and contacts.</summary>
public sealed record SbomOrganisation(string? Name, IReadOnlyList<string> Urls, IReadOnlyList<SbomContact> Contacts, bool IsPerson = false);

/// <summary>A hash: algorithm in CycloneDX spelling (<c>SHA-256</c>) and lower-case hex value.</summary>
public readonly record struct SbomHash(string Algorithm, string Value);

/// <summary>Another identity of a component: <c>swid</c>, <c>omniborId</c>, <c>swhid</c>, <c>cpe22Type</c> ….</summary>
public readonly record struct SbomIdentity(string Type, string Value);

/// <summary>A name-value property.</summary>
public readonly record struct SbomProperty(string Name, string? Value);

/// <summary>An external reference.</summary>
/// <param name="Type">In CycloneDX spelling (<c>vcs</c>, <c>website</c>, …) or, for SPDX external references, category and type joined by a slash.</param>
/// <param name="Url">Address.</param>
/// <param name="Comment">Comment.</param>
/// <param name="Hashes">Hashes of what is there.</param>
public sealed record SbomExternalReference(string Type, string Url, string? Comment = null, IReadOnlyList<SbomHash>? Hashes = null);

/// <summary>How a licence came to be stated.</summary>
public enum LicenceAcknowledgement
{
    /// <summary>Not said.</summary>
    Unspecified,

    /// <summary>Stated by the component's authors.</summary>
    Declared,

    /// <summary>Established by analysis.</summary>
    Concluded,
}

/// <summary>A licence statement. One of <paramref name="Id"/>, <paramref name="Name"/> and <paramref name="Expression"/> is set.</summary>
public sealed record SbomLicence(string? Id = null, string? Name = null, string? Expression = null, string? Text = null, string? Url = null,
    LicenceAcknowledgement Acknowledgement = LicenceAcknowledgement.Unspecified)
{
    /// <summary>What is not typed (licensing, properties, bom-ref, text encoding), as JSON.</summary>
    public IReadOnlyList<SbomExtra> Extras { get; init; } = [];

    /// <summary>The statement in one line: expression, identifier or name.</summary>
    public string Display => Expression ?? Id ?? Name ?? string.Empty;
}
