using System.CommandLine;
using Headwater.Cli.Shell;
using Headwater.Core.Sboms;

namespace Headwater.Cli.Sboms;

/// <summary><c>headwater sbom check|convert|quality</c>.</summary>
internal static class SbomCommands
{
    public static Command Create() => new("sbom", "SBOM documents: CycloneDX and SPDX.") { Check(), Convert(), Quality() };

    private static Command Check()
    {
        var paths = new Argument<string[]>("path") { Arity = ArgumentArity.OneOrMore, Description = "Files or folders; - is standard input." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var command = new Command("check", "Says of each document whether it is valid, what it is and how much is in it.") { paths, json }.With("""
            headwater sbom check bom.json
            headwater sbom check --json sboms/ | jq -r 'select(.valid | not) | .file'

            In a folder, what is neither a document nor named like one is passed over.
            Exit code 0 when all are valid, 1 when some are not, 2 when something cannot be read.
            """);
        command.SetAction((result, cancellation) => Task.Run(() => SbomCheck.Run(result.GetValue(paths)!, result.GetValue(json), cancellation)));
        return command;
    }

    private static Command Quality()
    {
        var paths = new Argument<string[]>("path") { Arity = ArgumentArity.OneOrMore, Description = "Files or folders; - is standard input." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var all = new Option<bool>("--all") { Description = "Shows what is complete too, and what is optional." };
        var command = new Command("quality", "Judges documents by the NTIA minimum elements and BSI TR-03183-2: what is there, and what is missing where.") { paths, json, all }.With("""
            headwater sbom quality bom.json
            headwater sbom quality --json sboms/ | jq '{file, scores: [.results[] | {(.id): .score}] | add}'

            The score is the mean share over the required elements, 0 to 100.
            Exit code 0 when every document has all that both standards require, 1 when not, 2 when something cannot be read.
            """);
        command.SetAction((result, cancellation) => Task.Run(() => SbomQualityReport.Run(result.GetValue(paths)!, result.GetValue(json), result.GetValue(all), cancellation)));
        return command;
    }

    private static Command Convert()
    {
        var file = new Argument<string>("file") { Description = "The document; - is standard input." };
        var to = new Option<string>("--to") { Required = true, Description = "What to write: " + string.Join(", ", SbomWriter.Targets) + ".", HelpName = "target" };
        to.AcceptOnlyFromAmong([.. SbomWriter.Targets]);
        var output = new Option<string?>("--output", "-o") { Description = "Where to; standard output when not said.", HelpName = "file" };
        var command = new Command("convert", "Writes a document in another format. What the target cannot say is named on standard error.") { file, to, output }.With("""
            headwater sbom convert bom.json --to spdx-2.3-json -o bom.spdx.json
            curl -s https://example.org/bom.xml | headwater sbom convert - --to cyclonedx-1.6-json

            Exit code 0 when it was written, 2 when the document is not valid or cannot be read.
            """);
        command.SetAction((result, cancellation) =>
            Task.Run(() => SbomConvert.Run(result.GetValue(file)!, result.GetValue(to)!, result.GetValue(output), cancellation)));
        return command;
    }
}
