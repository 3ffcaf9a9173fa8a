using System.Text;
using System.Text.Json.Nodes;
using Headwater.Core.Vex;
using Headwater.Core.Vex.Checks.Csaf;

namespace Headwater.Core.Tests.Vex;

/// <summary>Every test of section 6 of CSAF 2.0, by one change to a document in which none of them finds anything.</summary>
public sealed class CsafRuleTests
{
    private const string Clean = """
        {
          "document": {
            "category": "csaf_vex",
            "csaf_version": "2.0",
            "distribution": { "tlp": { "label": "WHITE" } },
            "lang": "en-GB",
            "publisher": { "category": "vendor", "name": "Example", "namespace": "https://example.org" },
            "references": [ { "category": "self", "summary": "This document.", "url": "https://example.org/csaf/ex-2024_1.json" } ],
            "title": "An example",
            "tracking": {
              "current_release_date": "2024-05-02T10:00:00Z",
              "id": "EX-2024:1",
              "initial_release_date": "2024-05-01T10:00:00Z",
              "revision_history": [
                { "date": "2024-05-01T10:00:00Z", "number": "1", "summary": "First." },
                { "date": "2024-05-02T10:00:00Z", "number": "2", "summary": "Second." }
              ],
              "status": "final",
              "version": "2"
            }
          },
          "product_tree": {
            "branches": [
              {
                "branches": [
                  {
                    "branches": [
                      {
                        "category": "product_version",
                        "name": "1.0",
                        "product": {
                          "name": "App 1.0",
                          "product_id": "P1",
                          "product_identification_helper": {
                            "hashes": [ { "file_hashes": [ { "algorithm": "sha256", "value": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" } ], "filename": "app" } ],
                            "purl": "pkg:generic/app@1.0"
                          }
                        }
                      },
                      {
                        "category": "product_version",
                        "name": "2.0",
                        "product": { "name": "App 2.0", "product_id": "P2", "product_identification_helper": { "purl": "pkg:generic/app@2.0" } }
                      }
                    ],
                    "category": "product_name",
                    "name": "App"
                  }
                ],
                "category": "vendor",
                "name": "Example"
              }
            ],
            "full_product_names": [ { "name": "OS", "product_id": "P3", "product_identification_helper": { "purl": "pkg:generic/os@7" } } ],
            "product_groups": [ { "group_id": "G1", "product_ids": [ "P1", "P4" ] } ],
            "relationships": [
              {
                "category": "installed_on",
                "full_product_name": { "name": "App 1.0 on OS", "product_id": "P4", "product_identification_helper": { "purl": "pkg:generic/app-on-os@1.0" } },
                "product_reference": "P1",
                "relates_to_product_reference": "P3"
              }
            ]
          },
          "vulnerabilities": [
            {
              "cve": "CVE-2024-1000",
              "cwe": { "id": "CWE-79", "name": "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')" },
              "flags": [ { "label": "component_not_present", "product_ids": [ "P4" ] } ],
              "involvements": [ { "date": "2024-05-01T10:00:00Z", "party": "vendor", "status": "completed" } ],
              "notes": [ { "category": "description", "text": "It is bad." } ],
              "product_status": { "fixed": [ "P2" ], "known_affected": [ "P1" ], "known_not_affected": [ "P4" ] },
              "remediations": [ { "category": "vendor_fix", "details": "Take 2.0.", "group_ids": [ "G1" ] } ],
              "scores": [
                {
                  "cvss_v3": { "attackVector": "NETWORK", "baseScore": 9.8, "baseSeverity": "CRITICAL", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "version": "3.1" },
                  "products": [ "P1" ]
                }
              ]
            }
          ]
        }
        """;

    private const string Doc = "/document", Track = "/document/tracking", Tree = "/product_tree", V = "/vulnerabilities/0", Name1 = "/product_tree/branches/0/branches/0/branches/0";

    private static readonly (string Test, string[] Changes)[] s_cases =
    [
        ("schema", [Doc + "/title", ""]),
        ("schema", [Doc + "/publisher/namespace", "\"no address\""]),
        ("6.1.1", [V + "/product_status/fixed/0", "\"P9\""]), ("6.1.1", [Tree + "/product_groups/0/product_ids/1", "\"P9\""]), ("6.1.1", [V + "/flags/0/product_ids/0", "\"P9\""]),
        ("6.1.2", [Tree + "/full_product_names/0/product_id", "\"P1\""]),
        ("6.1.3", [Tree + "/relationships/0/relates_to_product_reference", "\"P4\""]),
        ("6.1.3", [Tree + "/relationships/1", """{"category":"installed_on","full_product_name":{"name":"a","product_id":"P5"},"product_reference":"P4","relates_to_product_reference":"P3"}""", Tree + "/relationships/0/product_reference", "\"P5\""]),
        ("6.1.4", [V + "/remediations/0/group_ids/0", "\"G9\""]),
        ("6.1.5", [Tree + "/product_groups/1", """{"group_id":"G1","product_ids":["P2","P3"]}"""]),
        ("6.1.6", [V + "/product_status/first_fixed", """["P1"]"""]),
        ("6.1.7", [V + "/scores/1", """{"cvss_v3":{"baseScore":9.8,"baseSeverity":"CRITICAL","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","version":"3.1"},"products":["P1"]}"""]),
        ("6.1.8", [V + "/scores/0/cvss_v3/baseSeverity", ""]),
        ("6.1.9", [V + "/scores/0/cvss_v3/baseScore", "9.7"]), ("6.1.9", [V + "/scores/0/cvss_v3/baseSeverity", "\"HIGH\""]), ("6.1.9", [V + "/scores/0/cvss_v3/temporalScore", "3.1"]),
        ("6.1.9", [V + "/scores/0/cvss_v2", """{"version":"2.0","vectorString":"AV:N/AC:L/Au:N/C:C/I:C/A:C","baseScore":9}"""]),
        ("6.1.10", [V + "/scores/0/cvss_v3/attackVector", "\"LOCAL\""]),
        ("6.1.10", [V + "/scores/0/cvss_v2", """{"version":"2.0","vectorString":"AV:N/AC:L/Au:N/C:C/I:C/A:C/E:POC","baseScore":10,"exploitability":"UNPROVEN"}"""]),
        ("6.1.11", [V + "/cwe/name", "\"Something else\""]), ("6.1.11", [V + "/cwe/id", "\"CWE-99999\""]),
        ("6.1.12", [Doc + "/lang", "\"EZ\""]), ("6.1.12", [Doc + "/lang", "\"de-Zzzq\""]), ("6.1.12", [Doc + "/source_lang", "\"de-CZZ\""]), ("6.1.12", [Doc + "/lang", "\"de-1901-1901\""]),
        ("6.1.13", [Name1 + "/product/product_identification_helper/purl", "\"pkg:maven/@1.3.4\""]),
        ("6.1.14", [Track + "/revision_history/0/date", "\"2024-05-03T10:00:00Z\""]),
        ("6.1.14", [Track + "/revision_history/0/number", "\"10.0.0\"", Track + "/revision_history/1/number", "\"9.0.0\""]),
        ("6.1.15", [Doc + "/publisher/category", "\"translator\""]),
        ("6.1.16", [Track + "/version", "\"1\""]),
        ("6.1.17", [Track + "/version", "\"0.9.0\""]), ("6.1.17", [Track + "/version", "\"1.0.0-rc\""]),
        ("6.1.18", [Track + "/revision_history/0/number", "\"0\""]),
        ("6.1.19", [Track + "/revision_history/0/number", "\"1.0.0-rc\""]),
        ("6.1.20", [Track + "/version", "\"2.0.0-rc+b\""]),
        ("6.1.21", [Track + "/revision_history/1/number", "\"3\"", Track + "/version", "\"3\""]), ("6.1.21", [Track + "/revision_history/0", ""]),
        ("6.1.22", [Track + "/revision_history/1/number", "\"1\""]),
        ("6.1.23", [V[..^1] + "1", """{"cve":"CVE-2024-1000"}"""]),
        ("6.1.24", [V + "/involvements/1", """{"date":"2024-05-01T12:00:00+02:00","party":"vendor","status":"open"}"""]),
        ("6.1.25", [Name1 + "/product/product_identification_helper/hashes/0/file_hashes/1", """{"algorithm":"sha256","value":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}"""]),
        ("6.1.26", [Doc + "/category", "\"V_eX\""]), ("6.1.26", [Doc + "/category", "\"Csaf_a\""]), ("6.1.26", [Doc + "/category", "\"Security      Advisory\""]), ("6.1.26", [Doc + "/category", "\"csaf-informational–advisory\""]),
        ("6.1.27.1", [Doc + "/category", "\"csaf_informational_advisory\""]), ("6.1.27.1", [Doc + "/category", "\"csaf_security_incident_response\"", Doc + "/notes", """[{"category":"legal_disclaimer","text":"a"}]"""]),
        ("6.1.27.2", [Doc + "/category", "\"csaf_informational_advisory\""]),
        ("6.1.27.3", [Doc + "/category", "\"csaf_informational_advisory\""]),
        ("6.1.27.4", [Tree, ""]),
        ("6.1.27.5", [V + "/notes", ""]),
        ("6.1.27.6", [Doc + "/category", "\"csaf_security_advisory\"", V + "/product_status", ""]),
        ("6.1.27.7", [V + "/product_status", """{"first_fixed":["P1"]}"""]),
        ("6.1.27.8", [V + "/cve", ""]),
        ("6.1.27.9", [V + "/flags", ""]), ("6.1.27.9", [V + "/flags", "", V + "/threats", """[{"category":"target_set","details":"a","product_ids":["P4"]}]"""]),
        ("6.1.27.10", [V + "/remediations/0", """{"category":"vendor_fix","details":"a","product_ids":["P2"]}"""]),
        ("6.1.27.11", ["/vulnerabilities", ""]),
        ("6.1.28", [Doc + "/source_lang", "\"EN-gb\""]),
        ("6.1.29", [V + "/remediations/0/group_ids", ""]),
        ("6.1.30", [Track + "/revision_history/0/number", "\"1.0.0\""]),
        ("6.1.31", [Name1 + "/name", "\"prior to 4.2\""]), ("6.1.31", [Name1 + "/name", "\"<4.2\""]), ("6.1.31", [Name1 + "/name", "\"All Versions\""]),
        ("6.1.32", [V + "/flags/0/product_ids", ""]),
        ("6.1.33", [V + "/flags/1", """{"label":"vulnerable_code_not_present","group_ids":["G1"]}"""]),
        ("6.2.1", [Tree + "/full_product_names/1", """{"name":"a","product_id":"P9"}"""]),
        ("6.2.2", [V + "/product_status/under_investigation", """["P3"]"""]),
        ("6.2.3", [V + "/scores", ""]),
        ("6.2.4", [Track + "/revision_history/0/number", "\"1.0.0+b\""]),
        ("6.2.5", [Track + "/initial_release_date", "\"2024-04-01T10:00:00Z\""]),
        ("6.2.6", [Track + "/current_release_date", "\"2024-05-01T10:00:00Z\""]),
        ("6.2.7", [V + "/involvements/0/date", ""]),
        ("6.2.8", [Name1 + "/product/product_identification_helper/hashes/0/file_hashes/0", """{"algorithm":"md5","value":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}"""]),
        ("6.2.9", [Name1 + "/product/product_identification_helper/hashes/0/file_hashes/0", """{"algorithm":"sha1","value":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}"""]),
        ("6.2.10", [Doc + "/distribution", """{"text":"a"}"""]),
        ("6.2.11", [Doc + "/references/0/url", "\"https://example.org/EX-2024:1.json\""]), ("6.2.11", [Doc + "/references/0/category", "\"external\""]),
        ("6.2.12", [Doc + "/lang", ""]),
        ("6.2.13", [Doc + "/acknowledgments", """[{"summary":"a"}]"""]),
        ("6.2.14", [Doc + "/lang", "\"qtx\""]), ("6.2.14", [Doc + "/lang", "\"en-XP\""]), ("6.2.14", [Doc + "/lang", "\"en-Qabc\""]), ("6.2.14", [Doc + "/lang", "\"en-x-house\""]), ("6.2.14", [Doc + "/source_lang", "\"fr-AA\""]),
        ("6.2.15", [Doc + "/source_lang", "\"i-default\""]),
        ("6.2.16", [Tree + "/full_product_names/0/product_identification_helper", ""]),
        ("6.2.17", [V + "/ids", """[{"system_name":"a","text":"CVE-2024-1001"}]"""]),
        ("6.2.18", [Name1 + "/category", "\"product_version_range\"", Name1 + "/name", "\">4.2\""]),
        ("6.2.19", [V + "/scores/0/products/0", "\"P2\""]),
        ("6.2.20", [Doc + "/custom", "1"]), ("6.2.20", [V + "/threats", """[{"category":"impact","details":"a","colour":1}]"""]),
        ("6.3.1", [V + "/scores/0", """{"cvss_v2":{"version":"2.0","vectorString":"AV:N/AC:L/Au:N/C:C/I:C/A:C","baseScore":10},"products":["P1"]}"""]),
        ("6.3.2", [V + "/scores/0/cvss_v3/version", "\"3.0\"", V + "/scores/0/cvss_v3/vectorString", "\"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\""]),
        ("6.3.3", [V + "/cve", ""]),
        ("6.3.4", [V + "/cwe", ""]),
        ("6.3.5", [Name1 + "/product/product_identification_helper/hashes/0/file_hashes/0/value", "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\""]),
        ("6.3.9", [Name1 + "/category", "\"patch_level\""]), ("6.3.9", ["/product_tree/branches/0/category", "\"product_family\""]),
        ("6.3.10", [Name1 + "/category", "\"product_version_range\""]),
        ("6.3.11", [Name1 + "/name", "\"v1.0\""]),
    ];

    public static TheoryData<string, string[]> Cases() => [.. s_cases.Select(c => new TheoryDataRow<string, string[]>(c.Test, c.Changes))];

    [Fact]
    public void Check_TheCleanDocument_FindsNothing() => Check(Clean).Findings.ShouldBeEmpty();

    [Fact]
    public void Cases_EveryTestOfSectionSix_IsThere()
    {
        var numbers = Enumerable.Range(1, 33).Where(n => n != 27).Select(n => $"6.1.{n}").Concat(Enumerable.Range(1, 11).Select(n => $"6.1.27.{n}"))
            .Concat(Enumerable.Range(1, 20).Select(n => $"6.2.{n}")).Concat(Enumerable.Range(1, 11).Select(n => $"6.3.{n}")).ToHashSet();

        CsafCheck.Tests.Concat(VexCheck.LeftOut).ToHashSet().ShouldBe(numbers, ignoreOrder: true);
        numbers.Except(VexCheck.LeftOut).Except(s_cases.Select(c => c.Test)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Check_AfterTheChange_FindsIt(string test, string[] changes)
    {
        var node = JsonNode.Parse(Clean)!;
        for (var i = 0; i < changes.Length; i += 2) Change(node, changes[i], changes[i + 1]);
        var result = Check(node.ToJsonString());

        var found = result.Findings.Where(f => f.Test == test).ToList();
        found.ShouldNotBeEmpty(string.Join('\n', result.Findings));
        found.ShouldAllBe(f => f.Message.Length > 0 && (f.At.Length == 0 || f.At[0] == '/'));
        result.Valid.ShouldBe(!result.Findings.Any(f => f.Test == "schema" || f.Test.StartsWith("6.1.", StringComparison.Ordinal)), string.Join('\n', result.Findings));
    }

    [Theory]
    [InlineData("de")]
    [InlineData("zh-cmn-Hans-CN")]
    [InlineData("de-CH-1901")]
    [InlineData("i-mingo")]
    [InlineData("en-US-u-ca-gregory")]
    [InlineData("es-419")]
    public void Check_ALanguageThatExists_IsFine(string tag) => With(Doc + "/lang", $"\"{tag}\"").Findings.ShouldNotContain(f => f.Test == "6.1.12");

    [Theory]
    [InlineData("after-eight")]
    [InlineData("1.0-alladin")]
    public void Check_AVersionThatOnlySoundsLikeARange_IsFine(string version) => With(Name1 + "/name", $"\"{version}\"").Findings.ShouldNotContain(f => f.Test == "6.1.31");

    [Fact]
    public void Check_FixedProductWhoseScoreIsNothing_IsFine()
    {
        var node = JsonNode.Parse(Clean)!;
        Change(node, V + "/scores/1", """{"cvss_v3":{"baseScore":9.8,"baseSeverity":"CRITICAL","modifiedAvailabilityImpact":"NONE","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MC:N/MI:N","version":"3.1"},"products":["P2"]}""");
        Check(node.ToJsonString()).Findings.ShouldNotContain(f => f.Test == "6.2.19" || f.Test == "6.1.9");
    }

    [Fact]
    public void Check_ManyMistakesOfOneKind_HideNoOther()
    {
        var node = JsonNode.Parse(Clean)!;
        Change(node, V + "/product_status/fixed", "[" + string.Join(',', Enumerable.Range(0, 5000).Select(n => $"\"X{n}\"")) + "]");
        Change(node, Doc + "/lang", "\"EZ\"");
        var result = Check(node.ToJsonString());

        result.Findings.Count.ShouldBeLessThanOrEqualTo(VexCheck.MaxFindings);
        result.Findings.ShouldContain(f => f.Test == "6.1.12");
        result.Findings.ShouldContain(f => f.Test == "6.1.1");
    }

    [Fact]
    public void Check_ALargeGroupInManyEntries_IsRefusedInGoodTime()
    {
        var node = JsonNode.Parse(Clean)!;
        var many = string.Join(',', Enumerable.Range(0, 20_000).Select(n => $"\"X{n}\""));
        Change(node, Tree + "/product_groups/1", $$"""{"group_id":"G2","product_ids":[{{many}}]}""");
        Change(node, V + "/flags", "[" + string.Join(',', Enumerable.Range(0, 20_000).Select(n => """{"label":"component_not_present","group_ids":["G2"]}""")) + "]");
        var result = Check(node.ToJsonString());

        result.Valid.ShouldBeFalse();
        result.Findings.ShouldHaveSingleItem().Message.ShouldContain("through groups");
        VexReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(node.ToJsonString()))).Errors.ShouldHaveSingleItem().Message.ShouldContain("10000000 times");
    }

    [Fact]
    public void Read_ALongImpactOfManyProducts_StaysBounded()
    {
        var node = JsonNode.Parse(Clean)!;
        var text = new string('a', 100_000);
        Change(node, V + "/threats", "[" + $$"""{"category":"impact","details":"{{text}}"}""" + string.Concat(Enumerable.Range(0, 2000).Select(n => $$""",{"category":"impact","details":"{{n}}","product_ids":["X{{n}}"]}""")) + "]");
        Change(node, V + "/product_status/known_not_affected", "[" + string.Join(',', Enumerable.Range(0, 2000).Select(n => $"\"X{n}\"")) + "]");

        VexReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(node.ToJsonString()))).Errors.ShouldHaveSingleItem().Message.ShouldContain("longer than");
    }

    private static VexCheckResult With(string pointer, string json)
    {
        var node = JsonNode.Parse(Clean)!;
        Change(node, pointer, json);
        return Check(node.ToJsonString());
    }

    private static VexCheckResult Check(string text) => VexCheck.Check(new MemoryStream(Encoding.UTF8.GetBytes(text)));

    /// <summary>Puts a value at a pointer, at the end of a list too; an empty text takes away what is there.</summary>
    private static void Change(JsonNode root, string pointer, string json)
    {
        var parts = pointer.Split('/')[1..];
        var at = root;
        foreach (var part in parts[..^1]) at = at is JsonArray list ? list[int.Parse(part)]! : at[part]!;
        if (at is JsonArray items)
        {
            var index = int.Parse(parts[^1]);
            if (index < items.Count) items.RemoveAt(index);
            if (json.Length > 0) items.Insert(index, JsonNode.Parse(json));
        }
        else if (json.Length == 0) at.AsObject().Remove(parts[^1]);
        else at[parts[^1]] = JsonNode.Parse(json);
    }
}
