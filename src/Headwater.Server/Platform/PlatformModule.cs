using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Commands;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Http.Outgoing;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Platform;

/// <summary>What every feature stands on.</summary>
internal static class PlatformModule
{
    public static void AddPlatform(this WebApplicationBuilder builder, CommandLine line)
    {
        // A command's standard output is its result.
        if (line.Command is not null) builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error); // Keys at rest are guarded by the folder's permissions.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error); // A refused form is answered, not an event.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Headwater.Server.Platform.Auth.KeyAuthentication", LogLevel.Warning); // The framework tells of every refusal.
        builder.Logging.AddFilter("Headwater.Server.Platform.Auth.SessionAuthentication", LogLevel.Warning);
        builder.AddHttp();
        var address = builder.Configuration["database"] ?? builder.Configuration["Headwater:Database"];
        var folder = builder.Configuration["data"] ?? builder.Configuration["Headwater:Data"];
        var data = new DataFolder(folder ?? "data", line.Data, folder is not null || string.IsNullOrEmpty(address));
        var services = builder.Services;
        var drain = DrainTimes.From(builder.Configuration);
        services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = drain.Whole;
            options.ServicesStopConcurrently = true; // Requests and jobs have the same time to end.
        });
        services.AddSingleton(drain);
        services.AddHostedService<Drain>();
        services.AddSingleton(data);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IdSource>();
        services.AddSingleton<BlobFolder>();
        services.AddSingleton<SharedFiles>();
        services.AddSingleton<SettingStore>();
        services.AddProbes();
        builder.AddMetrics();
        builder.AddTraces();
        services.AddSingleton<IMetricSource, DatabaseMetrics>().AddSingleton<IMetricSource, JobMetricsStore>();
        // What only reads must not leave an empty database where it was pointed to by mistake.
        if (string.IsNullOrEmpty(address) && line.Data == DataUse.Beside && !File.Exists(data.File("headwater.db"))) throw new FileNotFoundException($"There is no database in {data.Path}. Name the data folder with --data DIR.");
        services.AddSingleton<DatabaseOpener>();
        services.AddSingleton(s => s.GetRequiredService<DatabaseOpener>().Open(address, line.Command is null ? s.GetRequiredService<Node>().Name : null));
        services.AddSingleton(s => (ITables)s.GetRequiredService<IDatabase>());
        services.AddSingleton<AuditStore>();
        services.AddSingleton<Subjects>();
        var node = Node.From(builder.Configuration, !string.IsNullOrEmpty(address));
        services.AddSingleton(node);
        var lease = builder.Configuration.GetValue<double?>("Headwater:LeaseSeconds") is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, 1, 3600)) : (TimeSpan?)null;
        services.AddSingleton(s => new QueueStore(s.GetRequiredService<IDatabase>(), s.GetRequiredService<TimeProvider>(), lease));
        services.AddSingleton<Remembered>().AddSingleton<LongOrders>();
        services.AddSingleton<ScheduleStore>();
        services.AddSingleton<OutgoingGuard>();
        services.AddSingleton<OutgoingClient>();
        services.AddHostedService<JobRunner>();
        services.AddHostedService<ScheduleRunner>();
        services.AddAuth(data, builder.Configuration);
    }

    /// <summary>What must be true before the first request: the schema is there, and someone can sign in.</summary>
    public static async Task PrepareAsync(this WebApplication app)
    {
        await app.Services.GetRequiredService<IDatabase>().MigrateAsync();
        await Restoring.RefuseHalfAsync(app.Services.GetRequiredService<SettingStore>());
        if (app.Configuration.GetValue<bool>("fill-only")) return; // Nobody signs in here; the first real start makes the administrator.
        var password = await app.Services.GetRequiredService<UserStore>().CreateAdministratorAsync(app.Configuration["HEADWATER_ADMIN_PASSWORD"]);
        if (app.Configuration["HEADWATER_BOOTSTRAP_KEY"] is { Length: > 0 } key) await app.Services.GetRequiredService<ApiKeyStore>().AddGivenAsync(key);
        if (password is not null) Console.WriteLine($"\nSign in as {UserStore.Administrator} with the password {password}\nIt is shown this once; change it after the first sign-in.\n");
    }

    public static void UsePlatform(this WebApplication app)
    {
        app.UseDrain();
        app.UseTraces();
        if (!app.Services.GetRequiredService<Node>().Serves) app.UseForWorkers();
        app.UseHttp();
        app.MapHttp();
        app.MapMetrics();
        app.MapAuth();
        AuditApi.Map(app);
    }
}
