using System.Text.Json;
using Headwater.Core.Licences.Expressions;
using Shouldly;
using Xunit;

namespace Headwater.Core.Tests.Licences;

/// <summary>The grammar of SPDX 2.3 and 3.0, case by case.</summary>
public sealed class ExpressionGrammarTests
{
    private static readonly ExpressionParser s_parser = ExpressionSource.Parser;

    public static TheoryData<string, bool, bool, string?> Cases()
    {
        var cases = new TheoryData<string, bool, bool, string?>();
        foreach (var line in File.ReadLines(TestPaths.Data("licences/expressions/grammar-cases.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            var it = json.RootElement;
            cases.Add(it.GetProperty("expr").GetString()!, it.GetProperty("spdx23").GetBoolean(), it.GetProperty("spdx30").GetBoolean(), it.GetProperty("canonical").GetString());
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Grammar_Case_IsJudgedAsEachVersionDoes(string expression, bool in23, bool in30, string? canonical)
    {
        foreach (var (mode, valid) in new[] { (ExpressionMode.Strict23, in23), (ExpressionMode.Strict30, in30) })
        {
            var read = s_parser.Parse(expression, mode);
            read.IsRead.ShouldBe(valid, $"{mode}: {read.Error}");
            if (valid) read.Expression!.ToString().ShouldBe(canonical);
            else read.At.ShouldBeInRange(0, expression.Length);
        }
    }
}
