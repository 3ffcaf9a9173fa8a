using System.Xml;
using System.Xml.Linq;

namespace Headwater.Core.Licences.Packages.Manifests;

/// <summary>XML of strangers: no types of documents, nothing from outside, no deep nesting.</summary>
internal static class SafeXml
{
    private const int Deepest = 100;

    public static XElement Read(string text)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = ManifestReader.Longest };
        using (var depth = XmlReader.Create(new StringReader(text), settings))
            while (depth.Read())
                if (depth.Depth > Deepest) throw new XmlException($"Elements lie deeper than {Deepest} in each other.");
        using var reader = XmlReader.Create(new StringReader(text), settings);
        return XElement.Load(reader);
    }

    /// <summary>The element of this name below another, whatever its namespace.</summary>
    public static XElement? Child(this XElement? element, string name) => element?.Elements().FirstOrDefault(e => e.Name.LocalName == name);

    public static string? Text(this XElement? element, string name) => element.Child(name)?.Value.Trim() is { Length: > 0 } text ? text : null;
}
