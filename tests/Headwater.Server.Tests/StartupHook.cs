using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

/// <summary>
/// Runs in a server that a test starts as a process with a clock of its own, before the server's first line: it gives the server a clock that is so many
/// minutes off. The runtime finds it by its name (DOTNET_STARTUP_HOOKS); the server itself knows nothing of it.
/// </summary>
internal static class StartupHook
{
    public const string Minutes = "HEADWATER_TEST_CLOCK_MINUTES";

    public static void Initialize()
    {
        if (double.TryParse(Environment.GetEnvironmentVariable(Minutes), CultureInfo.InvariantCulture, out var minutes)) DiagnosticListener.AllListeners.Subscribe(new Sources(TimeSpan.FromMinutes(minutes)));
    }

    private sealed class Sources(TimeSpan off) : IObserver<DiagnosticListener>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting") value.Subscribe(new Hosts(off));
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    /// <summary>Hears of a host when all of its services are named and none is made.</summary>
    private sealed class Hosts(TimeSpan off) : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value is { Key: "HostBuilding", Value: IHostBuilder host }) host.ConfigureServices(services => services.AddSingleton<TimeProvider>(new Shifted(off)));
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    private sealed class Shifted(TimeSpan off) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + off;
    }
}
