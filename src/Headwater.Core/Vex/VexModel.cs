namespace Headwater.Core.Vex;

/// <summary>The formats in which statements on exploitability are exchanged.</summary>
public enum VexFormat
{
    /// <summary>OpenVEX 0.0.1 and 0.2.0 (JSON-LD).</summary>
    OpenVex,

    /// <summary>The Common Security Advisory Framework 2.0 (OASIS), profiles <c>csaf_vex</c> and <c>csaf_security_advisory</c>.</summary>
    Csaf,

    /// <summary>CycloneDX 1.4 to 1.7 (ECMA-424), <c>vulnerabilities</c> with an analysis; JSON or XML.</summary>
    CycloneDx,
}

/// <summary>What a statement says of a vulnerability in a product: the four states that all formats share.</summary>
public enum VexStatus
{
    /// <summary>No action is needed.</summary>
    NotAffected,

    /// <summary>Something should be done.</summary>
    Affected,

    /// <summary>These versions hold a fix.</summary>
    Fixed,

    /// <summary>It is not known yet.</summary>
    UnderInvestigation,
}

/// <summary>Why a product is not affected: the five reasons of OpenVEX and CSAF (CISA, "Status Justifications").</summary>
public enum VexJustification
{
    /// <summary>The vulnerable component is not in the product.</summary>
    ComponentNotPresent,

    /// <summary>The component is there, the vulnerable code is not.</summary>
    VulnerableCodeNotPresent,

    /// <summary>The vulnerable code is never run.</summary>
    VulnerableCodeNotInExecutePath,

    /// <summary>An attacker has no influence on the vulnerable code.</summary>
    VulnerableCodeCannotBeControlledByAdversary,

    /// <summary>Something in the product prevents the exploitation.</summary>
    InlineMitigationsAlreadyExist,
}

/// <summary>A document of statements on exploitability, from whichever format. What of a source has no place here is listed by the reader.</summary>
public sealed record VexDocument
{
    /// <summary>The format it was read from.</summary>
    public required VexFormat Format { get; init; }

    /// <summary>Version of that format: <c>0.2.0</c>, <c>2.0</c>, <c>1.6</c>.</summary>
    public string FormatVersion { get; init; } = string.Empty;

    /// <summary>Identity: an address (OpenVEX), the publisher's own identifier (CSAF <c>tracking.id</c>), <c>urn:uuid:…</c> (CycloneDX).</summary>
    public string? Id { get; init; }

    /// <summary>Who says it.</summary>
    public string? Author { get; init; }

    /// <summary>In which role: free text (OpenVEX) or a category of publishers (CSAF).</summary>
    public string? AuthorRole { get; init; }

    /// <summary>An address that belongs to the author and makes its identifiers unique (CSAF <c>publisher.namespace</c>).</summary>
    public string? Namespace { get; init; }

    /// <summary>Title (CSAF).</summary>
    public string? Title { get; init; }

    /// <summary>What made it: a program with its version.</summary>
    public string? Tooling { get; init; }

    /// <summary>When it was first issued.</summary>
    public DateTimeOffset? Issued { get; init; }

    /// <summary>When it was last changed; null when it says nothing of that.</summary>
    public DateTimeOffset? Updated { get; init; }

    /// <summary>Its version: a whole number, in CSAF also a semantic version.</summary>
    public string? Version { get; init; }

    /// <summary><c>draft</c>, <c>interim</c> or <c>final</c> (CSAF <c>tracking.status</c>); null for the other formats.</summary>
    public string? Stage { get; init; }

    /// <summary>The history of its versions, as written (CSAF).</summary>
    public IReadOnlyList<VexRevision> Revisions { get; init; } = [];

    /// <summary>What it says, in its own order.</summary>
    public IReadOnlyList<VexStatement> Statements { get; init; } = [];

    /// <summary>The latest time that it knows of itself: changed, else issued.</summary>
    public DateTimeOffset? Time => Updated ?? Issued;
}

/// <summary>A version in the history of a document (CSAF 2.0, 3.2.1.12.6).</summary>
/// <param name="Number">The version.</param>
/// <param name="Date">When.</param>
/// <param name="Summary">What changed.</param>
public sealed record VexRevision(string Number, DateTimeOffset? Date, string? Summary);

/// <summary>One statement: a status of one vulnerability in some products.</summary>
public sealed record VexStatement
{
    /// <summary>Identity of the statement (OpenVEX <c>@id</c>, CycloneDX <c>bom-ref</c>), or null.</summary>
    public string? Id { get; init; }

    /// <summary>The vulnerability.</summary>
    public required VexVulnerability Vulnerability { get; init; }

    /// <summary>The products that it is about. None: the document says elsewhere what it is about, and nothing matches by itself.</summary>
    public IReadOnlyList<VexProduct> Products { get; init; } = [];

    /// <summary>The status, in the words that all formats share.</summary>
    public required VexStatus Status { get; init; }

    /// <summary>
    /// The status in the word of its source: <c>exploitable</c>, <c>false_positive</c>, <c>resolved_with_pedigree</c> … (CycloneDX), <c>first_affected</c>, <c>known_not_affected</c>, … (CSAF).
    /// Null when the source had no word for it, or it is the same as <see cref="Status"/> (OpenVEX).
    /// </summary>
    public string? State { get; init; }

    /// <summary>Why it is not affected, in the five words that OpenVEX and CSAF share; for CycloneDX the nearest one (<see cref="VexWords"/>).</summary>
    public VexJustification? Justification { get; init; }

    /// <summary>The justification in the word of its source, when that is none of the five (<c>code_not_reachable</c>, <c>protected_at_perimeter</c>, …).</summary>
    public string? JustificationWord { get; init; }

    /// <summary>Why it is not affected, or what the impact is, in prose (OpenVEX <c>impact_statement</c>, CSAF threats of the category <c>impact</c>, CycloneDX <c>analysis.detail</c>).</summary>
    public string? ImpactStatement { get; init; }

    /// <summary>What to do (OpenVEX <c>action_statement</c>, CSAF <c>remediations</c>, CycloneDX <c>recommendation</c> and <c>workaround</c>).</summary>
    public IReadOnlyList<VexAction> Actions { get; init; } = [];

    /// <summary>What the author will do, in CycloneDX's words (<c>will_not_fix</c>, <c>update</c>, …).</summary>
    public IReadOnlyList<string> Responses { get; init; } = [];

    /// <summary>Further notes on the statement (OpenVEX <c>status_notes</c>, CSAF notes of the category <c>details</c>, CycloneDX <c>detail</c>).</summary>
    public string? Detail { get; init; }

    /// <summary>The product's supplier, as OpenVEX says it of a statement.</summary>
    public string? Supplier { get; init; }

    /// <summary>When it was first said; null: when the document was.</summary>
    public DateTimeOffset? Issued { get; init; }

    /// <summary>When it was last changed; null when that is not said.</summary>
    public DateTimeOffset? Updated { get; init; }

    /// <summary>The time that decides which of two statements is later: changed, issued, or the document's.</summary>
    /// <param name="document">The document that it stands in.</param>
    /// <returns>Null when neither it nor the document has a time.</returns>
    public DateTimeOffset? TimeIn(VexDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return Updated ?? Issued ?? document.Time;
    }
}

/// <summary>A vulnerability.</summary>
/// <param name="Id">Its name: <c>CVE-2021-44228</c>, <c>GHSA-…</c>.</param>
public sealed record VexVulnerability(string Id)
{
    /// <summary>Who gave that name (<c>NVD</c>, <c>GitHub</c>), or null.</summary>
    public string? Source { get; init; }

    /// <summary>Its address, or null.</summary>
    public string? Address { get; init; }

    /// <summary>What it is.</summary>
    public string? Description { get; init; }

    /// <summary>Its other names.</summary>
    public IReadOnlyList<VexAlias> Aliases { get; init; } = [];
}

/// <summary>Another name of a vulnerability.</summary>
/// <param name="Id">The name.</param>
/// <param name="Source">Who gave it, or null.</param>
public readonly record struct VexAlias(string Id, string? Source = null);

/// <summary>A hash of a product's file.</summary>
/// <param name="Algorithm">In CycloneDX spelling: <c>SHA-256</c>.</param>
/// <param name="Value">In lower-case hexadecimal digits.</param>
/// <param name="File">Name of the file, or null.</param>
public readonly record struct VexHash(string Algorithm, string Value, string? File = null);

/// <summary>Something to be done, or not to be done.</summary>
/// <param name="Details">In prose.</param>
/// <param name="Category"><c>vendor_fix</c>, <c>workaround</c>, <c>mitigation</c>, <c>none_available</c>, <c>no_fix_planned</c> (CSAF 2.0, 3.2.3.12.1), or null.</param>
/// <param name="Url">Where it is to be had, or null.</param>
/// <param name="Date">Since when it holds, or null.</param>
public sealed record VexAction(string Details, string? Category = null, string? Url = null, DateTimeOffset? Date = null);

/// <summary>A product, or a component of one, by all that identifies it.</summary>
public sealed record VexProduct
{
    /// <summary>The name by which its document refers to it: package URL or address (OpenVEX), product id (CSAF), <c>bom-ref</c> or BOM-Link (CycloneDX).</summary>
    public string? Id { get; init; }

    /// <summary>Its name for people.</summary>
    public string? Name { get; init; }

    /// <summary>Who makes it.</summary>
    public string? Supplier { get; init; }

    /// <summary>Its package URL as written; it need not be a valid one.</summary>
    public string? Purl { get; init; }

    /// <summary>CPE names, of 2.2 or 2.3.</summary>
    public IReadOnlyList<string> Cpes { get; init; } = [];

    /// <summary>Hashes of its files.</summary>
    public IReadOnlyList<VexHash> Hashes { get; init; } = [];

    /// <summary>The one version that is meant, when something else than the package URL says so.</summary>
    public string? Version { get; init; }

    /// <summary>The versions that are meant, as a <c>vers:</c> range; null when there is none.</summary>
    public string? VersionRange { get; init; }

    /// <summary>What CycloneDX says of just this version or range: <c>affected</c>, <c>unaffected</c> or <c>unknown</c>; null when it says nothing.</summary>
    public string? VersionState { get; init; }

    /// <summary>The components of it that the statement is about; none: all of it.</summary>
    public IReadOnlyList<VexProduct> Subcomponents { get; init; } = [];

    /// <summary>How the subcomponent belongs to it (CSAF 2.0, 3.2.2.4.1: <c>default_component_of</c>, <c>installed_on</c>, …); null when there is none, or it is not said.</summary>
    public string? Relationship { get; init; }

    /// <summary>The product id of the two together (CSAF), or null.</summary>
    public string? CombinedId { get; init; }

    /// <summary>The name of the two together (CSAF), or null.</summary>
    public string? CombinedName { get; init; }
}
