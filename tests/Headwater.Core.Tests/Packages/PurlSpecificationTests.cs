using System.Text.Json;
using Headwater.Core.Packages;

namespace Headwater.Core.Tests.Packages;

/// <summary>The published vectors of purl-spec, whole, both the required and the recommended group.</summary>
public sealed class PurlSpecificationTests
{
    /// <summary>Vectors that contradict the standard or another vector, with the reason.</summary>
    private static readonly Dictionary<string, string> s_deviations = new(StringComparer.Ordinal)
    {
        ["gem/parse/pkg:gem/jruby-launcher@1.1.2?Platform=java"] =
            "Asks to refuse a key in upper case; the maven and rpm vectors (repositorY_url, Arch) and \"How to parse\" ask to fold it.",
    };

    public static IEnumerable<TheoryDataRow<string, string>> Vectors()
    {
        foreach (var file in Directory.EnumerateFiles(TestPaths.Data("purl-spec/tests"), "*.json").Order(StringComparer.Ordinal))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var type = Path.GetFileName(file).Replace("-test.json", "", StringComparison.Ordinal);
            foreach (var test in document.RootElement.GetProperty("tests").EnumerateArray())
            {
                var input = test.GetProperty("input");
                var name = $"{type}/{test.GetProperty("test_type").GetString()}/{(input.ValueKind == JsonValueKind.String ? input.GetString() : input.GetRawText())}";
                yield return new(name, test.GetRawText()) { TestDisplayName = name };
            }
        }
    }

    [Theory]
    [MemberData(nameof(Vectors), DisableDiscoveryEnumeration = true)]
    public void Vector_OfThePublishedSuite_GivesTheExpectedResult(string name, string json)
    {
        using var document = JsonDocument.Parse(json);
        var test = document.RootElement;
        var input = test.GetProperty("input");
        var build = test.GetProperty("test_type").GetString() == "build";

        PackageUrl? purl;
        string? error;
        var done = build
            ? PackageUrl.TryBuild(Text(input, "type"), Text(input, "namespace"), Text(input, "name"), Text(input, "version"), Pairs(input), Text(input, "subpath"), out purl, out error)
            : PackageUrl.TryParse(input.GetString(), out purl, out error);

        var fails = test.GetProperty("expected_failure").GetBoolean();
        if (s_deviations.ContainsKey(name))
        {
            done.ShouldBe(fails, "the deviation is gone: take it off the list");
            return;
        }
        done.ShouldBe(!fails, $"{name}: {error ?? purl?.ToString()}");
        if (fails)
        {
            error.ShouldNotBeNullOrWhiteSpace();
            return;
        }

        var expected = test.GetProperty("expected_output");
        if (expected.ValueKind == JsonValueKind.String)
        {
            purl!.ToString().ShouldBe(expected.GetString());
            return;
        }
        purl!.Type.ShouldBe(Text(expected, "type"));
        purl.Namespace.ShouldBe(Text(expected, "namespace"));
        purl.Name.ShouldBe(Text(expected, "name"));
        purl.Version.ShouldBe(Text(expected, "version"));
        purl.Subpath.ShouldBe(Text(expected, "subpath"));
        purl.Qualifiers.ShouldBe(Pairs(expected).OrderBy(p => p.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Types_EveryPublishedDefinition_IsInTheTableWithItsRules()
    {
        foreach (var file in Directory.EnumerateFiles(TestPaths.Data("purl-spec/types"), "*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var definition = document.RootElement;
            var type = definition.GetProperty("type").GetString()!;
            var (name, rules) = PurlTypes.Find(type);
            name.ShouldBe(type);

            var requirement = Text(definition, "namespace_definition", "requirement");
            rules.HasFlag(PurlRules.NamespaceProhibited).ShouldBe(requirement == "prohibited", type);
            if (type != "golang") rules.HasFlag(PurlRules.NamespaceRequired).ShouldBe(requirement == "required", type);
            rules.HasFlag(PurlRules.NamespaceLower).ShouldBe(Folded(definition, "namespace_definition"), type);
            rules.HasFlag(PurlRules.NameLower).ShouldBe(Folded(definition, "name_definition"), type);
            rules.HasFlag(PurlRules.VersionLower).ShouldBe(Folded(definition, "version_definition"), type);
            rules.HasFlag(PurlRules.SubpathLower).ShouldBe(Folded(definition, "subpath_definition"), type);
            if (definition.TryGetProperty("qualifiers_definition", out var qualifiers) && qualifiers.EnumerateArray().Any(q => Text(q, "requirement") == "required"))
                rules.HasFlag(PurlRules.Special).ShouldBeTrue(type);
            foreach (var example in definition.GetProperty("examples").EnumerateArray())
                PackageUrl.TryParse(example.GetString(), out _, out var error).ShouldBeTrue($"{example}: {error}");
        }
    }

    private static bool Folded(JsonElement definition, string part) =>
        definition.TryGetProperty(part, out var p) && p.TryGetProperty("case_sensitive", out var sensitive) && !sensitive.GetBoolean();

    private static string? Text(JsonElement element, string part, string name) => element.TryGetProperty(part, out var p) ? Text(p, name) : null;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<KeyValuePair<string, string>> Pairs(JsonElement element) =>
        element.TryGetProperty("qualifiers", out var q) && q.ValueKind == JsonValueKind.Object
            ? q.EnumerateObject().Select(p => new KeyValuePair<string, string>(p.Name, p.Value.GetString()!)).ToArray()
            : [];
}
