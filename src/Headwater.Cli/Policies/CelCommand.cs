using System.CommandLine;
using System.Text.Json;
using Headwater.Cli.Lines;
using Headwater.Core.Policies.Cel;

namespace Headwater.Cli.Policies;

/// <summary><c>headwater cel</c>.</summary>
internal static class CelCommand
{
    // A value is three levels of JSON for each of its own.
    private const int MaxDepth = 250, MaxParts = 1_000_000;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth };

    public static Command Create() => LineCommand.Create("cel", "Evaluates expressions in the language of policies (Common Expression Language): one JSON object a line.", "object", """
        echo '{"expr":"[1, 2, 3].exists(n, n > 2)"}' | headwater cel
        headwater cel '{"expr":"x.startsWith(\"GPL\")","bindings":{"x":{"value":{"stringValue":"GPL-2.0-only"}}}}'
        headwater cel < cases.jsonl | jq -c .value

        expr is the expression, bindings the values of variables, typeEnv their types (those that it leaves out are dyn), disableCheck leaves
        types to the evaluation, checkOnly answers with the type. Values are written as in the public suite of the language. The answer is
        {"value":…}, {"error":…} with line and column, or {"unknown":[…]} when the result hangs on what is not known.
        """, Answer);

    private static void Answer(string line, LineOutput output)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Strict);
            Evaluate(document.RootElement, output);
        }
        catch (JsonException exception)
        {
            output.Error($"Not JSON, at byte {exception.BytePositionInLine ?? 0}: {exception.Message.Split(". ")[0].TrimEnd('.')}.");
        }
        catch (FormatException exception)
        {
            output.Error(exception.Message);
        }
        catch (InvalidOperationException)
        {
            output.Error("A string holds half of a surrogate pair, which is no character.");
        }
    }

    private static void Evaluate(JsonElement line, LineOutput output)
    {
        if (line.ValueKind != JsonValueKind.Object || !line.TryGetProperty("expr", out var expression) || expression.ValueKind != JsonValueKind.String)
        {
            output.Error("A JSON object with 'expr' is expected, for example {\"expr\":\"1 + 1\"}.");
            return;
        }

        var values = Bindings(line);
        var environment = CelEnvironment.Standard.With(builder =>
        {
            if (line.TryGetProperty("typeEnv", out var declarations) && declarations.ValueKind != JsonValueKind.Null) CelJson.Declare(declarations, builder);
        });
        environment = environment.With(builder =>
        {
            foreach (var name in values.Keys.Except(environment.Variables.Select(v => v.Name), StringComparer.Ordinal)) builder.Variable(name, CelType.Dyn);
        });
        var compiled = environment.Compile(expression.GetString()!, check: !Flag(line, "disableCheck"));
        if (!compiled.IsOk)
        {
            output.Error(string.Join(' ', compiled.Errors));
            return;
        }

        if (Flag(line, "checkOnly"))
        {
            var type = output.Json();
            type.WriteStartObject();
            type.WritePropertyName("type"u8);
            CelJson.Write(type, compiled.Program.Type);
            type.WriteEndObject();
            output.EndJson();
            return;
        }

        var activation = new CelActivation(environment);
        foreach (var (name, value) in values) activation.Set(name, value);
        Write(compiled.Program.Evaluate(activation), output);
    }

    private static Dictionary<string, CelValue> Bindings(JsonElement line)
    {
        var values = new Dictionary<string, CelValue>(StringComparer.Ordinal);
        if (!line.TryGetProperty("bindings", out var bindings) || bindings.ValueKind == JsonValueKind.Null) return values;
        if (bindings.ValueKind != JsonValueKind.Object) throw new FormatException("'bindings' is an object of values by the names of variables.");
        foreach (var binding in bindings.EnumerateObject()) values[binding.Name] = CelJson.ReadBinding(binding.Name, binding.Value);
        return values;
    }

    private static bool Flag(JsonElement line, string name) => line.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;

    private static void Write(in CelValue value, LineOutput output)
    {
        if (value.Error is { } error)
        {
            output.Error(error.ToString());
            return;
        }

        if (value.Unknowns is null && CelJson.WhyNot(value, MaxParts) is { } why)
        {
            output.Error(why);
            return;
        }

        var json = output.Json();
        json.WriteStartObject();
        if (value.Unknowns is { } unknowns)
        {
            json.WriteStartArray("unknown"u8);
            foreach (var path in unknowns.Paths) json.WriteStringValue(path);
            json.WriteEndArray();
        }
        else
        {
            json.WritePropertyName("value"u8);
            CelJson.Write(json, value);
        }

        json.WriteEndObject();
        output.EndJson();
    }
}
