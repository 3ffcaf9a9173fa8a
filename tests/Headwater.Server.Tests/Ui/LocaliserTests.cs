using Headwater.Server.Platform.Ui;

namespace Headwater.Server.Tests.Ui;

public sealed class LocaliserTests
{
    private readonly Localiser _text = Localiser.Load("en");

    [Theory]
    [InlineData(0, 1, "The one project has no known vulnerability.")]
    [InlineData(1, 1, "The one project has known vulnerabilities.")]
    [InlineData(1, 12, "1 of 12 projects has a known vulnerability.")]
    [InlineData(0, 12, "0 of 12 projects have known vulnerabilities.")]
    [InlineData(3, 4100, "3 of 4,100 projects have known vulnerabilities.")]
    public void Of_APartOfAWhole_IsSaidAsPeopleSayIt(long part, long whole, string said) => _text.Of("overview.lead", part, whole).ShouldBe(said);

    [Fact]
    public void Of_ATextWithoutAFormForAWholeOfOne_FallsBackToThePluralOfThePart() => _text.Of("overview.leadUnknown", 0, 1).ShouldBe("0 of 1 component versions cannot be checked.");
}
