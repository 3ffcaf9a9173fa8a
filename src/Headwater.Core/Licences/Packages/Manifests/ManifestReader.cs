using System.Text.Json;
using System.Xml;
using Headwater.Core.Licences.Packages.Archives;

namespace Headwater.Core.Licences.Packages.Manifests;

/// <summary>Knows which files describe packages, and reads them.</summary>
internal static class ManifestReader
{
    /// <summary>Larger ones are not read, in bytes.</summary>
    public const int Longest = 4 * 1024 * 1024;

    private static readonly (Func<string, string, bool> Is, Func<string, string, Manifest?> Read)[] s_readers =
    [
        ((_, name) => name is "package.json", NpmManifest.Read),
        ((_, name) => name is "composer.json", NpmManifest.ReadComposer),
        ((_, name) => name.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase), NuSpec.Read),
        ((_, name) => name is "Cargo.toml", CargoManifest.Read),
        ((_, name) => name is "pyproject.toml", PythonMetadata.ReadProject),
        ((path, name) => name is "PKG-INFO" || (name is "METADATA" && path.EndsWith(".dist-info/METADATA", StringComparison.Ordinal)), PythonMetadata.Read),
        ((_, name) => name is "pom.xml" || name.EndsWith(".pom", StringComparison.Ordinal), MavenPom.Read),
        ((path, _) => path.EndsWith("META-INF/MANIFEST.MF", StringComparison.OrdinalIgnoreCase), JarManifest.Read),
        ((path, _) => path == ArchiveReader.GemMetadata, GemSpecification.Read),
        ((path, _) => path == ArchiveReader.DebianControl, DebianControl.Read),
        ((path, name) => name is "copyright" && path.StartsWith("usr/share/doc/", StringComparison.Ordinal), DebianControl.ReadCopyright),
    ];

    public static bool IsManifest(string path) => Find(path) is not null;

    /// <summary>Reads one. Null when it describes no package.</summary>
    /// <exception cref="FormatException">It is broken; the message says how.</exception>
    public static Manifest? Read(string path, string text)
    {
        try
        {
            return Find(path)!(path, text);
        }
        catch (Exception e) when (e is JsonException or XmlException or YamlDotNet.Core.YamlException or InvalidOperationException)
        {
            throw new FormatException(Reason(e, text), e);
        }
    }

    /// <summary>What is wrong, where, and what to do; what the framework says is about its settings.</summary>
    private static string Reason(Exception exception, string text) => exception switch
    {
        XmlException when text.IndexOf("<!DOCTYPE", StringComparison.OrdinalIgnoreCase) is var type and >= 0 => $"line {text.AsSpan(0, type).Count('\n') + 1} has a document type (<!DOCTYPE …>), which is not read, for it may draw in other files. Take it out and scan again.",
        XmlException { LineNumber: 0 } own => own.Message,
        XmlException xml => $"line {xml.LineNumber} is no well-formed XML{Mend}",
        JsonException json when json.Message.Contains("maximum configured depth", StringComparison.Ordinal) => $"line {json.LineNumber + 1} has lists or objects deeper than {NpmManifest.Deepest} in each other. Make them flatter and scan again.",
        JsonException json => $"line {json.LineNumber + 1} is no valid JSON{Mend}",
        YamlDotNet.Core.YamlException yaml => $"line {yaml.Start.Line} is no valid YAML{Mend}",
        _ => "a field is of another kind than it should be (a number or list for a text, say). Mend it and scan again.",
    };

    private const string Mend = ", or the file ends too early. Mend it there and scan again.";

    private static Func<string, string, Manifest?>? Find(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        foreach (var (isIt, read) in s_readers)
            if (isIt(path, name)) return read;
        return null;
    }
}
