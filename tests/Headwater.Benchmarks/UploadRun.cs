namespace Headwater.Benchmarks;

/// <summary>Uploads of 5,000 and 300,000 components into a real server.</summary>
internal static class UploadRun
{
    private const string Keycloak = "sbom/cyclonedx/bom-examples/SBOM/keycloak-10.0.2/bom.json";
    private const string ProtonBridge = "sbom/cyclonedx/bom-examples/SBOM/proton-bridge/proton-bridge-v1.8.0.bom.json";

    public static async Task RunAsync(string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("headwater-bench-sbom-").FullName;
        try
        {
            Console.WriteLine("| upload | bytes | answered ms | visible ms | peak MiB |");
            Console.WriteLine("|---|---:|---:|---:|---:|");
            var small = Path.Combine(folder, "5k.json");
            LargeSbom.Write(Measured.Shared(Keycloak), small, 5_000);
            using (var server = await ServerProcess.StartAsync(null, "--samples", "samples"))
            {
                await server.UploadAsync(small, "warm-up");
                var runs = new List<(double Answered, double Visible)>();
                for (var i = 0; i < 5; i++) runs.Add(await server.UploadAsync(small, $"five-thousand-{i}"));
                Console.WriteLine($"| 5,000 components, known to the portfolio (median of 5) | {new FileInfo(small).Length:N0} | {Measured.Median(runs.Select(r => r.Answered)):N0} | {Measured.Median(runs.Select(r => r.Visible)):N0} | {Measured.PeakMiB(server.Id):N0} |");
            }

            using (var server = await ServerProcess.StartAsync(null, "--samples", "samples"))
            {
                var (answered, visible) = await server.UploadAsync(small, "first");
                Console.WriteLine($"| 5,000 components, all new, first upload after the start | {new FileInfo(small).Length:N0} | {answered:N0} | {visible:N0} | {Measured.PeakMiB(server.Id):N0} |");
            }

            var count = arguments.Length > 0 ? int.Parse(arguments[0]) : 300_000;
            var large = Path.Combine(folder, "large.json");
            LargeSbom.Write(Measured.Shared(ProtonBridge), large, count);
            using (var server = await ServerProcess.StartAsync(null, "--samples", "samples"))
            {
                var (answered, visible) = await server.UploadAsync(large, "large");
                Console.WriteLine($"| {count:N0} components, all new | {new FileInfo(large).Length:N0} | {answered:N0} | {visible:N0} | {Measured.PeakMiB(server.Id):N0} |");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
