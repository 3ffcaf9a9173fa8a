using System.Text.Json;
using Headwater.Core.Sboms;
using Headwater.Core.Sboms.Schema;
using Headwater.Core.Sboms.Spdx;

namespace Headwater.Core.Tests.Sboms.Spdx;

/// <summary>What is written as SPDX comes back as it was, and the official schemas accept it.</summary>
public class SpdxRoundTripTests
{
    private static readonly Lazy<JsonSchema> s_schema22 = new(() => Load("spdx-schema-v2.2.json"));
    private static readonly Lazy<JsonSchema> s_schema23 = new(() => Load("spdx-schema-v2.3.json"));
    private static readonly Lazy<JsonSchema> s_schema3 = new(() => Load("spdx-schema-v3.0.1.json"));

    public static TheoryData<string> Documents()
    {
        var data = new TheoryData<string>();
        // The corpus beside the repository holds all that is kept in it, and more.
        foreach (var root in new[] { TestPaths.TryShared("sbom/spdx") ?? TestPaths.Data("spdx"), TestPaths.TryShared("sbom/cyclonedx") ?? TestPaths.Data("cyclonedx") })
        {
            foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                var path = Path.GetRelativePath(TestPaths.RepoRoot, file).Replace('\\', '/');
                if (path.Contains("/invalid/", StringComparison.Ordinal) || path.EndsWith(".md", StringComparison.Ordinal) || path.EndsWith(".textproto", StringComparison.Ordinal)) continue;
                data.Add(path);
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Write_AnyDocument_ComesBackWhole(string path)
    {
        var document = Read(path);
        if (document is null) return;
        var was = SbomDump.Of(document);
        foreach (var target in SbomWriter.Targets.Where(t => t.StartsWith("spdx-", StringComparison.Ordinal)))
        {
            using var written = new MemoryStream();
            var lost = SbomWriter.Write(document, target, written);
            lost.ShouldBeEmpty(target);
            written.Position = 0;
            var result = SbomDocument.Read(written, out var back);
            result.Errors.ShouldBeEmpty(target);
            result.Kind!.Value.SpecVersion.ShouldStartWith(target.Split('-')[1]);
            result.Kind!.Value.Format.ShouldBe(SbomFormat.Spdx);
            SbomDump.Difference(was, SbomDump.Of(back)).ShouldBe("", target);
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Write_AnyDocument_IsAcceptedByTheOfficialSchema(string path)
    {
        var document = Read(path);
        if (document is null) return;
        Check(document, "spdx-2.2-json", s_schema22.Value);
        Check(document, "spdx-2.3-json", s_schema23.Value);
        // The schema of 3.0.1 tries all classes for each element: large documents add time and nothing else.
        if (document.Components.Count < 300) Check(document, "spdx-3.0-json", s_schema3.Value);

        static void Check(SbomDocument document, string target, JsonSchema schema)
        {
            using var written = new MemoryStream();
            SbomWriter.Write(document, target, written);
            using var json = JsonDocument.Parse(written.ToArray(), new JsonDocumentOptions { MaxDepth = 1000 });
            List<SbomError> errors = [];
            schema.Validate(json.RootElement, "", errors, 10);
            // A file whose source states no checksum cannot get one.
            errors.RemoveAll(e => e.At.StartsWith("/files/", StringComparison.Ordinal) && e.Message.Contains("checksums", StringComparison.Ordinal));
            errors.ShouldBeEmpty(target);
        }
    }

    [Theory]
    [InlineData("spdx-2.2-json", "PACKAGE_MANAGER", "OTHER")]
    [InlineData("spdx-2.2-yaml", "PACKAGE_MANAGER", "OTHER")]
    [InlineData("spdx-2.2-tag", "PACKAGE-MANAGER", "PERSISTENT-ID")]
    [InlineData("spdx-2.3-json", "PACKAGE-MANAGER", "PERSISTENT-ID")]
    public void Write_In22_SaysWhatItDemandsAndNothingThatCameLater(string target, string packages, string persistent)
    {
        var document = new SbomDocument();
        document.OnHeader(new SbomKind(SbomFormat.Spdx, "2.3", SbomSerialization.Json));
        var package = new SbomComponent { Ref = "SPDXRef-a", Name = "a", Kind = SbomComponentKind.Library, Purl = "pkg:npm/a@1", Spdx = new SpdxComponentFields { ReleaseDate = "2026-01-01T00:00:00Z" } };
        package.Identities.Add(new SbomIdentity("swhid", "swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2"));
        package.Hashes.Add(new SbomHash("SHA3-256", new string('a', 64)));
        package.Hashes.Add(new SbomHash("SHA-256", new string('b', 64)));
        document.OnComponent(package);
        document.OnComponent(new SbomComponent { Ref = "SPDXRef-b", Name = "b", Spdx = new SpdxComponentFields() });
        document.OnRelationship(new SbomRelationship(SbomRelationshipKind.Other, "SPDXRef-a", "SPDXRef-b", "SPECIFICATION_FOR"));
        using var written = new MemoryStream();
        SbomWriter.Write(document, target, written).ShouldBeEmpty();
        var text = string.Join('\n', System.Text.Encoding.UTF8.GetString(written.ToArray()).Split('\n').Where(l => !l.Contains("headwater:carry", StringComparison.Ordinal)));
        var is22 = target.Contains("2.2", StringComparison.Ordinal);
        text.ShouldContain(is22 ? "SPDX-2.2" : "SPDX-2.3");
        text.ShouldContain(packages);
        text.Contains("PERSISTENT-ID", StringComparison.Ordinal).ShouldBe(persistent == "PERSISTENT-ID");
        foreach (var later in new[] { "rimaryPackagePurpose", "eleaseDate", "SHA3-256", "SPECIFICATION_FOR" }) text.Contains(later, StringComparison.Ordinal).ShouldBe(!is22, later);
        foreach (var demanded in new[] { "icenseConcluded", "icenseDeclared", "opyrightText" }) text.Split(demanded).Length.ShouldBe(is22 ? 3 : 1, demanded);
        text.ShouldContain("SHA256");
        written.Position = 0;
        SbomDocument.Read(written, out var back).Errors.ShouldBeEmpty();
        SbomDump.Difference(SbomDump.Of(document), SbomDump.Of(back)).ShouldBe("");
    }

    internal static SbomDocument? Read(string path)
    {
        using var stream = File.OpenRead(Path.Combine(TestPaths.RepoRoot, path));
        return SbomDocument.Read(stream, out var document).Valid ? document : null;
    }

    private static JsonSchema Load(string name)
    {
        using var stream = File.OpenRead(TestPaths.Shared("sbom/schemas/spdx/" + name));
        return JsonSchema.Load(stream, _ => null);
    }
}

/// <summary>All that the model holds of a document, as sorted lines.</summary>
internal static class SbomDump
{
    public static string Of(SbomDocument document)
    {
        List<string> lines = [];
        lines.Add("M " + Json(document.Metadata));
        lines.AddRange(document.Components.Select(c => "C " + Json(c)));
        lines.AddRange(document.Services.Select(s => "S " + Json(s)));
        lines.AddRange(document.Relationships.Select(r => "R " + Json(r)));
        lines.AddRange(document.Compositions.Select(c => "A " + Json(c)));
        lines.AddRange(document.Vulnerabilities.Select(v => "V " + Json(v)));
        lines.AddRange(document.LicenceTexts.Select(l => "L " + Json(l)));
        lines.AddRange(document.Extras.Select(e => "E " + Json(e)));
        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines);
    }

    /// <summary>Where two dumps first differ; empty when they do not.</summary>
    public static string Difference(string was, string back)
    {
        if (was == back) return "";
        var before = was.Split('\n').ToHashSet();
        var after = back.Split('\n').ToHashSet();
        var gone = before.Except(after).Order(StringComparer.Ordinal).FirstOrDefault() ?? "";
        var came = after.Except(before).Order(StringComparer.Ordinal).FirstOrDefault() ?? "";
        var at = 0;
        while (at < Math.Min(gone.Length, came.Length) && gone[at] == came[at]) at++;
        at = Math.Max(0, at - 40);
        return $"lines {before.Count} {after.Count}: was …{Cut(gone)} is …{Cut(came)}";

        string Cut(string line) => line.Length <= at ? line : line.Substring(at, Math.Min(220, line.Length - at));
    }

    /// <summary>JSON in which the order of properties does not count.</summary>
    private static string Json<T>(T value) => Sorted(System.Text.Json.Nodes.JsonNode.Parse(JsonSerializer.Serialize(value, SpdxCarry.Json), documentOptions: new JsonDocumentOptions { MaxDepth = 1000 }))!.ToJsonString();

    private static System.Text.Json.Nodes.JsonNode? Sorted(System.Text.Json.Nodes.JsonNode? node)
    {
        switch (node)
        {
            case System.Text.Json.Nodes.JsonObject map:
                return new System.Text.Json.Nodes.JsonObject(map.Where(p => p.Value is not null).OrderBy(p => p.Key, StringComparer.Ordinal)
                    .Select(p => new KeyValuePair<string, System.Text.Json.Nodes.JsonNode?>(p.Key, Sorted(p.Value))));
            case System.Text.Json.Nodes.JsonArray list: return new System.Text.Json.Nodes.JsonArray([.. list.Select(Sorted)]);
            default: return node?.DeepClone();
        }
    }
}
