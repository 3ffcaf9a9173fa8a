namespace Headwater.Server.Features.Findings;

/// <summary>A component as a part of the organisation uses it, with the columns of <c>component_usage</c>.</summary>
internal sealed record PartComponent : Numbers
{
    public long Id { get; init; }
    public int Projects { get; set; }
    public int Versions { get; set; }
    public int Findings => Critical + High + Medium + Low + Unassigned;
}

/// <summary>An advisory as it hits a part of the organisation, with the numbers of <c>advisory_usage</c>.</summary>
internal sealed record PartAdvisory(string Id)
{
    public int Projects { get; set; }
    public int Components { get; set; }
    public int Severity { get; set; }
    public double? Score { get; set; }
    public double? Epss { get; set; }
    public double? EpssPercentile { get; set; }
    public bool Kev { get; set; }
    public bool Malicious { get; set; }
    public double Risk { get; set; }
    public long? Published { get; set; }

    public void Add(PartFinding f)
    {
        Components++;
        Severity = Math.Max(Severity, f.Severity);
        Risk = Math.Max(Risk, f.Risk);
        Score = Most(Score, f.Score);
        Epss = Most(Epss, f.Epss);
        EpssPercentile = Most(EpssPercentile, f.EpssPercentile);
        Kev |= f.Kev;
        Malicious |= f.Malicious;
        if (f.Published is { } at && (Published is null || at < Published)) Published = at;
    }

    private static double? Most(double? a, double? b) => a is null || b > a ? b : a;
}

/// <summary>A finding of a component version, as far as lists sort by it.</summary>
internal readonly record struct PartFinding(long CvId, string Id, int Severity, double? Score, double? Epss, double? EpssPercentile, bool Kev, bool Malicious, double Risk, long? Published);

/// <summary>What the latest versions of the projects in a part of the organisation use, and what hits them: what the counted tables hold for the whole of it.</summary>
/// <param name="Versions">Ids of the component versions in use, upwards.</param>
/// <param name="Components">By id.</param>
/// <param name="Advisories">By id; those that hit at least one project.</param>
internal sealed record PartUsage(long[] Versions, IReadOnlyDictionary<long, PartComponent> Components, IReadOnlyDictionary<string, PartAdvisory> Advisories)
{
    public static PartUsage Nothing { get; } = new([], new Dictionary<long, PartComponent>(), new Dictionary<string, PartAdvisory>());

    /// <summary>How much memory it takes, in rows.</summary>
    public int Weight => Components.Count + Advisories.Count + Versions.Length / 12 + 100;

    public bool Uses(long version) => Array.BinarySearch(Versions, version) >= 0;

    /// <summary>The advisories that matter most, as the counted table orders them.</summary>
    public IEnumerable<string> TopRisks(int count) => Advisories.Values.OrderByDescending(a => a.Risk).ThenByDescending(a => a.Projects).ThenBy(a => a.Id, StringComparer.Ordinal).Take(count).Select(a => a.Id);
}
