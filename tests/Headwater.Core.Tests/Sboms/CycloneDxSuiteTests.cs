using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms;

/// <summary>The official conformance cases, all of them.</summary>
public sealed class CycloneDxSuiteTests
{
    public static TheoryData<string> Valid => Cases("valid");

    public static TheoryData<string> Invalid => Cases("invalid");

    [Theory]
    [MemberData(nameof(Valid))]
    public void Read_Valid_IsAccepted(string file)
    {
        using var stream = File.OpenRead(TestPaths.Data("cyclonedx/" + file));
        var result = SbomDocument.Read(stream, out _);
        result.Errors.ShouldBeEmpty();
        result.Kind.ShouldBe(new SbomKind(SbomFormat.CycloneDx, file[..3], file.EndsWith(".json", StringComparison.Ordinal) ? SbomSerialization.Json : SbomSerialization.Xml));
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Read_Invalid_IsRefusedWithPlaceAndReason(string file)
    {
        using var stream = File.OpenRead(TestPaths.Data("cyclonedx/" + file));
        var result = SbomDocument.Read(stream, out _);
        result.Valid.ShouldBeFalse();
        result.Errors.ShouldAllBe(e => e.At.Length > 0 && e.Message.Length > 10);
    }

    [Fact]
    public void Read_DependencyGraphExtension_IsRead()
    {
        using var valid = File.OpenRead(TestPaths.Data("cyclonedx/ext/valid-depgraph-1.0.xml"));
        SbomDocument.Read(valid, out var document).Valid.ShouldBeTrue();
        document.Relationships.ShouldNotBeEmpty();
        using var invalid = File.OpenRead(TestPaths.Data("cyclonedx/ext/invalid-depgraph-1.0.xml"));
        SbomDocument.Read(invalid, out _).Errors.ShouldContain(e => e.Message.Contains("ref", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_NestedDependencies_AreStatementsOfTheirOwn()
    {
        const string text = """<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components/><dependencies><dependency ref="a"><dependency ref="b"><dependency ref="c"/></dependency></dependency></dependencies></bom>""";
        SbomDocument.Read(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), out var document).Errors.ShouldBeEmpty();
        document.Relationships.Select(r => r.From + r.To).ShouldBe(["ab", "bc"], ignoreOrder: true);
    }

    private static TheoryData<string> Cases(string folder)
    {
        var root = TestPaths.Data("cyclonedx");
        return [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(root, f).Replace('\\', '/'))
            .Where(f => f.Contains($"/{folder}/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
    }
}
