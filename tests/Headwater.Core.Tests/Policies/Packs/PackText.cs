using System.Collections.Immutable;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Policies.Packs;
using Headwater.Core.Tests.Licences;

namespace Headwater.Core.Tests.Policies.Packs;

/// <summary>Packs as tests write them.</summary>
internal static class PackText
{
    public const string Head = "name: own\ntitle: Own\nversion: '1'\nreviewers: { legal: Legal }\nclauses: { C-1: A clause }\n";

    /// <summary>A pack with one rule, of which a test changes what it is about.</summary>
    public static string Rule(string when, string verdict = "deny", string more = "unknown: allow", string id = "one") =>
        $"- id: {id}\n  title: A title\n  when: {when}\n  verdict: {verdict}\n  category: licence\n  severity: high\n  message: A message.\n  fix: A way out.\n{string.Concat(more.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"  {line}\n"))}";

    public static PackReading Read(string rules, string head = Head, string? tests = null) =>
        PackReader.Read([new PackFile("pack.yaml", head), new PackFile("rules/r.yaml", rules), .. tests is null ? Array.Empty<PackFile>() : [new PackFile("tests/t.yaml", tests)]], LibrarySource.Library);

    public static PolicyPack Pack(string rules, string head = Head, string? tests = null)
    {
        var reading = Read(rules, head, tests);
        reading.Problems.Select(p => p.ToString()).ShouldBeEmpty();
        return reading.Pack!;
    }

    public static ImmutableArray<string> Problems(string rules, string head = Head, string? tests = null) => [.. Read(rules, head, tests).Problems.Select(p => p.ToString())];

    public static PolicyFacts Facts(string yaml)
    {
        var facts = PackReader.ReadFacts(new PackFile("facts.yaml", yaml), LibrarySource.Library, out var problems);
        problems.Select(p => p.ToString()).ShouldBeEmpty();
        return facts!;
    }

    public static Judgement Judge(string rules, string facts, string head = Head) => new PolicyJudge(Pack(rules, head)).Judge(Facts(facts));
}
