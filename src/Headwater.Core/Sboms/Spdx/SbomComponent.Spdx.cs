namespace Headwater.Core.Sboms;

public sealed partial class SbomComponent
{
    /// <summary>What only SPDX says of a package or file; null for a component of another format.</summary>
    public SpdxComponentFields? Spdx { get; set; }
}

/// <summary>
/// What only SPDX says of a package (clause 7 of SPDX 2.3) or file (clause 8). Where SPDX says <c>NOASSERTION</c> or <c>NONE</c>
/// instead of a value, the model's own member stays empty and the word is kept here.
/// </summary>
public sealed class SpdxComponentFields
{
    /// <summary>True for an SPDX file element; false for a package.</summary>
    public bool IsFile { get; set; }

    /// <summary><c>NOASSERTION</c> or <c>NONE</c> in place of a download location.</summary>
    public string? DownloadLocation { get; set; }

    /// <summary><c>NOASSERTION</c> or <c>NONE</c> in place of a declared licence.</summary>
    public string? DeclaredLicence { get; set; }

    /// <summary><c>NOASSERTION</c> or <c>NONE</c> in place of a concluded licence.</summary>
    public string? ConcludedLicence { get; set; }

    /// <summary><c>NOASSERTION</c> or <c>NONE</c> in place of a copyright text.</summary>
    public string? Copyright { get; set; }

    /// <summary><c>NOASSERTION</c> in place of a supplier.</summary>
    public string? Supplier { get; set; }

    /// <summary><c>NOASSERTION</c> in place of an originator.</summary>
    public string? Originator { get; set; }

    /// <summary>Whether the package's files were analysed; null when not said (which means yes).</summary>
    public bool? FilesAnalyzed { get; set; }

    /// <summary>Package verification code, 40 hexadecimal digits.</summary>
    public string? VerificationCode { get; set; }

    /// <summary>Files left out of the verification code.</summary>
    public List<string> VerificationCodeExcludes { get; } = [];

    /// <summary>The package's file name.</summary>
    public string? PackageFileName { get; set; }

    /// <summary>The primary package purpose as written when <see cref="SbomComponent.Kind"/> does not bring it back.</summary>
    public string? Purpose { get; set; }

    /// <summary>How the source was obtained.</summary>
    public string? SourceInfo { get; set; }

    /// <summary>Comments on the licence.</summary>
    public string? LicenceComments { get; set; }

    /// <summary>Summary.</summary>
    public string? Summary { get; set; }

    /// <summary>Comment.</summary>
    public string? Comment { get; set; }

    /// <summary>When it was released, as written.</summary>
    public string? ReleaseDate { get; set; }

    /// <summary>When it was built, as written.</summary>
    public string? BuiltDate { get; set; }

    /// <summary>Until when it is supported, as written.</summary>
    public string? ValidUntilDate { get; set; }

    /// <summary>The notice found in a file.</summary>
    public string? NoticeText { get; set; }

    /// <summary>Texts of acknowledgement.</summary>
    public List<string> AttributionTexts { get; } = [];

    /// <summary>Licences found in the package's files or in the file, <c>NOASSERTION</c> and <c>NONE</c> included.</summary>
    public List<string> LicenceInfo { get; } = [];

    /// <summary>File types (SOURCE, BINARY, …).</summary>
    public List<string> FileTypes { get; } = [];

    /// <summary>Contributors to the file.</summary>
    public List<string> Contributors { get; } = [];

    /// <summary>Annotations.</summary>
    public List<SpdxAnnotation> Annotations { get; } = [];

    /// <summary>Properties without a member here, as JSON in the shape of the source.</summary>
    public List<SbomExtra> Extras { get; } = [];
}

/// <summary>An annotation (clause 12 of SPDX 2.3).</summary>
/// <param name="Annotator">Who, as written: <c>Person: …</c>, <c>Organization: …</c>, <c>Tool: …</c>.</param>
/// <param name="Date">When, as written.</param>
/// <param name="Type"><c>REVIEW</c> or <c>OTHER</c>.</param>
/// <param name="Comment">What was said.</param>
public sealed record SpdxAnnotation(string? Annotator, string? Date, string? Type, string? Comment);
