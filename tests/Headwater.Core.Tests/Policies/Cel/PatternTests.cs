using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Policies.Cel;
using Headwater.Core.Policies.Cel.Library;

namespace Headwater.Core.Tests.Policies.Cel;

/// <summary>Regular expressions by the syntax of RE2.</summary>
public sealed class PatternTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("b", "abc", true)]
    [InlineData("^b", "abc", false)]
    [InlineData("c$", "abc", true)]
    [InlineData("c$", "abc\n", false)]
    [InlineData("(?m)c$", "abc\nd", true)]
    [InlineData("(?m)^d", "abc\nd", true)]
    [InlineData("a.c", "a\nc", false)]
    [InlineData("(?s)a.c", "a\nc", true)]
    [InlineData("(?s:a.c)|x.y", "x\ny", false)]
    [InlineData("(?i)STRASSE", "strasse", true)]
    [InlineData("(?i)k", "\u212A", true)]
    [InlineData("(?i)[x-z]Ä", "Yä", true)]
    [InlineData("(?i:A)b", "ab", true)]
    [InlineData("(?i:A)b", "aB", false)]
    [InlineData("^a{2,3}$", "aa", true)]
    [InlineData("^a{2,3}$", "aaaa", false)]
    [InlineData("^a{2,}$", "aaaaa", true)]
    [InlineData("^a{2}$", "aaa", false)]
    [InlineData("a{,2}", "a{,2}", true)]
    [InlineData("^(ab|cd)*?$", "abcdab", true)]
    [InlineData("^(ab|cd)+$", "abc", false)]
    [InlineData("^(|a)+$", "aaa", true)]
    [InlineData("^(a|ab)(c|bcd)$", "abcd", true)]
    [InlineData("^(?:a|b|)$", "", true)]
    [InlineData("x*", "", true)]
    [InlineData("\\d+", "٣", false)]
    [InlineData("\\w", "é", false)]
    [InlineData("^[[:alpha:]_]+$", "ab_C", true)]
    [InlineData("[[:^digit:]]", "123", false)]
    [InlineData("^\\D\\W\\S$", "a-b", true)]
    [InlineData("^[\\D]$", "5", false)]
    [InlineData("^[^a-c]$", "d", true)]
    [InlineData("^[]a]+$", "]a", true)]
    [InlineData("^[a-]+$", "a-", true)]
    [InlineData("^[\\]\\-\\\\]+$", "]-\\", true)]
    [InlineData("\\bfoo\\b", "a foo b", true)]
    [InlineData("\\bfoo\\b", "afoo", false)]
    [InlineData("\\Boo\\B", "foox", true)]
    [InlineData("\\Aab\\z", "ab", true)]
    [InlineData("^\\Qa.b*\\E+$", "a.b***", true)]
    [InlineData("\\x41\\x{1F600}\\101\\07", "A😀A\a", true)]
    [InlineData("^\\p{Lu}\\pL+\\P{L}$", "Été1", true)]
    [InlineData("^[\\p{Nd}\\P{L}]$", "é", false)]
    [InlineData("^.$", "😀", true)]
    [InlineData("^[😀-😂]{3}$", "😀😁😂", true)]
    [InlineData("^(?P<name>a)(?<other>b)$", "ab", true)]
    [InlineData("^pkg:npm/(%40[^/]+/)?[^@]+@\\d+\\.\\d+", "pkg:npm/%40angular/core@12.0.0", true)]
    public void IsMatch_Pattern_FindsWhatRe2Finds(string pattern, string text, bool matches)
    {
        var steps = 1_000_000L;
        Pattern.Read(pattern, out var error).ShouldNotBeNull(error).IsMatch(text, ref steps).ShouldBe(matches);
    }

    [Theory]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("[a")]
    [InlineData("[z-a]")]
    [InlineData("*a")]
    [InlineData("a**")]
    [InlineData("a{2}{3}")]
    [InlineData("a{1001}")]
    [InlineData("a{3,2}")]
    [InlineData("\\")]
    [InlineData("\\1")]
    [InlineData("\\y")]
    [InlineData("(a)\\1")]
    [InlineData("(?=a)")]
    [InlineData("(?!a)")]
    [InlineData("(?<=a)")]
    [InlineData("(?<!a)")]
    [InlineData("(?P<>a)")]
    [InlineData("(?x)a")]
    [InlineData("\\p{Klingon}")]
    [InlineData("[[:nothing:]]")]
    [InlineData("\\x{110000}")]
    [InlineData("\\C")]
    public void Read_WhatIsNoPattern_SaysWhy(string pattern)
    {
        Pattern.Read(pattern, out var error).ShouldBeNull();
        error.ShouldStartWith("The regular expression '");
        Expressions.Unchecked($"'a'.matches(r'{pattern}')").Kind.ShouldBe(CelKind.Error);
        Expressions.Unchecked($"'a'.matches(r'{pattern}') || true").IsTrue.ShouldBeTrue();
    }

    /// <summary>On patterns that mean the same in both, the answer is that of the platform's engine.</summary>
    [Fact]
    public void IsMatch_RandomPatterns_AgreesWithThePlatform()
    {
        var atom = Gen.Elements("a", "b", "c", ".", "[ab]", "[^a]", "\\.", "x");
        var pattern = Gen.Sized(size => Grow(Math.Min(size, 6)));
        var text = Gen.Elements('a', 'b', 'c', 'x', '.').ListOf().Select(l => string.Concat(l));

        Prop.ForAll(pattern.Zip(text).ToArbitrary(), pair =>
        {
            var steps = 10_000_000L;
            var ours = Pattern.Read(pair.Item1, out var error);
            ours.ShouldNotBeNull(pair.Item1 + ": " + error);
            ours.IsMatch(pair.Item2, ref steps).ShouldBe(Regex.IsMatch(pair.Item2, pair.Item1, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(20)), $"{pair.Item1} on {pair.Item2}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

        Gen<string> Grow(int size) => size <= 0 ? atom : Gen.OneOf(atom,
            Grow(size - 1).Zip(Grow(size - 2)).Select(p => p.Item1 + p.Item2),
            Grow(size - 1).Zip(Grow(size - 2)).Select(p => $"(?:{p.Item1}|{p.Item2})"),
            Grow(size - 1).Zip(Gen.Elements("*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "{0}")).Select(p => $"(?:{p.Item1}){p.Item2}"),
            Grow(size - 1).Select(p => $"^{p}"),
            Grow(size - 1).Select(p => $"(?:{p}|)\\z"));
    }
}
