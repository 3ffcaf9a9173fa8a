using System.Text.Encodings.Web;
using System.Text.Json;
using Headwater.Core.Sboms;
using Headwater.Core.Vex.Writing;

namespace Headwater.Core.Vex;

/// <summary>What a document does not say of itself and a target asks for.</summary>
public sealed record VexWriteOptions
{
    /// <summary>The time of the document that is written; null: its own.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Who says it; null: who says it in the document.</summary>
    public string? Author { get; init; }

    /// <summary>An address of the author (CSAF <c>publisher.namespace</c>); null: the document's own.</summary>
    public string? Namespace { get; init; }
}

/// <summary>What came of writing a document.</summary>
/// <param name="Statements">How many statements it makes now. None of them: what was written is empty, and not valid.</param>
/// <param name="Losses">What the target cannot say, with the vulnerability and the product; empty when it says all.</param>
public sealed record VexWriteResult(int Statements, IReadOnlyList<SbomError> Losses);

/// <summary>
/// Writes OpenVEX 0.2.0, CSAF 2.0 (profile <c>csaf_vex</c>) and CycloneDX 1.6 (JSON). The same document gives the same bytes. A product that a target can only name more widely than the document does
/// (a range in OpenVEX) is left out and named, because a statement must not come to cover what nobody said it covers.
/// </summary>
public static class VexWriter
{
    /// <summary>Writes a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="target">The format to write.</param>
    /// <param name="stream">Receives UTF-8 with a line feed at the end.</param>
    /// <param name="options">What the document does not say; null for nothing.</param>
    /// <returns>How much was written, and what the target cannot say.</returns>
    /// <exception cref="ArgumentException">Neither the document nor a statement nor the options have a time, which every target needs (<see cref="TimeOf"/>).</exception>
    public static VexWriteResult Write(VexDocument document, VexFormat target, Stream stream, VexWriteOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(stream);
        options ??= new VexWriteOptions();
        var time = options.Timestamp ?? TimeOf(document) ?? throw new ArgumentException("The document has no time, and none is given.", nameof(document));
        var losses = new VexLosses(target);
        document = document with { Author = options.Author ?? document.Author, Namespace = options.Namespace ?? document.Namespace };
        if (options.Timestamp is not null) document = document with { Updated = document.Issued is null || document.Issued >= time ? null : time, Issued = document.Issued is null || document.Issued >= time ? time : document.Issued };
        var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" });
        int statements;
        using (json)
        {
            statements = target switch
            {
                VexFormat.OpenVex => new OpenVexWriter(document, time, losses).Write(json),
                VexFormat.Csaf => new CsafWriter(document, time, losses).Write(json),
                _ => new CycloneDxVexWriter(document, time, losses).Write(json),
            };
        }

        stream.Write("\n"u8);
        return new VexWriteResult(statements, losses.All);
    }

    /// <summary>The time that a document is written with: when it was changed, else issued, else the latest of its statements.</summary>
    /// <param name="document">The document.</param>
    /// <returns>Null when nothing in it has a time.</returns>
    public static DateTimeOffset? TimeOf(VexDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return document.Time ?? document.Statements.Max(s => s.TimeIn(document));
    }
}
