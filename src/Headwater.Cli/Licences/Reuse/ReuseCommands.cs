using System.CommandLine;
using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Licences.Packages;
using Headwater.Core.Licences.Reuse;

namespace Headwater.Cli.Licences.Reuse;

/// <summary><c>headwater reuse lint</c>.</summary>
internal static class ReuseCommands
{
    public static Command Create() => new("reuse", "The REUSE Specification: copyright and licence for every file.") { Lint() };

    private static Command Lint()
    {
        var folder = new Argument<string>("folder") { Arity = ArgumentArity.ZeroOrOne, Description = "The project's folder, a clone or any other; else this one.", DefaultValueFactory = _ => "." };
        var json = new Option<bool>("--json", "-j") { Description = "One JSON document, of the shape that 'reuse lint --json' writes." };
        var lines = new Option<bool>("--lines", "-l") { Description = "One finding a line, the file before it." };
        var submodules = new Option<bool>("--include-submodules") { Description = "Take git's submodules for part of the project." };
        var meson = new Option<bool>("--include-meson-subprojects") { Description = "Take Meson's subprojects for part of the project." };
        var command = new Command("lint", "Says whether a project keeps to the REUSE Specification 3.3, and if not, where.") { folder, json, lines, submodules, meson }.With("""
            headwater reuse lint
            headwater reuse lint --json ~/src/project | jq .summary
            headwater reuse lint --quiet && echo conformant

            Exit code 0 when it does, 1 when it does not, 2 when that cannot be told (a broken REUSE.toml, no such folder). --quiet leaves the code alone.
            """);
        command.Validators.Add(result =>
        {
            if (result.GetValue(json) && result.GetValue(lines)) result.AddError("--json and --lines exclude each other.");
        });
        command.SetAction((result, cancellation) => Task.Run(() =>
        {
            var path = result.GetValue(folder)!;
            if (!Directory.Exists(path)) throw new CommandException(File.Exists(path) ? $"'{path}' is a file; a project is a folder." : $"There is no folder '{path}'.");
            var report = Read(path, result.GetValue(submodules), result.GetValue(meson), cancellation);
            foreach (var error in report.Errors) Terminal.Error($"{error.Path}: {error.Message}");
            if (report.Errors.Count > 0) return CommandLine.Failed;
            if (result.GetValue(json)) OutputFile.Write(null, stream => ReuseJson.Write(report, stream));
            else if (result.GetValue(lines)) Print(ReuseText.Lines(report));
            else if (!Terminal.Quiet) Print(ReuseText.Report(report));
            return report.IsConformant ? CommandLine.Ok : CommandLine.Found;
        }));
        return command;
    }

    private static ReuseReport Read(string folder, bool submodules, bool meson, CancellationToken cancellation)
    {
        using var progress = Terminal.Progress(out var report);
        var git = GitFolder.Read(folder);
        var unreadable = new List<ReuseRemark>();
        var files = FolderFiles.Of(folder, path => (!meson && ReuseCoverage.IsMesonSubproject(path)) || (git is not null && (git.Ignores(path) || (!submodules && git.IsSubmodule(path)))), (path, why) => unreadable.Add(new ReuseRemark(path, why)),
            path => path.EndsWith(".license", StringComparison.Ordinal) || path.StartsWith("LICENSES/", StringComparison.Ordinal));
        var result = ReuseLint.Run(files.Where(f => git?.Ignores(f.Path) != true), LicenceCommands.Library, count => report($"{Terminal.Number(count)} of {Terminal.Number(files.Count)} files read"), cancellation);
        return unreadable.Count == 0 ? result : result with { ReadErrors = [.. result.ReadErrors.Concat(unreadable).OrderBy(e => e.Path, StringComparer.Ordinal)] };
    }

    private static void Print(IEnumerable<string> lines)
    {
        var output = LineOutput.Open();
        foreach (var line in lines) output.Text(Terminal.Safe(line));
        output.Flush();
    }
}
