using Headwater.Server.Platform.Ui;

namespace Headwater.Server.Tests.Ui;

public sealed class FormatsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 6, 12, TimeSpan.Zero);
    private readonly Formats _formats = new(new Clock(), Localiser.Load("en"));

    [Theory]
    [InlineData(10, "just now")]
    [InlineData(60, "1 minute ago")]
    [InlineData(3600 * 3, "3 hours ago")]
    [InlineData(86400 * 2, "2 days ago")]
    [InlineData(86400 * 60, "2 months ago")]
    [InlineData(86400 * 800, "12 Sep 2024")]
    [InlineData(-7200, "in 2 hours")]
    public void Ago_AnyAge_IsSaidInTheLargestFittingUnit(int seconds, string said) => _formats.Ago(Now.AddSeconds(-seconds)).ShouldBe(said);

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(256L << 20, "256 MiB")]
    public void Bytes_AnySize_IsInPowersOf1024(long size, string said) => _formats.Bytes(size).ShouldBe(said);

    [Theory]
    [InlineData(9999, "9,999")]
    [InlineData(12345, "12.3k")]
    [InlineData(345678, "346k")]
    [InlineData(5_600_000, "5.6M")]
    public void Short_LargeNumber_IsAbbreviated(long number, string said) => _formats.Short(number).ShouldBe(said);

    [Theory]
    [InlineData(0.99999, ">99.9%")]
    [InlineData(0.0004, "0.04%")]
    [InlineData(0.5, "50.0%")]
    public void Probability_NearOne_IsNotRoundedToCertain(double value, string said) => _formats.Probability(value).ShouldBe(said);

    [Fact]
    public void Moment_AnyOffset_IsInUtc() => _formats.Moment(Now.ToOffset(TimeSpan.FromHours(5))).ShouldBe("21 Nov 2026, 08:06:12 UTC");

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
