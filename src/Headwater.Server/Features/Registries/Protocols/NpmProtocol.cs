namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>npm (docs: "Package metadata"): one document with all versions, their deprecation and licence, and the time of each.</summary>
internal sealed class NpmProtocol : RegistryProtocol
{
    public override string Type => "npm";

    public override string Title => "npm";

    public override string Example => "https://npm.example.org/";

    public override async Task<PackageAnswer> AskAsync(RegistryClient client, RegistryWork registry, PackageQuestion question, CancellationToken cancellationToken)
    {
        // A scope and its name are one segment: the slash between them is escaped.
        using var document = await client.GetAsync(registry, RegistryClient.Below(registry, question.FullName), "application/json", question, cancellationToken);
        if (document.Settled is { } settled) return settled;
        var (versions, times) = (new List<(string Version, string? Deprecated, string? Licences)>(), new Dictionary<string, string?>(StringComparer.Ordinal));
        var (list, json, known) = (new ReleaseList(Type, question.Used), new JsonTokens(document.Content), false);
        foreach (var part in json.Members())
        {
            switch (part)
            {
                case "dist-tags":
                    foreach (var tag in json.Members())
                        if (tag == "latest") list.Prefer(json.Value());
                    break;
                case "versions":
                    known = true;
                    foreach (var version in json.Members())
                    {
                        string? deprecated = null;
                        List<string?>? licences = null;
                        foreach (var member in json.Members())
                        {
                            if (member == "deprecated") deprecated = json.Value();
                            else if (member == "license" || (member == "licenses" && licences is null)) licences = LicenceWords.OfNpm(json);
                        }

                        versions.Add((version, deprecated is null or "" or "false" ? null : deprecated == "true" ? "" : deprecated, LicenceWords.Kept(licences ?? [])));
                    }

                    break;
                case "time":
                    known = true; // All that is left of a package that was unpublished.
                    foreach (var version in json.Members()) times[version] = json.Value();
                    break;
            }
        }

        if (!known) throw Lacks("versions");
        if (versions.Count == 0) return PackageAnswer.NotThere;
        foreach (var (version, deprecated, licences) in versions)
            list.Add(version, ReleaseList.Time(times.GetValueOrDefault(version)), deprecated is null ? Withdrawal.None : Withdrawal.Deprecated, deprecated, licences);
        // When the latest is advised against, so is the package: that is how npm does it.
        if (versions.FirstOrDefault(v => v.Version == list.Latest).Deprecated is { } why) list.Deprecated = why;
        return document.With(list.ToFacts());
    }
}
