using System.CommandLine;
using Headwater.Cli.Shell;

namespace Headwater.Cli.Vex;

/// <summary><c>headwater vex check|convert</c>.</summary>
internal static class VexCommands
{
    public static Command Create() => new("vex", "Statements on exploitability: OpenVEX, CSAF 2.0 and CycloneDX.") { Check(), Convert() };

    private static Command Check()
    {
        var paths = new Argument<string[]>("path") { Arity = ArgumentArity.OneOrMore, Description = "Files or folders; - is standard input." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var all = new Option<bool>("--all") { Description = "Shows every warning, not the first of them." };
        var command = new Command("check", "Says of each document whether it is valid: its schema and the rules of its standard, of CSAF all tests of section 6.") { paths, json, all }.With("""
            headwater vex check advisory.json
            headwater vex check --json vex/ | jq -r '.file as $f | .findings[] | select(.level == "error") | [$f, .test, .at, .message] | @tsv'

            Tests of CSAF are named by their numbers; 6.3.6, 6.3.7 (addresses) and 6.3.8 (spelling) are left out.
            Exit code 0 when all are valid, 1 when some are not, 2 when something cannot be read.
            """);
        command.SetAction((result, cancellation) => Task.Run(() => VexCheckRun.Run(result.GetValue(paths)!, result.GetValue(json), result.GetValue(all), cancellation)));
        return command;
    }

    private static Command Convert()
    {
        var file = new Argument<string>("in") { Description = "The document; - is standard input." };
        var output = new Argument<string?>("out") { Arity = ArgumentArity.ZeroOrOne, Description = "Where to; standard output when not said." };
        var to = new Option<string>("--to") { Required = true, Description = "What to write: " + string.Join(", ", VexConvert.Targets) + ".", HelpName = "format" };
        to.AcceptOnlyFromAmong(VexConvert.Targets);
        var timestamp = new Option<string?>("--timestamp") { Description = "The time of the new document; its own when not said.", HelpName = "time" };
        var author = new Option<string?>("--author") { Description = "Who says it; who says it in the document when not said.", HelpName = "name" };
        var space = new Option<string?>("--namespace") { Description = "An address of the author, which CSAF asks for.", HelpName = "url" };
        var command = new Command("convert", "Writes a document in another format. What the target cannot say is named on standard error.") { file, output, to, timestamp, author, space }.With("""
            headwater vex convert advisory.csaf.json advisory.openvex.json --to openvex
            curl -s https://example.org/vex.json | headwater vex convert - --to csaf --namespace https://example.org

            A product that the target can only name more widely (a range in OpenVEX) is left out, and named.
            Exit code 0 when it was written, 2 when the document cannot be read or nothing of it can be said in the target.
            """);
        command.SetAction((result, cancellation) => Task.Run(() =>
            VexConvert.Run(result.GetValue(file)!, result.GetValue(output), result.GetValue(to)!, result.GetValue(timestamp), result.GetValue(author), result.GetValue(space), cancellation)));
        return command;
    }
}
