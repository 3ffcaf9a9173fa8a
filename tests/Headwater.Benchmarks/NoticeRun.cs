using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Headwater.Core.Licences;
using Headwater.Core.Licences.Building;
using Headwater.Core.Licences.Notices;
using Headwater.Core.Sboms;

namespace Headwater.Benchmarks;

/// <summary>A notice for an SBOM of 1,000 components, each with texts of its own: read, made and written in every format, twice, to the same bytes. The command is timed as a process, too.</summary>
internal static class NoticeRun
{
    private const int Components = 1_000;
    private static readonly string[] s_licences = ["MIT", "Apache-2.0", "BSD-3-Clause", "ISC", "MPL-2.0", "LGPL-2.1-only", "EPL-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"];

    public static async Task RunAsync(string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("headwater-bench-notice-").FullName;
        try
        {
            var path = Path.Combine(folder, "licences.hwl");
            using (var file = File.Create(path)) LibraryBuilder.Build(Path.Combine(Measured.Root, "src", "Headwater.LicenceLibrary", "Data"), file);
            using var library = LicenceLibrary.Open(path);
            var sbom = Path.Combine(folder, "bom.json");
            Write(library, sbom);
            Console.WriteLine($"an SBOM of {Components:N0} components with texts: {new FileInfo(sbom).Length / 1048576.0:N1} MiB");
            Console.WriteLine("| format | first ms | median ms of 9 | MiB | repeated |");
            Console.WriteLine("|---|---:|---:|---:|---|");
            foreach (var format in Enum.GetValues<NoticeFormat>()) Console.WriteLine(InProcess(library, sbom, format));
            var runs = new List<(double Milliseconds, double PeakMiB, int Code)>();
            for (var i = 0; i < 7; i++) runs.Add(await Measured.RunAsync(Path.Combine(Measured.Root, "hw"), "notice", sbom, "--contact", "a@example.org", "-o", Path.Combine(folder, "NOTICE.txt")));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"`headwater notice`, process start included: median {Measured.Median(runs.Skip(1).Select(r => r.Milliseconds)):N0} ms, peak {runs.Max(r => r.PeakMiB):N0} MiB, exit code {runs[0].Code}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string InProcess(LicenceLibrary library, string sbom, NoticeFormat format)
    {
        var times = new List<double>();
        var hashes = new HashSet<string>();
        long length = 0;
        for (var i = 0; i < 10; i++)
        {
            var watch = Stopwatch.StartNew();
            using var to = new MemoryStream();
            using (var stream = File.OpenRead(sbom))
            {
                var hash = Convert.ToHexStringLower(SHA256.HashData(stream));
                stream.Position = 0;
                SbomDocument.Read(stream, out var document);
                var input = new NoticeInput { Subject = "product", Generator = "bench", Components = SbomNotice.Components(document, library.Expressions), SbomSha256 = hash, Contact = "a@example.org" };
                NoticeWriter.Write(NoticeBuilder.Build(input, NoticeKnowledge.Of(library)), format, to);
            }

            times.Add(watch.Elapsed.TotalMilliseconds);
            hashes.Add(Convert.ToHexStringLower(SHA256.HashData(to.GetBuffer().AsSpan(0, (int)to.Length))));
            length = to.Length;
        }

        return string.Create(CultureInfo.InvariantCulture, $"| {format.ToString().ToLowerInvariant()} | {times[0]:N0} | {Measured.Median(times.Skip(1)):N0} | {length / 1048576.0:N1} | {(hashes.Count == 1 ? "byte by byte the same" : "DIFFERENT")} |");
    }

    /// <summary>Every component has the text of its licence under a copyright line of its own, so that no two are equal.</summary>
    private static void Write(LicenceLibrary library, string to)
    {
        using var file = File.Create(to);
        using var json = new Utf8JsonWriter(file);
        json.WriteStartObject();
        json.WriteString("bomFormat", "CycloneDX");
        json.WriteString("specVersion", "1.6");
        json.WriteNumber("version", 1);
        json.WriteStartArray("components");
        for (var i = 0; i < Components; i++)
        {
            var licence = s_licences[i % s_licences.Length];
            json.WriteStartObject();
            json.WriteString("type", "library");
            json.WriteString("name", $"component-{i}");
            json.WriteString("version", $"1.{i}");
            json.WriteString("purl", $"pkg:npm/component-{i}@1.{i}");
            json.WriteString("copyright", $"Copyright (c) 20{i % 25:00} Author {i}");
            json.WriteStartArray("licenses");
            json.WriteStartObject();
            json.WriteStartObject("license");
            json.WriteString(licence.Contains(' ') ? "name" : "id", licence);
            json.WriteStartObject("text");
            json.WriteString("content", $"Copyright (c) 20{i % 25:00} Author {i}\n\n" + library.Find(licence.Split(' ')[0])!.Text);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
