using System.CommandLine;
using System.Text.Json;
using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Licences.Compatibility;

namespace Headwater.Cli.Licences;

/// <summary><c>headwater licence compat</c>.</summary>
internal static class LicenceCompat
{
    public static Command Create()
    {
        var outbound = new Argument<string>("outbound") { Description = "The licence of the whole, which goes out." };
        var inbound = new Argument<string>("inbound") { Description = "The licence of the part that comes in." };
        var json = new Option<bool>("--json") { Description = "One JSON document." };
        var command = new Command("compat", "Says whether software under one licence may go out as a part of what is under another. The direction counts.") { outbound, inbound, json }.With("""
            headwater licence compat GPL-3.0-only Apache-2.0 --context distributed --linkage static
            headwater licence compat MIT 'LGPL-2.1-only OR Apache-2.0' --context distributed --linkage dynamic

            Without --linkage and --context nothing is asserted, for only a combined work that is passed on raises the question. It is no legal advice.
            Exit code 0 when nothing stands against it, 1 when something does or it is not known, 2 when an expression cannot be read.
            """);
        var use = new UseOptions(command);
        command.SetAction(result =>
        {
            var answer = LicenceCommands.Library.Compatibility.Check(UseOptions.Read(result.GetValue(outbound)!), UseOptions.Read(result.GetValue(inbound)!), use.Of(result));
            var output = LineOutput.Open();
            if (result.GetValue(json)) output.Text(JsonSerializer.Serialize(answer, LicenceJson.Readable.CompatibilityAnswer));
            else Write(answer, output);
            output.Flush();
            return answer.IsFine ? CommandLine.Ok : CommandLine.Found;
        });
        return command;
    }

    private static void Write(CompatibilityAnswer answer, LineOutput output)
    {
        output.Text(answer.Verdict switch
        {
            CompatibilityVerdict.Compatible => "compatible", CompatibilityVerdict.NotCombined => "no combined work: each keeps its licence", CompatibilityVerdict.NotPassedOn => "nothing is passed on: the question does not arise",
            CompatibilityVerdict.WhenLinked => "compatible when it is linked and stays what it is", CompatibilityVerdict.CheckDependency => "perhaps: the dependency has to be looked at", CompatibilityVerdict.Unknown => "not known",
            CompatibilityVerdict.NotAsserted => "not asserted yet", _ => "not compatible",
        });
        foreach (var missing in answer.Missing) output.Text($"  {missing}");
        foreach (var pair in answer.Pairs) output.Text($"  {pair.Inbound} in {pair.Outbound}: {pair.Explanation}");
        foreach (var remark in answer.Remarks) output.Text($"  {remark}");
    }
}
