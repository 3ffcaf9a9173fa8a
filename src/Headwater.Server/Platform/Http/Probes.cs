using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Http;

/// <summary>A part that a server needs, or would miss, to be of use.</summary>
/// <param name="Name">One word.</param>
/// <param name="IsRequired">False when requests are answered without it too, and worse.</param>
/// <param name="Problem">What is wrong, in a few words that tell nothing of the data; null when all is well.</param>
internal sealed record ReadinessPart(string Name, bool IsRequired, Func<CancellationToken, Task<string?>> Problem);

internal sealed record ReadinessAnswer(string Status, IReadOnlyDictionary<string, string> Parts);

/// <summary>What a supervisor asks: whether the process lives, and whether it is to be sent requests.</summary>
internal static class Probes
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public static void MapProbes(this WebApplication app)
    {
        app.MapGet("/healthz", () => TypedResults.Text("ok")).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/readyz", async Task<IResult> (Readiness readiness, IEnumerable<ReadinessPart> parts, TimeProvider time, CancellationToken cancellationToken) =>
        {
            var answer = await AskAsync(readiness, parts, time, cancellationToken);
            return TypedResults.Json(answer, statusCode: answer.Status == "ready" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        }).AllowAnonymous().ExcludeFromDescription();
    }

    public static IServiceCollection AddProbes(this IServiceCollection services) => services.AddSingleton<Readiness>()
        .AddSingleton(s => new ReadinessPart("database", true, async cancellationToken =>
        {
            await s.GetRequiredService<IDatabase>().ReadAsync(_ => Task.FromResult(0), cancellationToken);
            return null;
        }))
        .AddSingleton(s => new ReadinessPart("migrations", true, async cancellationToken =>
            await s.GetRequiredService<IDatabase>().ReadAsync(Migrator.PendingAsync, cancellationToken) is { Count: > 0 } pending ? $"{pending.Count} to do" : null));

    private static async Task<ReadinessAnswer> AskAsync(Readiness readiness, IEnumerable<ReadinessPart> parts, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var status = readiness.IsDraining ? "draining" : readiness.IsReady ? "ready" : "filling";
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            string? problem;
            try
            {
                problem = await part.Problem(both.Token).WaitAsync(both.Token);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                problem = "no answer";
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                problem = "failing"; // The reason is in the log of whoever uses it; a probe is for everyone.
            }

            said[part.Name] = problem ?? "ok";
            if (problem is not null && part.IsRequired && status == "ready") status = "not ready";
        }

        return new ReadinessAnswer(status, said);
    }
}
