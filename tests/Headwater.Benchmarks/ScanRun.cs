namespace Headwater.Benchmarks;

/// <summary><c>headwater scan</c> as a script runs it: a new process each time.</summary>
internal static class ScanRun
{
    public static async Task RunAsync(string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("headwater-bench-scan-").FullName;
        try
        {
            var sbom = Path.Combine(folder, "1k.json");
            LargeSbom.Write(Measured.Shared("sbom/cyclonedx/bom-examples/SBOM/keycloak-10.0.2/bom.json"), sbom, 1_000);
            var index = arguments.Length > 0 ? arguments[0] : Path.Combine(folder, "advisories.hwx");
            if (arguments.Length == 0) await Measured.RunAsync(Path.Combine(Measured.Root, "hw"), "advisories", "build", "--from", Measured.Shared("vulns/osv"), "--out", index);
            var runs = new List<(double Milliseconds, double PeakMiB, int Code)>();
            for (var i = 0; i < 11; i++) runs.Add(await Measured.RunAsync(Path.Combine(Measured.Root, "hw"), "scan", sbom, "--db", index, "--format", "json"));
            Console.WriteLine("| scan of 1,000 components, all advisories | median ms | slowest ms | peak MiB |");
            Console.WriteLine("|---|---:|---:|---:|");
            Console.WriteLine($"| exit code {runs[0].Code} | {Measured.Median(runs.Skip(1).Select(r => r.Milliseconds)):N0} | {runs.Skip(1).Max(r => r.Milliseconds):N0} | {runs.Max(r => r.PeakMiB):N0} |");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
