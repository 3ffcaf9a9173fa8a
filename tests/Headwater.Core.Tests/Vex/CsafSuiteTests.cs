using System.Text.Json;
using Headwater.Core.Vex;

namespace Headwater.Core.Tests.Vex;

/// <summary>
/// The documents by which the CSAF TC tests validators. Its repository gives no licence to copy them, so they are read beside the repository and skipped where they are not;
/// <see cref="CsafRuleTests"/> holds every rule by documents of our own.
/// </summary>
public sealed class CsafSuiteTests
{
    private const string Folder = "vulns/csaf/test/validator/data";

    /// <summary>
    /// Documents that the suite calls valid and that break a mandatory test by the words of the standard: both name one algorithm twice for one file, as the document of 6.1.25 that must fail does.
    /// </summary>
    private static readonly Dictionary<string, string> s_deviations = new() { ["6-2-08-02"] = "6.1.25", ["6-2-09-02"] = "6.1.25" };

    public static TheoryData<string, string, bool, bool> Cases()
    {
        var data = new TheoryData<string, string, bool, bool>();
        if (TestPaths.TryShared(Folder) is { } folder)
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "testcases.json")));
            foreach (var test in json.RootElement.GetProperty("tests").EnumerateArray())
            {
                foreach (var list in new[] { "failures", "valid" })
                {
                    if (!test.TryGetProperty(list, out var cases)) continue;
                    foreach (var file in cases.EnumerateArray())
                    {
                        var name = file.GetProperty("name").GetString()!;
                        if (File.Exists(Path.Combine(folder, name))) data.Add(test.GetProperty("id").GetString()!, name, list == "failures", file.GetProperty("valid").GetBoolean());
                    }
                }
            }
        }

        if (data.Count == 0) data.Add(string.Empty, string.Empty, false, false);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Check_DocumentOfTheSuite_IsJudgedAsTheSuiteSays(string test, string name, bool fails, bool valid)
    {
        Assert.SkipWhen(name.Length == 0, "The validator documents of the CSAF TC are not beside the repository (shared/data/" + Folder + ").");
        using var stream = File.OpenRead(Path.Combine(TestPaths.Shared(Folder), name));

        var result = VexCheck.Check(stream);

        var said = string.Join('\n', result.Findings);
        result.Format.ShouldBe(VexFormat.Csaf);
        if (s_deviations.TryGetValue(Path.GetFileNameWithoutExtension(name)[^9..], out var breaks)) result.Findings.Where(f => f.Level == VexFindingLevel.Error).Select(f => f.Test).ShouldBe([breaks], said);
        else result.Valid.ShouldBe(valid, said);
        // 6.3.6 to 6.3.8 need the network or a dictionary.
        if (!VexCheck.LeftOut.Contains(test)) result.Findings.Any(f => f.Test == test).ShouldBe(fails, said);
    }

    [Fact]
    public void Check_ExamplesOfTheStandard_AreValid()
    {
        foreach (var file in Directory.EnumerateFiles(TestPaths.Shared("vulns/csaf/examples/csaf"), "*.json", SearchOption.AllDirectories))
        {
            using var stream = File.OpenRead(file);
            var result = VexCheck.Check(stream);
            result.Findings.Where(f => f.Level == VexFindingLevel.Error).ShouldBeEmpty(Path.GetFileName(file));
        }
    }
}
