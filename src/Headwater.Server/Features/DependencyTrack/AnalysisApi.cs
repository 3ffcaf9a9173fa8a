using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>
/// What was decided about a finding. The interface knows one project version and one component version only; two fields of ours reach further:
/// <c>scope</c> (<c>version</c>, <c>project</c>, <c>everywhere</c>) and <c>allComponentVersions</c>.
/// </summary>
internal static class AnalysisApi
{
    private const int LongestComment = 10_000;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/v1/analysis", GetAsync).Require(Permissions.ViewVulnerability).WithSummary("What was decided about a finding, with its history");
        api.MapPut("/v1/analysis", PutAsync).Require(Permissions.VulnerabilityAnalysis).WithSummary("Decides about a finding, or comments");
        // There are no policies yet: hence no violations, and none that could be found.
        api.MapGet("/v1/violation/analysis", ViolationAsync).Require(Permissions.ViewPolicyViolation);
        api.MapPut("/v1/violation/analysis", ViolationAsync).Require(Permissions.PolicyViolationAnalysis);
    }

    private static async Task<IResult> GetAsync(HttpContext http, DependencyTrackStore store, AnalysesModule analyses, string? project, string? component, string? vulnerability, CancellationToken cancellationToken)
    {
        var (_, finding, refusal) = await FindAsync(http.User.Viewer(Permissions.ViewVulnerability), store, project, component, vulnerability, cancellationToken);
        if (finding is null) return refusal!;
        var known = await analyses.HoldingAsync(http.User.Viewer(), finding, true, cancellationToken) ?? await analyses.GetAsync(http.User.Viewer(), Exactly(finding), true, cancellationToken);
        return known is not null ? TypedResults.Json(ToJson(known)) : DtRequest.Sentence(StatusCodes.Status404NotFound, "No analysis exists.");
    }

    private static async Task<IResult> PutAsync(HttpContext http, DependencyTrackStore store, AnalysesModule analyses, CancellationToken cancellationToken)
    {
        if (await DtRequest.BodyAsync(http.Request, cancellationToken) is not { } body) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "A JSON object is expected.");
        if (Refuse(body) is { } bad) return bad;
        var (project, finding, refusal) = await FindAsync(http.User.Viewer(Permissions.VulnerabilityAnalysis), store, body.Text("project"), body.Text("component"), body.Text("vulnerability"), cancellationToken);
        if (finding is null) return refusal!;
        var change = new AnalysisChange(http.User.Actor())
        {
            State = Decision.Word(Decision.States, body.Text("analysisState")), Justification = body.Text("analysisJustification")?.ToLowerInvariant(), Response = body.Text("analysisResponse")?.ToLowerInvariant(),
            Details = body.Text("analysisDetails"), Suppressed = body.Flag("isSuppressed") ?? body.Flag("suppressed"), Comment = body.Text("comment")?.Trim(),
        };

        var holding = await analyses.HoldingAsync(http.User.Viewer(), finding, false, cancellationToken);
        var everyVersion = body.Flag("allComponentVersions") == true;
        var subject = body.Text("scope")?.ToLowerInvariant() switch
        {
            "everywhere" when http.User.Viewer(Permissions.VulnerabilityAnalysis).All => new AnalysisSubject(finding.Id, finding.ComponentId, everyVersion ? null : finding.CvId, null, null),
            "everywhere" => null,
            "project" => new AnalysisSubject(finding.Id, finding.ComponentId, everyVersion ? null : finding.CvId, project!.ProjectId, null),
            _ => new AnalysisSubject(finding.Id, finding.ComponentId, everyVersion ? null : finding.CvId, null, finding.PvId),
        };
        if (subject is null) return DtRequest.Sentence(StatusCodes.Status403Forbidden, "Only who sees the whole organisation may decide for all of it.");
        // What is not said stays as it is, also where that was decided for more than this.
        if (holding is not null && body.Text("scope") is null && !everyVersion)
        {
            var now = holding.Analysis.Decision;
            change = change with
            {
                State = change.State ?? now.State, Justification = change.Justification ?? now.Justification, Response = change.Response ?? now.Response, Details = change.Details ?? now.Details,
                Suppressed = change.Suppressed ?? now.Suppressed,
            };
        }

        await analyses.DecideAsync(subject, change, cancellationToken);
        return TypedResults.Json(ToJson((await analyses.GetAsync(http.User.Viewer(), subject, true, cancellationToken))!));
    }

    private static async Task<IResult> ViolationAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var body = HttpMethods.IsPut(http.Request.Method) ? await DtRequest.BodyAsync(http.Request, cancellationToken) : null;
        var (component, violation) = body is { } json ? (json.Text("component"), json.Text("policyViolation")) : (http.Request.Query["component"].ToString(), http.Request.Query["policyViolation"].ToString());
        if (!DtRequest.TryUuid(component, out _) || !DtRequest.TryUuid(violation, out _)) return DtRequest.BadUuid();
        return DtRequest.Sentence(StatusCodes.Status404NotFound, "The policy violation could not be found.");
    }

    private static async Task<(DtProject? Project, FindingColumns? Finding, IResult? Refusal)> FindAsync(Viewer viewer, DependencyTrackStore store, string? project, string? component, string? vulnerability, CancellationToken cancellationToken)
    {
        if ((!string.IsNullOrEmpty(project) && !DtRequest.TryUuid(project, out _)) || !DtRequest.TryUuid(component, out var componentId) || !DtRequest.TryUuid(vulnerability, out var vulnerabilityId)) return (null, null, DtRequest.BadUuid());
        DtProject? of = null;
        if (!string.IsNullOrEmpty(project) && (of = await store.GetAsync(viewer, Guid.Parse(project), cancellationToken)) is null) return (null, null, DtRequest.ProjectMissing());
        if (await store.ComponentAsync(new DtReader(viewer, false), componentId, cancellationToken) is not { } within || (of is not null && within.PvId != of.Id))
            return (null, null, DtRequest.Sentence(StatusCodes.Status404NotFound, "The component could not be found."));
        of ??= await store.GetAsync(viewer, within.ProjectUuid, cancellationToken);
        var finding = (await store.FindingsAsync(viewer, within.PvId, within.CvId, cancellationToken)).FirstOrDefault(f => DtUuid.OfVulnerability(f.Id) == vulnerabilityId);
        return finding is null ? (null, null, DtRequest.Sentence(StatusCodes.Status404NotFound, "The vulnerability could not be found.")) : (of, finding, null);
    }

    private static IResult? Refuse(JsonElement body)
    {
        foreach (var (name, words) in (ReadOnlySpan<(string, IReadOnlyList<string>)>)[("analysisState", Decision.States), ("analysisJustification", Decision.Justifications), ("analysisResponse", Decision.Responses)])
        {
            if (body.Text(name) is { Length: > 0 } text && !text.Equals(Decision.NotSet, StringComparison.OrdinalIgnoreCase) && Decision.Word(words, text) is null)
                return DtRequest.Sentence(StatusCodes.Status400BadRequest, $"{name} is none of NOT_SET, {string.Join(", ", words.Where(w => w != Decision.NotSet)).ToUpperInvariant()}.");
        }

        if (body.Text("scope") is { } scope && scope.ToLowerInvariant() is not ("version" or "project" or "everywhere")) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "scope is none of version, project, everywhere.");
        if (body.Text("analysisDetails") is { Length: > Decision.LongestText }) return DtRequest.Sentence(StatusCodes.Status400BadRequest, $"analysisDetails has more than {Decision.LongestText} characters.");
        return body.Text("comment") is { Length: > LongestComment } ? DtRequest.Sentence(StatusCodes.Status400BadRequest, $"comment has more than {LongestComment} characters.") : null;
    }

    private static AnalysisSubject Exactly(FindingColumns finding) => new(finding.Id, finding.ComponentId, finding.CvId, null, finding.PvId);

    private static JsonObject ToJson(AnalysisDetail it)
    {
        var decision = it.Analysis.Decision;
        var json = new JsonObject { ["analysisState"] = decision.State.ToUpperInvariant() };
        if (decision.Justification is not null) json["analysisJustification"] = decision.Justification.ToUpperInvariant();
        if (decision.Response is not null) json["analysisResponse"] = decision.Response.ToUpperInvariant();
        if (decision.Details is not null) json["analysisDetails"] = decision.Details;
        json["analysisComments"] = new JsonArray([.. it.Acts.Select(a => (JsonNode)new JsonObject { ["timestamp"] = a.At.ToUnixTimeMilliseconds(), ["comment"] = a.Text, ["commenter"] = a.By })]);
        json["isSuppressed"] = decision.Suppressed;
        // Ours, for whoever wants to know how far it reaches.
        json["scope"] = it.Analysis.Scope.ToString().ToLowerInvariant();
        json["allComponentVersions"] = it.Analysis.ComponentVersionId is null;
        return json;
    }
}
