using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Packages;

namespace Headwater.Core.Tests.Packages;

public sealed class PurlPropertyTests
{
    private static readonly string[] s_types =
        ["npm", "maven", "pypi", "generic", "golang", "deb", "rpm", "oci", "pub", "cpan", "git", "mlflow", "nuget", "huggingface", "unknown-type"];

    [Fact]
    public void Build_AnyParts_ParsesBackToItself()
    {
        var parts = ArbMap.Default.GeneratorFor<string>();
        var generator = from type in Gen.Elements(s_types)
                        from @namespace in parts
                        from name in parts
                        from version in parts
                        from value in parts
                        from subpath in parts
                        select (type, @namespace, name, version, value, subpath);
        Prop.ForAll(generator.ToArbitrary(), p =>
        {
            if (!PackageUrl.TryBuild(p.type, p.@namespace, p.name, p.version, [new("k", p.value ?? "")], p.subpath, out var purl, out var error)) return error.Length > 0;
            return PackageUrl.TryParse(purl.ToString(), out var again, out _)
                && again.Equals(purl) && again.Name == purl.Name && again.Namespace == purl.Namespace && again.Version == purl.Version
                && again.Subpath == purl.Subpath && again.Qualifier("k") == purl.Qualifier("k")
                && purl.ToString().All(c => c is > ' ' and < '\u007f');
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void Parse_MutatedInput_NeverThrowsAndIsIdempotent()
    {
        var seeds = Directory.EnumerateFiles(TestPaths.Data("purl-spec/tests"), "*.json").SelectMany(File.ReadLines)
            .Select(l => l.IndexOf("pkg:", StringComparison.Ordinal) is var i and >= 0 ? l[i..].TrimEnd(',', '"') : null).OfType<string>().Distinct().ToArray();
        const string Alphabet = "%/@?#&=:.\\ +~\u0000\n\u00e9\ud800\udc00aZ0%2F%00";
        var random = new Random(20261121);
        var seconds = double.TryParse(Environment.GetEnvironmentVariable("HEADWATER_FUZZ_SECONDS"), out var s) ? s : 1;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            for (var batch = 0; batch < 500; batch++)
            {
                var text = seeds[random.Next(seeds.Length)].ToCharArray().ToList();
                for (var edits = random.Next(1, 6); edits > 0; edits--)
                {
                    var at = random.Next(text.Count + 1);
                    switch (random.Next(4))
                    {
                        case 0: text.Insert(at, Alphabet[random.Next(Alphabet.Length)]); break;
                        case 1 when at < text.Count: text[at] = Alphabet[random.Next(Alphabet.Length)]; break;
                        case 2 when at < text.Count: text.RemoveRange(at, Math.Min(random.Next(1, 8), text.Count - at)); break;
                        default: text.InsertRange(at, text.GetRange(at, Math.Min(random.Next(1, 30), text.Count - at)).ToArray()); break;
                    }
                }
                var input = new string(text.ToArray());
                if (!PackageUrl.TryParse(input, out var purl, out var error))
                {
                    error.ShouldNotBeNullOrEmpty();
                    continue;
                }
                var canonical = purl.ToString();
                PackageUrl.TryParse(canonical, out var again, out error).ShouldBeTrue($"{input} gave {canonical}: {error}");
                again.ToString().ShouldBe(canonical);
            }
        }
    }
}
