using System.CommandLine;
using Headwater.Cli.Sboms;
using Headwater.Cli.Shell;
using Headwater.Core.Advisories;

namespace Headwater.Cli.Scanning;

/// <summary><c>headwater scan</c>.</summary>
internal static class ScanCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("path") { Description = "An SBOM, a folder with SBOMs, or - for standard input." };
        var db = new Option<string?>("--db") { Description = "Advisory index; else $HEADWATER_ADVISORIES, ./data/advisories.hwx, or the one beside the program.", HelpName = "file" };
        var failOn = new Option<string>("--fail-on") { Description = "Exit with 1 when a finding is at or above this severity.", HelpName = "severity", DefaultValueFactory = _ => "none" };
        failOn.AcceptOnlyFromAmong("none", "low", "medium", "high", "critical");
        var format = new Option<string>("--format", "-f") { Description = "table, json, sarif or cyclonedx-vdr.", HelpName = "format", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "json", "sarif", "cyclonedx-vdr");
        var json = new Option<bool>("--json") { Description = "Short for --format json." };
        var epss = new Option<string?>("--epss") { Description = "EPSS scores: FIRST's CSV, plain or gzip.", HelpName = "file" };
        var kev = new Option<string?>("--kev") { Description = "CISA's known exploited vulnerabilities: JSON or CSV.", HelpName = "file" };
        var output = new Option<string?>("--output", "-o") { Description = "Where to write; standard output when not said.", HelpName = "file" };
        var command = new Command("scan", "What a document uses, which of it is known to be vulnerable, through which path, and where it is fixed. No server is needed.")
        {
            path, db, failOn, format, json, epss, kev, output,
        }.With("""
            headwater scan bom.json
            headwater scan sboms/ --fail-on high
            syft alpine -o cyclonedx-json | headwater scan - --format sarif -o findings.sarif

            Exit code 0 when all was read, 1 when --fail-on was reached, 2 when something cannot be read.
            For --fail-on a malicious package is critical and a finding without a stated severity is medium.
            """);
        command.SetAction((result, cancellation) =>
        {
            var request = new Request(result.GetValue(path)!, result.GetValue(db), Enum.Parse<Severity>(result.GetValue(failOn)!, ignoreCase: true),
                result.GetValue(json) ? "json" : result.GetValue(format)!, result.GetValue(epss), result.GetValue(kev), result.GetValue(output));
            return Task.Run(() => Run(request, cancellation));
        });
        return command;
    }

    private sealed record Request(string Path, string? Db, Severity FailOn, string Format, string? Epss, string? Kev, string? Output);

    private static int Run(Request request, CancellationToken cancellationToken)
    {
        var indexFile = AdvisoryFiles.Find(request.Db);
        using var index = AdvisoryFiles.Open(indexFile);
        var signals = SignalFiles.Load(indexFile, request.Epss, request.Kev);
        var scanner = new Scanner(index, signals.Signals);
        var documents = new List<DocumentReport>();
        var failures = 0;
        using (Terminal.Progress(out var progress))
        {
            foreach (var candidate in SbomFiles.Find([request.Path]))
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress(candidate.Path);
                try
                {
                    if (scanner.Scan(candidate.Path, cancellationToken) is { } report) documents.Add(report);
                    else if (candidate.Named) throw new CommandException($"'{candidate.Path}' is not an SBOM in a known format (CycloneDX or SPDX).");
                }
                catch (CommandException problem)
                {
                    failures++;
                    Terminal.Error(problem.Message);
                }
                catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
                {
                    failures++;
                    Terminal.Error($"Headwater itself failed on '{candidate.Path}', please report it: {exception}");
                }
            }
        }

        if (documents.Count == 0)
        {
            if (failures == 0) Terminal.Error($"There is no SBOM in '{request.Path}'.");
            return CommandLine.Failed;
        }

        var scan = new ScanReport(documents, index, indexFile, signals, TimeProvider.System.GetUtcNow());
        OutputFile.Write(request.Output, stream => Write(scan, request, stream));
        if (request.FailOn > Severity.None && scan.Findings.Any(finding => ScanReport.Reaches(finding.Finding, request.FailOn))) return CommandLine.Found;
        return failures > 0 ? CommandLine.Failed : CommandLine.Ok;
    }

    private static void Write(ScanReport report, Request request, Stream stream)
    {
        switch (request.Format)
        {
            case "json": JsonOutput.Write(report, stream); break;
            case "sarif": SarifOutput.Write(report, stream); break;
            case "cyclonedx-vdr": VdrOutput.Write(report, stream); break;
            default: TableOutput.Write(report, stream, request.Output is null); break;
        }
    }
}
