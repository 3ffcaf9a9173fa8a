using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Http.Outgoing;

namespace Headwater.Server.Features.Inbox;

/// <summary>
/// Sends notifications as CloudEvents 1.0 in JSON batches, signed as Standard Webhooks does: <c>webhook-signature: v1,</c> and the HMAC-SHA256 (Base64) of
/// <c>id.timestamp.body</c>. Whoever receives one twice knows it by its id.
/// </summary>
internal sealed class WebhookSender(DeliveryStore store, WebhookStore webhooks, OutgoingClient http, TimeProvider time)
{
    private const int Batch = 100;
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(15);

    /// <summary>Makes one attempt at a delivery and notes how it went.</summary>
    /// <exception cref="OutgoingException">It was not taken.</exception>
    public Task DeliverAsync(DeliveryWork work, WebhookTarget target, IReadOnlyList<WebhookEvent> events, CancellationToken cancellationToken) =>
        AttemptAsync(work.Id, target, events.Select(ToCloudEvent).Chunk(Batch), true, cancellationToken);

    /// <summary>Sends one event that says nothing but that it is a test, whether the webhook is on or off, and does not try again.</summary>
    /// <returns>Null when there is no such webhook.</returns>
    public async Task<DeliveryRow?> TestAsync(long hook, string by, CancellationToken cancellationToken)
    {
        if (await webhooks.TargetAsync(hook, cancellationToken) is not { } target || await store.AddTestAsync(hook, by, cancellationToken) is not { } id) return null;
        try
        {
            await AttemptAsync(id, target, [[Event($"test-{id}", "webhook.test", null, time.GetUtcNow(), new JsonObject { ["by"] = by })]], false, cancellationToken);
        }
        catch (OutgoingException)
        {
            // The row says so.
        }

        return await store.GetAsync(id, cancellationToken);
    }

    internal static string Sign(byte[] secret, string id, string timestamp, byte[] body) => "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body]));

    private async Task AttemptAsync(long delivery, WebhookTarget target, IEnumerable<JsonObject[]> batches, bool again, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        int? status = null;
        try
        {
            var number = 0;
            foreach (var batch in batches)
            {
                status = null;
                status = await SendAsync(target, $"hw_{target.Id}_{delivery}_{number++}", batch, cancellationToken);
                if (status is < 200 or > 299) throw new OutgoingException($"{target.Address.Host} answered {status}.", status is >= 500 or 408 or 425 or 429);
            }
        }
        catch (OutgoingException e)
        {
            await store.WentAsync(delivery, again && e.Passing ? "waiting" : "dead", status, e.Message, Stopwatch.GetElapsedTime(start), cancellationToken);
            throw;
        }

        await store.WentAsync(delivery, "delivered", status, null, Stopwatch.GetElapsedTime(start), cancellationToken);
    }

    private Task<int> SendAsync(WebhookTarget target, string id, JsonObject[] events, CancellationToken cancellationToken)
    {
        if (target.Secret is not { } secret) throw new OutgoingException("Its secret cannot be read with the keys of this installation. Make a new one.", false);
        var body = JsonSerializer.SerializeToUtf8Bytes(new JsonArray([.. events]));
        var at = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return http.PostAsync(target.Address, body, "application/cloudevents-batch+json; charset=utf-8",
            [new("webhook-id", id), new("webhook-timestamp", at), new("webhook-signature", Sign(secret, id, at, body))], Within, cancellationToken);
    }

    private static JsonObject ToCloudEvent(WebhookEvent e)
    {
        if (e.Kind == InboxModule.SupportEnding)
        {
            var args = JsonNode.Parse(e.Args)!;
            return Event($"notification-{e.Id}", e.Kind, e.Subject, e.At, new JsonObject
            {
                ["component"] = e.Subject, ["name"] = args["Name"]?.DeepClone(), ["provider"] = args["Summary"]?.DeepClone(), ["ends"] = args["Day"]?.DeepClone(), ["ended"] = e.Reason == 0,
                ["projects"] = e.Projects, ["ownerId"] = e.OwnerId, ["owner"] = e.Owner,
            });
        }

        var advisory = e.Kind == "finding.many" ? null : e.Subject;
        return Event($"notification-{e.Id}", e.Kind, advisory, e.At, new JsonObject
        {
            ["advisory"] = advisory, ["summary"] = JsonNode.Parse(e.Args)!["Summary"]?.DeepClone(), ["severity"] = ((Severity)e.Severity).ToString().ToLowerInvariant(), ["projects"] = e.Projects, ["advisories"] = e.Count,
            ["what"] = e.Kind == "finding.many" ? e.Subject : e.Kind, ["ownerId"] = e.OwnerId, ["owner"] = e.Owner, ["reason"] = e.Reason switch { 1 => "withdrawn", 2 => "corrected", 3 => "removed", _ => null },
        });
    }

    private static JsonObject Event(string id, string type, string? subject, DateTimeOffset at, JsonObject data)
    {
        var it = new JsonObject
        {
            ["specversion"] = "1.0", ["id"] = id, ["source"] = "/headwater/inbox", ["type"] = $"headwater.{type}",
            ["time"] = at.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture), ["datacontenttype"] = "application/json", ["data"] = data,
        };
        if (subject is not null) it["subject"] = subject; // An attribute that is there must not be null.
        return it;
    }
}
