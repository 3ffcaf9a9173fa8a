using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Headwater.Cli.Scanning;
using Headwater.Cli.Shell;
using Headwater.Core.Advisories;

namespace Headwater.Cli.Advisories;

/// <summary><c>headwater advisories build</c>.</summary>
internal static class AdvisoryBuild
{
    private const int ProblemsShown = 10;
    private static readonly string[] SignalFolders = ["epss", "kev"];

    public static Command Create()
    {
        var from = new Option<string[]>("--from")
        {
            Required = true,
            AllowMultipleArgumentsPerToken = true,
            Arity = ArgumentArity.OneOrMore,
            Description = "OSV records: JSON files, folders of them, zips, and folders of <Ecosystem>/all.zip.",
            HelpName = "path",
        };
        var output = new Option<string>("--out", "-o") { Required = true, Description = "The index file; replaced whole.", HelpName = "file" };
        var command = new Command("build", "Makes the advisory index from OSV records.") { from, output }.With("""
            headwater advisories build --from samples/advisories --out data/advisories.hwx
            headwater advisories build --from osv/npm/all.zip extra-records/ --out advisories.hwx

            Folders named epss and kev hold EPSS scores and the KEV catalogue; what is in them is put beside the index, where scan finds it.
            What cannot be read is named and left out. Exit code 0 when the index was written, 2 when it was not.
            """);
        command.SetAction((result, cancellation) =>
            Task.Run(() => Run(result.GetValue(from)!, result.GetValue(output)!, cancellation)));
        return command;
    }

    private static int Run(IReadOnlyList<string> from, string output, CancellationToken cancellationToken)
    {
        foreach (var path in from)
        {
            if (!File.Exists(path) && !Directory.Exists(path)) throw new CommandException($"There is no file or folder '{path}'.");
        }

        var started = Stopwatch.GetTimestamp();
        AdvisoryBuildReport report;
        try
        {
            using (Terminal.Progress(out var show))
            {
                report = new AdvisoryIndexBuilder(TimeProvider.System).Build(Records(from), output, new Relay(show), cancellationToken);
            }
        }
        catch (InvalidDataException exception)
        {
            throw new CommandException(exception.Message);
        }

        var signals = SignalFiles.PutBeside(output, from.Where(Directory.Exists));
        Terminal.Note($"{output}: {Terminal.Number(report.Records)} records of {Terminal.Number(report.Packages)} packages, {Terminal.Number(report.FileBytes / 1024)} KiB, "
            + $"in {Stopwatch.GetElapsedTime(started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s{(signals.Count == 0 ? string.Empty : "; with " + string.Join(", ", signals))}");
        foreach (var problem in report.Problems.Take(ProblemsShown)) Terminal.Note($"Left out: {problem.Where}: {problem.Reason}");
        if (report.ProblemCount > ProblemsShown) Terminal.Note($"Left out: {Terminal.Number(report.ProblemCount - ProblemsShown)} more.");
        return CommandLine.Ok;
    }

    /// <summary>The sources without the folders that hold no records.</summary>
    private static IEnumerable<string> Records(IEnumerable<string> from) => from.SelectMany(path =>
        Array.Exists(SignalFolders, folder => Directory.Exists(Path.Combine(path, folder)))
            ? Directory.GetFileSystemEntries(path).Where(entry => !SignalFolders.Contains(Path.GetFileName(entry))).Order(StringComparer.Ordinal)
            : (IEnumerable<string>)[path]);

    private sealed class Relay(Action<string> show) : IProgress<AdvisoryBuildProgress>
    {
        public void Report(AdvisoryBuildProgress value)
        {
            var filled = value.Total <= 0 ? 0 : (int)Math.Clamp(value.Done * 30 / value.Total, 0, 30);
            show($"{value.Stage,-9} [{new string('#', filled)}{new string('.', 30 - filled)}] {Terminal.Number(value.Done)} of {Terminal.Number(value.Total)}");
        }
    }
}
