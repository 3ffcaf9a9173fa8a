using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>
/// Writes SPDX. A document is written twice:
/// <code>
/// write plainly (in memory)  ->  read back, compare  ->  write with what did not come back carried in annotations
/// </code>
/// so that whatever a version of SPDX cannot say comes back, without a list of it for each target.
/// </summary>
internal static class SpdxWriter
{
    /// <summary>Writes the targets whose names begin with <c>spdx-</c>.</summary>
    internal static IReadOnlyList<SbomError> Write(SbomDocument document, string target, Stream output)
    {
        var isNew = target == "spdx-3.0-json";
        var names = new SpdxNames(document, isNew ? r => Spdx3Export.IsGood(document, r) : Spdx2Export.IsGood);
        using var plain = new MemoryStream();
        var carries = Render(document, target, plain, names, null, []);
        plain.Position = 0;
        var bounds = new SbomReadOptions { MaxDepth = 500, MaxStringBytes = int.MaxValue / 4, MaxElementBytes = int.MaxValue / 4, Validate = false };
        var result = SbomDocument.Read(plain, out var back, bounds);
        List<SbomError> lost = [.. result.Errors];

        var byRef = new Dictionary<string, SbomComponent>(StringComparer.Ordinal);
        foreach (var component in back.Components) byRef.TryAdd(component.Ref, component);
        var byComponent = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var component in document.Components)
        {
            if (!byRef.TryGetValue(isNew ? Spdx3Export.ReadRef(document, names, component.Ref) : names.Of(component.Ref)!, out var read)) lost.Add(new SbomError(component.Ref, "The component could not be written."));
            else if (SpdxCarry.Differences(component, read) is { } members) byComponent[component.Ref] = SpdxCarry.Text(members);
        }
        Metadata(document, back, carries);
        LicenceTexts(document, back, carries);
        Render(document, target, output, names, byComponent, carries);
        return lost;
    }

    /// <summary>Writes the document and tells what of it must be carried by the document.</summary>
    private static List<string> Render(SbomDocument document, string target, Stream output, SpdxNames names, Dictionary<string, string>? byComponent, IReadOnlyList<string> byDocument)
    {
        List<string> carries = [];
        if (target == "spdx-3.0-json")
        {
            var export = new Spdx3Export(document, names, byComponent, byDocument);
            export.Write(output);
            Carry(document, export.Tells, v => export.Tells(v), export.Unsaid, export.MadeLicences, carries);
        }
        else
        {
            var isTagValue = target.EndsWith("-tag", StringComparison.Ordinal);
            var export = new Spdx2Export(document, names, byComponent, byDocument, isTagValue, target.Split('-')[1], target.EndsWith("-rdf", StringComparison.Ordinal));
            if (isTagValue) SpdxTagValueWriter.Write(export, output);
            else if (target.EndsWith("-yaml", StringComparison.Ordinal)) SpdxYamlWriter.Write(export, output);
            else if (target.EndsWith("-rdf", StringComparison.Ordinal)) SpdxRdfWriter.Write(export, output);
            else WriteJson(export, output);
            Carry(document, export.Tells, _ => false, export.Unsaid, export.MadeLicences, carries);
        }
        return carries;
    }

    private static void Carry(SbomDocument document, Predicate<SbomExtra> tells, Predicate<SbomVulnerability> tellsVulnerability, IEnumerable<SbomRelationship> unsaid, IEnumerable<string> madeLicences, List<string> carries)
    {
        void Add(string name, object value) => carries.Add(SpdxCarry.Text(new Dictionary<string, object?> { [name] = value }));
        foreach (var service in document.Services) Add("Service", service);
        foreach (var composition in document.Compositions) Add("Composition", composition);
        foreach (var vulnerability in document.Vulnerabilities.Where(v => !tellsVulnerability(v))) Add("Vulnerability", vulnerability);
        foreach (var extra in document.Extras.Where(e => !tells(e))) Add("Extra", extra);
        foreach (var relationship in unsaid) Add("Relationship", relationship);
        if (madeLicences.ToList() is { Count: > 0 } made) Add("MadeLicences", made);
    }

    private static void Metadata(SbomDocument document, SbomDocument back, List<string> carries)
    {
        if (SpdxCarry.Differences(document.Metadata, back.Metadata) is { } members) carries.Add(SpdxCarry.Text(new Dictionary<string, object?> { ["Metadata"] = members }));
    }

    /// <summary>A licence text that does not come back as it was is carried in place of the one that is written.</summary>
    private static void LicenceTexts(SbomDocument document, SbomDocument back, List<string> carries)
    {
        var read = back.LicenceTexts.ToLookup(Key);
        List<string> replaced = [];
        foreach (var licence in document.LicenceTexts)
        {
            if (read.Contains(Key(licence))) continue;
            carries.Add(SpdxCarry.Text(new Dictionary<string, object?> { ["LicenceText"] = licence }));
            replaced.Add(licence.Id);
        }
        if (replaced.Count > 0) carries.Add(SpdxCarry.Text(new Dictionary<string, object?> { ["MadeLicences"] = replaced }));

        static string Key(SbomLicenceText licence) => JsonSerializer.Serialize(licence, SpdxCarry.Json);
    }

    private static void WriteJson(Spdx2Export export, Stream output)
    {
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, SkipValidation = true, MaxDepth = 1000 });
        writer.WriteStartObject();
        foreach (var (name, value) in export.Head().Properties!)
        {
            writer.WritePropertyName(name);
            value.Write(writer, name);
        }
        string? section = null;
        foreach (var element in export.Elements())
        {
            if (element.Section != section)
            {
                if (section is not null) writer.WriteEndArray();
                writer.WriteStartArray(section = element.Section);
            }
            element.Node.Write(writer, section);
            // Keeps the writer's own buffer small whatever the document's size.
            if (writer.BytesPending > 64 * 1024) writer.Flush();
        }
        if (section is not null) writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
