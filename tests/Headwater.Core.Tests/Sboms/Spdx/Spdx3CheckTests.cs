using System.Text;
using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms.Spdx;

/// <summary>Single mistakes in a document of SPDX 3.0, by the classes and words of the model.</summary>
public sealed class Spdx3CheckTests
{
    [Theory]
    [InlineData("\"software_Package\"", "\"software_Parcel\"", "no class")]
    [InlineData("\"name\":\"a\"", "\"name\":5", "must be a text")]
    [InlineData("\"name\":\"a\"", "\"name\":\"a\",\"software_primaryPurpose\":\"fun\"", "no purpose")]
    [InlineData("\"sha1\"", "\"sha17\"", "no hash algorithm")]
    [InlineData("2025-01-01T00:00:00Z", "yesterday", "'created'")]
    [InlineData("hasDeclaredLicense", "hasLicence", "no relationship type")]
    public void Read_OneMistake_IsRefused(string right, string wrong, string message)
    {
        var text = SpdxHostileTests.SmallJsonLd.Replace(right, wrong, StringComparison.Ordinal);
        var result = SbomReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), new SbomDocument());
        result.Errors.ShouldContain(e => e.Message.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"Person\"", "\"https://example.org/Robot\"")]
    [InlineData("\"Person\"", "\"Element\"")]
    [InlineData("\"sha1\"", "\"falcon\"")]
    public void Read_WhatOthersAdd_IsAccepted(string right, string other)
    {
        var text = SpdxHostileTests.SmallJsonLd.Replace(right, other, StringComparison.Ordinal);
        SbomReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), new SbomDocument()).Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Read_YamlTextWithoutEnd_IsRefusedBeforeItIsRead()
    {
        var text = "spdxVersion: \"SPDX-2.3\"\nname: " + new string('a', 4_000_000);
        var result = SbomReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), new SbomDocument(), new SbomReadOptions { MaxStringBytes = 100_000 });
        result.Errors.Single().Message.ShouldContain("longer than 100000");
    }
}
