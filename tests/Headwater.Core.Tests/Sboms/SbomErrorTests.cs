using System.Text;
using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms;

public sealed class SbomErrorTests
{
    [Fact]
    public void SbomError_LongTexts_AreCut()
    {
        var error = new SbomError(new string('p', 10_000), new string('m', 298) + "\U0001F600" + new string('m', 10_000));
        error.At.Length.ShouldBe(SbomError.MaxLength);
        error.Message.ShouldBe(new string('m', 298) + "…");
    }

    [Fact]
    public void Read_TruncatedXml_NamesTheOpenElementsBriefly()
    {
        var result = Read("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">" + string.Concat(Enumerable.Repeat("<a>", 10_000)));
        result.Valid.ShouldBeFalse();
        result.Errors.ShouldAllBe(e => e.Message.Length <= SbomError.MaxLength);
    }

    [Theory]
    [InlineData("# proto-file: schema/bom-1.6.proto\n# proto-message: Bom\n\nspec_version: \"1.6\"\n")]
    [InlineData("spec_version: \"1.7\"\nversion: 1\n")]
    [InlineData("\n\u00031.6\u0018\u0001")]
    public void Read_Protobuf_SaysThatItIsNotSupported(string text) => Read(text).Errors.Single().Message.ShouldStartWith("protobuf is not supported");

    private static SbomReadResult Read(string text) => SbomReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), new SbomDocument());
}
