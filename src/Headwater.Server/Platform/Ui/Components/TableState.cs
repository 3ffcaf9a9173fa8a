using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Ui.Components;

/// <summary>The state of a table, all of it in the address: <c>q</c>, <c>sort</c> (<c>name</c>, <c>-risk</c>), <c>after</c>, <c>before</c>, <c>cols</c>, <c>size</c>.</summary>
public sealed class TableState
{
    private readonly IReadOnlyList<Column> _columns;

    private TableState(IReadOnlyList<Column> columns, string defaultSort, IQueryCollection? query, string prefix)
    {
        (_columns, Prefix) = (columns, prefix);
        Filter = Text(query, Named("q"));
        After = Text(query, Named("after"));
        Before = Text(query, Named("before"));
        var sort = Text(query, Named("sort"));
        var name = sort?.TrimStart('-');
        var known = columns.FirstOrDefault(c => c.Sort && c.Key == name);
        IsDefaultSort = known is null;
        SortKey = known?.Key ?? defaultSort;
        Descending = known is null ? columns.FirstOrDefault(c => c.Key == defaultSort)?.Descending ?? true : sort![0] == '-';
        Size = int.TryParse(Text(query, Named("size")), out var size) ? Math.Clamp(size, 10, 500) : 50;
        var chosen = Text(query, Named("cols")) is null ? null : query![Named("cols")].SelectMany(c => c?.Split(',') ?? []).ToHashSet(StringComparer.Ordinal);
        Shown = columns.Where(c => c.Fixed || (chosen?.Contains(c.Key) ?? !c.Optional)).Select(c => c.Key).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>A word of a filter if it is one of those that there are; a page passes over any other, and its links for files must not hand it on.</summary>
    internal static string? Known(string? word, IEnumerable<string> words) => words.Contains(word, StringComparer.Ordinal) ? word : null;

    /// <summary>What the names in the address begin with; empty but for the second table of a page.</summary>
    public string Prefix { get; }

    public string? Filter { get; }

    public string? After { get; }

    public string? Before { get; }

    public string SortKey { get; }

    public bool Descending { get; }

    public bool IsDefaultSort { get; }

    public int Size { get; }

    public IReadOnlySet<string> Shown { get; }

    public IReadOnlyList<Column> Columns => _columns;

    public static TableState Of(HttpContext? http, IReadOnlyList<Column> columns, string defaultSort, string prefix = "") => new(columns, defaultSort, http?.Request.Query, prefix);

    /// <summary>The name in the address of a part of the state.</summary>
    public string Named(string part) => Prefix + part;

    /// <summary>The heading of a column, for the card that a row becomes on a phone.</summary>
    public Column? Find(string key) => _columns.FirstOrDefault(c => c.Key == key);

    /// <summary>What to ask a store for.</summary>
    internal PageRequest Request() => new()
    {
        Sort = SortKey, Descending = IsDefaultSort ? null : Descending, After = Before is null ? After : null, Before = Before, Size = Size, Filter = Filter,
    };

    private static string? Text(IQueryCollection? query, string name) =>
        query?[name].FirstOrDefault() is { Length: > 0 and <= 2048 } text ? text.Trim() : null;
}
