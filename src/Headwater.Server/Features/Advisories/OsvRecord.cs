using System.Text.Json;

namespace Headwater.Server.Features.Advisories;

/// <summary>What the page of an advisory shows of a published record beyond what the index answers by itself.</summary>
internal sealed record OsvRecord(string? Details, IReadOnlyList<AdvisoryReference> References)
{
    private const int MostReferences = 200, LongestDetails = 200_000;

    public static OsvRecord Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
        var root = document.RootElement;
        var details = root.TryGetProperty("details", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        var references = new List<AdvisoryReference>();
        if (root.TryGetProperty("references", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in list.EnumerateArray().Take(MostReferences))
            {
                // Only what a browser may open: a record is somebody else's text.
                if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String
                    && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
                {
                    var type = item.TryGetProperty("type", out var kind) && kind.ValueKind == JsonValueKind.String ? kind.GetString()! : "WEB";
                    references.Add(new AdvisoryReference(type, url.GetString()!));
                }
            }
        }

        return new OsvRecord(details is { Length: > LongestDetails } ? details[..LongestDetails] : details, references);
    }
}
