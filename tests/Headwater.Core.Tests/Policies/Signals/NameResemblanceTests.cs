using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Headwater.Core.Packages;
using Headwater.Core.Policies.Signals;

namespace Headwater.Core.Tests.Policies.Signals;

public sealed partial class NameResemblanceTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("pkg:npm/lodahs", "lodash", NameSlip.Transposed)]
    [InlineData("pkg:npm/expres", "express", NameSlip.Deleted)]
    [InlineData("pkg:npm/reactt", "react", NameSlip.Inserted)]
    [InlineData("pkg:npm/axois", "axios", NameSlip.Transposed)]
    [InlineData("pkg:npm/crossenv", "cross-env", NameSlip.Separators)]
    [InlineData("pkg:npm/l0dash", "lodash", NameSlip.LookAlike)]
    [InlineData("pkg:npm/%40bable/core", "@babel", NameSlip.Transposed)]
    [InlineData("pkg:pypi/reqeusts", "requests", NameSlip.Transposed)]
    [InlineData("pkg:pypi/python-dateutl", "python-dateutil", NameSlip.Deleted)]
    [InlineData("pkg:pypi/djanga", "django", NameSlip.Substituted)]
    [InlineData("pkg:nuget/NewtonsoftJson", "Newtonsoft.Json", NameSlip.Separators)]
    [InlineData("pkg:cargo/rustdecimal", "rust_decimal", NameSlip.Separators)]
    [InlineData("pkg:gem/rest_client", "rest-client", NameSlip.Separators)]
    [InlineData("pkg:composer/symfnoy/console", "symfony", NameSlip.Transposed)]
    [InlineData("pkg:maven/com.goog1e.guava/guava", "com.google.guava/guava", NameSlip.LookAlike)]
    [InlineData("pkg:maven/org.apache.common/commons-lang3", "org.apache.commons/commons-lang3", NameSlip.Deleted)]
    [InlineData("pkg:golang/github.com/siruspen/logrus", "github.com/sirupsen/logrus", NameSlip.Transposed)]
    [InlineData("pkg:golang/github.com/spf13s/cobra/v2", "github.com/spf13/cobra", NameSlip.Inserted)]
    public void Name_OneSlipAway_IsTold(string purl, string popular, NameSlip slip) =>
        NameResemblance.Find(PackageUrl.Parse(purl)).ShouldBe(new ResembledName(popular, slip));

    [Theory]
    [InlineData("pkg:npm/react", "a popular name")]
    [InlineData("pkg:npm/preact", "a popular name near another")]
    [InlineData("pkg:npm/colors", "a popular name near color")]
    [InlineData("pkg:npm/color", "a popular name near colors")]
    [InlineData("pkg:npm/%40types/express", "a name in a known scope")]
    [InlineData("pkg:npm/%40acme/lodash", "the same name in a scope")]
    [InlineData("pkg:npm/%40babel/cor", "names of one owner")]
    [InlineData("pkg:npm/mss", "too short")]
    [InlineData("pkg:npm/acme-billing", "nothing near")]
    [InlineData("pkg:nuget/System.Text.Jsons", "reserved by its owner")]
    [InlineData("pkg:maven/org.springframework/spring-cor", "names of one group")]
    [InlineData("pkg:golang/github.com/spf13/cobr", "names of one account")]
    [InlineData("pkg:golang/github.com/spf13/cobra/v2", "a major version")]
    [InlineData("pkg:golang/github.com/Sirupsen/logrus", "another case")]
    [InlineData("pkg:deb/debian/bsah", "no list for the type")]
    public void Name_Innocent_IsNotTold(string purl, string why) => NameResemblance.Find(PackageUrl.Parse(purl)).ShouldBeNull(why);

    [Fact]
    public void Popular_Names_ResembleNothing()
    {
        foreach (var type in s_types)
        {
            var names = PopularNames.Of(type)!.Names;
            names.Count.ShouldBeGreaterThanOrEqualTo(200);
            names.ShouldBeUnique();
            foreach (var name in names) Find(type, name).ShouldBeNull($"{type} {name}");
        }
    }

    /// <summary>By the letter of what a slip is, over all pairs, against the index.</summary>
    [Fact]
    public void Index_FindsEverySlip()
    {
        var random = new Random(11);
        foreach (var name in PopularNames.Of("npm")!.Names.Where(n => n.Length >= 5 && !n.Contains('/', StringComparison.Ordinal)))
        {
            var at = random.Next(name.Length - 1);
            foreach (var changed in new[] { name.Remove(at, 1), name.Insert(at, "q"), name[..at] + "q" + name[(at + 1)..], name[..at] + name[at + 1] + name[at] + name[(at + 2)..] })
                if (!PopularNames.Of("npm")!.Names.Contains(changed)) NameResemblance.Find("npm", null, changed).ShouldNotBeNull($"{changed} of {name}");
        }
    }

    [Fact]
    public void Find_NothingNear_IsFastAndAllocatesNothing()
    {
        var names = Enumerable.Range(0, 1000).Select(i => $"acme-product-line-{i * 7919}").ToArray();
        void All()
        {
            foreach (var name in names) _ = NameResemblance.Find("npm", null, name);
        }

        Allocation.Of(All).ShouldBe(0);
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < 30; round++)
        {
            var watch = Stopwatch.StartNew();
            All();
            if (watch.Elapsed < best) best = watch.Elapsed;
        }

        output.WriteLine($"{best.TotalMicroseconds / names.Length:F2} µs a name");
        (best.TotalMicroseconds / names.Length).ShouldBeLessThan(5);
    }

    /// <summary>Of the names in real SBOMs that are not popular themselves, fewer than one of a hundred resembles one.</summary>
    [Fact]
    public void Precision_OfNamesInRealSboms()
    {
        var names = new HashSet<(string Type, string Name)>();
        foreach (var folder in new[] { Path.Combine(TestPaths.RepoRoot, "samples", "sboms"), TestPaths.TryShared("sbom/cyclonedx"), TestPaths.TryShared("sbom/spdx") }.OfType<string>())
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                foreach (Match match in Purl().Matches(File.ReadAllText(file)))
                    if (PackageUrl.TryParse(match.Value, out var purl, out _)) names.Add((purl.Type, purl.Namespace is null ? purl.Name : $"{purl.Namespace}/{purl.Name}"));
        var other = names.Where(n => PopularNames.Of(n.Type) is { } popular && !popular.Names.Contains(n.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        var told = other.Select(n => (n.Type, n.Name, Like: Find(n.Type, n.Name))).Where(n => n.Like is not null).ToList();
        foreach (var (type, name, like) in told.OrderBy(t => t.Type).ThenBy(t => t.Name)) output.WriteLine($"{type} {name} → {like!.Value.Popular} ({like.Value.Slip})");
        output.WriteLine($"{told.Count} of {other.Count} names that are not popular, of {names.Count}");
        other.Count.ShouldBeGreaterThan(1000);
        told.Count.ShouldBeLessThan(other.Count / 100);
    }

    [Theory]
    [InlineData("npm", "npm", 30)]
    [InlineData("PyPI", "pypi", 600)]
    public void Recall_OfMaliciousPackages(string ecosystem, string type, int atLeast)
    {
        using var zip = ZipFile.OpenRead(TestPaths.Shared($"vulns/osv/{ecosystem}/all.zip"));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries.Where(e => e.Name.StartsWith("MAL-", StringComparison.Ordinal)))
        {
            using var document = System.Text.Json.JsonDocument.Parse(entry.Open());
            foreach (var affected in document.RootElement.GetProperty("affected").EnumerateArray()) names.Add(affected.GetProperty("package").GetProperty("name").GetString()!);
        }

        var told = names.Select(n => (Name: n, Like: Find(type, n))).Where(n => n.Like is not null).ToList();
        output.WriteLine($"{ecosystem}: {told.Count} of {names.Count} malicious packages");
        told.Count.ShouldBeGreaterThan(atLeast);
    }

    private static readonly string[] s_types = ["npm", "pypi", "maven", "nuget", "cargo", "gem", "composer", "golang"];

    private static ResembledName? Find(string type, string name)
    {
        var slash = name.LastIndexOf('/');
        return NameResemblance.Find(type, slash < 0 ? null : name[..slash], name[(slash + 1)..]);
    }

    [GeneratedRegex(@"pkg:(?:npm|pypi|maven|nuget|cargo|gem|composer|golang)/[^""\s<>\\?#&,')@]+", RegexOptions.None, 20_000)]
    private static partial Regex Purl();
}
