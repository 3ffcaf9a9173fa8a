using Headwater.Core.Packages;
using Headwater.Core.Versions;

namespace Headwater.Core.Advisories;

/// <summary>Turns matches into findings.</summary>
/// <remarks>
/// Records that name one another, or a third, as aliases are one finding. Only the records that matched this package count for that: over
/// the whole index one CVE of a protocol joins the records of a dozen unrelated packages. <c>upstream</c> and <c>related</c> never join.
/// Of several severities in a group the highest band wins, then the highest score.
/// </remarks>
public static class FindingSet
{
    /// <summary>The findings of one package version, riskiest first; of equal risk the certain ones first, then by id.</summary>
    /// <param name="index">The advisories.</param>
    /// <param name="signals">EPSS and KEV.</param>
    /// <param name="purl">The package version.</param>
    /// <param name="covered">False when the index holds nothing about this kind of package.</param>
    public static IReadOnlyList<Finding> For(AdvisoryIndex index, ExploitSignals signals, PackageUrl purl, out bool covered)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(signals);
        var matches = new List<AdvisoryMatch>();
        covered = index.Match(purl, matches);
        if (matches.Count == 0) return [];

        // In order of their ids, so that the same records give the same finding in whatever file they lie.
        var pairs = matches.ConvertAll(match => (Match: match, Record: index.Summary(match.Record)));
        pairs.Sort((a, b) => string.CompareOrdinal(a.Record.Id, b.Record.Id));
        var records = pairs.ConvertAll(p => p.Record);
        return Groups(records)
            .Select(group => Make(index, signals, purl, group.ConvertAll(i => pairs[i])))
            .OrderByDescending(f => f.Risk).ThenBy(f => f.Verdict).ThenBy(f => f.Id, StringComparer.Ordinal)
            .ToList();
    }

    /// <summary>Which of the records belong together, by union-find over their identifiers.</summary>
    internal static List<List<int>> Groups(IReadOnlyList<AdvisorySummary> records)
    {
        var parent = Enumerable.Range(0, records.Count).ToArray();
        var owner = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < records.Count; i++)
        {
            foreach (var id in records[i].Aliases.Prepend(records[i].Id))
            {
                if (!owner.TryAdd(id, i)) parent[Root(i)] = Root(owner[id]);
            }
        }

        return Enumerable.Range(0, records.Count).GroupBy(Root).Select(g => g.ToList()).ToList();

        int Root(int i)
        {
            while (parent[i] != i) i = parent[i] = parent[parent[i]];
            return i;
        }
    }

    private static Finding Make(AdvisoryIndex index, ExploitSignals signals, PackageUrl purl, List<(AdvisoryMatch Match, AdvisorySummary Record)> group)
    {
        var ids = group.SelectMany(g => g.Record.Aliases.Prepend(g.Record.Id)).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToList();
        var id = ids.OrderBy(Preference).First();
        var verdict = group.Min(g => g.Match.Verdict);
        var worst = group.Select(g => g.Record).OrderByDescending(r => r.Severity).ThenByDescending(r => r.Score ?? -1).First();
        var (epss, kev) = (signals.Epss(ids), signals.Kev(ids));
        var malicious = group.Any(g => g.Record.Id.StartsWith("MAL-", StringComparison.OrdinalIgnoreCase));
        return new Finding
        {
            Id = id,
            Ids = ids,
            Records = group.ConvertAll(g => g.Match.Record),
            Verdict = verdict,
            Summary = group.OrderBy(g => g.Record.Id == id ? -1 : Preference(g.Record.Id)).Select(g => g.Record.Summary).FirstOrDefault(s => s is not null),
            Severity = worst.Severity,
            Score = worst.Score,
            Vector = worst.Vector,
            Epss = epss?.Score,
            EpssPercentile = epss?.Percentile,
            Kev = kev is not null,
            KevRansomware = kev is { Ransomware: true },
            FixedVersions = FixedVersions(index, purl, group.ConvertAll(g => g.Match)),
            Malicious = malicious,
            Published = group.Min(g => g.Record.Published),
            Risk = RiskScore.Compute(worst.Severity, worst.Score, epss?.Score, kev is not null, kev is { Ransomware: true }, malicious),
        };
    }

    private static int Preference(string id)
        => id.StartsWith("CVE-", StringComparison.OrdinalIgnoreCase) ? 0 : id.StartsWith("GHSA-", StringComparison.OrdinalIgnoreCase) ? 1 : 2;

    private static IReadOnlyList<string> FixedVersions(AdvisoryIndex index, PackageUrl purl, List<AdvisoryMatch> matches)
    {
        var all = matches.SelectMany(index.FixedVersions).Distinct(StringComparer.Ordinal).ToList();
        if (all.Count == 0 || index.SchemeOf(matches[0].Package) is not { } scheme) return all;
        List<PackageVersion> placed = [];
        foreach (var text in all)
        {
            if (scheme.TryParse(text, out var version) && !placed.Contains(version)) placed.Add(version);
        }

        placed.Sort();
        if (PackageNames.VersionText(purl) is { } own && scheme.TryParse(own, out var current) && placed.Any(v => v > current)) placed.RemoveAll(v => v <= current);
        return placed.Count == 0 ? all : placed.ConvertAll(v => v.Text);
    }
}
