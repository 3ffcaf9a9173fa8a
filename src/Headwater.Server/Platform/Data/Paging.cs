using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Headwater.Server.Platform.Data;

/// <summary>Which part of a list is asked for. Pages go by key (<see cref="After"/>, <see cref="Before"/>); <see cref="Offset"/> jumps to a place.</summary>
internal sealed record PageRequest
{
    public const int LargestSize = 1000;

    /// <summary>One of the sort names that the store's method documents; null for its default.</summary>
    public string? Sort { get; init; }

    /// <summary>Null for the sort's own natural direction (risk and counts downwards, names upwards).</summary>
    public bool? Descending { get; init; }

    /// <summary>Cursor of the previous answer's <see cref="Page{T}.Next"/>.</summary>
    public string? After { get; init; }

    /// <summary>Cursor of the previous answer's <see cref="Page{T}.Previous"/>.</summary>
    public string? Before { get; init; }

    public int? Offset { get; init; }

    public int Size { get; init; } = 50;

    /// <summary>Text that the row's names must contain.</summary>
    public string? Filter { get; init; }

    /// <summary>A program is told what cannot be as it asks; a page passes over it, so that a link from elsewhere does not break.</summary>
    public bool Strict { get; init; }

    /// <summary><see cref="Size"/>, within bounds.</summary>
    /// <exception cref="RefusedParameterException">It is not, and the request is strict.</exception>
    public int Rows => Strict && Size is < 1 or > LargestSize ? throw RefusedParameterException.Size(Size, LargestSize) : Math.Clamp(Size, 1, LargestSize);

    /// <summary>The sort to use: what is asked for if it is known, otherwise the usual one.</summary>
    /// <exception cref="RefusedParameterException">It is not known, and the request is strict.</exception>
    public string SortOf(IEnumerable<string> known, string usual) =>
        string.IsNullOrEmpty(Sort) ? usual : known.Contains(Sort, StringComparer.Ordinal) ? Sort : Strict ? throw new RefusedParameterException("sort", Sort, $"This list is sorted by {string.Join(", ", known)}.") : usual;

    /// <summary>The same for a list that has one order only.</summary>
    /// <exception cref="RefusedParameterException">Another is asked for, and the request is strict.</exception>
    public PageRequest InOwnOrder() => Strict && !string.IsNullOrEmpty(Sort) ? throw new RefusedParameterException("sort", Sort, "This list has one order only; leave the parameter out.") : this;

    /// <summary>Where the page begins in a list of so many whose cursors are places, and how many rows it has at most.</summary>
    /// <exception cref="RefusedParameterException">A cursor is not one, and the request is strict.</exception>
    public (int Start, int Size) PlaceIn(long total)
    {
        var size = Rows;
        var start = Place("after", After) ?? Place("before", Before) - size ?? Offset ?? 0;
        return ((int)Math.Clamp(start, 0, total), size);
    }

    /// <summary>The same for whom the order itself would tell too much: by another key, upwards, unless it asks for one of these.</summary>
    /// <exception cref="RefusedParameterException">It asks for another, and the request is strict.</exception>
    public PageRequest SortedBy(IEnumerable<string> allowed, string otherwise) => SortOf(allowed, otherwise) == Sort ? this : this with { Sort = otherwise, Descending = Strict ? Descending : null };

    /// <summary>What is no cursor of this list.</summary>
    internal static RefusedParameterException NoCursor(string parameter, string cursor) => new(parameter, cursor, "It takes the cursor of another answer of this list, in the same order.");

    private long? Place(string parameter, string? cursor) =>
        string.IsNullOrEmpty(cursor) ? null : int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? place : Strict ? throw NoCursor(parameter, cursor) : null;
}

/// <summary>A parameter of a list cannot be as it came. It becomes a problem document where all failures do.</summary>
/// <param name="parameter">Its name.</param>
/// <param name="value">What came.</param>
/// <param name="allowed">What can be, as a sentence.</param>
internal sealed class RefusedParameterException(string parameter, string value, string allowed) : Exception($"{parameter} cannot be '{Short(value)}'. {allowed}")
{
    public string Parameter => parameter;

    public static RefusedParameterException Size(long size, int most) => new("size", size.ToString(CultureInfo.InvariantCulture), $"It is at least 1 and at most {most}.");

    private static string Short(string value) => value.Length <= 100 ? value : value[..100] + "…";
}

/// <summary>A part of a list.</summary>
/// <param name="Items">The rows, in order.</param>
/// <param name="Total">How many there are in all.</param>
/// <param name="Next">Cursor for what follows; null at the end.</param>
/// <param name="Previous">Cursor for what precedes; null at the start.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, long Total, string? Next, string? Previous)
{
    public static Page<T> Empty { get; } = new([], 0, null, null);

    /// <summary>A part of a list that is in memory already; the cursors are places in it.</summary>
    public static Page<T> Of(IReadOnlyList<T> all, PageRequest request)
    {
        var (start, size) = request.PlaceIn(all.Count);
        return At([.. all.Skip(start).Take(size)], start, size, all.Count);
    }

    /// <summary>A part that begins at a place (<see cref="PageRequest.PlaceIn"/>) of a list of so many; the cursors are places in it.</summary>
    public static Page<T> At(IReadOnlyList<T> items, int start, int size, long total) => new(items, total, (long)start + size < total ? (start + size).ToString(CultureInfo.InvariantCulture) : null, start > 0 ? start.ToString(CultureInfo.InvariantCulture) : null);
}

/// <summary>A way to sort a list.</summary>
/// <param name="Expression">SQL; never null for any row, so that the key comparison has no third answer.</param>
/// <param name="Descending">The natural direction.</param>
internal sealed record SortKey(string Expression, bool Descending = false);

/// <summary>Builds the SQL of a keyset page: the row after (sort value, id), never an OFFSET that reads what it skips.</summary>
internal sealed class Keyset
{
    private readonly bool _backwards;
    private readonly string _tag;

    private Keyset(string tag, string expression, string orderBy, string? where, object? value, object? id, bool backwards, int size)
    {
        _tag = tag;
        Expression = expression;
        OrderBy = orderBy;
        Where = where ?? "1=1";
        KeyValue = value;
        KeyId = id;
        _backwards = backwards;
        Size = size;
    }

    /// <summary>Select it as <c>sort_key</c>, for the cursors.</summary>
    public string Expression { get; }

    public string OrderBy { get; }

    public string Where { get; }

    /// <summary>
    /// What <see cref="Where"/> implies for the sort value alone. For statements that take the value from one table and the id from another: there no engine finds the place in an index by the pair.
    /// </summary>
    public string Bound { get; private init; } = "1=1";

    /// <summary>Bind as <c>@KeyValue</c>.</summary>
    public object? KeyValue { get; }

    /// <summary>Bind as <c>@KeyId</c>.</summary>
    public object? KeyId { get; }

    public int Size { get; }

    /// <summary><c>ASC</c> or <c>DESC</c>, for an outer statement that puts the page in order again.</summary>
    public string Direction { get; private init; } = "ASC";

    /// <summary>Bind as <c>@Skip</c>: rows to pass over, for who jumps to a place in the list. Cheap where an index holds the order; then only the index is walked.</summary>
    public int Skip { get; private init; }

    /// <summary>Bind as <c>@Take</c>: one more than the page, to know whether there is more.</summary>
    public int Take => Size + 1;

    /// <exception cref="RefusedParameterException">A strict request asks for another sort, or with what is no cursor of this order.</exception>
    public static Keyset For(PageRequest request, IReadOnlyDictionary<string, SortKey> sorts, string defaultSort, string idColumn)
    {
        var key = sorts[request.SortOf(sorts.Keys, defaultSort)];
        var backwards = !string.IsNullOrEmpty(request.Before);
        var descending = (request.Descending ?? key.Descending) != backwards;
        var order = $"{key.Expression} {(descending ? "DESC" : "ASC")}, {idColumn} {(descending ? "DESC" : "ASC")}";
        var size = request.Rows;
        var tag = Tag(key.Expression, idColumn);
        var cursor = backwards ? request.Before : request.After;
        if (!TryDecode(cursor, tag, out var value, out var id))
        {
            if (request.Strict && !string.IsNullOrEmpty(cursor)) throw PageRequest.NoCursor(backwards ? "before" : "after", cursor);
            return new Keyset(tag, key.Expression, order, null, null, null, backwards, size) { Skip = Math.Max(0, request.Offset ?? 0), Direction = descending ? "DESC" : "ASC" };
        }

        var sign = descending ? "<" : ">";
        return new Keyset(tag, key.Expression, order, $"({key.Expression}, {idColumn}) {sign} (@KeyValue, @KeyId)", value, id, backwards, size) { Direction = descending ? "DESC" : "ASC", Bound = $"{key.Expression} {sign}= @KeyValue" };
    }

    /// <summary>Turns the rows read (at most <see cref="Take"/>) into a page.</summary>
    /// <param name="more">Whether more follow, where the number of rows does not tell.</param>
    public Page<T> Page<T>(List<T> rows, long total, Func<T, (object Value, object Id)> key, bool? more = null)
    {
        var follows = more ?? rows.Count > Size;
        if (rows.Count > Size) rows.RemoveAt(rows.Count - 1);
        if (_backwards) rows.Reverse();
        var hasNext = _backwards || follows;
        var hasPrevious = _backwards ? follows : KeyValue is not null || Skip > 0;
        return new Page<T>(rows, total,
            hasNext && rows.Count > 0 ? Encode(key(rows[^1])) : null,
            hasPrevious && rows.Count > 0 ? Encode(key(rows[0])) : null);
    }

    private string Encode((object Value, object Id) key) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new[] { key.Value, key.Id, _tag }));

    /// <summary>What the cursor is for: one made for another order, whose values are of another type, is not ours.</summary>
    private static string Tag(string expression, string idColumn) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{expression}\n{idColumn}")).AsSpan(0, 4));

    private static bool TryDecode(string? cursor, string tag, out object? value, out object? id)
    {
        (value, id) = (null, null);
        if (string.IsNullOrEmpty(cursor) || cursor.Length > 2048 || !Base64Url.IsValid(cursor)) return false;
        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(cursor));
            if (json.RootElement is not { ValueKind: JsonValueKind.Array } root || root.GetArrayLength() != 3 || root[2].ValueKind != JsonValueKind.String || !root[2].ValueEquals(tag)) return false;
            (value, id) = (Plain(root[0]), Plain(root[1]));
            return value is not null && id is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static object? Plain(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.TryGetInt64(out var whole) ? whole : json.GetDouble(),
        _ => null,
    };
}

internal static class Like
{
    /// <summary>A pattern for <c>LOWER(x) LIKE @pattern ESCAPE '\'</c> that matches what contains the text; null when there is none to look for.</summary>
    public static string? Containing(string? text) => string.IsNullOrWhiteSpace(text) ? null
        : $"%{text.Trim().ToLowerInvariant().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
}
