using System.CommandLine;
using System.Globalization;
using Headwater.Cli.Shell;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Policies.Signals;

namespace Headwater.Cli.Checking;

/// <summary>By which policy is judged, with which data, and what is said of the use.</summary>
internal sealed record SubjectRequest(string Pack, string? Db, string? Epss, string? Kev, ContextFact Context, ProjectFact Project, string? Stage, DateTimeOffset Moment, DependencyConfusion? Confusion);

/// <summary>The options of commands that judge; what is left out is not known.</summary>
internal sealed class SubjectOptions
{
    private readonly Option<string?> _pack = new("--pack", "-p") { Description = "The policy: the folder of a pack, or the name of one that is shipped.", HelpName = "pack" };
    private readonly Option<string?> _context = new("--context") { Description = $"How it is used: {string.Join(", ", ContextFact.Uses)}.", HelpName = "use" };
    private readonly Option<bool?> _modified = new("--modified") { Description = "Whether it was changed (--modified false says that it was not).", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _linkage = new("--linkage") { Description = "How it comes together with the own work: derived, static, dynamic or separate.", HelpName = "linkage" };
    private readonly Option<string?> _project = new("--project") { Description = "The name of the project; else what the document is about.", HelpName = "name" };
    private readonly Option<string?> _exposure = new("--exposure") { Description = "Who can reach the project: internet, partner, intranet or isolated.", HelpName = "exposure" };
    private readonly Option<string?> _criticality = new("--criticality") { Description = "How critical the project is: critical, high, medium or low.", HelpName = "criticality" };
    private readonly Option<string[]> _tags = new("--tag") { Description = "A tag of the project; may be repeated.", HelpName = "tag" };
    private readonly Option<string[]> _units = new("--unit") { Description = "An organisation unit of the project, the nearest first; may be repeated.", HelpName = "unit" };
    private readonly Option<string?> _stage = new("--stage") { Description = "The stage of the pipeline: source, build, artifact, test or production.", HelpName = "stage" };
    private readonly Option<string?> _db = new("--db") { Description = "Advisory index; else $HEADWATER_ADVISORIES, ./data/advisories.hwx, or the one beside the program.", HelpName = "file" };
    private readonly Option<string?> _epss = new("--epss") { Description = "EPSS scores: FIRST's CSV, plain or gzip.", HelpName = "file" };
    private readonly Option<string?> _kev = new("--kev") { Description = "CISA's known exploited vulnerabilities: JSON or CSV.", HelpName = "file" };
    private readonly Option<string?> _asOf = new("--as-of") { Description = "Judge as of this moment, such as 2026-01-31; now when not said.", HelpName = "time" };

    private readonly Option<string[]> _own = new("--own") { Description = "Names of the organisation's own packages, such as pkg:npm/@acme/*; may be repeated. A package with such a name from elsewhere is a stranger's.", HelpName = "purl" };
    private readonly Option<string[]> _hosts = new("--own-host") { Description = "A host of the organisation's own registries; may be repeated.", HelpName = "host" };

    public SubjectOptions(Command command)
    {
        _context.AcceptOnlyFromAmong([.. ContextFact.Uses]);
        _linkage.AcceptOnlyFromAmong("derived", "static", "dynamic", "separate");
        _exposure.AcceptOnlyFromAmong("internet", "partner", "intranet", "isolated");
        _criticality.AcceptOnlyFromAmong("critical", "high", "medium", "low");
        _stage.AcceptOnlyFromAmong("source", "build", "artifact", "test", "production");
        foreach (var option in (Option[])[_pack, _context, _modified, _linkage, _project, _exposure, _criticality, _tags, _units, _stage, _db, _epss, _kev, _asOf, _own, _hosts]) command.Options.Add(option);
    }

    /// <exception cref="CommandException">No policy is said, or a time is none.</exception>
    public SubjectRequest Of(ParseResult result) => new(
        result.GetValue(_pack) ?? Usual(), result.GetValue(_db), result.GetValue(_epss), result.GetValue(_kev),
        new ContextFact { Use = result.GetValue(_context), IsModified = result.GetResult(_modified) is null ? null : result.GetValue(_modified) ?? true, Linkage = result.GetValue(_linkage) },
        new ProjectFact { Name = result.GetValue(_project), Exposure = result.GetValue(_exposure), Criticality = result.GetValue(_criticality), Tags = List(result.GetValue(_tags)), Units = List(result.GetValue(_units)) },
        result.GetValue(_stage), Moment(result.GetValue(_asOf)), Confusion(result.GetValue(_own), result.GetValue(_hosts)));

    private static DependencyConfusion? Confusion(string[]? own, string[]? hosts)
    {
        if (own is not { Length: > 0 }) return hosts is { Length: > 0 } ? throw new CommandException("--own-host says where own packages come from: say --own with their names.") : null;
        try
        {
            return new DependencyConfusion(own, hosts ?? []);
        }
        catch (FormatException wrong)
        {
            throw new CommandException($"--own: {wrong.Message}");
        }
    }

    private static string[]? List(string[]? values) => values is { Length: > 0 } ? values : null;

    private static string Usual() => Environment.GetEnvironmentVariable("HEADWATER_PACK") is { Length: > 0 } named ? named : File.Exists(Path.Combine("policy", "pack.yaml")) ? "policy"
        : throw new CommandException($"By which policy? Say --pack with a folder, or with one that is shipped: {string.Join(", ", Policies.PackFolder.Shipped)}.");

    private static DateTimeOffset Moment(string? text) => text is null ? TimeProvider.System.GetUtcNow()
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : throw new CommandException($"--as-of takes a time such as 2026-01-31, and '{text}' is none.");
}
