using Headwater.Benchmarks;

// Scale runs measure whole jobs against the targets in docs/benchmarks.md; "micro" hands over to BenchmarkDotNet.
var runs = new SortedDictionary<string, (string About, Func<string[], Task> Run)>(StringComparer.Ordinal)
{
    ["advisories"] = ("the advisory index: build, open, match", AdvisoryBenchmarks.RunAsync),
    ["upload"] = ("SBOMs of 5,000 and 300,000 components into a real server", UploadRun.RunAsync),
    ["scale"] = ("a portfolio of --projects N (1,000) in a real server: questions, lists, dashboards, uploads", ScaleRun.RunAsync),
    ["licences"] = ("licence texts identified: how many rightly, how many a second", LicenceRun.RunAsync),
    ["notice"] = ("the notice of an SBOM of 1,000 components with texts, in every format", NoticeRun.RunAsync),
    ["policy"] = ("fifty rules of a policy: compiled, and evaluated on the facts of one component", PolicyRun.RunAsync),
    ["scan"] = ("'headwater scan' of a 1,000-component SBOM, process start included", ScanRun.RunAsync),
    ["start"] = ("the server with the sample organisation, from process start to ready", StartRun.RunAsync),
    ["micro"] = ("BenchmarkDotNet; arguments are passed on, for example: micro --filter '*'", arguments =>
    {
        BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(UploadRun).Assembly).Run(arguments);
        return Task.CompletedTask;
    }),
};

if (args.Length == 0 || !runs.TryGetValue(args[0], out var chosen))
{
    Console.WriteLine("dotnet run -c Release --project tests/Headwater.Benchmarks -- RUN [ARGUMENTS]");
    foreach (var (name, (about, _)) in runs) Console.WriteLine($"  {name,-12} {about}");
    return args.Length == 0 ? 0 : 2;
}

await chosen.Run(args[1..]);
return 0;
