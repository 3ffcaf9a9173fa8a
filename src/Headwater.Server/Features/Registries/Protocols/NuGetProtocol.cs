using Headwater.Core.Versions;

namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>
/// NuGet v3 (learn.microsoft.com/nuget/api): the service index names the registrations; those of a package are pages of versions, in the document or by address. Of
/// pages by address only those are read that hold a used version or may hold the latest.
/// </summary>
internal sealed class NuGetProtocol : RegistryProtocol
{
    private const int MostPages = 40;

    /// <summary>What stands in the place of the address where the licence is a file in the package.</summary>
    private const string SaysFile = "https://aka.ms/deprecateLicenseUrl";

    private static readonly string[] Registrations = ["RegistrationsBaseUrl/Versioned", "RegistrationsBaseUrl/3.6.0", "RegistrationsBaseUrl/3.4.0", "RegistrationsBaseUrl/3.0.0-rc", "RegistrationsBaseUrl/3.0.0-beta", "RegistrationsBaseUrl"];

    public override string Type => "nuget";

    public override string Title => "NuGet v3";

    public override string Example => "https://nuget.example.org/v3/index.json";

    public override async Task<PackageAnswer> AskAsync(RegistryClient client, RegistryWork registry, PackageQuestion question, CancellationToken cancellationToken)
    {
        var root = await client.OnceAsync(registry, "registrations", () => RegistrationsAsync(client, registry, cancellationToken));
        var below = registry with { Base = new Uri(root.EndsWith('/') ? root : root + "/") };
        using var document = await client.GetAsync(registry, RegistryClient.Below(below, question.Name.ToLowerInvariant(), "index.json"), "application/json", question, cancellationToken);
        if (document.Settled is { } settled) return settled;
        var (list, json, known) = (new ReleaseList(Type, question.Used), new JsonTokens(document.Content), false);
        var pages = new List<Page>();
        foreach (var part in json.Members())
        {
            if (part != "items") continue;
            known = true;
            foreach (var _ in json.Items())
                if (ReadPage(json, list) is { HasItems: false } page) pages.Add(page);
        }

        if (!known) throw Lacks("items");
        var scheme = VersionSchemes.ForVers(Type)!;
        var read = 0;
        // They are in the order of their versions: the latest is near the end.
        foreach (var page in pages.AsEnumerable().Reverse())
        {
            if (page.Address is null || !Uri.TryCreate(below.Base, page.Address, out var address)) continue;
            var holds = question.Used.Any(u => page.Lower is null || page.Upper is null || (scheme.Compare(u.Version, page.Lower) >= 0 && scheme.Compare(u.Version, page.Upper) <= 0));
            if (!holds && list.HasCurrent) continue;
            if (read++ == MostPages) break;
            using var more = await client.GetAsync(registry, address, "application/json", null, cancellationToken);
            if (more.IsThere) ReadPage(new JsonTokens(more.Content), list);
        }

        return document.With(list.ToFacts());
    }

    private static async Task<string> RegistrationsAsync(RegistryClient client, RegistryWork registry, CancellationToken cancellationToken)
    {
        // The address may be that of the index itself, as clients are given it.
        var address = registry.Base.AbsolutePath.EndsWith(".json/", StringComparison.Ordinal) ? new Uri(registry.Base.AbsoluteUri.TrimEnd('/')) : new Uri(registry.Base, "index.json");
        using var index = await client.GetAsync(registry, address, "application/json", null, cancellationToken);
        if (!index.IsThere) throw new Platform.Http.Outgoing.OutgoingException($"There is no service index at {address}.", false);
        var (best, at, json) = (int.MaxValue, (string?)null, new JsonTokens(index.Content));
        foreach (var part in json.Members())
        {
            if (part != "resources") continue;
            foreach (var _ in json.Items())
            {
                string? id = null, type = null;
                foreach (var member in json.Members())
                {
                    if (member == "@id") id = json.Value();
                    else if (member == "@type") type = json.Value();
                }

                var rank = Array.IndexOf(Registrations, type);
                if (rank >= 0 && rank < best && id is not null) (best, at) = (rank, id);
            }
        }

        return at is not null && Uri.TryCreate(address, at, out var registrations) ? registrations.AbsoluteUri : throw Lacks("RegistrationsBaseUrl");
    }

    private static Page ReadPage(JsonTokens json, ReleaseList list)
    {
        var page = new Page(null, null, null, false);
        foreach (var member in json.Members())
        {
            switch (member)
            {
                case "@id": page = page with { Address = json.Value() }; break;
                case "lower": page = page with { Lower = json.Value() }; break;
                case "upper": page = page with { Upper = json.Value() }; break;
                case "items":
                    page = page with { HasItems = true };
                    foreach (var _ in json.Items())
                        foreach (var leaf in json.Members())
                            if (leaf == "catalogEntry") ReadEntry(json, list);
                    break;
            }
        }

        return page;
    }

    private static void ReadEntry(JsonTokens json, ReleaseList list)
    {
        string? version = null, message = null, instead = null, expression = null, url = null;
        var (listed, deprecated, reasons) = (true, false, new List<string>());
        DateTimeOffset? published = null;
        foreach (var member in json.Members())
        {
            switch (member)
            {
                case "version": version = json.Value(); break;
                case "published": published = ReleaseList.Time(json.Value()); break;
                case "licenseExpression": expression = json.Value(); break;
                case "licenseUrl": url = json.Value(); break;
                case "listed": listed &= json.Value() != "false"; break;
                case "deprecation":
                    deprecated = json.Is(System.Text.Json.JsonTokenType.StartObject);
                    foreach (var about in json.Members())
                    {
                        if (about == "message") message = json.Value();
                        else if (about == "reasons") foreach (var _ in json.Items()) reasons.Add(json.Value() ?? "");
                        else if (about == "alternatePackage") foreach (var other in json.Members()) instead = other == "id" ? json.Value() : instead;
                    }

                    break;
            }
        }

        // The year 1900 is how older feeds say that a version is not listed.
        if (published is { Year: < 1902 }) listed = false;
        var reason = message ?? string.Join(", ", reasons.Where(r => r.Length > 0));
        list.Add(version, published, !listed ? Withdrawal.Unlisted : deprecated ? Withdrawal.Deprecated : Withdrawal.None, instead is null ? reason : $"{reason} Use {instead} instead.".TrimStart(), LicenceWords.First(expression, url == SaysFile ? null : url));
    }

    private sealed record Page(string? Address, string? Lower, string? Upper, bool HasItems);
}
