using System.Text.Json;
using Headwater.Cli.Lines;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Facts;

namespace Headwater.Cli.Policies;

/// <summary>Judgements for programs.</summary>
internal static class JudgementJson
{
    public static void Write(LineOutput output, PolicyExplanation explanation)
    {
        var json = output.Json();
        json.WriteStartObject();
        Members(json, explanation.Judgement);
        json.WriteStartArray("rules"u8);
        foreach (var rule in explanation.Rules)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, rule.Rule.Id);
            json.WriteString("state"u8, rule.State switch { RuleState.Holds => "holds", RuleState.DoesNotHold => "does_not_hold", RuleState.Unknown => "unknown", RuleState.Fails => "fails", _ => "not_asked" });
            json.WriteString("when"u8, rule.Rule.When.Source);
            json.WriteStartObject("read"u8);
            foreach (var (path, value) in rule.Read) json.WriteString(path, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("facts"u8);
        FactsJson.Write(json, explanation.Facts);
        json.WriteEndObject();
        output.EndJson();
    }

    /// <summary>The members of a judgement, within an object that is open.</summary>
    public static void Members(Utf8JsonWriter json, Judgement judgement)
    {
        json.WriteString("verdict"u8, PolicyWords.Of(judgement.Verdict));
        json.WriteStartObject("pack"u8);
        json.WriteString("name"u8, judgement.Pack.Name);
        json.WriteString("version"u8, judgement.Pack.Version);
        json.WriteString("digest"u8, judgement.Pack.Digest);
        json.WriteEndObject();
        json.WriteString("factsDigest"u8, judgement.FactsDigest);
        json.WriteStartArray("reasons"u8);
        foreach (var outcome in judgement.Outcomes) Reason(json, outcome);
        json.WriteEndArray();
        json.WriteStartArray("reviewers"u8);
        foreach (var reviewer in judgement.Reviewers) json.WriteStringValue(reviewer);
        json.WriteEndArray();
    }

    public static void Reason(Utf8JsonWriter json, RuleOutcome outcome)
    {
        json.WriteStartObject();
        json.WriteString("rule"u8, outcome.Rule.Id);
        json.WriteString("verdict"u8, PolicyWords.Of(outcome.Verdict));
        json.WriteString("category"u8, outcome.Rule.Category.ToString().ToLowerInvariant());
        json.WriteString("severity"u8, outcome.Rule.Severity.ToString().ToLowerInvariant());
        json.WriteString("message"u8, outcome.Message);
        if (outcome.Fix is { } fix) json.WriteString("fix"u8, fix);
        if (outcome.Advisory is { } advisory) json.WriteString("advisory"u8, advisory.Id);
        if (outcome.Rule.Clause is { } clause) json.WriteString("clause"u8, clause);
        if (!outcome.Rule.Controls.IsEmpty) Texts(json, "controls", outcome.Rule.Controls);
        if (!outcome.Unknown.IsEmpty) Texts(json, "unknown", outcome.Unknown);
        if (outcome.Error is { } error) json.WriteString("error"u8, error);
        if (outcome.ClearedBy is { } clearing) json.WriteString("clearedBy"u8, clearing.Id);
        if (outcome.WaivedBy is { } waiver) json.WriteString("waivedBy"u8, waiver.Id);
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
