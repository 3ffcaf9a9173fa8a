using System.Globalization;
using System.Runtime.CompilerServices;
using Headwater.Server.Platform.Data;
using Microsoft.AspNetCore.Mvc;

namespace Headwater.Server.Platform.Http;

/// <summary>
/// How lists are asked for in our own interface: <c>sort</c>, <c>order</c> (asc, desc), <c>after</c> or <c>before</c> (cursors) or <c>offset</c> (a place to jump to), <c>size</c>, <c>filter</c>, and <c>format</c>
/// (csv, json, xlsx) for the whole list as a file, with <c>columns</c> to name the table's columns that the file is to have.
/// </summary>
internal sealed record Listing
{
    /// <summary>Longer lists are not written as a file: whoever asks is told to narrow them.</summary>
    public const int MostRows = 1_000_000;

    /// <summary>The most rows of a list that is answered whole.</summary>
    public const int MostWhole = 10_000;

    [FromQuery(Name = "sort")] public string? Sort { get; init; }
    [FromQuery(Name = "order")] public string? Order { get; init; }
    [FromQuery(Name = "after")] public string? After { get; init; }
    [FromQuery(Name = "before")] public string? Before { get; init; }
    [FromQuery(Name = "offset")] public int? Offset { get; init; }
    [FromQuery(Name = "size")] public int? Size { get; init; }
    [FromQuery(Name = "filter")] public string? Filter { get; init; }
    [FromQuery(Name = "format")] public string? Format { get; init; }
    [FromQuery(Name = "columns")] public string? Columns { get; init; }

    public PageRequest Page => new() { Sort = Sort, Descending = Order switch { "desc" => true, "asc" => false, _ => null }, After = After, Before = Before, Offset = Offset, Size = Size ?? 50, Filter = Filter, Strict = true };

    /// <summary>What can be asked for as a file has this type, or a parameter of this name, among those of its handler; whoever asks elsewhere is told so instead of getting something else.</summary>
    public static bool IsLost(HttpContext http) => http.Request.Query["format"].FirstOrDefault() is { Length: > 0 } format && !format.Equals("json", StringComparison.OrdinalIgnoreCase) && Api.IsOwn(http.Request.Path) && HttpMethods.IsGet(http.Request.Method) &&
        http.GetEndpoint()?.Metadata.GetMetadata<System.Reflection.MethodInfo>() is { } handler && !handler.GetParameters().Any(p => p.ParameterType == typeof(Listing) || p.Name == "format");

    /// <summary>
    /// What cannot be in any list, wherever a handler takes a <see cref="Listing"/> or a parameter of the name; null when there is nothing of the kind. What depends on the list (sorts, cursors, how much is a page) is
    /// refused where it is known, for requests that are <see cref="PageRequest.Strict"/>.
    /// </summary>
    public static RefusedParameterException? Refusal(HttpContext http)
    {
        if (!Api.IsOwn(http.Request.Path) || !HttpMethods.IsGet(http.Request.Method) || http.GetEndpoint()?.Metadata.GetMetadata<System.Reflection.MethodInfo>()?.GetParameters() is not { } takes) return null;
        bool Takes(string name) => http.Request.Query.ContainsKey(name) && takes.Any(p => p.ParameterType == typeof(Listing) || p.Name == name);
        string? Given(string name) => Takes(name) && http.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;
        string? Number(string name) => Takes(name) ? http.Request.Query[name].ToString() : null;
        if (Given("order") is { } order && order is not ("asc" or "desc")) return new RefusedParameterException("order", order, "It is asc or desc.");
        if (Number("size") is { } size && (!int.TryParse(size, out var rows) || rows is < 1 or > MostWhole)) return new RefusedParameterException("size", size, $"It is at least 1 and at most {MostWhole}, or {PageRequest.LargestSize} where a list comes in pages.");
        if (Number("offset") is { } offset && (!int.TryParse(offset, out var place) || place < 0)) return new RefusedParameterException("offset", offset, "It is how many rows to pass over, 0 or more.");
        if (Given("before") is { } before && Given("after") is not null) return new RefusedParameterException("before", before, "It does not go with after; leave one of them out.");
        return null;
    }

    /// <summary>One page, or with <c>format</c> everything as a file.</summary>
    /// <param name="name">The file's name without its ending.</param>
    /// <param name="columns">What a file has. A name of the form <c>key:name</c> belongs to the table's column of that key and is left out when the table does not show it.</param>
    public async Task<IResult> AnswerAsync<T>(string name, Func<PageRequest, CancellationToken, Task<Page<T>>> read, IReadOnlyList<(string Name, Func<T, object?> Value)> columns, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(Format)) return TypedResults.Ok(await read(Page, cancellationToken));
        if (Unknown() is { } unknown) return unknown;
        var shown = Shown(columns);
        // The first rows are read before anything is sent, so that what fails can still be told.
        var first = await read(Page with { Size = PageRequest.LargestSize, After = null, Before = null, Offset = null }, cancellationToken);
        if (first.Total > MostRows) return TooLong(first.Total);
        return File(name, shown, RowsAsync(first, read, shown, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// A list that is read by pages and answered as an array: <see cref="MostWhole"/> rows from <c>offset</c> on, or as many as <c>size</c> says, in the order and with the filter that the store knows; the header
    /// <c>X-Total-Count</c> says how many there are. With <c>format</c> everything as a file.
    /// </summary>
    public async Task<IResult> AnswerArrayAsync<T>(string name, Func<PageRequest, CancellationToken, Task<Page<T>>> read, IReadOnlyList<(string Name, Func<T, object?> Value)> columns, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(Format)) return await AnswerAsync(name, read, columns, cancellationToken);
        RefuseCursors();
        var most = Math.Clamp(Size ?? MostWhole, 1, MostWhole);
        var page = await read(Page with { Size = Math.Min(most, PageRequest.LargestSize) }, cancellationToken);
        var rows = page.Items.ToList();
        while (page.Next is { } next && rows.Count < most)
        {
            page = await read(Page with { Size = Math.Min(most - rows.Count, PageRequest.LargestSize), After = next, Offset = null }, cancellationToken);
            rows.AddRange(page.Items);
        }

        return new Counted(page.Total, TypedResults.Ok(rows));
    }

    /// <summary>
    /// A list that is short enough to be answered whole, as an array or with <c>format</c> as a file. It is in memory, so it can be narrowed by the text of any column and sorted by any. Should it be longer than
    /// expected, the answer holds <see cref="MostWhole"/> rows from <c>offset</c> on; the header <c>X-Total-Count</c> says how many there are.
    /// </summary>
    /// <param name="all">The rows as they come when nothing else is asked for.</param>
    /// <param name="columns">As for <see cref="AnswerAsync{T}"/>; <c>sort</c> takes the names, and the tables' keys.</param>
    /// <param name="view">What a row is in an answer that is no file.</param>
    public IResult AnswerWhole<T>(string name, IEnumerable<T> all, IReadOnlyList<(string Name, Func<T, object?> Value)> columns, Func<T, object?> view, CancellationToken cancellationToken)
    {
        if (Unknown() is { } unknown) return unknown;
        if (string.IsNullOrEmpty(Format)) RefuseCursors();
        var sort = Page.SortOf(columns.SelectMany(c => c.Name.Split(':')).Distinct(StringComparer.Ordinal), "");
        var rows = all;
        if (!string.IsNullOrWhiteSpace(Filter)) rows = rows.Where(r => columns.Any(c => TableFile.Plain(c.Value(r)).Contains(Filter.Trim(), StringComparison.OrdinalIgnoreCase)));
        if (columns.FirstOrDefault(c => sort.Length > 0 && c.Name.Split(':').Contains(sort, StringComparer.Ordinal)) is { Value: { } value })
        {
            // What is not known comes last, whichever way the rest goes.
            var last = rows.OrderBy(r => value(r) is null);
            rows = Order == "desc" ? last.ThenByDescending(value, ByValue) : last.ThenBy(value, ByValue);
        }

        if (string.IsNullOrEmpty(Format))
        {
            var whole = rows.ToList();
            return new Counted(whole.Count, TypedResults.Ok(whole.Skip(Math.Max(0, Offset ?? 0)).Take(Math.Clamp(Size ?? MostWhole, 1, MostWhole)).Select(view).ToList()));
        }

        var file = rows.ToList();
        if (file.Count > MostRows) return TooLong(file.Count);
        var shown = Shown(columns);
        return File(name, shown, file.Select(r => shown.Select(c => c.Value(r)).ToArray()).ToAsyncEnumerable(), cancellationToken);
    }

    /// <summary>The same where a row is answered as it is.</summary>
    public IResult AnswerWhole<T>(string name, IEnumerable<T> all, IReadOnlyList<(string Name, Func<T, object?> Value)> columns, CancellationToken cancellationToken) => AnswerWhole(name, all, columns, row => row, cancellationToken);

    /// <summary>For a list that has no cursors.</summary>
    /// <exception cref="RefusedParameterException">One came.</exception>
    public void RefuseCursors()
    {
        if ((Before ?? After) is { Length: > 0 } cursor) throw new RefusedParameterException(Before is null ? "after" : "before", cursor, "This list comes whole and has no cursors; offset and size say which part.");
    }

    /// <summary>
    /// For what is no list without <c>format</c>: numbers, a graph, several lists in one answer. What goes with lists says nothing there, so whoever says it is told.
    /// </summary>
    /// <param name="taken">What goes with it all the same: <c>offset</c> where it says from which row on.</param>
    /// <exception cref="RefusedParameterException">Another came.</exception>
    public void RefuseAsNoList(params ReadOnlySpan<string> taken)
    {
        if (!string.IsNullOrEmpty(Format)) return;
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("sort", Sort), ("order", Order), ("filter", Filter), ("after", After), ("before", Before), ("offset", Offset?.ToString(CultureInfo.InvariantCulture)), ("size", Size?.ToString(CultureInfo.InvariantCulture))])
            if (!string.IsNullOrEmpty(value) && !taken.Contains(name)) throw new RefusedParameterException(name, value, "This answer has an order and a length of its own; leave the parameter out, or ask for a file with format.");
    }

    private static readonly Comparer<object?> ByValue = Comparer<object?>.Create((a, b) =>
        a is IComparable known and not string && b is not null && a.GetType() == b.GetType() ? known.CompareTo(b) : string.Compare(TableFile.Plain(a), TableFile.Plain(b), StringComparison.OrdinalIgnoreCase));

    /// <summary>An answer that says how many rows there are in all.</summary>
    private sealed class Counted(long total, IResult rows) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers["X-Total-Count"] = total.ToString(CultureInfo.InvariantCulture);
            return rows.ExecuteAsync(httpContext);
        }
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult TooLong(long rows) => TooLong(rows, MostRows, " Narrow it with a filter.");

    /// <summary>The refusal of a file that would be cut.</summary>
    public static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult TooLong(long rows, long most, string advice = " Ask for it by pages, without format.") =>
        Problems.Of(StatusCodes.Status413PayloadTooLarge, "The list is too long for a file", $"It has {rows:N0} rows, and a file has at most {most:N0}.{advice}");

    private Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult? Unknown() =>
        string.IsNullOrEmpty(Format) || Format.ToLowerInvariant() is "csv" or "json" or "xlsx" ? null : Problems.Of(StatusCodes.Status400BadRequest, "The format is not known", "Ask for csv, json or xlsx.");

    private IResult File<T>(string name, IReadOnlyList<(string Name, Func<T, object?> Value)> shown, IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var names = shown.Select(c => c.Name[(c.Name.IndexOf(':', StringComparison.Ordinal) + 1)..]).ToList();
        return Format!.ToLowerInvariant() switch
        {
            "csv" => TypedResults.Stream(stream => TableFile.WriteCsvAsync(stream, names, rows, cancellationToken), "text/csv; charset=utf-8", name + ".csv"),
            "json" => TypedResults.Stream(stream => TableFile.WriteJsonAsync(stream, names, rows, cancellationToken), "application/json", name + ".json"),
            _ => TypedResults.Stream(stream => XlsxFile.WriteAsync(stream, names, rows, cancellationToken), XlsxFile.ContentType, name + ".xlsx"),
        };
    }

    private IReadOnlyList<(string Name, Func<T, object?> Value)> Shown<T>(IReadOnlyList<(string Name, Func<T, object?> Value)> columns)
    {
        if (string.IsNullOrEmpty(Columns)) return columns;
        var keys = Columns.Split(',').ToHashSet(StringComparer.Ordinal);
        // Tables have columns that no file has, such as those of buttons; only words of which none is a column are no choice at all.
        var known = columns.Select(c => c.Name.Split(':')[0]).Distinct().ToList();
        if (!keys.Overlaps(known)) throw new RefusedParameterException("columns", Columns, $"It takes some of {string.Join(", ", known)}, with commas between them.");
        return [.. columns.Where(c => c.Name.IndexOf(':', StringComparison.Ordinal) is var at && (at < 0 || keys.Contains(c.Name[..at])))];
    }

    private async IAsyncEnumerable<object?[]> RowsAsync<T>(Page<T> first, Func<PageRequest, CancellationToken, Task<Page<T>>> read, IReadOnlyList<(string Name, Func<T, object?> Value)> columns,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (page, written) = (first, 0);
        while (true)
        {
            foreach (var item in page.Items)
            {
                if (written++ == MostRows) yield break;
                yield return [.. columns.Select(c => c.Value(item))];
            }

            if (page.Next is null) yield break;
            page = await read(Page with { Size = PageRequest.LargestSize, After = page.Next, Before = null }, cancellationToken);
        }
    }
}
