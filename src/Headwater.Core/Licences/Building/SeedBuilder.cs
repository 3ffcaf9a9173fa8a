using Headwater.Core.Licences.Identification;

namespace Headwater.Core.Licences.Building;

/// <summary>Chooses runs of words by which a rule is found again in a text that differs from it in places.</summary>
internal static class SeedBuilder
{
    public static void Write(SectionWriter writer, RuleRecord[] rules, ReadOnlySpan<ushort> tokens)
    {
        var seeds = new List<(uint Hash, int Rule, int At)>();
        var found = new List<(uint Hash, int At)>();
        for (var i = 0; i < rules.Length; i++)
        {
            ref readonly var rule = ref rules[i];
            if (rule.Kind is not (RuleKind.Text or RuleKind.Notice) || rule.Length < Seeds.ShortestRule || (rule.Flags & RuleFlags.Continuous) != 0 || rule.MinimumCoverage >= 100) continue;
            Seeds.Choose(tokens.Slice(rule.Start, rule.Length), found);
            foreach (var (hash, at) in found) seeds.Add((hash, i, at));
        }

        seeds.Sort();
        writer.Add(Sections.SeedHashes, seeds.Select(s => s.Hash).ToArray());
        writer.Add(Sections.SeedPlaces, seeds.SelectMany(s => (int[])[s.Rule, s.At]).ToArray());
    }
}
