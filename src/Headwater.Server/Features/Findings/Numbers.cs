namespace Headwater.Server.Features.Findings;

/// <summary>The columns of counts that projects, components and owners share, as the database gives them.</summary>
internal record Numbers
{
    public int Critical { get; set; }
    public int High { get; set; }
    public int Medium { get; set; }
    public int Low { get; set; }
    public int Unassigned { get; set; }
    public int Kev { get; set; }
    public double MaxRisk { get; set; }
    public int Components { get; set; }
    public int Covered { get; set; }
    public int NotCovered { get; set; }
    public int NoVersion { get; set; }
    public int Unidentified { get; set; }
    public int Pending { get; set; }
    public int Vulnerable { get; set; }
    public object? SortKey { get; set; }

    public SeverityCounts Severities => new(Critical, High, Medium, Low, Unassigned);

    public CoverageCounts Coverage => new(Components, Covered, NotCovered, NoVersion, Unidentified, Pending);
}

/// <summary>A row of the table of findings with the component version it belongs to.</summary>
internal sealed record FindingColumns
{
    /// <summary>To be selected from <c>finding f JOIN component_version c ON c.id = f.cv_id JOIN component k ON k.id = c.component_id</c>.</summary>
    public const string Select = """
        f.id, f.ids, f.affected, f.summary, f.severity, f.score, f.vector, f.epss, f.epss_percentile, f.kev, f.ransomware, f.malicious, f.risk, f.fixed, f.published, f.found_at,
        c.id AS cv_id, c.component_id, c.version, c.purl, k.name, k.group_name
        """;

    /// <summary>What was decided about the finding in a project version; needs <see cref="DecisionJoin"/>.</summary>
    public const string DecisionSelect = """
        a.uuid AS analysis_uuid, a.state, a.justification, a.response, a.details, COALESCE(a.suppressed, 0) AS suppressed, COALESCE(d.settled, 0) AS settled, a.changed_at AS decided_at, a.changed_by AS decided_by,
        CASE WHEN a.pv_id IS NOT NULL THEN 0 WHEN a.project_id IS NOT NULL THEN 1 ELSE 2 END AS decided_for, CASE WHEN a.cv_id IS NULL THEN 1 ELSE 0 END AS any_version
        """;

    /// <summary>To be joined to <c>occurrence o</c> and <c>finding f</c>.</summary>
    public const string DecisionJoin =
        "LEFT JOIN finding_decision d ON d.org_id = o.org_id AND d.pv_id = o.pv_id AND d.cv_id = o.cv_id AND d.finding_id = f.id LEFT JOIN analysis a ON a.id = d.analysis_id";

    public string Id { get; set; } = "";
    public string Ids { get; set; } = "";
    public bool Affected { get; set; }
    public string? Summary { get; set; }
    public int Severity { get; set; }
    public double? Score { get; set; }
    public string? Vector { get; set; }
    public double? Epss { get; set; }
    public double? EpssPercentile { get; set; }
    public bool Kev { get; set; }
    public bool Ransomware { get; set; }
    public bool Malicious { get; set; }
    public double Risk { get; set; }
    public string Fixed { get; set; } = "";
    public DateTimeOffset? Published { get; set; }
    public DateTimeOffset FoundAt { get; set; }
    public long CvId { get; set; }
    public long ComponentId { get; set; }
    public string? Version { get; set; }
    public string? Purl { get; set; }
    public string Name { get; set; } = "";
    public string? GroupName { get; set; }
    public int Flags { get; set; }
    public int Depth { get; set; }
    public object? SortKey { get; set; }
    public long PvId { get; set; }
    public long ProjectId { get; set; }
    public Guid? AnalysisUuid { get; set; }
    public string? State { get; set; }
    public string? Justification { get; set; }
    public string? Response { get; set; }
    public string? Details { get; set; }
    public bool Suppressed { get; set; }
    public bool Settled { get; set; }
    public DateTimeOffset? DecidedAt { get; set; }
    public string? DecidedBy { get; set; }
    public int DecidedFor { get; set; }
    public bool AnyVersion { get; set; }

    public FindingAnalysis? ToAnalysis() => AnalysisUuid is not { } uuid ? null
        : new(uuid, new Decision(State!, Justification, Response, Details, Suppressed), (AnalysisScope)DecidedFor, AnyVersion, DecidedAt!.Value, DecidedBy!);

    public FindingRow ToRow() => new(Id, Platform.Data.TypeMaps.FromJson(Ids), Affected, Summary, (Core.Advisories.Severity)Severity, Score, Vector, Epss, EpssPercentile, Kev, Ransomware, Malicious, Risk,
        Platform.Data.TypeMaps.FromJson(Fixed), Published, FoundAt, ComponentId, CvId, Name, GroupName, Version, Purl);
}
