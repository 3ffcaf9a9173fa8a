namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>Cargo's sparse index (doc.rust-lang.org/cargo/reference/registry-index.html): one line of JSON for each version, in a folder made from the first letters.</summary>
internal sealed class CargoProtocol : RegistryProtocol
{
    public override string Type => "cargo";

    public override string Title => "Cargo (sparse index)";

    public override string Example => "https://index.cargo.example.org/";

    public override bool TakesBareToken => true;

    public override async Task<PackageAnswer> AskAsync(RegistryClient client, RegistryWork registry, PackageQuestion question, CancellationToken cancellationToken)
    {
        using var document = await client.GetAsync(registry, RegistryClient.Below(registry, [.. Folder(question.Name.ToLowerInvariant())]), null, question, cancellationToken);
        if (document.Settled is { } settled) return settled;
        var (list, json) = (new ReleaseList(Type, question.Used), new JsonTokens(document.Content, lines: true));
        foreach (var _ in json.Documents())
        {
            string? version = null, at = null;
            var yanked = false;
            foreach (var member in json.Members())
            {
                switch (member)
                {
                    case "vers": version = json.Value(); break;
                    case "yanked": yanked = json.Value() == "true"; break;
                    case "pubtime": at = json.Value(); break;
                }
            }

            list.Add(version, ReleaseList.Time(at), yanked ? Withdrawal.Withdrawn : Withdrawal.None);
        }

        return list.Count == 0 ? throw Lacks("vers") : document.With(list.ToFacts());
    }

    private static string[] Folder(string name) => name.Length switch
    {
        0 => throw new InvalidDataException("A crate has a name."),
        1 => ["1", name],
        2 => ["2", name],
        3 => ["3", name[..1], name],
        _ => [name[..2], name[2..4], name],
    };
}
