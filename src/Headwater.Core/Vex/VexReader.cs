using System.Text.Json;
using Headwater.Core.Sboms;
using Headwater.Core.Vex.Reading;

namespace Headwater.Core.Vex;

/// <summary>Bounds within which a document is read.</summary>
public sealed record VexReadOptions
{
    /// <summary>Largest document, in bytes.</summary>
    public int MaxBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Deepest nesting of objects and lists; branches of a product tree count twice.</summary>
    public int MaxDepth { get; init; } = 128;

    /// <summary>Longest single string, in bytes of UTF-8.</summary>
    public int MaxStringBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many statements are made of one document.</summary>
    public int MaxStatements { get; init; } = 500_000;

    /// <summary>How many times products are named in statements, all together, subcomponents included.</summary>
    public int MaxProducts { get; init; } = 10_000_000;

    /// <summary>How many errors are collected before reading stops.</summary>
    public int MaxErrors { get; init; } = 50;
}

/// <summary>What came of reading a document.</summary>
/// <param name="Document">The document; null when there is an error.</param>
/// <param name="Errors">Why it cannot be read, with a JSON pointer, or line and column.</param>
/// <param name="Warnings">What is odd and was read all the same: an unknown property, a time that is none, a reference to nothing.</param>
/// <param name="NotKept">What the document says that is no part of a statement on exploitability (scores, acknowledgements, …); the place is a pattern, the message says how often.</param>
public sealed record VexReadResult(VexDocument? Document, IReadOnlyList<SbomError> Errors, IReadOnlyList<SbomError> Warnings, IReadOnlyList<SbomError> NotKept)
{
    /// <summary>True when there is a document.</summary>
    public bool Valid => Document is not null;
}

/// <summary>
/// Reads OpenVEX 0.0.1 and 0.2.0, CSAF 2.0 and CycloneDX 1.4 to 1.7 into one model. The content decides which it is. What a format demands of a document beyond its shape is not asked here:
/// <see cref="VexCheck"/> does that, because documents in use are often not quite valid and mean something all the same.
/// </summary>
public static class VexReader
{
    /// <summary>Reads a document.</summary>
    /// <param name="stream">The document, in UTF-8, UTF-16 or UTF-32; CycloneDX may be XML.</param>
    /// <param name="options">Bounds; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The document or what is wrong with it; only a failing stream throws.</returns>
    public static VexReadResult Read(Stream stream, VexReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        options ??= new VexReadOptions();
        try
        {
            return Read(VexInput.Load(stream, options, cancellationToken), options, cancellationToken);
        }
        catch (SbomFormatException broken)
        {
            return Refused(broken.Error);
        }
    }

    internal static VexReadResult Read(ReadOnlyMemory<byte> utf8, VexReadOptions options, CancellationToken cancellationToken)
    {
        var reading = new VexReading(options);
        try
        {
            if (VexInput.IsXml(utf8.Span)) return reading.Result(CycloneDxVexReader.Read(utf8, reading, cancellationToken));
            using var json = VexInput.Parse(utf8, options, cancellationToken);
            var document = VexInput.Recognise(json.RootElement) switch
            {
                VexFormat.OpenVex => new OpenVexReader(reading).Read(json.RootElement),
                VexFormat.Csaf => new CsafReader(reading).Read(json.RootElement),
                _ => CycloneDxVexReader.Read(utf8, reading, cancellationToken),
            };
            return reading.Result(document);
        }
        catch (SbomFormatException broken)
        {
            return Refused(broken.Error);
        }
        catch (InvalidOperationException wrong) when (wrong.Source?.StartsWith("System.Text.Json", StringComparison.Ordinal) == true)
        {
            return Refused(new SbomError("/", "holds a value of the wrong type"));
        }
    }

    private static VexReadResult Refused(SbomError error) => new(null, [error], [], []);
}
