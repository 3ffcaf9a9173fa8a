using System.CommandLine;
using System.Text.Json;
using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Policies.Packs;

namespace Headwater.Cli.Policies;

/// <summary><c>headwater policy test</c>.</summary>
internal static class PolicyTest
{
    public static Command Create()
    {
        var packs = new Argument<string[]>("pack") { Arity = ArgumentArity.OneOrMore, Description = "The folder of a pack, or the name of one that is shipped." };
        var json = new Option<bool>("--json") { Description = "One JSON object a pack." };
        var command = new Command("test", "Checks packs whole, and runs their tests.") { packs, json }.With("""
            headwater policy test policies/
            headwater policy test bank --json | jq .failed

            Exit code 0 when all is well, 1 when a pack is wrong or a test fails, 2 when a pack cannot be read.
            """);
        command.SetAction(result =>
        {
            var output = LineOutput.Open();
            var wrong = false;
            foreach (var named in result.GetValue(packs)!)
            {
                var reading = PackFolder.Read(named);
                var results = reading.IsOk ? PackTesting.Run(reading.Pack) : [];
                wrong |= !reading.IsOk || results.Any(r => r.Why is not null);
                if (result.GetValue(json)) WriteJson(output, named, reading, results);
                else WriteText(output, named, reading, results);
                output.Flush();
            }

            return wrong ? CommandLine.Found : CommandLine.Ok;
        });
        return command;
    }

    private static void WriteText(LineOutput output, string named, PackReading reading, IReadOnlyList<PackTestResult> results)
    {
        foreach (var problem in reading.Problems) output.Text(Terminal.Safe(problem.IsWarning ? $"odd: {problem}" : problem.ToString()));
        if (!reading.IsOk)
        {
            output.Text(Terminal.Safe($"{named}: NOT usable, {reading.Problems.Count(p => !p.IsWarning)} {(reading.Problems.Count(p => !p.IsWarning) == 1 ? "problem" : "problems")}"));
            return;
        }

        var pack = reading.Pack;
        foreach (var result in results.Where(r => r.Why is not null))
        {
            output.Text(Terminal.Safe($"{result.Test.Place.File}:{result.Test.Place.Line}: FAILED: {result.Test.Name}"));
            output.Text(Terminal.Safe($"    {result.Why}"));
        }

        var untested = PackTesting.Untested(pack, results);
        foreach (var rule in untested) output.Text(Terminal.Safe($"odd: {rule.Place.File}:{rule.Place.Line}: No test makes '{rule.Id}' hold."));
        output.Text(Terminal.Safe($"{pack.Name} {pack.Version}: {pack.Rules.Length} rules, {results.Count(r => r.Why is null)} tests passed, {results.Count(r => r.Why is not null)} failed (sha256 {pack.Digest[..12]}…)"));
    }

    private static void WriteJson(LineOutput output, string named, PackReading reading, IReadOnlyList<PackTestResult> results)
    {
        var json = output.Json();
        json.WriteStartObject();
        json.WriteString("pack"u8, reading.Pack?.Name ?? named);
        json.WriteString("version"u8, reading.Pack?.Version);
        json.WriteString("digest"u8, reading.Pack?.Digest);
        json.WriteBoolean("usable"u8, reading.IsOk);
        json.WriteNumber("rules"u8, reading.Pack?.Rules.Length ?? 0);
        json.WriteNumber("passed"u8, results.Count(r => r.Why is null));
        json.WriteNumber("failed"u8, results.Count(r => r.Why is not null));
        json.WriteStartArray("problems"u8);
        foreach (var problem in reading.Problems) Place(json, problem, problem.Message, problem.IsWarning);
        json.WriteEndArray();
        json.WriteStartArray("failures"u8);
        foreach (var result in results.Where(r => r.Why is not null))
        {
            json.WriteStartObject();
            json.WriteString("test"u8, result.Test.Name);
            json.WriteString("file"u8, result.Test.Place.File);
            json.WriteNumber("line"u8, result.Test.Place.Line);
            json.WriteString("expected"u8, PolicyWords.Of(result.Test.Verdict));
            json.WriteString("verdict"u8, PolicyWords.Of(result.Judgement.Verdict));
            json.WriteString("why"u8, result.Why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("untested"u8);
        if (reading.IsOk)
        {
            foreach (var rule in PackTesting.Untested(reading.Pack, results)) json.WriteStringValue(rule.Id);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        output.EndJson();
    }

    private static void Place(Utf8JsonWriter json, PackProblem problem, string message, bool isWarning)
    {
        json.WriteStartObject();
        json.WriteString("file"u8, problem.File);
        json.WriteNumber("line"u8, problem.Line);
        json.WriteNumber("column"u8, problem.Column);
        json.WriteString("message"u8, message);
        json.WriteBoolean("warning"u8, isWarning);
        json.WriteEndObject();
    }
}
