using System.Text.Json;

namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>RubyGems (guides.rubygems.org/rubygems-org-api): the list of versions with the day and the licences of each; what was yanked is not in it any more.</summary>
internal sealed class GemProtocol : RegistryProtocol
{
    public override string Type => "gem";

    public override string Title => "RubyGems";

    public override string Example => "https://gems.example.org/";

    public override bool TakesBareToken => true;

    public override async Task<PackageAnswer> AskAsync(RegistryClient client, RegistryWork registry, PackageQuestion question, CancellationToken cancellationToken)
    {
        using var document = await client.GetAsync(registry, RegistryClient.Below(registry, "api", "v1", "versions", question.Name + ".json"), "application/json", question, cancellationToken);
        if (document.Settled is { } settled) return settled;
        var (list, json) = (new ReleaseList(Type, question.Used), new JsonTokens(document.Content));
        if (!json.Is(JsonTokenType.StartArray)) throw Lacks("number");
        foreach (var _ in json.Items())
        {
            string? version = null, at = null, licences = null;
            foreach (var member in json.Members())
            {
                switch (member)
                {
                    case "number": version = json.Value(); break;
                    case "created_at": at = json.Value(); break;
                    case "licenses": licences = LicenceWords.Kept(LicenceWords.OfNpm(json)); break;
                }
            }

            list.Add(version, ReleaseList.Time(at), licences: licences);
        }

        return list.Count == 0 ? PackageAnswer.NotThere : document.With(list.ToFacts());
    }
}
