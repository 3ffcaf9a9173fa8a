namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>PyPI (docs.pypi.org, "JSON API"; PEP 592 for yanked files): one document with the files of each release, and what the newest says of itself.</summary>
internal sealed class PyPiProtocol : RegistryProtocol
{
    public override string Type => "pypi";

    public override string Title => "PyPI";

    public override string Example => "https://pypi.example.org/";

    public override async Task<PackageAnswer> AskAsync(RegistryClient client, RegistryWork registry, PackageQuestion question, CancellationToken cancellationToken)
    {
        using var document = await client.GetAsync(registry, RegistryClient.Below(registry, "pypi", question.Name, "json"), "application/json", question, cancellationToken);
        if (document.Settled is { } settled) return settled;
        var (list, json, known) = (new ReleaseList(Type, question.Used), new JsonTokens(document.Content), false);
        string? described = null, licences = null;
        foreach (var part in json.Members())
        {
            if (part == "info") (described, licences) = Info(json);
            if (part != "releases") continue;
            known = true;
            foreach (var version in json.Members())
            {
                var (files, yanked, first) = (0, 0, (DateTimeOffset?)null);
                string? reason = null;
                foreach (var _ in json.Items())
                {
                    files++;
                    foreach (var member in json.Members())
                    {
                        switch (member)
                        {
                            case "upload_time_iso_8601":
                                if (ReleaseList.Time(json.Value()) is { } at && (first is null || at < first)) first = at;
                                break;
                            case "yanked":
                                if (json.Value() == "true") yanked++;
                                break;
                            case "yanked_reason":
                                reason = json.Value() ?? reason;
                                break;
                        }
                    }
                }

                // A release without files was never published, or everything of it was taken away.
                if (files > 0) list.Add(version, first, yanked == files ? Withdrawal.Withdrawn : Withdrawal.None, reason);
            }
        }

        if (!known) throw Lacks("releases");
        if (licences is not null) list.SetLicences(described, licences);
        return document.With(list.ToFacts());
    }

    /// <summary>Of which release it speaks, and its licence: the expression (PEP 639), else the field of old, else what the classifiers name. What the field has of a whole text is passed over.</summary>
    private static (string? Version, string? Licences) Info(JsonTokens json)
    {
        string? version = null, expression = null, field = null;
        var classifiers = new List<string?>();
        foreach (var member in json.Members())
        {
            switch (member)
            {
                case "version": version = json.Value(); break;
                case "license_expression": expression = json.Value(); break;
                case "license": field = json.Value(); break;
                case "classifiers":
                    foreach (var _ in json.Items())
                        if (json.Value() is { } named && named.StartsWith("License ::", StringComparison.Ordinal) && named != "License :: OSI Approved") classifiers.Add(named);
                    break;
            }
        }

        return (version, LicenceWords.First(expression, field) ?? LicenceWords.Kept(classifiers));
    }
}
