using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Headwater.Core.Policies.Cel.Library;

namespace Headwater.Core.Policies.Cel;

/// <summary>
/// Values, types and declarations in the JSON of the public suite of conformance cases (<c>google.api.expr.v1alpha1</c>): <c>{"int64Value":"1"}</c>, <c>{"primitive":"INT64"}</c>.
/// Numbers of 64 bits are strings, bytes are base64; durations and timestamps are objects with their <c>@type</c>.
/// </summary>
public static class CelJson
{
    private const string AnyPrefix = "type.googleapis.com/";
    private const int MaxDepth = 250;

    /// <summary>Reads a value.</summary>
    /// <param name="json">For example <c>{"listValue":{"values":[{"boolValue":true}]}}</c>.</param>
    /// <returns>The value.</returns>
    /// <exception cref="FormatException">It is no value; the message is a sentence.</exception>
    public static CelValue Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) throw new FormatException("A value is an object such as {\"int64Value\":\"1\"}.");
        foreach (var property in json.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "nullValue": return CelValue.Null;
                case "boolValue" when value.ValueKind is JsonValueKind.True or JsonValueKind.False: return CelValue.Of(value.GetBoolean());
                case "int64Value" when long.TryParse(Scalar(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number): return CelValue.Of(number);
                case "uint64Value" when ulong.TryParse(Scalar(value), NumberStyles.None, CultureInfo.InvariantCulture, out var number): return CelValue.Of(number);
                case "doubleValue" when value.ValueKind == JsonValueKind.Number: return CelValue.Of(value.GetDouble());
                case "doubleValue" when Numbers.TryDouble(Scalar(value), out var number): return CelValue.Of(number);
                case "stringValue" when value.ValueKind == JsonValueKind.String: return CelValue.Of(Text(value));
                case "bytesValue" when value.ValueKind == JsonValueKind.String && Base64.IsValid(Text(value)): return CelValue.Of(Convert.FromBase64String(Text(value)));
                case "typeValue" when value.ValueKind == JsonValueKind.String: return CelValue.Of(Named(Text(value)));
                case "listValue": return CelValue.Of(CelList.Of([.. Array(value, "values").Select(Read)]));
                case "mapValue": return Map(value);
                case "objectValue": return Any(value);
                default: throw new FormatException($"'{CelTime.Shown(property.Name)}' is no value, or not one of that form.");
            }
        }

        throw new FormatException("A value is an object such as {\"int64Value\":\"1\"}.");
    }

    /// <summary>Reads what a variable is bound to: <c>{"value":…}</c>, <c>{"error":{"errors":[{"message":…}]}}</c>, or <c>{"unknown":{}}</c>.</summary>
    /// <param name="name">The name of the variable, for what is not known.</param>
    /// <param name="json">The binding.</param>
    /// <returns>The value; may be an error or unknown.</returns>
    /// <exception cref="FormatException">It is no binding; the message is a sentence.</exception>
    public static CelValue ReadBinding(string name, JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Object)
        {
            if (json.TryGetProperty("value", out var value)) return Read(value);
            if (json.TryGetProperty("unknown", out _)) return CelValue.Unknown(new CelUnknowns(name));
            if (json.TryGetProperty("error", out var error)) return CelValue.Failed(Array(error, "errors").Select(e => e.ValueKind == JsonValueKind.Object && e.TryGetProperty("message", out var m) && m.ValueKind == JsonValueKind.String ? Text(m) : "").FirstOrDefault("error"));
        }

        throw new FormatException("A binding is an object with a 'value'.");
    }

    /// <summary>Reads a type.</summary>
    /// <param name="json">For example <c>{"listType":{"elemType":{"dyn":{}}}}</c>.</param>
    /// <returns>The type.</returns>
    /// <exception cref="FormatException">It is no type, or a protocol message that is not known; the message is a sentence.</exception>
    public static CelType ReadType(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) throw new FormatException("A type is an object such as {\"primitive\":\"INT64\"}.");
        foreach (var property in json.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "dyn" or "error": return CelType.Dyn;
                case "null": return CelType.Null;
                case "primitive": return Primitive(value);
                case "wrapper": return CelType.Nullable(Primitive(value));
                case "wellKnown": return Scalar(value) switch { "TIMESTAMP" => CelType.Timestamp, "DURATION" => CelType.Duration, "ANY" => CelType.Dyn, var other => throw new FormatException($"'{CelTime.Shown(other)}' is no well-known type.") };
                case "listType": return CelType.List(Parameter(value, "elemType"));
                case "mapType": return CelType.Map(Parameter(value, "keyType"), Parameter(value, "valueType"));
                case "typeParam": return CelType.Parameter(Scalar(value));
                case "type": return CelType.Type(value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any() ? ReadType(value) : CelType.Dyn);
                case "abstractType" when value.ValueKind == JsonValueKind.Object && value.TryGetProperty("name", out var name): return CelType.Abstract(Scalar(name), [.. Array(value, "parameterTypes").Select(ReadType)]);
                case "messageType": return Message(Scalar(value));
                default: throw new FormatException($"'{CelTime.Shown(property.Name)}' is no type that is known here.");
            }
        }

        throw new FormatException("A type is an object such as {\"primitive\":\"INT64\"}.");
    }

    /// <summary>Declares what a list of declarations says, such as <c>[{"name":"x","ident":{"type":{"primitive":"INT64"}}}]</c>. Functions are only checked, never evaluated.</summary>
    /// <param name="json">The list.</param>
    /// <param name="builder">What it is declared in.</param>
    /// <exception cref="FormatException">It is no such list; the message is a sentence.</exception>
    public static void Declare(JsonElement json, CelEnvironmentBuilder builder)
    {
        if (json.ValueKind != JsonValueKind.Array) throw new FormatException("Declarations are a list.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var declaration in json.EnumerateArray())
        {
            if (declaration.ValueKind != JsonValueKind.Object || !declaration.TryGetProperty("name", out var named)) throw new FormatException("A declaration has a name.");
            var name = Scalar(named);
            if (declaration.TryGetProperty("ident", out var ident))
            {
                if (!seen.Add(name)) throw new FormatException($"The variable '{CelTime.Shown(name)}' is declared twice.");
                builder.Variable(name, Parameter(ident, "type"));
            }
            else if (declaration.TryGetProperty("function", out var function))
            {
                foreach (var overload in Array(function, "overloads"))
                {
                    ImmutableArray<CelType> parameters = [.. Array(overload, "params").Select(ReadType)];
                    var isMember = overload.TryGetProperty("isInstanceFunction", out var instance) && instance.ValueKind == JsonValueKind.True;
                    if (isMember && parameters.IsEmpty) throw new FormatException($"The function '{CelTime.Shown(name)}' has no receiver.");
                    var result = Parameter(overload, "resultType");
                    builder.Function(name, isMember ? CelOverload.Member(parameters, result, null) : CelOverload.Global(parameters, result, null));
                }
            }
            else
            {
                throw new FormatException($"'{CelTime.Shown(name)}' is declared as neither a variable nor a function.");
            }
        }
    }

    /// <summary>Whether a value can be written: it is neither an error, unknown, optional nor a record, and has not too many parts.</summary>
    /// <param name="value">The value.</param>
    /// <param name="maximum">How many parts may be written.</param>
    /// <returns>Why not, or null.</returns>
    public static string? WhyNot(in CelValue value, int maximum) => Count(value, ref maximum, 0);

    /// <summary>Writes a value. What <see cref="WhyNot"/> names an obstacle to is not to be written.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">It has no such form.</exception>
    public static void Write(Utf8JsonWriter json, in CelValue value)
    {
        json.WriteStartObject();
        switch (value.Kind)
        {
            case CelKind.Null: json.WriteNull("nullValue"u8); break;
            case CelKind.Bool: json.WriteBoolean("boolValue"u8, value.IsTrue); break;
            case CelKind.Int: json.WriteString("int64Value"u8, value.Int.ToString(CultureInfo.InvariantCulture)); break;
            case CelKind.Uint: json.WriteString("uint64Value"u8, value.Uint.ToString(CultureInfo.InvariantCulture)); break;
            case CelKind.Double when double.IsFinite(value.Double): json.WriteNumber("doubleValue"u8, value.Double); break;
            case CelKind.Double: json.WriteString("doubleValue"u8, Numbers.Plain(value.Double)); break;
            case CelKind.String: json.WriteString("stringValue"u8, Whole(value.String!)); break;
            case CelKind.Bytes: json.WriteBase64String("bytesValue"u8, value.Bytes); break;
            case CelKind.Type: json.WriteString("typeValue"u8, value.Type!.Name); break;
            case CelKind.Duration or CelKind.Timestamp:
                json.WriteStartObject("objectValue"u8);
                json.WriteString("@type"u8, AnyPrefix + value.TypeOf().Name);
                json.WriteString("value"u8, value.ToString());
                json.WriteEndObject();
                break;
            case CelKind.List:
                json.WriteStartObject("listValue"u8);
                if (value.List!.Count > 0)
                {
                    json.WriteStartArray("values"u8);
                    for (var i = 0; i < value.List.Count; i++) Write(json, value.List[i]);
                    json.WriteEndArray();
                }

                json.WriteEndObject();
                break;
            case CelKind.Map:
                json.WriteStartObject("mapValue"u8);
                if (value.Map!.Count > 0)
                {
                    json.WriteStartArray("entries"u8);
                    for (var i = 0; i < value.Map.Count; i++)
                    {
                        json.WriteStartObject();
                        json.WritePropertyName("key"u8);
                        Write(json, value.Map.KeyAt(i));
                        json.WritePropertyName("value"u8);
                        Write(json, value.Map.ValueAt(i));
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                }

                json.WriteEndObject();
                break;
            default: throw new ArgumentException($"A value of type {value.TypeOf()} has no such form.", nameof(value));
        }

        json.WriteEndObject();
    }

    /// <summary>Writes a type.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="type">The type.</param>
    public static void Write(Utf8JsonWriter json, CelType type)
    {
        json.WriteStartObject();
        var primitive = type.TypeKind switch
        {
            TypeKind.Bool => "BOOL", TypeKind.Int => "INT64", TypeKind.Uint => "UINT64", TypeKind.Double => "DOUBLE", TypeKind.String => "STRING", TypeKind.Bytes => "BYTES", _ => null,
        };
        if (primitive is not null)
        {
            json.WriteString(type.IsNullable ? "wrapper"u8 : "primitive"u8, primitive);
            json.WriteEndObject();
            return;
        }

        switch (type.TypeKind)
        {
            case TypeKind.Null: json.WriteNull("null"u8); break;
            case TypeKind.Duration: json.WriteString("wellKnown"u8, "DURATION"); break;
            case TypeKind.Timestamp: json.WriteString("wellKnown"u8, "TIMESTAMP"); break;
            case TypeKind.Record: json.WriteString("messageType"u8, type.Name); break;
            case TypeKind.Parameter: json.WriteString("typeParam"u8, type.Name); break;
            case TypeKind.List:
                json.WriteStartObject("listType"u8);
                json.WritePropertyName("elemType"u8);
                Write(json, type.Parameters[0]);
                json.WriteEndObject();
                break;
            case TypeKind.Map:
                json.WriteStartObject("mapType"u8);
                json.WritePropertyName("keyType"u8);
                Write(json, type.Parameters[0]);
                json.WritePropertyName("valueType"u8);
                Write(json, type.Parameters[1]);
                json.WriteEndObject();
                break;
            case TypeKind.Type:
                json.WritePropertyName("type"u8);
                Write(json, type.Parameters[0]);
                break;
            case TypeKind.Abstract:
                json.WriteStartObject("abstractType"u8);
                json.WriteString("name"u8, type.Name);
                if (!type.Parameters.IsEmpty)
                {
                    json.WriteStartArray("parameterTypes"u8);
                    foreach (var parameter in type.Parameters) Write(json, parameter);
                    json.WriteEndArray();
                }

                json.WriteEndObject();
                break;
            default:
                json.WriteStartObject("dyn"u8);
                json.WriteEndObject();
                break;
        }

        json.WriteEndObject();
    }

    private static string? Count(in CelValue value, ref int left, int depth)
    {
        if (--left < 0) return "The value has too many parts to be written.";
        if (depth > MaxDepth) return "The value is too deep to be written.";
        switch (value.Kind)
        {
            case CelKind.Error or CelKind.Unknown or CelKind.Optional or CelKind.Record:
                return $"A value of type {value.TypeOf()} has no form in JSON.";
            case CelKind.List:
                for (var i = 0; i < value.List!.Count; i++)
                {
                    if (Count(value.List[i], ref left, depth + 1) is { } why) return why;
                }

                return null;
            case CelKind.Map:
                for (var i = 0; i < value.Map!.Count; i++)
                {
                    if (Count(value.Map.ValueAt(i), ref left, depth + 1) is { } why) return why;
                }

                return null;
            default:
                return null;
        }
    }

    private static CelValue Map(JsonElement json)
    {
        var map = new CelMapBuilder(0);
        foreach (var entry in Array(json, "entries"))
        {
            if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("key", out var key) || !entry.TryGetProperty("value", out var value)) throw new FormatException("An entry of a map has a key and a value.");
            if (map.Add(Read(key), Read(value)) is { } wrong) throw new FormatException(wrong);
        }

        return CelValue.Of(map.Build());
    }

    private static CelValue Any(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("@type", out var type) && json.TryGetProperty("value", out var value))
        {
            var read = Scalar(type) switch { AnyPrefix + "google.protobuf.Duration" => CelTime.ReadDuration(Scalar(value)), AnyPrefix + "google.protobuf.Timestamp" => CelTime.ReadTimestamp(Scalar(value)), _ => CelValue.Null };
            if (read.Error is { } error) throw new FormatException(error.Message);
            if (read.Kind != CelKind.Null) return read;
        }

        throw new FormatException("Of objects only google.protobuf.Duration and google.protobuf.Timestamp are known here.");
    }

    private static CelType Named(string name) => CelEnvironment.Standard.TypeNamed(name) ?? CelType.Abstract(name);

    private static CelType Message(string name) => name switch
    {
        "google.protobuf.Timestamp" => CelType.Timestamp,
        "google.protobuf.Duration" => CelType.Duration,
        "google.protobuf.Any" or "google.protobuf.Value" => CelType.Dyn,
        "google.protobuf.Struct" => CelType.Map(CelType.String, CelType.Dyn),
        "google.protobuf.ListValue" => CelType.AnyList,
        _ => throw new FormatException($"The message type '{CelTime.Shown(name)}' is not known here."),
    };

    private static CelType Primitive(JsonElement json) => Scalar(json) switch
    {
        "BOOL" => CelType.Bool, "INT64" => CelType.Int, "UINT64" => CelType.Uint, "DOUBLE" => CelType.Double, "STRING" => CelType.String, "BYTES" => CelType.Bytes,
        var other => throw new FormatException($"'{CelTime.Shown(other)}' is no primitive type."),
    };

    private static CelType Parameter(JsonElement parent, string name) => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var type) ? ReadType(type) : CelType.Dyn;

    private static JsonElement[] Array(JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object) throw new FormatException($"An object with '{name}' is expected.");
        if (!parent.TryGetProperty(name, out var array)) return [];
        return array.ValueKind == JsonValueKind.Array ? [.. array.EnumerateArray()] : throw new FormatException($"'{name}' is a list.");
    }

    private static string Scalar(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => Text(json),
        JsonValueKind.Number => json.GetRawText(),
        _ => throw new FormatException("A string is expected."),
    };

    private static string Text(JsonElement json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new FormatException("A string holds half of a surrogate pair, which is no character.");
        }
    }

    // JSON cannot hold half of a pair.
    private static string Whole(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
}
