using BenchmarkDotNet.Attributes;
using Headwater.Core.Versions;

namespace Headwater.Benchmarks;

/// <summary>Encoding and comparing versions, per scheme; a run of <c>Count</c> operations each.</summary>
[MemoryDiagnoser]
public class VersionBenchmarks
{
    private const int Count = 1_000;

    private VersionScheme _scheme = null!;
    private string[] _texts = null!;
    private PackageVersion[] _versions = null!;

    [Params("npm", "golang", "pypi", "maven", "nuget", "gem", "composer", "hackage", "cran", "deb", "rpm", "apk", "conan", "julia")]
    public string Scheme { get; set; } = "npm";

    [GlobalSetup]
    public void Setup()
    {
        _scheme = VersionSchemes.ForVers(Scheme)!;
        string[] samples = Scheme switch
        {
            "deb" => ["1:2.30-1+deb9u1", "7u121-2.6.8-1~deb7u1", "1.14.26"],
            "rpm" => ["0:3.10.0-229.4.2.el7", "1.0~rc1-2.el9_1", "4.module+el9.5.0+22954-1"],
            "apk" => ["1.2.3_rc1-r2", "9.100.02c", "1.34.0-r12"],
            "hackage" or "cran" => ["1.0.2", "0.11.3.0", "3.4"],
            "pypi" => ["1.2.3", "2.0.0rc1.post2.dev3", "1!2.0+local.7"],
            "maven" => ["1.2.3", "2.0.0-alpha-1-SNAPSHOT", "5.3.1.RELEASE"],
            _ => ["1.2.3", "10.20.30-beta.4", "0.0.0-20210101000000-abcdefabcdef"],
        };
        _texts = [.. Enumerable.Range(0, Count).Select(i => samples[i % samples.Length].Replace("2", (i % 7).ToString()))];
        _versions = [.. _texts.Select(t => _scheme.TryParse(t, out var v) ? v : throw new InvalidOperationException(t))];
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public int Encode()
    {
        Span<byte> initial = stackalloc byte[256];
        var key = new VersionKeyBuilder(initial);
        var sum = 0;
        foreach (var text in _texts)
        {
            key.Truncate(0);
            _scheme.TryEncode(text, ref key);
            sum += key.Length;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public int Compare()
    {
        var sum = 0;
        for (var i = 0; i < Count; i++) sum += _versions[i].CompareTo(_versions[(i * 7 + 3) % Count]);
        return sum;
    }
}
