using System.Text.RegularExpressions;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Policies.Packs;
using Headwater.Core.Tests.Licences;

namespace Headwater.Core.Tests.Policies;

/// <summary>docs/policy.md says what the program does. Set HEADWATER_APPROVE=1 to write its tables of facts and functions anew.</summary>
public sealed class PolicyGuideTests
{
    private static readonly string s_path = Path.Combine(TestPaths.RepoRoot, "docs", "policy.md");

    [Fact]
    public void Guide_ListsEveryFactAndFunction()
    {
        var facts = "| fact | type | what it says | may be unknown |\n|---|---|---|---|\n" + string.Concat(PolicyLanguage.Facts.Select(f => $"| `{f.Path}` | {f.Type.Replace("google.protobuf.", "", StringComparison.Ordinal).ToLowerInvariant()} | {f.Says.Replace("|", "\\|", StringComparison.Ordinal)} | {(f.MayBeUnknown ? "yes" : "")} |\n"));
        var functions = "| function | what it says |\n|---|---|\n" + string.Concat(PolicyLanguage.Functions.Select(f => $"| `{f.Call}` | {f.Says} |\n"));
        var guide = File.ReadAllText(s_path);

        var renewed = With(With(guide, "facts", facts), "functions", functions);

        if (Environment.GetEnvironmentVariable("HEADWATER_APPROVE") == "1") File.WriteAllText(s_path, renewed);
        renewed.ShouldBe(File.ReadAllText(s_path));
    }

    [Fact]
    public void Guide_ItsExample_IsAPackThatPassesItsTests()
    {
        var files = Regex.Matches(File.ReadAllText(s_path), "^```yaml\n# (?<path>[a-z/.]+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline, TimeSpan.FromSeconds(5)).Select(m => new PackFile(m.Groups["path"].Value, m.Groups["text"].Value)).ToList();
        files.Select(f => f.Path).ShouldBe(["pack.yaml", "rules/licences.yaml", "tests/use.yaml"]);

        var reading = PackReader.Read(files, LibrarySource.Library);

        reading.Problems.Select(p => p.ToString()).ShouldBeEmpty();
        var results = PackTesting.Run(reading.Pack!);
        results.Where(r => r.Why is not null).Select(r => $"{r.Test.Name}: {r.Why}").ShouldBeEmpty();
        PackTesting.Untested(reading.Pack!, results).Select(r => r.Id).ShouldBeEmpty();
    }

    [Fact]
    public void Guide_NamesEveryPackUseCategoryAndFlag()
    {
        var guide = File.ReadAllText(s_path);
        var words = Directory.EnumerateDirectories(Path.Combine(TestPaths.RepoRoot, "packs")).Select(d => Path.GetFileName(d)!).Concat(ContextFact.Uses)
            .Concat(Enum.GetValues<Headwater.Core.Licences.Facts.LicenceCategory>().Select(PolicyWords.Of)).Concat(Enum.GetValues<Headwater.Core.Licences.Facts.LicenceFlag>().Select(PolicyWords.Of));

        words.Where(w => w != "unclassified" && !guide.Contains($"`{w}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static string With(string guide, string part, string table)
    {
        var (from, to) = (guide.IndexOf($"<!-- {part}:", StringComparison.Ordinal), guide.IndexOf($"<!-- end of {part} -->", StringComparison.Ordinal));
        return string.Concat(guide.AsSpan(0, guide.IndexOf('\n', from) + 1), table, guide.AsSpan(to));
    }
}
