using System.CommandLine;
using System.Text;
using Headwater.Cli.Licences;
using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Policies.Packs;
using Headwater.Core.Policies.Packs.Importing;

namespace Headwater.Cli.Policies;

/// <summary><c>headwater policy import</c>.</summary>
internal static class PolicyImport
{
    /// <summary>An export repeats every project in each policy that names it, so it may be far longer than a pack.</summary>
    private const long LongestExport = 64L << 20;

    public static Command Create() => new("import", "Policies of other tools as packs.")
    {
        Of("dependency-track", "Policies of Dependency-Track: the answer of GET /api/v1/policy.", takesNames: true, """
            curl -H "X-Api-Key: $KEY" "$DT/api/v1/policy?pageSize=500" > policies.json
            curl -H "X-Api-Key: $KEY" "$DT/api/v1/licenseGroup?pageSize=500" > groups.json
            headwater policy import dependency-track policies.json --licences groups.json --out policies/

            Each condition becomes a rule, or each policy where all its conditions have to hold. What a pack cannot say is listed, and stands in
            pack.yaml as a comment. Exit code 0 when all of it was taken over, 1 when something was left out, 2 when nothing was written.
            """, (text, names, name) => DependencyTrackPolicies.Read(text, names, name, LicenceCommands.Library)),
        Of("ort", "A license-classifications.yml of the OSS Review Toolkit.", takesNames: false, """
            headwater policy import ort license-classifications.yml --out policies/
            headwater policy test policies/

            Each category becomes a list, and a rule where its name says that something is asked or forbidden. Exit code 0 when all of it was
            taken over, 1 when something was left out, 2 when nothing was written.
            """, (text, _, name) => OrtClassifications.Read(text, name, LicenceCommands.Library)),
    };

    private static Command Of(string from, string description, bool takesNames, string examples, Func<string, IReadOnlyList<string>, string, PackImport> read)
    {
        var file = new Argument<string>("file") { Description = "The file; - for standard input." };
        var folder = new Option<string>("--out") { Description = "The folder that the pack is written into; it is made when it is not there.", HelpName = "folder", Required = true };
        var names = new Option<string[]>("--licences") { Description = "Answers of GET /api/v1/licenseGroup or GET /api/v1/license, which say what the licences and groups of conditions are.", HelpName = "file", AllowMultipleArgumentsPerToken = true };
        var name = new Option<string>("--name") { Description = "The name of the pack.", HelpName = "name", DefaultValueFactory = _ => from };
        var force = new Option<bool>("--force") { Description = "Write into a folder that is not empty; files of the same name are replaced." };
        var json = new Option<bool>("--json") { Description = "What was written and left out as one JSON object." };
        var command = new Command(from, description) { file, folder, name, force, json }.With(examples);
        if (takesNames) command.Add(names);
        command.SetAction(result =>
        {
            var into = result.GetValue(folder)!;
            if (File.Exists(into)) throw new CommandException($"'{into}' is a file and no folder.");
            if (Directory.Exists(into) && Directory.EnumerateFileSystemEntries(into).Any() && !result.GetValue(force)) throw new CommandException($"The folder '{into}' is not empty; --force writes into it all the same.");
            PackImport import;
            try
            {
                import = read(Text(result.GetValue(file)!), [.. (takesNames ? result.GetValue(names) ?? [] : []).Select(Text)], result.GetValue(name)!);
            }
            catch (FormatException exception)
            {
                throw new CommandException(exception.Message);
            }

            Write(into, import);
            var whole = PackFolder.Read(into);
            foreach (var remark in import.Omitted) Terminal.Note($"not imported: {remark}");
            foreach (var problem in whole.Problems.Where(p => !p.IsWarning)) Terminal.Error(problem.ToString());
            var output = LineOutput.Open();
            if (result.GetValue(json)) WriteJson(output, into, import, whole.IsOk);
            else output.Text(Terminal.Safe($"{into}: {Terminal.Number(import.Rules)} rules, {Terminal.Number(import.Omitted.Length)} {(import.Omitted.Length == 1 ? "thing" : "things")} left out. Look through it and write tests: headwater policy test {into}"));
            output.Flush();
            return import.Omitted.IsEmpty && whole.IsOk ? CommandLine.Ok : CommandLine.Found;
        });
        return command;
    }

    private static void Write(string folder, PackImport import)
    {
        foreach (var file in import.Files)
        {
            var path = Path.Combine([folder, .. file.Path.Split('/')]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            OutputFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(file.Text)));
        }
    }

    private static void WriteJson(LineOutput output, string folder, PackImport import, bool usable)
    {
        var json = output.Json();
        json.WriteStartObject();
        json.WriteString("folder"u8, folder);
        json.WriteBoolean("usable"u8, usable);
        json.WriteNumber("rules"u8, import.Rules);
        json.WriteStartArray("files"u8);
        foreach (var file in import.Files) json.WriteStringValue(file.Path);
        json.WriteEndArray();
        json.WriteStartArray("omitted"u8);
        foreach (var remark in import.Omitted)
        {
            json.WriteStartObject();
            json.WriteString("where"u8, remark.Where);
            json.WriteString("message"u8, remark.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        output.EndJson();
    }

    /// <exception cref="CommandException">There is no such file, it is too long, or no UTF-8.</exception>
    private static string Text(string path)
    {
        if (path != "-" && !File.Exists(path)) throw new CommandException($"There is no file '{path}'.");
        if (path != "-" && FileType.Other(path) is { } what) throw new CommandException($"'{path}' is {what} and no file.");
        using var stream = path == "-" ? Terminal.OpenInput() : File.OpenRead(path);
        using var bytes = new MemoryStream();
        var buffer = new byte[81920];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > LongestExport) throw new CommandException($"'{path}' is longer than {Terminal.Number(LongestExport >> 20)} MB.");
        }

        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes.GetBuffer(), 0, (int)bytes.Length).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new CommandException($"'{path}' is not text in UTF-8.");
        }
    }
}
