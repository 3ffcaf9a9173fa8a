using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Headwater.Core.Vex.Writing;

/// <summary>OpenVEX 0.2.0.</summary>
internal sealed class OpenVexWriter(VexDocument document, DateTimeOffset time, VexLosses losses)
{
    private readonly string _address = VexIds.Address(document);

    public int Write(Utf8JsonWriter json)
    {
        losses.Document(document);
        if (document.Id is { } id && id != _address && document.Format == VexFormat.OpenVex) losses.Add("document", $"its identity \"{id}\", which is no address; it is written as {_address}");
        json.WriteStartObject();
        json.WriteString("@context"u8, "https://openvex.dev/ns/v0.2.0");
        json.WriteString("@id"u8, _address);
        json.WriteString("author"u8, document.Author ?? "unknown");
        if (document.Author is null) losses.Add("document", "that nobody is named as its author; OpenVEX demands one, and says \"unknown\"");
        if (document.AuthorRole is { } role) json.WriteString("role"u8, role);
        json.WriteString("timestamp"u8, VexTime.Write(document.Issued ?? time));
        if (document.Updated is { } updated && updated != document.Issued) json.WriteString("last_updated"u8, VexTime.Write(updated));
        json.WriteNumber("version"u8, Version());
        if (document.Tooling is { } tooling) json.WriteString("tooling"u8, tooling);
        json.WriteStartArray("statements"u8);
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var statement in document.Statements)
        {
            // The schema allows each statement once, and two words of a source may be one here.
            var text = Statement(statement);
            if (text is null || !written.Add(Convert.ToHexString(SHA256.HashData(text)))) continue;
            using var whole = JsonDocument.Parse(text);
            whole.RootElement.WriteTo(json);
            json.Flush();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return written.Count;
    }

    private int Version()
    {
        if (document.Version is null) return 1;
        if (int.TryParse(document.Version, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0) return version;
        losses.Add("document", $"its version \"{document.Version}\"; OpenVEX counts from 1");
        return int.TryParse(document.Version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) && major > 0 ? major : 1;
    }

    private byte[]? Statement(VexStatement s)
    {
        var products = s.Products.Where(p => CanSay(p, s)).ToList();
        if (products.Count == 0 && s.Products.Count > 0) return null;
        losses.Words(s, VexLosses.Place(s));
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (VexIds.IsAddress(s.Id)) json.WriteString("@id"u8, s.Id);
            Vulnerability(json, s.Vulnerability);
            if (s.Issued is { } issued) json.WriteString("timestamp"u8, VexTime.Write(issued));
            if (s.Updated is { } updated) json.WriteString("last_updated"u8, VexTime.Write(updated));
            if (products.Count > 0)
            {
                json.WriteStartArray("products"u8);
                foreach (var p in products.Select(p => (Product: VexIds.Narrow(p), Whole: p)).DistinctBy(p => Key(p.Product))) Product(json, p.Product, s);
                json.WriteEndArray();
            }

            json.WriteString("status"u8, VexWords.Of(s.Status));
            if (s.Supplier is { } supplier) json.WriteString("supplier"u8, supplier);
            if (s.Detail is { } detail) json.WriteString("status_notes"u8, detail);
            if (s.Justification is { } justification) json.WriteString("justification"u8, VexWords.Of(justification));
            Impact(json, s);
            Action(json, s);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private void Vulnerability(Utf8JsonWriter json, VexVulnerability v)
    {
        json.WriteStartObject("vulnerability"u8);
        if (VexIds.IsAddress(v.Address)) json.WriteString("@id"u8, v.Address);
        else if (v.Address is { } address) losses.Add(v.Id, $"the identity \"{address}\", which is no address");
        json.WriteString("name"u8, v.Id);
        if (v.Description is { } description) json.WriteString("description"u8, description);
        if (v.Aliases.Count > 0)
        {
            json.WriteStartArray("aliases"u8);
            foreach (var id in v.Aliases.Select(a => a.Id).Distinct(StringComparer.Ordinal)) json.WriteStringValue(id);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void Impact(Utf8JsonWriter json, VexStatement s)
    {
        if (s.ImpactStatement is { } impact) json.WriteString("impact_statement"u8, impact);
        else if (s.Status == VexStatus.NotAffected && s.Justification is null)
        {
            losses.Add(VexLosses.Place(s), "that no reason is given; OpenVEX demands one, and says that none was given");
            json.WriteString("impact_statement"u8, VexIds.NoImpact);
        }
    }

    private void Action(Utf8JsonWriter json, VexStatement s)
    {
        var place = VexLosses.Place(s);
        if (s.Actions.Count > 0)
        {
            json.WriteString("action_statement"u8, string.Join('\n', s.Actions.Select(a => a.Details)));
            if (s.Actions.FirstOrDefault(a => a.Date is not null)?.Date is { } date) json.WriteString("action_statement_timestamp"u8, VexTime.Write(date));
            foreach (var a in s.Actions.Where(a => a.Category is not null)) losses.Add(place, $"that what to do is a {a.Category}");
            foreach (var a in s.Actions.Where(a => a.Url is not null)) losses.Add(place, $"the address {a.Url}");
            if (s.Responses.Count > 0) losses.Add(place, $"the response {string.Join(", ", s.Responses)}");
        }
        else if (s.Status == VexStatus.Affected)
        {
            if (s.Responses.Count == 0) losses.Add(place, "that nothing is said of what to do; OpenVEX demands it, and says that nothing was");
            json.WriteString("action_statement"u8, s.Responses.Count > 0 ? string.Join(", ", s.Responses) : VexIds.NoAction);
        }
        else if (s.Responses.Count > 0)
        {
            losses.Add(place, $"the response {string.Join(", ", s.Responses)}");
        }
    }

    /// <summary>A range, and a version of something without a package URL, can only be left out: without them the statement would cover more than was said.</summary>
    private bool CanSay(VexProduct p, VexStatement s)
    {
        p = VexIds.Narrow(p);
        var place = VexLosses.Place(s, p);
        if (p.VersionRange is not null)
        {
            losses.Add(place, "the product: OpenVEX has no ranges of versions, and without it the statement would cover more");
            return false;
        }

        if (p is { VersionState: not null, Version: not null } && VexIds.Purl(p) is null)
        {
            losses.Add(place, "the product: it has no package URL that could say the version, and without it the statement would cover more");
            return false;
        }

        if (p.Subcomponents.Any(sub => sub.VersionRange is not null && VexIds.Narrow(sub).VersionRange is not null))
        {
            losses.Add(place, "the product: OpenVEX has no ranges of versions for its components, and without them the statement would cover more");
            return false;
        }

        if (p.Purl is not null && VexIds.Purl(p) is null) losses.Add(place, "its package URL, which is not valid");
        if (document.Format == VexFormat.OpenVex && p.Id is { } id && p.Purl is null && !VexIds.IsAddress(id)) losses.Add(place, $"its identity \"{id}\", which is no address; it is written as {Id(p)}");
        if (p.Subcomponents.Any(sub => sub.Subcomponents.Count > 0)) losses.Add(place, "which component lies within which; the innermost are named");
        if (p.Relationship is not (null or "default_component_of")) losses.Add(place, $"that its component is {p.Relationship}");
        if (p.Purl is null && p.Cpes.Count == 0 && p.Hashes.Count == 0 && p.Name is { } name) losses.Add(place, $"the name \"{name}\"");
        foreach (var cpe in p.Cpes.Where(c => !Is23(c)).Skip(1).Concat(p.Cpes.Where(Is23).Skip(1))) losses.Add(place, $"the CPE name {cpe}, which is not the first");
        foreach (var hash in p.Hashes.Where(h => VexHashes.OpenVex(h.Algorithm) is null)) losses.Add(place, $"the hash by {hash.Algorithm}");
        return true;
    }

    private string Key(VexProduct p) => $"{Id(p)}\n{VexIds.Purl(p)}\n{string.Join(' ', p.Cpes)}\n{string.Join(' ', p.Hashes)}\n{string.Join('\n', p.Subcomponents.Select(Key))}";

    private string? Id(VexProduct p)
    {
        var purl = VexIds.Purl(p);
        if (purl is not null && purl != p.Purl) return purl;
        if (document.Format == VexFormat.OpenVex && (p.Id is null || VexIds.IsAddress(p.Id))) return p.Id;
        if (purl is not null) return purl;
        if (IsLink(p.Id)) return p.Id;
        if (p.Id is null) return null;
        if (document is { Format: VexFormat.CycloneDx, Id: { } serial } && serial.StartsWith("urn:uuid:", StringComparison.Ordinal)) return $"urn:cdx:{serial[9..]}/{document.Version ?? "1"}#{Uri.EscapeDataString(p.Id)}";
        return $"{_address}#{Uri.EscapeDataString(p.Id)}";
    }

    private static bool IsLink(string? id) => id?.StartsWith("urn:", StringComparison.Ordinal) == true;

    private static bool Is23(string cpe) => cpe.StartsWith("cpe:2.3:", StringComparison.OrdinalIgnoreCase);

    private void Product(Utf8JsonWriter json, VexProduct p, VexStatement s)
    {
        json.WriteStartObject();
        Identity(json, p);
        var leaves = p.Subcomponents.SelectMany(Leaves).Select(VexIds.Narrow).DistinctBy(Key).ToList();
        if (leaves.Count > 0)
        {
            json.WriteStartArray("subcomponents"u8);
            foreach (var leaf in leaves)
            {
                json.WriteStartObject();
                Identity(json, leaf);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static IEnumerable<VexProduct> Leaves(VexProduct p) => p.Subcomponents.Count == 0 ? [p] : p.Subcomponents.SelectMany(Leaves);

    private void Identity(Utf8JsonWriter json, VexProduct p)
    {
        var (id, purl) = (Id(p), VexIds.Purl(p));
        if (id is not null) json.WriteString("@id"u8, id);
        var old = p.Cpes.FirstOrDefault(c => !Is23(c));
        var cpe = p.Cpes.FirstOrDefault(Is23);
        if ((purl is not null && purl != id) || old is not null || cpe is not null)
        {
            json.WriteStartObject("identifiers"u8);
            if (purl is not null && purl != id) json.WriteString("purl"u8, purl);
            if (old is not null) json.WriteString("cpe22"u8, old);
            if (cpe is not null) json.WriteString("cpe23"u8, cpe);
            json.WriteEndObject();
        }

        var hashes = p.Hashes.Select(h => (Name: VexHashes.OpenVex(h.Algorithm), h.Value)).Where(h => h.Name is not null).DistinctBy(h => h.Name).ToList();
        if (hashes.Count == 0) return;
        json.WriteStartObject("hashes"u8);
        foreach (var (name, value) in hashes) json.WriteString(name!, value);
        json.WriteEndObject();
    }
}
