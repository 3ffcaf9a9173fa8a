using System.Diagnostics;
using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Headwater.Server.Platform.Telemetry;

/// <summary>
/// Spans of requests, jobs and units of database work. They carry names, never values: no parameter of a statement, no query of an address, no name that
/// people gave. Nothing is recorded unless the operator says where to send it.
/// </summary>
internal static class Traces
{
    public const string Source = "Headwater";

    /// <summary>The framework's name of a request that it traces.</summary>
    private const string Requests = "Microsoft.AspNetCore";

    private static readonly ActivitySource Spans = new(Source);

    /// <summary>A unit of database work, named after the store's method that does it.</summary>
    /// <param name="kind"><c>read</c> or <c>write</c>.</param>
    public static Activity? Unit(string kind, Delegate work)
    {
        if (!Spans.HasListeners()) return null;
        var activity = Spans.StartActivity(NameOf(work), ActivityKind.Client);
        activity?.SetTag("db.operation.name", kind);
        return activity;
    }

    /// <summary>A job, from its start to its end.</summary>
    public static Activity? Job(string kind, int attempt)
    {
        var activity = Spans.StartActivity("job " + kind, ActivityKind.Consumer);
        activity?.SetTag("headwater.job.attempt", attempt);
        return activity;
    }

    public static void AddTraces(this WebApplicationBuilder builder)
    {
        var configured = builder.Configuration["Headwater:Traces"];
        var standard = builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? builder.Configuration["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
        if (string.IsNullOrEmpty(configured) && string.IsNullOrEmpty(standard)) return;
        Uri? endpoint = null;
        if (!string.IsNullOrEmpty(configured) && (!Uri.TryCreate(configured, UriKind.Absolute, out endpoint) || endpoint.Scheme is not ("http" or "https")))
            throw new FormatException("The setting Headwater:Traces takes the address of an OTLP collector: http://host:4318.");
        builder.Services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder()
            .AddSource(Source, Requests, "Npgsql")
            .SetResourceBuilder(ResourceBuilder.CreateDefault().AddService("headwater", serviceVersion: typeof(Traces).Assembly.GetName().Version?.ToString(3), serviceInstanceId: builder.Configuration["Headwater:Node"] ?? "main"))
            .AddOtlpExporter(options =>
            {
                if (endpoint is null) return;
                options.Protocol = OtlpExportProtocol.HttpProtobuf;
                options.Endpoint = endpoint.AbsolutePath is "/" ? new Uri(endpoint, "v1/traces") : endpoint;
            }).Build());
    }

    public static void UseTraces(this WebApplication app)
    {
        if (app.Services.GetService<TracerProvider>() is null) return; // Asked for once, it exports from now on and flushes when the server stops.
        app.Use(async (http, next) =>
        {
            await next(http);
            if (Activity.Current is not { OperationName: "Microsoft.AspNetCore.Hosting.HttpRequestIn" } activity) return;
            var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            if (route is "/healthz" or "/readyz" or "/metrics")
            {
                activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded; // Nobody wants to read of each probe.
                activity.IsAllDataRequested = false;
                return;
            }

            activity.DisplayName = $"{http.Request.Method} /{route?.TrimStart('/') ?? "?"}";
            activity.SetTag("http.request.method", http.Request.Method).SetTag("http.route", route).SetTag("http.response.status_code", http.Response.StatusCode);
            if (http.Response.StatusCode >= 500) activity.SetStatus(ActivityStatusCode.Error);
        });
    }

    /// <summary>The compiler names a lambda after the method it stands in: <c>ProjectStore.ListAsync</c>.</summary>
    private static string NameOf(Delegate work)
    {
        // A wrapper around the store's own lambda keeps that in its closure.
        if (work.Method.DeclaringType?.DeclaringType == typeof(Data.DatabaseExtensions)
            && work.Target?.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public).FirstOrDefault(f => typeof(Delegate).IsAssignableFrom(f.FieldType))?.GetValue(work.Target) is Delegate inner)
            return NameOf(inner);
        var type = work.Method.DeclaringType;
        while (type is { DeclaringType: { } outer } && type.Name.StartsWith('<')) type = outer;
        var method = work.Method.Name;
        if (method.StartsWith('<') && method.IndexOf('>', StringComparison.Ordinal) is > 1 and var end) method = method[1..end];
        return type is null ? method : $"{type.Name}.{method}";
    }
}
