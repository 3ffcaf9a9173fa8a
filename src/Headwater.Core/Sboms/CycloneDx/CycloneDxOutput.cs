using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Headwater.Core.Sboms.CycloneDx;

/// <summary>Where the parts of a document go, in the order of the XML form.</summary>
internal abstract class CycloneDxOutput : IDisposable
{
    public abstract void Start(string? serialNumber, int? version);

    public abstract void Value(string name, JsonNode value);

    public abstract void StartList(string name);

    public abstract void Item(string list, JsonNode value);

    public abstract void EndList();

    public abstract void Dispose();
}

/// <summary>CycloneDX JSON.</summary>
internal sealed class CycloneDxJsonOutput(Stream output, string specVersion) : CycloneDxOutput
{
    // The text is a document, not part of a web page: quotes and angle brackets stay readable.
    private readonly Utf8JsonWriter _json = new(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public override void Start(string? serialNumber, int? version)
    {
        _json.WriteStartObject();
        // Before 1.4 a document had no property to name its schema.
        if (specVersion is not ("1.2" or "1.3")) _json.WriteString("$schema", $"http://cyclonedx.org/schema/bom-{specVersion}.schema.json");
        _json.WriteString("bomFormat", "CycloneDX");
        _json.WriteString("specVersion", specVersion);
        if (serialNumber is not null) _json.WriteString("serialNumber", serialNumber);
        if (version is { } number) _json.WriteNumber("version", number);
    }

    public override void Value(string name, JsonNode value)
    {
        _json.WritePropertyName(name);
        value.WriteTo(_json);
    }

    public override void StartList(string name) => _json.WriteStartArray(name);

    public override void Item(string list, JsonNode value)
    {
        value.WriteTo(_json);
        if (_json.BytesPending > 64 * 1024) _json.Flush();
    }

    public override void EndList() => _json.WriteEndArray();

    public override void Dispose()
    {
        _json.WriteEndObject();
        _json.Dispose();
    }
}
