using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Http.Outgoing;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Inbox;

/// <summary>
/// Delivers notifications as CloudEvents 1.0 in JSON batches, signed as Standard Webhooks does: <c>webhook-signature: v1,</c> and the HMAC-SHA256 (Base64) of
/// <c>id.timestamp.body</c>. Whoever receives one twice knows it by its id.
/// </summary>
internal sealed class WebhookJob(WebhookStore store, OutgoingClient http, TimeProvider time) : IJobHandler
{
    public const string JobKind = "webhook.deliver";

    private const int Batch = 100;
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(15);

    public string Kind => JobKind;

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        var parts = context.Job.Payload.Split(':', '-').Select(p => long.Parse(p, CultureInfo.InvariantCulture)).ToArray();
        if (await store.TargetAsync(parts[0], cancellationToken) is not { } target) return; // Removed or switched off meanwhile.
        foreach (var events in (await store.EventsAsync(target.Id, parts[1], parts[2], cancellationToken)).Chunk(Batch))
        {
            try
            {
                await SendAsync(target, events, cancellationToken);
            }
            catch (OutgoingException e)
            {
                await store.WentAsync(target.Id, e.Message, cancellationToken);
                throw e.Passing ? e : new JobFailedException(e.Message);
            }
        }
    }

    private async Task SendAsync(WebhookTarget target, WebhookEvent[] events, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new JsonArray([.. events.Select(ToCloudEvent)]));
        var id = $"hw_{target.Id}_{events[0].Id}_{events[^1].Id}";
        var at = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var status = await http.PostAsync(target.Address, body, "application/cloudevents-batch+json; charset=utf-8",
            [new("webhook-id", id), new("webhook-timestamp", at), new("webhook-signature", Sign(target.Secret, id, at, body))], Within, cancellationToken);
        if (status is < 200 or > 299) throw new OutgoingException($"{target.Address.Host} answered {status}.", status is >= 500 or 408 or 425 or 429);
        await store.WentAsync(target.Id, null, cancellationToken);
    }

    internal static string Sign(byte[] secret, string id, string timestamp, byte[] body) => "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body]));

    private static JsonObject SupportEnding(WebhookEvent e, JsonObject args) => new()
    {
        ["specversion"] = "1.0", ["id"] = $"notification-{e.Id}", ["source"] = "/headwater/inbox", ["type"] = $"headwater.{e.Kind}", ["subject"] = e.Subject,
        ["time"] = e.At.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture), ["datacontenttype"] = "application/json",
        ["data"] = new JsonObject
        {
            ["component"] = e.Subject, ["name"] = args["Name"]?.DeepClone(), ["provider"] = args["Summary"]?.DeepClone(), ["ends"] = args["Day"]?.DeepClone(), ["ended"] = args["Reason"]?.GetValue<int>() == 0,
            ["projects"] = e.Projects, ["ownerId"] = e.OwnerId, ["owner"] = e.Owner,
        },
    };

    private static JsonObject ToCloudEvent(WebhookEvent e)
    {
        var args = JsonNode.Parse(e.Args)!.AsObject();
        if (e.Kind == InboxModule.SupportEnding) return SupportEnding(e, args);
        return new JsonObject
        {
            ["specversion"] = "1.0", ["id"] = $"notification-{e.Id}", ["source"] = "/headwater/inbox", ["type"] = $"headwater.{e.Kind}", ["subject"] = e.Kind == "finding.many" ? null : e.Subject,
            ["time"] = e.At.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture), ["datacontenttype"] = "application/json",
            ["data"] = new JsonObject
            {
                ["advisory"] = e.Kind == "finding.many" ? null : e.Subject, ["summary"] = args["Summary"]?.DeepClone(), ["severity"] = ((Severity)e.Severity).ToString().ToLowerInvariant(), ["projects"] = e.Projects,
                ["advisories"] = args["Count"]?.DeepClone(), ["ownerId"] = e.OwnerId, ["owner"] = e.Owner,
                ["reason"] = args["Reason"]?.GetValue<int>() switch { 1 => "withdrawn", 2 => "corrected", 3 => "removed", _ => null },
            },
        };
    }
}
