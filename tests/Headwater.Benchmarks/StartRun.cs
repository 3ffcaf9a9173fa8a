namespace Headwater.Benchmarks;

/// <summary>From process start to ready, with data that is there already and with a portfolio that is filled first.</summary>
internal static class StartRun
{
    public static async Task RunAsync(string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("headwater-bench-start-").FullName;
        try
        {
            Console.WriteLine("| start | ready ms | resident MiB |");
            Console.WriteLine("|---|---:|---:|");
            using (var first = await ServerProcess.StartAsync(folder, "--samples", "samples"))
                Console.WriteLine($"| first, the sample organisation is loaded | {first.ReadyMilliseconds:N0} | {Measured.ResidentMiB(first.Id):N0} |");
            var ready = new List<(double Ready, double Resident)>();
            for (var i = 0; i < 5; i++)
            {
                using var next = await ServerProcess.StartAsync(folder, "--samples", "samples");
                ready.Add((next.ReadyMilliseconds, Measured.ResidentMiB(next.Id)));
            }

            Console.WriteLine($"| later, median of 5 | {Measured.Median(ready.Select(r => r.Ready)):N0} | {Measured.Median(ready.Select(r => r.Resident)):N0} |");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
