using System.CommandLine;
using Headwater.Cli.Licences;
using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Packs;

namespace Headwater.Cli.Policies;

/// <summary><c>headwater policy explain</c>.</summary>
internal static class PolicyExplain
{
    public static Command Create()
    {
        var pack = new Argument<string>("pack") { Description = "The folder of a pack, or the name of one that is shipped." };
        var facts = new Option<string>("--facts") { Description = "A file of facts, YAML or JSON, as in the tests of a pack; - for standard input.", HelpName = "file", Required = true };
        var json = new Option<bool>("--json") { Description = "The judgement and each rule as one JSON object." };
        var command = new Command("explain", "What a pack says of facts: each rule, whether it holds, and the facts that it read.") { pack, facts, json }.With("""
            headwater policy explain bank --facts facts.yaml
            echo '{"component":"pkg:npm/x@1.0.0","licence":"GPL-3.0-only","context":"distributed"}' | headwater policy explain bank --facts -

            Exit code 0 whatever the verdict is, 2 when pack or facts cannot be read.
            """);
        command.SetAction(result =>
        {
            var policy = PackFolder.Open(result.GetValue(pack)!);
            var file = Read(result.GetValue(facts)!);
            if (PackReader.ReadFacts(file, LicenceCommands.Library, out var problems) is not { } read)
            {
                foreach (var problem in problems) Terminal.Error(problem.ToString());
                return CommandLine.Failed;
            }

            var output = LineOutput.Open();
            var explanation = PolicyExplanation.Of(policy, read);
            if (result.GetValue(json)) JudgementJson.Write(output, explanation);
            else JudgementText.Write(output, explanation);
            output.Flush();
            return CommandLine.Ok;
        });
        return command;
    }

    private static PackFile Read(string path)
    {
        if (path != "-") return File.Exists(path) ? PackFolder.Text(path, Path.GetFileName(path)) : throw new CommandException($"There is no file '{path}'.");
        using var reader = new StreamReader(Terminal.OpenInput());
        var buffer = new char[PackReader.LongestFile + 1];
        return new PackFile("standard input", new string(buffer, 0, reader.ReadBlock(buffer)));
    }
}
