namespace Headwater.Core.Sboms;

/// <summary>One reason why a document is refused.</summary>
/// <param name="At">Where: a JSON pointer, <c>line:column</c>, or both.</param>
/// <param name="Message">A sentence that says what is wrong.</param>
public readonly record struct SbomError(string At, string Message)
{
    /// <summary>The longest message and the longest place, in characters; what is longer is cut, because a document decides how long it would be.</summary>
    public const int MaxLength = 300;

    /// <summary>Where: a JSON pointer, <c>line:column</c>, or both.</summary>
    public string At { get; init; } = Cut(At);

    /// <summary>A sentence that says what is wrong.</summary>
    public string Message { get; init; } = Cut(Message);

    private static string Cut(string text)
    {
        if (text.Length <= MaxLength) return text;
        var end = MaxLength - 1;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), "…");
    }
}

/// <summary>Bounds within which a document is read.</summary>
public sealed record SbomReadOptions
{
    /// <summary>Deepest nesting of objects, elements and nested components.</summary>
    public int MaxDepth { get; init; } = 128;

    /// <summary>Longest single string, in bytes of UTF-8.</summary>
    public int MaxStringBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Largest single element of a top-level list (one component with all that is nested in it), in bytes.</summary>
    public int MaxElementBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many errors are collected before reading stops.</summary>
    public int MaxErrors { get; init; } = 20;

    /// <summary>Check against the specification's schema. Only a document that was checked before may go without.</summary>
    public bool Validate { get; init; } = true;
}

/// <summary>What came of reading a document.</summary>
/// <param name="Kind">What the document says it is; null when it could not be recognised.</param>
/// <param name="Components">Components read, nested ones included, the described root not counted.</param>
/// <param name="Dependencies">Components that state what they depend on (nodes of the graph, not edges).</param>
/// <param name="Errors">Why it is refused; empty when it is valid.</param>
/// <param name="Warnings">What is odd but tolerated (a dangling reference, a duplicate one).</param>
public sealed record SbomReadResult(SbomKind? Kind, long Components, long Dependencies, IReadOnlyList<SbomError> Errors, IReadOnlyList<SbomError> Warnings)
{
    /// <summary>True when the document was accepted.</summary>
    public bool Valid => Errors.Count == 0;
}

/// <summary>
/// Reads an SBOM of any supported format, version, serialisation and Unicode encoding. The content decides, never the file's name.
/// The document is streamed: what has been read is handed to an <see cref="SbomSink"/> and forgotten.
/// </summary>
public static class SbomReader
{
    /// <summary>Reads and checks a document.</summary>
    /// <param name="stream">A seekable stream at the document's start (it is looked at before it is read).</param>
    /// <param name="sink">Receives the parts; it may have received some before an error turns up.</param>
    /// <param name="options">Bounds; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The verdict. What is wrong with the document is told there; only a failing stream or sink throws.</returns>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    public static SbomReadResult Read(Stream stream, SbomSink sink, SbomReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(sink);
        if (!stream.CanSeek) throw new ArgumentException("The stream must be seekable: the document is looked at before it is read.", nameof(stream));
        options ??= new SbomReadOptions();
        SbomKind? kind = null;
        try
        {
            var start = stream.Position;
            var head = SbomInput.Peek(stream, 4096);
            var (encoding, bom) = SbomInput.Detect(head);
            if (encoding is System.Text.UTF8Encoding && SbomXml.Declared(head.AsSpan(bom)) is { } declared) encoding = declared;

            var first = SbomInput.Open(stream, start, encoding, bom);
            var text = SbomInput.Peek(first, 1024);
            kind = SbomSniffer.Recognise(SbomInput.Open(stream, start, encoding, bom), text, options, cancellationToken);
            return Dispatch(SbomInput.Open(stream, start, encoding, bom), kind.Value, sink, options, cancellationToken);
        }
        catch (SbomFormatException broken)
        {
            return new SbomReadResult(kind, 0, 0, [broken.Error], []);
        }
        catch (System.Text.DecoderFallbackException)
        {
            return new SbomReadResult(kind, 0, 0, [new SbomError("1:1", "the text is not valid in its Unicode encoding")], []);
        }
    }

    private static SbomReadResult Dispatch(Stream utf8, SbomKind kind, SbomSink sink, SbomReadOptions options, CancellationToken cancellationToken) => kind switch
    {
        { Format: SbomFormat.CycloneDx, Serialization: SbomSerialization.Json } => CycloneDx.CycloneDxJsonReader.Read(utf8, kind, sink, options, cancellationToken),
        { Format: SbomFormat.CycloneDx } => CycloneDx.CycloneDxXmlReader.Read(utf8, kind, sink, options, cancellationToken),
        { Serialization: SbomSerialization.Json } => Spdx.SpdxJsonReader.Read(utf8, kind, sink, options, cancellationToken),
        { Serialization: SbomSerialization.Yaml } => Spdx.SpdxYamlReader.Read(utf8, kind, sink, options, cancellationToken),
        { Serialization: SbomSerialization.TagValue } => Spdx.SpdxTagValueReader.Read(utf8, kind, sink, options, cancellationToken),
        { Serialization: SbomSerialization.Rdf } => Spdx.SpdxRdfReader.Read(utf8, kind, sink, options, cancellationToken),
        { Serialization: SbomSerialization.Xml } => Spdx.SpdxXmlReader.Read(utf8, kind, sink, options, cancellationToken),
        _ => Spdx.SpdxJsonLdReader.Read(utf8, kind, sink, options, cancellationToken),
    };
}

/// <summary>
/// Receives the parts of a document while it is read. The order is the document's own, except that
/// <see cref="OnHeader"/> comes first; metadata may come after components, and edges before the components they name.
/// </summary>
public abstract class SbomSink
{
    /// <summary>The document's kind, before anything else.</summary>
    public virtual void OnHeader(SbomKind kind) { }

    /// <summary>What the document says about itself; once, when it has been read.</summary>
    public virtual void OnMetadata(SbomMetadata metadata) { }

    /// <summary>A component. The root that the document describes has <see cref="SbomComponent.IsRoot"/> set; nested ones name their parent.</summary>
    public virtual void OnComponent(SbomComponent component) { }

    /// <summary>A service.</summary>
    public virtual void OnService(SbomService service) { }

    /// <summary>An edge or another relationship between two elements, by reference.</summary>
    public virtual void OnRelationship(SbomRelationship relationship) { }

    /// <summary>A statement on completeness.</summary>
    public virtual void OnComposition(SbomComposition composition) { }

    /// <summary>A vulnerability stated by the document (VDR, VEX).</summary>
    public virtual void OnVulnerability(SbomVulnerability vulnerability) { }

    /// <summary>A licence text defined in the document (SPDX LicenseRef).</summary>
    public virtual void OnLicenceText(SbomLicenceText licence) { }

    /// <summary>A top-level part that the model does not type, kept as JSON in the shape of CycloneDX (formulation, annotations, declarations, …) or of SPDX.</summary>
    public virtual void OnExtra(SbomExtra extra) { }
}
