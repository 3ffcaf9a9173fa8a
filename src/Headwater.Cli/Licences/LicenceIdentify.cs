using System.CommandLine;
using System.Globalization;
using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Licences;
using Headwater.Core.Licences.Identification;

namespace Headwater.Cli.Licences;

/// <summary><c>headwater licence identify</c>.</summary>
internal static class LicenceIdentify
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("path") { Arity = ArgumentArity.OneOrMore, Description = "Files, or folders with all below them." };
        var json = new Option<bool>("--json") { Description = "JSON Lines with every match; else one line a file." };
        var check = new Option<bool>("--check") { Description = "Says of each licence text whether it conforms to the template of the SPDX list, and where it differs." };
        var command = new Command("identify", "Says which licences files state, where in them, and why.") { paths, json, check }.With("""
            headwater licence identify LICENSE
            headwater licence identify --check COPYING
            headwater licence identify --json vendor | jq -r 'select(.expression == "NONE") | .file'

            Exit code 0 when all was read, 1 when a file could not be.
            """);
        command.SetAction(result => Run(result.GetValue(paths)!, result.GetValue(json), result.GetValue(check)));
        return command;
    }

    private static int Run(string[] paths, bool json, bool check)
    {
        var output = LineOutput.Open();
        var all = true;
        foreach (var path in paths)
        {
            if (!File.Exists(path) && !Directory.Exists(path)) throw new CommandException($"There is no file or folder '{path}'.");
            foreach (var file in Files(path))
            {
                try
                {
                    Write(file, TextFile.Read(file), json, check, output);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    all = false;
                    Terminal.Note($"{file}: {e.Message}");
                }
            }
        }

        output.Flush();
        return all ? CommandLine.Ok : CommandLine.Found;
    }

    /// <summary>In the order of their names; links are not followed.</summary>
    private static IEnumerable<string> Files(string path) => File.Exists(path) ? [path]
        : Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true }).Order(StringComparer.Ordinal);

    private static void Write(string file, TextFile read, bool asJson, bool check, LineOutput output)
    {
        var found = read.Text is null ? new IdentifiedText(null, [], [], read.Remark) : LicenceCommands.Library.Identify(read.Text);
        var remark = read.Remark ?? found.Remark;
        // What was not read has no answer: NONE says that there is nothing.
        var expression = found.Expression?.ToString() ?? (read.Text is null ? "NOASSERTION" : found.LoneExceptions is [var exception, ..] ? exception : "NONE");
        if (!asJson)
        {
            output.Text(string.Create(CultureInfo.InvariantCulture, $"{file}: {expression}{(remark is null ? "" : $" ({remark})")}"));
            if (check) foreach (var (id, told) in Checks(read.Text, found)) output.Text(string.Create(CultureInfo.InvariantCulture, $"  {id}: {Sentence(told)}"));
            return;
        }

        var json = output.Json();
        json.WriteStartObject();
        json.WriteString("file"u8, file);
        json.WriteString("expression"u8, expression);
        json.WriteStartArray("licences"u8);
        foreach (var licence in (found.Expression?.Licences.Concat(found.Expression.Exceptions) ?? []).Concat(found.LoneExceptions)) json.WriteStringValue(licence);
        json.WriteEndArray();
        json.WriteStartArray("matches"u8);
        foreach (var match in found.Matches)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, match.Expression);
            json.WriteNumber("start"u8, match.StartLine);
            json.WriteNumber("end"u8, match.EndLine);
            json.WriteNumber("coverage"u8, Math.Round(match.Coverage, 3));
            json.WriteString("kind"u8, match.Kind.ToString().ToLowerInvariant());
            json.WriteString("by"u8, match.By.ToString().ToLowerInvariant());
            json.WriteString("rule"u8, match.Rule);
            json.WriteBoolean("concludes"u8, match.Concludes);
            if (match.Note is not null) json.WriteString("note"u8, match.Note);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("copyrights"u8);
        foreach (var copyright in found.Copyrights) json.WriteStringValue(copyright);
        json.WriteEndArray();
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
                if (told.Found is not null) json.WriteString("found"u8, told.Found);
                if (told.Expected is not null) json.WriteString("expected"u8, told.Expected);
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

    private static string Sentence(TemplateCheck check) =>
        check.Conforms ? string.Create(CultureInfo.InvariantCulture, $"conforms to the template, lines {check.StartLine} to {check.EndLine}")
        : check.StartLine == 0 ? "the template is not found word for word"
        : check.Found is null ? string.Create(CultureInfo.InvariantCulture, $"ends in line {check.EndLine}, where the template goes on: {check.Expected}")
        : string.Create(CultureInfo.InvariantCulture, $"differs behind line {check.EndLine}: \"{check.Found}\" stands where the template has \"{check.Expected}\"");
}
