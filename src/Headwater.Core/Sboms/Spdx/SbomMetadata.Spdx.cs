namespace Headwater.Core.Sboms;

public sealed partial class SbomMetadata
{
    /// <summary>What only SPDX says of a document; null for a document of another format.</summary>
    public SpdxDocumentFields? Spdx { get; set; }
}

/// <summary>What only SPDX says of a document (clause 6 of SPDX 2.3).</summary>
public sealed class SpdxDocumentFields
{
    /// <summary>The document's own identifier, by which relationships name it.</summary>
    public string Id { get; set; } = "SPDXRef-DOCUMENT";

    /// <summary>Comment on the document.</summary>
    public string? Comment { get; set; }

    /// <summary>Comment on how it was made.</summary>
    public string? CreatorComment { get; set; }

    /// <summary>Version of the SPDX licence list.</summary>
    public string? LicenceListVersion { get; set; }

    /// <summary>Names among <see cref="SbomMetadata.Authors"/> that are organisations.</summary>
    public List<string> OrganisationAuthors { get; } = [];

    /// <summary>Other documents that this one refers to.</summary>
    public List<SpdxExternalDocument> ExternalDocuments { get; } = [];

    /// <summary>Annotations on the document.</summary>
    public List<SpdxAnnotation> Annotations { get; } = [];
}

/// <summary>A reference to another SPDX document (clause 6.6 of SPDX 2.3).</summary>
/// <param name="Id">For example <c>DocumentRef-lib</c>.</param>
/// <param name="Namespace">The other document's namespace.</param>
/// <param name="Checksum">Its checksum; null when not said.</param>
public sealed record SpdxExternalDocument(string Id, string Namespace, SbomHash? Checksum);
