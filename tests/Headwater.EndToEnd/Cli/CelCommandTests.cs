using System.Text.Json;

namespace Headwater.EndToEnd.Cli;

/// <summary><c>headwater cel</c>.</summary>
public sealed class CelCommandTests
{
    [Fact]
    public async Task Cel_TheSuite_IsAnsweredInItsOwnForm()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "tests", "data", "cel", "conformance.jsonl"), TestContext.Current.CancellationToken);

        var result = await HeadwaterCli.RunLinesAsync(lines, "cel");

        result.ExitCode.ShouldBe(0);
        result.Lines.Length.ShouldBe(901);
        string.Join('\n', lines.Zip(result.Lines).Where(p => !Fits(JsonElement.Parse(p.First), JsonElement.Parse(p.Second))).Select(p => $"{p.First} -> {p.Second}")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"expr":"1 +"}""", """{"error":"1:4: The expression ends where a value, a name or '(' is expected."}""")]
    [InlineData("""{"expr":"licence == 'MIT'"}""", """{"error":"1:1: There is no variable 'licence'."}""")]
    [InlineData("""{"expr":"true &&\n 1/0 > 0"}""", """{"error":"2:3: Division by zero."}""")]
    [InlineData("""{"expr":"x > 1 || true","bindings":{"x":{"unknown":{}}}}""", """{"value":{"boolValue":true}}""")]
    [InlineData("""{"expr":"x > 1 && true","bindings":{"x":{"unknown":{}}}}""", """{"unknown":["x"]}""")]
    [InlineData("""{"expr":"x","bindings":{"x":{"error":{"errors":[{"message":"not read"}]}}}}""", """{"error":"1:1: not read"}""")]
    [InlineData("""{"expr":"timestamp('2026-01-31T12:00:00.5+01:00')"}""", """{"value":{"objectValue":{"@type":"type.googleapis.com/google.protobuf.Timestamp","value":"2026-01-31T11:00:00.5Z"}}}""")]
    [InlineData("""{"expr":"x + x","bindings":{"x":{"value":{"objectValue":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1.5s"}}}}}""", """{"value":{"objectValue":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"3s"}}}""")]
    [InlineData("""{"expr":"[1.0 / 0.0, -0.0]"}""", """{"value":{"listValue":{"values":[{"doubleValue":"Infinity"},{"doubleValue":-0}]}}}""")]
    [InlineData("""{"expr":"{'a': [1u]}","checkOnly":true}""", """{"type":{"mapType":{"keyType":{"primitive":"STRING"},"valueType":{"listType":{"elemType":{"primitive":"UINT64"}}}}}}""")]
    [InlineData("[]", """{"error":"A JSON object with 'expr' is expected, for example {\"expr\":\"1 + 1\"}."}""")]
    [InlineData("""{"expr":1}""", """{"error":"A JSON object with 'expr' is expected, for example {\"expr\":\"1 + 1\"}."}""")]
    [InlineData("""{"expr":"x","bindings":{"x":{"value":{"int64Value":"1.5"}}}}""", """{"error":"'int64Value' is no value, or not one of that form."}""")]
    [InlineData("""{"expr":"x","typeEnv":[{"name":"x"}]}""", """{"error":"'x' is declared as neither a variable nor a function."}""")]
    public async Task Cel_OneLine_IsOneAnswer(string line, string answer) => (await HeadwaterCli.RunLinesAsync([line], "cel")).Output.ShouldBe(answer + "\n");

    [Fact]
    public async Task Cel_BrokenAndHostileLines_CostNoOtherLineItsAnswer()
    {
        string[] lines = ["{", "", "{\"expr\":\"" + new string('(', 10_000) + "\"}", "{\"expr\":\"\\ud800\"}", "{\"expr\":\"x\",\"bindings\":" + string.Concat(Enumerable.Repeat("{\"a\":", 5_000)), "{\"expr\":\"'" + new string('a', 2_000_000) + "'\"}", "{\"expr\":\"1 + 1\"}"];

        var result = await HeadwaterCli.RunLinesAsync(lines, "cel");

        result.ExitCode.ShouldBe(0);
        result.Lines.Select((_, i) => result.Json(i).EnumerateObject().Single().Name).ShouldBe(["error", "error", "error", "error", "error", "error", "value"]);
        result.Output.ShouldNotContain("Headwater itself failed");
    }

    [Fact]
    public async Task Cel_Arguments_AreLines()
    {
        (await HeadwaterCli.RunAsync("cel", "{\"expr\":\"'a' + 'b'\"}")).ShouldBe(new CliResult(0, "{\"value\":{\"stringValue\":\"ab\"}}\n", ""));
        (await HeadwaterCli.RunAsync("cel", "{\"expr\":\"a\"}")).ExitCode.ShouldBe(1);
    }

    private static bool Fits(JsonElement it, JsonElement answer)
    {
        if (it.TryGetProperty("evalError", out _)) return answer.TryGetProperty("error", out _);
        if (it.TryGetProperty("checkOnly", out _)) return answer.TryGetProperty("type", out var type) && JsonElement.DeepEquals(type, it.GetProperty("typedResult").GetProperty("deducedType"));
        var expected = it.TryGetProperty("typedResult", out var typed) ? typed.GetProperty("result") : it.TryGetProperty("value", out var value) ? value : JsonElement.Parse("{\"boolValue\":true}");
        return answer.TryGetProperty("value", out var given) && Same(given, expected);
    }

    // Entries of maps have no order.
    private static bool Same(JsonElement a, JsonElement b)
    {
        if (!a.TryGetProperty("mapValue", out var given) || !given.TryGetProperty("entries", out var entries)) return JsonElement.DeepEquals(a, b);
        var others = b.GetProperty("mapValue").GetProperty("entries").EnumerateArray().ToList();
        return entries.GetArrayLength() == others.Count && entries.EnumerateArray().All(e => others.Any(o => JsonElement.DeepEquals(e, o)));
    }
}
