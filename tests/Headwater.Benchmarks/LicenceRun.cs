using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Headwater.Core.Licences;
using Headwater.Core.Licences.Building;
using Headwater.Core.Licences.Expressions;

namespace Headwater.Benchmarks;

/// <summary>Identification of licence texts: how many files of each set are named rightly, and how many a second. <c>--wrong FILE</c> writes down what differs.</summary>
internal static class LicenceRun
{
    private static readonly string[] s_realistic = ["npm", "nuget", "debian", "licensee", "askalono"];

    public static Task RunAsync(string[] arguments)
    {
        var wrongTo = arguments.SkipWhile(a => a != "--wrong").Skip(1).FirstOrDefault();
        var only = arguments.SkipWhile(a => a != "--only").Skip(1).FirstOrDefault()?.Split(',');
        var path = Path.Combine(Path.GetTempPath(), $"headwater-bench-{Environment.ProcessId}.hwl");
        var watch = Stopwatch.StartNew();
        using (var file = File.Create(path)) LibraryBuilder.Build(Path.Combine(Measured.Root, "src", "Headwater.LicenceLibrary", "Data"), file);
        Console.WriteLine($"library built in {watch.Elapsed.TotalSeconds:N1} s, {new FileInfo(path).Length / 1048576.0:N1} MiB");
        try
        {
            watch.Restart();
            using var library = LicenceLibrary.Open(path);
            library.Identify("MIT");
            Console.WriteLine($"library opened in {watch.Elapsed.TotalMilliseconds:N0} ms, {Measured.ResidentMiB(Environment.ProcessId):N0} MiB resident in all");
            var wrong = new List<string>();
            Console.WriteLine("| set | files | exact | family | all found | extra | files/s |");
            Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|");
            var sum = new Score("realistic sets");
            foreach (var set in only ?? [.. s_realistic, "spdx-texts", "scancode", "licenseclassifier"])
            {
                var score = Judge(library, set, wrong);
                Console.WriteLine(score);
                if (s_realistic.Contains(set)) sum.Add(score);
            }

            Console.WriteLine(sum);
            Console.WriteLine(Speed(library));
            if (wrongTo is not null) File.WriteAllLines(wrongTo, wrong);
        }
        finally
        {
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    private static Score Judge(LicenceLibrary library, string set, List<string> wrong)
    {
        var folder = Measured.Shared("licences/tests/" + set);
        var cases = File.ReadLines(Path.Combine(folder, "expected.jsonl")).Select(l => JsonDocument.Parse(l).RootElement).Select(j => (File: j.GetProperty("file").GetString()!, Expression: j.GetProperty("expression").GetString()!,
            Family: j.TryGetProperty("family", out var family) && family.GetBoolean(), Text: File.ReadAllText(Path.Combine(folder, j.GetProperty("file").GetString()!)))).ToList();
        // Warm: what is compiled late is compiled before anything is measured.
        foreach (var it in cases.Take(200)) library.Identify(it.Text);
        var score = new Score(set);
        foreach (var it in cases)
        {
            var start = Stopwatch.GetTimestamp();
            var found = library.Identify(it.Text);
            score.Seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
            HashSet<string> ids = [.. Ids(found.Expression), .. found.LoneExceptions];
            var expected = it.Expression == "NONE" ? [] : library.Expressions.Names.Exception(it.Expression) is { } exception ? [exception] : Ids(library.Expressions.Parse(it.Expression, ExpressionMode.Lenient).Expression);
            var (family, expectedFamily) = (ids.Select(Family).ToHashSet(StringComparer.Ordinal), expected.Select(Family).ToHashSet(StringComparer.Ordinal));
            if (it.Expression == "NONE")
            {
                score.None++;
                if (ids.Count == 0) score.Clean++;
                else wrong.Add($"{set} {it.File}: NONE -> {found.Expression} {string.Join(' ', found.Matches.Select(m => m.Rule))}");
                continue;
            }

            score.Files++;
            var exact = it.Family ? family.SetEquals(expectedFamily) : ids.SetEquals(expected);
            if (exact) score.Exact++;
            if (family.SetEquals(expectedFamily)) score.Family++;
            if (family.IsSupersetOf(expectedFamily)) score.All++;
            if (family.Except(expectedFamily).Any()) score.Extra++;
            if (!exact) wrong.Add($"{set} {it.File}: {it.Expression} -> {found.Expression?.ToString() ?? "NONE"} | {string.Join(' ', found.Matches.Select(m => $"{m.Rule}[{m.StartLine}-{m.EndLine} {m.Coverage.ToString("0.00", CultureInfo.InvariantCulture)}{(m.Concludes ? "" : " -")}]"))}");
        }

        return score;
    }

    /// <summary>The realistic sets nine times over, by one thread: files for each second of its own time, in the middle and at best.</summary>
    private static string Speed(LicenceLibrary library)
    {
        var texts = s_realistic.Select(s => Measured.Shared("licences/tests/" + s)).SelectMany(f => File.ReadLines(Path.Combine(f, "expected.jsonl")).Select(l => File.ReadAllText(Path.Combine(f, JsonDocument.Parse(l).RootElement.GetProperty("file").GetString()!)))).ToList();
        var (own, wall) = (new List<double>(), new List<double>());
        for (var round = 0; round < 11; round++)
        {
            var (start, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            foreach (var text in texts) library.Identify(text);
            if (round < 2) continue;
            own.Add(texts.Count / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
            wall.Add(texts.Count / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        own.Sort();
        wall.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{texts.Count} realistic files, warm, one thread: {own[4]:N0} a second of processor time (best {own[^1]:N0}), {wall[4]:N0} a second of the clock (best {wall[^1]:N0})");
    }

    private static HashSet<string> Ids(LicenceExpression? expression) => expression is null ? [] : [.. expression.Terms.Select(t => t.Simple), .. expression.Exceptions];

    /// <summary>Without what says which later versions may be used.</summary>
    private static string Family(string id)
    {
        foreach (var ending in (string[])["-only", "-or-later", "+"])
            if (id.EndsWith(ending, StringComparison.Ordinal)) return id[..^ending.Length];
        return id;
    }

    private sealed class Score(string set)
    {
        public int Files, Exact, Family, All, Extra, None, Clean;
        public double Seconds;

        public void Add(Score other)
        {
            (Files, Exact, Family, All, Extra, None, Clean) = (Files + other.Files, Exact + other.Exact, Family + other.Family, All + other.All, Extra + other.Extra, None + other.None, Clean + other.Clean);
            Seconds += other.Seconds;
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"| {set} | {Files} | {Part(Exact)} | {Part(Family)} | {Part(All)} | {Part(Extra)} | {(Files + None) / Seconds:N0} |{(None > 0 ? $" clean {Clean} of {None}" : "")}");

        private string Part(int of) => Files == 0 ? "–" : $"{100.0 * of / Files:N1} %";
    }
}
