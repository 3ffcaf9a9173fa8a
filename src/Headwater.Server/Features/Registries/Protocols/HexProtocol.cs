namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>Hex (github.com/hexpm/specifications, "HTTP API"): the releases of a package with their day, which of them are retired, and what the newest says of its licence.</summary>
internal sealed class HexProtocol : RegistryProtocol
{
    public override string Type => "hex";

    public override string Title => "Hex";

    public override string Example => "https://hex.example.org/";

    public override bool TakesBareToken => true;

    public override async Task<PackageAnswer> AskAsync(RegistryClient client, RegistryWork registry, PackageQuestion question, CancellationToken cancellationToken)
    {
        using var document = await client.GetAsync(registry, RegistryClient.Below(registry, "api", "packages", question.Name), "application/json", question, cancellationToken);
        if (document.Settled is { } settled) return settled;
        var (list, json) = (new ReleaseList(Type, question.Used), new JsonTokens(document.Content));
        List<(string? Version, string? At)>? releases = null;
        string? licences = null, described = null;
        var retired = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in json.Members())
        {
            switch (part)
            {
                case "releases":
                    releases = [];
                    foreach (var _ in json.Items())
                    {
                        string? version = null, at = null;
                        foreach (var member in json.Members())
                        {
                            if (member == "version") version = json.Value();
                            else if (member == "inserted_at") at = json.Value();
                        }

                        releases.Add((version, at));
                    }

                    break;
                case "latest_version": described = json.Value(); break;
                case "meta":
                    foreach (var member in json.Members())
                        if (member == "licenses") licences = LicenceWords.Kept(LicenceWords.OfNpm(json));
                    break;
                case "retirements":
                    foreach (var version in json.Members())
                    {
                        string? reason = null, message = null;
                        foreach (var member in json.Members())
                        {
                            if (member == "reason") reason = json.Value();
                            else if (member == "message") message = json.Value();
                        }

                        retired[version] = string.Join(": ", new[] { reason, message }.Where(t => !string.IsNullOrEmpty(t)));
                    }

                    break;
            }
        }

        if (releases is null) throw Lacks("releases");
        foreach (var (version, at) in releases)
        {
            var reason = version is null ? null : retired.GetValueOrDefault(version);
            list.Add(version, ReleaseList.Time(at), reason is null ? Withdrawal.None : Withdrawal.Withdrawn, reason);
        }

        if (licences is not null) list.SetLicences(described ?? list.Latest, licences);
        return list.Count == 0 ? PackageAnswer.NotThere : document.With(list.ToFacts());
    }
}
