using System.Xml.Linq;

namespace Headwater.Core.Licences.Packages.Manifests;

/// <summary><c>pom.xml</c>.</summary>
internal static class MavenPom
{
    public static Manifest? Read(string path, string text)
    {
        var project = SafeXml.Read(text);
        if (project.Name.LocalName != "project" || project.Text("artifactId") is not { } artifact) return null;
        var parent = project.Child("parent");
        var group = project.Text("groupId") ?? parent.Text("groupId");
        var version = project.Text("version") ?? parent.Text("version");
        // Maven says that of several one may be chosen.
        var licences = (project.Child("licenses")?.Elements() ?? []).Where(e => e.Name.LocalName == "license").Select(Licence).OfType<string>().ToList();
        return new Manifest(path, "maven")
        {
            Purl = Manifest.Package("maven", Known(group), Known(artifact), Known(version)), Licences = licences, IsChoice = true,
            Parent = parent is null ? null : Manifest.Package("maven", Known(parent.Text("groupId")), Known(parent.Text("artifactId")), Known(parent.Text("version"))),
        };
    }

    private static string? Licence(XElement licence) => licence.Text("name") ?? licence.Text("url");

    /// <summary>What stands for a property is no name.</summary>
    private static string? Known(string? text) => text?.Contains("${", StringComparison.Ordinal) == true ? null : text;
}
