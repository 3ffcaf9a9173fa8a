using System.Xml;

namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>
/// Maven (maven.apache.org/repositories/metadata.html): the versions stand in <c>maven-metadata.xml</c>, without dates; a date is when the version's POM was put there, and the POM names the licences, or the nearest
/// POM above it that does. The
/// document's own <c>release</c> is what was deployed last, which may be a repair of an old line, so it is not believed.
/// </summary>
internal sealed class MavenProtocol : RegistryProtocol
{
    /// <summary>The most POMs that are looked at for one package at a time; the rest is looked at the next day.</summary>
    private const int MostLooks = 12;

    /// <summary>So many POMs above one are followed. Real ones are three or four.</summary>
    private const int MostParents = 8;

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
            if (!pom.IsThere) return null;
            var read = Pom.Read(pom.Content);
            return (ReleaseList.Time(pom.LastModified), read.Licences ?? await InheritedAsync(client, registry, read.Parent, cancellationToken) ?? LicenceWords.None);
        }
    }

    /// <summary>What the nearest POM above names (Maven's model of inheritance: licences are taken over where a project names none). Above many packages stands the same one, which is asked for once in a run.</summary>
    private static async Task<string?> InheritedAsync(RegistryClient client, RegistryWork registry, PomName? parent, CancellationToken cancellationToken)
    {
        var seen = new HashSet<PomName>();
        while (parent is { } name && seen.Count < MostParents && seen.Add(name) && registry.MayHearOf($"{name.Group}/{name.Name}"))
        {
            var pom = Pom.Parse(await client.OnceAsync(registry, $"pom {name}", async () =>
            {
                using var document = await client.GetAsync(registry, RegistryClient.Below(registry, [.. name.Group.Split('.'), name.Name, name.Version, $"{name.Name}-{name.Version}.pom"]), null, null, cancellationToken);
                return document.IsThere ? Pom.Read(document.Content).ToString() : "";
            }));
            if (pom.Licences is { } licences) return licences;
            parent = pom.Parent;
        }

        return null;
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
}
