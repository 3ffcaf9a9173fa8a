using System.Diagnostics;
using System.Globalization;
using Headwater.Server.Platform.Commands;

namespace Headwater.Server.Features.Demo;

/// <summary>Fills an empty installation with a portfolio of any size, to try Headwater at the scale of one's own.</summary>
internal static class DemoModule
{
    private const int Most = 1_000_000;

    public static IReadOnlyList<OperatorCommand> Commands { get; } =
    [
        new OperatorCommand
        {
            Name = "demo", Summary = "fill an empty installation with a made-up portfolio of any size", Data = DataUse.Alone,
            Options =
            [
                new("--scale", "N", "projects; each has 200 components"),
                new("--samples", "DIR", "the sample folder that packages and advisories are taken from; ./samples when not given, else the one beside the program"),
                new("--advisories", "DIR", "another folder of advisories (OSV archives, epss/, kev/)"),
                new("--seed", "NUMBER", "another portfolio of the same shape; 1 when not given"),
            ],
            RunAsync = RunAsync,
            Help = """
                Packages and versions are those that the advisories and sample documents name, continued by counting the last number of a version on. A few
                packages are in most projects and most are rare; findings come from the advisories as they do for real documents. Projects, teams
                and companies are made up, and the same seed makes the same ones. The uploads share one empty document, and there is no
                dependency graph: what is tried is the portfolio, not one project.

                  headwater-server demo --scale 10000 --data /tmp/big
                  headwater-server --data /tmp/big
                """,
        },
    ];

    public static void AddServices(IServiceCollection services) => services.AddSingleton<DemoStore>().AddSingleton<DemoLoader>();

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var scale = Number(run, "--scale", null, Most);
        var seed = Number(run, "--seed", 1, int.MaxValue);
        var samples = run.Option("--samples") ?? Found();
        var advisories = run.Option("--advisories") ?? Path.Combine(samples, "advisories");
        if (!Directory.Exists(advisories)) throw new UsageException(NoFolder(run, advisories));
        if (!Directory.EnumerateFiles(advisories, "*.zip", SearchOption.AllDirectories).Any())
            throw new UsageException($"The folder {Path.GetFullPath(advisories)} holds no OSV archives (*.zip), which the packages of the portfolio are named by. Name a folder that holds them with --advisories DIR, one folder for each ecosystem: DIR/npm/all.zip.");
        var watch = Stopwatch.StartNew();
        var loaded = await run.Get<DemoLoader>().LoadAsync(scale, seed, advisories, Path.Combine(samples, "sboms"), run.Progress, cancellationToken);
        run.Say($"{CommandRun.Number(scale)} projects with {CommandRun.Number(loaded.Occurrences)} occurrences of {CommandRun.Number(loaded.Versions)} component versions, owned by {CommandRun.Number(loaded.Teams)} teams, in {watch.Elapsed.TotalSeconds.ToString("N1", CultureInfo.InvariantCulture)} s");
        foreach (var (what, seconds) in loaded.Parts) run.Note($"  {seconds.ToString("N1", CultureInfo.InvariantCulture),7} s  {what}");
        return CommandLine.Done;
    }

    /// <summary>The samples at hand: in a checkout they lie in the current folder, or two above the program that was built there; a package may put them beside it.</summary>
    private static string Found() =>
        ((string[])["samples", Path.Combine(AppContext.BaseDirectory, "samples"), Path.Combine(AppContext.BaseDirectory, "..", "..", "samples")]).Select(Path.GetFullPath).FirstOrDefault(f => Directory.Exists(Path.Combine(f, "advisories"))) ?? "samples";

    private static string NoFolder(CommandRun run, string advisories) => run.Option("--advisories") is not null || run.Option("--samples") is not null
        ? $"There is no folder {Path.GetFullPath(advisories)}. --samples DIR names a sample folder, which has advisories/ in it; --advisories DIR names the advisories themselves."
        : $"""
            The packages of the portfolio and their vulnerabilities are taken from files, and there are none in {Path.GetFullPath("samples")}.
            In a checkout of Headwater, start this in its folder or add --samples CHECKOUT/samples. Elsewhere, put OSV archives into a folder, one folder for
            each ecosystem (DIR/npm/all.zip, DIR/Maven/all.zip), and add --advisories DIR. 'headwater-server demo --help' says more.
            """;

    private static int Number(CommandRun run, string option, int? otherwise, int most)
    {
        if (run.Option(option) is not { } text) return otherwise ?? throw new UsageException($"'demo' needs {option}. Type 'headwater-server demo --help' to see how it is used.");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number : throw new UsageException($"{option} takes a whole number from 1 to {CommandRun.Number(most)}, not '{text}'.");
    }
}
