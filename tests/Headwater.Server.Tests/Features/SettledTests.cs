using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Features;

/// <summary>What the overview calls open is not settled everywhere.</summary>
public sealed class SettledTests : IAsyncLifetime
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", Log4Shell = "CVE-2021-44228";
    private readonly TestHost _host = new();

    public ValueTask InitializeAsync() => _host.InitializeAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Overview_CountsAFindingAsOpen_UntilItIsSettledInEveryProjectInSight()
    {
        var units = await _host.UnitsAsync(new("unit", "near", "Near", null, null), new("unit", "far", "Far", null, null));
        using var all = await _host.KeyAsync(0, Permissions.Administrator);
        using var near = await _host.KeyAsync(units[("unit", "near")], Permissions.Automation | Permissions.PortfolioManagement | Permissions.VulnerabilityAnalysis);
        using var far = await _host.KeyAsync(units[("unit", "far")], Permissions.Automation | Permissions.PortfolioManagement | Permissions.VulnerabilityAnalysis);
        var one = await TestHost.UploadAsync(near, "one", "1", TestHost.Bom(Log4j));
        var two = await TestHost.UploadAsync(far, "two", "1", TestHost.Bom(Log4j));
        var critical = await OpenAsync(all);
        critical.ShouldBeGreaterThan(0);

        await AnalysisTests.PutAsync(all, await AnalysisTests.FindingAsync(near, one.ProjectUuid, Log4Shell), new { analysisState = "NOT_AFFECTED", isSuppressed = true });
        await UntilAsync(near, critical - 1);
        (await OpenAsync(all)).ShouldBe(critical);
        (await OpenAsync(far)).ShouldBe(critical);

        await AnalysisTests.PutAsync(all, await AnalysisTests.FindingAsync(far, two.ProjectUuid, Log4Shell), new { analysisState = "FALSE_POSITIVE" });
        await UntilAsync(all, critical - 1);
        await _host.IdleAsync();
        // In between the day is written less often where counting takes long; this is what the recurring job does.
        await _host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            await _host.Get<NumbersStore>().PortfolioAsync(transaction, true);
            return true;
        });
        var today = (await all.GetFromJsonAsync<JsonElement>("/api/headwater/v1/overview/trend")).EnumerateArray().Last();
        today.GetProperty("findings").GetProperty("critical").GetInt32().ShouldBe(critical - 1);
    }

    private static async Task<int> OpenAsync(HttpClient client)
    {
        var overview = await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/overview");
        return overview.GetProperty("findings").GetProperty("critical").GetInt32();
    }

    /// <summary>Where counting takes long, what was counted is remembered for a while.</summary>
    private static async Task UntilAsync(HttpClient client, int expected)
    {
        for (var n = 0; n < 300 && await OpenAsync(client) != expected; n++) await Task.Delay(100);
        (await OpenAsync(client)).ShouldBe(expected);
    }
}
