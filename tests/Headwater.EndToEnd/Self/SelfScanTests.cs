using System.Text.Json;
using Headwater.Core.Sboms;
using Headwater.EndToEnd.Cli;

namespace Headwater.EndToEnd.Self;

/// <summary>Headwater holds itself to what it asks of others: an SBOM that is valid, licences that are allowed, no grave vulnerability.</summary>
public sealed class SelfScanTests(AdvisoryIndexFixture index)
{
    private static readonly string[] Allowed = ["Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MS-PL", "PostgreSQL"];

    [Theory]
    [InlineData("Headwater.Core")]
    [InlineData("Headwater.Server")]
    [InlineData("Headwater.Cli")]
    public void Licences_OfWhatShips_AreAllowed(string project)
    {
        var packages = OwnSbom.Of(project).Components.Where(c => !c.IsRoot).ToList();
        packages.ShouldNotBeEmpty();
        packages.Where(p => !p.Licences.Exists(l => Allowed.Contains(l.Expression))).Select(p => $"{p.Name} {p.Version}: {p.Licences.FirstOrDefault()?.Display ?? "no licence declared"}").ShouldBeEmpty();
    }

    [Fact]
    public async Task Licences_OfWhatShips_AreThoseThatItsFilesState()
    {
        var archives = OwnSbom.Archives("Headwater.Server").Concat(OwnSbom.Archives("Headwater.Cli")).Distinct().ToList();
        archives.Count.ShouldBeGreaterThan(5);

        var scan = await HeadwaterCli.RunAsync(["licence", "scan", "--json", .. archives]);

        scan.ExitCode.ShouldBe(0, scan.Error);
        scan.Lines.Length.ShouldBe(archives.Count);
        scan.Lines.Select((_, i) => scan.Json(i)).Where(p => p.GetProperty("agreement").GetString() is not ("same" or "onlyDeclared") || !Allowed.Contains(p.GetProperty("declared").GetProperty("expression").GetString()))
            .Select(p => $"{p.GetProperty("purl").GetString()}: declared {p.GetProperty("declared")}, found {p.GetProperty("found").GetString()}").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Headwater.Server")]
    [InlineData("Headwater.Cli")]
    public async Task Scan_OfOurselves_FindsNothingHighOrWorse(string project)
    {
        using var folder = new TemporaryFolder();
        var sbom = Path.Combine(folder.Path, "headwater.cdx.json");
        using (var file = File.Create(sbom)) SbomWriter.Write(OwnSbom.Of(project), "cyclonedx-1.6-json", file).ShouldBeEmpty();
        (await HeadwaterCli.RunAsync("sbom", "check", sbom)).ExitCode.ShouldBe(0);

        var scan = await HeadwaterCli.RunAsync("scan", sbom, "--db", index.Path, "--fail-on", "high", "--format", "json");
        scan.ExitCode.ShouldBe(0, scan.Output + scan.Error);
        JsonDocument.Parse(scan.Output).RootElement.ValueKind.ShouldBe(JsonValueKind.Object);
    }
}
