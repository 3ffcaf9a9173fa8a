using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Facts;

namespace Headwater.Cli.Policies;

/// <summary>Judgements for people: the verdict, each reason with its way out, and the rest below.</summary>
internal static class JudgementText
{
    public static void Write(LineOutput output, PolicyExplanation explanation)
    {
        Write(output, explanation.Judgement);
        output.Text("");
        foreach (var rule in explanation.Rules)
        {
            var state = rule.State switch { RuleState.Holds => "holds", RuleState.DoesNotHold => "does not hold", RuleState.Unknown => "not known", RuleState.Fails => "fails", _ => "not asked" };
            output.Text(Terminal.Safe($"{state,-13} {rule.Rule.Id}  {rule.Rule.When.Source.ReplaceLineEndings(" ").Trim()}"));
            if (rule.Read.Length > 0 && rule.State != RuleState.NotAsked) output.Text(Terminal.Safe($"{"",-13} {string.Join(", ", rule.Read.Select(r => $"{r.Path} = {r.Value}"))}"));
        }
    }

    public static void Write(LineOutput output, Judgement judgement)
    {
        output.Text(Terminal.Safe($"{PolicyWords.Of(judgement.Verdict).ToUpperInvariant()}  by {judgement.Pack.Name} {judgement.Pack.Version} (sha256 {judgement.Pack.Digest[..12]}…), facts {judgement.FactsDigest[..12]}…"));
        foreach (var outcome in judgement.Outcomes) Reason(output, outcome);
    }

    public static void Reason(LineOutput output, RuleOutcome outcome, string indent = "  ")
    {
        var aside = outcome.ClearedBy is { } clearing ? $" (cleared by {clearing.Id})" : outcome.WaivedBy is { } waiver ? $" (waived by {waiver.Id} until {waiver.Until:yyyy-MM-dd})" : "";
        output.Text(Terminal.Safe($"{indent}{PolicyWords.Of(outcome.Verdict),-6}  {outcome.Rule.Id}{aside}"));
        output.Text(Terminal.Safe($"{indent}        {outcome.Message.ReplaceLineEndings(" ")}"));
        if (outcome.Fix is { } fix && outcome.Counts) output.Text(Terminal.Safe($"{indent}        Way out: {fix.ReplaceLineEndings(" ")}"));
        if (outcome.Rule.Clause is { } clause) output.Text(Terminal.Safe($"{indent}        Clause: {clause}"));
    }
}
