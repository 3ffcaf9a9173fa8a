using System.Text.Json;
using Headwater.Core.Sboms;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>How requests of the interface are read and answered.</summary>
internal static class DtRequest
{
    /// <summary>The most rows of a list in one answer, however large a page was asked for. Clients ask for 100 or 500; scripts that ask for "all" get as much as nearly every list has.</summary>
    public const int MostRows = 10_000;

    private const int DefaultSize = 100;

    private const int LargestSmallBody = 1024 * 1024;

    /// <summary>
    /// The part of a list that is asked for: by page number and size, or by offset and limit. Pages are counted in the size that is given, so that whoever reads on until
    /// he has as many rows as <c>X-Total-Count</c> says gets each row once, however large the pages he asked for.
    /// </summary>
    /// <param name="whole">Rows when nothing is said of paging at all; 100 as else when a page is named without a size.</param>
    public static PageRequest Paging(HttpRequest request, int whole = DefaultSize)
    {
        var query = request.Query;
        var size = (Number(query["pageSize"]) ?? Number(query["limit"])) is { } given ? Math.Min(given, MostRows) : Number(query["pageNumber"]) is null && Number(query["offset"]) is null ? whole : DefaultSize;
        var offset = Number(query["offset"]) ?? (Number(query["pageNumber"]) is { } page and > 1 ? (page - 1) * size : 0);
        var sort = query["sortName"].ToString();
        var text = query["searchText"].ToString() is { Length: > 0 } search ? search : query["filter"].ToString();
        return new PageRequest
        {
            Size = (int)size, Offset = (int)Math.Min(offset, int.MaxValue), Sort = sort.Length > 0 ? sort : null,
            Descending = query["sortOrder"].ToString() is { Length: > 0 } order ? order.Equals("desc", StringComparison.OrdinalIgnoreCase) : null,
            Filter = text.Length > 0 ? text : null,
        };

        static long? Number(string? value) => int.TryParse(value, out var number) && number >= 0 ? number : null;
    }

    /// <summary>A bare array, its whole length in a header. Each row is written as it is made, so that a long list is never in memory twice.</summary>
    public static JsonHttpResult<IEnumerable<T>> List<T>(HttpContext http, long total, IEnumerable<T> rows)
    {
        http.Response.Headers["X-Total-Count"] = total.ToString();
        return TypedResults.Json(rows);
    }

    /// <summary>A sentence, as this interface answers what is wrong.</summary>
    public static ContentHttpResult Sentence(int status, string text) => TypedResults.Text(text, "text/plain", null, status);

    /// <summary>What is wrong with a document: a problem whose <c>errors</c> are sentences, each beginning with the place.</summary>
    public static ProblemHttpResult Invalid(string detail, IEnumerable<SbomError> errors) =>
        Problems.Of(StatusCodes.Status400BadRequest, "The uploaded BOM is invalid", detail, errors.Select(e => e.At.Length > 0 ? $"{e.At}: {e.Message}" : e.Message));

    public static ContentHttpResult ProjectMissing() => Sentence(StatusCodes.Status404NotFound, "The project could not be found.");

    /// <summary>It is visible and may not be written to, or its name is taken by something that is not visible.</summary>
    public static ContentHttpResult ProjectForbidden() => Sentence(StatusCodes.Status403Forbidden, "Access to the specified project is forbidden");

    /// <summary>A document with a part of the findings would pass for one with all of them.</summary>
    public static ContentHttpResult TooManyFindings() =>
        Sentence(StatusCodes.Status413PayloadTooLarge, $"The project has more than {DependencyTrackStore.MostFindings} findings, which no document here holds. Read them page by page at /api/v1/finding/project, and decide there one by one.");

    public static bool TryUuid(string? text, out Guid uuid) => Guid.TryParseExact(text, "D", out uuid);

    public static ContentHttpResult BadUuid() => Sentence(StatusCodes.Status400BadRequest, "A UUID is expected, for example 123e4567-e89b-12d3-a456-426614174000.");

    /// <summary>A small JSON object from the body, whatever the method; null when there is none. Some clients put their parameters there even with GET.</summary>
    public static async Task<JsonElement?> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength is 0 || (request.ContentLength is null && !request.Headers.ContainsKey("Transfer-Encoding")) || request.ContentLength > LargestSmallBody) return null;
        if (request.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) != true) return null;
        try
        {
            using var bounded = new MemoryStream();
            var buffer = new byte[16 * 1024];
            for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                if (bounded.Length + read > LargestSmallBody) return null;
                bounded.Write(buffer, 0, read);
            }

            bounded.Position = 0;
            using var document = JsonDocument.Parse(bounded, new JsonDocumentOptions { MaxDepth = 32 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string? Text(this JsonElement json, string name) => json.Member(name) is { ValueKind: JsonValueKind.String } value ? Unicode(name, value) : null;

    /// <summary>A member of an object; null when there is none.</summary>
    public static JsonElement? Member(this JsonElement json, string name)
    {
        try
        {
            return json.TryGetProperty(name, out var value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            throw new BadHttpRequestException("A name in the JSON object is not valid Unicode: a lone surrogate, or bytes that are not UTF-8.");
        }
    }

    /// <summary>The parser takes half a surrogate pair and broken UTF-8 for granted until the text is asked for.</summary>
    private static string? Unicode(string name, JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            throw new BadHttpRequestException($"The value of \"{name}\" is not valid Unicode: a lone surrogate, or bytes that are not UTF-8.");
        }
    }

    /// <summary>A truth value, written as such or as text: clients do both.</summary>
    public static bool? Flag(this JsonElement json, string name) => json.Member(name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => bool.TryParse(json.Text(name), out var flag) ? flag : null,
        _ => null,
    };

    /// <summary>Tags as <c>[{"name":…}]</c> or plain texts; null when not given.</summary>
    public static List<string>? Tags(this JsonElement json, string name)
    {
        if (json.Member(name) is not { ValueKind: JsonValueKind.Array } list) return null;
        return [.. list.EnumerateArray().Take(1000).Select(t => t.ValueKind == JsonValueKind.String ? Unicode(name, t) : t.ValueKind == JsonValueKind.Object ? t.Text("name") : null).OfType<string>()];
    }
}
