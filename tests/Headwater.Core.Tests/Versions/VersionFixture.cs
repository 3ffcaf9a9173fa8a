using System.Text.Json;
using Headwater.Core.Versions;

namespace Headwater.Core.Tests.Versions;

/// <summary>Reads the public comparison suites.</summary>
internal static class VersionFixture
{
    /// <summary>Suite file prefix → ecosystem.</summary>
    public static readonly (string Suite, string Ecosystem)[] Scalibr =
    [
        ("alpine", "Alpine"), ("cran", "CRAN"), ("debian", "Debian"), ("hackage", "Hackage"), ("maven", "Maven"), ("nuget", "NuGet"),
        ("packagist", "Packagist"), ("pub", "Pub"), ("pypi", "PyPI"), ("redhat", "Red Hat"), ("rubygems", "RubyGems"), ("semver", "npm"),
    ];

    public static IEnumerable<(string File, int Line, string Left, char Sign, string Right)> ScalibrLines(string suite)
    {
        foreach (var file in Directory.GetFiles(TestPaths.Data("versions/osv-scalibr"), suite + "-versions*.txt").Order(StringComparer.Ordinal))
        {
            var number = 0;
            foreach (var line in File.ReadLines(file))
            {
                number++;
                if (line.Length == 0 || line.StartsWith('#') || line.StartsWith("//", StringComparison.Ordinal)) continue;
                var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (parts.Length != 3 || parts[1] is not ("<" or "=" or ">")) throw new InvalidDataException($"{file}:{number}: {line}");
                yield return (Path.GetFileName(file), number, parts[0], parts[1][0], parts[2]);
            }
        }
    }

    public static IEnumerable<JsonElement> VersSpec(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(TestPaths.Data("vers-spec/" + file)));
        foreach (var test in document.RootElement.GetProperty("tests").EnumerateArray()) yield return test.Clone();
    }

    public static char Sign(int? order) => order switch
    {
        null => '?',
        < 0 => '<',
        0 => '=',
        _ => '>',
    };

    /// <summary>Holds that exactly the deviations of <c>deviations.txt</c> occur: none is new, and none is listed in vain.</summary>
    public static void ShouldBeTheListed(string suite, IEnumerable<string> deviations)
    {
        var listed = File.ReadAllLines(TestPaths.Data("versions/deviations.txt"))
            .Where(l => l.StartsWith(suite + "\t", StringComparison.Ordinal)).Select(l => l.Split('\t')[1]).ToArray();
        var found = deviations.Distinct().ToArray();
        if (Environment.GetEnvironmentVariable("HEADWATER_DEVIATIONS") is { Length: > 0 } path) File.AppendAllLines(path, found.Select(f => suite + "\t" + f));
        found.Order(StringComparer.Ordinal).ShouldBe(listed.Distinct().Order(StringComparer.Ordinal));
    }
}
