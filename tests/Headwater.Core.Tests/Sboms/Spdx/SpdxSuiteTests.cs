using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms.Spdx;

/// <summary>Every document that its origin holds to be valid is accepted, every one that it holds to be invalid is refused.</summary>
public class SpdxSuiteTests
{
    /// <summary>Known deviations, each with its reason.</summary>
    private static readonly Dictionary<string, string> s_refused = new()
    {
        ["SPDXSpreadsheetExample-v2.2.xlsx"] = "spreadsheets are not supported",
        ["SPDXSpreadsheetExample-v2.3.xlsx"] = "spreadsheets are not supported",
        ["spdx-spec-2.3/examples/SPDXYAMLExample-2.2.spdx.yaml"] = "is not YAML: quotation marks inside a quoted text are not escaped (line 324)",
    };

    public static TheoryData<string> Cases(string verdict)
    {
        var data = new TheoryData<string>();
        // The corpus beside the repository holds all that is kept in it, and more.
        foreach (var root in new[] { TestPaths.TryShared("sbom/spdx") ?? TestPaths.Data("spdx") })
        {
            foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                var path = Path.GetRelativePath(TestPaths.RepoRoot, file).Replace('\\', '/');
                if (path.Contains($"/{verdict}/", StringComparison.Ordinal) && !path.EndsWith(".md", StringComparison.Ordinal)) data.Add(path);
            }
        }
        if (data.Count == 0) data.Add("none");
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases), "valid")]
    public void Read_ValidDocument_IsAccepted(string path)
    {
        Assert.SkipWhen(path == "none", "There is no corpus beside the repository.");
        using var stream = File.OpenRead(Path.Combine(TestPaths.RepoRoot, path));
        var result = SbomDocument.Read(stream, out var document);
        if (s_refused.Any(r => path.EndsWith(r.Key, StringComparison.Ordinal)))
        {
            result.Valid.ShouldBeFalse();
            return;
        }
        result.Errors.ShouldBeEmpty();
        result.Kind!.Value.Format.ShouldBe(SbomFormat.Spdx);
        result.Components.ShouldBe(document.Components.Count(c => c.Spdx is { IsFile: false }));
        document.Metadata.Timestamp.ShouldNotBeNullOrEmpty();
        document.Components.Select(c => c.Ref).ShouldBeUnique();
    }

    [Theory]
    [MemberData(nameof(Cases), "invalid")]
    public void Read_InvalidDocument_IsRefusedWithPlaceAndReason(string path)
    {
        Assert.SkipWhen(path == "none", "There is no corpus beside the repository.");
        using var stream = File.OpenRead(Path.Combine(TestPaths.RepoRoot, path));
        var result = SbomDocument.Read(stream, out _);
        result.Valid.ShouldBeFalse();
        result.Errors.ShouldAllBe(e => e.At.Length > 0 && e.Message.Length > 10);
    }

    [Theory]
    [InlineData("spdx/real-world/spdx_vuln.json", 125, 5447, 3179)]
    [InlineData("spdx/real-world/grype-sbom.spdx.json", 1160, 0, 0)]
    [InlineData("spdx/2.2/valid/sbom-tool/samples/spdx_2.2/manifest.spdx.json", 267, 1, 267)]
    public void Read_KnownDocument_CountsItsParts(string path, int packages, int files, int relationships)
    {
        using var stream = File.OpenRead(TestPaths.Shared("sbom/" + path));
        var result = SbomDocument.Read(stream, out var document);
        result.Components.ShouldBe(packages);
        document.Components.Count(c => c.Spdx!.IsFile).ShouldBe(files);
        document.Relationships.Count.ShouldBe(relationships);
    }
}
