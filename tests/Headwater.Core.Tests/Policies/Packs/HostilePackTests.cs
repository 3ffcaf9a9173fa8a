using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Packs;
using Headwater.Core.Tests.Licences;

namespace Headwater.Core.Tests.Policies.Packs;

/// <summary>Whatever a pack is made of, it is read or refused with a place; nothing is thrown, and what was read can judge.</summary>
public sealed class HostilePackTests
{
    private static readonly string s_folder = Path.Combine(TestPaths.RepoRoot, "packs", "bank");

    private static readonly PackFile[] s_files = [.. Directory.EnumerateFiles(s_folder, "*.yaml", SearchOption.AllDirectories).Select(f => new PackFile(Path.GetRelativePath(s_folder, f).Replace('\\', '/'), File.ReadAllText(f)))];

    [Fact]
    public void Pack_ThatWasDamagedAnywhere_IsReadOrRefused()
    {
        var damage = from file in Gen.Choose(0, s_files.Length - 1)
                     from at in Gen.Choose(0, s_files[file].Text.Length - 1)
                     from length in Gen.Choose(0, 12)
                     from text in Gen.Elements("", " ", "\n", ":", "- ", "{", "}", "[", "]", "\"", "'", "|\n", "&a ", "*a", "#", "\t", "null", "true", "0", "-1", "9999999999999999999999", "\u0000", "é", "{{", "!!int ", "\n---\n", "'*'")
                     select (file, at, length, text);
        Prop.ForAll(damage.ToArbitrary(), d =>
        {
            var original = s_files[d.file].Text;
            var files = s_files.ToArray();
            files[d.file] = files[d.file] with { Text = string.Concat(original.AsSpan(0, d.at), d.text, original.AsSpan(Math.Min(original.Length, d.at + d.length))) };

            var reading = PackReader.Read(files, LibrarySource.Library);

            if (reading.IsOk) PackTesting.Run(reading.Pack);
            else reading.Problems.ShouldContain(p => !p.IsWarning && p.Message.Length > 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    [Theory]
    [InlineData("component.name.matches('(a+)+$')")]
    [InlineData("project.tags.all(a, project.tags.all(b, project.tags.all(c, project.tags.all(d, a + b + c + d != 'x'))))")]
    [InlineData("project.tags.map(a, project.tags.map(b, a + b)).size() >= 0")]
    public void Rule_ThatWouldRunForLong_IsBoundedAndNeverSilent(string when)
    {
        var tags = string.Join(", ", Enumerable.Range(0, 300).Select(i => $"t{i}"));
        var watch = System.Diagnostics.Stopwatch.StartNew();

        var judgement = new PolicyJudge(PackText.Pack(PackText.Rule($"\"{when}\""))).Judge(PackText.Facts($"{{ component: {{ name: '{new string('a', 3_900)}!' }}, project: {{ tags: [{tags}] }} }}"));

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        foreach (var outcome in judgement.Outcomes.Where(o => o.Error is not null)) outcome.Verdict.ShouldBe(Verdict.Review);
    }
}
