using System.Collections.Frozen;
using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Packages and files of an SPDX 3.0 graph as components.</summary>
internal sealed class Spdx3Artifacts(Spdx3Elements elements, Spdx3Licences licences, Spdx3Annotations annotations, SbomSink sink, SpdxReport report)
{
    private readonly HashSet<string> _parents = new(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_mapped = new[]
    {
        "type", "@type", "spdxId", "@id", "creationInfo", "name", "description", "summary", "comment", "software_packageVersion", "software_packageUrl", "software_downloadLocation",
        "software_homePage", "software_sourceInfo", "software_copyrightText", "software_primaryPurpose", "software_attributionText", "builtTime", "releaseTime", "validUntilTime",
        "suppliedBy", "originatedBy", "verifiedUsing", "externalIdentifier", "externalIdentifiers", "externalRef", "contentType",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>How many packages there were.</summary>
    public long Packages { get; private set; }

    /// <summary>Hands a package or file on; <paramref name="root"/> is the identifier of what the document is about.</summary>
    public void Take(JsonElement element, string type, string? id, string? root, string at)
    {
        var isFile = type == "software_File";
        if (!isFile) Packages++;
        if (id is null)
        {
            report.Error(at, "The element has no 'spdxId'.");
            return;
        }
        var name = Spdx3Json.Text(element, "name");
        if (string.IsNullOrEmpty(name)) report.Warning(at, "The element has no name.");
        var spdx = new SpdxComponentFields { IsFile = isFile };
        var component = new SbomComponent { Ref = elements.Ref(id), Name = name ?? "", IsRoot = id == root, Spdx = spdx };
        component.Version = Spdx3Json.Text(element, "software_packageVersion");
        component.Description = Spdx3Json.Text(element, "description");
        component.Purl = Spdx3Json.Text(element, "software_packageUrl");
        component.MimeType = Spdx3Json.Text(element, "contentType");
        spdx.Summary = Spdx3Json.Text(element, "summary");
        spdx.Comment = Spdx3Json.Text(element, "comment");
        spdx.SourceInfo = Spdx3Json.Text(element, "software_sourceInfo");
        spdx.BuiltDate = elements.Date(element, "builtTime", at);
        spdx.ReleaseDate = elements.Date(element, "releaseTime", at);
        spdx.ValidUntilDate = elements.Date(element, "validUntilTime", at);
        spdx.AttributionTexts.AddRange(Spdx3Json.Texts(element, "software_attributionText"));
        var copyright = Spdx3Json.Text(element, "software_copyrightText");
        if (SpdxExpression.IsAssertion(copyright)) spdx.Copyright = copyright;
        else component.Copyright = copyright;
        var location = Spdx3Json.Text(element, "software_downloadLocation");
        if (SpdxExpression.IsAssertion(location)) spdx.DownloadLocation = location;
        else if (location is not null) component.ExternalReferences.Add(new SbomExternalReference("distribution", location));
        if (Spdx3Json.Text(element, "software_homePage") is { } home) component.ExternalReferences.Add(new SbomExternalReference("website", home));
        Purpose(element, type, component, spdx, at);
        foreach (var supplier in Spdx3Json.Values(element, "suppliedBy")) component.Supplier ??= elements.Agent(supplier);
        foreach (var originator in Spdx3Json.Values(element, "originatedBy"))
        {
            var agent = elements.Agent(originator);
            if (component.Manufacturer is null) component.Manufacturer = agent;
            else if (agent is not null) component.Authors.Add(new SbomContact(agent.Name, agent.Contacts.Count > 0 ? agent.Contacts[0].Email : null));
        }
        Integrity(element, component, spdx, at);
        Identifiers(element, component);
        References(element, component);
        licences.Apply(id, component, spdx);
        foreach (var annotation in annotations.About(id)) spdx.Annotations.Add(annotations.Read(annotation));
        if (type is "ai_AIPackage" or "dataset_DatasetPackage") spdx.Extras.Add(new SbomExtra("type", element.GetProperty("type").Clone()));
        foreach (var property in element.EnumerateObject())
        {
            if (!s_mapped.Contains(property.Name)) spdx.Extras.Add(new SbomExtra(property.Name, property.Value.Clone()));
        }
        if (annotations.Carry) SpdxCarry.Restore(component, component.Ref, _parents, report, at);
        sink.OnComponent(component);
    }

    private void Purpose(JsonElement element, string type, SbomComponent component, SpdxComponentFields spdx, string at)
    {
        component.Kind = type switch
        {
            "software_File" => SbomComponentKind.File,
            "ai_AIPackage" => SbomComponentKind.MachineLearningModel,
            "dataset_DatasetPackage" => SbomComponentKind.Data,
            _ => SbomComponentKind.Unspecified,
        };
        if (Spdx3Json.Text(element, "software_primaryPurpose") is not { } purpose) return;
        if (type == "software_Package" && SpdxWords.TryKind(purpose, out var known))
        {
            component.Kind = known;
            return;
        }
        spdx.Purpose = purpose;
        if (!Spdx3Words.Purposes.Contains(purpose)) report.Error(at, $"'{Spdx2Check.Shorten(purpose)}' is no purpose of SPDX 3.");
        else if (component.Kind == SbomComponentKind.Unspecified) component.Kind = SbomComponentKind.Other;
    }

    private void Integrity(JsonElement element, SbomComponent component, SpdxComponentFields spdx, string at)
    {
        foreach (var value in Spdx3Json.Values(element, "verifiedUsing"))
        {
            if (elements.Resolve(value) is not { } method) continue;
            if (Spdx3Json.Type(method) == "PackageVerificationCode")
            {
                spdx.VerificationCode = Spdx3Json.Text(method, "hashValue");
                spdx.VerificationCodeExcludes.AddRange(Spdx3Json.Texts(method, "packageVerificationCodeExcludedFile"));
            }
            else if (elements.Hash(method, at) is { } hash)
            {
                component.Hashes.Add(hash);
            }
        }
    }

    private void Identifiers(JsonElement element, SbomComponent component)
    {
        foreach (var property in (string[])["externalIdentifier", "externalIdentifiers"])
        {
            foreach (var value in Spdx3Json.Values(element, property))
            {
                if (elements.Resolve(value) is not { } identifier || Spdx3Json.Text(identifier, "identifier") is not { } text) continue;
                var type = Spdx3Json.Text(identifier, "externalIdentifierType") ?? "other";
                if (type is "packageUrl" or "purl" && (component.Purl is null || component.Purl == text)) component.Purl = text;
                else if (type is "cpe23" or "cpe23Type") component.Cpes.Add(text);
                else component.Identities.Add(new SbomIdentity(Spdx3Json.Text(identifier, "comment") is { } own && own.StartsWith("type: ", StringComparison.Ordinal) ? own[6..] : Spdx3Words.IdentityToModel(type), text));
            }
        }
    }

    private static void References(JsonElement element, SbomComponent component)
    {
        foreach (var reference in Spdx3Json.Values(element, "externalRef"))
        {
            if (reference.ValueKind != JsonValueKind.Object) continue;
            var type = Spdx3Words.ReferenceToModel(Spdx3Json.Text(reference, "externalRefType") ?? "other");
            var comment = Spdx3Json.Text(reference, "comment");
            // A type that SPDX 3 has not stands in brackets before the comment.
            if (type == "OTHER/other" && comment is ['[', ..] && comment.IndexOf(']') is > 1 and var end)
            {
                type = comment[1..end];
                comment = comment.Length > end + 2 ? comment[(end + 2)..] : null;
            }
            foreach (var locator in Spdx3Json.Texts(reference, "locator")) component.ExternalReferences.Add(new SbomExternalReference(type, locator, comment));
        }
    }
}
