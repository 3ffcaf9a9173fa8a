using BenchmarkDotNet.Attributes;
using Headwater.Core.Advisories;
using Headwater.Core.Packages;

namespace Headwater.Benchmarks;

/// <summary>What is done once for every component: read its package URL, score what was found.</summary>
[MemoryDiagnoser]
public class PackageBenchmarks
{
    private readonly PackageUrl _purl = PackageUrl.Parse("pkg:maven/org.apache.commons/commons-lang3@3.12.0?classifier=sources");

    [Benchmark]
    public bool ParsePurl() => PackageUrl.TryParse("pkg:maven/org.apache.commons/commons-lang3@3.12.0", out _, out _);

    [Benchmark]
    public bool ParseEncodedPurl() => PackageUrl.TryParse("pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64&distro=debian-12", out _, out _);

    [Benchmark]
    public string FormatPurl() => _purl.Coordinates;

    [Benchmark]
    public bool ScoreCvss31() => Cvss.TryParse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", out _, out _);

    [Benchmark]
    public bool ScoreCvss40() => Cvss.TryParse("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N/E:P", out _, out _);
}
