namespace Headwater.Core.Licences.Notices;

/// <summary>Numbers texts, equal ones once. Two texts are equal when they are so but for the ends of their lines.</summary>
internal sealed class NoticeTextTable
{
    private sealed class Row
    {
        public required string Text, Name;
        public readonly List<string> Licences = [];
        public readonly List<int> Components = [];
        public bool IsStandard = true;
    }

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<Row> _rows = [];

    /// <summary>The number of a text that a component has.</summary>
    public int Add(string text, string name, IEnumerable<string> licences, bool isStandard, int component)
    {
        var plain = Plain(text);
        if (!_numbers.TryGetValue(plain, out var number))
        {
            _rows.Add(new Row { Text = plain, Name = name });
            _numbers.Add(plain, number = _rows.Count);
        }

        var row = _rows[number - 1];
        foreach (var licence in licences)
            if (!row.Licences.Contains(licence, StringComparer.Ordinal)) row.Licences.Add(licence);
        if (row.Components.Count == 0 || row.Components[^1] != component) row.Components.Add(component);
        row.IsStandard &= isStandard;
        return number;
    }

    public IReadOnlyList<NoticeBlock> Blocks() => [.. _rows.Select((r, i) => new NoticeBlock(i + 1, r.Text, r.Name, r.Licences, r.IsStandard, r.Components))];

    /// <summary>With line feeds at the ends of its lines.</summary>
    public static string Plain(string text) => text.Contains('\r', StringComparison.Ordinal) ? text.ReplaceLineEndings("\n") : text;
}
