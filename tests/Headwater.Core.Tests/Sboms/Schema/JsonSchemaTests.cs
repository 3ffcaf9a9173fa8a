using System.Text;
using System.Text.Json;
using Headwater.Core.Sboms;
using Headwater.Core.Sboms.Schema;

namespace Headwater.Core.Tests.Sboms.Schema;

public sealed class JsonSchemaTests
{
    private const string Draft7 = "http://json-schema.org/draft-07/schema#";
    private const string Draft2020 = "https://json-schema.org/draft/2020-12/schema";

    [Theory]
    [InlineData("""{"type":"string"}""", "1", ": must be a string, not 1")]
    [InlineData("""{"type":["string","null"]}""", "null", null)]
    [InlineData("""{"type":"integer"}""", "1.0", null)]
    [InlineData("""{"type":"integer"}""", "1.5", ": must be a whole number, not 1.5")]
    [InlineData("""{"type":"number"}""", "1", null)]
    [InlineData("""{"enum":["a","b"]}""", "\"c\"", ": must be one of a, b, not \"c\"")]
    [InlineData("""{"enum":["a",null,1]}""", "1.0", null)]
    [InlineData("""{"const":{"a":[1]}}""", """{"a":[1.0]}""", null)]
    [InlineData("""{"properties":{"a/b~":{"items":{"type":"string"}}}}""", """{"a/b~":["x",true]}""", "/a~1b~0/1: must be a string, not true")]
    [InlineData("""{"required":["a"]}""", "{}", ": the required property \"a\" is missing")]
    [InlineData("""{"properties":{"a":true},"patternProperties":{"^x":{"type":"string"}},"additionalProperties":false}""", """{"a":1,"xy":"","b":1}""", "/b: is not a property that is allowed here")]
    [InlineData("""{"minItems":2}""", "[1]", ": must have at least 2 elements, has 1")]
    [InlineData("""{"uniqueItems":true}""", """[{"a":1,"b":"x"},{"b":"\u0078","a":1.0}]""", "/1: is the same as element 0; each may be listed once")]
    [InlineData("""{"contains":{"const":1}}""", "[2,1]", null)]
    [InlineData("""{"contains":{"const":1}}""", "[2]", ": lacks an element that is required here")]
    [InlineData("""{"pattern":"^[a-z]$"}""", "\"a\\n\"", ": \"a\n\" does not match the pattern ^[a-z]$")]
    [InlineData("""{"minLength":1}""", "\"\"", ": must not be empty")]
    [InlineData("""{"maxLength":1}""", "\"\\ud83d\\ude00\"", null)]
    [InlineData("""{"format":"date-time"}""", "\"2020-02-30T00:00:00Z\"", ": \"2020-02-30T00:00:00Z\" is not a date and time of RFC 3339 (2024-01-31T12:00:00Z)")]
    [InlineData("""{"format":"date-time"}""", "\"2020-02-28T23:59:60.123456789012+01:00\"", null)]
    [InlineData("""{"minimum":0,"maximum":1}""", "1.1", ": must be at most 1, is 1.1")]
    [InlineData("""{"multipleOf":0.1}""", "0.3", null)]
    [InlineData("""{"not":{"required":["a","b"]}}""", """{"a":1,"b":1}""", ": has a form that is not allowed here (\"a\" together with \"b\")")]
    [InlineData("""{"if":{"properties":{"k":{"const":1}}},"then":{"required":["a"]},"else":{"required":["b"]}}""", """{"k":1}""", ": the required property \"a\" is missing")]
    [InlineData("""{"if":{"properties":{"k":{"const":1}}},"then":{"required":["a"]},"else":{"required":["b"]}}""", """{"k":2,"b":1}""", null)]
    [InlineData("""{"oneOf":[{"type":"string"},{"maxLength":3}]}""", "\"a\"", ": fits more than one of the alternatives, of which only one may be used")]
    [InlineData("""{"oneOf":[{"required":["x"]},{"properties":{"l":{"properties":{"id":{"enum":["MIT"]}}}},"required":["l"]}]}""", """{"l":{"id":"MTI"}}""", "/l/id: must be one of MIT, not \"MTI\"")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"a":1}""", ": the property \"b\" is missing, which \"a\" requires")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":false}""", """["a",1]""", "/1: is not allowed here")]
    [InlineData("""{"propertyNames":{"maxLength":1}}""", """{"ab":1}""", "/ab: must have at most 1 characters, has 2")]
    [InlineData("""{"$defs":{"a":{"properties":{"x":true}}},"allOf":[{"$ref":"#/$defs/a"}],"anyOf":[{"properties":{"y":{"type":"string"}},"required":["y"]},{"properties":{"z":true}}],"unevaluatedProperties":false}""", """{"x":1,"y":1,"z":2}""", "/y: is not a property that is allowed here")]
    [InlineData("""{"$defs":{"a":{"properties":{"x":true}}},"$ref":"#/$defs/a","unevaluatedProperties":false}""", """{"x":1,"q":2}""", "/q: is not a property that is allowed here")]
    public void Schema_Value_Verdict(string schema, string value, string? error)
    {
        var loaded = Load(schema, Draft2020);
        using var json = JsonDocument.Parse(value);
        var errors = new List<SbomError>();
        loaded.Validate(json.RootElement, string.Empty, errors, 10).ShouldBe(error is null);
        loaded.IsValid(json.RootElement).ShouldBe(error is null);
        if (error is not null) errors.Select(e => e.At + ": " + e.Message).ShouldContain(error);
    }

    [Fact]
    public void Ref_Draft07_SilencesItsSiblings()
    {
        using var json = JsonDocument.Parse("\"abc\"");
        Load("""{"definitions":{"s":{"type":"string"}},"$ref":"#/definitions/s","maxLength":1}""", Draft7).IsValid(json.RootElement).ShouldBeTrue();
        Load("""{"$defs":{"s":{"type":"string"}},"$ref":"#/$defs/s","maxLength":1}""", Draft2020).IsValid(json.RootElement).ShouldBeFalse();
    }

    [Fact]
    public void Validate_Address_IsAWarning()
    {
        using var json = JsonDocument.Parse("""["git@example.org:a/b.git"]""");
        var (errors, warnings) = (new List<SbomError>(), new List<SbomError>());
        Load("""{"items":{"oneOf":[{"type":"string","format":"iri-reference"}]}}""", Draft7).Validate(json.RootElement, "/x", errors, 10, warnings).ShouldBeTrue();
        warnings.ShouldHaveSingleItem().At.ShouldBe("/x/0");
    }

    [Fact]
    public void Parts_OfASchema_AreSchemas()
    {
        var schema = Load("""{"properties":{"list":{"$ref":"#/definitions/l"}},"definitions":{"l":{"type":"array","uniqueItems":true,"items":{"type":"integer"}}}}""", Draft7);
        var list = schema.Property("list").ShouldNotBeNull();
        list.UniqueItems.ShouldBeTrue();
        using var one = JsonDocument.Parse("1");
        list.Items.ShouldNotBeNull().IsValid(one.RootElement).ShouldBeTrue();
        schema.Definition("l").ShouldNotBeNull().IsValid(one.RootElement).ShouldBeFalse();
        schema.Property("other").ShouldBeNull();
    }

    private static JsonSchema Load(string schema, string dialect) =>
        JsonSchema.Load(new MemoryStream(Encoding.UTF8.GetBytes("{\"$schema\":\"" + dialect + "\"," + schema[1..])), _ => null);
}
