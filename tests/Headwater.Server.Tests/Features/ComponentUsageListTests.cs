using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dapper;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Features;

/// <summary>The uses of a component that nearly all have: each order is the same whether a page is asked for, all pages one after the other, or the file.</summary>
public sealed class ComponentUsageListTests(TestHost host) : IClassFixture<TestHost>
{
    /// <summary>More than are put in order for each page anew.</summary>
    private const int Projects = 20_500;
    private const long First = 860_000_000;

    private static readonly string[] s_versions = ["1.9.0", "1.10.0", "2.0.0-rc.1", "2.0.0"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Uses_OfAPopularComponent_AreInOneOrderOnEachWay()
    {
        using var client = await host.ClientAsync();
        foreach (var version in s_versions) await TestHost.UploadAsync(client, "zz-" + version, "1", TestHost.Bom("pkg:npm/front@1.0.0", "pkg:npm/usage-order@" + version));
        await host.IdleAsync();
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            var versions = (await transaction.Connection!.QueryAsync<(string Version, long Id)>("SELECT c.version, c.id FROM component_version c JOIN component k ON k.id = c.component_id WHERE k.name = 'usage-order'", transaction: transaction)).ToDictionary(v => v.Version, v => v.Id);
            const string Numbered = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < @last)";
            var values = new { last = Projects - 1, First, a = versions["1.9.0"], b = versions["1.10.0"], c = versions["2.0.0-rc.1"], d = versions["2.0.0"] };
            // Names do not follow the order of the ids, and some are in capitals.
            await transaction.Connection!.ExecuteAsync($"INSERT INTO project (id, org_id, uuid, name, latest_id, created_at) {Numbered} SELECT @First + i, 1, '00000000-0000-4000-9000-' || (@First + i) || '000', CASE WHEN i % 2 = 0 THEN 'Use ' ELSE 'use ' END || ((i * 7919) % 20500), @First + i, 0 FROM n", values, transaction);
            await transaction.Connection!.ExecuteAsync($"INSERT INTO project_version (id, org_id, uuid, project_id, version, is_latest, created_at) {Numbered} SELECT @First + i, 1, '00000000-0000-4000-8000-' || (@First + i) || '000', @First + i, '1', 1, 0 FROM n", values, transaction);
            await transaction.Connection!.ExecuteAsync($"INSERT INTO occurrence (org_id, pv_id, cv_id, flags, depth) {Numbered} SELECT 1, @First + i, CASE i % 4 WHEN 0 THEN @a WHEN 1 THEN @b WHEN 2 THEN @c ELSE @d END, 0, CASE WHEN i % 9 = 0 THEN -1 ELSE i % 7 + 1 END FROM n", values, transaction);
        });
        var id = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/components?filter=usage-order", Stop)).GetProperty("items")[0].GetProperty("id").GetInt64();
        var address = $"{Api.Root}/components/{id}/usages";

        foreach (var (sort, key) in new (string, Func<Use, (long, string)>)[] { ("project", u => (0, u.Project.ToLowerInvariant())), ("version", u => (Array.IndexOf(s_versions, u.Version), "")), ("depth", u => (u.Depth < 0 ? 1_000_000 : u.Depth, "")) })
        {
            foreach (var order in sort == "project" ? new[] { "asc", "desc" } : sort == "version" ? ["asc"] : ["desc"])
            {
                var all = new List<Use>();
                string? after = null;
                do
                {
                    var page = await client.GetFromJsonAsync<JsonElement>($"{address}?sort={sort}&order={order}&size=1000{(after is null ? "" : "&after=" + after)}", Stop);
                    page.GetProperty("total").GetInt32().ShouldBe(Projects + s_versions.Length);
                    all.AddRange(page.GetProperty("items").EnumerateArray().Select(Use.Of));
                    after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
                }
                while (after is not null);

                all.Select(u => u.Id).Distinct().Count().ShouldBe(Projects + s_versions.Length, $"each once, by {sort} {order}");
                var keys = all.ConvertAll(u => key(u));
                var sorted = order == "asc" ? keys.OrderBy(k => k.Item1).ThenBy(k => k.Item2, StringComparer.Ordinal) : keys.OrderByDescending(k => k.Item1).ThenByDescending(k => k.Item2, StringComparer.Ordinal);
                keys.SequenceEqual(sorted).ShouldBeTrue($"by {sort} {order}");

                // A jump to any place shows what paging through it shows, at the seams of the ways it is found too.
                foreach (var place in new[] { 0, 37, 949, 951, 5_100, 12_345, Projects + s_versions.Length - 20 })
                {
                    var page = await client.GetFromJsonAsync<JsonElement>($"{address}?sort={sort}&order={order}&size=50&offset={place}", Stop);
                    page.GetProperty("items").EnumerateArray().Select(u => Use.Of(u).Id).ShouldBe(all.Skip(place).Take(50).Select(u => u.Id), $"by {sort} {order} from {place}");
                }
            }
        }

        var filtered = await client.GetFromJsonAsync<JsonElement>($"{address}?sort=version&filter=use%2012&size=1000", Stop);
        var names = Enumerable.Range(0, Projects).Select(i => (i * 7919 % Projects).ToString(CultureInfo.InvariantCulture)).Count(n => n.StartsWith("12", StringComparison.Ordinal));
        filtered.GetProperty("total").GetInt32().ShouldBe(names);
        filtered.GetProperty("items").EnumerateArray().Select(Use.Of).Select(u => Array.IndexOf(s_versions, u.Version)).ShouldBeInOrder();
    }

    [Theory]
    [InlineData("")]
    [InlineData("?size=2000")]
    [InlineData("?after=x")]
    [InlineData("?sort=x")]
    public async Task Component_OutOfSight_IsAnsweredAsOneThatIsNotThere(string query)
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "not theirs", "1", TestHost.Bom("pkg:npm/front@1.0.0", "pkg:npm/hidden-from-them@1.0.0"));
        var id = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/components?filter=hidden-from-them", Stop)).GetProperty("items")[0].GetProperty("id").GetInt64();
        var unit = (await host.UnitsAsync(new CatalogueGroup("unit", "elsewhere", "Elsewhere", null, null)))[("unit", "elsewhere")];
        using var other = await host.KeyAsync(unit, Permissions.ViewPortfolio);
        using var hidden = await other.GetAsync($"{Api.Root}/components/{id}/usages{query}", Stop);
        using var missing = await other.GetAsync($"{Api.Root}/components/999999999/usages{query}", Stop);
        hidden.StatusCode.ShouldBe(missing.StatusCode);
        (await SaidAsync(hidden)).ShouldBe(await SaidAsync(missing));

        static async Task<string> SaidAsync(HttpResponseMessage answer) => Regex.Replace(await answer.Content.ReadAsStringAsync(Stop), "\"traceId\":\"[^\"]*\"", "");
    }

    private sealed record Use(string Id, string Project, string Version, int Depth)
    {
        public static Use Of(JsonElement use) => new(use.GetProperty("versionUuid").GetString()!, use.GetProperty("projectName").GetString()!, use.GetProperty("componentVersion").GetString()!, use.TryGetProperty("depth", out var depth) && depth.ValueKind == JsonValueKind.Number ? depth.GetInt32() : -1);
    }
}
