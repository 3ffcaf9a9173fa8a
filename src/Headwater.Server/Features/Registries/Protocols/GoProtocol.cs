using System.Text;
using Headwater.Core.Versions;

namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>
/// Go's module proxy (go.dev/ref/mod#goproxy-protocol): a list of versions, a time for each, and the <c>go.mod</c> of the highest, which says what its makers retract and
/// whether the module is deprecated. Another major version is another module with a path of its own.
/// </summary>
internal sealed class GoProtocol : RegistryProtocol
{
    /// <summary>The most versions that are asked about one by one at a time; the rest is asked the next day.</summary>
    private const int MostLooks = 12;

    private const int LongestList = 16 * 1024 * 1024;

    public override string Type => "golang";

    public override string Title => "Go module proxy";

    public override string Example => "https://goproxy.example.org/";

    public override async Task<PackageAnswer> AskAsync(RegistryClient client, RegistryWork registry, PackageQuestion question, CancellationToken cancellationToken)
    {
        string[] module = [.. question.FullName.Split('/').Select(Escape)];
        Uri At(params string[] rest) => RegistryClient.Below(registry, [.. module, .. rest]);
        var dated = question.Used.All(u => u.PublishedAt is not null);
        using var document = await client.GetAsync(registry, At("@v", "list"), null, dated ? question : question with { Etag = null, LastModified = null }, cancellationToken);
        if (document.Settled is { } settled) return settled;
        var versions = (await TextAsync(document.Content, cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (versions.Any(v => v[0] != 'v' || v.Contains(' ', StringComparison.Ordinal))) throw new InvalidDataException("a line of its list is not a version.");
        var latestAt = (DateTimeOffset?)null;
        if (versions.Length == 0)
        {
            // Nothing is tagged: the proxy names the newest commit.
            if (await InfoAsync(At("@latest")) is not { } newest) return PackageAnswer.NotThere;
            versions = [newest.Version];
            latestAt = newest.At;
        }

        var highest = new ReleaseList(Type, []);
        foreach (var version in versions) highest.Add(version, null);
        var mod = highest.Latest is { } top ? await ModAsync(At("@v", Escape(top) + ".mod")) : GoMod.Empty;
        var list = new ReleaseList(Type, question.Used) { Deprecated = mod.Deprecated };
        foreach (var version in versions)
        {
            var retracted = mod.Retraction(version);
            list.Add(version, null, retracted is null ? Withdrawal.None : Withdrawal.Withdrawn, retracted);
        }

        if (latestAt is null && list.Latest is { } latest) latestAt = (await InfoAsync(At("@v", Escape(latest) + ".info")))?.At;
        foreach (var use in question.Used.Where(u => u.PublishedAt is null || list.Of(u) is null).Take(MostLooks))
        {
            var listed = list.Of(use);
            // A commit without a tag is in no list, and there all the same.
            if (use.Version.StartsWith('v') && await InfoAsync(At("@v", Escape(use.Version) + ".info")) is { } info)
                list.Set(use, new VersionFact(true, info.At, listed?.Withdrawn ?? Withdrawal.None, listed?.Reason));
        }

        return document.With(list.ToFacts(latestAt));

        async Task<(string Version, DateTimeOffset? At)?> InfoAsync(Uri address)
        {
            using var info = await client.GetAsync(registry, address, "application/json", null, cancellationToken);
            if (!info.IsThere) return null;
            string? version = null, time = null;
            var json = new JsonTokens(info.Content);
            foreach (var member in json.Members())
            {
                if (member == "Version") version = json.Value();
                else if (member == "Time") time = json.Value();
            }

            return version is null ? throw Lacks("Version") : (version, ReleaseList.Time(time));
        }

        async Task<GoMod> ModAsync(Uri address)
        {
            using var text = await client.GetAsync(registry, address, null, null, cancellationToken);
            return text.IsThere ? GoMod.Parse(await TextAsync(text.Content, cancellationToken)) : GoMod.Empty;
        }
    }

    private static async Task<string> TextAsync(Stream content, CancellationToken cancellationToken)
    {
        if (content.Length > LongestList) throw new InvalidDataException("it is too long.");
        using var reader = new StreamReader(content, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    /// <summary>Capital letters are written small with an exclamation mark before them.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 4);
        foreach (var c in text)
        {
            if (char.IsAsciiLetterUpper(c)) escaped.Append('!');
            escaped.Append(char.ToLowerInvariant(c));
        }

        return escaped.ToString();
    }
}

/// <summary>What a <c>go.mod</c> says about its own module.</summary>
internal sealed class GoMod
{
    private readonly List<(string From, string To, string Reason)> _retracted = [];

    public static GoMod Empty { get; } = new();

    public string? Deprecated { get; private set; }

    /// <summary>Why a version was retracted; null when it was not.</summary>
    public string? Retraction(string version)
    {
        var scheme = VersionSchemes.ForVers("golang")!;
        foreach (var (from, to, reason) in _retracted)
            if (scheme.Compare(version, from) >= 0 && scheme.Compare(version, to) <= 0) return reason;
        return null;
    }

    public static GoMod Parse(string text)
    {
        var mod = new GoMod();
        var (comment, block) = (new List<string>(), false);
        foreach (var whole in text.Split('\n'))
        {
            var line = whole.Trim();
            if (line.StartsWith("//", StringComparison.Ordinal))
            {
                comment.Add(line[2..].Trim());
                continue;
            }

            var at = line.IndexOf("//", StringComparison.Ordinal);
            var (words, beside) = at < 0 ? (line, "") : (line[..at].Trim(), line[(at + 2)..].Trim());
            var said = beside.Length > 0 ? beside : string.Join(' ', comment);
            if (words.StartsWith("module ", StringComparison.Ordinal) && said.IndexOf("Deprecated:", StringComparison.Ordinal) is >= 0 and var begin) mod.Deprecated = said[(begin + 11)..].Trim();
            else if (words == ")") block = false;
            else if (words is "retract (" or "retract(") block = true;
            else if (block && words.Length > 0) mod.Add(words, said);
            else if (words.StartsWith("retract ", StringComparison.Ordinal)) mod.Add(words[8..].Trim(), said);
            comment.Clear();
        }

        return mod;
    }

    private void Add(string range, string reason)
    {
        var ends = range.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries);
        if (ends.Length is 1 or 2 && ends.All(e => e.StartsWith('v'))) _retracted.Add((ends[0], ends[^1], reason));
    }
}
