using System.CommandLine;
using System.Globalization;
using Headwater.Cli.Policies;
using Headwater.Cli.Sboms;
using Headwater.Cli.Scanning;
using Headwater.Cli.Shell;
using Headwater.Core.Advisories;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Policies.Packs;

namespace Headwater.Cli.Checking;

/// <summary><c>headwater check</c>.</summary>
internal static class CheckCommand
{
    private static readonly string[] s_formats = ["table", "json", "sarif", "junit", "markdown"];

    public static Command Create()
    {
        var path = new Argument<string>("path") { Description = "An SBOM, a folder with SBOMs, or - for standard input." };
        var baseline = new Option<string?>("--baseline") { Description = "What is known already: the JSON of an earlier check, or the SBOM of what is merged into. Only what is new fails then.", HelpName = "file" };
        var failOn = new Option<string>("--fail-on") { Description = "Exit with 1 at this verdict or a stricter one: deny, review, warn or none.", HelpName = "verdict", DefaultValueFactory = _ => "deny" };
        failOn.AcceptOnlyFromAmong("deny", "review", "warn", "none");
        var format = new Option<string>("--format", "-f") { Description = string.Join(", ", s_formats[..^1]) + " or markdown (for a pull request).", HelpName = "format", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong(s_formats);
        var json = new Option<bool>("--json") { Description = "Short for --format json." };
        var waivers = new Option<string?>("--waivers") { Description = "A file of waivers: YAML.", HelpName = "file" };
        var output = new Option<string?>("--output", "-o") { Description = "Where to write; standard output when not said.", HelpName = "file" };
        var command = new Command("check", "Whether what a document uses is allowed by a policy, why not, and the way out. No server is needed.") { path, baseline, failOn, format, json, waivers, output };
        var subject = new SubjectOptions(command);
        command.With("""
            headwater check bom.json --pack product --context distributed
            headwater check bom.json --pack policies/ --baseline main-bom.json --format markdown -o comment.md
            syft dir:. -o cyclonedx-json | headwater check - --pack bank --context hosted --exposure internet --format sarif -o policy.sarif

            Exit code 0 when nothing fails, 1 when something new does, 2 when something cannot be read.
            The pack is a folder or one that is shipped (headwater policy test NAME shows it); $HEADWATER_PACK or ./policy when --pack is not said.
            What is not said is not known, and the policy says what that means.
            """);
        command.SetAction((result, cancellation) => Task.Run(() => Run(new Request(result.GetValue(path)!, result.GetValue(baseline), PolicyWords.Named(result.GetValue(failOn)), result.GetValue(json) ? "json" : result.GetValue(format)!,
            result.GetValue(waivers), result.GetValue(output)), subject.Of(result), cancellation)));
        return command;
    }

    private sealed record Request(string Path, string? Baseline, Verdict? FailOn, string Format, string? Waivers, string? Output);

    private static int Run(Request request, SubjectRequest subject, CancellationToken cancellationToken)
    {
        var pack = PackFolder.Open(subject.Pack);
        using var data = AdvisoryData.Open(subject, pack);
        var waivers = Waivers(request.Waivers, pack);
        var checker = new Checker(pack, data.Facts(subject, waivers));
        var before = request.Baseline is null ? null : Baseline.Read(request.Baseline, checker, cancellationToken);
        var documents = new List<DocumentCheck>();
        var failures = 0;
        using (Terminal.Progress(out var progress))
        {
            foreach (var candidate in SbomFiles.Find([request.Path]))
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress(candidate.Path);
                try
                {
                    if (checker.Check(candidate.Path, before, cancellationToken) is { } report) documents.Add(report);
                    else if (candidate.Named) throw new CommandException($"'{candidate.Path}' is not an SBOM in a known format (CycloneDX or SPDX).");
                }
                catch (CommandException problem)
                {
                    failures++;
                    Terminal.Error(problem.Message);
                }
            }
        }

        if (documents.Count == 0)
        {
            if (failures == 0) Terminal.Error($"There is no SBOM in '{request.Path}'.");
            return CommandLine.Failed;
        }

        var check = new CheckReport(pack, documents, subject.Context, request.FailOn, before is not null, data.Said, subject.Moment);
        OutputFile.Write(request.Output, stream => Write(check, request, stream));
        return failures > 0 ? CommandLine.Failed : check.Failing > 0 ? CommandLine.Found : CommandLine.Ok;
    }

    private static void Write(CheckReport report, Request request, Stream stream)
    {
        switch (request.Format)
        {
            case "json": CheckJson.Write(report, stream); break;
            case "sarif": CheckSarif.Write(report, stream); break;
            case "junit": CheckJUnit.Write(report, stream); break;
            case "markdown": CheckMarkdown.Write(report, stream); break;
            default: CheckTable.Write(report, stream, request.Output is null); break;
        }
    }

    /// <exception cref="CommandException">The file cannot be used; all that is wrong with it is said.</exception>
    private static IReadOnlyList<ListedWaiver> Waivers(string? path, PolicyPack pack)
    {
        if (path is null) return [];
        if (!File.Exists(path)) throw new CommandException($"There is no file '{path}'.");
        var waivers = WaiverFile.Read(PackFolder.Text(path, path), pack, out var problems);
        if (problems.IsEmpty) return waivers;
        foreach (var problem in problems.Take(20)) Terminal.Error(problem.ToString());
        throw new CommandException($"The waivers in '{path}' cannot be used.");
    }
}

/// <summary>The advisories that a judgement rests on, and how old they are.</summary>
internal sealed class AdvisoryData : IDisposable
{
    private readonly AdvisoryIndex? _index;
    private readonly ExploitSignals _signals = ExploitSignals.Empty;
    private readonly bool _isStale;

    private AdvisoryData(SubjectRequest subject, PolicyPack pack)
    {
        string file;
        try
        {
            file = AdvisoryFiles.Find(subject.Db);
        }
        catch (CommandException missing) when (subject.Db is null)
        {
            // A policy says what it means when findings are not known; which is not the same as none.
            Said = $"no advisories: findings are not known. {missing.Message}";
            Terminal.Note(Said[..1].ToUpperInvariant() + Said[1..]);
            return;
        }

        _index = AdvisoryFiles.Open(file);
        var signals = SignalFiles.Load(file, subject.Epss, subject.Kev);
        _signals = signals.Signals;
        var newest = _index.Sources.Max(source => source.NewestModified);
        var age = newest is { } changed ? subject.Moment - changed : (TimeSpan?)null;
        _isStale = pack.Stale.Advisories is { } limit && (age is null || age > limit);
        Said = string.Create(CultureInfo.InvariantCulture, $"{_index.RecordCount:N0} advisories, the newest {(newest is { } time ? time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "of an unknown day")}; {signals.Describe()}");
        if (_isStale) Terminal.Note(string.Create(CultureInfo.InvariantCulture, $"The newest advisory is {(age is { } days ? $"{Math.Floor(days.TotalDays):N0} days old" : "of an unknown day")}, and the pack wants {pack.Stale.Advisories!.Value.TotalDays:N0} days: what it does not say counts as not known."));
    }

    /// <summary>What data there is, and how old it is.</summary>
    public string Said { get; }

    public static AdvisoryData Open(SubjectRequest subject, PolicyPack pack) => new(subject, pack);

    public CheckFacts Facts(SubjectRequest subject, IReadOnlyList<ListedWaiver> waivers) => new(_index, _signals, _isStale, subject.Project, subject.Context, subject.Stage, waivers, subject.Moment, subject.Confusion);

    public void Dispose() => _index?.Dispose();
}
