using System.Globalization;
using System.Text.Json;
using Headwater.Core.Packages;
using Headwater.Core.Sboms;
using Headwater.Core.Vex.Checks.Csaf;

namespace Headwater.Core.Vex.Writing;

/// <summary>
/// CSAF 2.0, profile <c>csaf_vex</c>, keys in the order of the alphabet. One item for each vulnerability, as the standard demands (6.1.23): of what is said of a product in turn the latest is written.
/// </summary>
internal sealed class CsafWriter(VexDocument document, DateTimeOffset time, VexLosses losses)
{
    private static readonly string[] s_remediations = ["mitigation", "no_fix_planned", "none_available", "vendor_fix", "workaround"];
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<(string Id, VexProduct Product)> _plain = [];
    private readonly List<(string Id, VexProduct Product)> _branched = [];
    private readonly List<(string Id, string Name, string Component, string Whole, string Category)> _relationships = [];

    /// <summary>What is said of one product in one item.</summary>
    private sealed record Entry(string Product, VexStatement Statement, VexProduct Source, int Order);

    public int Write(Utf8JsonWriter json)
    {
        losses.Document(document);
        // Products come before what refers to them, so all are found first.
        var items = document.Statements.Select((s, i) => (Statement: s, Order: i)).GroupBy(s => Cve(s.Statement.Vulnerability) ?? s.Statement.Vulnerability.Id, StringComparer.OrdinalIgnoreCase)
            .Select(g => (g.First().Statement.Vulnerability, Entries: Latest([.. g.SelectMany(s => Entries(s.Statement, s.Order))]))).Where(i => i.Entries.Count > 0).ToList();
        json.WriteStartObject();
        Document(json);
        Tree(json);
        if (items.Count > 0)
        {
            json.WriteStartArray("vulnerabilities"u8);
            foreach (var (vulnerability, entries) in items) Item(json, vulnerability, entries);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.Flush();
        return items.Sum(i => i.Entries.Select(e => e.Order).Distinct().Count());
    }

    private void Document(Utf8JsonWriter json)
    {
        json.WriteStartObject("document"u8);
        json.WriteString("category"u8, "csaf_vex");
        json.WriteString("csaf_version"u8, "2.0");
        json.WriteStartObject("publisher"u8);
        var role = document.AuthorRole is "coordinator" or "discoverer" or "other" or "user" or "vendor" ? document.AuthorRole : "other";
        if (document.AuthorRole is { } said && said != role) losses.Add("document", $"its author's role \"{said}\"; it is written as {role}");
        json.WriteString("category"u8, role);
        if (document.Author is null) losses.Add("document", "that nobody is named as its author; CSAF demands one, and says \"unknown\"");
        json.WriteString("name"u8, document.Author ?? "unknown");
        json.WriteString("namespace"u8, Namespace());
        json.WriteEndObject();
        json.WriteString("title"u8, document.Title ?? $"Exploitability of vulnerabilities: {string.Join(", ", document.Statements.Select(s => s.Vulnerability.Id).Distinct(StringComparer.Ordinal).Take(3))}");
        Tracking(json);
        json.WriteEndObject();
    }

    private string Namespace()
    {
        if (VexIds.IsAddress(document.Namespace)) return document.Namespace!;
        if (document.Namespace is null && Uri.TryCreate(document.Id, UriKind.Absolute, out var id) && id.Scheme is "https" or "http") return id.GetLeftPart(UriPartial.Authority);
        losses.Add("document", "that no address of the author is given; CSAF demands one (publisher.namespace), and says about:blank");
        return "about:blank";
    }

    private void Tracking(Utf8JsonWriter json)
    {
        var issued = document.Issued ?? time;
        var current = document.Time ?? time;
        json.WriteStartObject("tracking"u8);
        json.WriteString("current_release_date"u8, VexTime.Write(current));
        if (document.Tooling is { } tooling)
        {
            json.WriteStartObject("generator"u8);
            json.WriteStartObject("engine"u8);
            json.WriteString("name"u8, tooling);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        var id = document.Id?.Trim();
        json.WriteString("id"u8, string.IsNullOrEmpty(id) ? VexIds.Uuid(document) : id.ReplaceLineEndings(" "));
        json.WriteString("initial_release_date"u8, VexTime.Write(issued));
        var (revisions, version) = History(issued, current);
        json.WriteStartArray("revision_history"u8);
        foreach (var revision in revisions)
        {
            json.WriteStartObject();
            json.WriteString("date"u8, VexTime.Write(revision.Date ?? issued));
            json.WriteString("number"u8, revision.Number);
            json.WriteString("summary"u8, revision.Summary ?? $"Version {revision.Number}.");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("status"u8, document.Stage is "draft" or "interim" or "final" ? document.Stage : "final");
        json.WriteString("version"u8, version);
        json.WriteEndObject();
    }

    /// <summary>The standard wants every version in the history, from the first on (6.1.21). Of those between, only the number is known.</summary>
    private (IReadOnlyList<VexRevision> Revisions, string Version) History(DateTimeOffset issued, DateTimeOffset current)
    {
        const int most = 100;
        if (document.Revisions.Count > 0 && document.Version is { } kept) return (document.Revisions, kept);
        var known = int.TryParse(document.Version ?? "1", NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= most;
        if (!known)
        {
            losses.Add("document", $"its version \"{document.Version}\"; it is written as 1");
            number = 1;
        }

        return ([.. Enumerable.Range(1, number).Select(n => new VexRevision(n.ToString(CultureInfo.InvariantCulture), n == number ? current : issued, null))], number.ToString(CultureInfo.InvariantCulture));
    }

    private IEnumerable<Entry> Entries(VexStatement s, int order)
    {
        if (s.Products.Count == 0) losses.Add(VexLosses.Place(s), "the statement: it names no product");
        foreach (var given in s.Products)
        {
            var p = VexIds.Narrow(given);
            var whole = Register(p with { Subcomponents = [] });
            if (p.Subcomponents.Count == 0) yield return new Entry(whole, s, p, order);
            else foreach (var sub in p.Subcomponents) foreach (var id in Relate(sub, whole, p)) yield return new Entry(id, s, p, order);
        }
    }

    /// <summary>Of statements that contradict each other the latest; two that mean the same with different words both stay.</summary>
    private List<Entry> Latest(List<Entry> entries)
    {
        var kept = new List<Entry>();
        foreach (var group in entries.GroupBy(e => e.Product, StringComparer.Ordinal))
        {
            var last = group.OrderBy(e => e.Statement.TimeIn(document) ?? DateTimeOffset.MinValue).ThenBy(e => e.Order).Last();
            foreach (var entry in group)
            {
                if (entry.Statement.Status == last.Statement.Status && (entry.Statement == last.Statement || Group(entry.Statement) != Group(last.Statement))) kept.Add(entry);
                else losses.Add(VexLosses.Place(entry.Statement, entry.Source), $"the earlier statement that it is {VexWords.Of(entry.Statement.Status)}");
            }
        }

        return [.. kept.OrderBy(e => e.Order)];
    }

    private static string Group(VexStatement s) => VexWords.IsCsafGroup(s.State) ? s.State! : VexWords.CsafOf(s.Status);

    private string Register(VexProduct p)
    {
        p = p with { CombinedId = null, CombinedName = null, Relationship = null };
        if (p.VersionState is not null) p = p with { VersionState = null, Purl = VexIds.Purl(p) ?? p.Purl };
        if (p.Version is not null && p.VersionRange is null && CsafProductTree.IsRange(p.Version))
        {
            losses.Add(VexLosses.Name(p), $"the version \"{p.Version}\", which CSAF would take for a range");
            p = p with { Version = null };
        }

        var content = $"{p.Id}\n{p.Name}\n{p.Supplier}\n{p.Purl}\n{string.Join(' ', p.Cpes)}\n{string.Join(' ', p.Hashes)}\n{p.Version}\n{p.VersionRange}";
        if (_ids.TryGetValue(content, out var known)) return known;
        var wanted = p.Id ?? p.Purl ?? p.Cpes.FirstOrDefault() ?? p.Name ?? "product";
        var id = Take(wanted, p.VersionRange ?? p.Version);
        _ids.Add(content, id);
        (p.Version is not null || p.VersionRange is not null || p.Supplier is not null ? _branched : _plain).Add((id, p));
        return id;
    }

    private string Take(string wanted, string? more)
    {
        if (_taken.Add(wanted)) return wanted;
        if (more is not null && _taken.Add($"{wanted} {more}")) return $"{wanted} {more}";
        for (var n = 2; ; n++) if (_taken.Add($"{wanted} ({n})")) return $"{wanted} ({n})";
    }

    private IEnumerable<string> Relate(VexProduct sub, string whole, VexProduct p)
    {
        var component = Register(VexIds.Narrow(sub) with { Subcomponents = [] });
        var leaf = sub.Subcomponents.Count == 0;
        var category = p.Relationship is "default_component_of" or "external_component_of" or "installed_on" or "installed_with" or "optional_component_of" ? p.Relationship : "default_component_of";
        var content = $"\0{component}\n{whole}\n{category}";
        if (!_ids.TryGetValue(content, out var id))
        {
            id = Take(leaf && p.CombinedId is not null ? p.CombinedId : $"{component} in {whole}", null);
            _ids.Add(content, id);
            _relationships.Add((id, (leaf ? p.CombinedName : null) ?? $"{VexLosses.Name(sub)} in {VexLosses.Name(p)}", component, whole, category));
        }

        return leaf ? [id] : sub.Subcomponents.SelectMany(inner => Relate(inner, id, p));
    }

    private void Tree(Utf8JsonWriter json)
    {
        if (_plain.Count + _branched.Count == 0) return;
        json.WriteStartObject("product_tree"u8);
        if (_branched.Count > 0)
        {
            json.WriteStartArray("branches"u8);
            foreach (var vendor in _branched.GroupBy(p => p.Product.Supplier, StringComparer.Ordinal))
            {
                if (vendor.Key is null) Named(json, vendor);
                else
                {
                    json.WriteStartObject();
                    json.WriteStartArray("branches"u8);
                    Named(json, vendor);
                    json.WriteEndArray();
                    json.WriteString("category"u8, "vendor");
                    json.WriteString("name"u8, vendor.Key);
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
        }

        if (_plain.Count > 0)
        {
            json.WriteStartArray("full_product_names"u8);
            foreach (var (id, p) in _plain) Product(json, id, p);
            json.WriteEndArray();
        }

        if (_relationships.Count > 0)
        {
            json.WriteStartArray("relationships"u8);
            foreach (var (id, name, component, whole, category) in _relationships)
            {
                json.WriteStartObject();
                json.WriteString("category"u8, category);
                json.WriteStartObject("full_product_name"u8);
                json.WriteString("name"u8, name);
                json.WriteString("product_id"u8, id);
                json.WriteEndObject();
                json.WriteString("product_reference"u8, component);
                json.WriteString("relates_to_product_reference"u8, whole);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static string ProductName(VexProduct p) => p.Name ?? (p.Purl is not null && PackageUrl.TryParse(p.Purl, out var purl, out _) ? purl.Name : null) ?? VexLosses.Name(p);

    private void Named(Utf8JsonWriter json, IEnumerable<(string Id, VexProduct Product)> products)
    {
        foreach (var name in products.GroupBy(p => ProductName(p.Product), StringComparer.Ordinal))
        {
            // A branch has either branches or a product, so one without version has a branch of its own.
            foreach (var (id, p) in name.Where(p => p.Product.Version is null && p.Product.VersionRange is null)) Branch(json, "product_name", name.Key, () => Product(json, "product", id, p));
            var versions = name.Where(p => p.Product.Version is not null || p.Product.VersionRange is not null).ToList();
            if (versions.Count == 0) continue;
            json.WriteStartObject();
            json.WriteStartArray("branches"u8);
            foreach (var (id, p) in versions)
            {
                if (p.VersionRange is { } range) Branch(json, "product_version_range", range, () => Product(json, "product", id, p));
                else Branch(json, "product_version", p.Version!, () => Product(json, "product", id, p));
            }

            json.WriteEndArray();
            json.WriteString("category"u8, "product_name");
            json.WriteString("name"u8, name.Key);
            json.WriteEndObject();
        }
    }

    private static void Branch(Utf8JsonWriter json, string category, string name, Action product)
    {
        json.WriteStartObject();
        json.WriteString("category"u8, category);
        json.WriteString("name"u8, name);
        product();
        json.WriteEndObject();
    }

    private void Product(Utf8JsonWriter json, string property, string id, VexProduct p)
    {
        json.WritePropertyName(property);
        Product(json, id, p);
    }

    private void Product(Utf8JsonWriter json, string id, VexProduct p)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, p.Name ?? VexLosses.Name(p));
        json.WriteString("product_id"u8, id);
        var purl = p.Purl is not null && PackageUrl.TryParse(p.Purl, out _, out _) && CsafSchema.IsPurl(p.Purl) ? p.Purl : null;
        if (p.Purl is not null && purl is null) losses.Add(VexLosses.Name(p), $"the package URL {p.Purl}, which is not valid");
        var cpe = p.Cpes.FirstOrDefault(CsafSchema.IsCpe);
        foreach (var other in p.Cpes.Where(c => c != cpe)) losses.Add(VexLosses.Name(p), $"the CPE name {other}");
        var hashes = p.Hashes.Where(h => h.Value.Length >= 32 && h.Value.All(char.IsAsciiHexDigit)).ToList();
        foreach (var hash in p.Hashes.Except(hashes)) losses.Add(VexLosses.Name(p), $"the hash {hash.Value}, which is too short or no hash");
        if (purl is not null || cpe is not null || hashes.Count > 0)
        {
            json.WriteStartObject("product_identification_helper"u8);
            if (cpe is not null) json.WriteString("cpe"u8, cpe);
            if (hashes.Count > 0) Hashes(json, hashes, p);
            if (purl is not null) json.WriteString("purl"u8, purl);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Hashes(Utf8JsonWriter json, List<VexHash> hashes, VexProduct p)
    {
        json.WriteStartArray("hashes"u8);
        foreach (var file in hashes.GroupBy(h => h.File))
        {
            var left = file.ToList();
            while (left.Count > 0)
            {
                // An algorithm may stand in an item once (6.1.25).
                var item = left.DistinctBy(h => h.Algorithm).ToList();
                left = [.. left.Except(item)];
                json.WriteStartObject();
                json.WriteStartArray("file_hashes"u8);
                foreach (var hash in item)
                {
                    json.WriteStartObject();
                    json.WriteString("algorithm"u8, VexHashes.Csaf(hash.Algorithm));
                    json.WriteString("value"u8, hash.Value);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteString("filename"u8, file.Key ?? p.Name ?? VexLosses.Name(p));
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private static bool IsCve(string id) => CsafSchema.IsCve(id);

    private static string? Cve(VexVulnerability v) => IsCve(v.Id) ? v.Id : v.Aliases.Select(a => a.Id).FirstOrDefault(IsCve);

    private void Item(Utf8JsonWriter json, VexVulnerability v, List<Entry> entries)
    {
        var cve = Cve(v);
        json.WriteStartObject();
        if (cve is not null) json.WriteString("cve"u8, cve);
        var flagged = new HashSet<string>(StringComparer.Ordinal);
        Flags(json, entries, flagged);
        Ids(json, [.. entries.Select(e => e.Statement.Vulnerability).Prepend(v)], cve);
        Notes(json, v, entries);
        json.WriteStartObject("product_status"u8);
        foreach (var group in entries.GroupBy(e => Group(e.Statement), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)) Products(json, group.Key, group);
        json.WriteEndObject();
        Remediations(json, entries);
        Threats(json, entries, flagged);
        json.WriteEndObject();
        foreach (var entry in entries)
        {
            losses.Words(entry.Statement, VexLosses.Place(entry.Statement));
            if (entry.Statement.Updated is { } updated) losses.Add(VexLosses.Place(entry.Statement), $"that the statement was changed on {VexTime.Write(updated)}");
        }
    }

    private static void Products(Utf8JsonWriter json, string name, IEnumerable<Entry> entries)
    {
        json.WriteStartArray(name);
        foreach (var id in entries.Select(e => e.Product).Distinct(StringComparer.Ordinal)) json.WriteStringValue(id);
        json.WriteEndArray();
    }

    private static void Flags(Utf8JsonWriter json, List<Entry> entries, HashSet<string> flagged)
    {
        // One justification a product (6.1.33).
        var flags = entries.Where(e => e.Statement.Justification is not null && flagged.Add(e.Product)).GroupBy(e => (e.Statement.Justification, e.Statement.Issued)).ToList();
        if (flags.Count == 0) return;
        json.WriteStartArray("flags"u8);
        foreach (var flag in flags)
        {
            json.WriteStartObject();
            if (flag.Key.Issued is { } date) json.WriteString("date"u8, VexTime.Write(date));
            json.WriteString("label"u8, VexWords.Of(flag.Key.Justification!.Value));
            Products(json, "product_ids", flag);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Ids(Utf8JsonWriter json, List<VexVulnerability> all, string? cve)
    {
        var ids = all.SelectMany(v => v.Aliases.Prepend(new VexAlias(v.Id, v.Source))).Where(a => a.Id != cve && a.Id.Length > 0).DistinctBy(a => a.Id, StringComparer.Ordinal).ToList();
        if (ids.Count == 0) return;
        json.WriteStartArray("ids"u8);
        foreach (var id in ids)
        {
            json.WriteStartObject();
            json.WriteString("system_name"u8, id.Source ?? id.Id.Split('-')[0] switch { "GHSA" => "GitHub Advisory Database", "CVE" => "CVE Project", "" => "unknown", var prefix => prefix });
            json.WriteString("text"u8, id.Id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Notes(Utf8JsonWriter json, VexVulnerability v, List<Entry> entries)
    {
        json.WriteStartArray("notes"u8);
        var description = entries.Select(e => e.Statement.Vulnerability.Description).Prepend(v.Description).FirstOrDefault(d => d is not null);
        if (description is not null) Note(json, "description", description);
        var details = entries.Select(e => e.Statement.Detail).Distinct(StringComparer.Ordinal).ToList();
        if (details.Count > 1) losses.Add(v.Id, "which of its products the notes are about; CSAF has notes of a vulnerability as a whole");
        foreach (var detail in details.OfType<string>()) Note(json, "details", detail);
        // The profile demands a note (6.1.27.5).
        if (description is null && details.TrueForAll(d => d is null)) Note(json, "general", $"What becomes of {v.Id} in the products of this document.");
        json.WriteEndArray();
    }

    private static void Note(Utf8JsonWriter json, string category, string text)
    {
        json.WriteStartObject();
        json.WriteString("category"u8, category);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    private void Remediations(Utf8JsonWriter json, List<Entry> entries)
    {
        var remediations = entries.SelectMany(e => Actions(e.Statement).Select(a => (Action: a, Entry: e))).GroupBy(r => r.Action).ToList();
        if (remediations.Count == 0) return;
        json.WriteStartArray("remediations"u8);
        foreach (var remediation in remediations)
        {
            var a = remediation.Key;
            json.WriteStartObject();
            json.WriteString("category"u8, s_remediations.Contains(a.Category) ? a.Category : "mitigation");
            if (a.Date is { } date) json.WriteString("date"u8, VexTime.Write(date));
            json.WriteString("details"u8, a.Details);
            Products(json, "product_ids", remediation.Select(r => r.Entry));
            if (VexIds.IsAddress(a.Url)) json.WriteString("url"u8, a.Url);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private IEnumerable<VexAction> Actions(VexStatement s)
    {
        if (s.Responses.Count > 0 && s.Actions.Count > 0) losses.Add(VexLosses.Place(s), $"the response {string.Join(", ", s.Responses)}");
        if (s.Actions.Count > 0) return s.Actions;
        if (s.Responses.Count > 0)
        {
            return s.Responses.Select(r => new VexAction(r, r switch
            {
                "can_not_fix" => "none_available",
                "will_not_fix" => "no_fix_planned",
                "update" => "vendor_fix",
                "workaround_available" => "workaround",
                _ => "mitigation",
            }));
        }

        if (s.Status != VexStatus.Affected || s.State is "first_affected" or "last_affected") return [];
        losses.Add(VexLosses.Place(s), "that nothing is said of what to do; CSAF demands it, and says that nothing was");
        return [new VexAction(VexIds.NoAction, "none_available")];
    }

    private void Threats(Utf8JsonWriter json, List<Entry> entries, HashSet<string> flagged)
    {
        var impacts = new List<(string Text, DateTimeOffset? Date, Entry Entry)>();
        foreach (var entry in entries)
        {
            var s = entry.Statement;
            // The time of a statement stands with its justification, else with its impact.
            DateTimeOffset? date = flagged.Contains(entry.Product) ? null : s.Issued;
            if (s.ImpactStatement is { } impact) impacts.Add((impact, date, entry));
            else if (s.Status == VexStatus.NotAffected && !flagged.Contains(entry.Product))
            {
                losses.Add(VexLosses.Place(s), "that no reason is given; CSAF demands one, and says that none was given");
                impacts.Add((VexIds.NoImpact, date, entry));
            }
            else if (date is not null)
            {
                losses.Add(VexLosses.Place(s), $"that it was said on {VexTime.Write(date.Value)}");
            }
        }

        if (impacts.Count == 0) return;
        json.WriteStartArray("threats"u8);
        foreach (var impact in impacts.GroupBy(i => (i.Text, i.Date)))
        {
            json.WriteStartObject();
            json.WriteString("category"u8, "impact");
            if (impact.Key.Date is { } date) json.WriteString("date"u8, VexTime.Write(date));
            json.WriteString("details"u8, impact.Key.Text);
            Products(json, "product_ids", impact.Select(i => i.Entry));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
