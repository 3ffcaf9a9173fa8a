using System.Xml;

namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>
/// Maven (maven.apache.org/repositories/metadata.html): the versions stand in <c>maven-metadata.xml</c>, without dates; a date is when the version's POM was put there, and the POM names the licences. The
/// document's own <c>release</c> is what was deployed last, which may be a repair of an old line, so it is not believed.
/// </summary>
internal sealed class MavenProtocol : RegistryProtocol
{
    /// <summary>The most POMs that are looked at for one package at a time; the rest is looked at the next day.</summary>
    private const int MostLooks = 12;

    public override string Type => "maven";

    public override string Title => "Maven";

    public override string Example => "https://maven.example.org/maven2/";

    public override async Task<PackageAnswer> AskAsync(RegistryClient client, RegistryWork registry, PackageQuestion question, CancellationToken cancellationToken)
    {
        string[] place = [.. (question.Group ?? "").Split('.'), question.Name];
        // Dates come from elsewhere, so that they are known only when everything is read.
        var dated = question.Used.All(u => u.PublishedAt is not null && !u.WantsLicence);
        using var document = await client.GetAsync(registry, RegistryClient.Below(registry, [.. place, "maven-metadata.xml"]), null, dated ? question : question with { Etag = null, LastModified = null }, cancellationToken);
        if (document.Settled is { } settled) return settled;
        var list = new ReleaseList(Type, question.Used);
        Read(document.Content, list);
        if (list.Count == 0) throw Lacks("version");
        DateTimeOffset? latestAt = null;
        string? latestSays = null;
        if (list.Latest is { } latest) (latestAt, latestSays) = await PomAsync(latest) ?? default;
        foreach (var use in question.Used.Where(u => (u.PublishedAt is null || u.WantsLicence) && list.Of(u) is not null).Take(MostLooks))
        {
            if (use.Version == list.Latest) list.Set(use, list.Of(use)! with { PublishedAt = latestAt ?? use.PublishedAt, Licences = latestSays });
            else if (await PomAsync(use.Version) is { } pom) list.Set(use, list.Of(use)! with { PublishedAt = pom.At ?? use.PublishedAt, Licences = pom.Licences });
        }

        return document.With(list.ToFacts(latestAt));

        async Task<(DateTimeOffset? At, string Licences)?> PomAsync(string version)
        {
            using var pom = await client.GetAsync(registry, RegistryClient.Below(registry, [.. place, version, $"{question.Name}-{version}.pom"]), null, null, cancellationToken);
            return pom.IsThere ? (ReleaseList.Time(pom.LastModified), Licences(pom.Content)) : null;
        }
    }

    private static void Read(Stream content, ReleaseList list)
    {
        using var xml = XmlReader.Create(content, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 64 * 1024 * 1024, IgnoreComments = true, IgnoreProcessingInstructions = true });
        var versions = false;
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "versions") versions = !xml.IsEmptyElement;
            else if (xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "versions") versions = false;
            else if (versions && xml.NodeType == XmlNodeType.Element && xml.LocalName == "version") list.Add(xml.ReadString().Trim(), null);
        }
    }

    /// <summary>What a POM names by itself. What it has from a parent stands in another document, and is not asked for.</summary>
    private static string Licences(Stream content)
    {
        var (said, path) = (new List<string?>(), new Stack<string>());
        string? name = null, url = null;
        try
        {
            using var xml = XmlReader.Create(content, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 4 * 1024 * 1024, IgnoreComments = true, IgnoreProcessingInstructions = true });
            while (xml.Read())
            {
                if (xml.NodeType == XmlNodeType.Element && !xml.IsEmptyElement) path.Push(xml.LocalName);
                else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && path.Count == 4 && IsLicence(path.Skip(1)))
                {
                    if (path.Peek() == "name") name = xml.Value;
                    else if (path.Peek() == "url") url = xml.Value;
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

        return LicenceWords.Kept(said) ?? LicenceWords.None;
    }

    private static bool IsLicence(IEnumerable<string> path) => path.SequenceEqual(["license", "licenses", "project"]);
}
