using Headwater.Core.Packages;
using Headwater.Core.Sboms;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Uploads;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>
/// Turns the statements of a CycloneDX document into decisions about findings of one project version. What a statement is about is said by references:
/// to a component of the same document, to one of the SBOM uploaded last (also as BOM-Link), a package URL, or the project as a whole.
/// </summary>
internal sealed class VexImport(DependencyTrackStore store, BlobFolder blobs)
{
    /// <returns>The decisions that would change something; and how many statements were about nothing that is found here. Null when the project has more findings than are put against statements.</returns>
    public async Task<(List<(AnalysisSubject Subject, AnalysisChange Change)> Decisions, int Unused)?> ReadAsync(Viewer viewer, SbomDocument vex, DtProject project, bool forProject, string by, CancellationToken cancellationToken)
    {
        if (await store.FindingsAsync(viewer, project.Id, false, cancellationToken) is not { } findings) return null;
        var stated = Components(vex.Components);
        Dictionary<string, string>? uploaded = null;
        var decisions = new List<(AnalysisSubject, AnalysisChange)>();
        var unused = 0;
        foreach (var statement in vex.Vulnerabilities)
        {
            if (statement.Id is not { Length: > 0 } id || Change(statement, by) is not { } change) continue;
            var about = findings.Where(f => f.Id.Equals(id, StringComparison.OrdinalIgnoreCase) || TypeMaps.FromJson(f.Ids).Contains(id, StringComparer.OrdinalIgnoreCase)).ToList();
            var hit = false;
            foreach (var finding in about)
            {
                if (!await IsMeantAsync(statement, finding)) continue;
                hit = true;
                // Said again every night, it is still said once.
                if (finding.ToAnalysis() is { } known && change.Apply(known.Decision) == known.Decision) continue;
                decisions.Add((new AnalysisSubject(finding.Id, finding.ComponentId, finding.CvId, forProject ? project.ProjectId : null, forProject ? null : project.Id), change));
            }

            if (!hit) unused++;
        }

        return (decisions, unused);

        async Task<bool> IsMeantAsync(SbomVulnerability statement, FindingColumns finding)
        {
            foreach (var reference in statement.Affects)
            {
                if (reference == project.Uuid.ToString() || reference == DtUuid.OfComponent(project.Id, finding.CvId).ToString()) return true;
                if (stated.TryGetValue(reference, out var identity) && Names(identity, finding)) return true;
                if (reference.StartsWith("pkg:", StringComparison.Ordinal) && Names(reference, finding)) return true;
                var link = reference.StartsWith("urn:cdx:", StringComparison.Ordinal) ? reference.IndexOf('#', StringComparison.Ordinal) : 0;
                if (link < 0) return true; // A BOM-Link to the document as a whole.
                uploaded ??= await UploadedAsync(project.Id, cancellationToken);
                if (uploaded.TryGetValue(link > 0 ? Uri.UnescapeDataString(reference[(link + 1)..]) : reference, out identity) && Names(identity, finding)) return true;
            }

            return false;
        }
    }

    /// <summary>By reference: the package URL, or nothing for the thing that is described, which stands for all that is in it.</summary>
    private static Dictionary<string, string> Components(IEnumerable<SbomComponent> components)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var component in components) found.TryAdd(component.Ref, component.IsRoot ? "" : component.Purl is null ? InternedComponent.From(component).Identity : Canonical(component));
        return found;
    }

    private static string Canonical(SbomComponent component) => InternedComponent.From(component) is { Version: not null } versioned ? versioned.Identity : component.Purl!;

    /// <summary>A package URL without a version means every version of the package.</summary>
    private static bool Names(string identity, FindingColumns finding)
    {
        if (identity.Length == 0 || identity == finding.Purl) return true;
        if (finding.Purl is null || !PackageUrl.TryParse(identity, out var purl, out _) || !PackageUrl.TryParse(finding.Purl, out var own, out _)) return false;
        return purl!.Type == own!.Type && purl.Namespace == own.Namespace && purl.Name == own.Name && (purl.Version is null || purl.Version == own.Version) && purl.Qualifiers.Count == 0;
    }

    private async Task<Dictionary<string, string>> UploadedAsync(long version, CancellationToken cancellationToken)
    {
        if (await store.DocumentAsync(version, cancellationToken) is not { } sha256) return [];
        var document = new SbomDocument();
        await using var blob = await blobs.OpenAsync(sha256, cancellationToken);
        SbomReader.Read(blob, document, new SbomReadOptions { Validate = false }, cancellationToken);
        return Components(document.Components);
    }

    private static AnalysisChange? Change(SbomVulnerability statement, string by)
    {
        var said = statement.AnalysisState == "resolved_with_pedigree" ? "resolved" : statement.AnalysisState;
        if (Decision.Word(Decision.States, said) is not { } state || state == Decision.NotSet) return null;
        var analysis = statement.Json.Member("analysis");
        var response = analysis?.Member("response") is { ValueKind: System.Text.Json.JsonValueKind.Array } list
            ? list.EnumerateArray().Select(r => r.ValueKind == System.Text.Json.JsonValueKind.String ? Decision.Word(Decision.Responses, r.GetString()) : null).FirstOrDefault(r => r is not null) : null;
        var detail = analysis?.Text("detail");
        return new AnalysisChange(by)
        {
            State = state, Justification = Decision.Word(Decision.Justifications, statement.AnalysisJustification) ?? "", Response = response ?? "",
            Details = detail is { Length: > Decision.LongestText } ? detail[..Decision.LongestText] : detail ?? "", Suppressed = Decision.Settling.Contains(state), Comment = "CycloneDX VEX",
        };
    }
}
