using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Headwater.Core.Advisories;

namespace Headwater.Core.Tests.Advisories;

public sealed class CvssTests
{
    [Fact]
    public void TryParse_EveryPublishedVector_GivesThePublishedScores()
    {
        var folder = TestPaths.Shared("vulns/cvss");
        var wrong = new List<string>();
        var count = 0;
        foreach (var file in Directory.EnumerateFiles(folder, "vectors_*.txt"))
        {
            foreach (var line in File.ReadLines(file))
            {
                var dash = line.LastIndexOf(" - ", StringComparison.Ordinal);
                if (dash < 0) continue;
                count++;
                var vector = line[..dash];
                var expected = line[(dash + 3)..].Trim('(', ')').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(t => t == "None" ? (double?)null : double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
                if (!Cvss.TryParse(vector, out var score, out var error)) wrong.Add($"{line}: {error}");
                else if (expected.Length == 1 ? score.Score != expected[0] : score.Base != expected[0] || score.Temporal != expected[1] || score.Environmental != expected[2])
                    wrong.Add($"{line}: {score.Base} {score.Temporal} {score.Environmental} {score.Score}");
            }
        }
        wrong.ShouldBeEmpty();
        count.ShouldBeGreaterThan(5000);
    }

    [Theory]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "3.1", 10.0, Severity.Critical)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "3.1", 0.0, Severity.None)]
    [InlineData("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/E:X/RL:X/RC:X", "3.0", 7.5, Severity.High)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H", "3.1", 9.6, Severity.Critical)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H/MAV:X", "3.1", 9.6, Severity.Critical)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H/MAV:N", "3.1", 9.7, Severity.Critical)]
    [InlineData("AV:N/AC:L/Au:N/C:C/I:C/A:C", "2.0", 10.0, Severity.High)]
    [InlineData("(AV:N/AC:L/Au:N/C:N/I:N/A:N)", "2.0", 0.0, Severity.Low)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "4.0", 10.0, Severity.Critical)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N/MSI:S", "4.0", 8.9, Severity.High)]
    public void TryParse_Known_GivesVersionScoreAndBand(string vector, string version, double expected, Severity severity)
    {
        Cvss.TryParse(vector, out var score, out var error).ShouldBeTrue(error);
        score.Version.ShouldBe(version);
        score.Score.ShouldBe(expected);
        score.Severity.ShouldBe(severity);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("(")]
    [InlineData("()")]
    [InlineData("CVSS:")]
    [InlineData("CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/")]
    [InlineData("CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H")]
    [InlineData("CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H")]
    [InlineData("CVSS:3.1/AV:n/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/E:X/E:X")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/ZZ:1")]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:S/SI:H/SA:H")]
    [InlineData("AV:N/AC:L/Au:N/C:C/I:C/A:\u0000")]
    public void TryParse_Broken_SaysWhatIsWrong(string? vector)
    {
        Cvss.TryParse(vector, out _, out var error).ShouldBeFalse();
        error.ShouldNotBeNull().ShouldEndWith(".");
        error.ShouldAllBe(c => !char.IsControl(c));
    }

    [Fact]
    public void TryParse_VersionFour_BaseLeavesOutThreatAndEnvironment()
    {
        Cvss.TryParse("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", out var score, out _).ShouldBeTrue();
        score!.Base.ShouldBe(9.3);
        score.Score.ShouldBeLessThan(score.Base);
        score.Temporal.ShouldBeNull();
        score.Environmental.ShouldBeNull();
    }

    [Fact]
    public void TryParse_VectorsOfRealAdvisories_AreRead()
    {
        var read = 0;
        var refused = new List<string>();
        foreach (var zip in Directory.EnumerateFiles(TestPaths.Shared("vulns/osv"), "all.zip", SearchOption.AllDirectories))
        {
            if (zip.Contains("npm", StringComparison.Ordinal) || zip.Contains("PyPI", StringComparison.Ordinal)) continue;
            using var archive = ZipFile.OpenRead(zip);
            foreach (var entry in archive.Entries)
            {
                using var stream = entry.Open();
                using var document = JsonDocument.Parse(stream);
                if (!document.RootElement.TryGetProperty("severity", out var list)) continue;
                foreach (var item in list.EnumerateArray())
                {
                    if (item.GetProperty("type").GetString()?.StartsWith("CVSS", StringComparison.Ordinal) != true) continue;
                    if (Cvss.TryParse(item.GetProperty("score").GetString(), out _, out var error)) read++;
                    else refused.Add($"{entry.Name}: {item.GetProperty("score")}: {error}");
                }
            }
        }
        read.ShouldBeGreaterThan(1000);
        refused.ShouldBeEmpty();
    }

    [Fact]
    public void TryParse_Score_AllocatesOnlyTheResult()
    {
        const string Vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N/E:P";
        Allocation.Of(() => Cvss.TryParse(Vector, out _, out _)).ShouldBeLessThanOrEqualTo(96);
    }

    [Fact]
    public void TryParse_MutatedInput_NeverThrowsAndStaysInRange()
    {
        string[] seeds =
        [
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:N/E:H/RL:O/RC:C/CR:H/IR:H/AR:H/MAV:N/MAC:L/MPR:L/MUI:N/MS:C/MC:H/MI:H/MA:H",
            "AV:L/AC:M/Au:S/C:N/I:P/A:C/E:U/RL:OF/RC:UR/CDP:N/TD:L/CR:H/IR:H/AR:H",
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N/E:A/CR:H/MSI:S/S:P/AU:Y/R:I/V:C/RE:H/U:Red",
        ];
        const string Letters = "NALPHRUCXSMIDO:/.4301";
        var random = new Random(7);
        var seconds = double.TryParse(Environment.GetEnvironmentVariable("HEADWATER_FUZZ_SECONDS"), out var s) ? s : 1;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            for (var batch = 0; batch < 500; batch++)
            {
                var text = seeds[random.Next(seeds.Length)].ToCharArray();
                for (var edits = random.Next(1, 4); edits > 0; edits--) text[random.Next(text.Length)] = Letters[random.Next(Letters.Length)];
                var vector = new string(text, 0, random.Next(8) == 0 ? random.Next(text.Length) : text.Length);
                if (!Cvss.TryParse(vector, out var score, out var error)) error.ShouldNotBeNullOrEmpty();
                else score.Score.ShouldBeInRange(0, 10);
            }
        }
    }
}
