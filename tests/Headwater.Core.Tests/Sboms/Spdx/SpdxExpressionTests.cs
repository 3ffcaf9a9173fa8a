using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Sboms.Spdx;

namespace Headwater.Core.Tests.Sboms.Spdx;

/// <summary>The syntax of licence expressions, by annex D of SPDX 2.3.</summary>
public class SpdxExpressionTests
{
    [Theory]
    [InlineData("MIT")]
    [InlineData("GPL-2.0+")]
    [InlineData("(MIT)")]
    [InlineData("MIT OR Apache-2.0 AND BSD-3-Clause")]
    [InlineData("GPL-2.0-only WITH Classpath-exception-2.0")]
    [InlineData("(GPL-2.0-or-later WITH Bison-exception-2.2) AND (LicenseRef-1 OR DocumentRef-x:LicenseRef-2)")]
    [InlineData("MIT WITH DocumentRef-a:AdditionRef-b")]
    [InlineData("MIT with AdditionRef-b")]
    public void Check_Expression_IsAccepted(string text) => SpdxExpression.Check(text).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("MIT OR")]
    [InlineData("AND MIT")]
    [InlineData("MIT Apache-2.0")]
    [InlineData("(MIT")]
    [InlineData("MIT)")]
    [InlineData("()")]
    [InlineData("(MIT OR Apache-2.0) WITH x")]
    [InlineData("MIT WITH")]
    [InlineData("MIT WITH a WITH b")]
    [InlineData("MIT/Apache-2.0")]
    [InlineData("LicenseRef-")]
    [InlineData("DocumentRef-:LicenseRef-a")]
    [InlineData("DocumentRef-a:MIT")]
    [InlineData("MIT++")]
    [InlineData("a_b")]
    public void Check_NoExpression_IsRefused(string text) => SpdxExpression.Check(text).ShouldNotBeNull();

    [Fact]
    public void Check_ManyParentheses_IsRefusedWithoutRecursion() => SpdxExpression.Check(new string('(', 200_000)).ShouldNotBeNull();

    [Fact]
    public void Check_BuiltExpression_IsAlwaysAccepted()
    {
        var expression = Gen.Sized(size => Expression(Math.Min(size, 6)));
        Prop.ForAll(expression.ToArbitrary(), text => SpdxExpression.Check(text) is null).QuickCheckThrowOnFailure();
    }

    private static Gen<string> Expression(int depth)
    {
        var simple = Gen.OneOf(Gen.Elements("MIT", "Apache-2.0", "GPL-2.0+", "LicenseRef-a.b", "DocumentRef-d:LicenseRef-1"), Gen.Elements("GPL-2.0-only WITH x-1", "MIT WITH AdditionRef-1"));
        if (depth == 0) return simple;
        var inner = Expression(depth - 1);
        return Gen.OneOf(simple, inner.Select(e => $"({e})"), from a in inner from b in inner from o in Gen.Elements("AND", "OR") select $"{a} {o} {b}");
    }
}
