using System.Text.Json;
using System.Text.Json.Serialization;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.HttpOverrides;

namespace Headwater.Server.Platform.Http;

/// <summary>What holds for every request: limits, headers, failures, health.</summary>
internal static class HttpModule
{
    /// <summary>For what reads or writes large documents.</summary>
    public const string SlowPolicy = "slow";

    // {0}: where signing out may lead on to.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'{0}; base-uri 'self'; frame-ancestors 'none'";

    public static void AddHttp(this WebApplicationBuilder builder)
    {
        var limits = HttpLimits.From(builder.Configuration);
        builder.Services.AddSingleton(limits);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargeBodies.Limit(limits);
        });
        builder.Services.AddRequestTimeouts(options =>
        {
            options.DefaultPolicy = new RequestTimeoutPolicy { Timeout = TimeSpan.FromSeconds(60) };
            options.AddPolicy(SlowPolicy, TimeSpan.FromMinutes(15));
        });
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            // Who speaks from this machine may name the caller: a proxy beside the server. Others are named by the operator.
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            foreach (var proxy in (builder.Configuration["Headwater:Proxies"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                options.KnownIPNetworks.Add(Network(proxy));
        });
        PackedBodies.AddServices(builder.Services);
        builder.Services.AddResponseCompression();
        builder.Services.AddProblemDetails();
        AddDescription("v1", "Headwater", "Our own interface. Programs send an API key in X-Api-Key.", Api.IsOwn);
        AddDescription("dependency-track", "Headwater, as Dependency-Track", "The interface of Dependency-Track, for its clients. Programs send an API key in X-Api-Key.", path => !Api.IsOwn(path));
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            options.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        });

        void AddDescription(string name, string title, string text, Func<PathString, bool> holds) => builder.Services.AddOpenApi(name, options =>
        {
            options.ShouldInclude = api => holds("/" + api.RelativePath);
            // What may be null may be left out, and is left out of answers.
            options.AddSchemaTransformer((schema, context, _) =>
            {
                foreach (var property in context.JsonTypeInfo.Properties.Where(p => p.AssociatedParameter?.IsNullable ?? (p.IsGetNullable || p.IsSetNullable))) schema.Required?.Remove(property.Name);
                return Task.CompletedTask;
            });
            options.AddOperationTransformer((operation, context, _) =>
            {
                QueryParameters.Describe(operation, context.Description.ActionDescriptor.EndpointMetadata);
                return Task.CompletedTask;
            });
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info.Title = title;
                document.Info.Description = text;
                return Task.CompletedTask;
            });
        });
    }

    public static void UseHttp(this WebApplication app)
    {
        app.UseForwardedHeaders();
        var provider = Auth.Oidc.OidcOptions.From(app.Configuration);
        var policy = string.Format(ContentSecurityPolicy, provider is null ? "" : " " + provider.Authority.GetLeftPart(UriPartial.Authority));
        app.Use((http, next) => AddHeaders(http, policy, next));
        app.UseProblems();
        if (app.Configuration["Headwater:PathBase"] is { Length: > 0 } prefix) app.UsePathBase(prefix);
        app.Use((http, next) =>
        {
            if (Api.IsOwn(http.Request.Path)) http.Response.Headers.CacheControl = "private, no-cache";
            return next(http);
        });
        app.UseWhen(http => Api.IsOwn(http.Request.Path), own => own.UseStatusCodePages(answer => Problems.ExplainAsync(answer.HttpContext)));
        app.UseResponseCompression();
        LargeBodies.Refuse(app, app.Services.GetRequiredService<HttpLimits>());
        app.UseRequestDecompression();
        app.UseRouting();
        app.UseRequestTimeouts();
        app.UseAuthentication();
        Auth.Caller.Use(app);
        app.UseAuthorization();
        PackedBodies.RefuseOthers(app);
        app.Use((http, next) => Listing.IsLost(http) ? Problems.Of(StatusCodes.Status400BadRequest, "This is not to be had as a file", "Leave the parameter format out. Lists come as csv, json and xlsx; what is no list comes as JSON only.").ExecuteAsync(http) : next(http));
        app.Use((http, next) => QueryParameters.Refusal(http) is { } refused ? Problems.Refused(refused).ExecuteAsync(http) : next(http));
        app.UseCookieGuard();
        app.UseAntiforgery();
        // A form that no page of ours made is refused before anybody reads it.
        app.Use((http, next) =>
        {
            // The page that explains it comes by here again, with the same request.
            if (http.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: false } || http.Features.Get<IStatusCodeReExecuteFeature>() is not null) return next(http);
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        });
    }

    /// <summary>A node that only works answers those who watch over it, and nobody else.</summary>
    public static void UseForWorkers(this WebApplication app) => app.Use((http, next) =>
    {
        if (http.Request.Path.Value is "/healthz" or "/readyz" or "/metrics") return next(http);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return http.Response.WriteAsync("This node does jobs and serves nobody; ask one with the role web or all.");
    });

    public static void MapHttp(this WebApplication app)
    {
        app.MapProbes();
        app.MapOpenApi().AllowAnonymous(); // Deliberately for everyone: it is the same in every installation and tells nothing of this one.
    }

    /// <summary>An address or a network, as operators write them.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static System.Net.IPNetwork Network(string text) =>
        System.Net.IPNetwork.TryParse(text.Contains('/', StringComparison.Ordinal) ? text : text + (text.Contains(':', StringComparison.Ordinal) ? "/128" : "/32"), out var network)
            ? network : throw new FormatException($"'{text}' is neither an address nor a network such as 10.0.0.0/8.");

    private static Task AddHeaders(HttpContext http, string policy, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return next(http);
    }
}
