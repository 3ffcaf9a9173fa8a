using System.CommandLine;
using System.Globalization;
using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Licences;
using Headwater.Core.Licences.Identification;
using Headwater.Core.Licences.Packages;

namespace Headwater.Cli.Licences;

/// <summary><c>headwater licence identify</c>.</summary>
internal static class LicenceIdentify
{
    private const string StandardInput = "-";

    public static Command Create()
    {
        var paths = new Argument<string[]>("path") { Arity = ArgumentArity.OneOrMore, Description = "Files, folders with all below them, or - for standard input." };
        var json = new Option<bool>("--json") { Description = "JSON Lines with every match; else one line a file." };
        var check = new Option<bool>("--check") { Description = "Says of each licence text whether it conforms to the template of the SPDX list, and where it differs." };
        var command = new Command("identify", "Says which licences files state, where in them, and why.") { paths, json, check }.With("""
            headwater licence identify LICENSE
            headwater licence identify --check COPYING
            git show HEAD:COPYING | headwater licence identify -
            headwater licence identify --json vendor | jq -r 'select(.expression == "NONE") | .file'

            Links are not followed, and folders of version control (.git and the like) are left out.
            Exit code 0 when all was read, 1 when a file or a folder could not be, which standard error names, 2 when nothing was done.
            """);
        command.SetAction((result, cancellation) => Task.Run(() => Run(result.GetValue(paths)!, result.GetValue(json), result.GetValue(check), cancellation)));
        return command;
    }

    private static int Run(string[] paths, bool json, bool check, CancellationToken cancellation)
    {
        foreach (var path in paths)
            if (path != StandardInput && !File.Exists(path) && !Directory.Exists(path)) throw new CommandException($"There is no file or folder '{path}'.");

        var output = LineOutput.Open();
        var (all, count) = (true, 0L);
        var files = paths.SelectMany(p => Files(p, Unreadable)).ToList();
        using var progress = Terminal.Progress(out var report);
        // Files are independent of each other; what is written keeps their order.
        foreach (var read in files.AsParallel().AsOrdered().WithCancellation(cancellation).WithMergeOptions(ParallelMergeOptions.NotBuffered).Select(Read))
        {
            if (++count % 100 == 0) report($"{Terminal.Number(count)} files read");
            if (read.Error is null)
            {
                Write(read.File, read.Text!, read.Found!, json, check, output);
                continue;
            }

            Unreadable(read.File, read.Error);
        }

        output.Flush();
        return all ? CommandLine.Ok : CommandLine.Found;

        void Unreadable(string path, string why)
        {
            all = false;
            Terminal.Note($"{path}: not read. {why}");
        }
    }

    private static (string File, TextFile? Text, IdentifiedText? Found, string? Error) Read(Candidate file)
    {
        try
        {
            var read = file.NoFile is not null ? new TextFile(null, file.NoFile) : file.Path == StandardInput ? TextFile.Read(Console.OpenStandardInput()) : file.IsEmpty ? TextFile.Of([]) : TextFile.Read(file.Path);
            return (file.Path, read, read.Text is null ? new IdentifiedText(null, [], [], read.Remark) : PackageScan.OfFile(file.Path, read.Text, LicenceCommands.Library.Identify(read.Text)), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (file.Path, null, null, e.Message);
        }
    }

    /// <summary>In the order of their names.</summary>
    private static IEnumerable<Candidate> Files(string path, Action<string, string> unreadable)
    {
        // Who gives a pipe by name has somebody who writes into it.
        if (path == StandardInput || File.Exists(path)) return [new Candidate(path, false, null)];
        var others = new List<Candidate>();
        var files = FolderFiles.Of(path, null, (folder, why) => unreadable(Path.Combine(path, folder), why), null, (file, other) =>
        {
            if (!other.IsLink) others.Add(new Candidate(Path.Combine(path, file), false, other.Reason));
        });
        return files.Select(f => new Candidate(Path.Combine(path, f.Path), f.Length == 0, null)).Concat(others).OrderBy(f => f.Path, StringComparer.Ordinal);
    }

    /// <param name="Path">As it is shown and opened.</param>
    /// <param name="IsEmpty">Whether it need not be opened.</param>
    /// <param name="NoFile">What it is in place of a file, as a sentence; null for files.</param>
    private readonly record struct Candidate(string Path, bool IsEmpty, string? NoFile);

    private static void Write(string file, TextFile read, IdentifiedText found, bool asJson, bool check, LineOutput output)
    {
        var remark = read.RemarkWith(found);
        var expression = StatedJson.Expression(found, read.Text is not null);
        if (!asJson)
        {
            output.Text(string.Create(CultureInfo.InvariantCulture, $"{file}: {expression}{(remark is null ? "" : $" ({remark})")}"));
            if (check) foreach (var (id, told) in Checks(read.Text, found)) Write(id, told, output);
            return;
        }

        var json = output.Json();
        json.WriteStartObject();
        json.WriteString("file"u8, file);
        json.WriteString("expression"u8, expression);
        StatedJson.Texts(json, "licences", (found.Expression?.Licences.Concat(found.Expression.Exceptions) ?? []).Concat(found.LoneExceptions));
        StatedJson.Matches(json, found.Matches);
        StatedJson.Texts(json, "copyrights", found.Copyrights);
        if (check)
        {
            json.WriteStartArray("checks"u8);
            foreach (var (id, told) in Checks(read.Text, found))
            {
                json.WriteStartObject();
                json.WriteString("id"u8, id);
                json.WriteBoolean("conforms"u8, told.Conforms);
                json.WriteNumber("start"u8, told.StartLine);
                json.WriteNumber("end"u8, told.EndLine);
                json.WriteStartArray("differences"u8);
                foreach (var difference in told.Differences)
                {
                    json.WriteStartObject();
                    json.WriteNumber("line"u8, difference.Line);
                    if (difference.Found is not null) json.WriteString("found"u8, difference.Found);
                    if (difference.Expected is not null) json.WriteString("expected"u8, difference.Expected);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                if (told.More > 0) json.WriteNumber("more"u8, told.More);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (remark is not null) json.WriteString("remark"u8, remark);
        json.WriteEndObject();
        output.EndJson();
    }

    /// <summary>Of each licence whose text stands in the file.</summary>
    private static IEnumerable<(string Id, TemplateCheck Check)> Checks(string? text, IdentifiedText found)
    {
        foreach (var id in found.Matches.Where(m => m is { Concludes: true, Kind: RuleKind.Text }).Select(m => m.Expression).Distinct(StringComparer.Ordinal))
            if (text is not null && LicenceCommands.Library.Check(id, text) is { } check) yield return (id, check);
    }

    private static void Write(string id, TemplateCheck check, LineOutput output)
    {
        var places = check.Differences.Count + check.More;
        output.Text(string.Create(CultureInfo.InvariantCulture, $"  {id}: {(check.Conforms ? $"conforms to the template, lines {check.StartLine} to {check.EndLine}"
            : check.StartLine == 0 ? "the template is not found word for word" : $"differs from the template in {places} {(places == 1 ? "place" : "places")}, lines {check.StartLine} to {check.EndLine}")}"));
        foreach (var it in check.Differences)
            output.Text(string.Create(CultureInfo.InvariantCulture, $"    line {it.Line}: {(it.Found is null ? $"the template goes on with \"{it.Expected}\"" : it.Expected is null ? $"\"{it.Found}\" is not in the template" : $"\"{it.Found}\" stands where the template has \"{it.Expected}\"")}"));
        if (check.More > 0) output.Text(string.Create(CultureInfo.InvariantCulture, $"    and {check.More} more"));
    }
}
