using System.Text.Json;
using Headwater.Server.Features.Uploads;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>
/// A request that brings a document: multipart with the document as a file or a plain field, or JSON with the document in Base64. Either may come with
/// either method; the document is on disk when this is read.
/// </summary>
internal sealed record DtDocument(Func<string, string?> Field, List<string>? Tags, SpooledDocument? Document, IResult? Refusal) : IDisposable
{
    /// <param name="name">The part or member that holds the document.</param>
    public static Task<DtDocument> ReadAsync(HttpRequest request, UploadsModule uploads, HttpLimits limits, string name, CancellationToken cancellationToken) =>
        request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true
            ? ReadFormAsync(request, uploads, name, cancellationToken) : ReadJsonAsync(request, uploads, limits, name, cancellationToken);

    public void Dispose() => Document?.Dispose();

    private static DtDocument Refused(IResult refusal) => new(_ => null, null, null, refusal);

    private static async Task<DtDocument> ReadFormAsync(HttpRequest request, UploadsModule uploads, string name, CancellationToken cancellationToken)
    {
        var form = await UploadForm.ReadAsync(request, uploads, name, null, cancellationToken);
        List<string>? tags = form!.Fields.TryGetValue("projectTags", out var list) ? [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)] : null;
        return new DtDocument(field => form.Fields.GetValueOrDefault(field), tags, form.Document, null);
    }

    private static async Task<DtDocument> ReadJsonAsync(HttpRequest request, UploadsModule uploads, HttpLimits limits, string name, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limits.MaxJsonUploadBytes) return Refused(TooLargeForJson(limits));
        using var body = new MemoryStream((int)(request.ContentLength ?? 0));
        var buffer = new byte[64 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + read > limits.MaxJsonUploadBytes) return Refused(TooLargeForJson(limits));
            body.Write(buffer, 0, read);
        }

        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(WithoutMark(body), new JsonDocumentOptions { MaxDepth = 16 });
        }
        catch (JsonException e)
        {
            return Refused(Problems.Of(StatusCodes.Status400BadRequest, "The request body is not JSON", $"Line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: send a JSON object with the document in Base64 as \"{name}\", or multipart/form-data."));
        }

        using (json)
        {
            if (json.RootElement.ValueKind != JsonValueKind.Object) return new DtDocument(_ => null, null, null, null);
            var root = json.RootElement.Clone();
            string? Field(string field) => root.Flag(field) is { } flag ? flag ? "true" : "false" : root.Text(field);
            if (root.Member(name) is not { ValueKind: JsonValueKind.String } text) return new DtDocument(Field, null, null, null);
            if (!TryDecode(text, out var bytes)) return Refused(Problems.Of(StatusCodes.Status400BadRequest, "The uploaded BOM is invalid", $"The value of \"{name}\" is not Base64."));
            return new DtDocument(Field, root.Tags("projectTags"), await uploads.SpoolAsync(new MemoryStream(bytes), cancellationToken), null);
        }
    }

    private static bool TryDecode(JsonElement text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out byte[]? bytes)
    {
        try
        {
            return text.TryGetBytesFromBase64(out bytes);
        }
        catch (InvalidOperationException)
        {
            bytes = null; // An escape in it is half a character.
            return false;
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(MemoryStream body)
    {
        var bytes = body.GetBuffer().AsMemory(0, (int)body.Length);
        return bytes.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes[3..] : bytes;
    }

    private static IResult TooLargeForJson(HttpLimits limits) => Problems.Of(StatusCodes.Status413PayloadTooLarge, "The upload is too large for JSON",
        $"A JSON body may have at most {limits.MaxJsonUploadBytes:N0} bytes, because it is held in memory. Send multipart/form-data with POST, which takes {limits.MaxUploadBytes:N0} bytes, or raise Headwater:MaxJsonUploadBytes.");
}
