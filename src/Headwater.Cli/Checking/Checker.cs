using System.Collections.Frozen;
using Headwater.Cli.Licences;
using Headwater.Cli.Sboms;
using Headwater.Cli.Scanning;
using Headwater.Cli.Shell;
using Headwater.Core.Advisories;
using Headwater.Core.Packages;
using Headwater.Core.Packages.Lockfiles;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Policies.Packs;
using Headwater.Core.Policies.Signals;
using Headwater.Core.Sboms;
using Headwater.Core.Versions;

namespace Headwater.Cli.Checking;

/// <summary>What a check knows beside the document.</summary>
/// <param name="Index">The advisories; null when there are none.</param>
/// <param name="Signals">EPSS and KEV.</param>
/// <param name="IsStale">Whether the advisories are older than the pack allows.</param>
/// <param name="Project">What was said of the project.</param>
/// <param name="Context">How it is used.</param>
/// <param name="Stage">The stage of the pipeline.</param>
/// <param name="Waivers">Waivers.</param>
/// <param name="Now">The moment.</param>
/// <param name="Confusion">The organisation's own names; null when none were said.</param>
internal sealed record CheckFacts(AdvisoryIndex? Index, ExploitSignals Signals, bool IsStale, ProjectFact Project, ContextFact Context, string? Stage, IReadOnlyList<ListedWaiver> Waivers, DateTimeOffset Now, DependencyConfusion? Confusion);

/// <summary>Judges the components of documents. Each distinct package version is looked up once.</summary>
internal sealed class Checker(PolicyPack pack, CheckFacts known)
{
    /// <summary>The types of packages of which popular names are listed; of others it is not known what a name can be taken for.</summary>
    private static readonly FrozenSet<string> s_listed = FrozenSet.Create(StringComparer.Ordinal, "npm", "pypi", "maven", "nuget", "cargo", "gem", "composer", "golang");

    private readonly PolicyJudge _judge = new(pack);
    private readonly Dictionary<PackageUrl, (IReadOnlyList<AdvisoryFact> Advisories, bool Covered)> _advisories = [];
    private readonly Dictionary<(string, string), LicenceFact> _licences = [];
    private readonly List<RuleOutcome> _outcomes = [];

    /// <summary>Reads and judges one document.</summary>
    /// <param name="path">The document.</param>
    /// <param name="before">Fingerprints of the baseline; null for none.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Null when it is no SBOM at all.</returns>
    /// <exception cref="CommandException">It cannot be read, or it is not valid; the message says why.</exception>
    public DocumentCheck? Check(string path, IReadOnlySet<string>? before, CancellationToken cancellationToken)
    {
        var document = new ScannedDocument(path);
        SbomReadResult result;
        using (var stream = SbomFiles.Open(path)) result = SbomReader.Read(stream, document, cancellationToken: cancellationToken);
        if (result.Kind is null) return null;
        if (!result.Valid) throw new CommandException($"'{path}' is not a valid {result.Kind.Value.FormatName} document: {result.Errors[0].At}: {result.Errors[0].Message}{(result.Errors.Count == 1 ? "" : $" ({result.Errors.Count - 1} more: headwater sbom check '{path}')")}");
        document.Complete(result.Components);
        return Judge(document, before, cancellationToken);
    }

    /// <summary>Whether a package may be used, before anybody uses it.</summary>
    public VerdictAnswer Answer(PackageUrl purl, LicenceFact licence) => Answer(new LockedPackage(purl) { IsDirect = true }, licence);

    /// <summary>Whether a package of a lockfile may be used, before it is installed.</summary>
    public VerdictAnswer Answer(LockedPackage package, LicenceFact licence)
    {
        var facts = Facts(package, licence);
        return VerdictAnswer.Of(_judge, facts, Fixes(facts), version => Facts(package with { Purl = package.Purl.WithVersion(version) }, licence), LicenceCommands.Library.Obligations);
    }

    /// <summary>Versions that mend some finding, lowest first: the nearest ones above.</summary>
    private static IEnumerable<string> Fixes(PolicyFacts facts)
    {
        var texts = (facts.Advisories ?? []).SelectMany(a => a.FixedVersions).Distinct(StringComparer.Ordinal).ToList();
        if (facts.Component.Purl is not { } purl || VersionSchemes.ForVers(purl.Type) is not { } scheme) return texts;
        PackageVersion? own = purl.Version is { } text && scheme.TryParse(text, out var parsed) ? parsed : null;
        return texts.Select(t => (Text: t, Version: scheme.TryParse(t, out var version) ? version : (PackageVersion?)null)).Where(t => t.Version is { } version && (own is null || version > own)).OrderBy(t => t.Version).Select(t => t.Text);
    }

    private PolicyFacts Facts(LockedPackage package, LicenceFact licence)
    {
        var (purl, fact) = (package.Purl, new ComponentFact { Purl = package.Purl });
        var (advisories, covered) = purl.Version is { Length: > 0 } ? Advisories(purl) : ([], false);
        return new PolicyFacts
        {
            Moment = known.Now, Component = fact, Licence = licence, Advisories = covered ? advisories : null, AreAdvisoriesComplete = covered && !known.IsStale, Project = known.Project, Context = known.Context,
            Occurrence = new OccurrenceFact { PathLength = package.IsDirect == true ? 1 : null, Scope = package.IsDev ? "excluded" : "required", Stage = known.Stage },
            Signals = Signals(purl, advisories, covered, package.HasInstallScript, package.Host),
            Waivers = known.Waivers.Count == 0 ? [] : [.. known.Waivers.Where(w => w.Covers(fact, known.Project.Name)).Select(w => w.Waiver)],
        };
    }

    private SignalFact Signals(PackageUrl? purl, IReadOnlyList<AdvisoryFact> advisories, bool covered, bool? hasInstallScript, string? host) => new()
    {
        IsMalicious = !covered ? null : advisories.Any(a => a.IsMalicious) ? true : known.IsStale ? null : false,
        Resembles = purl is null || !s_listed.Contains(purl.Type) ? null : NameResemblance.Find(purl)?.Popular ?? "",
        HasInstallScript = hasInstallScript,
        ShadowsInternal = purl is null || known.Confusion is null ? null : known.Confusion.Judge(purl, host),
    };

    private DocumentCheck Judge(ScannedDocument document, IReadOnlySet<string>? before, CancellationToken cancellationToken)
    {
        var project = new ProjectFact
        {
            Name = known.Project.Name ?? document.Title, Version = known.Project.Version ?? document.Root?.Version, Kind = known.Project.Kind, Criticality = known.Project.Criticality, Exposure = known.Project.Exposure,
            DataClass = known.Project.DataClass, Tags = known.Project.Tags, Units = known.Project.Units, HasOwner = known.Project.HasOwner, Licence = known.Project.Licence,
        };
        var contents = new ProjectContents(document.Distinct.Select(c => c.Purl).OfType<PackageUrl>());
        var depths = document.Graph is { } graph ? graph.Depths : default;
        var places = new Dictionary<object, List<int>>();
        for (var i = 0; i < document.Components.Count; i++)
        {
            if (places.TryGetValue(document.Components[i].Identity, out var at)) at.Add(i);
            else places.Add(document.Components[i].Identity, [i]);
        }

        var violations = new List<Violation>();
        var byVerdict = new Dictionary<Verdict, int>();
        foreach (var component in document.Distinct)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var at = places[component.Identity];
            var facts = Facts(component, project, contents, Length(at, depths), at.Exists(i => document.Components[i].Scope != SbomScope.Excluded) ? at.ConvertAll(i => document.Components[i].Scope).Min() : SbomScope.Excluded);
            var verdict = _judge.Judge(facts, _outcomes);
            byVerdict[verdict] = byVerdict.GetValueOrDefault(verdict) + 1;
            if (_outcomes.Count == 0) continue;
            IReadOnlyList<string>? shortest = null;
            foreach (var outcome in _outcomes.Where(o => o.Verdict > Verdict.Allow))
            {
                var fingerprint = Fingerprint(facts, outcome);
                violations.Add(new Violation(facts.Component, shortest ??= document.ShortestPath(at, out _), outcome, fingerprint, before?.Contains(fingerprint) != true));
            }
        }

        return new DocumentCheck(document, document.Distinct.Count, byVerdict,
            [.. violations.OrderByDescending(v => v.Outcome.Counts).ThenByDescending(v => v.Outcome.Verdict).ThenByDescending(v => v.Outcome.Rule.Severity).ThenBy(v => v.Outcome.Rule.Id, StringComparer.Ordinal).ThenBy(v => v.Component.Label, StringComparer.Ordinal)]);
    }

    private PolicyFacts Facts(ScannedComponent component, ProjectFact project, ProjectContents contents, int? length, SbomScope scope)
    {
        var fact = new ComponentFact
        {
            Purl = component.Purl, Name = component.Name, Group = component.Group ?? "", Version = component.Version ?? component.Purl?.Version,
            Cpes = component.Cpes, Hashes = [.. component.Hashes.Select(h => $"{h.Algorithm}:{h.Value}".ToLowerInvariant())],
        };
        var (advisories, covered) = component.Purl is { Version.Length: > 0 } purl ? Advisories(purl) : ([], false);
        return new PolicyFacts
        {
            Moment = known.Now, Component = fact, Licence = Licence(component), Advisories = covered ? advisories : null, AreAdvisoriesComplete = covered && !known.IsStale, Project = project, Contents = contents,
            Occurrence = new OccurrenceFact { PathLength = length, Scope = scope switch { SbomScope.Optional => "optional", SbomScope.Excluded => "excluded", _ => "required" }, Stage = known.Stage },
            Context = component.IsModified is { } modified && known.Context.IsModified is null ? new ContextFact { Use = known.Context.Use, Linkage = known.Context.Linkage, IsModified = modified } : known.Context,
            Signals = Signals(component.Purl, advisories, covered, null, null),
            Waivers = known.Waivers.Count == 0 ? [] : [.. known.Waivers.Where(w => w.Covers(fact, project.Name)).Select(w => w.Waiver)],
        };
    }

    private (IReadOnlyList<AdvisoryFact>, bool) Advisories(PackageUrl purl)
    {
        if (known.Index is null) return ([], false);
        if (_advisories.TryGetValue(purl, out var looked)) return looked;
        var findings = FindingSet.For(known.Index, known.Signals, purl, out var covered);
        return _advisories[purl] = ([.. findings.Select(f => AdvisoryFact.Of(f))], covered);
    }

    /// <summary>What a person has concluded comes before what the package declares.</summary>
    private LicenceFact Licence(ScannedComponent component)
    {
        var (text, state) = component.Concluded.Length > 0 ? (component.Concluded, "concluded") : (component.Licence, "declared");
        if (_licences.TryGetValue((text, state), out var fact)) return fact;
        return _licences[(text, state)] = LicenceFact.Of(text, LicenceCommands.Library, state);
    }

    private static int? Length(List<int> at, ReadOnlySpan<int> depths)
    {
        int? length = null;
        foreach (var i in at)
        {
            if (i + 1 < depths.Length && depths[i + 1] > 0 && (length is null || depths[i + 1] < length)) length = depths[i + 1];
        }

        return length;
    }

    private static string Fingerprint(PolicyFacts facts, RuleOutcome outcome)
    {
        var component = facts.Component.Purl?.Coordinates ?? $"{facts.Component.Group}/{facts.Component.Name}";
        var what = outcome.Advisory?.Id ?? (outcome.Rule.Category == RuleCategory.Licence ? facts.Licence.Text : "");
        return $"{outcome.Rule.Id}|{component}|{what}|{string.Join(',', outcome.Unknown)}";
    }
}
