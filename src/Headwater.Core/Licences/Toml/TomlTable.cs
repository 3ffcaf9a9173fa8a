namespace Headwater.Core.Licences.Toml;

/// <summary>A table of a TOML document. Values are texts, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="TomlTime"/>, lists of such, and tables.</summary>
internal sealed class TomlTable
{
    private readonly Dictionary<string, (object Value, int Line)> _values = new(StringComparer.Ordinal);

    /// <summary>How it came to be; that decides who may add to it.</summary>
    public TomlOrigin Origin { get; set; }

    public IEnumerable<string> Keys => _values.Keys;

    public object? this[string key] => _values.TryGetValue(key, out var found) ? found.Value : null;

    /// <summary>The line of a key, from 1.</summary>
    public int Line(string key) => _values.TryGetValue(key, out var found) ? found.Line : 0;

    public TomlTable? Table(string key) => this[key] as TomlTable;

    public string? Text(string key) => this[key] as string;

    public bool TryAdd(string key, object value, int line) => _values.TryAdd(key, (value, line));
}

/// <summary>How a table came to be.</summary>
internal enum TomlOrigin
{
    /// <summary>By the name of a table below it.</summary>
    Implied,

    /// <summary>By its own head.</summary>
    Head,

    /// <summary>By a dotted key.</summary>
    Dotted,

    /// <summary>In braces: nothing is added to it.</summary>
    Inline,
}

/// <summary>A date or time as it is written; nobody here needs more of it.</summary>
internal sealed record TomlTime(string Text);

/// <summary>A list; <paramref name="isOfTables"/> when heads in double brackets make it.</summary>
internal sealed class TomlList(bool isOfTables) : List<object>
{
    public bool IsOfTables => isOfTables;
}
