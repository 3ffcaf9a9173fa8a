using Headwater.Core.Advisories;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Overview;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Headwater.Server.Features.Samples;

/// <summary>Says on the console what is in the portfolio and where the server is, once it is up.</summary>
internal sealed class Greeting(SampleLoader samples, OverviewModule overview, IConfiguration configuration, Readiness readiness, IServer server, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Greeting> log) : BackgroundService
{
    private const int Shown = 3, ShownOwners = 6;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Held before the server listens, so that nobody finds it ready and half full.
        _filling = configuration["samples"] is { Length: > 0 } ? readiness.Hold() : null;
        return base.StartAsync(cancellationToken);
    }

    private IDisposable? _filling;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Started(stoppingToken);
            if (configuration["samples"] is { Length: > 0 } folder) await samples.LoadAsync(folder, stoppingToken);
            _filling?.Dispose();
            if (SamplesModule.FillOnly(configuration)) lifetime.StopApplication();
            else Say(await overview.GetAsync(Viewer.Everything, stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            Platform.Telemetry.LogMessages.SampleRefused(log, configuration["samples"] ?? "", e.Message);
        }
        finally
        {
            _filling?.Dispose();
        }
    }

    private Task Started(CancellationToken stopping)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        stopping.Register(() => started.TrySetCanceled(stopping));
        return started.Task;
    }

    private void Say(PortfolioOverview it)
    {
        var console = Console.Out;
        if (it.Projects > 0)
        {
            console.WriteLine($"{Count(it.Projects, "project")}, {it.VulnerableProjects} with known vulnerabilities, {it.WithoutOwner} without an owner");
            console.WriteLine($"{Count(it.Components, "component")} in {Count(it.ComponentVersions, "version")}: {it.Coverage.Covered} covered by advisory data, {it.Coverage.Unknown} unknown");
            var f = it.Findings;
            console.WriteLine($"{Count(f.Total, "finding")}: {f.Critical} critical, {f.High} high, {f.Medium} medium, {f.Low} low, {f.Unassigned} without a severity; {it.Kev} known to be exploited");
            foreach (var (risk, i) in it.TopRisks.Take(Shown).Select((r, i) => (r, i + 1)))
            {
                var owners = risk.Owners.Take(ShownOwners).Select(o => o.Title).Concat(risk.OwnerCount > ShownOwners ? [$"{risk.OwnerCount - ShownOwners} more"] : [])
                    .Concat(risk.WithoutOwner > 0 ? [risk.WithoutOwner == 1 ? "one project nobody owns" : $"{risk.WithoutOwner} projects nobody owns"] : []);
                var projects = risk.ProjectNames.Take(Shown).Concat(risk.Projects > Shown ? [$"{risk.Projects - Shown} more"] : []);
                console.WriteLine($"  {i}. {risk.Finding.Id} {SeverityWord(risk.Finding.Severity)} in {risk.Finding.ComponentName} {risk.Finding.ComponentVersion} ({string.Join(", ", projects)}): {string.Join(", ", owners)}");
            }
        }
        else
        {
            console.WriteLine("The portfolio is empty. Drop an SBOM on the page, or send one to POST /api/v1/bom.");
        }

        console.WriteLine(it.Feeds is { Loaded: true } feeds
            ? $"Advisories: {feeds.Records:N0} records. Data as of: {string.Join(", ", feeds.Ages.Select(a => $"{Word(a.Kind)} {Date(a.AsOf)}{Age(a.AsOf)}"))}"
            : $"Advisories: none loaded{(it.Feeds.Problem is null ? "" : $" ({it.Feeds.Problem})")}");
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        console.WriteLine($"\nHeadwater is at {string.Join(" and ", addresses)}{configuration["Headwater:PathBase"]}  (Ctrl-C stops it)");
        console.Flush();
    }

    private string Age(DateTimeOffset? at) => at is { } then && (time.GetUtcNow() - then).Days is > 0 and var days ? $" ({Count(days, "day")} old)" : "";

    private static string Word(FeedKind kind) => kind switch { FeedKind.Epss => "EPSS", FeedKind.Kev => "KEV", FeedKind.Malicious => "malicious packages", _ => "advisories" };

    private static string Date(DateTimeOffset? at) => at is { } then ? then.ToString("yyyy-MM-dd") : "not loaded";

    private static string SeverityWord(Severity severity) => severity == Severity.Unknown ? "without a severity" : severity.ToString().ToLowerInvariant();

    private static string Count(int n, string one) => n == 1 ? $"1 {one}" : $"{n:N0} {one}s";
}
