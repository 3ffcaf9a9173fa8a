using System.Text;
using System.Xml;

namespace Headwater.Core.Sboms;

/// <summary>The one way in which XML is read here: no document type, no entity, nothing fetched.</summary>
internal static class SbomXml
{
    /// <summary>Opens a reader over UTF-8; an encoding declaration in the document is not believed, because it was acted on before.</summary>
    public static XmlReader CreateReader(Stream utf8, SbomReadOptions options) =>
        XmlReader.Create(new BoundedText(new StreamReader(utf8, SbomInput.Utf8, detectEncodingFromByteOrderMarks: false, bufferSize: 32 * 1024, leaveOpen: true), options.MaxStringBytes), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            MaxCharactersFromEntities = 1024,
        });

    /// <summary>Line and column of the reader.</summary>
    public static string Place(XmlReader reader) => reader is IXmlLineInfo info && info.HasLineInfo() ? $"{info.LineNumber}:{info.LinePosition}" : "1:1";

    /// <summary>The error for XML that is not well formed.</summary>
    public static SbomFormatException Broken(XmlException broken)
    {
        var end = broken.Message.LastIndexOf(" Line ", StringComparison.Ordinal);
        var message = end < 0 ? broken.Message : broken.Message[..end];
        if (message.Contains("DTD", StringComparison.Ordinal)) message = "a document type declaration (DTD) is not accepted";
        return new SbomFormatException($"{Math.Max(1, broken.LineNumber)}:{Math.Max(1, broken.LinePosition)}", message, broken);
    }

    /// <summary>The encoding that an XML declaration names, when it is one other than Unicode that is known; null when UTF-8 will do.</summary>
    public static Encoding? Declared(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("<?xml"u8)) return null;
        var end = head.IndexOf("?>"u8);
        var declaration = Encoding.Latin1.GetString(end < 0 ? head : head[..end]);
        var at = declaration.IndexOf("encoding", StringComparison.Ordinal);
        if (at < 0) return null;
        var name = declaration[(at + 8)..].TrimStart(' ', '=', '\t', '\r', '\n').Trim('"', '\'', ' ').Split('"', '\'')[0];
        if (name.StartsWith("utf-", StringComparison.OrdinalIgnoreCase)) return null;
        try
        {
            return Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException unknown)
        {
            throw new SbomFormatException("1:1", $"the encoding \"{name}\" is not supported; save the document as UTF-8", unknown);
        }
    }
}
