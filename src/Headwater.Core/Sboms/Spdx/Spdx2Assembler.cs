using System.Runtime.InteropServices;
using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>
/// Turns the parts of an SPDX 2 document into the model, in two rounds over the parts:
/// <code>
/// Scout: identifiers, what the document describes  ->  Take: check, map, hand to the sink  ->  Complete: what is missing
/// </code>
/// The first round keeps identifiers only, so that a document of any size can be streamed twice.
/// </summary>
internal sealed class Spdx2Assembler(SbomKind kind, SbomSink sink, SbomReadOptions options)
{
    private const byte PackageId = 1;
    private const byte OtherId = 2;
    private const byte Seen = 4;

    private readonly SpdxReport _report = new(options.MaxErrors);
    private readonly Dictionary<string, byte> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _described = [];
    private readonly HashSet<string> _describedSet = new(StringComparer.Ordinal);
    private readonly HashSet<string> _describesEmitted = new(StringComparer.Ordinal);
    private readonly HashSet<(string Package, string File)> _hasFiles = [];
    private readonly HashSet<string> _dependents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _documentProperties = new(StringComparer.Ordinal);
    private readonly SbomMetadata _metadata = new() { Spdx = new SpdxDocumentFields() };
    private readonly Dictionary<string, string> _refs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _parents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _madeLicences = new(StringComparer.Ordinal);
    private JsonElement _carriedMetadata;
    private string? _root;
    private bool _scouted;
    private bool _carries;
    private long _packages;
    private long _duplicates;

    public SpdxReport Report => _report;

    private Spdx2Check Check => field ??= new Spdx2Check(_report);

    /// <summary>First round: remembers identifiers and what is described.</summary>
    /// <param name="name">The property's name at the top of the document.</param>
    /// <param name="index">The place in the list; -1 for a property that is not a list.</param>
    /// <param name="value">The property's value, or the list's element.</param>
    public void Scout(string name, int index, JsonElement value)
    {
        var isObject = index >= 0 && value.ValueKind == JsonValueKind.Object;
        switch (name)
        {
            case "SPDXID" when value.ValueKind == JsonValueKind.String: _metadata.Spdx!.Id = value.GetString()!; break;
            case "packages" or "files" or "snippets" when isObject:
                if (Optional(value, "SPDXID") is not { } element) break;
                ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_ids, element, out var known);
                if (!known) state = name == "packages" ? PackageId : OtherId;
                ScoutCarried(element, value);
                break;
            case "annotations" when isObject && SpdxCarry.TryRead(Optional(value, "comment"), out var carried):
                _carries = true;
                if (SpdxCarry.TryGet<List<string>>(carried, "MadeLicences", out var made)) _madeLicences.UnionWith(made);
                if (carried.TryGetProperty("Metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object)
                {
                    _carriedMetadata = metadata;
                    if (Spdx3Json.Text(metadata, "Spdx.Id") is { Length: > 0 } own) _refs["SPDXRef-DOCUMENT"] = own;
                }
                break;
            case "documentDescribes" when index >= 0 && value.ValueKind == JsonValueKind.String: Describe(value.GetString()!); break;
            case "relationships" when isObject:
                var type = Optional(value, "relationshipType");
                if (type == "DESCRIBES" && IsDocument(Optional(value, "spdxElementId")) && Optional(value, "relatedSpdxElement") is { } to) Describe(to);
                else if (type == "DESCRIBED_BY" && IsDocument(Optional(value, "relatedSpdxElement")) && Optional(value, "spdxElementId") is { } from) Describe(from);
                break;
            default: break;
        }
    }

    /// <summary>The reference that an element had before it was made an SPDX identifier.</summary>
    private void ScoutCarried(string id, JsonElement element)
    {
        if (!element.TryGetProperty("annotations", out var annotations) || annotations.ValueKind != JsonValueKind.Array) return;
        foreach (var annotation in annotations.EnumerateArray())
        {
            if (!SpdxCarry.TryRead(Optional(annotation, "comment"), out var carried)) continue;
            _carries = true;
            if (Spdx3Json.Text(carried, "Ref") is { Length: > 0 } reference) _refs[id] = reference;
        }
    }

    private string Ref(string id) => _refs.Count == 0 ? id : _refs.GetValueOrDefault(id, id);

    /// <summary>Second round: checks a part and hands it on.</summary>
    /// <param name="name">The property's name at the top of the document.</param>
    /// <param name="index">The place in the list; -1 for a property that is not a list.</param>
    /// <param name="value">The property's value, or the list's element.</param>
    /// <param name="position">Where it stands in the source as <c>line:column</c>; empty when its pointer says enough.</param>
    public void Take(string name, int index, JsonElement value, string position = "")
    {
        if (!_scouted) FindRoot();
        var at = index < 0 ? $"/{name}" : $"/{name}/{index}";
        if (position.Length > 0) at = $"{position} {at}";
        if (index < 0 && !_documentProperties.Add(name)) _report.Error(at, $"'{Spdx2Check.Shorten(name)}' stands twice in the document.");
        if (!Spdx2Shapes.Document.Fields.TryGetValue(name, out var field))
        {
            if (name != "$schema") _report.Warning(at, "A document of SPDX 2 has no property of this name; it is ignored.");
        }
        else if (index < 0)
        {
            Check.Field(value, name, field, Spdx2Shapes.Document, position.Length > 0 ? position + " " : "");
            Property(name, value, at);
        }
        else if (field.Kind == SpdxFieldKind.Texts)
        {
            if (value.ValueKind != JsonValueKind.String) _report.Error(at, $"'{name}' must be a list of texts.");
        }
        else if (field.Shape is null)
        {
            _report.Error(at, $"'{name}' must not be a list.");
        }
        else if (Check.Shape(value, field.Shape, at))
        {
            Element(name, value, at);
        }
    }

    /// <summary>Ends the reading: what a document must have, and the figures.</summary>
    public SbomReadResult Complete()
    {
        if (!_scouted) FindRoot();
        foreach (var name in Spdx2Shapes.Document.Required)
        {
            if (_documentProperties.Contains(name) || kind.SpecVersion.StartsWith("1.", StringComparison.Ordinal) && name is "SPDXID" or "name") continue;
            _report.Error("/", $"The document lacks the mandatory property '{name}'.");
        }
        if (!kind.SpecVersion.StartsWith("1.", StringComparison.Ordinal) && string.IsNullOrWhiteSpace(_metadata.SerialNumber) && _documentProperties.Contains("spdxVersion"))
            _report.Error("/documentNamespace", "The document lacks its namespace: an absolute URI of its own (clause 6.5).");
        foreach (var described in _described)
        {
            if (!Known(described)) _report.Warning("/documentDescribes", $"The document describes '{Spdx2Check.Shorten(described)}', which it does not contain.");
            if (described != _root && _describesEmitted.Add(described)) sink.OnRelationship(new SbomRelationship(SbomRelationshipKind.Describes, Ref(_metadata.Spdx!.Id), Ref(described)));
        }
        if (_carriedMetadata.ValueKind == JsonValueKind.Object && !SpdxCarry.Apply(_metadata, _carriedMetadata))
            _report.Warning("/annotations", "A carried annotation does not hold what it should; some of it is ignored.");
        sink.OnMetadata(_metadata);
        return Result();
    }

    public SbomReadResult Result() => new(kind, _packages, _dependents.Count, _report.Errors, _report.Warnings);

    private void FindRoot()
    {
        _scouted = true;
        sink.OnHeader(kind);
        foreach (var id in _described)
        {
            if (!_ids.TryGetValue(id, out var state) || (state & PackageId) == 0) continue;
            if (_root is not null)
            {
                _root = null;
                break;
            }
            _root = id;
        }
    }

    private void Describe(string id)
    {
        if (_describedSet.Add(id)) _described.Add(id);
    }

    private bool IsDocument(string? id) => id is not null && (id == _metadata.Spdx!.Id || string.Equals(id, "SPDXRef-DOCUMENT", StringComparison.OrdinalIgnoreCase));

    private bool Known(string id) => _ids.ContainsKey(id) || IsDocument(id) || id.StartsWith("DocumentRef-", StringComparison.Ordinal);

    private void Property(string name, JsonElement value, string at)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        switch (name)
        {
            case "spdxVersion" when text is not null:
                if (text is not ("SPDX-2.0" or "SPDX-2.1" or "SPDX-2.2" or "SPDX-2.3" or "SPDX-1.0" or "SPDX-1.1" or "SPDX-1.2"))
                    _report.Error(at, $"'{Spdx2Check.Shorten(text)}' is no version of the specification that is known here; it must be SPDX-2.0, SPDX-2.1, SPDX-2.2 or SPDX-2.3.");
                break;
            case "SPDXID" when text is not null:
                Check.Id(text, at);
                if (text != "SPDXRef-DOCUMENT") _report.Warning(at, "The document's own identifier must be 'SPDXRef-DOCUMENT'.");
                break;
            case "name":
                if (string.IsNullOrEmpty(text)) _report.Error(at, "The document has no name.");
                _metadata.Name = text;
                break;
            case "dataLicense" when text is not null:
                if (!text.StartsWith("CC0-1.0", StringComparison.Ordinal) && !kind.SpecVersion.StartsWith("1.", StringComparison.Ordinal))
                    _report.Error(at, "The licence of the document's data must be CC0-1.0 (clause 6.2).");
                _metadata.Licences.Add(SpdxWords.Licence(text, LicenceAcknowledgement.Unspecified));
                break;
            case "documentNamespace" when text is not null:
                _metadata.SerialNumber = text;
                if (text.Length > 0 && (text.Contains('#', StringComparison.Ordinal) || !Uri.TryCreate(text, UriKind.Absolute, out _)))
                    _report.Warning(at, "The document's namespace must be an absolute URI without '#'.");
                break;
            case "comment": _metadata.Spdx!.Comment = text; break;
            case "creationInfo" when value.ValueKind == JsonValueKind.Object: CreationInfo(value, at); break;
            default: break;
        }
    }

    private void CreationInfo(JsonElement info, string at)
    {
        _metadata.Timestamp = Optional(info, "created");
        Check.Date(_metadata.Timestamp, $"{at}/created", "created");
        _metadata.Spdx!.CreatorComment = Optional(info, "comment");
        _metadata.Spdx.LicenceListVersion = Optional(info, "licenseListVersion");
        var creators = Texts(info, "creators");
        if (info.TryGetProperty("creators", out var list) && list.ValueKind == JsonValueKind.Array && creators.Count == 0) _report.Error($"{at}/creators", "At least one creator must be named.");
        foreach (var creator in creators)
        {
            if (creator.StartsWith("Tool:", StringComparison.Ordinal))
            {
                _metadata.Tools.Add(SpdxWords.Tool(creator[5..]));
            }
            else if (SpdxWords.Organisation(creator) is { } who)
            {
                _metadata.Authors.Add(new SbomContact(who.Name, who.Contacts.Count > 0 ? who.Contacts[0].Email : null));
                if (!who.IsPerson && who.Name is not null) _metadata.Spdx.OrganisationAuthors.Add(who.Name);
            }
            else
            {
                _report.Error($"{at}/creators", $"The creator '{Spdx2Check.Shorten(creator)}' must begin with 'Person:', 'Organization:' or 'Tool:'.");
            }
        }
    }

    private void Element(string section, JsonElement element, string at)
    {
        switch (section)
        {
            case "packages": Package(element, at); break;
            case "files": File(element, at); break;
            case "relationships": Relationship(element, at); break;
            case "snippets":
                Identify(element, at);
                foreach (var name in (ReadOnlySpan<string>)["licenseConcluded"]) Check.Licence(Optional(element, name), $"{at}/{name}");
                if (!element.TryGetProperty("ranges", out _)) _report.Warning(at, "The snippet says no range.");
                if (Optional(element, "snippetFromFile") is { } file && !Known(file)) _report.Warning($"{at}/snippetFromFile", $"The document does not contain '{Spdx2Check.Shorten(file)}'.");
                sink.OnExtra(new SbomExtra("snippets", element.Clone()));
                break;
            case "annotations":
                if (SpdxCarry.TryRead(Optional(element, "comment"), out var carried)) SpdxCarry.Emit(carried, sink, Emit);
                else _metadata.Spdx!.Annotations.Add(Annotation(element, at));
                break;
            case "revieweds": sink.OnExtra(new SbomExtra("revieweds", element.Clone())); break;
            case "hasExtractedLicensingInfos": LicenceText(element, at); break;
            case "externalDocumentRefs": ExternalDocument(element, at); break;
            default: break;
        }
    }

    private void ExternalDocument(JsonElement element, string at)
    {
        var id = Optional(element, "externalDocumentId")!;
        if (!id.StartsWith("DocumentRef-", StringComparison.Ordinal)) _report.Error($"{at}/externalDocumentId", "The identifier of an external document must begin with 'DocumentRef-'.");
        SbomHash? hash = null;
        if (element.TryGetProperty("checksum", out var checksum) && checksum.ValueKind == JsonValueKind.Object)
            hash = Check.Checksum(Optional(checksum, "algorithm"), Optional(checksum, "checksumValue"), $"{at}/checksum");
        else _report.Warning(at, "The reference to an external document says no checksum.");
        _metadata.Spdx!.ExternalDocuments.Add(new SpdxExternalDocument(id, Optional(element, "spdxDocument")!, hash));
    }

    private void LicenceText(JsonElement element, string at)
    {
        var id = Optional(element, "licenseId")!;
        if (_madeLicences.Contains(id)) return;
        if (!id.StartsWith("LicenseRef-", StringComparison.Ordinal)) _report.Error($"{at}/licenseId", "The identifier of an extracted licence must begin with 'LicenseRef-' (clause 10.1).");
        sink.OnLicenceText(new SbomLicenceText(id, Optional(element, "name"), Optional(element, "extractedText"), Texts(element, "seeAlsos"), Optional(element, "comment")));
        if (element.TryGetProperty("crossRefs", out var refs) && refs.ValueKind == JsonValueKind.Array && refs.GetArrayLength() > 0)
            sink.OnExtra(new SbomExtra("crossRefs", JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement> { ["licenseId"] = element.GetProperty("licenseId"), ["crossRefs"] = refs })));
    }

    private string Identify(JsonElement element, string at)
    {
        var id = element.GetProperty("SPDXID").GetString()!;
        Check.Id(id, $"{at}/SPDXID");
        ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_ids, id, out _);
        if ((state & Seen) == 0)
        {
            state |= Seen;
            return id;
        }
        _report.Warning($"{at}/SPDXID", $"The identifier '{Spdx2Check.Shorten(id)}' stands twice in the document.");
        // One counter for all, so that many duplicates do not cost the square of their number.
        while (true)
        {
            var other = $"{id}-{++_duplicates + 1}";
            if (_ids.TryAdd(other, (byte)(OtherId | Seen))) return other;
        }
    }

    private void Package(JsonElement element, string at)
    {
        _packages++;
        var id = Identify(element, at);
        var spdx = new SpdxComponentFields();
        var component = new SbomComponent { Ref = id, Name = Optional(element, "name")!, IsRoot = id == _root, Spdx = spdx };
        if (component.Name.Length == 0) _report.Warning($"{at}/name", "The package has an empty name.");
        component.Version = Optional(element, "versionInfo");
        component.Description = Optional(element, "description");
        Common(element, component, spdx, "licenseInfoFromFiles", at);

        var declared = Optional(element, "licenseDeclared");
        Check.Licence(declared, $"{at}/licenseDeclared");
        if (SpdxExpression.IsAssertion(declared)) spdx.DeclaredLicence = declared;
        else if (declared is not null) component.Licences.Insert(0, SpdxWords.Licence(declared, LicenceAcknowledgement.Declared));

        var location = Optional(element, "downloadLocation");
        if (SpdxExpression.IsAssertion(location)) spdx.DownloadLocation = location;
        else if (!string.IsNullOrEmpty(location)) component.ExternalReferences.Add(new SbomExternalReference("distribution", location));
        else if (location is not null) spdx.DownloadLocation = "";
        if (Optional(element, "homepage") is { } home) component.ExternalReferences.Add(new SbomExternalReference("website", home));

        (component.Supplier, spdx.Supplier) = Agent(Optional(element, "supplier"), $"{at}/supplier");
        (component.Manufacturer, spdx.Originator) = Agent(Optional(element, "originator"), $"{at}/originator");
        if (Optional(element, "primaryPackagePurpose") is { } purpose)
        {
            if (SpdxWords.TryKind(purpose, out var what)) component.Kind = what;
            else spdx.Purpose = purpose;
        }
        if (element.TryGetProperty("filesAnalyzed", out var analysed) && analysed.ValueKind is JsonValueKind.True or JsonValueKind.False) spdx.FilesAnalyzed = analysed.GetBoolean();
        if (element.TryGetProperty("packageVerificationCode", out var code) && code.ValueKind == JsonValueKind.Object)
        {
            spdx.VerificationCode = Optional(code, "packageVerificationCodeValue");
            spdx.VerificationCodeExcludes.AddRange(Texts(code, "packageVerificationCodeExcludedFiles"));
            if (spdx.VerificationCode is { Length: > 0 } value) _ = Check.Checksum("SHA1", value, $"{at}/packageVerificationCode");
        }
        spdx.PackageFileName = Optional(element, "packageFileName");
        spdx.SourceInfo = Optional(element, "sourceInfo");
        spdx.Summary = Optional(element, "summary");
        spdx.ReleaseDate = Optional(element, "releaseDate");
        spdx.BuiltDate = Optional(element, "builtDate");
        spdx.ValidUntilDate = Optional(element, "validUntilDate");
        Check.Date(spdx.ReleaseDate, $"{at}/releaseDate", "releaseDate");
        Check.Date(spdx.BuiltDate, $"{at}/builtDate", "builtDate");
        Check.Date(spdx.ValidUntilDate, $"{at}/validUntilDate", "validUntilDate");
        ExternalRefs(element, component);
        if (kind.SpecVersion is "2.0" or "2.1" or "2.2")
        {
            foreach (var name in (ReadOnlySpan<string>)["licenseConcluded", "licenseDeclared", "copyrightText"])
            {
                if (!element.TryGetProperty(name, out _)) _report.Warning(at, $"The package lacks '{name}', which SPDX before 2.3 demands.");
            }
        }
        Hand(component, at);

        HashSet<string>? files = null;
        foreach (var file in Texts(element, "hasFiles"))
        {
            if (!(files ??= new(StringComparer.Ordinal)).Add(file)) continue;
            if (!Known(file)) _report.Warning($"{at}/hasFiles", $"The document does not contain '{Spdx2Check.Shorten(file)}'.");
            _hasFiles.Add((id, file));
            sink.OnRelationship(new SbomRelationship(SbomRelationshipKind.Contains, Ref(id), Ref(file)));
        }
    }

    private void File(JsonElement element, string at)
    {
        var id = Identify(element, at);
        var spdx = new SpdxComponentFields { IsFile = true };
        var component = new SbomComponent { Ref = id, Name = Optional(element, "fileName")!, Kind = SbomComponentKind.File, Spdx = spdx };
        Common(element, component, spdx, "licenseInfoInFiles", at);
        spdx.NoticeText = Optional(element, "noticeText");
        spdx.Contributors.AddRange(Texts(element, "fileContributors"));
        foreach (var type in Texts(element, "fileTypes")) spdx.FileTypes.Add(type.ToUpperInvariant());
        foreach (var name in (ReadOnlySpan<string>)["artifactOfs", "fileDependencies"])
        {
            if (element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array) spdx.Extras.Add(new SbomExtra(name, value.Clone()));
        }
        if (!component.Hashes.Exists(h => h.Algorithm == "SHA-1")) _report.Warning(at, "The file has no SHA1 checksum, which the specification demands.");
        Hand(component, at);
    }

    private void Hand(SbomComponent component, string at)
    {
        if (_carries) SpdxCarry.Restore(component, Ref(component.Ref), _parents, _report, at);
        sink.OnComponent(component);
    }

    private void Common(JsonElement element, SbomComponent component, SpdxComponentFields spdx, string licenceInfo, string at)
    {
        if (element.TryGetProperty("checksums", out var checksums) && checksums.ValueKind == JsonValueKind.Array)
        {
            var n = 0;
            foreach (var checksum in checksums.EnumerateArray())
            {
                if (Check.Checksum(Optional(checksum, "algorithm"), Optional(checksum, "checksumValue"), $"{at}/checksums/{n++}") is { } hash) component.Hashes.Add(hash);
            }
        }
        var copyright = Optional(element, "copyrightText");
        if (SpdxExpression.IsAssertion(copyright)) spdx.Copyright = copyright;
        else component.Copyright = copyright;

        var concluded = Optional(element, "licenseConcluded");
        Check.Licence(concluded, $"{at}/licenseConcluded");
        if (SpdxExpression.IsAssertion(concluded)) spdx.ConcludedLicence = concluded;
        else if (concluded is not null) component.Licences.Add(SpdxWords.Licence(concluded, LicenceAcknowledgement.Concluded));

        spdx.LicenceInfo.AddRange(Texts(element, licenceInfo));
        foreach (var licence in spdx.LicenceInfo) Check.Licence(licence, $"{at}/{licenceInfo}");
        spdx.LicenceComments = Optional(element, "licenseComments");
        spdx.Comment = Optional(element, "comment");
        spdx.AttributionTexts.AddRange(Texts(element, "attributionTexts"));
        if (element.TryGetProperty("annotations", out var annotations) && annotations.ValueKind == JsonValueKind.Array)
        {
            var n = 0;
            foreach (var annotation in annotations.EnumerateArray()) spdx.Annotations.Add(Annotation(annotation, $"{at}/annotations/{n++}"));
        }
    }

    private SpdxAnnotation Annotation(JsonElement element, string at)
    {
        var annotator = Optional(element, "annotator");
        var date = Optional(element, "annotationDate");
        Check.Date(date, $"{at}/annotationDate", "annotationDate");
        if (annotator is not null && SpdxWords.Organisation(annotator) is null && !annotator.StartsWith("Tool:", StringComparison.Ordinal))
            _report.Warning($"{at}/annotator", "The annotator should begin with 'Person:', 'Organization:' or 'Tool:'.");
        return new SpdxAnnotation(annotator, date, Optional(element, "annotationType"), Optional(element, "comment"));
    }

    private (SbomOrganisation? Known, string? Raw) Agent(string? text, string at)
    {
        if (text is null) return (null, null);
        if (SpdxWords.Organisation(text) is { } organisation) return (organisation, null);
        if (text is not ("NOASSERTION" or "NONE")) _report.Warning(at, $"'{Spdx2Check.Shorten(text)}' must begin with 'Person:' or 'Organization:', or be NOASSERTION.");
        return (null, text);
    }

    private static void ExternalRefs(JsonElement element, SbomComponent component)
    {
        if (!element.TryGetProperty("externalRefs", out var list) || list.ValueKind != JsonValueKind.Array) return;
        foreach (var reference in list.EnumerateArray())
            SpdxExternalRefs.Add(component, Optional(reference, "referenceCategory")!, Optional(reference, "referenceType")!, Optional(reference, "referenceLocator")!, Optional(reference, "comment"));
    }

    private void Relationship(JsonElement element, string at)
    {
        var from = Optional(element, "spdxElementId")!;
        var to = Optional(element, "relatedSpdxElement")!;
        var type = Optional(element, "relationshipType")!;
        var comment = Optional(element, "comment");
        if (!Spdx2Shapes.RelationshipTypes.Contains(type))
        {
            if (!Spdx2Shapes.RelationshipTypes.Contains(type.ToUpperInvariant()))
            {
                _report.Error($"{at}/relationshipType", $"'{Spdx2Check.Shorten(type)}' is no relationship type of SPDX 2.");
                return;
            }
            type = type.ToUpperInvariant();
        }
        if (!Known(from)) _report.Warning($"{at}/spdxElementId", $"The document does not contain '{Spdx2Check.Shorten(from)}'.");
        if (!SpdxExpression.IsAssertion(to) && !Known(to)) _report.Warning($"{at}/relatedSpdxElement", $"The document does not contain '{Spdx2Check.Shorten(to)}'.");
        var (kindOf, turned, keepNative) = SpdxWords.Relationship(type);
        if (comment is not null && SpdxCarry.TryRead(comment, out var carried))
        {
            if (turned && !SpdxExpression.IsAssertion(to)) (from, to) = (to, from);
            if (SpdxRelationships.Restore(new SbomRelationship(kindOf, Ref(from), Ref(to)), carried) is { } restored) Emit(restored);
            return;
        }
        if (SpdxExpression.IsAssertion(to))
        {
            if (type == "DEPENDS_ON" && to == "NONE") Emit(new SbomRelationship(SbomRelationshipKind.DependsOn, Ref(from), null, null, comment));
            else Emit(new SbomRelationship(SbomRelationshipKind.Other, Ref(from), to, type, comment));
            return;
        }
        if (turned) (from, to) = (to, from);
        if (kindOf == SbomRelationshipKind.Describes && IsDocument(from))
        {
            // A plain statement of the root is said by IsRoot; a described thing is said once.
            if (comment is null && (to == _root || !_describesEmitted.Add(to))) return;
            _describesEmitted.Add(to);
            if (comment is null) (from, keepNative) = (_metadata.Spdx!.Id, false);
        }
        // hasFiles is the older way to say the same.
        if (kindOf == SbomRelationshipKind.Contains && comment is null && _hasFiles.Contains((from, to))) return;
        Emit(new SbomRelationship(kindOf, Ref(from), Ref(to), keepNative ? type : null, comment));
    }

    private void Emit(SbomRelationship relationship)
    {
        if (SpdxWords.IsDependency(relationship.Kind)) _dependents.Add(relationship.From);
        sink.OnRelationship(relationship);
    }

    private static string? Optional(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static List<string> Texts(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0) return [];
        var texts = new List<string>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String) texts.Add(item.GetString()!);
        }
        return texts;
    }
}
