using System.Text.Json;
using Headwater.Core.Licences.Expressions;
using Shouldly;
using Xunit;

namespace Headwater.Core.Tests.Licences;

/// <summary>What people write into fields for licences.</summary>
public sealed class LenientExpressionTests
{
    private static readonly ExpressionParser s_parser = ExpressionSource.Parser;

    [Fact]
    public void RealWorld_WhereTheLicenceIsCertain_IsReadAsThat()
    {
        var wrong = new List<string>();
        foreach (var line in File.ReadLines(TestPaths.Data("licences/expressions/real-world.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            var raw = json.RootElement.GetProperty("raw").GetString()!;
            var expected = json.RootElement.TryGetProperty("expression", out var e) ? e.GetString() : null;
            var read = s_parser.Parse(raw, ExpressionMode.Lenient);
            if (expected is not null && !Equals(read.Expression, s_parser.Parse(expected, ExpressionMode.Strict30).Expression)) wrong.Add($"{raw} -> {expected}: {read.Expression?.ToString() ?? read.Error}");
        }

        wrong.ShouldBeEmpty();
    }
}
