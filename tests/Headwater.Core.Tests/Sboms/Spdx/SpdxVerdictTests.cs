using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms.Spdx;

/// <summary>
/// What is said of real-world documents and other projects' fixtures. The table is approved by hand: a change in it is a change in
/// behaviour. Set HEADWATER_APPROVE=1 to write it anew.
/// </summary>
public sealed class SpdxVerdictTests
{
    private static readonly string[] s_folders = ["guac-fixtures", "osv-scalibr-fixtures", "real-world", "sbom-utility", "sbomqs-quality"];

    [Fact]
    public void Read_RealWorldDocuments_VerdictsAreTheApprovedOnes()
    {
        var root = TestPaths.Shared("sbom/spdx");
        var lines = s_folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(root, f), "*", SearchOption.AllDirectories))
            .Select(f => Path.GetRelativePath(root, f).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)
            .Select(f => f + "\t" + Verdict(Path.Combine(root, f)));
        var text = string.Join('\n', lines) + "\n";
        var approved = Path.Combine(TestPaths.RepoRoot, "tests/Headwater.Core.Tests/Sboms/Spdx/spdx-verdicts.tsv");
        if (Environment.GetEnvironmentVariable("HEADWATER_APPROVE") == "1") File.WriteAllText(approved, text);
        text.ShouldBe(File.ReadAllText(approved));
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
