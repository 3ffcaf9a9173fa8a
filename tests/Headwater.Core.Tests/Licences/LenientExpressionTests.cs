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

    [Theory]
    [InlineData("MIT License", "MIT")]
    [InlineData("The MIT License", "MIT")]
    [InlineData("mit  license", "MIT")]
    [InlineData("The MIT License or Apache License, Version 2.0", "(MIT OR Apache-2.0)")]
    [InlineData("Mozilla Public License, Version 1.0", "MPL-1.0")]
    [InlineData("CDDL 1.0", "CDDL-1.0")]
    public void Name_ThatIsWrittenOutForOneLicence_IsThatThoughWordsLikeItCouldBeSeveral(string written, string expected) => s_parser.Parse(written, ExpressionMode.Lenient).Expression?.ToString().ShouldBe(expected);

    [Fact]
    public void Repair_SaysWhatWasDone()
    {
        s_parser.Parse("\"MIT\"", ExpressionMode.Lenient).Repairs.ShouldBe(["The quotation marks around it were taken off."]);
        s_parser.Parse(" MIT Or ISC ", ExpressionMode.Lenient).Repairs.ShouldAllBe(r => r.Contains("read as", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("MIT-style")]
    [InlineData("MIT-license")]
    [InlineData("AFL-2")]
    [InlineData("BSD License")]
    [InlineData("CDDL")]
    [InlineData("MPL-1")]
    public void Word_ThatCouldBeSeveral_IsNone(string written) => s_parser.Parse(written, ExpressionMode.Lenient).IsRead.ShouldBeFalse();
}
