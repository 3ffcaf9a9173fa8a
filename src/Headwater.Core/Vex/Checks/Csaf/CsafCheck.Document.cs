using System.Text.Json;

namespace Headwater.Core.Vex.Checks.Csaf;

/// <summary>The mandatory tests of the document, its languages and its history: 6.1.12, 6.1.14 to 6.1.22, 6.1.26, 6.1.28, 6.1.30; and the profiles, 6.1.27.</summary>
internal sealed partial class CsafCheck
{
    private static readonly string[] s_profiles = ["csaf_base", "csaf_security_incident_response", "csaf_informational_advisory", "csaf_security_advisory", "csaf_vex"];

    private IEnumerable<(string Tag, string At)> LanguagesSaid()
    {
        foreach (var name in new[] { "lang", "source_lang" }) if (_document.Text(name) is { } tag) yield return (tag, "/document/" + name);
    }

    private void LanguageTags()
    {
        foreach (var (tag, at) in LanguagesSaid()) if (Languages.Fault(tag) is { } fault) Found(at, $"\"{tag}\" is not a valid language: {fault}");
    }

    /// <summary>By date, and of one date by number: of several changes at one time the order is that of their numbers.</summary>
    private List<Revision> Sorted() => [.. _history.OrderBy(r => r.Date ?? DateTimeOffset.MinValue).ThenBy(r => r.Number, Comparer<CsafVersion>.Create((a, b) => a.CompareTo(b)))];

    private void SortedHistory()
    {
        var sorted = Sorted();
        for (var i = 1; i < sorted.Count; i++)
        {
            if (sorted[i - 1].Number.CompareTo(sorted[i].Number) > 0) Found(sorted[i].At + "/number", $"version {sorted[i].Number.Text} is later than {sorted[i - 1].Number.Text} and has a lower number");
        }
    }

    private void Translator()
    {
        if (_document.Get("publisher").Text("category") == "translator" && string.IsNullOrEmpty(_document.Text("source_lang"))) Found("/document/source_lang", "a translator must say from which language (source_lang)");
    }

    private CsafVersion? Version => Tracking.Text("version") is { } version ? new CsafVersion(version) : null;

    private void LatestVersion()
    {
        if (Version is not { } version || _history.Count == 0) return;
        var last = Sorted()[^1].Number;
        var equal = Stage == "draft" ? version.Release == last.Release : version.WithoutBuild == last.WithoutBuild;
        if (!equal) Found("/document/tracking/version", $"the latest version in the history is {last.Text}, not {version.Text}");
    }

    private void DraftStatus()
    {
        if (Version is { } version && (version.IsZero || version.HasPrerelease) && Stage is not (null or "draft")) Found("/document/tracking/status", $"version {version.Text} must be a draft, not {Stage}");
    }

    private void ReleasedHistory()
    {
        if (Stage is not ("final" or "interim")) return;
        foreach (var r in _history) if (r.Number.IsZero) Found(r.At + "/number", $"the history of what is {Stage} must not hold version {r.Number.Text}");
    }

    private void PrereleasesInHistory()
    {
        foreach (var r in _history) if (r.Number.HasPrerelease) Found(r.At + "/number", $"the history must not hold the pre-release {r.Number.Text}");
    }

    private void NonDraftVersion()
    {
        if (Stage is "final" or "interim" && Version is { HasPrerelease: true } version) Found("/document/tracking/version", $"what is {Stage} must not be the pre-release {version.Text}");
    }

    private void MissingInHistory()
    {
        var sorted = Sorted();
        if (sorted.Count == 0) return;
        if (sorted[0].Number.Major is not ("0" or "1")) Found(sorted[0].At, $"the history begins with version {sorted[0].Number.Text}, not with 0 or 1");
        for (var i = 1; i < sorted.Count; i++)
        {
            if (CsafVersion.Skips(sorted[i - 1].Number.Major, sorted[i].Number.Major)) Found(sorted[i].At, $"between {sorted[i - 1].Number.Text} and {sorted[i].Number.Text} a version is missing");
        }
    }

    private void TwiceInHistory()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var r in _history) if (!seen.Add(r.Number.Text)) Found(r.At + "/number", $"version {r.Number.Text} stands in the history more than once");
    }

    private void CategoryName()
    {
        if (Category is not { } category || s_profiles.Contains(category)) return;
        var bare = CsafSchema.Bare(category);
        foreach (var profile in s_profiles.Skip(1))
        {
            var value = CsafSchema.Bare(profile);
            if (bare != value && bare != value["csaf".Length..]) continue;
            Found("/document/category", $"\"{category}\" is too near to the profile {profile}");
            return;
        }

        if (category.StartsWith("csaf_", StringComparison.OrdinalIgnoreCase)) Found("/document/category", $"\"{category}\" begins with csaf_, which is reserved for profiles");
    }

    private bool IsProfile(params ReadOnlySpan<string> profiles) => Category is { } category && profiles.Contains(category);

    private void DocumentNotes()
    {
        if (!IsProfile("csaf_informational_advisory", "csaf_security_incident_response")) return;
        if (!_document.Each("notes", string.Empty).Any(n => n.Element.Text("category") is "description" or "details" or "general" or "summary")) Found("/document/notes", "there is no note of the category description, details, general or summary");
    }

    private void DocumentReferences()
    {
        if (!IsProfile("csaf_informational_advisory", "csaf_security_incident_response")) return;
        if (!_document.Each("references", string.Empty).Any(r => (r.Element.Text("category") ?? "external") == "external")) Found("/document/references", "there is no reference of the category external");
    }

    private void NoVulnerabilities()
    {
        if (IsProfile("csaf_informational_advisory") && _root.Has("vulnerabilities")) Found("/vulnerabilities", "an informational advisory must not list vulnerabilities");
    }

    private void NeedsTree()
    {
        if (IsProfile("csaf_security_advisory", "csaf_vex") && !_root.Has("product_tree")) Found("/product_tree", "this profile needs a product tree");
    }

    private void NeedsVulnerabilities()
    {
        if (IsProfile("csaf_security_advisory", "csaf_vex") && !_root.Has("vulnerabilities")) Found("/vulnerabilities", "this profile needs vulnerabilities");
    }

    private void VulnerabilityNotes()
    {
        if (!IsProfile("csaf_security_advisory", "csaf_vex")) return;
        foreach (var (v, at) in _vulnerabilities) if (!v.Has("notes")) Found(at + "/notes", "the vulnerability has no notes");
    }

    private void NeedsStatus()
    {
        if (!IsProfile("csaf_security_advisory")) return;
        foreach (var (v, at) in _vulnerabilities) if (!v.Has("product_status")) Found(at + "/product_status", "the vulnerability has no product status");
    }

    private void NeedsVexStatus()
    {
        if (!IsProfile("csaf_vex")) return;
        foreach (var (v, at) in _vulnerabilities)
        {
            var status = v.Get("product_status");
            if (!new[] { "fixed", "known_affected", "known_not_affected", "under_investigation" }.Any(g => status.Get(g) is not null)) Found(at + "/product_status", "none of fixed, known_affected, known_not_affected and under_investigation is there");
        }
    }

    private void NeedsId()
    {
        if (!IsProfile("csaf_vex")) return;
        foreach (var (v, at) in _vulnerabilities) if (!v.Has("cve") && !v.Has("ids")) Found(at, "the vulnerability has neither cve nor ids");
    }

    private void ImpactStatements()
    {
        if (!IsProfile("csaf_vex")) return;
        foreach (var (v, at) in _vulnerabilities)
        {
            var covered = v.Each("flags", at).Concat(v.Each("threats", at).Where(t => t.Element.Text("category") == "impact")).SelectMany(e => _tree.Members(e.Element)).ToHashSet(StringComparer.Ordinal);
            foreach (var (id, place) in Status(v, at, ["known_not_affected"])) if (!covered.Contains(id)) Found(place, $"there is no flag and no impact that says why \"{id}\" is not affected");
        }
    }

    private void ActionStatements()
    {
        if (!IsProfile("csaf_vex")) return;
        foreach (var (v, at) in _vulnerabilities)
        {
            var covered = v.Each("remediations", at).SelectMany(e => _tree.Members(e.Element)).ToHashSet(StringComparer.Ordinal);
            foreach (var (id, place) in Status(v, at, ["known_affected"])) if (!covered.Contains(id)) Found(place, $"there is no remediation that says what to do about \"{id}\"");
        }
    }

    private void Translation()
    {
        if (_document.Text("lang") is { } lang && lang.Equals(_document.Text("source_lang"), StringComparison.OrdinalIgnoreCase)) Found("/document/source_lang", $"the document's language and the one it was translated from are both {lang}");
    }

    private void MixedVersioning()
    {
        var first = Version?.IsSemantic;
        foreach (var r in _history)
        {
            first ??= r.Number.IsSemantic;
            if (r.Number.IsSemantic != first) Found(r.At + "/number", $"{r.Number.Text} is of the other kind of version than the rest (whole numbers and semantic versions are not mixed)");
        }
    }
}
