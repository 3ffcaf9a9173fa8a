namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>Dart's package repositories (github.com/dart-lang/pub, "Hosted Pub Repository Specification Version 2").</summary>
internal sealed class PubProtocol : RegistryProtocol
{
    public override string Type => "pub";

    public override string Title => "Pub";

    public override string Example => "https://pub.example.org/";

    public override async Task<PackageAnswer> AskAsync(RegistryClient client, RegistryWork registry, PackageQuestion question, CancellationToken cancellationToken)
    {
        using var document = await client.GetAsync(registry, RegistryClient.Below(registry, "api", "packages", question.Name), "application/vnd.pub.v2+json", question, cancellationToken);
        if (document.Settled is { } settled) return settled;
        var (list, json, known) = (new ReleaseList(Type, question.Used), new JsonTokens(document.Content), false);
        var discontinued = false;
        string? instead = null;
        foreach (var part in json.Members())
        {
            switch (part)
            {
                case "isDiscontinued": discontinued = json.Value() == "true"; break;
                case "replacedBy": instead = json.Value(); break;
                case "versions":
                    known = true;
                    foreach (var _ in json.Items())
                    {
                        string? version = null, at = null;
                        var retracted = false;
                        foreach (var member in json.Members())
                        {
                            switch (member)
                            {
                                case "version": version = json.Value(); break;
                                case "published": at = json.Value(); break;
                                case "retracted": retracted = json.Value() == "true"; break;
                            }
                        }

                        list.Add(version, ReleaseList.Time(at), retracted ? Withdrawal.Withdrawn : Withdrawal.None);
                    }

                    break;
            }
        }

        if (!known) throw Lacks("versions");
        if (discontinued) list.Deprecated = instead is null ? "" : $"Use {instead} instead.";
        return list.Count == 0 ? PackageAnswer.NotThere : document.With(list.ToFacts());
    }
}
