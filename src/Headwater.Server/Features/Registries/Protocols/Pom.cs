using System.Xml;

namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>By which a registry finds a POM.</summary>
internal readonly record struct PomName(string Group, string Name, string Version)
{
    private const int Longest = 200;

    /// <summary>Null for what no registry could be asked for: parts that are missing, stand for a property, or leave the version open.</summary>
    public static PomName? Of(string? group, string? name, string? version) => Plain(group) is { } g && Plain(name) is { } n && Plain(version) is { } v ? new PomName(g, n, v) : null;

    public override string ToString() => $"{Group}:{Name}:{Version}";

    private static string? Plain(string? text) => text?.Trim() is { Length: > 0 and <= Longest } plain && plain.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+') && !plain.Split('.').Contains("") ? plain : null;
}

/// <summary>What a POM says of its licence.</summary>
/// <param name="Licences">As <see cref="LicenceWords"/> keep them; null when it names none.</param>
/// <param name="Parent">The POM from which it takes what it does not name itself.</param>
internal sealed record Pom(string? Licences, PomName? Parent)
{
    public static Pom Read(Stream content)
    {
        var (said, path) = (new List<string?>(), new Stack<string>());
        string? name = null, url = null, group = null, artifact = null, version = null;
        try
        {
            using var xml = XmlReader.Create(content, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 4 * 1024 * 1024, IgnoreComments = true, IgnoreProcessingInstructions = true });
            while (xml.Read())
            {
                if (xml.NodeType == XmlNodeType.Element && !xml.IsEmptyElement) path.Push(xml.LocalName);
                else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && path.Count == 4 && path.Skip(1).SequenceEqual(["license", "licenses", "project"]))
                {
                    if (path.Peek() == "name") name = xml.Value;
                    else if (path.Peek() == "url") url = xml.Value;
                }
                else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && path.Count == 3 && path.Skip(1).SequenceEqual(["parent", "project"]))
                {
                    if (path.Peek() == "groupId") group = xml.Value;
                    else if (path.Peek() == "artifactId") artifact = xml.Value;
                    else if (path.Peek() == "version") version = xml.Value;
                }
                else if (xml.NodeType == XmlNodeType.EndElement && path.Pop() == "license" && path.Count == 2)
                {
                    said.Add(string.IsNullOrWhiteSpace(name) ? url : name);
                    (name, url) = (null, null);
                }
            }
        }
        catch (XmlException)
        {
            // A date it has all the same, and what others wrote wrongly is no reason to ask again.
        }

        return new Pom(LicenceWords.Kept(said), PomName.Of(group, artifact, version));
    }

    /// <summary>What <see cref="ToString"/> wrote.</summary>
    public static Pom Parse(string text) => text.Split('\n') is [var licences, var group, var name, var version] ? new Pom(licences.Length == 0 ? null : licences, PomName.Of(group, name, version)) : new Pom(null, null);

    /// <summary>In short, to be kept for a run.</summary>
    public override string ToString() => $"{Licences}\n{Parent?.Group}\n{Parent?.Name}\n{Parent?.Version}";
}
