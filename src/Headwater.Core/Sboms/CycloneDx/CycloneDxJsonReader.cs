using System.Text.Json;
using Headwater.Core.Sboms.Json;
using Headwater.Core.Sboms.Schema;

namespace Headwater.Core.Sboms.CycloneDx;

/// <summary>
/// CycloneDX JSON 1.2 to 1.7 (ECMA-424). The long lists are read element by element: each is parsed, checked against its part of the
/// official schema, mapped, handed on and forgotten.
/// </summary>
internal static class CycloneDxJsonReader
{
    internal static SbomReadResult Read(Stream utf8, SbomKind kind, SbomSink sink, SbomReadOptions options, CancellationToken cancellationToken)
    {
        if (!CycloneDxSchemas.JsonVersions.Contains(kind.SpecVersion))
        {
            throw new SbomFormatException("/specVersion", $"CycloneDX JSON is known in the versions {string.Join(", ", CycloneDxSchemas.JsonVersions)}; this document says \"{kind.SpecVersion}\"");
        }

        var schema = CycloneDxSchemas.Json(kind.SpecVersion);
        var intake = new CycloneDxIntake(sink, options);
        var json = new JsonStream(utf8, options, cancellationToken);
        sink.OnHeader(kind);
        try
        {
            ReadDocument(json, schema, intake);
        }
        catch (SbomFormatException broken)
        {
            intake.Fault(broken.At, broken.Message);
        }

        return intake.Finish(kind);
    }

    private static void ReadDocument(JsonStream json, JsonSchema schema, CycloneDxIntake intake)
    {
        json.Read();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (json.Read() && json.Token == JsonTokenType.PropertyName)
        {
            var name = json.Text;
            var at = "/" + name;
            if (!seen.Add(name)) throw new SbomFormatException(at, "this property stands in the document twice");
            var part = schema.Property(name);
            if (part is null && schema.Closed)
            {
                intake.Fault(at, "is not a property that is allowed here");
                json.SkipValue();
            }
            else if (intake.ListOf(name) is { } take)
            {
                ReadList(json, part, at, intake, take);
            }
            else
            {
                using var value = json.ReadValue(at, out _) ?? throw new SbomFormatException(json.Here(), "a value is expected");
                if (intake.Check(part, value.RootElement, at)) intake.Try(at, () => Take(name, value.RootElement, intake));
            }

            if (intake.Full) return;
        }

        json.ExpectEnd();
        foreach (var name in schema.Required)
        {
            if (!seen.Contains(name)) intake.Fault("/", $"the required property \"{name}\" is missing");
        }
    }

    private static void Take(string name, JsonElement value, CycloneDxIntake intake)
    {
        switch (name)
        {
            case "$schema" or "bomFormat" or "specVersion": break;
            case "serialNumber" or "version": intake.Header(name, value); break;
            case "metadata" when value.ValueKind == JsonValueKind.Object: intake.Metadata(value); break;
            default: intake.Extra(name, value); break;
        }
    }

    private static void ReadList(JsonStream json, JsonSchema? schema, string at, CycloneDxIntake intake, Action<JsonElement, string> take)
    {
        json.Read();
        if (json.Token != JsonTokenType.StartArray)
        {
            intake.Fault(at, "must be a list");
            json.SkipRest();
            return;
        }

        var items = schema?.Items;
        var unique = schema?.UniqueItems == true ? new HashSet<ulong>() : null;
        for (var index = 0; ; index++)
        {
            var pointer = $"{at}/{index}";
            using var value = json.ReadValue(pointer, out var end);
            if (end) return;
            var element = value!.RootElement;
            if (!intake.Check(items, element, pointer))
            {
                if (intake.Full) return;
                continue;
            }

            if (unique?.Add(JsonHash.Of(element)) == false)
            {
                intake.Fault(pointer, "is the same as an earlier element; each may be listed once");
                continue;
            }

            if (element.ValueKind == JsonValueKind.Object) intake.Try(pointer, () => take(element, pointer));
        }
    }
}
