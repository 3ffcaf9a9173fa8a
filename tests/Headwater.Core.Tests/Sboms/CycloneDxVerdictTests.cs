using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms;

/// <summary>
/// What is said of real-world documents and other projects' fixtures. The table is approved by hand: a change in it is a change in
/// behaviour. Set HEADWATER_APPROVE=1 to write it anew.
/// </summary>
public sealed class CycloneDxVerdictTests
{
    private static readonly string[] Folders =
        ["bom-examples", "dependency-track-fixtures", "ext", "guac-fixtures", "ort-reporter-output", "osv-scalibr-fixtures", "real-world", "sbom-utility", "sbomqs-quality", "1.2/skip-invalid", "1.7/informal"];

    [Fact]
    public void Read_RealWorldDocuments_VerdictsAreTheApprovedOnes()
    {
        var root = TestPaths.Shared("sbom/cyclonedx");
        var lines = Folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(root, f), "*", SearchOption.AllDirectories))
            .Select(f => Path.GetRelativePath(root, f).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)
            .Select(f => f + "\t" + Verdict(Path.Combine(root, f)));
        var text = string.Join('\n', lines) + "\n";
        var approved = Path.Combine(TestPaths.RepoRoot, "tests/Headwater.Core.Tests/Sboms/cyclonedx-verdicts.tsv");
        if (Environment.GetEnvironmentVariable("HEADWATER_APPROVE") == "1") File.WriteAllText(approved, text);
        text.ShouldBe(File.ReadAllText(approved));
    }

    [Theory]
    [InlineData("bom-examples/SBOM/keycloak-10.0.2/bom.json", 903, 899)]
    [InlineData("bom-examples/SBOM/keycloak-10.0.2/bom.xml", 903, 899)]
    [InlineData("bom-examples/SBOM/juice-shop/via_npm/bare/bom.1.4.json", 1115, 1116)]
    public void Read_LargestExamples_AreCounted(string file, long components, long dependencies)
    {
        using var stream = File.OpenRead(TestPaths.Shared("sbom/cyclonedx/" + file));
        var result = SbomDocument.Read(stream, out _);
        (result.Components, result.Dependencies).ShouldBe((components, dependencies));
    }

    /// <summary>Every accepted document can be written in each form; what is written is valid, and nothing is lost unsaid.</summary>
    [Theory]
    [InlineData("cyclonedx-1.6-xml")]
    [InlineData("cyclonedx-1.7-json")]
    public void Write_RealWorldDocuments_ComeBack(string target)
    {
        var root = TestPaths.Shared("sbom/cyclonedx");
        foreach (var file in Folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(root, f), "*", SearchOption.AllDirectories)))
        {
            using var stream = File.OpenRead(file);
            if (!SbomDocument.Read(stream, out var document).Valid) continue;
            using var written = new MemoryStream();
            var losses = SbomWriter.Write(document, target, written);
            written.Position = 0;
            var result = SbomDocument.Read(written, out var again);
            result.Errors.ShouldBeEmpty(file);
            if (losses.Count > 0) continue;
            var (a, b) = (ModelText.Of(document), ModelText.Of(again));
            if (a != b) Assert.Fail(file + "\n" + ModelText.Difference(a, b));
        }
    }

    private static string Verdict(string file)
    {
        using var stream = File.OpenRead(file);
        var r = SbomReader.Read(stream, new SbomDocument());
        var kind = r.Kind is { } k ? $"{k.FormatName} {k.SpecVersion} {k.SerializationName}" : "-";
        return $"{(r.Valid ? "valid" : "invalid")}\t{kind}\t{r.Components}\t{r.Dependencies}\t{r.Warnings.Count}\t{(r.Valid ? "" : Line(r.Errors[0].At + ": " + r.Errors[0].Message))}";
    }

    private static string Line(string text)
    {
        var line = text.ReplaceLineEndings(" ").Replace('\t', ' ');
        return line.Length <= 160 ? line : line[..157] + "…";
    }
}
