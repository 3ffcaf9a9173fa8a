using Headwater.Core.Advisories;
using Headwater.Core.Licences;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Packages;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Trees;

namespace Headwater.Core.Policies.Packs;

/// <summary>Facts as people write them, in the tests of a pack and in files: YAML, of which JSON is a part. What is not written is not known.</summary>
internal sealed class FactsReader(LicenceLibrary library)
{
    private static readonly DateTimeOffset s_moment = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads facts.</summary>
    /// <returns>Null when there is no component to judge; what is wrong is noted.</returns>
    public PolicyFacts? Read(YamlValue map, PackNode node)
    {
        if (!node.IsMapping(map, "Facts", "moment", "subject", "component", "licence", "advisories", "project", "occurrence", "context", "health", "signals", "request", "waivers")) return null;
        if (Component(map, node) is not { } component) return null;
        return new PolicyFacts
        {
            Moment = node.Time(map, "moment") ?? s_moment,
            Subject = node.Word<PolicySubject>(map, "subject", t => t switch { "use" => PolicySubject.Use, "contribution" => PolicySubject.Contribution, "publication" => PolicySubject.Publication, "request" => PolicySubject.Request, _ => null },
                "use, contribution, publication and request") ?? PolicySubject.Use,
            Component = component,
            Licence = Licence(map, node),
            Advisories = Advisories(map, node),
            Project = Project(map, node, out var contents),
            Contents = contents,
            Occurrence = Occurrence(map, node),
            Context = Context(map, node),
            Health = Health(map, node),
            Signals = Signals(map, node),
            Request = Request(map, node),
            Waivers = Waivers(map, node),
        };
    }

    private static ComponentFact? Component(YamlValue map, PackNode node)
    {
        if (map["component"] is not { } value) return new ComponentFact();
        if (value.Text is { } text) return Purl(text, value, node) is { } only ? new ComponentFact { Purl = only } : null;
        if (!node.IsMapping(value, "A component", "purl", "group", "name", "version", "published", "latest", "deprecated", "withdrawn", "internal", "cpes", "hashes")) return null;
        var purl = node.Text(value, "purl") is { } written ? Purl(written, value["purl"]!, node) : null;
        var fact = new ComponentFact
        {
            Purl = purl, Name = node.Text(value, "name") ?? purl?.Name ?? "", Published = node.Time(value, "published"), Latest = node.Text(value, "latest"), IsDeprecated = node.Flag(value, "deprecated"),
            Cpes = value["cpes"] is null ? null : node.Texts(value, "cpes"), Hashes = value["hashes"] is null ? null : [.. node.Texts(value, "hashes").Select(h => h.ToLowerInvariant())], IsWithdrawn = node.Flag(value, "withdrawn"), IsInternal = node.Flag(value, "internal"), Group = node.Text(value, "group") ?? purl?.Namespace ?? "", Version = node.Text(value, "version") ?? purl?.Version,
        };
        return fact;
    }

    private static PackageUrl? Purl(string text, YamlValue at, PackNode node)
    {
        if (PackageUrl.TryParse(text, out var purl, out var error)) return purl;
        node.Wrong(at, error);
        return null;
    }

    private LicenceFact Licence(YamlValue map, PackNode node)
    {
        if (map["licence"] is not { } value) return LicenceFact.Unknown;
        if (value.Text is { } text) return Read(text, "declared", value, node);
        if (!node.IsMapping(value, "A licence", "expression", "state")) return LicenceFact.Unknown;
        var state = node.Word<int>(value, "state", t => LicenceFact.States.IndexOf(t) is var i and >= 0 ? i : null, string.Join(", ", LicenceFact.States)) is { } index ? LicenceFact.States[index] : "declared";
        return state == "none" ? LicenceFact.None : state == "unknown" || node.Text(value, "expression") is not { } expression ? LicenceFact.Unknown : Read(expression, state, value["expression"]!, node);
    }

    private LicenceFact Read(string text, string state, YamlValue at, PackNode node)
    {
        if (text is "NONE" or "NOASSERTION" or "unknown") return text is "NONE" ? LicenceFact.None : LicenceFact.Unknown;
        var read = library.Expressions.Parse(text, ExpressionMode.Lenient);
        if (read.IsRead) return LicenceFact.Of(read.Expression, library, state);
        node.Wrong(at, $"The licence cannot be read: {read.Error}");
        return LicenceFact.Unknown;
    }

    private static List<AdvisoryFact>? Advisories(YamlValue map, PackNode node)
    {
        if (map["advisories"] is not { } value || value.Text is "unknown") return null;
        if (value.Items is not { } items)
        {
            node.Wrong(value, "'advisories' is a list, or 'unknown'.");
            return null;
        }

        var advisories = new List<AdvisoryFact>();
        foreach (var item in items)
        {
            if (!node.IsMapping(item, "An advisory", "id", "ids", "severity", "score", "epss", "risk", "known_exploited", "ransomware", "malicious", "certain", "fixed_versions", "analysis", "published")) continue;
            if (node.Text(item, "id", isRequired: true) is not { } id) continue;
            advisories.Add(new AdvisoryFact
            {
                Id = id, Ids = item["ids"] is null ? [id] : node.Texts(item, "ids"), Score = node.Number(item, "score"), Epss = node.Number(item, "epss"), Risk = node.Number(item, "risk"),
                Severity = node.Word<Severity>(item, "severity", t => Enum.GetValues<Severity>().Where(s => PolicyWords.Of(s) == t).Select(s => (Severity?)s).FirstOrDefault(), "critical, high, medium, low, none and unknown") ?? Severity.Unknown,
                IsKnownExploited = node.Flag(item, "known_exploited") ?? false, IsRansomware = node.Flag(item, "ransomware") ?? false, IsMalicious = node.Flag(item, "malicious") ?? false, IsCertain = node.Flag(item, "certain") ?? true,
                FixedVersions = node.Texts(item, "fixed_versions"), Analysis = node.Text(item, "analysis") ?? "not_set", Published = node.Time(item, "published"),
            });
        }

        return advisories;
    }

    private static ProjectFact Project(YamlValue map, PackNode node, out ProjectContents? contents)
    {
        contents = null;
        if (map["project"] is not { } value) return new ProjectFact();
        if (value.Text is { } name) return new ProjectFact { Name = name };
        if (!node.IsMapping(value, "A project", "name", "version", "kind", "criticality", "exposure", "data_class", "tags", "units", "has_owner", "licence", "components")) return new ProjectFact();
        if (value["components"] is { Items: { } components })
            contents = new ProjectContents(components.Select(c => Purl(c.Text ?? "", c, node)).OfType<PackageUrl>());
        return new ProjectFact
        {
            Name = node.Text(value, "name"), Version = node.Text(value, "version"), Kind = node.Text(value, "kind"), Criticality = node.Text(value, "criticality"), Exposure = node.Text(value, "exposure"),
            DataClass = node.Text(value, "data_class"), Tags = value["tags"] is null ? null : node.Texts(value, "tags"), Units = value["units"] is null ? null : node.Texts(value, "units"), HasOwner = node.Flag(value, "has_owner"),
            Licence = node.Text(value, "licence"),
        };
    }

    private static OccurrenceFact Occurrence(YamlValue map, PackNode node) =>
        map["occurrence"] is { } value && node.IsMapping(value, "An occurrence", "scope", "path_length", "stage")
            ? new OccurrenceFact { Scope = node.Text(value, "scope"), PathLength = node.Whole(value, "path_length"), Stage = node.Text(value, "stage") } : new OccurrenceFact();

    private static ContextFact Context(YamlValue map, PackNode node)
    {
        if (map["context"] is not { } value) return new ContextFact();
        if (value.Text is null && !node.IsMapping(value, "A context", "use", "modified", "linkage")) return new ContextFact();
        var use = value.Text ?? node.Text(value, "use");
        if (use is not null && !ContextFact.Uses.Contains(use))
        {
            node.Wrong(value, $"'{use}' is no use context; there are {string.Join(", ", ContextFact.Uses)}.");
            use = null;
        }

        return value.Text is not null ? new ContextFact { Use = use } : new ContextFact { Use = use, IsModified = node.Flag(value, "modified"), Linkage = node.Text(value, "linkage") };
    }

    private static HealthFact Health(YamlValue map, PackNode node) => map["health"] is { } value && node.IsMapping(value, "Health", "score", "scorecard", "last_release", "maintainers", "archived")
        ? new HealthFact { Score = node.Number(value, "score"), Scorecard = node.Number(value, "scorecard"), LastRelease = node.Time(value, "last_release"), Maintainers = node.Whole(value, "maintainers"), IsArchived = node.Flag(value, "archived") }
        : new HealthFact();

    private static SignalFact Signals(YamlValue map, PackNode node) =>
        map["signals"] is { } value && node.IsMapping(value, "Signals", "malicious", "resembles", "new_package", "install_script", "maintainer_changed", "shadows_internal")
            ? new SignalFact
            {
                IsMalicious = node.Flag(value, "malicious"), Resembles = value["resembles"]?.Text, IsNewPackage = node.Flag(value, "new_package"), HasInstallScript = node.Flag(value, "install_script"),
                HasMaintainerChanged = node.Flag(value, "maintainer_changed"), ShadowsInternal = node.Flag(value, "shadows_internal"),
            }
            : new SignalFact();

    private static RequestFact Request(YamlValue map, PackNode node) => map["request"] is { } value && node.IsMapping(value, "A request", "kind", "purpose", "approved_before", "engagement", "line_manager_approved", "reviewer_is_author", "last_review")
        ? new RequestFact
        {
            Kind = node.Text(value, "kind"), Purpose = node.Text(value, "purpose"), ApprovedBefore = node.Flag(value, "approved_before"), Engagement = node.Text(value, "engagement"),
            LineManagerApproved = node.Flag(value, "line_manager_approved"), ReviewerIsAuthor = node.Flag(value, "reviewer_is_author"), LastReview = node.Time(value, "last_review"),
        }
        : new RequestFact();

    private static List<WaiverFact> Waivers(YamlValue map, PackNode node)
    {
        var waivers = new List<WaiverFact>();
        foreach (var item in map["waivers"]?.Items ?? [])
        {
            if (node.IsMapping(item, "A waiver", "id", "rule", "advisory", "until", "reason") && node.Text(item, "id", isRequired: true) is { } id && node.Time(item, "until") is { } until)
                waivers.Add(new WaiverFact(id, node.Text(item, "rule"), node.Text(item, "advisory"), until, node.Text(item, "reason") ?? ""));
        }

        return waivers;
    }
}
