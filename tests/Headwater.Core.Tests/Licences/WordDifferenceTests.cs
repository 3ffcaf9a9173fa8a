using Headwater.Core.Licences.Differences;

namespace Headwater.Core.Tests.Licences;

/// <summary>How two texts differ, word by word.</summary>
public sealed class WordDifferenceTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("the same words", "The  SAME\nwords", "")]
    [InlineData("say \"so\" – always", "say ‘so’ - always", "")]
    [InlineData("# one\n# two", "one two", "")]
    [InlineData("one two three", "one 2 three", "-two+2")]
    [InlineData("", "all new", "+all new")]
    [InlineData("all gone", "", "-all gone")]
    [InlineData("a b c d e f", "a c d x f g", "-b-e+x+g")]
    [InlineData("free of charge", "free of any charge", "+any")]
    public void Words_ThatDiffer_AreTold(string first, string second, string differs) =>
        string.Concat(WordDifference.Between(first, second).Parts.Where(p => p.Kind != DifferenceKind.Same).Select(p => (p.Kind == DifferenceKind.Removed ? "-" : "+") + p.Text.Trim())).ShouldBe(differs);

    [Fact]
    public void Parts_GiveBothTextsAgain()
    {
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var (a, b) = (Text(random), Text(random));
            var it = WordDifference.Between(a, b);
            Plain(string.Concat(it.Parts.Where(p => p.Kind != DifferenceKind.Removed).Select(p => p.Text))).ShouldBe(Plain(b));
            Plain(string.Concat(it.Parts.Where(p => p.Kind != DifferenceKind.Added).Select(p => p.Text))).ShouldBe(Plain(a));
            it.Removed.ShouldBe(it.Parts.Where(p => p.Kind == DifferenceKind.Removed).Sum(p => Plain(p.Text).Length));
        }

        static string Text(Random random) => string.Join(' ', Enumerable.Range(0, random.Next(0, 40)).Select(_ => "abcdef"[random.Next(6)]));
        static string Plain(string text) => text.Replace(" ", "", StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_WithNothingInCommon_AreToldWholeInTime()
    {
        var first = string.Join(' ', Enumerable.Range(0, 60_000).Select(i => "a" + i));
        var second = string.Join(' ', Enumerable.Range(0, 60_000).Select(i => "b" + i));
        var it = WordDifference.Between(first, second);
        (it.IsCoarse, it.Removed, it.Added).ShouldBe((true, WordDifference.MostWords, WordDifference.MostWords));
    }
}
