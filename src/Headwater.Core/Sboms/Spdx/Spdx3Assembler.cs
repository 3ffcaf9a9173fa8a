using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>
/// Turns the elements of an SPDX 3.0 graph into the model, in two rounds:
/// <code>
/// Scout: identifiers; agents, licences, creation information, documents (kept)  ->  Take: packages, files, relationships (handed on)
/// </code>
/// What an element is decides which room takes it: <see cref="Spdx3Document"/>, <see cref="Spdx3Artifacts"/>, <see cref="Spdx3Licences"/>, <see cref="Spdx3Relationships"/>;
/// <see cref="Spdx3Elements"/> and <see cref="Spdx3Annotations"/> are what all of them look into.
/// </summary>
internal sealed class Spdx3Assembler
{
    private readonly SbomKind _kind;
    private readonly SbomSink _sink;
    private readonly SpdxReport _report;
    private readonly Spdx3Elements _elements;
    private readonly Spdx3Annotations _annotations;
    private readonly Spdx3Licences _licences;
    private readonly Spdx3Document _document;
    private readonly Spdx3Artifacts _artifacts;
    private readonly Spdx3Relationships _relationships;
    private long _scouted;

    public Spdx3Assembler(SbomKind kind, SbomSink sink, SpdxReport report)
    {
        (_kind, _sink, _report) = (kind, sink, report);
        _elements = new Spdx3Elements(report);
        _annotations = new Spdx3Annotations(_elements);
        _licences = new Spdx3Licences(_elements, sink, report);
        _document = new Spdx3Document(_elements, _licences, _annotations, sink, report);
        _artifacts = new Spdx3Artifacts(_elements, _licences, _annotations, sink, report);
        _relationships = new Spdx3Relationships(_elements, _document, sink, report);
    }

    /// <summary>First round: identifiers, and the elements that others need.</summary>
    public void Scout(string at, JsonElement element)
    {
        _scouted++;
        if (element.ValueKind != JsonValueKind.Object)
        {
            _report.Error(at, $"An element must be an object, not {SpdxWords.Kind(element.ValueKind)}.");
            return;
        }
        var type = Spdx3Json.Type(element);
        var id = Spdx3Json.Id(element);
        if (type is null)
        {
            _report.Error(at, "The element does not say its 'type'.");
            return;
        }
        Spdx3Check.Element(element, type, at, _report);
        var role = type switch
        {
            "software_Package" or "ai_AIPackage" or "dataset_DatasetPackage" => Spdx3Elements.PackageId,
            "software_File" => Spdx3Elements.FileId,
            _ => Spdx3Elements.OtherId,
        };
        if (id is not null) _elements.Add(id, role);
        if (role != Spdx3Elements.OtherId || type is "software_Snippet" or "software_SoftwareArtifact") return;
        if (element.TryGetProperty("relationshipType", out _) || type.EndsWith("Relationship", StringComparison.Ordinal))
        {
            ScoutRelationship(element);
            return;
        }
        switch (type)
        {
            case "CreationInfo": _document.AddCreation(element); break;
            case "SpdxDocument": _document.AddDocument(element); break;
            case "software_Sbom" or "Bom" or "Bundle" when id is not null: _document.AddBundle(id, element); return;
            case "Annotation": _annotations.Add(element); break;
            case "simplelicensing_LicenseExpression": _licences.AddExpression(element); break;
            default: break;
        }
        if (id is not null && IsNeeded(type)) _elements.Keep(id, element.Clone());
    }

    /// <summary>Between the rounds: what the document is and describes.</summary>
    public void EndScout()
    {
        _sink.OnHeader(_kind);
        if (_scouted == 0) _report.Error("/@graph", "The document contains no element.");
        _document.Read(_relationships.Emit);
    }

    /// <summary>Second round: hands packages, files and relationships on.</summary>
    public void Take(string at, JsonElement element)
    {
        // What is not an element was told in the first round.
        if (Spdx3Json.Type(element) is not { } type) return;
        var id = Spdx3Json.Id(element);
        if (id is not null && !_elements.See(id)) _report.Warning(at, $"The identifier '{Spdx2Check.Shorten(id)}' stands twice in the document.");
        if (type != "CreationInfo" && !element.TryGetProperty("creationInfo", out _)) _report.Warning(at, "The element lacks 'creationInfo', which the specification demands.");
        switch (type)
        {
            case "software_Package" or "ai_AIPackage" or "dataset_DatasetPackage" or "software_File": _artifacts.Take(element, type, id, _document.Root, at); break;
            case "software_Snippet" or "software_SoftwareArtifact": _sink.OnExtra(new SbomExtra(type, Spdx3Elements.WithoutCreation(element))); break;
            case "expandedlicensing_CustomLicense" or "simplelicensing_SimpleLicensingText" or "License": _licences.Text(element, id, at); break;
            case var _ when element.TryGetProperty("relationshipType", out _) || type.EndsWith("Relationship", StringComparison.Ordinal): _relationships.Take(element, type, at); break;
            case "security_Vulnerability": Vulnerability(element, id); break;
            case "CreationInfo" or "SpdxDocument" or "software_Sbom" or "Bom" or "Bundle" or "Person" or "Organization" or "SoftwareAgent" or "Agent" or "Tool" or "Annotation"
                or "simplelicensing_LicenseExpression" or "expandedlicensing_ListedLicense" or "ListedLicense" or "ExternalIdentifier" or "Hash": break;
            default:
                if (type.StartsWith("expandedlicensing_", StringComparison.Ordinal)) break;
                _sink.OnExtra(new SbomExtra(type, Spdx3Elements.WithoutCreation(element)));
                break;
        }
    }

    public SbomReadResult Complete()
    {
        _relationships.Describe();
        _document.Complete();
        return Result();
    }

    public SbomReadResult Result() => new(_kind, _artifacts.Packages, _relationships.Dependents, _report.Errors, _report.Warnings);

    private void ScoutRelationship(JsonElement element)
    {
        if (Spdx3Json.Text(element, "relationshipType") is not { } text || Spdx3Words.RelationshipType(text) is not { } type) return;
        if (type is not ("hasDeclaredLicense" or "hasConcludedLicense" or "describes")) return;
        if (!element.TryGetProperty("from", out var fromValue) || Spdx3Json.Reference(fromValue) is not { } from) return;
        foreach (var value in Spdx3Json.Values(element, "to"))
        {
            if (Spdx3Json.Reference(value) is not { } to) continue;
            if (type == "describes")
            {
                _document.AddDescribes(from, to);
                continue;
            }
            _licences.Add(from, type == "hasDeclaredLicense", to, value);
        }
    }

    private void Vulnerability(JsonElement element, string? id)
    {
        string? name = null;
        foreach (var identifier in Spdx3Json.Values(element, "externalIdentifier"))
        {
            if (_elements.Resolve(identifier) is { } found && (name is null || Spdx3Json.Text(found, "externalIdentifierType") == "cve")) name = Spdx3Json.Text(found, "identifier") ?? name;
        }
        _sink.OnVulnerability(new SbomVulnerability { Ref = id, Id = name ?? Spdx3Json.Text(element, "name"), Json = Spdx3Elements.WithoutCreation(element) });
    }

    private static bool IsNeeded(string type) => type is "CreationInfo" or "Person" or "Organization" or "SoftwareAgent" or "Agent" or "Tool" or "ExternalIdentifier" or "Hash"
        or "PackageVerificationCode" or "ListedLicense" or "License" || type.StartsWith("simplelicensing_", StringComparison.Ordinal) || type.StartsWith("expandedlicensing_", StringComparison.Ordinal);
}
