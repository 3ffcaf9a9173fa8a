using System.Buffers;
using System.Text;
using System.Text.Json;
using Headwater.Server.Platform.Data;
using Microsoft.AspNetCore.Mvc;

namespace Headwater.Server.Platform.Http;

/// <summary>How lists are asked for in our own interface: <c>sort</c>, <c>order</c> (asc, desc), <c>after</c> or <c>before</c> (cursors), <c>size</c>, <c>filter</c>, and <c>format</c> (csv, json) for the whole list as a file.</summary>
internal sealed record Listing
{
    [FromQuery] public string? Sort { get; init; }
    [FromQuery] public string? Order { get; init; }
    [FromQuery] public string? After { get; init; }
    [FromQuery] public string? Before { get; init; }
    [FromQuery] public int? Size { get; init; }
    [FromQuery] public string? Filter { get; init; }
    [FromQuery] public string? Format { get; init; }

    public PageRequest Page => new() { Sort = Sort, Descending = Order switch { "desc" => true, "asc" => false, _ => null }, After = After, Before = Before, Size = Size ?? 50, Filter = Filter };

    /// <summary>One page, or with <c>format</c> everything as a file.</summary>
    /// <param name="name">The file's name without its ending.</param>
    public async Task<IResult> AnswerAsync<T>(string name, Func<PageRequest, CancellationToken, Task<Page<T>>> read, IReadOnlyList<(string Name, Func<T, object?> Value)> columns, CancellationToken cancellationToken) => Format?.ToLowerInvariant() switch
    {
        null or "" => TypedResults.Ok(await read(Page, cancellationToken)),
        "csv" => TypedResults.Stream(stream => WriteCsvAsync(stream, read, columns, cancellationToken), "text/csv; charset=utf-8", name + ".csv"),
        "json" => TypedResults.Stream(stream => WriteJsonAsync(stream, read, columns, cancellationToken), "application/json", name + ".json"),
        _ => Problems.Of(StatusCodes.Status400BadRequest, "The format is not known", "Ask for csv or json."),
    };

    private async IAsyncEnumerable<T> AllAsync<T>(Func<PageRequest, CancellationToken, Task<Page<T>>> read, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = Page with { Size = PageRequest.LargestSize, After = null, Before = null };
        while (true)
        {
            var page = await read(request, cancellationToken);
            foreach (var item in page.Items) yield return item;
            if (page.Next is null) yield break;
            request = request with { After = page.Next };
        }
    }

    private async Task WriteCsvAsync<T>(Stream stream, Func<PageRequest, CancellationToken, Task<Page<T>>> read, IReadOnlyList<(string Name, Func<T, object?> Value)> columns, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(true), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(string.Join(',', columns.Select(c => Field(c.Name))));
        await foreach (var row in AllAsync(read, cancellationToken)) await writer.WriteLineAsync(string.Join(',', columns.Select(c => Field(Plain(c.Value(row))))));
    }

    private async Task WriteJsonAsync<T>(Stream stream, Func<PageRequest, CancellationToken, Task<Page<T>>> read, IReadOnlyList<(string Name, Func<T, object?> Value)> columns, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        await foreach (var row in AllAsync(read, cancellationToken))
        {
            json.WriteStartObject();
            foreach (var (name, value) in columns)
            {
                json.WritePropertyName(name);
                JsonSerializer.Serialize(json, value(row));
            }

            json.WriteEndObject();
            if (buffer.WrittenCount + json.BytesPending < 32 * 1024) continue;
            json.Flush();
            await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
            buffer.ResetWrittenCount();
        }

        json.WriteEndArray();
        json.Flush();
        await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
    }

    private static string Plain(object? value) => value switch
    {
        null => "",
        DateTimeOffset time => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        IEnumerable<string> list => string.Join("; ", list),
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>Names come from strangers' documents: what a spreadsheet would take for a formula is disarmed with an apostrophe.</summary>
    private static string Field(string text)
    {
        if (text.Length > 0 && (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r') && !double.TryParse(text, out _)) text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
