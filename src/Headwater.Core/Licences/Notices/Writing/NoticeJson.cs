using System.Text.Encodings.Web;
using System.Text.Json;

namespace Headwater.Core.Licences.Notices.Writing;

/// <summary>A notice as JSON; its shape is told in docs/notices.md.</summary>
internal static class NoticeJson
{
    // Only what stands in pages needs more escapes; here texts should stay readable.
    private static readonly JsonWriterOptions s_options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Notice notice, Stream to, CancellationToken cancellationToken)
    {
        using var json = new Utf8JsonWriter(to, s_options);
        json.WriteStartObject();
        json.WriteString("format"u8, "headwater-notice");
        json.WriteNumber("formatVersion"u8, 1);
        json.WriteStartObject("subject"u8);
        json.WriteString("name"u8, notice.Input.Subject);
        Text(json, "version", notice.Input.SubjectVersion);
        json.WriteEndObject();
        json.WriteString("generator"u8, notice.Input.Generator);
        Text(json, "date", notice.Input.Date);
        Text(json, "sbomSha256", notice.Input.SbomSha256);
        json.WriteString("inputSha256"u8, notice.InputSha256);
        json.WriteBoolean("complete"u8, notice.Gaps.Count == 0);
        json.WriteStartArray("components"u8);
        foreach (var entry in notice.Entries) Entry(json, entry);
        json.WriteEndArray();
        Blocks(json, "texts", notice.Texts, cancellationToken);
        Blocks(json, "notices", notice.Notices, cancellationToken);
        json.WriteStartArray("acknowledgements"u8);
        foreach (var acknowledgement in notice.Acknowledgements)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, acknowledgement.Text);
            Numbers(json, "components", acknowledgement.Components);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Offer(json, notice);
        json.WriteStartArray("excluded"u8);
        foreach (var component in notice.Excluded)
        {
            json.WriteStartObject();
            Identity(json, component);
            Text(json, "reason", component.Excluded);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("gaps"u8);
        foreach (var gap in notice.Gaps)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, JsonNamingPolicy.CamelCase.ConvertName(gap.Kind.ToString()));
            if (gap.Component is { } number) json.WriteNumber("component"u8, number);
            json.WriteString("detail"u8, gap.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        to.WriteByte((byte)'\n');
    }

    private static void Entry(Utf8JsonWriter json, NoticeEntry entry)
    {
        var c = entry.Component;
        json.WriteStartObject();
        json.WriteNumber("number"u8, entry.Number);
        Identity(json, c);
        Text(json, "homepage", c.Homepage);
        Text(json, "source", c.Source);
        Text(json, "scope", c.Scope);
        json.WriteBoolean("modified"u8, c.Modified);
        json.WriteString("licence"u8, entry.Licence);
        Text(json, "origin", entry.Origin is { } origin ? NoticeLicences.Word(origin) : null);
        foreach (var statement in c.Statements.DistinctBy(s => s.Origin)) json.WriteString(NoticeLicences.Word(statement.Origin), statement.Expression);
        Texts(json, "alternatives", entry.Alternatives);
        Text(json, "chosen", entry.Chosen);
        Text(json, "choiceReason", entry.ChoiceReason);
        json.WriteString("sourceDuty"u8, JsonNamingPolicy.CamelCase.ConvertName(entry.Duty.ToString()));
        Texts(json, "copyrights", entry.Copyrights);
        Texts(json, "remarks", entry.Remarks);
        Uses(json, "texts", entry.Texts);
        Uses(json, "notices", entry.Notices);
        json.WriteEndObject();
    }

    private static void Offer(Utf8JsonWriter json, Notice notice)
    {
        if (notice.Offer is not { } offer) return;
        json.WriteStartObject("sourceOffer"u8);
        Texts(json, "paragraphs", offer.Paragraphs);
        Text(json, "contact", notice.Input.Contact);
        json.WriteNumber("years"u8, notice.Input.OfferYears);
        Numbers(json, "components", offer.Components);
        json.WriteEndObject();
    }

    private static void Identity(Utf8JsonWriter json, NoticeComponent component)
    {
        json.WriteString("name"u8, component.Name);
        Text(json, "version", component.Version);
        Text(json, "purl", component.Purl);
    }

    private static void Blocks(Utf8JsonWriter json, string name, IReadOnlyList<NoticeBlock> blocks, CancellationToken cancellationToken)
    {
        json.WriteStartArray(name);
        foreach (var block in blocks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            json.WriteStartObject();
            json.WriteNumber("number"u8, block.Number);
            json.WriteString("name"u8, block.Name);
            Texts(json, "licences", block.Licences);
            json.WriteBoolean("standard"u8, block.IsStandard);
            Numbers(json, "components", block.Components);
            json.WriteString("text"u8, block.Text);
            json.WriteEndObject();
            if (json.BytesPending > 64 * 1024) json.Flush();
        }

        json.WriteEndArray();
    }

    private static void Uses(Utf8JsonWriter json, string name, IReadOnlyList<NoticeTextUse> uses)
    {
        json.WriteStartArray(name);
        foreach (var use in uses)
        {
            json.WriteStartObject();
            json.WriteNumber("number"u8, use.Number);
            json.WriteString("name"u8, use.Name);
            json.WriteBoolean("standard"u8, use.IsStandard);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IEnumerable<int> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
