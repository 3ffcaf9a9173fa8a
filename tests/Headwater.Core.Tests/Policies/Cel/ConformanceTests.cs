using System.Text.Json;
using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Tests.Policies.Cel;

/// <summary>The public suite of the language, whole.</summary>
public sealed class ConformanceTests
{
    private static readonly JsonElement[] s_cases = [.. File.ReadLines(TestPaths.Data("cel/conformance.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)];

    public static TheoryData<string> Sections => [.. s_cases.Select(Section).Distinct()];

    [Fact]
    public void Suite_IsWhole() => s_cases.Length.ShouldBe(901);

    [Theory]
    [MemberData(nameof(Sections))]
    public void Section_EachCase_AnswersAsTheSuiteSays(string section) =>
        string.Join('\n', s_cases.Where(c => Section(c) == section).Select(c => (Case: c, Wrong: Judge(c))).Where(c => c.Wrong is not null).Select(c => $"{c.Case.GetProperty("name")}: {c.Case.GetProperty("expr")} -> {c.Wrong}")).ShouldBeEmpty();

    /// <summary>Printing an expression and reading it again gives the same expression, of whatever the suite has that can be read.</summary>
    [Fact]
    public void Printed_EachCase_MeansTheSame()
    {
        foreach (var it in s_cases)
        {
            var source = it.GetProperty("expr").GetString()!;
            var environment = Environment(it);
            if (environment.Compile(source, check: false).Program is not { } program) continue;
            var again = environment.Compile(program.ToString(), check: false);
            again.Errors.ShouldBeEmpty(program.ToString());
            again.Program!.ToString().ShouldBe(program.ToString());
            Judge(it, program.ToString()).ShouldBeNull($"{source} printed as {program}");
        }
    }

    private static string Section(JsonElement it) => $"{it.GetProperty("suite")} / {it.GetProperty("section")}";

    private static CelEnvironment Environment(JsonElement it) => CelEnvironment.Standard.With(b =>
    {
        if (it.TryGetProperty("typeEnv", out var declarations)) CelJson.Declare(declarations, b);
    });

    private static string? Judge(JsonElement it) => Judge(it, it.GetProperty("expr").GetString()!);

    private static string? Judge(JsonElement it, string source)
    {
        var environment = Environment(it);
        var bindings = it.TryGetProperty("bindings", out var bound) ? bound.EnumerateObject().ToArray() : [];
        foreach (var binding in bindings)
        {
            if (environment.Variables.All(v => v.Name != binding.Name)) environment = environment.With(b => b.Variable(binding.Name, CelType.Dyn));
        }

        var typed = it.TryGetProperty("typedResult", out var typedResult);
        var compiled = environment.Compile(source, check: !it.TryGetProperty("disableCheck", out _));
        if (!compiled.IsOk) return it.TryGetProperty("evalError", out _) ? null : string.Join("; ", compiled.Errors);
        if (typed && CelJson.ReadType(typedResult.GetProperty("deducedType")) is var type && !type.Equals(compiled.Program.Type)) return $"deduced {compiled.Program.Type}, expected {type}";
        if (it.TryGetProperty("checkOnly", out _)) return null;
        var activation = new CelActivation(environment);
        foreach (var binding in bindings) activation.Set(binding.Name, CelJson.ReadBinding(binding.Name, binding.Value));
        var result = compiled.Program.Evaluate(activation);
        if (it.TryGetProperty("evalError", out _)) return result.Kind == CelKind.Error ? null : $"{result}, where an error is expected";
        var expected = typed ? CelJson.Read(typedResult.GetProperty("result")) : it.TryGetProperty("value", out var value) ? CelJson.Read(value) : CelValue.True;
        return result.Kind == expected.Kind && result == expected ? null : $"{result}, where {expected} is expected";
    }
}
