using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Headwater.Core.Advisories;
using Headwater.Core.Advisories.Building;
using Headwater.Core.Packages;

namespace Headwater.Core.Tests.Advisories;

/// <summary>Damaged, truncated and hostile files; readers while the file is replaced and closed.</summary>
public sealed class AdvisoryIndexDamageTests : IDisposable
{
    private static readonly TimeSpan FuzzTime = TimeSpan.FromSeconds(double.TryParse(Environment.GetEnvironmentVariable("HEADWATER_FUZZ_SECONDS"), out var seconds) ? seconds : 1.5);

    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-damage").FullName;
    private readonly string _path;

    public AdvisoryIndexDamageTests()
    {
        _path = Path.Combine(_folder, "test.hwx");
        new AdvisoryIndexBuilder(TimeProvider.System).Build([TestPaths.Data("osv")], _path);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Open_Truncated_SaysSo()
    {
        var whole = File.ReadAllBytes(_path);
        foreach (var length in new[] { 0, 1, 8, 255, 256, 1000, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(_path, whole[..length]);
            Should.Throw<InvalidDataException>(() => AdvisoryIndex.Open(_path)).Message.ShouldContain("Build it again");
        }
    }

    [Fact]
    public void Open_AnyByteOfHeaderOrHotPartChanged_IsNoticed()
    {
        var whole = File.ReadAllBytes(_path);
        var hot = (int)BinaryPrimitives.ReadInt64LittleEndian(whole.AsSpan(32));
        for (var at = 0; at < whole.Length; at += at < 252 ? 1 : 1009)
        {
            if (at is >= 252 && at < hot) at = hot;
            whole[at] ^= 0x10;
            File.WriteAllBytes(_path, whole);
            Should.Throw<InvalidDataException>(() => AdvisoryIndex.Open(_path).Dispose(), $"byte {at}");
            whole[at] ^= 0x10;
        }
    }

    [Fact]
    public void Json_ColdBlockDamaged_IsNoticedAndTheRestStillAnswers()
    {
        var whole = File.ReadAllBytes(_path);
        whole[300] ^= 1;
        File.WriteAllBytes(_path, whole);
        using var index = AdvisoryIndex.Open(_path);
        Should.Throw<InvalidDataException>(() => index.Json(0));
        index.Json(index.RecordCount - 1).Length.ShouldBeGreaterThan(2);
    }

    [Fact]
    public void Open_SomethingElse_SaysWhatItIsNot()
    {
        File.WriteAllText(_path, new string('x', 10_000));
        Should.Throw<InvalidDataException>(() => AdvisoryIndex.Open(_path)).Message.ShouldContain("not an advisory index");
        Should.Throw<FileNotFoundException>(() => AdvisoryIndex.Open(_path + ".none"));
    }

    [Fact]
    public void Use_AnythingWrongBehindARightChecksum_IsInvalidDataAtWorst()
    {
        var whole = File.ReadAllBytes(_path);
        var hot = (int)BinaryPrimitives.ReadInt64LittleEndian(whole.AsSpan(32));
        var purls = Purls();
        var random = new Random(20260102);
        var watch = Stopwatch.StartNew();
        for (var round = 0; watch.Elapsed < FuzzTime; round++)
        {
            var changed = whole.ToArray();
            for (var i = random.Next(1, 40); i > 0; i--)
            {
                var at = random.Next(4) == 0 ? random.Next(56, 248) : random.Next(hot, changed.Length);
                if (random.Next(3) == 0) changed[at] = (byte)random.Next(256);
                else BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(Math.Min(at & ~3, changed.Length - 4)), random.Next(4) switch { 0 => uint.MaxValue, 1 => 0x7FFF_FFFF, 2 => 0, _ => (uint)random.Next(100_000) });
            }

            Seal(changed, hot);
            var path = Path.Combine(_folder, "fuzz.hwx");
            File.WriteAllBytes(path, changed);
            try
            {
                using var index = AdvisoryIndex.Open(path);
                Exercise(index, purls, random);
            }
            catch (InvalidDataException)
            {
                // The one answer that damage may give.
            }
        }
    }

    private static void Exercise(AdvisoryIndex index, List<PackageUrl> purls, Random random)
    {
        var matches = new List<AdvisoryMatch>();
        for (var i = 0; i < 20; i++)
        {
            matches.Clear();
            Try(() => index.Match(purls[random.Next(purls.Count)], matches));
            foreach (var match in matches) Try(() => index.FixedVersions(match));
            if (index.RecordCount == 0) continue;
            var record = random.Next(index.RecordCount);
            Try(() => index.Summary(record));
            Try(() => index.Json(record));
            Try(() => index.PackagesOf(record));
            Try(() => FindingSet.For(index, ExploitSignals.Empty, purls[random.Next(purls.Count)], out _));
        }

        Try(() => index.Find("CVE-2021-44228"));
        Try(() => index.AliasGroup("CVE-2020-13920"));
        Try(() => index.Search("remote code", 50));
        Try(() => index.RecordsFor("npm", "lodash"));

        static void Try(Action action)
        {
            try
            {
                action();
            }
            catch (InvalidDataException)
            {
                // As above; the other calls may still answer.
            }
        }
    }

    private static void Seal(byte[] file, int hot)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(48), IndexFormat.Checksum(file.AsSpan(hot)));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(IndexFormat.HeaderChecksumOffset), IndexFormat.Checksum(file.AsSpan(0, IndexFormat.HeaderChecksumOffset)));
    }

    [Fact]
    public void Read_ChangedRecords_AreReadOrRefused()
    {
        var records = Records();
        var reader = new OsvRecordReader();
        var random = new Random(42);
        var target = Array.Empty<byte>();
        string[] pieces = ["{", "}", "[", "]", "\"", "\\", "null", "1e999", ":", ",", "\\ud800", "\0", "\"ranges\":[", "\"events\":[{\"introduced\":\"0\"}]", "\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\""];
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < FuzzTime)
        {
            var json = records[random.Next(records.Count)].ToArray().ToList();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                var at = random.Next(json.Count);
                switch (random.Next(4))
                {
                    case 0: json[at] = (byte)random.Next(256); break;
                    case 1: json.RemoveRange(at, Math.Min(random.Next(1, 30), json.Count - at)); break;
                    case 2: json.InsertRange(at, Encoding.UTF8.GetBytes(pieces[random.Next(pieces.Length)])); break;
                    default: json.RemoveRange(at, json.Count - at); break;
                }

                if (json.Count == 0) json.Add((byte)'{');
            }

            try
            {
                var bytes = json.ToArray();
                var facts = reader.Read(bytes);
                facts.Id.ShouldNotBeNullOrEmpty();
                RecordSeverity.Of(facts);
                var length = 0;
                OsvRecordReader.AppendMinified(bytes, ref target, ref length);
                JsonDocument.Parse(target.AsMemory(0, length)).Dispose();
            }
            catch (JsonException)
            {
                // The one way to refuse a record.
            }
        }
    }

    [Fact]
    public async Task Match_WhileTheFileIsReplacedAndReopened_GoesOn()
    {
        var purls = Purls();
        var current = AdvisoryIndex.Open(_path);
        using var stop = new CancellationTokenSource();
        using var reading = new CountdownEvent(3);
        // On threads of their own: those of the pool may all be busy with other tests until the file has been replaced often enough.
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(() =>
        {
            var matches = new List<AdvisoryMatch>();
            var asked = 0;
            while (!stop.IsCancellationRequested)
            {
                if (asked == 1) reading.Signal();
                var index = Volatile.Read(ref current);
                try
                {
                    matches.Clear();
                    index.Match(purls[asked++ % purls.Count], matches).ShouldBeTrue();
                    foreach (var match in matches) index.Summary(match.Record).Id.ShouldNotBeEmpty();
                    index.Json(asked % index.RecordCount).Length.ShouldBeGreaterThan(2);
                }
                catch (ObjectDisposedException)
                {
                    // It was closed between the look and the call: take the next one.
                }
            }

            return asked;
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        while (!reading.IsSet && !readers.Any(r => r.IsFaulted)) await Task.Delay(5, TestContext.Current.CancellationToken);
        for (var i = 0; i < 5; i++)
        {
            new AdvisoryIndexBuilder(TimeProvider.System).Build([TestPaths.Data("osv")], _path);
            Interlocked.Exchange(ref current, AdvisoryIndex.Open(_path)).Dispose();
        }

        stop.Cancel();
        (await Task.WhenAll(readers)).Sum().ShouldBeGreaterThan(0);
        current.Dispose();
        Should.Throw<ObjectDisposedException>(() => current.Find("X"));
    }

    private static List<byte[]> Records()
    {
        List<byte[]> records = [];
        foreach (var path in Directory.EnumerateFiles(TestPaths.Data("osv"), "all.zip", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var zip = ZipFile.OpenRead(path);
            foreach (var entry in zip.Entries.Take(30))
            {
                using var stream = entry.Open();
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                records.Add(copy.ToArray());
            }
        }

        return records;
    }

    private static List<PackageUrl> Purls()
    {
        Dictionary<string, string> types = new() { ["npm"] = "npm", ["PyPI"] = "pypi", ["crates.io"] = "cargo", ["RubyGems"] = "gem", ["NuGet"] = "nuget", ["Hackage"] = "hackage", ["Bitnami"] = "bitnami" };
        List<PackageUrl> purls = [];
        foreach (var bytes in Records())
        {
            using var json = JsonDocument.Parse(bytes);
            foreach (var affected in json.RootElement.GetProperty("affected").EnumerateArray())
            {
                var package = affected.GetProperty("package");
                if (!types.TryGetValue(package.GetProperty("ecosystem").GetString()!, out var type)) continue;
                if (PackageUrl.TryBuild(type, null, package.GetProperty("name").GetString(), "1.0.0", null, null, out var purl, out _)) purls.Add(purl!);
            }
        }

        return purls;
    }
}
