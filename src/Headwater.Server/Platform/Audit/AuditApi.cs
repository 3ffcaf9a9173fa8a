using System.Text.Json;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Platform.Audit;

/// <summary>The audit log for programs: pages of it, and the whole of what a filter leaves, as a file.</summary>
internal static class AuditApi
{
    public const string Path = Api.Root + "/audit";

    private static readonly IReadOnlyList<(string Name, Func<AuditRow, object?> Value)> Columns =
    [
        ("id", r => r.Id), ("at", r => r.At), ("actor", r => r.Actor), ("act", r => r.Act), ("subject", r => r.Subject), ("subjectName", r => r.SubjectName), ("detail", r => r.Detail),
        ("beforeDigest", r => r.BeforeDigest), ("afterDigest", r => r.AfterDigest), ("hash", r => r.Hash),
    ];

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet(Path, async Task<IResult> (AuditStore store, Ui.Localiser text, [AsParameters] AuditFilter filter, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
        {
            if (filter.Act is "") filter = filter with { Act = null };
            // What older versions recorded counts as well, and what has not happened here yet.
            if ((filter.Refusal() ?? filter.Refusal([.. text.Keys.Where(k => k.StartsWith("act.", StringComparison.Ordinal)).Select(k => k["act.".Length..]), .. filter.Act is null ? [] : await store.ActsAsync(cancellationToken)])) is { } refused) return Problems.Refused(refused);
            if (string.Equals(listing.Format, "jsonl", StringComparison.OrdinalIgnoreCase))
                return TypedResults.Stream(stream => WriteLinesAsync(store, filter, stream, cancellationToken), "application/jsonl; charset=utf-8", "audit.jsonl");
            return await listing.AnswerAsync("audit", (page, token) => store.ListAsync(filter, page, token), Columns, cancellationToken);
        }).Require(Permissions.AuditRead).WithTags("Audit").WithMetadata(new Microsoft.AspNetCore.Http.Timeouts.RequestTimeoutAttribute(HttpModule.SlowPolicy)).WithSummary("The audit log, newest first; with format=jsonl oldest first, one record a line");

    /// <summary>Oldest first, as a chain is checked.</summary>
    private static async Task WriteLinesAsync(AuditStore store, AuditFilter filter, Stream stream, CancellationToken cancellationToken)
    {
        var request = new PageRequest { Descending = false, Size = PageRequest.LargestSize };
        while (true)
        {
            var page = await store.ListAsync(filter, request, cancellationToken);
            foreach (var row in page.Items)
            {
                await JsonSerializer.SerializeAsync(stream, row, JsonSerializerOptions.Web, cancellationToken);
                await stream.WriteAsync("\n"u8.ToArray(), cancellationToken);
            }

            if (page.Next is null) return;
            request = request with { After = page.Next };
        }
    }
}
