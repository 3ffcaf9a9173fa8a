namespace Headwater.Server.Features.People.Import;

/// <summary>What a file is about; its first row says it.</summary>
internal enum ImportKind
{
    Units,
    Teams,
    People,
    Owners,
}

/// <summary>A row with the line it begins on.</summary>
internal sealed record ImportRow(int Line, IReadOnlyDictionary<string, string> Cells)
{
    public string this[string column] => Cells.GetValueOrDefault(column, "");

    public bool Has(string column) => Cells.ContainsKey(column);
}

/// <summary>Something in a file that cannot be taken.</summary>
/// <param name="Key">The text that says what; it is given <paramref name="Args"/>.</param>
internal sealed record ImportError(int Line, string Key, params object?[] Args);

/// <summary>A file of comma-separated values (RFC 4180; semicolons and tabs are taken too) with its first row understood.</summary>
internal sealed record ImportFile(ImportKind Kind, IReadOnlyList<ImportRow> Rows)
{
    public const int LongestText = 2 * 1024 * 1024, MostRows = 20_000;
    private const int LongestCell = 1000;

    /// <summary>The columns of each kind; the first tells the kind.</summary>
    public static IReadOnlyDictionary<ImportKind, string[]> Columns { get; } = new Dictionary<ImportKind, string[]>
    {
        [ImportKind.Units] = ["unit", "title", "parent", "level", "email"],
        [ImportKind.Teams] = ["team", "title", "parent", "email"],
        [ImportKind.People] = ["account", "name", "email", "teams", "active"],
        [ImportKind.Owners] = ["project", "owner"],
    };

    /// <summary>
    /// The columns without which a file of a kind is not taken. People who are known need no other than their account; a project without a word about its owner would lose it, and units and
    /// teams are known to those who write the file by what they are called.
    /// </summary>
    public static IEnumerable<string> Required(ImportKind kind) => Columns[kind].Take(kind == ImportKind.People ? 1 : 2);

    /// <summary>A file to begin with: the heading and two rows that could be.</summary>
    public static string Template(ImportKind kind) => string.Join(',', Columns[kind]) + "\r\n" + kind switch
    {
        ImportKind.Units => "harbour,Harbour Group,,Group,\r\nferries,Ferries Ltd,harbour,Company,ferries@example.org\r\n",
        ImportKind.Teams => "timetable,Timetable team,ferries,timetable@example.org\r\ntickets,Tickets team,ferries,\r\n",
        ImportKind.People => "ada,Ada Lovelace,ada@example.org,timetable;tickets,yes\r\ngrace,Grace Hopper,grace@example.org,,no\r\n",
        _ => "ticket-shop,tickets\r\nold-timetable,\r\n",
    };

    public static (ImportFile? File, IReadOnlyList<ImportError> Errors) Read(string text)
    {
        if (text.Length > LongestText) return (null, [new ImportError(1, "import.tooLong", LongestText / 1024 / 1024)]);
        text = text.TrimStart('\uFEFF');
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        var first = end < 0 ? text : text[..end];
        var separator = first.Contains(';', StringComparison.Ordinal) ? ';' : first.Contains('\t', StringComparison.Ordinal) ? '\t' : ',';
        if (!Split(text, separator, out var lines, out var broken)) return (null, [new ImportError(broken, "import.openQuote")]);
        if (lines.Count == 0) return (null, [new ImportError(1, "import.empty")]);
        var heading = lines[0].Cells.Select(c => c.Trim().ToLowerInvariant()).ToList();
        var kind = Columns.Where(c => c.Value[0] == heading[0]).Select(c => (ImportKind?)c.Key).FirstOrDefault();
        if (kind is not { } known) return (null, [new ImportError(1, "import.unknownHeading", heading[0].Length > 40 ? heading[0][..40] : heading[0])]);
        var errors = new List<ImportError>();
        foreach (var column in heading.Where(h => h.Length > 0 && !Columns[known].Contains(h))) errors.Add(new ImportError(1, "import.unknownColumn", column, string.Join(", ", Columns[known])));
        foreach (var column in heading.Where(h => h.Length > 0).GroupBy(h => h).Where(g => g.Count() > 1)) errors.Add(new ImportError(1, "import.twice", column.Key));
        foreach (var column in Required(known).Where(c => !heading.Contains(c))) errors.Add(new ImportError(1, "import.missingColumn", column));
        if (lines.Count - 1 > MostRows) errors.Add(new ImportError(1, "import.tooMany", MostRows));
        if (errors.Count > 0) return (null, errors);
        var rows = new List<ImportRow>();
        foreach (var (line, cells) in lines.Skip(1))
        {
            if (cells.All(string.IsNullOrWhiteSpace)) continue;
            if (cells.Count > heading.Count) errors.Add(new ImportError(line, "import.tooManyCells", cells.Count, heading.Count));
            if (cells.Any(c => c.Length > LongestCell)) errors.Add(new ImportError(line, "import.longCell", LongestCell));
            if (errors.Count == 0 || errors[^1].Line != line) rows.Add(new ImportRow(line, cells.Select((c, i) => (Name: heading[i], Value: c.Trim())).Where(c => c.Name.Length > 0).ToDictionary(c => c.Name, c => c.Value)));
        }

        return errors.Count > 0 ? (null, errors) : (new ImportFile(known, rows), []);
    }

    private static bool Split(string text, char separator, out List<(int Line, List<string> Cells)> rows, out int broken)
    {
        rows = [];
        var (cells, cell, line, begun) = (new List<string>(), new System.Text.StringBuilder(), 1, 1);
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted)
            {
                if (c == '\n') line++;
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
                else quoted = false;
            }
            else if (c == '"' && cell.Length == 0)
            {
                quoted = true;
            }
            else if (c == separator)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else if (c is '\r' or '\n')
            {
                if (c == '\r' && i + 1 < text.Length && text[i + 1] == '\n') i++;
                cells.Add(cell.ToString());
                cell.Clear();
                rows.Add((begun, cells));
                cells = [];
                begun = ++line;
            }
            else
            {
                cell.Append(c);
            }
        }

        broken = begun;
        if (cell.Length > 0 || cells.Count > 0)
        {
            cells.Add(cell.ToString());
            rows.Add((begun, cells));
        }

        while (rows.Count > 0 && rows[0].Cells.All(string.IsNullOrWhiteSpace)) rows.RemoveAt(0);
        return !quoted;
    }
}
