using System.Diagnostics;
using System.Globalization;
using System.Text;
using Headwater.Core.Policies.Cel;
using Headwater.Core.Sboms;

namespace Headwater.Benchmarks;

/// <summary>Fifty rules of the kind that packs have: compiled, and evaluated on the facts of one component.</summary>
internal static class PolicyRun
{
    private static readonly string[] s_shapes =
    [
        "licence.category == 'copyleft_strong' && context.distributed && !has_waiver",
        "licence.category == 'proprietary' || licence.category == 'commercial'",
        "licence.category in ['source_available', 'unstated', 'free_restricted'] && context.kind != 'internal'",
        "advisories.exists(a, a.severity == 'critical' && a.known_exploited)",
        "advisories.exists(a, a.score >= 9.0 && !a.analysed) && project.tier == 1",
        "component.age > duration('17520h') && health.commits_last_year == 0",
        "component.version.startsWith('0.') && project.tier == 1",
        "component.name.matches('^(left-pad|event-stream|colors)$')",
        "occurrence.is_direct && occurrence.depth > 5",
        "licence.flags.exists(f, f == 'network' || f == 'anti_tivoisation') && context.hosted",
    ];

    public static async Task RunAsync(string[] arguments)
    {
        Rules();
        await CheckAsync();
    }

    /// <summary>`headwater check` of 1,000 real components with the pack for banks (30 rules) and the sample advisories, as a process.</summary>
    private static async Task CheckAsync()
    {
        var folder = Directory.CreateTempSubdirectory("headwater-bench-check-").FullName;
        try
        {
            var (sbom, index) = (Path.Combine(folder, "bom.json"), Path.Combine(folder, "advisories.hwx"));
            await File.WriteAllTextAsync(sbom, Thousand());
            var hw = Path.Combine(Measured.Root, "hw");
            await Measured.RunAsync(hw, "advisories", "build", "--from", Path.Combine(Measured.Root, "samples", "advisories"), "--out", index);
            foreach (var format in (string[])["table", "json", "sarif", "junit", "markdown"])
            {
                var runs = new List<(double Milliseconds, double PeakMiB, int Code)>();
                for (var i = 0; i < 8; i++) runs.Add(await Measured.RunAsync(hw, "check", sbom, "--pack", "bank", "--context", "distributed", "--exposure", "internet", "--db", index, "--as-of", "2026-08-20", "--format", format, "-o", Path.Combine(folder, "out")));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"`headwater check --format {format}` of 1,000 components, process start included: median {Measured.Median(runs.Skip(1).Select(r => r.Milliseconds)):N0} ms, peak {runs.Max(r => r.PeakMiB):N0} MiB, exit code {runs[0].Code}"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The first 1,000 packages of two real documents, with their licences.</summary>
    private static string Thousand()
    {
        var components = new List<SbomComponent>();
        foreach (var name in (string[])["juice-shop-14.1.1.cdx.json", "keycloak-10.0.2.cdx.xml"])
        {
            using var stream = File.OpenRead(Path.Combine(Measured.Root, "samples", "sboms", name));
            SbomDocument.Read(stream, out var document);
            components.AddRange(document.Components.Where(c => c.Purl is not null && !c.IsRoot));
        }

        var text = new StringBuilder("""{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[""");
        foreach (var (i, component) in components.DistinctBy(c => c.Purl).Take(1_000).Index())
        {
            var licences = string.Join(" AND ", component.Licences.Select(l => l.Display).Where(l => !l.Contains(' ', StringComparison.Ordinal)).Distinct());
            text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $$"""{"type":"library","bom-ref":"c{{i}}","name":{{Json(component.Name)}},"version":{{Json(component.Version ?? "0")}},"purl":{{Json(component.Purl!)}}""");
            if (licences.Length > 0) text.Append(CultureInfo.InvariantCulture, $$""","licenses":[{"expression":{{Json(licences)}}}]""");
            text.Append('}');
        }

        return text.Append("]}").ToString();

        static string Json(string value) => System.Text.Json.JsonSerializer.Serialize(value);
    }

    private static void Rules()
    {
        string[] sources = [.. Enumerable.Range(0, 50).Select(i => s_shapes[i % s_shapes.Length].Replace("has_waiver", $"(has_waiver || project.number == {i})", StringComparison.Ordinal) + $" && project.number != {i + 100}")];
        var watch = Stopwatch.StartNew();
        var environment = Facts.Declare();
        Compile(environment, sources);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"50 rules declared and compiled first, cold: {watch.Elapsed.TotalMilliseconds:N1} ms"));
        var times = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            watch.Restart();
            Compile(environment, sources);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"50 rules compiled, warm: {Measured.Median(times):N2} ms"));

        var programs = Compile(environment, sources);
        var activation = new CelActivation(environment) { Subject = new Facts() };
        var (rounds, fired) = (20_000, 0);
        foreach (var program in programs) fired += program.Test(activation, out _) == true ? 1 : 0;
        times.Clear();
        long allocated = 0;
        for (var run = 0; run < 12; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            watch.Restart();
            for (var i = 0; i < rounds; i++)
            {
                foreach (var program in programs) program.Test(activation, out _);
            }

            if (run < 4) continue;
            times.Add(watch.Elapsed.TotalMicroseconds / rounds);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"50 rules on the facts of one component: {Measured.Median(times):N2} µs (best {times.Min():N2}), {fired} fired, {(double)allocated / (rounds * times.Count):N1} bytes allocated"));
    }

    private static CelProgram[] Compile(CelEnvironment environment, string[] sources) => [.. sources.Select(s => environment.Compile(s, CelType.Bool) is { IsOk: true } compiled ? compiled.Program : throw new InvalidOperationException(s))];

    /// <summary>A component with four advisories in a project.</summary>
    private sealed class Facts
    {
        private static readonly CelRecordType s_component = CelRecordType.Of<Record>("component", t => t.Field("name", CelType.String, r => CelValue.Of(r.Name)).Field("version", CelType.String, r => CelValue.Of(r.Text)).Field("age", CelType.Duration, r => CelValue.Of(r.Age)));

        private static readonly CelRecordType s_licence = CelRecordType.Of<Record>("licence", t => t.Field("category", CelType.String, r => CelValue.Of(r.Name)).Field("flags", CelType.List(CelType.String), r => CelValue.Of(r.Flags)));

        private static readonly CelRecordType s_advisory = CelRecordType.Of<Record>("advisory", t => t
            .Field("severity", CelType.String, r => CelValue.Of(r.Name)).Field("score", CelType.Double, r => CelValue.Of(r.Number)).Field("known_exploited", CelType.Bool, r => CelValue.Of(r.Flag)).Field("analysed", CelType.Bool, r => CelValue.Of(r.Flag)));

        private static readonly CelRecordType s_project = CelRecordType.Of<Record>("project", t => t.Field("tier", CelType.Int, r => CelValue.Of(2L)).Field("number", CelType.Int, r => CelValue.Of(7L)));

        private static readonly CelRecordType s_occurrence = CelRecordType.Of<Record>("occurrence", t => t.Field("is_direct", CelType.Bool, r => CelValue.Of(!r.Flag)).Field("depth", CelType.Int, r => CelValue.Of(1L)));

        private static readonly CelRecordType s_context = CelRecordType.Of<Record>("context", t => t
            .Field("distributed", CelType.Bool, r => CelValue.Of(!r.Flag)).Field("hosted", CelType.Bool, r => CelValue.Of(!r.Flag)).Field("kind", CelType.String, r => CelValue.Of(r.Name)));

        private static readonly CelRecordType s_health = CelRecordType.Of<Record>("health", t => t.Field("commits_last_year", CelType.Int, r => CelValue.Of(12L)));

        private readonly Record _component = new(s_component, "lodash") { Text = "4.17.21" }, _licence = new(s_licence, "permissive"), _project = new(s_project, "shop"), _occurrence = new(s_occurrence, ""), _context = new(s_context, "distributed"), _health = new(s_health, "");
        private readonly CelList _advisories = CelList.Of((IReadOnlyList<ICelRecord>)[.. Enumerable.Range(0, 4).Select(i => new Record(s_advisory, "high") { Number = 7.5 })]);

        public static CelEnvironment Declare() => CelEnvironment.Standard.With(b => b
            .Variable<Facts>("component", s_component.Type, f => CelValue.Of(f._component))
            .Variable<Facts>("licence", s_licence.Type, f => CelValue.Of(f._licence))
            .Variable<Facts>("advisories", CelType.List(s_advisory.Type), f => CelValue.Of(f._advisories))
            .Variable<Facts>("project", s_project.Type, f => CelValue.Of(f._project))
            .Variable<Facts>("occurrence", s_occurrence.Type, f => CelValue.Of(f._occurrence))
            .Variable<Facts>("context", s_context.Type, f => CelValue.Of(f._context))
            .Variable<Facts>("health", s_health.Type, f => CelValue.Of(f._health))
            .Variable<Facts>("has_waiver", CelType.Bool, f => CelValue.False));
    }

    private sealed class Record(CelRecordType type, string name) : ICelRecord
    {
        public CelRecordType CelType => type;

        public string Name => name;

        public string Text { get; init; } = "";

        public double Number { get; init; }

        public bool Flag { get; init; }

        public TimeSpan Age { get; init; } = TimeSpan.FromDays(200);

        public CelList Flags { get; init; } = CelList.Of((IReadOnlyList<string>)["patent_clause", "notice_file"]);
    }
}
