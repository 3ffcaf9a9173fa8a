using System.Xml;

namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>
/// Maven (maven.apache.org/repositories/metadata.html): the versions stand in <c>maven-metadata.xml</c>, without dates; a date is when the version's POM was put there. The
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
        var dated = question.Used.All(u => u.PublishedAt is not null);
        using var document = await client.GetAsync(registry, RegistryClient.Below(registry, [.. place, "maven-metadata.xml"]), null, dated ? question : question with { Etag = null, LastModified = null }, cancellationToken);
        if (document.Settled is { } settled) return settled;
        var list = new ReleaseList(Type, question.Used);
        Read(document.Content, list);
        if (list.Count == 0) throw Lacks("version");
        DateTimeOffset? latestAt = null;
        if (list.Latest is { } latest) latestAt = (await LookAsync(latest)).At;
        foreach (var use in question.Used.Where(u => u.PublishedAt is null && list.Of(u) is not null).Take(MostLooks))
        {
            if (use.Version == list.Latest) list.Set(use, list.Of(use)! with { PublishedAt = latestAt });
            else if (await LookAsync(use.Version) is { IsThere: true } pom) list.Set(use, list.Of(use)! with { PublishedAt = pom.At });
        }

        return document.With(list.ToFacts(latestAt));

        Task<(bool IsThere, DateTimeOffset? At)> LookAsync(string version) => client.LookAsync(registry, RegistryClient.Below(registry, [.. place, version, $"{question.Name}-{version}.pom"]), cancellationToken);
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
