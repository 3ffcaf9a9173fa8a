using System.Globalization;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Http.Outgoing;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Features.Registries;

/// <summary>
/// Registries that the configuration names (<c>Headwater:Registries:0:Type</c>, <c>…:Name</c>, <c>…:Address</c>, <c>…:User</c>, <c>…:Secret</c>, <c>…:Only</c>, <c>…:Never</c>,
/// <c>…:Position</c>, <c>…:EverySeconds</c> or <c>…:DailyAt</c>) become rows at the start, and go when they are named no more. They are changed there and not by hand.
/// </summary>
internal sealed class RegistryConfiguration(IConfiguration configuration, RegistryStore store, OutgoingGuard guard, Node node, Platform.Ui.Localiser text, ILogger<RegistryConfiguration> log) : BackgroundService
{
    private const string By = "configuration";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The server does not wait for it.
        if (!node.Works) return;
        try
        {
            await ApplyAsync(stoppingToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.RegistryRefused("Headwater:Registries", e.Message);
        }
    }

    /// <summary>Makes the rows that the configuration owns what it says.</summary>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        var known = await store.ListAsync(cancellationToken);
        var named = new HashSet<long>();
        foreach (var section in configuration.GetSection("Headwater:Registries").GetChildren())
        {
            var input = Read(section);
            var row = known.FirstOrDefault(r => r.Name.Equals(input?.Name, StringComparison.OrdinalIgnoreCase));
            var wrong = input is null ? ("", "registries.badCadence") : row is not null && row.Type != input.Type ? ("type", "registries.otherType") : RegistryCheck.Of(input, false, guard, out _);
            if (input is null || wrong is not null)
            {
                if (row is not null) named.Add(row.Id);
                log.RegistryRefused(section.Path, text[wrong!.Value.Item2]);
                continue;
            }

            if (await store.SaveAsync(row?.Id, input, By, configured: true, cancellationToken) is { } id) named.Add(id);
        }

        foreach (var gone in known.Where(r => r.IsConfigured && !named.Contains(r.Id))) await store.RemoveAsync(gone.Id, By, cancellationToken);
    }

    private static RegistryInput? Read(IConfigurationSection it)
    {
        var cadence = Cadence.Parse(it["EverySeconds"], it["DailyAt"]);
        if (cadence is null || (it["Position"] is { } place && !int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out _))) return null;
        var position = it["Position"] is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : 0;
        var type = it["Type"]?.Trim().ToLowerInvariant() ?? "";
        return new RegistryInput(type, it["Name"]?.Trim() ?? type, it["Address"]?.Trim() ?? "", position, it["User"]?.Trim(), it["Secret"] ?? "", Patterns(it["Only"]), Patterns(it["Never"]), cadence, !bool.TryParse(it["Enabled"], out var on) || on);
    }

    /// <summary>Patterns with commas, spaces or line ends between them.</summary>
    public static IReadOnlyList<string> Patterns(string? text) => [.. (text ?? "").Split([',', ' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.OrdinalIgnoreCase)];
}
