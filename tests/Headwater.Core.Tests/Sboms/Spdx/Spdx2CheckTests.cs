using System.Text;
using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms.Spdx;

public sealed class Spdx2CheckTests
{
    [Theory]
    [InlineData("LicenseRef-1", true)]
    [InlineData("MyLicence", false)]
    public void Read_ExtractedLicence_HasALicenseRef(string id, bool valid)
    {
        var text = $$"""
            {"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","dataLicense":"CC0-1.0","name":"x","documentNamespace":"https://example.org/x",
            "creationInfo":{"created":"2025-01-01T00:00:00Z","creators":["Tool: x"]},"hasExtractedLicensingInfos":[{"licenseId":"{{id}}","extractedText":"t"}]}
            """;
        SbomReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), new SbomDocument()).Valid.ShouldBe(valid);
    }
}
