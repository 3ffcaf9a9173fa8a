namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>
/// Composer repositories of version 2 (getcomposer.org/doc/05-repositories.md, packagist.org/apidoc): <c>p2/vendor/name.json</c>. The documents are written short: each
/// version says only in what it differs from the one before.
/// </summary>
internal sealed class ComposerProtocol : RegistryProtocol
{
    public override string Type => "composer";

    public override string Title => "Composer (Packagist)";

    public override string Example => "https://packages.example.org/";

    public override async Task<PackageAnswer> AskAsync(RegistryClient client, RegistryWork registry, PackageQuestion question, CancellationToken cancellationToken)
    {
        var name = question.FullName.ToLowerInvariant();
        using var document = await client.GetAsync(registry, RegistryClient.Below(registry, ["p2", .. (name + ".json").Split('/')]), "application/json", question, cancellationToken);
        if (document.Settled is { } settled) return settled;
        var (list, json, known) = (new ReleaseList(Type, question.Used), new JsonTokens(document.Content), false);
        foreach (var part in json.Members())
        {
            if (part != "packages") continue;
            known = true;
            foreach (var package in json.Members())
            {
                if (!package.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
                string? version = null, time = null, abandoned = null, licences = null;
                foreach (var i in json.Items())
                {
                    foreach (var member in json.Members())
                    {
                        switch (member)
                        {
                            case "version": version = json.Value(); break;
                            case "time": time = Kept(json.Value()); break;
                            case "license": licences = Kept(json); break;
                            case "abandoned": abandoned = Kept(json.Value()); break;
                        }
                    }

                    if (i == 0 && abandoned is not (null or "false")) list.Deprecated = abandoned == "true" ? "" : $"Use {abandoned} instead.";
                    if (version?.StartsWith("dev-", StringComparison.Ordinal) == false) list.Add(version, ReleaseList.Time(time), licences: licences);
                }
            }
        }

        if (!known) throw Lacks("packages");
        return list.Count == 0 ? PackageAnswer.NotThere : document.With(list.ToFacts());
    }

    /// <summary>Several of one package are to be chosen from (getcomposer.org/doc/04-schema.md#license).</summary>
    private static string? Kept(JsonTokens json)
    {
        IReadOnlyList<string> said = [.. LicenceWords.OfNpm(json).OfType<string>().Where(l => l != "__unset")];
        return said.Count > 1 ? LicenceWords.First(string.Join(" OR ", said.Select(l => l.Contains(' ', StringComparison.Ordinal) ? $"({l})" : l))) : LicenceWords.Kept(said);
    }

    private static string? Kept(string? value) => value == "__unset" ? null : value;
}
