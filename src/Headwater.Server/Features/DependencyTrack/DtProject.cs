using System.Text.Json.Nodes;
using Headwater.Server.Features.Findings;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>A project version as the database gives it to this interface, which calls it a project.</summary>
internal sealed record DtProject : Numbers
{
    public const string Select = """
        v.id, v.uuid, v.project_id, p.name, v.version, v.is_latest, v.active, v.inactive_since, v.group_name, COALESCE(v.description, p.description) AS description, v.publisher, v.classifier, v.purl, v.cpe,
        v.swid_tag_id, v.extra, v.last_upload_at, v.last_format, v.metrics_at, v.first_metrics_at, u.uuid AS parent_uuid, q.name AS parent_name, u.version AS parent_version, q.owner_id AS parent_owner_id,
        v.components, v.direct, v.covered, v.not_covered, v.no_version, v.unidentified, v.pending, v.vulnerable, v.critical, v.high, v.medium, v.low, v.unassigned, v.kev, v.max_risk, v.suppressed, v.settled, v.audited, p.collection
        """;

    public const string From = "FROM project_version v JOIN project p ON p.id = v.project_id LEFT JOIN project_version u ON u.id = v.parent_id LEFT JOIN project q ON q.id = u.project_id";

    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long ProjectId { get; set; }
    public string Name { get; set; } = "";
    public string Version { get; set; } = "";
    public bool IsLatest { get; set; }
    public bool Active { get; set; }
    public long? InactiveSince { get; set; }
    public string? GroupName { get; set; }
    public string? Description { get; set; }
    public string? Publisher { get; set; }
    public string? Classifier { get; set; }
    public string? Purl { get; set; }
    public string? Cpe { get; set; }
    public string? SwidTagId { get; set; }
    public string? Extra { get; set; }
    public long? LastUploadAt { get; set; }
    public string? LastFormat { get; set; }
    public long? MetricsAt { get; set; }
    public long? FirstMetricsAt { get; set; }
    public Guid? ParentUuid { get; set; }
    public long? ParentOwnerId { get; set; }
    public string? ParentName { get; set; }
    public string? ParentVersion { get; set; }
    public int Direct { get; set; }
    public int Suppressed { get; set; }
    public int Settled { get; set; }
    public int Audited { get; set; }
    public bool Collection { get; set; }
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>How the numbers come about: <c>NONE</c> for those of its own document, else from which children they are summed up.</summary>
    public string CollectionLogic => Kept("collectionLogic") is JsonValue value && value.TryGetValue<string>(out var logic) && logic != "NONE" ? logic : Collection ? CollectionLogics.OfOurs : "NONE";

    /// <summary>Which tag children must have to be summed up, where the logic says so.</summary>
    public string? CollectionTag => Kept("collectionTag") switch
    {
        JsonObject tag when tag["name"] is JsonValue value && value.TryGetValue<string>(out var name) => name,
        JsonValue value when value.TryGetValue<string>(out var name) => name,
        _ => null,
    };

    /// <summary>What the weights of the interface make of the findings: 10, 5, 3, 1 by severity and 5 for those without one.</summary>
    public int InheritedRiskScore => (Critical * 10) + (High * 5) + (Medium * 3) + Low + (Unassigned * 5);

    public JsonObject ToJson(bool withMetrics = true)
    {
        var json = new JsonObject { ["uuid"] = Uuid, ["name"] = Name };
        Add(json, "version", Version.Length == 0 ? null : Version);
        Add(json, "group", GroupName);
        Add(json, "description", Description);
        Add(json, "publisher", Publisher);
        json["classifier"] = Classifier ?? "APPLICATION";
        Add(json, "purl", Purl);
        Add(json, "cpe", Cpe);
        Add(json, "swidTagId", SwidTagId);
        if (Extra is not null && JsonNode.Parse(Extra) is JsonObject extra)
            foreach (var (name, value) in extra.ToList()) json[name] = value?.DeepClone();
        json["collectionLogic"] = CollectionLogic;
        json["active"] = Active;
        if (!Active && InactiveSince is { } since) json["inactiveSince"] = since;
        json["isLatest"] = IsLatest;
        if (LastUploadAt is { } at) json["lastBomImport"] = at;
        Add(json, "lastBomImportFormat", LastFormat);
        if (MetricsAt is not null) json["lastInheritedRiskScore"] = (double)InheritedRiskScore;
        json["tags"] = new JsonArray([.. Tags.Select(t => (JsonNode)new JsonObject { ["name"] = t })]);
        if (ParentUuid is { } parent)
        {
            var up = new JsonObject { ["uuid"] = parent };
            Add(up, "name", ParentName);
            Add(up, "version", string.IsNullOrEmpty(ParentVersion) ? null : ParentVersion);
            json["parent"] = up;
        }

        if (withMetrics && MetricsAt is not null) json["metrics"] = Metrics();
        return json;
    }

    /// <summary>
    /// The numbers of the last analysis; all zero before the first. The severities count what is open; of the findings in all, what was suppressed is left out
    /// and counted apart, and what was settled otherwise is among the audited.
    /// </summary>
    public JsonObject Metrics()
    {
        var (open, findings) = (Severities.Total, Severities.Total + Settled);
        var json = new JsonObject
        {
            ["critical"] = Critical, ["high"] = High, ["medium"] = Medium, ["low"] = Low, ["unassigned"] = Unassigned, ["kev"] = Kev, ["vulnerabilities"] = open,
            ["vulnerableComponents"] = Vulnerable, ["components"] = Components, ["suppressed"] = Suppressed, ["findingsTotal"] = findings, ["findingsAudited"] = Audited, ["findingsUnaudited"] = Math.Max(0, findings - Audited),
            ["inheritedRiskScore"] = (double)InheritedRiskScore,
        };
        foreach (var kind in (ReadOnlySpan<string>)["", "Security", "License", "Operational"])
        {
            // There are no policies yet, hence no violations.
            if (kind.Length == 0)
                foreach (var state in (ReadOnlySpan<string>)["Fail", "Warn", "Info"]) json[$"policyViolations{state}"] = 0;
            foreach (var state in (ReadOnlySpan<string>)["Total", "Audited", "Unaudited"]) json[$"policyViolations{kind}{state}"] = 0;
        }

        json["collectionLogic"] = CollectionLogic;
        json["collectionLogicChanged"] = false;
        json["firstOccurrence"] = FirstMetricsAt ?? 0;
        json["lastOccurrence"] = MetricsAt ?? 0;
        return json;
    }

    private JsonNode? Kept(string name) => Extra is not null && Extra.Contains(name, StringComparison.Ordinal) ? JsonNode.Parse(Extra)?[name] : null;

    private static void Add(JsonObject json, string name, string? value)
    {
        if (value is not null) json[name] = value;
    }
}

/// <summary>The words for how a collection sums up its children.</summary>
internal static class CollectionLogics
{
    public const string Children = "AGGREGATE_DIRECT_CHILDREN", Tagged = "AGGREGATE_DIRECT_CHILDREN_WITH_TAG", Latest = "AGGREGATE_LATEST_VERSION_CHILDREN";

    /// <summary>What a collection of ours is called here: it sums up the newest version of each of its parts.</summary>
    public const string OfOurs = Latest;

    public static readonly IReadOnlyList<string> All = ["NONE", Children, Tagged, Latest];
}
