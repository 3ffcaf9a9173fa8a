using System.Text.Json;

namespace Headwater.Core.Vex.Reading;

/// <summary>OpenVEX 0.0.1, whose vulnerabilities and products are strings, and 0.2.0, whose are objects. Each is taken as it comes: documents of either context have both.</summary>
internal sealed class OpenVexReader(VexReading reading)
{
    private static readonly string[] s_document = ["@context", "@id", "author", "role", "timestamp", "last_updated", "version", "tooling", "statements", "format", "supplier"];

    private static readonly string[] s_statement =
    [
        "@id", "version", "vulnerability", "vuln_description", "timestamp", "last_updated", "products", "subcomponents", "status", "supplier", "status_notes", "justification", "impact_statement",
        "action_statement", "action_statement_timestamp",
    ];

    public VexDocument Read(JsonElement root)
    {
        reading.Known(root, string.Empty, s_document);
        var context = root.GetProperty("@context"u8).GetString()!;
        var version = context.LastIndexOf("/v", StringComparison.Ordinal) is > 0 and var at ? context[(at + 2)..] : "0.0.1";
        if (version is not ("0.0.1" or "0.2.0")) reading.Warn("/@context", $"OpenVEX {version} is read as 0.2.0");
        var document = new VexDocument
        {
            Format = VexFormat.OpenVex,
            FormatVersion = version,
            Id = reading.Text(root, "@id", string.Empty),
            Author = reading.Text(root, "author", string.Empty),
            AuthorRole = reading.Text(root, "role", string.Empty),
            Tooling = reading.Text(root, "tooling", string.Empty),
            Issued = reading.Time(root, "timestamp", string.Empty),
            Updated = reading.Time(root, "last_updated", string.Empty),
            Version = reading.Number(root, "version", string.Empty),
        };
        if (root.TryGetProperty("format"u8, out _)) reading.Skip("/format");
        var supplier = reading.Text(root, "supplier", string.Empty);
        var statements = new List<VexStatement>();
        foreach (var (e, place) in reading.Objects(root, "statements", string.Empty))
        {
            if (Statement(e, place) is { } statement) statements.Add(statement.Supplier is null && supplier is not null ? statement with { Supplier = supplier } : statement);
        }

        return document with { Statements = statements };
    }

    private VexStatement? Statement(JsonElement e, string at)
    {
        reading.CountStatement(at);
        reading.Known(e, at, s_statement);
        if (e.TryGetProperty("version"u8, out _)) reading.Skip("/statements/*/version");
        if (Vulnerability(e, at) is not { } vulnerability) return null;
        var word = reading.Text(e, "status", at);
        if (word is null)
        {
            reading.Fault($"{at}/status", "a statement must have a status");
            return null;
        }

        if (word is not ("not_affected" or "affected" or "fixed" or "under_investigation"))
        {
            reading.Fault($"{at}/status", $"\"{word}\" is not a status; known are not_affected, affected, fixed and under_investigation");
            return null;
        }

        var justification = reading.Text(e, "justification", at);
        if (justification is not null && VexWords.JustificationOf(justification) is null) reading.Warn($"{at}/justification", $"\"{justification}\" is not a justification of OpenVEX; it is kept as it is");
        var five = VexWords.JustificationOf(justification);
        var products = Products(e, "products", at, subcomponents: true);
        if (Products(e, "subcomponents", at, subcomponents: false) is { Count: > 0 } shared) products = [.. products.Select(p => p with { Subcomponents = [.. p.Subcomponents, .. shared] })];
        return new VexStatement
        {
            Id = reading.Text(e, "@id", at),
            Vulnerability = vulnerability,
            Products = products,
            Status = VexWords.StatusOf(word)!.Value,
            Justification = five,
            JustificationWord = five is { } known && VexWords.Of(known) == justification ? null : justification,
            ImpactStatement = reading.Text(e, "impact_statement", at),
            Actions = reading.Text(e, "action_statement", at) is { } action ? [new VexAction(action, Date: reading.Time(e, "action_statement_timestamp", at))] : [],
            Detail = reading.Text(e, "status_notes", at),
            Supplier = reading.Text(e, "supplier", at),
            Issued = reading.Time(e, "timestamp", at),
            Updated = reading.Time(e, "last_updated", at),
        };
    }

    private VexVulnerability? Vulnerability(JsonElement e, string at)
    {
        at += "/vulnerability";
        if (!e.TryGetProperty("vulnerability"u8, out var v))
        {
            reading.Fault(at, "a statement must name a vulnerability");
            return null;
        }

        var description = reading.Text(e, "vuln_description", at);
        if (v.ValueKind == JsonValueKind.String && v.GetString() is { Length: > 0 } name) return new VexVulnerability(name) { Description = description };
        if (v.ValueKind != JsonValueKind.Object)
        {
            reading.Fault(at, "must be an object with a name, or in OpenVEX 0.0.1 a string");
            return null;
        }

        reading.Known(v, at, ["@id", "name", "description", "aliases"]);
        var address = reading.Text(v, "@id", at);
        // Some writers give the address alone; its last part is the name then.
        var id = reading.Text(v, "name", at) ?? address?.TrimEnd('/').Split('/')[^1];
        if (string.IsNullOrEmpty(id))
        {
            reading.Fault($"{at}/name", "a vulnerability must have a name");
            return null;
        }

        return new VexVulnerability(id)
        {
            // Some writers give the name as the identity too.
            Address = address == id ? null : address,
            Description = reading.Text(v, "description", at) ?? description,
            Aliases = [.. reading.Texts(v, "aliases", at).Where(a => a.Length > 0).Distinct(StringComparer.Ordinal).Select(a => new VexAlias(a))],
        };
    }

    private List<VexProduct> Products(JsonElement e, string name, string at, bool subcomponents)
    {
        var products = new List<VexProduct>();
        foreach (var (p, place) in reading.List(e, name, at))
        {
            reading.CountProduct(place);
            if (p.ValueKind == JsonValueKind.String) products.Add(Named(p.GetString()!));
            else if (p.ValueKind == JsonValueKind.Object) products.Add(Product(p, place, subcomponents));
            else reading.Fault(place, "must be an object, or in OpenVEX 0.0.1 a string");
        }

        return products;
    }

    private static VexProduct Named(string id) => new() { Id = id, Purl = IsPurl(id) ? id : null };

    private static bool IsPurl(string? text) => text?.StartsWith("pkg:", StringComparison.OrdinalIgnoreCase) == true;

    private VexProduct Product(JsonElement p, string at, bool subcomponents)
    {
        reading.Known(p, at, subcomponents ? ["@id", "identifiers", "hashes", "subcomponents", "supplier"] : ["@id", "identifiers", "hashes", "supplier"]);
        var id = reading.Text(p, "@id", at);
        string? purl = null;
        var cpes = new List<string>();
        if (reading.Object(p, "identifiers", at) is { } identifiers)
        {
            var place = at + "/identifiers";
            reading.Known(identifiers, place, ["purl", "cpe22", "cpe23"]);
            purl = reading.Text(identifiers, "purl", place);
            if (reading.Text(identifiers, "cpe22", place) is { } old) cpes.Add(old);
            if (reading.Text(identifiers, "cpe23", place) is { } cpe) cpes.Add(cpe);
        }

        var hashes = new List<VexHash>();
        if (reading.Object(p, "hashes", at) is { } all)
        {
            foreach (var hash in all.EnumerateObject())
            {
                if (reading.Text(all, hash.Name, at + "/hashes") is { } value) hashes.Add(new VexHash(VexHashes.Model(hash.Name), value.ToLowerInvariant()));
            }
        }

        if (id is null && purl is null && cpes.Count == 0 && hashes.Count == 0) reading.Fault(at, "a product must have an @id, an identifier or a hash");
        return new VexProduct
        {
            Id = id,
            Purl = purl ?? (IsPurl(id) ? id : null),
            Cpes = cpes,
            Hashes = hashes,
            Supplier = reading.Text(p, "supplier", at),
            Subcomponents = subcomponents ? Products(p, "subcomponents", at, subcomponents: false) : [],
        };
    }
}
