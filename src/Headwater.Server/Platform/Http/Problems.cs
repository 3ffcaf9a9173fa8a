using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Telemetry;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Headwater.Server.Platform.Http;

/// <summary>What a client is told when something cannot be done (RFC 9457): what happened, and what to do.</summary>
internal static class Problems
{
    public static ProblemHttpResult Of(int status, string title, string detail, object? errors = null)
    {
        var problem = new ProblemDetails { Status = status, Title = title, Detail = detail };
        if (errors is not null) problem.Extensions["errors"] = errors;
        return TypedResults.Problem(problem);
    }

    public static ProblemHttpResult TooLarge(long limit) => Of(StatusCodes.Status413PayloadTooLarge, "The upload is too large",
        $"At most {limit:N0} bytes are taken. The operator raises the limit with the setting Headwater:MaxUploadBytes; a proxy in front may have a limit of its own.");

    /// <summary>The refusal of a parameter: which, what came, and what can be.</summary>
    public static ProblemHttpResult Refused(RefusedParameterException refused) =>
        Of(StatusCodes.Status400BadRequest, "A parameter cannot be so", refused.Message, new[] { new { parameter = refused.Parameter, detail = refused.Message } });

    /// <summary>Turns the broken into an answer, in one place: problem documents for programs, a page for people.</summary>
    public static void UseProblems(this WebApplication app)
    {
        // The page goes around the handler, so that a failure that leaves no body gets one too.
        app.UseWhen(http => !Auth.AuthModule.IsApi(http), pages =>
        {
            // A scope of its own: what the failed page has used up cannot render another.
            pages.UseStatusCodePagesWithReExecute("/error/{0}", createScopeForStatusCodePages: true);
            pages.Use((http, next) =>
            {
                // The page that explains a refused form is asked for, not posted to.
                if (http.Features.Get<IStatusCodeReExecuteFeature>() is not null) http.Request.Method = HttpMethods.Get;
                return next(http);
            });
        });
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = WriteAsync, AllowStatusCode404Response = true, SuppressDiagnosticsCallback = _ => true });
    }

    /// <summary>Gives an answer of our own interface that only has a status a body that says what it means.</summary>
    public static Task ExplainAsync(HttpContext http)
    {
        var status = http.Response.StatusCode;
        var (title, detail) = status switch
        {
            StatusCodes.Status400BadRequest => ("The request cannot be read", "A parameter or the body does not have the form that is described under /openapi/v1.json."),
            StatusCodes.Status401Unauthorized => ("Nobody is signed in", "A program sends an API key in X-Api-Key; the key may be unknown, revoked or expired."),
            StatusCodes.Status403Forbidden => ("You may not do this", "The permission that is needed is missing; GET /api/headwater/v1/access/me tells which there are."),
            StatusCodes.Status404NotFound => ("There is nothing here", "What was asked for does not exist, or not for you. The addresses are described under /openapi/v1.json."),
            StatusCodes.Status405MethodNotAllowed => ("The address does not know this method", $"It knows {http.Response.Headers.Allow}."),
            StatusCodes.Status415UnsupportedMediaType => ("The body is of a kind that is not read here", "Send JSON, and say so: Content-Type: application/json."),
            _ => ("It was not done", "The status says why."),
        };
        return Of(status, title, detail).ExecuteAsync(http);
    }

    private static async Task WriteAsync(HttpContext http)
    {
        var failure = http.Features.Get<IExceptionHandlerPathFeature>();
        var result = failure?.Error switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => TooLarge(http.RequestServices.GetRequiredService<HttpLimits>().MaxUploadBytes),
            BadHttpRequestException e => Of(e.StatusCode, "The request cannot be read", e.Message),
            RefusedParameterException e => Refused(e),
            StorageException e => Of(StatusCodes.Status507InsufficientStorage, "It cannot be stored", e.Message),
            DatabaseUnreachableException e => Of(StatusCodes.Status503ServiceUnavailable, "The database does not answer", e.Message),
            OperationCanceledException => Of(StatusCodes.Status503ServiceUnavailable, "It took too long", "The request was given up. Try again, or ask for less at once."),
            var e => Unexpected(http, e, failure?.Path),
        };
        http.Response.StatusCode = result.StatusCode;
        if (result.StatusCode == StatusCodes.Status503ServiceUnavailable) http.Response.Headers.RetryAfter = "2";
        if (Auth.AuthModule.IsApi(http) || !http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)) await result.ExecuteAsync(http);
    }

    private static ProblemHttpResult Unexpected(HttpContext http, Exception? failure, string? path)
    {
        if (failure is not null) http.RequestServices.GetRequiredService<ILogger<HttpLimits>>().Unhandled(failure, path ?? "");
        return Of(StatusCodes.Status500InternalServerError, "Something broke here", $"The failure is in the server's log under the trace {http.TraceIdentifier}.");
    }
}

/// <summary>The bounds of a request.</summary>
/// <param name="MaxUploadBytes">Largest document, packed or unpacked.</param>
/// <param name="MaxJsonUploadBytes">Largest JSON body with a document in Base64: it has to be held in memory.</param>
internal sealed record HttpLimits(long MaxUploadBytes, long MaxJsonUploadBytes)
{
    public static HttpLimits From(IConfiguration configuration)
    {
        var upload = configuration.GetValue("Headwater:MaxUploadBytes", 256L * 1024 * 1024);
        return new HttpLimits(upload, configuration.GetValue("Headwater:MaxJsonUploadBytes", Math.Min(upload, 96L * 1024 * 1024)));
    }
}
