namespace Headwater.Core.Sboms;

/// <summary>A whole document in memory, for conversion and for small work. Large documents are better streamed into an <see cref="SbomSink"/>.</summary>
public sealed class SbomDocument : SbomSink
{
    /// <summary>What the document was read from.</summary>
    public SbomKind Kind { get; private set; }

    /// <summary>What the document says about itself.</summary>
    public SbomMetadata Metadata { get; private set; } = new();

    /// <summary>All components in document order, root and nested ones included.</summary>
    public List<SbomComponent> Components { get; } = [];

    /// <summary>Services.</summary>
    public List<SbomService> Services { get; } = [];

    /// <summary>Edges and other relationships.</summary>
    public List<SbomRelationship> Relationships { get; } = [];

    /// <summary>Compositions.</summary>
    public List<SbomComposition> Compositions { get; } = [];

    /// <summary>Vulnerabilities stated by the document.</summary>
    public List<SbomVulnerability> Vulnerabilities { get; } = [];

    /// <summary>Licence texts.</summary>
    public List<SbomLicenceText> LicenceTexts { get; } = [];

    /// <summary>Untyped parts.</summary>
    public List<SbomExtra> Extras { get; } = [];

    /// <summary>The component the document describes, or null.</summary>
    public SbomComponent? Root => Components.Find(c => c.IsRoot);

    /// <summary>Reads a whole document.</summary>
    public static SbomReadResult Read(Stream stream, out SbomDocument document, SbomReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        document = new SbomDocument();
        return SbomReader.Read(stream, document, options, cancellationToken);
    }

    /// <inheritdoc/>
    public override void OnHeader(SbomKind kind) => Kind = kind;

    /// <inheritdoc/>
    public override void OnMetadata(SbomMetadata metadata) => Metadata = metadata;

    /// <inheritdoc/>
    public override void OnComponent(SbomComponent component) => Components.Add(component);

    /// <inheritdoc/>
    public override void OnService(SbomService service) => Services.Add(service);

    /// <inheritdoc/>
    public override void OnRelationship(SbomRelationship relationship) => Relationships.Add(relationship);

    /// <inheritdoc/>
    public override void OnComposition(SbomComposition composition) => Compositions.Add(composition);

    /// <inheritdoc/>
    public override void OnVulnerability(SbomVulnerability vulnerability) => Vulnerabilities.Add(vulnerability);

    /// <inheritdoc/>
    public override void OnLicenceText(SbomLicenceText licence) => LicenceTexts.Add(licence);

    /// <inheritdoc/>
    public override void OnExtra(SbomExtra extra) => Extras.Add(extra);
}
