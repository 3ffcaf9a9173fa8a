using System.CommandLine;
using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Licences.Packages;

namespace Headwater.Cli.Licences;

/// <summary><c>headwater licence scan</c>.</summary>
internal static class LicenceScan
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("path") { Arity = ArgumentArity.OneOrMore, Description = "Folders, and archives: npm tgz, nupkg, jar, wheel, sdist, crate, gem, deb, zip, tar." };
        var json = new Option<bool>("--json") { Description = "JSON Lines, one package a line, with every match; else lines for people." };
        var all = new Option<bool>("--all-files") { Description = "Read all text files, not only those that are about licences." };
        var check = new Option<bool>("--check") { Description = "Exit code 1 also where what is declared and what was found differ." };
        var command = new Command("scan", "Says of packages what they declare, what their files state, and where the two differ.") { paths, json, all, check }.With("""
            headwater licence scan lodash-4.17.21.tgz
            headwater licence scan --json node_modules | jq -r 'select(.agreement == "different") | .purl'
            headwater licence scan --all-files --check src

            Exit code 0 when all was read, 1 when something could not be (a broken archive, an encrypted entry, a link, a limit), 2 when nothing was done.
            """);
        command.SetAction((result, cancellation) => Task.Run(() => Run(result.GetValue(paths)!, result.GetValue(json), result.GetValue(all), result.GetValue(check), cancellation)));
        return command;
    }

    private static int Run(string[] paths, bool json, bool all, bool check, CancellationToken cancellation)
    {
        foreach (var path in paths)
        {
            if (Directory.Exists(path)) continue;
            if (!File.Exists(path)) throw new CommandException($"There is no file or folder '{path}'.");
            if (FileType.Other(path) is { } what) throw new CommandException($"'{path}' is {what} and no file.");
            if (!PackageScan.IsArchive(path)) throw new CommandException($"'{path}' is no archive by its name; 'headwater licence identify' reads single files.");
        }

        var output = LineOutput.Open();
        var exit = CommandLine.Ok;
        foreach (var path in paths)
        {
            var scan = Scan(path, all, cancellation);
            foreach (var package in scan.Packages)
            {
                if (json) ScanOutput.Json(path, package, package == scan.Main ? scan : null, output);
                else ScanOutput.Text(path, package, output);
                if (check && package.Agreement == LicenceAgreement.Different) exit = CommandLine.Found;
            }

            if (!json)
                foreach (var skipped in scan.Skipped) Terminal.Note($"{ScanOutput.Place(path, skipped.Path)}: not read. {skipped.Reason}");
            if (!scan.IsComplete) exit = CommandLine.Found;
            output.Flush();
        }

        return exit;
    }

    /// <summary>Scans a folder or an archive.</summary>
    public static PackageScan Scan(string path, bool all, CancellationToken cancellation)
    {
        using var progress = Terminal.Progress(out var report);
        var options = new ScanOptions { AllFiles = all, Progress = count => report($"{path}: {Terminal.Number(count)} files read") };
        if (!Directory.Exists(path))
        {
            using var archive = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024);
            return PackageScan.Read(archive, Path.GetFileName(path), LicenceCommands.Library, options, cancellation);
        }

        var unreadable = new List<SkippedFile>();
        var files = FolderFiles.Of(path, null, (folder, why) => unreadable.Add(new SkippedFile(folder, why)), null, (file, other) =>
        {
            if (PackageScan.Reads(file)) unreadable.Add(new SkippedFile(file, other.Reason));
        });
        var scan = PackageScan.Of(Path.GetFileName(Path.GetFullPath(path).TrimEnd('/')), files, LicenceCommands.Library, options, cancellation);
        return unreadable.Count == 0 ? scan : scan.Without(unreadable);
    }
}
