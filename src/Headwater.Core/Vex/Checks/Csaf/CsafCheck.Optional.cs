using System.Text.Json;
using System.Text.RegularExpressions;
using Headwater.Core.Sboms;
using Headwater.Core.Vex.Reading;

namespace Headwater.Core.Vex.Checks.Csaf;

/// <summary>The optional tests 6.2 and the informative ones 6.3; those of scores stand with the scores. 6.3.6, 6.3.7 (addresses that resolve) and 6.3.8 (spelling) are left out.</summary>
internal sealed partial class CsafCheck
{
    private void UnusedProducts()
    {
        if (IsProfile("csaf_informational_advisory")) return;
        var used = References().Select(r => r.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var p in _tree.Products) if (p.Id is { } id && !used.Contains(id)) Found(p.At + "/product_id", $"the product \"{id}\" is defined and never used");
    }

    private void MissingRemediation()
    {
        foreach (var (v, at) in _vulnerabilities)
        {
            var covered = v.Each("remediations", at).SelectMany(e => _tree.Members(e.Element)).ToHashSet(StringComparer.Ordinal);
            foreach (var (id, place) in Status(v, at, [.. s_affected, "under_investigation"])) if (!covered.Contains(id)) Found(place, $"there is no remediation for the product \"{id}\"");
        }
    }

    private void MissingScore()
    {
        foreach (var (v, at) in _vulnerabilities)
        {
            var covered = v.Each("scores", at).SelectMany(e => e.Element.Texts("products", string.Empty)).Select(p => p.Text).ToHashSet(StringComparer.Ordinal);
            foreach (var (id, place) in Status(v, at, s_affected)) if (!covered.Contains(id)) Found(place, $"there is no score for the product \"{id}\"");
        }
    }

    private void BuildMetadata()
    {
        foreach (var r in _history) if (r.Number.HasBuild) Found(r.At + "/number", $"{r.Number.Text} has build metadata");
    }

    private DateTimeOffset? Date(string name) => Tracking.Text(name) is { } text && VexTime.TryParse(text, out var time) ? time : null;

    private void InitialRelease()
    {
        if (Date("initial_release_date") is { } date && _history.Min(r => r.Date) is { } first && date < first) Found("/document/tracking/initial_release_date", "is earlier than the first version in the history");
    }

    private void CurrentRelease()
    {
        if (Date("current_release_date") is { } date && _history.Max(r => r.Date) is { } last && date < last) Found("/document/tracking/current_release_date", "is earlier than the latest version in the history");
    }

    private void InvolvementDates()
    {
        foreach (var (v, at) in _vulnerabilities) foreach (var (i, place) in v.Each("involvements", at)) if (!i.Has("date")) Found(place, "the involvement has no date");
    }

    private void OnlyHash(string algorithm, string name)
    {
        foreach (var (file, at) in Files())
        {
            var all = file.Each("file_hashes", at).Select(h => h.Element.Text("algorithm")).OfType<string>().ToList();
            if (all.Count > 0 && all.TrueForAll(a => a.Replace("-", string.Empty, StringComparison.Ordinal).Equals(algorithm, StringComparison.OrdinalIgnoreCase))) Found(at + "/file_hashes", $"{name} is the only hash of the file");
        }
    }

    private void TlpLabel()
    {
        if (_document.Get("distribution").Get("tlp").Text("label") is not ("AMBER" or "GREEN" or "RED" or "WHITE")) Found("/document/distribution/tlp/label", "the document has no TLP label");
    }

    private void CanonicalUrl()
    {
        if (Tracking.Text("id") is not { } id) return;
        var name = "/" + CsafSchema.FileName(id);
        var found = _document.Each("references", string.Empty).Any(r => r.Element.Text("category") == "self" && r.Element.Text("url") is { } url && url.StartsWith("https://", StringComparison.Ordinal) && url.EndsWith(name, StringComparison.Ordinal));
        if (!found) Found("/document/references", $"there is no reference of the category self that begins with https:// and ends with {name}");
    }

    private void DocumentLanguage()
    {
        if (string.IsNullOrEmpty(_document.Text("lang"))) Found("/document/lang", "the document's language is not said");
    }

    private void Sorting() => Sorting(_root, string.Empty);

    private void Sorting(JsonElement e, string at)
    {
        if (e.ValueKind == JsonValueKind.Object)
        {
            string? before = null;
            var told = false;
            foreach (var p in e.EnumerateObject())
            {
                var place = $"{at}/{VexReading.Escape(p.Name)}";
                if (before is not null && string.CompareOrdinal(before, p.Name) > 0 && !told)
                {
                    Found(place, $"\"{p.Name}\" stands after \"{before}\"; keys should be sorted");
                    told = true;
                }

                before = p.Name;
                Sorting(p.Value, place);
            }
        }
        else if (e.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in e.EnumerateArray()) Sorting(item, $"{at}/{index++}");
        }
    }

    private void PrivateLanguage()
    {
        foreach (var (tag, at) in LanguagesSaid()) if (Languages.PrivateSubtag(tag) is { } subtag) Found(at, $"\"{subtag}\" in \"{tag}\" is reserved for private use");
    }

    private void DefaultLanguage()
    {
        foreach (var (tag, at) in LanguagesSaid()) if (tag.Equals("i-default", StringComparison.OrdinalIgnoreCase)) Found(at, "i-default is no language that anybody reads");
    }

    private void IdentificationHelper()
    {
        foreach (var p in _tree.Products) if (!p.Element.Has("product_identification_helper")) Found(p.At, $"the product \"{p.Id}\" has no identification helper");
    }

    private void CveInIds()
    {
        foreach (var (v, at) in _vulnerabilities) foreach (var (i, place) in v.Each("ids", at)) if (i.Text("text") is { } text && CsafSchema.IsCve(text)) Found(place, $"{text} belongs into cve");
    }

    private void RangeWithoutVers()
    {
        foreach (var (b, at) in _tree.Branches)
        {
            if (b.Text("category") == "product_version_range" && b.Text("name") is { } name && !CsafSchema.IsVers(name)) Found(at + "/name", $"\"{name}\" is not written as vers:");
        }
    }

    private void AdditionalProperties()
    {
        var errors = new List<SbomError>();
        CsafSchema.Strict.Validate(_root, string.Empty, errors, 500);
        foreach (var error in errors) if (error.Message == "is not a property that is allowed here") Found(error.At, "is not a property of CSAF");
    }

    private void MissingCve()
    {
        foreach (var (v, at) in _vulnerabilities) if (!v.Has("cve")) Found(at, "the vulnerability has no CVE");
    }

    private void MissingWeakness()
    {
        foreach (var (v, at) in _vulnerabilities) if (!v.Has("cwe")) Found(at, "the vulnerability has no CWE");
    }

    private void ShortHash()
    {
        foreach (var (file, at) in Files()) foreach (var (hash, place) in file.Each("file_hashes", at)) if (hash.Text("value") is { Length: < 64 }) Found(place + "/value", "the hash is shorter than 64 characters");
    }

    private void BranchCategories()
    {
        foreach (var p in _tree.Products)
        {
            if (p.Path is not { } path) continue;
            var next = 0;
            string[] wanted = ["vendor", "product_name", "product_version"];
            foreach (var category in path) if (next < wanted.Length && category == wanted[next]) next++;
            if (next < wanted.Length) Found(p.At, $"above the product \"{p.Id}\" there should be branches of the categories vendor, product_name and product_version, in this order; {wanted[next]} is missing");
        }
    }

    private void VersionRanges()
    {
        foreach (var (b, at) in _tree.Branches) if (b.Text("category") == "product_version_range") Found(at + "/category", "a range is hard to match for a machine; versions are better");
    }

    private void VersionIndicator()
    {
        foreach (var (b, at) in _tree.Branches) if (b.Text("category") == "product_version" && b.Text("name") is { } name && Indicator().IsMatch(name)) Found(at + "/name", $"\"{name}\" begins with a v, which is no part of the version");
    }

    [GeneratedRegex("^[vV][0-9].*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Indicator();
}
