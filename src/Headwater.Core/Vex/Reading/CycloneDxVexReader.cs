using System.Runtime.InteropServices;
using System.Text.Json;
using Headwater.Core.Sboms;

namespace Headwater.Core.Vex.Reading;

/// <summary>
/// CycloneDX, JSON or XML, by way of the reader of inventories: it keeps each vulnerability in the shape of JSON. An entry becomes one statement; it becomes
/// several when it says different things of different versions (<c>affects[].versions[].status</c>).
/// </summary>
internal static class CycloneDxVexReader
{
    /// <summary>Properties of ours that carry what CycloneDX has no place for.</summary>
    internal const string IdProperty = "headwater:vex:id", RoleProperty = "headwater:vex:author-role", VersionProperty = "headwater:vex:version", JustificationProperty = "headwater:vex:justification",
        SubcomponentProperty = "headwater:vex:subcomponent", ReferenceProperty = "headwater:vex:reference";

    private static readonly string[] s_known =
    [
        "bom-ref", "id", "source", "references", "description", "detail", "recommendation", "workaround", "created", "published", "updated", "analysis", "affects", "properties",
    ];

    public static VexDocument Read(ReadOnlyMemory<byte> utf8, VexReading reading, CancellationToken cancellationToken)
    {
        if (!MemoryMarshal.TryGetArray(utf8, out var segment)) segment = new ArraySegment<byte>(utf8.ToArray());
        using var stream = new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false);
        var options = new SbomReadOptions { MaxDepth = reading.Options.MaxDepth, MaxStringBytes = reading.Options.MaxStringBytes, MaxElementBytes = reading.Options.MaxBytes, MaxErrors = reading.Options.MaxErrors, Validate = false };
        var result = SbomDocument.Read(stream, out var sbom, options, cancellationToken);
        foreach (var error in result.Errors) reading.Fault(error.At, error.Message);
        if (result.Kind is not { Format: SbomFormat.CycloneDx }) throw new SbomFormatException("/", "of inventories only CycloneDX states what becomes of vulnerabilities; this one is not CycloneDX");
        foreach (var warning in result.Warnings) reading.Warn(warning.At, warning.Message);

        var metadata = sbom.Metadata;
        string? Own(string name) => metadata.Properties.Find(p => p.Name == name).Value;
        var document = new VexDocument
        {
            Format = VexFormat.CycloneDx,
            FormatVersion = result.Kind.Value.SpecVersion,
            Id = Own(IdProperty) ?? metadata.SerialNumber,
            Author = metadata.Authors.Find(a => a.Name is not null)?.Name ?? metadata.Supplier?.Name ?? metadata.Manufacturer?.Name,
            AuthorRole = Own(RoleProperty),
            Namespace = metadata.Authors.Count == 0 ? metadata.Supplier?.Urls.FirstOrDefault() : null,
            Tooling = metadata.Tools is [{ Name: { } tool } first, ..] ? first.Version is null ? tool : $"{tool} {first.Version}" : null,
            Issued = reading.Time(metadata.Timestamp, "/metadata/timestamp"),
            Version = Own(VersionProperty) ?? metadata.Version?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };

        var products = new Dictionary<string, VexProduct>(StringComparer.Ordinal);
        foreach (var c in sbom.Components) products.TryAdd(c.Ref, Product(c));
        Nested(sbom.Components, products);
        foreach (var s in sbom.Services) products.TryAdd(s.Ref, new VexProduct { Id = s.Ref, Name = Named(s.Group, s.Name), Version = s.Version, Supplier = s.Provider?.Name });
        var statements = new List<VexStatement>();
        for (var i = 0; i < sbom.Vulnerabilities.Count; i++) Vulnerability(sbom.Vulnerabilities[i].Json, $"/vulnerabilities/{i}", products, reading, statements);
        return document with { Statements = statements };
    }

    /// <summary>A component that we wrote as the subcomponent of a product is read back as that.</summary>
    private static void Nested(List<SbomComponent> components, Dictionary<string, VexProduct> products)
    {
        // Parents come before what is nested in them.
        foreach (var c in components)
        {
            if (c.ParentRef is null || c.Properties.Find(p => p.Name == SubcomponentProperty).Value is not { } id || !products.TryGetValue(c.ParentRef, out var parent)) continue;
            var own = products[c.Ref] with { Id = id.Length == 0 ? null : id };
            products[c.Ref] = parent with { Subcomponents = parent.Subcomponents.Count == 0 ? [own] : [.. parent.Subcomponents.Select(s => Deeper(s, own))] };
        }
    }

    private static VexProduct Deeper(VexProduct outer, VexProduct innermost) =>
        outer with { Subcomponents = outer.Subcomponents.Count == 0 ? [innermost] : [.. outer.Subcomponents.Select(s => Deeper(s, innermost))] };

    private static string Named(string? group, string name) => group is null ? name : $"{group}/{name}";

    private static VexProduct Product(SbomComponent c) => new()
    {
        Id = c.Properties.Find(p => p.Name == ReferenceProperty).Value is { } own ? own.Length == 0 ? null : own : c.Ref,
        Name = Named(c.Group, c.Name),
        Version = c.Version is { Length: > 0 } version ? version : null,
        VersionRange = c.VersionRange,
        Purl = c.Purl,
        Cpes = [.. c.Cpes],
        Hashes = [.. c.Hashes.Select(h => new VexHash(h.Algorithm, h.Value))],
        Supplier = c.Supplier?.Name,
    };

    private static void Vulnerability(JsonElement e, string at, Dictionary<string, VexProduct> products, VexReading reading, List<VexStatement> statements)
    {
        foreach (var p in e.EnumerateObject()) if (!s_known.Contains(p.Name)) reading.Skip($"/vulnerabilities/*/{p.Name}");
        var id = reading.Text(e, "id", at);
        if (id is null)
        {
            reading.Warn(at, "the vulnerability has no id, so nothing can be said of it; it is left out");
            return;
        }

        var analysis = reading.Object(e, "analysis", at);
        var place = at + "/analysis";
        string? A(string name) => analysis is { } a ? reading.Text(a, name, place) : null;
        var state = A("state");
        if (state is not null && !VexWords.IsCycloneDxState(state))
        {
            reading.Fault(place + "/state", $"\"{state}\" is not a state; known are exploitable, in_triage, false_positive, not_affected, resolved and resolved_with_pedigree");
            return;
        }

        var word = A("justification");
        if (word is not null && !VexWords.IsCycloneDxJustification(word)) reading.Warn(place + "/justification", $"\"{word}\" is not a justification of CycloneDX; it is kept as it is");
        // What we wrote for a word that CycloneDX does not have, or has only roughly.
        var own = VexWords.JustificationOf(Property(e, at, reading, JustificationProperty));
        var actions = new List<VexAction>();
        if (reading.Text(e, "recommendation", at) is { } recommendation) actions.Add(new VexAction(recommendation));
        if (reading.Text(e, "workaround", at) is { } workaround) actions.Add(new VexAction(workaround, "workaround"));
        var statement = new VexStatement
        {
            Id = reading.Text(e, "bom-ref", at),
            Vulnerability = Named(e, id, at, reading),
            Status = VexWords.StatusOf(state) ?? VexStatus.Affected,
            State = state,
            Justification = own ?? VexWords.JustificationOf(word),
            JustificationWord = own is null ? word : null,
            ImpactStatement = A("detail"),
            Actions = actions,
            Responses = analysis is { } given ? [.. reading.Texts(given, "response", place)] : [],
            Detail = reading.Text(e, "detail", at),
            Issued = reading.Time(A("firstIssued"), place + "/firstIssued") ?? reading.Time(e, "published", at),
            Updated = reading.Time(A("lastUpdated"), place + "/lastUpdated") ?? reading.Time(e, "updated", at),
        };
        if (e.TryGetProperty("created"u8, out _)) reading.Skip("/vulnerabilities/*/created");

        var groups = new Dictionary<VexStatus, List<VexProduct>>();
        foreach (var product in Affected(e, at, products, reading))
        {
            var status = product.VersionState switch
            {
                "unaffected" => statement.Status == VexStatus.Fixed ? VexStatus.Fixed : VexStatus.NotAffected,
                "unknown" => VexStatus.UnderInvestigation,
                _ => statement.Status,
            };
            if (!groups.TryGetValue(status, out var list)) groups.Add(status, list = []);
            list.Add(product);
        }

        if (groups.Count == 0)
        {
            reading.CountStatement(at);
            statements.Add(statement);
            return;
        }

        var first = true;
        foreach (var (status, list) in groups)
        {
            reading.CountStatement(at);
            statements.Add(statement with { Id = first ? statement.Id : null, Status = status, Products = list });
            first = false;
        }
    }

    private static VexVulnerability Named(JsonElement e, string id, string at, VexReading reading)
    {
        var source = reading.Object(e, "source", at);
        var aliases = new List<VexAlias>();
        foreach (var (r, place) in reading.Objects(e, "references", at))
        {
            if (reading.Text(r, "id", place) is not { } other) continue;
            aliases.Add(new VexAlias(other, reading.Object(r, "source", place) is { } by ? reading.Text(by, "name", place + "/source") : null));
        }

        return new VexVulnerability(id)
        {
            Source = source is { } s ? reading.Text(s, "name", at + "/source") : null,
            Address = source is { } u ? reading.Text(u, "url", at + "/source") : null,
            Description = reading.Text(e, "description", at),
            Aliases = [.. aliases.Distinct()],
        };
    }

    private static string? Property(JsonElement e, string at, VexReading reading, string name)
    {
        foreach (var (p, place) in reading.Objects(e, "properties", at))
        {
            var known = reading.Text(p, "name", place);
            if (known == name) return reading.Text(p, "value", place);
            if (known != JustificationProperty) reading.Skip("/vulnerabilities/*/properties/*");
        }

        return null;
    }

    private static IEnumerable<VexProduct> Affected(JsonElement e, string at, Dictionary<string, VexProduct> products, VexReading reading)
    {
        foreach (var (a, place) in reading.Objects(e, "affects", at))
        {
            if (reading.Text(a, "ref", place) is not { } reference)
            {
                reading.Fault(place + "/ref", "what is affected must be named");
                continue;
            }

            if (!products.TryGetValue(reference, out var product)) product = new VexProduct { Id = reference, Purl = PurlOf(reference) };
            var any = false;
            foreach (var (v, where) in reading.Objects(a, "versions", place))
            {
                any = true;
                reading.CountProduct(where);
                yield return product with { Version = reading.Text(v, "version", where), VersionRange = reading.Text(v, "range", where), VersionState = reading.Text(v, "status", where) ?? "affected" };
            }

            if (any) continue;
            reading.CountProduct(place);
            yield return product;
        }
    }

    /// <summary>Many writers make the reference of a component, or of one in another document, its package URL.</summary>
    private static string? PurlOf(string reference)
    {
        if (reference.StartsWith("pkg:", StringComparison.Ordinal)) return reference;
        if (!reference.StartsWith("urn:cdx:", StringComparison.Ordinal)) return null;
        var at = reference.IndexOf('#', StringComparison.Ordinal);
        if (at < 0) return null;
        var inner = reference[(at + 1)..];
        if (inner.StartsWith("pkg%3A", StringComparison.OrdinalIgnoreCase)) inner = Uri.UnescapeDataString(inner);
        return inner.StartsWith("pkg:", StringComparison.Ordinal) ? inner : null;
    }
}
